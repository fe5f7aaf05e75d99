"""Commitments, their status and the age of their last report."""

from datetime import date, timedelta
from typing import Any

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.deletion import Collector
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from outcomes.models.outcome import Outcome
from outcomes.models.references import REFERENCE_PATTERN, full_match
from outcomes.models.statement import Statement
from roundtable.database.fields import field_of
from roundtable.history.versions import LinkedRows, record_history
from roundtable.models import Event

DUE_SOON_PERIOD = timedelta(days=30)


class ImplementationStatus(models.TextChoices):
    """How far a commitment has come, as its party reports it. Empty without an update."""

    PLANNING = "planning", _("Planning")
    IN_PROGRESS = "in-progress", _("In progress")
    FULFILLED = "fulfilled", _("Fulfilled")
    CLOSED = "closed", _("Closed without being fulfilled")
    SUPERSEDED = "superseded", _("Superseded")


UNFULFILLED_STATUSES = [ImplementationStatus.CLOSED, ImplementationStatus.SUPERSEDED]
ENDED_STATUSES = [ImplementationStatus.FULFILLED, *UNFULFILLED_STATUSES]


class Freshness(models.TextChoices):
    """The time since the day that the latest approved update reports on."""

    UNDER_A_YEAR = "under-a-year", _("Under a year ago")
    ONE_TO_TWO = "one-to-two", _("One to two years ago")
    OVER_TWO = "over-two", _("Over two years ago")
    NEVER = "never", _("Never")


def years_before(on: date, years: int) -> date:
    """29 February always becomes 28 February."""
    day = 28 if (on.month, on.day) == (2, 29) else on.day
    return date(on.year - years, on.month, day)


def clear_latest_update(
    collector: Collector, field: "models.Field[Any, Any]", rows: Any, using: str
) -> None:
    """Also clears the fields that were copied from the latest update."""
    found = list(rows)  # once the first column is empty, no query would find them
    collector.add_field_update(field, None, found)
    for name, value in (("latest_status", ""), ("latest_reported_on", None)):
        collector.add_field_update(field_of(field.model, name), value, found)


def overdue_q(on: date, status_field: str = "latest_status") -> Q:
    """Due before that day, and not ended by an update."""
    return Q(due_on__lt=on) & ~Q((f"{status_field}__in", ENDED_STATUSES))


def freshness_of(reported_on: date | None, on: date) -> Freshness:
    if reported_on is None:
        return Freshness.NEVER
    if reported_on > years_before(on, 1):
        return Freshness.UNDER_A_YEAR
    return Freshness.ONE_TO_TWO if reported_on > years_before(on, 2) else Freshness.OVER_TWO


def freshness_q(freshness: str, on: date, reported_on_field: str = "latest_reported_on") -> Q:
    """The same ages as freshness_of(), as a database query."""
    year, two_years = years_before(on, 1), years_before(on, 2)
    return {
        Freshness.UNDER_A_YEAR: Q((f"{reported_on_field}__gt", year)),
        Freshness.ONE_TO_TWO: Q(
            (f"{reported_on_field}__gt", two_years), (f"{reported_on_field}__lte", year)
        ),
        Freshness.OVER_TWO: Q((f"{reported_on_field}__lte", two_years)),
        Freshness.NEVER: Q((reported_on_field, None)),
    }[Freshness(freshness)]


class Basis(models.TextChoices):
    """Whether a party undertook a commitment in this portal."""

    UNDERTAKEN = "undertaken", _("undertaken here")
    RECORDED = "recorded", _("recorded from a source")


class SourceKind(models.TextChoices):
    """What a commitment is recorded from."""

    DOCUMENT = "document", _("a public document")
    LETTER = "letter", _("a letter or email of the party")


class CommitmentState(models.TextChoices):
    """How far a commitment has come before everyone can read it."""

    DRAFT = "draft", _("draft")
    PROPOSED = "proposed", _("proposed to its parties")
    PUBLIC = "public", _("public")


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    """Which commitments someone may see."""

    def public(self) -> "CommitmentQuerySet":
        """Those that count, once their roundtable is public."""
        return self.filter(state=CommitmentState.PUBLIC)

    def published(self) -> "CommitmentQuerySet":
        return self.public().filter(event__is_public=True)

    def answering_whole_statement(self, event: Event) -> "CommitmentQuerySet":
        return self.filter(event=event, outcomes=None)

    def not_ended(self) -> "CommitmentQuerySet":
        return self.exclude(latest_status__in=ENDED_STATUSES)

    def overdue(self, on: date) -> "CommitmentQuerySet":
        return self.filter(overdue_q(on))

    def due_from(self, on: date) -> "CommitmentQuerySet":
        """Not ended, and due on that day or later; earliest first."""
        return self.not_ended().filter(due_on__gte=on).order_by("due_on", "pk")


class Commitment(models.Model):
    """Something that parties undertook at a roundtable."""

    event = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        related_name="commitments",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable where the commitment was made."),
    )
    reference = models.CharField(
        _("reference"),
        max_length=24,
        unique=True,
        validators=[
            RegexValidator(
                full_match(REFERENCE_PATTERN),
                _(
                    "Enter a reference like BP2018-C1, in capital letters and with at most eight "
                    "digits after C."
                ),
            )
        ],
        help_text=_("The roundtable's code, a hyphen, C and a number, for example BP2018-C1."),
    )
    text = models.TextField(_("text"), help_text=_("What will be done, in the agreed wording."))
    outcomes = models.ManyToManyField(
        Outcome,
        blank=True,
        related_name="commitments",
        verbose_name=_("points it answers"),
        help_text=_(
            "Leave empty if the commitment answers the whole statement, or if its source does not "
            "say what it answers."
        ),
    )
    place_in_source = models.CharField(
        _("place in the source"),
        max_length=200,
        blank=True,
        help_text=_("Where the commitment appears in the source, for example: introduction."),
    )
    source_kind = models.CharField(
        _("kind of source"),
        max_length=8,
        choices=SourceKind.choices,
        default=SourceKind.DOCUMENT,
        help_text=_("A letter or email itself stays private."),
    )
    source_dated_on = models.DateField(
        _("date of the source"),
        null=True,
        blank=True,
        help_text=_("Required for a letter or email. Everyone can read it."),
    )
    consent = models.CharField(
        _("consent to publication"),
        max_length=300,
        blank=True,
        help_text=_(
            "Where the party agreed in writing that everyone reads this, for example: email of "
            "3 March 2027. Required for a letter or email. Never shown to the public."
        ),
    )
    source_title = models.CharField(
        _("title of the source"),
        max_length=300,
        blank=True,
        help_text=_(
            "The public document that contains the commitment, or the reference of the letter. "
            "Everyone can read this. Leave empty if it is the source of the statement."
        ),
    )
    source_url = models.URLField(
        _("web address of the source"),
        max_length=500,
        blank=True,
        help_text=_("Where everyone can read the document."),
    )
    basis = models.CharField(
        _("basis"),
        max_length=10,
        choices=Basis.choices,
        default=Basis.RECORDED,
        editable=False,
        help_text=_("Whether a party undertook it here, or it is recorded from a source."),
    )
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=CommitmentState.choices,
        default=CommitmentState.DRAFT,
        editable=False,
        help_text=_(
            "Everyone can read public commitments. Drafts and proposals are counted nowhere."
        ),
    )
    parties_told_at = models.DateTimeField(
        _("parties told"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When we told its parties that it will be public."),
    )
    proposed_at = models.DateTimeField(
        _("proposed"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When its parties were asked to undertake it. Empty if it is not proposed."),
    )
    due_on = models.DateField(
        _("due"), null=True, blank=True, help_text=_("Leave empty if no due date is recorded.")
    )
    is_open = models.BooleanField(
        _("open"),
        default=False,
        help_text=_("Other organisations can offer to join it."),
    )
    recorded_at = models.DateTimeField(
        _("recorded at"),
        default=timezone.now,
        editable=False,
        help_text=_("When it was recorded in this portal."),
    )
    latest_update = models.ForeignKey(
        "outcomes.ProgressUpdate",
        on_delete=clear_latest_update,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("latest update"),
        help_text=_("The party's public report on the latest day. Checking a report sets it."),
    )
    latest_recorded_update = models.ForeignKey(
        "outcomes.ProgressUpdate",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("latest recorded update"),
        help_text=_(
            "What others last recorded about the commitment. It is not the party's report and "
            "sets no status."
        ),
    )
    members_reporting = models.PositiveIntegerField(
        _("members reporting"),
        default=0,
        editable=False,
        help_text=_(
            "How many members of a group that is a party have a public report, each for itself."
        ),
    )
    # Copied from the latest update, so that 100,000 commitments can be counted without a join.
    latest_status = models.CharField(
        _("status"),
        max_length=12,
        blank=True,
        editable=False,
        choices=ImplementationStatus.choices,
        help_text=_("The status in the latest update. Empty if there is no update."),
    )
    latest_reported_on = models.DateField(
        _("last reported"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The day that the latest update reports on. Empty if there is no update."),
    )
    history = record_history(
        m2m_fields=("outcomes",),
        rows={
            # Members of a group report for themselves; they are no part of the commitment.
            "parties": LinkedRows(("organisation", "group", "role"), ~Q(role="member")),
            "milestones": LinkedRows(("title", "due_on", "reached_on")),
            "related_texts": LinkedRows(("kind", "title", "url", "quote", "source")),
        },
    )

    acts = GenericRelation("participants.Act", "item_id", "item_type")
    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["event", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reference=Upper("reference")) & ~Q(reference=""),
                name="commitment_reference_uppercase",
                violation_error_message=_("Enter the reference in capital letters."),
            ),
            models.CheckConstraint(condition=~Q(text=""), name="commitment_has_text"),
            models.CheckConstraint(
                # Not in the other direction: deleting an update empties one column after the other.
                condition=Q(latest_update=None)
                | Q(
                    latest_status__in=ImplementationStatus.values, latest_reported_on__isnull=False
                ),
                name="commitment_latest_update_as_copied",
            ),
            models.CheckConstraint(
                condition=Q(basis__in=Basis.values) & Q(state__in=CommitmentState.values),
                name="commitment_basis_and_state_valid",
            ),
            models.CheckConstraint(
                condition=Q(source_kind="document")
                | (Q(source_kind="letter", source_dated_on__isnull=False) & ~Q(consent="")),
                name="commitment_letter_has_date_and_consent",
                violation_error_message=_(
                    "Of a letter or email, enter its date, and where the party agreed in writing "
                    "that everyone reads this."
                ),
            ),
            models.CheckConstraint(
                condition=Q(state=CommitmentState.PROPOSED, proposed_at__isnull=False)
                | ~Q(state=CommitmentState.PROPOSED) & Q(proposed_at=None),
                name="commitment_proposed_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(basis=Basis.UNDERTAKEN) | Q(state=CommitmentState.PUBLIC),
                name="commitment_undertaken_is_public",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"]),
            models.Index(fields=["event", "due_on"]),
            models.Index(fields=["recorded_at"]),
            # All that the pages count, so that no row is read to count it.
            models.Index(
                fields=[
                    "event",
                    "latest_status",
                    "due_on",
                    "members_reporting",
                    "latest_recorded_update",
                ],
                condition=Q(state="public"),
                name="commitment_public_counts",
            ),
            # The three orders of the list.
            models.Index(
                fields=["event", "id"], condition=Q(state="public"), name="commitment_public_order"
            ),
            models.Index(
                fields=["due_on", "id", "event"],
                condition=Q(state="public"),
                name="commitment_public_due",
            ),
            models.Index(
                fields=["-latest_reported_on", "id", "event"],
                condition=Q(state="public"),
                name="commitment_public_reported",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {Truncator(self.text).words(10)}"

    def get_absolute_url(self) -> str:
        return reverse("commitment-detail", args=[self.reference.lower()])

    def clean(self) -> None:
        if self.event_id and self.reference:
            if not self.reference.startswith(f"{self.event.code}-C"):
                raise ValidationError(
                    {"reference": _("Begin with the roundtable's code: %s-C…") % self.event.code}
                )

    @property
    def is_letter(self) -> bool:
        return self.source_kind == SourceKind.LETTER

    @property
    def source_name(self) -> str:
        """What it is recorded from, in words."""
        if self.is_letter and self.source_dated_on:
            sentence = _("a letter or email of the party of %s, published with its written consent")
            return str(sentence) % date_format(self.source_dated_on)
        if self.source_title or self.source_url:
            return self.source_title or self.source_url
        if self._is_from_signed_statement:
            return str(_("the statement, signed in this portal"))
        if self.place_in_source:
            return str(_("the source of the statement"))
        return str(_("a source that is not known"))

    @property
    def is_source_known(self) -> bool:
        named = self.is_letter or self.source_title or self.source_url or self.place_in_source
        return bool(named or self._is_from_signed_statement)

    @property
    def _is_from_signed_statement(self) -> bool:
        """A statement that was signed here is its own source."""
        statement: Statement | None = getattr(self.event, "statement", None)
        return (
            statement is not None
            and statement.adoption == Statement.Adoption.SIGNED
            and statement.state in (Statement.State.ADOPTED, Statement.State.PUBLISHED)
        )

    @property
    def source_details(self) -> str:
        """The reference of a letter or the day of a document, and the place in it."""
        day = date_format(self.source_dated_on) if self.source_dated_on else ""
        details = [self.source_title if self.is_letter else day, self.place_in_source]
        return ", ".join(filter(None, details))

    @property
    def answers_statement(self) -> bool:
        """Without points, it answers the whole statement; another document does not say so."""
        is_from_elsewhere = self.is_letter or self.source_title or self.source_url
        return self.is_undertaken or not is_from_elsewhere

    @property
    def is_public(self) -> bool:
        return self.state == CommitmentState.PUBLIC

    @property
    def recorded_on(self) -> date:
        """The day from which it counts."""
        return timezone.localdate(self.recorded_at)

    @property
    def undertaken_on(self) -> date | None:
        """The day of its source, or of the roundtable that adopted it; None if not known.

        Of what a party undertook here, see `undertaken_by`.
        """
        if self.is_undertaken:
            return None
        if self.source_dated_on or self.source_title or self.source_url:
            return self.source_dated_on
        return self.event.ends_on if self.place_in_source else None

    @property
    def undertaken_before(self) -> date | None:
        """The day of undertaking, if it is earlier than the day from which it counts."""
        day = self.undertaken_on
        return day if day and day < self.recorded_on else None

    @property
    def was_public(self) -> bool:
        return bool(self.history.filter(state=CommitmentState.PUBLIC).exists())

    @property
    def is_proposed(self) -> bool:
        return self.state == CommitmentState.PROPOSED

    @property
    def is_undertaken(self) -> bool:
        return self.basis == Basis.UNDERTAKEN

    @property
    def status(self) -> ImplementationStatus | None:
        """None without an approved update. For rows from `as_of`, the status on that day."""
        word = getattr(self, "status_as_of", self.latest_status)
        return ImplementationStatus(word) if word else None

    @property
    def reported_on(self) -> date | None:
        """For rows from `as_of`, the last day reported on by then."""
        day: date | None = getattr(self, "reported_on_as_of", self.latest_reported_on)
        return day

    @property
    def members_reported(self) -> int:
        """For rows from `as_of`, the members that had reported by then."""
        number: int = getattr(self, "members_reporting_as_of", self.members_reporting)
        return number

    @property
    def is_recorded(self) -> bool:
        """Whether a source says something about it; for rows from `as_of`, by then."""
        found: bool = getattr(self, "is_recorded_as_of", bool(self.latest_recorded_update_id))
        return found

    def is_overdue(self, on: date) -> bool:
        return bool(self.due_on and self.due_on < on and self.status not in ENDED_STATUSES)

    @property
    def has_partners(self) -> bool:
        """Only then does it say something that a party is the lead."""
        return any(party.role == party.Role.PARTNER for party in self.parties.all())

    @property
    def can_be_joined(self) -> bool:
        return self.is_open and self.is_public and self.status not in ENDED_STATUSES

    def is_due_soon(self, on: date) -> bool:
        return bool(
            self.due_on
            and on <= self.due_on <= on + DUE_SOON_PERIOD
            and self.status not in ENDED_STATUSES
        )
