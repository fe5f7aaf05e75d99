"""What became of a commitment: updates by its parties, and evidence."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outcomes.models.commitment import (
    ENDED_STATUSES,
    UNFULFILLED_STATUSES,
    Commitment,
    ImplementationStatus,
)
from outcomes.models.editorial import EditorialState, EditorialText
from outcomes.models.party import CommitmentParty
from participants.models import User

_NO_TEXT = _("Say what was done.")
_NO_REASON = _("Say why it ends without being fulfilled.")
_NO_SOURCE = _("A commitment ends with a source: say where that can be read.")


class ProgressUpdateQuerySet(models.QuerySet["ProgressUpdate"]):
    """Which updates someone may see."""

    def approved(self) -> "ProgressUpdateQuerySet":
        """Those that a co-chair has approved, the latest day first."""
        return self.filter(state=EditorialState.APPROVED).order_by(
            "-reported_on", "-recorded_at", "-pk"
        )

    def unapproved(self) -> "ProgressUpdateQuerySet":
        """Those that nobody has approved yet, the newest first."""
        return self.exclude(state=EditorialState.APPROVED).order_by("-recorded_at", "-pk")

    def published(self) -> "ProgressUpdateQuerySet":
        """Approved updates of public roundtables, the latest day first."""
        return self.approved().filter(commitment__event__is_public=True)


class CompletionLevel(models.IntegerChoices):
    """How far a commitment has come, in quarters, as its party counts it."""

    NONE = 0, _("not begun")
    QUARTER = 25, _("a quarter")
    HALF = 50, _("half")
    THREE_QUARTERS = 75, _("three quarters")
    ALL = 100, _("all of it")


class ProgressUpdate(EditorialText):
    """What a party says has become of a commitment, as of a day."""

    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.CASCADE,
        related_name="updates",
        verbose_name=_("commitment"),
        help_text=_("What it reports on."),
    )
    party = models.ForeignKey(
        CommitmentParty,
        on_delete=models.PROTECT,
        related_name="updates",
        verbose_name=_("party"),
        help_text=_("Who reports."),
    )
    reported_on = models.DateField(
        _("as of"), help_text=_("The day that the report is true for, not the day of writing.")
    )
    recorded_at = models.DateTimeField(
        _("recorded"),
        default=timezone.now,
        editable=False,
        help_text=_("When it was written here."),
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=ImplementationStatus.choices,
        help_text=_("How far the commitment has come, as the party sees it."),
    )
    completion = models.PositiveSmallIntegerField(
        _("how far"),
        null=True,
        blank=True,
        choices=CompletionLevel.choices,
        help_text=_("In quarters, where that can be said. Leave empty where it cannot."),
    )
    is_unchanged = models.BooleanField(
        _("nothing new"),
        default=False,
        editable=False,
        help_text=_("The party said that nothing has changed since its update before."),
    )
    text = models.TextField(
        _("what was done"),
        blank=True,
        help_text=_("Name no person and no shelter: everyone reads this."),
    )
    obstacles = models.TextField(
        _("what stands in the way"), blank=True, help_text=_("Leave empty if nothing does.")
    )
    next_steps = models.TextField(
        _("what is next"), blank=True, help_text=_("The next thing that others will see.")
    )
    reason = models.TextField(
        _("why it ends"),
        blank=True,
        help_text=_("Needed where it is closed without being fulfilled, or superseded."),
    )
    source = models.CharField(
        _("where that can be read"),
        max_length=500,
        blank=True,
        help_text=_("An address or the name of a document. Needed where the commitment ends."),
    )

    objects = ProgressUpdateQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress update")
        verbose_name_plural = _("progress updates")
        ordering = ["-reported_on", "-recorded_at", "-pk"]
        constraints = [
            *EditorialText.Meta.constraints,
            # What nobody reads yet may lack anything, so that a draft can be kept at any time.
            models.CheckConstraint(
                condition=Q(status__in=ImplementationStatus.values) | Q(state="draft", status=""),
                name="update_status_valid",
            ),
            models.CheckConstraint(
                condition=Q(completion=None) | Q(completion__in=CompletionLevel.values),
                name="update_completion_valid",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(is_unchanged=True) | ~Q(text=""),
                name="update_has_text",
                violation_error_message=_NO_TEXT,
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | ~Q(status__in=ENDED_STATUSES) | ~Q(source=""),
                name="update_end_has_source",
                violation_error_message=_NO_SOURCE,
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | ~Q(status__in=UNFULFILLED_STATUSES) | ~Q(reason=""),
                name="update_end_has_reason",
                violation_error_message=_NO_REASON,
            ),
        ]
        indexes = [
            models.Index(fields=["commitment", "state", "-reported_on"]),
            models.Index(fields=["state", "approved_at"]),
            # As the desk lists them, so that its first page sorts nothing.
            models.Index(fields=["-reported_on", "-recorded_at", "-id"], name="update_newest"),
            # In the order of telling, so that progress over time sorts nothing.
            models.Index(
                fields=["commitment", "reported_on", "recorded_at", "id", "status"],
                condition=Q(state="approved"),
                name="update_course",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment.reference}, {self.reported_on}"

    def clean(self) -> None:
        """Raises ValidationError for another commitment's party, a day that cannot be, or a gap.

        Only a draft may lack something.
        """
        if self.party_id and self.commitment_id and self.party.commitment_id != self.commitment_id:
            raise ValidationError({"party": _("Choose a party to this commitment.")})
        if self.reported_on and self.commitment_id:
            self._check_day(self.commitment.event.starts_on)
        if self.state != EditorialState.DRAFT and (missing := self.missing_fields()):
            raise ValidationError(missing)

    def missing_fields(self) -> dict[str, Any]:
        """What it lacks for being read by others: a sentence for each field."""
        found: dict[str, Any] = {}
        if not self.status:
            found["status"] = _("Say how far the commitment has come.")
        if not self.text.strip() and not self.is_unchanged:
            found["text"] = _NO_TEXT
        if self.status in UNFULFILLED_STATUSES and not self.reason.strip():
            found["reason"] = _NO_REASON
        if self.status in ENDED_STATUSES and not self.source.strip():
            found["source"] = _NO_SOURCE
        if not self.has_no_personal_details:
            found["has_no_personal_details"] = _("Tick that it names no person and no shelter.")
        return found

    def _check_day(self, first: date) -> None:
        if self.reported_on < first:
            raise ValidationError(
                {"reported_on": _("The roundtable began on %s. Choose that day or later.") % first}
            )
        # It may be tomorrow already where the author is.
        if self.reported_on > self.recorded_at.date() + timedelta(days=1):
            raise ValidationError(
                {
                    "reported_on": _(
                        "That is after the day of writing. Choose an earlier day, or write a new "
                        "update."
                    )
                }
            )

    @transaction.atomic
    def approve(self, *, by: User, at: datetime) -> None:
        """Shows the update, and makes it the commitment's latest if none reports on a later day.

        Raises ValidationError where something is missing, or its author has not ticked that it
        names nobody.
        """
        super().approve(by=by, at=at)
        self._refresh_latest()

    @transaction.atomic
    def request_change(self, *, note: str, at: datetime) -> None:
        """Sends the update back to its author; what was shown of it is shown no longer.

        Raises ValidationError where the note is empty.
        """
        super().request_change(note=note, at=at)
        self._refresh_latest()

    @transaction.atomic
    def delete_with_evidence(self) -> None:
        """Deletes the update and its files; the commitment shows the one before it again."""
        for evidence in self.evidence.all():
            evidence.delete()
        self.delete()
        self._refresh_latest()

    def _check_ready(self) -> None:
        if missing := self.missing_fields():
            raise ValidationError(list(missing.values()))

    def _refresh_latest(self) -> None:
        commitment = Commitment.objects.select_for_update().get(pk=self.commitment_id)
        latest = commitment.updates.approved().first()
        commitment.latest_update = latest
        commitment.latest_status = latest.status if latest else ""
        commitment.latest_reported_on = latest.reported_on if latest else None
        commitment.save(update_fields=["latest_update", "latest_status", "latest_reported_on"])
