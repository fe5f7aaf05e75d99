"""The parties to a commitment, and their focal points."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.deletion import Collector
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outcomes.models.commitment import Commitment, CommitmentState
from outcomes.models.outcome import organisation_or_group_constraints
from participants.models import (
    Delegate,
    EmailLink,
    Group,
    Organisation,
    member_condition,
    validate_same_demonstration,
)
from participants.models.personal_data import ShownTo
from roundtable.database.fields import field_of


def clear_focal_point(
    collector: Collector, field: "models.Field[Any, Any]", rows: Any, using: str
) -> None:
    # First the acceptance: the database rejects one without a focal point.
    collector.add_field_update(field_of(field.model, "focal_point_accepted_at"), None, rows)
    collector.add_field_update(field, None, rows)


class CommitmentPartyQuerySet(models.QuerySet["CommitmentParty"]):
    """Which parties someone may see."""

    def public(self) -> "CommitmentPartyQuerySet":
        return self.filter(commitment__state=CommitmentState.PUBLIC)

    def published(self) -> "CommitmentPartyQuerySet":
        return self.public().filter(commitment__event__is_public=True)

    def without_members(self) -> "CommitmentPartyQuerySet":
        """Those that undertook the commitment, each group as a whole."""
        return self.exclude(role=CommitmentParty.Role.MEMBER)


class CommitmentParty(models.Model):
    """A party to a commitment, and the person to ask about it.

    No one speaks for a group. A member of it that reports has a row of its own, for itself alone.
    """

    class Role(models.TextChoices):
        LEAD = "lead", _("lead")
        PARTNER = "partner", _("partner")
        MEMBER = "member", _("member of a group")

    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.CASCADE,
        related_name="parties",
        verbose_name=_("commitment"),
        help_text=_("The commitment that the party made."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitment_parties",
        verbose_name=_("organisation"),
        help_text=_("Choose either an organisation or a group."),
    )
    group = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitment_parties",
        verbose_name=_("group"),
        help_text=_("Choose either a group or an organisation."),
    )
    role = models.CharField(
        _("role"),
        max_length=8,
        choices=Role.choices,
        default=Role.LEAD,
        help_text=_(
            "The lead is responsible for the commitment. Partners help. Members of a group report "
            "each for themselves."
        ),
    )
    focal_point = models.ForeignKey(
        Delegate,
        on_delete=clear_focal_point,
        null=True,
        blank=True,
        related_name="focal_point_for",
        verbose_name=_("focal point"),
        help_text=_(
            "The delegate to ask about this commitment. Shown only after this person has "
            "accepted, and only to people who can see this person in the directory."
        ),
    )
    focal_point_accepted_at = models.DateTimeField(
        _("accepted"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the focal point accepted. Only the focal point can accept."),
    )
    reminders_stopped_at = models.DateTimeField(
        _("reminders stopped"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the focal point stopped reminders about this commitment."),
    )

    recorded_at = models.DateTimeField(
        _("recorded at"),
        default=timezone.now,
        editable=False,
        help_text=_("When it was recorded in this portal as a party."),
    )

    objects = CommitmentPartyQuerySet.as_manager()

    personal_data = (
        ShownTo(
            "focal_point",
            "focal_point_for",
            _("Commitments for which you are the focal point"),
            "commitment__reference organisation group role recorded_at "
            "focal_point_accepted_at reminders_stopped_at",
        ),
    )

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["commitment", "role", "pk"]
        constraints = [
            *organisation_or_group_constraints("party", "commitment"),
            models.CheckConstraint(
                condition=Q(role__in=["lead", "partner"])
                | Q(role="member", organisation__isnull=False),
                name="party_role_valid",
                violation_error_message=_("Choose the organisation that is a member."),
            ),
            models.CheckConstraint(
                condition=Q(group=None) | Q(focal_point=None),
                name="party_group_has_no_focal_point",
                violation_error_message=_(
                    "No one speaks for a group. Add the members that report, each on a line of "
                    "its own."
                ),
            ),
            models.CheckConstraint(
                condition=Q(focal_point_accepted_at=None) | Q(focal_point__isnull=False),
                name="party_accepted_has_focal_point",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation or self.group)

    @property
    def is_member(self) -> bool:
        return self.role == self.Role.MEMBER

    @property
    def public_name(self) -> str:
        return self.organisation.public_name if self.organisation else str(self.group)

    @property
    def public_short(self) -> str:
        return self.organisation.short if self.organisation else str(self.group)

    def clean(self) -> None:
        # In a form, the commitment may not be saved yet, or may have no roundtable.
        event = getattr(getattr(self, "commitment", None), "event", None)
        if event and self.organisation:
            validate_same_demonstration(event, self.organisation.is_demonstration)
        if event and self.focal_point:
            validate_same_demonstration(event, self.focal_point.is_demonstration)
        if self.is_member and self.organisation and not self._is_of_a_group():
            raise ValidationError(
                {"role": _("This organisation is not a member of a group that is a party here.")}
            )

    def _is_of_a_group(self) -> bool:
        if self.commitment.pk is None:
            return False
        return self.organisation in members_of_groups(self.commitment)

    @property
    def request_hash(self) -> str:
        """Of what a focal point accepts to be asked about."""
        content = [self.commitment.text, self.organisation_id, self.group_id]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def request_focal_point(self, delegate: Delegate | None) -> None:
        """No one is shown until this person accepts."""
        self.focal_point = delegate
        self.focal_point_accepted_at = None
        self.reminders_stopped_at = None
        self.save()
        # Links of the previous focal point stop working, and reminders no longer count as sent.
        EmailLink.objects.of(EmailLink.Purpose.REPORT, self).revoke(timezone.now())
        self.reminders.all().delete()

    def accept(self, at: datetime) -> None:
        self.focal_point_accepted_at = at
        self.save()

    def decline(self) -> None:
        self.request_focal_point(None)


def members_of_groups(commitment: Commitment) -> QuerySet[Organisation]:
    """The recorded members of the groups that are parties to the commitment."""
    meant = Q(pk__in=[])
    groups = commitment.parties.exclude(group=None)
    for rule in groups.values_list("group__member_rule", flat=True):
        meant |= member_condition(rule, commitment.event_id)
    return Organisation.objects.filter(meant)
