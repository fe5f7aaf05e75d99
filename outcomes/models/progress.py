"""Progress updates on commitments."""

from datetime import datetime, timedelta
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
from outcomes.models.editorial import EditorialState, EditorialText, validate_text_length
from outcomes.models.party import CommitmentParty
from participants.models import User
from roundtable.models import Event

_NO_TEXT = _("Describe what was done.")
_NO_REASON = _("Explain why the commitment ends without being fulfilled.")
_NO_SOURCE = _(
    "A commitment can end only with a source. Enter where people can read that it ended."
)


class ProgressUpdateQuerySet(models.QuerySet["ProgressUpdate"]):
    """Which updates someone may see."""

    def approved(self) -> "ProgressUpdateQuerySet":
        """Latest `reported_on` first."""
        return self.filter(state=EditorialState.APPROVED).order_by(
            "-reported_on", "-recorded_at", "-pk"
        )

    def unapproved(self) -> "ProgressUpdateQuerySet":
        """Newest first."""
        return self.exclude(state=EditorialState.APPROVED).order_by("-recorded_at", "-pk")

    def published(self) -> "ProgressUpdateQuerySet":
        return self.approved().filter(commitment__event__is_public=True)


class CompletionLevel(models.IntegerChoices):
    """How far a commitment has come, in percent, according to its party."""

    NONE = 0, _("not started")
    QUARTER = 25, _("a quarter")
    HALF = 50, _("half")
    THREE_QUARTERS = 75, _("three quarters")
    ALL = 100, _("all of it")


class ProgressUpdate(EditorialText):
    """What a party reports about a commitment, as of a day."""

    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.CASCADE,
        related_name="updates",
        verbose_name=_("commitment"),
        help_text=_("The commitment that the update reports on."),
    )
    party = models.ForeignKey(
        CommitmentParty,
        on_delete=models.PROTECT,
        related_name="updates",
        verbose_name=_("party"),
        help_text=_("The party that reports."),
    )
    reported_on = models.DateField(
        _("as of"), help_text=_("The day that the report describes, not the day you write it.")
    )
    recorded_at = models.DateTimeField(
        _("recorded at"),
        default=timezone.now,
        editable=False,
        help_text=_("When it was recorded in this portal."),
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=ImplementationStatus.choices,
        help_text=_("How much progress the commitment has made, according to the party."),
    )
    completion = models.PositiveSmallIntegerField(
        _("how much is done"),
        null=True,
        blank=True,
        choices=CompletionLevel.choices,
        help_text=_("In quarters, if you can say. Leave empty if you cannot."),
    )
    is_unchanged = models.BooleanField(
        _("nothing new"),
        default=False,
        editable=False,
        help_text=_("The party reported no change since its previous update."),
    )
    text = models.TextField(
        _("what was done"),
        blank=True,
        validators=[validate_text_length],
        help_text=_("Do not name a person or a shelter. Everyone can read this."),
    )
    obstacles = models.TextField(
        _("what is difficult"),
        blank=True,
        validators=[validate_text_length],
        help_text=_("Leave empty if nothing is difficult."),
    )
    next_steps = models.TextField(
        _("what is next"),
        blank=True,
        validators=[validate_text_length],
        help_text=_("The next result that others will see."),
    )
    reason = models.TextField(
        _("why it ends"),
        blank=True,
        validators=[validate_text_length],
        help_text=_("Required if the commitment is closed without being fulfilled, or superseded."),
    )
    source = models.CharField(
        _("where this can be read"),
        max_length=500,
        blank=True,
        help_text=_("An address or the name of a document. Required if the commitment ends."),
    )

    objects = ProgressUpdateQuerySet.as_manager()
    event_lookups = ("commitment__event",)

    class Meta:
        verbose_name = _("progress update")
        verbose_name_plural = _("progress updates")
        ordering = ["-reported_on", "-recorded_at", "-pk"]
        constraints = [
            *EditorialText.Meta.constraints,
            # A draft may be incomplete, so that it can be saved at any time.
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
            # The order of the admin list, so that its first page needs no sorting.
            models.Index(fields=["-reported_on", "-recorded_at", "-id"], name="update_newest"),
            # In chronological order, so that progress over time needs no sorting.
            models.Index(
                fields=["commitment", "reported_on", "recorded_at", "id", "status"],
                condition=Q(state="approved"),
                name="update_course",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment.reference}, {self.reported_on}"

    @property
    def event(self) -> Event:
        return self.commitment.event

    def clean(self) -> None:
        if self.party_id and self.commitment_id and self.party.commitment_id != self.commitment_id:
            raise ValidationError({"party": _("Choose a party to this commitment.")})
        if self.reported_on and self.commitment_id:
            self._check_day(self.commitment.event)
        if self.state != EditorialState.DRAFT and (missing := self.missing_fields()):
            raise ValidationError(missing)

    def missing_fields(self) -> dict[str, Any]:
        """By field, what is missing before others can read the update."""
        found: dict[str, Any] = {}
        if not self.status:
            found["status"] = _("Choose the status of the commitment.")
        if not self.text.strip() and not self.is_unchanged:
            found["text"] = _NO_TEXT
        if self.status in UNFULFILLED_STATUSES and not self.reason.strip():
            found["reason"] = _NO_REASON
        if self.status in ENDED_STATUSES and not self.source.strip():
            found["source"] = _NO_SOURCE
        if not self.has_no_personal_details:
            found["has_no_personal_details"] = _(
                "Check that the text names no person and no shelter, then tick the box."
            )
        return found

    def _check_day(self, event: Event) -> None:
        event.validate_begun("reported_on", self.reported_on)
        # In the time zone of the author, it may already be tomorrow.
        if self.reported_on > self.recorded_at.date() + timedelta(days=1):
            raise ValidationError(
                {
                    "reported_on": _(
                        "This day is after the day the update was written. Choose an earlier "
                        "day, or write a new update."
                    )
                }
            )

    @transaction.atomic
    def approve(self, *, by: User, at: datetime) -> None:
        """Also makes it the latest update, unless another one reports on a later day.

        Raises ValidationError if anything is missing.
        """
        super().approve(by=by, at=at)
        self._refresh_latest()

    @transaction.atomic
    def request_change(self, *, note: str, at: datetime) -> None:
        super().request_change(note=note, at=at)
        self._refresh_latest()

    @transaction.atomic
    def delete_with_evidence(self) -> None:
        """The commitment then shows the update before this one."""
        # One by one, because only Evidence.delete also deletes the file.
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
