"""What somebody undertook to do."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.deletion import Collector
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outcomes.models.outcome import Outcome
from outcomes.models.references import REFERENCE_PATTERN, full_match
from roundtable.history import record_history
from roundtable.models import Event

DUE_SOON_PERIOD = timedelta(days=30)


class ImplementationStatus(models.TextChoices):
    """How far a commitment has come, as its party reports it. Without an update there is none."""

    PLANNING = "planning", _("Planning")
    IN_PROGRESS = "in-progress", _("In progress")
    FULFILLED = "fulfilled", _("Fulfilled")
    CLOSED = "closed", _("Closed without being fulfilled")
    SUPERSEDED = "superseded", _("Superseded")


UNFULFILLED_STATUSES = [ImplementationStatus.CLOSED, ImplementationStatus.SUPERSEDED]
ENDED_STATUSES = [ImplementationStatus.FULFILLED, *UNFULFILLED_STATUSES]


class Freshness(models.TextChoices):
    """How long ago the day lies that the latest approved update reports on."""

    UNDER_A_YEAR = "under-a-year", _("Under a year ago")
    ONE_TO_TWO = "one-to-two", _("One to two years ago")
    OVER_TWO = "over-two", _("Over two years ago")
    NEVER = "never", _("Never")


def years_before(on: date, years: int) -> date:
    """The same day so many years earlier; 28 February where that year has no 29th."""
    day = 28 if (on.month, on.day) == (2, 29) else on.day
    return date(on.year - years, on.month, day)


def clear_latest_update(
    collector: Collector, field: "models.Field[Any, Any]", rows: Any, using: str
) -> None:
    """Leaves a commitment without a latest update, and without what was copied from it."""
    found = list(rows)  # once the first column is empty, no question would find them
    collector.add_field_update(field, None, found)
    for name, value in (("latest_status", ""), ("latest_reported_on", None)):
        copied = field.model._meta.get_field(name)
        assert isinstance(copied, models.Field)
        collector.add_field_update(copied, value, found)


def overdue_q(on: date, status_field: str = "latest_status") -> Q:
    """Condition for those whose due date lies before that day and that no update has ended.

    `status` is the column that holds the status.
    """
    return Q(due_on__lt=on) & ~Q((f"{status_field}__in", ENDED_STATUSES))


def freshness_q(freshness: str, on: date, reported_on_field: str = "latest_reported_on") -> Q:
    """Condition for those that were last reported on so long before that day.

    `reported` is the column that holds the day of the last report.
    """
    year, two_years = years_before(on, 1), years_before(on, 2)
    return {
        Freshness.UNDER_A_YEAR: Q((f"{reported_on_field}__gt", year)),
        Freshness.ONE_TO_TWO: Q(
            (f"{reported_on_field}__gt", two_years), (f"{reported_on_field}__lte", year)
        ),
        Freshness.OVER_TWO: Q((f"{reported_on_field}__lte", two_years)),
        Freshness.NEVER: Q((reported_on_field, None)),
    }[Freshness(freshness)]


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    """Which commitments someone may see."""

    def published(self) -> "CommitmentQuerySet":
        """Commitments of public roundtables."""
        return self.filter(event__is_public=True)

    def not_ended(self) -> "CommitmentQuerySet":
        """Those that no update has ended."""
        return self.exclude(latest_status__in=ENDED_STATUSES)

    def overdue(self, on: date) -> "CommitmentQuerySet":
        """Those whose due date lies before that day and that no update has ended."""
        return self.filter(overdue_q(on))

    def due_from(self, on: date) -> "CommitmentQuerySet":
        """Those due on that day or later and not ended, the next first."""
        return self.not_ended().filter(due_on__gte=on).order_by("due_on", "pk")


class Commitment(models.Model):
    """Something that parties undertook at a roundtable."""

    event = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        related_name="commitments",
        verbose_name=_("roundtable"),
        help_text=_("Where it was made."),
    )
    reference = models.CharField(
        _("reference"),
        max_length=24,
        unique=True,
        validators=[
            RegexValidator(
                full_match(REFERENCE_PATTERN),
                _("Write it like BP2018-C1, in capitals and with at most eight digits after C."),
            )
        ],
        help_text=_("The roundtable's code, a hyphen, C and a number, for example BP2018-C1."),
    )
    text = models.TextField(
        _("text"), help_text=_("What will be done, in the words that were agreed.")
    )
    outcomes = models.ManyToManyField(
        Outcome,
        blank=True,
        related_name="commitments",
        verbose_name=_("points it answers"),
        help_text=_("Leave empty if it answers the statement as a whole."),
    )
    place_in_source = models.CharField(
        _("place in the source"),
        max_length=200,
        blank=True,
        help_text=_("Where the source says it, for example: introduction."),
    )
    due_on = models.DateField(
        _("due"), null=True, blank=True, help_text=_("Leave empty if no due date is recorded.")
    )
    is_open = models.BooleanField(
        _("open"),
        default=False,
        help_text=_("Other organisations may offer to join it."),
    )
    recorded_at = models.DateTimeField(
        _("recorded"),
        default=timezone.now,
        editable=False,
        help_text=_("When it was written here."),
    )
    latest_update = models.ForeignKey(
        "outcomes.ProgressUpdate",
        on_delete=clear_latest_update,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("latest update"),
        help_text=_("The approved update that reports on the latest day; set by approving."),
    )
    # Copied from the latest update together with it, so that 100,000 are counted without a join.
    latest_status = models.CharField(
        _("status"),
        max_length=12,
        blank=True,
        editable=False,
        choices=ImplementationStatus.choices,
        help_text=_("That of the latest update; empty where there is none."),
    )
    latest_reported_on = models.DateField(
        _("last reported"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The day that the latest update reports on; empty where there is none."),
    )
    history = record_history(m2m_fields=("outcomes",))

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["event", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reference=Upper("reference")) & ~Q(reference=""),
                name="commitment_reference_uppercase",
                violation_error_message=_("Write the reference in capitals."),
            ),
            models.CheckConstraint(condition=~Q(text=""), name="commitment_has_text"),
            models.CheckConstraint(
                # Not the other way round: deleting an update empties one column after the other.
                condition=Q(latest_update=None)
                | Q(
                    latest_status__in=ImplementationStatus.values, latest_reported_on__isnull=False
                ),
                name="commitment_latest_update_as_copied",
            ),
        ]
        indexes = [models.Index(fields=["due_on"]), models.Index(fields=["event", "due_on"])]

    def __str__(self) -> str:
        return f"{self.reference} {self.text[:60]}"

    def get_absolute_url(self) -> str:
        """The page of this commitment."""
        return reverse("commitment-detail", args=[self.reference.lower()])

    def clean(self) -> None:
        """Raises ValidationError where the reference does not begin with the roundtable's code."""
        if self.event_id and self.reference:
            if not self.reference.startswith(f"{self.event.code}-C"):
                raise ValidationError(
                    {"reference": _("Begin with the roundtable's code: %s-C…") % self.event.code}
                )

    @property
    def status(self) -> ImplementationStatus | None:
        """How far it has come by the latest approved update; None where none was approved.

        Of a row from `as_of` it is the status by that day.
        """
        word = getattr(self, "status_as_of", self.latest_status)
        return ImplementationStatus(word) if word else None

    @property
    def reported_on(self) -> date | None:
        """The day that was last reported on, of a row from `as_of` by its day."""
        day: date | None = getattr(self, "reported_on_as_of", self.latest_reported_on)
        return day

    def freshness(self, on: date) -> Freshness:
        """How long ago, from that day, lies what was last reported."""
        reported = self.reported_on
        if reported is None:
            return Freshness.NEVER
        if reported > years_before(on, 1):
            return Freshness.UNDER_A_YEAR
        return Freshness.ONE_TO_TWO if reported > years_before(on, 2) else Freshness.OVER_TWO

    def is_overdue(self, on: date) -> bool:
        """Whether the due date lies before that day and no update has ended it."""
        return bool(self.due_on and self.due_on < on and self.status not in ENDED_STATUSES)

    @property
    def can_be_joined(self) -> bool:
        """Whether other organisations may offer to join it: it is open, and has not ended."""
        return self.is_open and self.status not in ENDED_STATUSES

    def is_due_soon(self, on: date) -> bool:
        """Whether it is due within 30 days and no update has ended it."""
        return bool(
            self.due_on
            and on <= self.due_on <= on + DUE_SOON_PERIOD
            and self.status not in ENDED_STATUSES
        )
