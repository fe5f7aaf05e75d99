"""Changes of an organisation that no single account decides."""

import hashlib
import json

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from participants.models.confirmation import Confirmation, confirmation_constraints
from participants.models.organisation import EventRole, Organisation, OrganisationKind
from participants.models.personal_data import ShownTo
from participants.models.user import User
from roundtable.models import Event

# Who has one of these signs statements, or is named as a host.
DECIDED_ROLES = (EventRole.Role.COCHAIR, EventRole.Role.COHOST)

ALREADY_REQUESTED = _("Such a change already waits to be confirmed. Confirm or stop it first.")


def kind_and_country(row: "Organisation | OrganisationChange") -> str:
    names = (row.get_kind_display(), row.country.name)
    return ", ".join(str(name) for name in names if name)


def names_in_words(row: "Organisation | OrganisationChange") -> str:
    return f"{row.name} ({row.short_name})" if row.short_name else row.name


class OrganisationChange(models.Model):
    """A change that decides who belongs to an audience, who may confirm, who signs or who speaks.

    It is made seven days after another organisation confirmed it, or when two have.
    """

    class What(models.TextChoices):
        KIND = "kind", _("another kind or country")
        NAME = "name", _("another name")
        MERGE = "merge", _("merging into another entry")
        PUBLISH = "publish", _("its name is published")
        GIVE_ROLE = "give role", _("a role at a roundtable")
        END_ROLE = "end role", _("no longer a role at a roundtable")

    what = models.CharField(
        _("change"), max_length=10, choices=What.choices, help_text=_("What is to be changed.")
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="changes",
        verbose_name=_("organisation"),
        help_text=_("The organisation that is to be changed."),
    )
    kind = models.CharField(
        _("new kind"),
        max_length=20,
        choices=OrganisationKind.choices,
        blank=True,
        help_text=_("Decides where the organisation appears in the list of participants."),
    )
    country = CountryField(
        _("new country"), blank=True, help_text=_("Leave empty for international organisations.")
    )
    name = models.CharField(
        _("new name"),
        max_length=200,
        blank=True,
        help_text=_("The full name, as the organisation writes it."),
    )
    short_name = models.CharField(
        _("new short name"),
        max_length=60,
        blank=True,
        help_text=_("The name people use, for example IFRC. Leave empty if there is none."),
    )
    former_name = models.CharField(
        _("former name"),
        max_length=200,
        blank=True,
        editable=False,
        help_text=_("The full name until the change was made."),
    )
    target = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("entry to keep"),
        help_text=_("The entry into which the other one is merged."),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable where the role is given or ends."),
    )
    role = models.CharField(
        _("role"),
        max_length=12,
        choices=[(role.value, role.label) for role in DECIDED_ROLES],
        blank=True,
        help_text=_("The role of the organisation at this roundtable."),
    )
    reason = models.CharField(
        _("reason"),
        max_length=300,
        help_text=_("Why, and how one can check it. Those who confirm it read this."),
    )
    requested_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("requested by"),
        help_text=_("The person who requested the change."),
    )
    requested_at = models.DateTimeField(
        _("requested"), default=timezone.now, help_text=_("When it was requested.")
    )
    effective_on = models.DateField(
        _("to be made on"),
        null=True,
        blank=True,
        help_text=_("Seven days after another organisation confirmed it. Empty until then."),
    )
    done_at = models.DateTimeField(
        _("made"), null=True, blank=True, help_text=_("When the change was made.")
    )
    stopped_at = models.DateTimeField(
        _("stopped"),
        null=True,
        blank=True,
        help_text=_("When someone stopped it. It can then be requested again."),
    )

    acts = GenericRelation("participants.Act", "item_id", "item_type")

    personal_data = (
        ShownTo(
            "requested_by",
            "organisation_changes_requested",
            _("Changes of organisations that you requested"),
            "what organisation kind country name short_name target event role reason "
            "requested_at effective_on done_at stopped_at",
        ),
    )

    class Meta:
        verbose_name = _("change of an organisation")
        verbose_name_plural = _("changes of organisations")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(what="kind", target=None, event=None, role="") & ~Q(kind="")
                | Q(what="name", kind="", target=None, event=None, role="")
                | Q(what="merge", kind="", event=None, role="", target__isnull=False)
                | Q(what="publish", kind="", event=None, role="", target=None)
                | Q(what__in=["give role", "end role"], kind="", target=None)
                & Q(event__isnull=False, role__in=["cochair", "cohost"]),
                name="organisation_change_complete",
            ),
            models.CheckConstraint(
                condition=Q(what="name") & ~Q(name="")
                | ~Q(what="name") & Q(name="", short_name="", former_name=""),
                name="organisation_change_of_name_has_name",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(stopped_at=None),
                name="organisation_change_done_or_stopped",
            ),
            models.UniqueConstraint(
                fields=["organisation", "what"],
                condition=Q(done_at=None, stopped_at=None, event=None),
                name="organisation_change_once",
                violation_error_message=ALREADY_REQUESTED,
            ),
            models.UniqueConstraint(
                fields=["organisation", "event", "role"],
                condition=Q(done_at=None, stopped_at=None),
                name="organisation_change_of_role_once",
                violation_error_message=ALREADY_REQUESTED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.summary}"

    @property
    def summary(self) -> str:
        """What is to be changed, in words."""
        if self.what == self.What.MERGE:
            return gettext("is merged into %s") % self.target
        if self.what == self.What.KIND:
            return gettext("becomes %s") % kind_and_country(self)
        if self.what == self.What.NAME:
            return gettext("gets the name “%s”") % names_in_words(self)
        if self.what == self.What.PUBLISH:
            return gettext("is named on public pages")
        words = gettext("gets the role %(role)s at %(event)s")
        if self.what == self.What.END_ROLE:
            words = gettext("no longer has the role %(role)s at %(event)s")
        return words % {"role": self.get_role_display(), "event": self.event}

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.stopped_at is None

    @property
    def content_hash(self) -> str:
        """Of what is confirmed: this change of the organisations as they are now."""
        content = [self.what, self.kind, str(self.country), self.event_id, self.role, self.reason]
        if self.what == self.What.NAME:
            content += [self.name, self.short_name, self.organisation.short_name]
        for row in (self.organisation, self.target):
            content += [row.pk, row.name, row.kind, str(row.country)] if row else []
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def clean(self) -> None:
        if self.organisation_id is None:
            return  # a form says so
        row = self.organisation
        if self.what == self.What.PUBLISH and row.is_name_published:
            raise ValidationError(_("Its name is published already."))
        if self.what == self.What.KIND and (self.kind, self.country) == (row.kind, row.country):
            raise ValidationError(_("This is its kind and country already. Choose another one."))
        names = (self.name, self.short_name)
        if self.what == self.What.NAME and names == (row.name, row.short_name):
            raise ValidationError(_("This is its name already. Enter another one."))
        is_government = self.kind == OrganisationKind.GOVERNMENT
        if self.what == self.What.KIND and is_government and not row.is_name_published:
            # People could no longer choose it among those whom they exclude.
            raise ValidationError(
                _("The name of a government is always published. Publish its name first.")
            )


class OrganisationChangeConfirmation(Confirmation):
    """Someone of another organisation confirms the change."""

    change = models.ForeignKey(
        OrganisationChange,
        on_delete=models.CASCADE,
        related_name="confirmations",
        verbose_name=_("change of an organisation"),
        help_text=_("The change that was confirmed."),
    )

    personal_data = (
        ShownTo(
            "by",
            "organisation_changes_confirmed",
            _("Changes of organisations that you confirmed"),
            "change__what change__organisation capacity on_behalf_of confirmed_at",
        ),
    )

    class Meta(Confirmation.Meta):
        verbose_name = _("confirmation of a change of an organisation")
        verbose_name_plural = _("confirmations of changes of organisations")
        constraints = confirmation_constraints("change", "organisation_change_confirmed")
