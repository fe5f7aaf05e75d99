"""Where people work, and when they took part."""

import hashlib
import json
from datetime import date, datetime
from typing import Any

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate
from participants.models.letter import Letter
from participants.models.organisation import (
    Organisation,
    OrganisationKind,
    validate_same_demonstration,
)
from participants.models.personal_data import ShownTo
from participants.models.user import User
from roundtable.models import Event

MADE_UP_WORKPLACE_ERROR = _(
    "Made-up people belong to made-up organisations only. Choose another organisation."
)


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    """Which affiliations are current."""

    def current(self, on: date) -> "AffiliationQuerySet":
        """Who left on that day no longer works there."""
        return self.filter(Q(until=None) | Q(until__gt=on))


_AffiliationManager = models.Manager.from_queryset(AffiliationQuerySet)


class PresentAffiliations(_AffiliationManager["Affiliation"]):
    """Leaves out those that the person removed: only exclusions and their owner know of them.

    Lookups across relations, such as affiliations__organisation, do not use it.
    """

    def get_queryset(self) -> AffiliationQuerySet:
        rows: Any = super().get_queryset()
        found: AffiliationQuerySet = rows.filter(removed_at=None)
        return found


class Affiliation(models.Model):
    """Where a delegate works or worked. Past affiliations count too.

    Of a person with an account, others only propose one: see Proposal. If the person removes one,
    the row stays: exclusions still match it.
    """

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="affiliations",
        verbose_name=_("delegate"),
        help_text=_("The delegate who works or worked there."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="affiliations",
        verbose_name=_("organisation"),
        help_text=_("The organisation where the person works or worked."),
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
    entered_for = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("entered by"),
        help_text=_("The organisation for which it was entered. Empty if not recorded."),
    )
    accepted_at = models.DateTimeField(
        _("accepted"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the person accepted it. Empty if it was there before the person joined."),
    )
    removed_at = models.DateTimeField(
        _("removed"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the person removed it. It then counts for nothing but exclusions."),
    )

    objects = PresentAffiliations()
    with_removed = AffiliationQuerySet.as_manager()

    personal_data = (
        ShownTo(
            "delegate",
            "affiliations",
            _("Where you work or worked"),
            "organisation post since until entered_for accepted_at removed_at",
        ),
    )

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ["delegate", "organisation__name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gte=F("since")),
                name="affiliation_ends_after_it_begins",
                violation_error_message=_(
                    "The end date is before the start date. Correct one of the dates."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegate}, {self.organisation}"

    @property
    def key(self) -> str:
        """Identifies it in web addresses, which must not count people's rows."""
        return salted_hmac("participants.Affiliation", str(self.pk)).hexdigest()[:16]

    def clean(self) -> None:
        if self.delegate_id and self.organisation_id:
            if self.delegate.is_demonstration != self.organisation.is_demonstration:
                raise ValidationError(MADE_UP_WORKPLACE_ERROR)


class ParticipationQuerySet(models.QuerySet["Participation"]):
    """Which participations count. Deleting through it deletes: an erasure keeps nothing."""

    def confirmed(self) -> "ParticipationQuerySet":
        """Those that count. A frozen one opens nothing, and no one speaks by it."""
        return self.confirmed_or_frozen().filter(frozen_at=None)

    def confirmed_or_frozen(self) -> "ParticipationQuerySet":
        """What stays of them while they are frozen, such as what is public."""
        return self.filter(confirmed_at__isnull=False)

    def ever_confirmed(self) -> "ParticipationQuerySet":
        """Those that exceptions match: also suspended and ended ones."""
        return self.filter(took_effect_at__isnull=False)

    def seeing_details(self, on: date) -> "ParticipationQuerySet":
        return self.filter(details_open_on__lte=on, frozen_at=None)


_ParticipationManager = models.Manager.from_queryset(ParticipationQuerySet)


class PresentParticipations(_ParticipationManager["Participation"]):
    """Leaves out those that have ended: only exceptions and their owner know of them.

    Lookups across relations, such as participations__event, do not use it.
    """

    def get_queryset(self) -> ParticipationQuerySet:
        rows: Any = super().get_queryset()
        found: ParticipationQuerySet = rows.filter(ended_at=None)
        return found


class Participation(models.Model):
    """A delegate's part in a roundtable. It counts once two organisations have confirmed it.

    Of a person with an account, others only propose one: see Proposal. If a confirmed one is
    removed, the row stays as ended: exceptions still match it.
    """

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="participations",
        verbose_name=_("delegate"),
        help_text=_("The delegate who took part."),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="participations",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable where the person took part."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="participations",
        verbose_name=_("organisation at the time"),
        help_text=_("The organisation the person represented at the roundtable."),
    )
    capacity = models.CharField(
        _("capacity"),
        max_length=100,
        blank=True,
        help_text=_("For example head of delegation. Leave empty if not recorded."),
    )
    letter = models.ForeignKey(
        Letter,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="participations",
        verbose_name=_("letter"),
        help_text=_(
            "Where the organisation names this person. Choose one, or enter a new one below."
        ),
    )
    nomination = models.CharField(
        _("nominated by"),
        max_length=200,
        blank=True,
        help_text=_(
            "The line of the letter about this person, as it is there. Without a letter: how the "
            "organisation named the person. Those who confirm read it."
        ),
    )
    entered_at = models.DateTimeField(
        _("entered"),
        default=timezone.now,
        editable=False,
        help_text=_("When it was entered in the portal."),
    )
    entered_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("entered by"),
        help_text=_("The account that entered it. Empty if not recorded."),
    )
    is_protected_from_desk = models.BooleanField(
        _("protected from the desk"),
        default=False,
        editable=False,
        help_text=_(
            "Set when someone is entered for civil society. At the co-chairs' desk, only who "
            "invited the person and at most two confirmers then see who it is."
        ),
    )
    confirmed_at = models.DateTimeField(
        _("confirmed"),
        null=True,
        blank=True,
        help_text=_("When the last of the required confirmations was given."),
    )
    took_effect_at = models.DateTimeField(
        _("first confirmed"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When it was confirmed for the first time. From then on, it is never deleted."),
    )
    details_open_on = models.DateField(
        _("sees what others share from"),
        null=True,
        blank=True,
        help_text=_(
            "From this day, the person sees what others share with participants. Empty until the "
            "list of participants is closed."
        ),
    )
    suspended_at = models.DateTimeField(
        _("suspended"),
        null=True,
        blank=True,
        help_text=_("When the participation was suspended. It must then be confirmed again."),
    )
    suspended_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("suspended by"),
        help_text=_("The person who suspended it last. That person's organisation cannot again."),
    )
    suspended_for = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("suspended on behalf of"),
        help_text=_("The organisation that this person acted for. An operator acts for none."),
    )
    suspension_reason = models.CharField(
        _("reason of the suspension"),
        max_length=300,
        blank=True,
        editable=False,
        help_text=_("Why it is suspended. The person, and those who confirm, read this."),
    )
    frozen_at = models.DateTimeField(
        _("frozen"),
        null=True,
        blank=True,
        editable=False,
        help_text=_(
            "When others froze all participations of the organisation there. It opens nothing "
            "until they are brought back."
        ),
    )
    ended_at = models.DateTimeField(
        _("removed"),
        null=True,
        blank=True,
        editable=False,
        help_text=_(
            "When it was removed after it was confirmed. It then counts for nothing but exclusions."
        ),
    )

    acts = GenericRelation("participants.Act", "item_id", "item_type")

    objects = PresentParticipations()
    with_ended = ParticipationQuerySet.as_manager()

    personal_data = (
        ShownTo(
            "delegate",
            "participations",
            _("Your roundtables"),
            "event organisation capacity letter nomination entered_at is_protected_from_desk "
            "confirmed_at took_effect_at details_open_on suspended_at suspended_for "
            "suspension_reason frozen_at ended_at",
        ),
        ShownTo(
            "entered_by",
            "participations_entered",
            _("Participations that you entered"),
            "event organisation entered_at",
        ),
        ShownTo(
            "suspended_by",
            "participations_suspended",
            _("Participations that you suspended"),
            "event organisation suspended_at suspended_for suspension_reason",
        ),
    )

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["event", "delegate"]
        constraints = [
            models.UniqueConstraint(
                fields=["delegate", "event"],
                condition=Q(ended_at=None),
                name="participation_unique",
                violation_error_message=_(
                    "This person already takes part in this roundtable. Choose another person."
                ),
            ),
            models.CheckConstraint(
                condition=Q(details_open_on=None) | Q(confirmed_at__isnull=False),
                name="participation_opens_details_once_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(suspended_at=None) | Q(confirmed_at=None),
                name="participation_suspended_is_not_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(took_effect_at__isnull=False),
                name="participation_ended_was_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(took_effect_at__isnull=False),
                name="participation_confirmed_took_effect",
            ),
            models.CheckConstraint(
                condition=Q(letter=None) | ~Q(nomination=""),
                name="participation_letter_has_its_line",
                violation_error_message=_("Copy the line of the letter about this person."),
            ),
        ]

    def __str__(self) -> str:
        # Without the name: pages of the desk call rows by this.
        return f"{self.organisation}, {self.event}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Ends a confirmed one, so that no one leaves a past behind that others exclude."""
        if self.took_effect_at is None:
            return super().delete(*args, **kwargs)
        if self.ended_at is None:
            self.ended_at = timezone.now()
            self.save(update_fields=["ended_at"])
        return 0, {}

    def enter(self, by: User | None) -> None:
        """Before a new one is saved, or one of another organisation: whom the desk names.

        Nothing that the person does later changes it: lists from before and after would tell.
        """
        self.entered_by = by
        if self.organisation.kind == OrganisationKind.CIVIL_SOCIETY:
            self.is_protected_from_desk = True

    @property
    def key(self) -> str:
        """As that of an affiliation."""
        return salted_hmac("participants.Participation", str(self.pk)).hexdigest()[:16]

    @property
    def waits_since(self) -> datetime:
        return self.suspended_at or self.entered_at

    @property
    def content_hash(self) -> str:
        """Of what is confirmed: this person, at this roundtable, for this organisation.

        Before the person joins, name and address say who that is; afterwards the account does.
        """
        account = self.delegate.user_id
        return self._hash_about(f"account {account}") if account else self.content_hash_as_invited

    @property
    def content_hash_as_invited(self) -> str:
        """As it was, or would be, before the person joined."""
        person = self.delegate
        return self._hash_about(f"{person.name} <{person.invitation_email.lower()}>")

    def _hash_about(self, identity: str) -> str:
        person, organisation = self.delegate, self.organisation
        kind, country = organisation.kind, str(organisation.country)
        content = [person.handle, identity, self.event_id, organisation.pk, kind, country]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def clean(self) -> None:
        if self.delegate_id and self.event_id and self.organisation_id:
            validate_same_demonstration(self.event, self.delegate.is_demonstration)
            validate_same_demonstration(self.event, self.organisation.is_demonstration)
