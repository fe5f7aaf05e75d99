"""A delegation that others freeze, or bring back: all who take part for one organisation."""

import hashlib
import json
from datetime import datetime

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.models.confirmation import Confirmation, confirmation_constraints
from participants.models.organisation import Organisation, validate_same_demonstration
from participants.models.personal_data import ShownTo
from participants.models.user import User
from roundtable.models import Event


class DelegationChangeQuerySet(models.QuerySet["DelegationChange"]):
    """What happened to the delegations of organisations."""

    def is_frozen(self, event: Event, organisation: Organisation) -> bool:
        made = self.filter(event=event, organisation=organisation, done_at__isnull=False)
        last = made.order_by("done_at", "pk").last()
        return last is not None and last.what == DelegationChange.What.FREEZE


class DelegationChange(models.Model):
    """Two others freeze all participations of an organisation at a roundtable, or bring them back.

    Until it is made, nothing happens.
    """

    class What(models.TextChoices):
        FREEZE = "freeze", _("freeze")
        BRING_BACK = "bring back", _("bring back")

    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="delegation_changes",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable where the organisation takes part."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="delegation_changes",
        verbose_name=_("organisation"),
        help_text=_("Everyone who takes part for exactly this organisation is concerned."),
    )
    what = models.CharField(
        _("change"), max_length=10, choices=What.choices, help_text=_("What is to happen.")
    )
    reason = models.CharField(
        _("reason"),
        max_length=300,
        help_text=_("Why, and how one can check it. Those who confirm it read this. Name no one."),
    )
    requested_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("requested by"),
        help_text=_("The person who asked for it."),
    )
    requested_at = models.DateTimeField(
        _("requested"),
        default=timezone.now,
        editable=False,
        help_text=_("When it was asked for."),
    )
    done_at = models.DateTimeField(
        _("made"), null=True, blank=True, editable=False, help_text=_("When it was made.")
    )
    stopped_at = models.DateTimeField(
        _("ended"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the request ended without being made. One can ask again."),
    )

    acts = GenericRelation(
        "participants.Act", content_type_field="item_type", object_id_field="item_id"
    )

    objects = DelegationChangeQuerySet.as_manager()

    personal_data = (
        ShownTo(
            "requested_by",
            "delegation_changes_requested",
            _("Delegations that you asked to freeze or bring back"),
            "what organisation event reason requested_at done_at stopped_at",
        ),
    )

    class Meta:
        verbose_name = _("freezing of a delegation")
        verbose_name_plural = _("freezing of delegations")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(stopped_at=None),
                name="delegation_change_done_or_stopped",
            ),
            models.UniqueConstraint(
                fields=["organisation", "event"],
                condition=Q(done_at=None, stopped_at=None),
                name="delegation_change_once",
                violation_error_message=_(
                    "Such a request already waits for this organisation. Confirm it instead."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.event}: {self.get_what_display()}"

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.stopped_at is None

    @property
    def waits_since(self) -> datetime:
        return self.requested_at

    @property
    def content_hash(self) -> str:
        """Of what is confirmed: this change, of the organisation as it is now."""
        row = self.organisation
        content = [self.what, self.event_id, self.reason, row.pk, row.name, row.kind]
        return hashlib.sha256(json.dumps([*content, str(row.country)]).encode()).hexdigest()

    def clean(self) -> None:
        if self.event_id and self.organisation_id:
            validate_same_demonstration(self.event, self.organisation.is_demonstration)


class DelegationChangeConfirmation(Confirmation):
    """Someone of another organisation confirms the change."""

    delegation_change = models.ForeignKey(
        DelegationChange,
        on_delete=models.CASCADE,
        related_name="confirmations",
        verbose_name=_("freezing of a delegation"),
        help_text=_("The change that was confirmed."),
    )

    personal_data = (
        ShownTo(
            "by",
            "delegation_changes_confirmed",
            _("Freezing of delegations that you confirmed"),
            "delegation_change__what delegation_change__organisation delegation_change__event "
            "capacity on_behalf_of confirmed_at",
        ),
    )

    class Meta(Confirmation.Meta):
        verbose_name = _("confirmation of the freezing of a delegation")
        verbose_name_plural = _("confirmations of the freezing of delegations")
        constraints = confirmation_constraints("delegation_change", "delegation_change_confirmed")
