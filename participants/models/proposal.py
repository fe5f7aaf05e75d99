"""What others enter about a person who has an account: it waits until the person accepts it."""

import hashlib
import json

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate, handle_field
from participants.models.letter import Letter
from participants.models.organisation import Organisation
from participants.models.participation import Affiliation
from participants.models.person_model import UnnamedModel
from participants.models.personal_data import ShownTo
from participants.models.user import User
from roundtable.models import Event


class Proposal(UnnamedModel):
    """An entry about a person that shows and counts for nothing until the person accepts it.

    It is deleted when the person accepts or removes it.
    """

    class Kind(models.TextChoices):
        WORKPLACE = "workplace", _("workplace")
        PARTICIPATION = "participation", _("participation")
        NAME_LATIN = "name_latin", _("name in Latin letters")
        MERGE = "merge", _("merging with another entry")

    handle = handle_field(_("Identifies the entry in web addresses."))
    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="proposals",
        verbose_name=_("delegate"),
        help_text=_("The person whom the entry is about."),
    )
    kind = models.CharField(
        _("what"), max_length=13, choices=Kind.choices, help_text=_("What the entry is about.")
    )
    affiliation = models.ForeignKey(
        Affiliation,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("affiliation"),
        help_text=_("The workplace that would change. Empty for a new one."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("organisation"),
        help_text=_("The organisation that the person is said to work for or to represent."),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable where the person is said to take part."),
    )
    capacity = models.CharField(
        _("capacity"),
        max_length=100,
        blank=True,
        help_text=_("As what the person is said to take part."),
    )
    letter = models.ForeignKey(
        Letter,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("letter"),
        help_text=_("Where the organisation names the person."),
    )
    nomination = models.CharField(
        _("nominated by"),
        max_length=200,
        blank=True,
        help_text=_("How the organisation named the person, as the co-chairs' desk wrote it."),
    )
    post = models.CharField(
        _("post"), max_length=200, blank=True, help_text=_("What the person does or did there.")
    )
    since = models.DateField(
        _("from"), null=True, blank=True, help_text=_("Leave empty if not recorded.")
    )
    until = models.DateField(
        _("to"), null=True, blank=True, help_text=_("Leave empty if the person still works there.")
    )
    name_latin = models.CharField(
        _("name in Latin letters"),
        max_length=200,
        blank=True,
        help_text=_("The name in Latin letters, as others propose it."),
    )
    duplicate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="proposed_merges",
        verbose_name=_("other entry"),
        help_text=_("The entry that would be merged into the person's own."),
    )
    proposed_by = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed by"),
        help_text=_("The person who entered it. Empty if it was imported on the server."),
    )
    on_behalf_of = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("entered by"),
        help_text=_("The organisation for which it was entered. Empty for an operator."),
    )
    proposed_at = models.DateTimeField(_("entered"), help_text=_("When it was entered."))

    personal_data = (
        ShownTo(
            "delegate",
            "proposals",
            _("What others entered about you, and waits for your answer"),
            "kind affiliation__organisation event organisation capacity letter nomination post "
            "since until name_latin on_behalf_of proposed_at",
            labels={"affiliation__organisation": _("Workplace that would change")},
        ),
        ShownTo(
            "proposed_by",
            "entries_proposed",
            _("Entries about others that you proposed, and that wait for an answer"),
            "kind on_behalf_of proposed_at",
        ),
    )

    class Meta:
        verbose_name = _("entry by others")
        verbose_name_plural = _("entries by others")
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind="workplace", organisation__isnull=False, event=None, duplicate=None
                )
                | Q(
                    kind="participation",
                    organisation__isnull=False,
                    event__isnull=False,
                    affiliation=None,
                    duplicate=None,
                )
                | Q(
                    kind="name_latin",
                    organisation=None,
                    event=None,
                    affiliation=None,
                    duplicate=None,
                )
                | Q(
                    kind="merge",
                    duplicate__isnull=False,
                    organisation=None,
                    event=None,
                    affiliation=None,
                ),
                name="proposal_has_its_subject",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gte=F("since")),
                name="proposal_ends_after_it_begins",
            ),
            # So no one can fill a person's page: a newer proposal replaces the older one.
            models.UniqueConstraint(
                fields=["delegate"], condition=Q(kind="name_latin"), name="proposal_one_name"
            ),
            models.UniqueConstraint(
                fields=["affiliation"],
                condition=Q(affiliation__isnull=False),
                name="proposal_one_per_affiliation",
            ),
            models.UniqueConstraint(
                fields=["delegate", "organisation"],
                condition=Q(kind="workplace", affiliation=None),
                name="proposal_one_per_new_workplace",
            ),
            models.UniqueConstraint(
                fields=["delegate", "event"],
                condition=Q(kind="participation"),
                name="proposal_one_per_roundtable",
            ),
            models.UniqueConstraint(
                fields=["delegate", "duplicate"],
                condition=Q(kind="merge"),
                name="proposal_one_per_duplicate",
            ),
        ]

    @property
    def content_hash(self) -> str:
        """Of what the person reads and accepts."""
        content: list[object] = [
            self.kind,
            self.affiliation_id,
            self.organisation_id,
            self.post,
            str(self.since),
            str(self.until),
            self.name_latin,
            self.event_id,
            self.capacity,
            self.nomination,
            self.letter_id,
        ]
        if self.duplicate:
            content += [self.duplicate.handle, self.duplicate.name, self.duplicate.name_latin]
            content += sorted(
                self.duplicate.participations.values_list("event", "organisation", "capacity")
            )
            content += sorted(
                (place, post, str(since), str(until))
                for place, post, since, until in self.duplicate.affiliations.values_list(
                    "organisation", "post", "since", "until"
                )
            )
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()
