"""Progress updates on commitments: reports of parties, and what was recorded from sources."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
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
from participants.models.personal_data import ShownTo
from roundtable.models import Event
from roundtable.text.diff import normalise_newlines

_NO_TEXT = _("Describe what was done.")
_NO_REASON = _("Explain why the commitment ends without being fulfilled.")
_NO_SOURCE = _(
    "A commitment can end only with a source. Enter where people can read that it ended."
)
_NOT_RECORDED_FROM = _(
    "Enter where this was taken from: the address or title of the source, or the day of the "
    "party's message."
)
# Of a report that is being revised; nothing that could name a person.
_KEPT_IN_PLACE = (
    "commitment",
    "party",
    "reported_on",
    "recorded_at",
    "submitted_at",
    "status",
    "completion",
    "reported_by",
    "party_hash",
    "confirmed_at",
    "has_no_personal_details",
)
_WAITS_FOR_PARTY = _(
    "This text was edited after the party submitted it. It waits until the party confirms it."
)
_REFUSED = _("The party did not confirm this text. Change it, or delete it.")


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

    def of_party(self) -> "ProgressUpdateQuerySet":
        """What the parties report themselves, and members of groups for themselves."""
        # In the words of the index: SQLite does not see that a list of values means the same.
        return self.exclude(reported_by=ReportedBy.RECORDED)

    def setting_status(self) -> "ProgressUpdateQuerySet":
        """What the parties report themselves. One member of a group does not speak for it."""
        return self.filter(reported_by=ReportedBy.PARTY)

    def of_members(self) -> "ProgressUpdateQuerySet":
        return self.filter(reported_by=ReportedBy.MEMBER)

    def recorded(self) -> "ProgressUpdateQuerySet":
        """What others recorded about the parties. It sets no status."""
        return self.filter(reported_by=ReportedBy.RECORDED)


class ReportedBy(models.TextChoices):
    """Whose words an update contains."""

    PARTY = "party", _("the party")
    MEMBER = "member", _("a member of a group, for itself")
    RECORDED = "recorded", _("recorded from a source")


def own_voice(party: CommitmentParty) -> ReportedBy:
    return ReportedBy.MEMBER if party.is_member else ReportedBy.PARTY


class CompletionLevel(models.IntegerChoices):
    """How far a commitment has come, in percent, according to its party."""

    NONE = 0, _("not started")
    QUARTER = 25, _("a quarter")
    HALF = 50, _("half")
    THREE_QUARTERS = 75, _("three quarters")
    ALL = 100, _("all of it")


class ProgressUpdate(EditorialText):
    """What a party reports about a commitment, or what was recorded about it, as of a day.

    It is the party's if its focal point submitted or confirmed exactly this content.
    """

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
    reported_by = models.CharField(
        _("reported by"),
        max_length=8,
        choices=ReportedBy.choices,
        default=ReportedBy.RECORDED,
        editable=False,
        help_text=_("Only what a party submits or confirms itself sets the status."),
    )
    received_on = models.DateField(
        _("day of the party's message"),
        null=True,
        blank=True,
        help_text=_(
            "If the party sent you this text: the day of its message. We ask the party to confirm "
            "the text."
        ),
    )
    party_hash = models.CharField(
        _("hash of what the party submitted"),
        max_length=64,
        blank=True,
        editable=False,
        help_text=_("The SHA-256 of what the party last submitted or confirmed."),
    )
    refused_hash = models.CharField(
        _("hash of what the party refused"),
        max_length=64,
        blank=True,
        editable=False,
        help_text=_("The SHA-256 of what the party did not confirm."),
    )
    confirmed_at = models.DateTimeField(
        _("confirmed by the party"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the party confirmed what someone else entered."),
    )
    submitter_unknown = models.BooleanField(
        _("submitter not known"),
        default=False,
        editable=False,
        help_text=_("It was public before the portal recorded who submitted a report."),
    )
    in_place_of = models.OneToOneField(
        "self",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        editable=False,
        related_name="placeholder",
        verbose_name=_("in place of"),
        help_text=_(
            "The party's report that was public and is being revised. Until it is public again, "
            "this row keeps its day and status, and no text."
        ),
    )
    edited_by = models.ManyToManyField(
        User,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("entered or edited by"),
        help_text=_("The accounts at the co-chairs' desk that wrote it. They cannot check it."),
    )

    objects = ProgressUpdateQuerySet.as_manager()
    event_lookups = ("commitment__event",)

    personal_data = (
        ShownTo(
            "author",
            "reports",
            _("Progress reports that you wrote"),
            "commitment__reference party__organisation party__group reported_on status "
            "completion is_unchanged text obstacles next_steps reason source received_on "
            "reported_by recorded_at confirmed_at state submitted_at note approved_at",
            labels={"note": _("What you were asked to change")},
        ),
        ShownTo(
            "party__focal_point",
            "party_reports",
            _("Reports of parties that you report for, last edited by others"),
            "commitment__reference party__organisation party__group reported_on status "
            "completion is_unchanged text obstacles next_steps reason source received_on "
            "reported_by recorded_at confirmed_at state submitted_at note approved_at",
            labels={"note": _("What you were asked to change")},
            unless="author",
            only=~Q(state=EditorialState.DRAFT) & ~Q(party_hash="") & Q(in_place_of=None),
        ),
        ShownTo(
            "edited_by",
            "reports_edited",
            _("Reports that you entered or edited, and others edited after you"),
            "commitment__reference party__organisation party__group reported_on",
            unless="author",
        ),
        ShownTo(
            "approved_by",
            "reports_checked",
            _("Reports that you checked"),
            "commitment__reference party__organisation reported_on approved_at",
        ),
    )

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
                condition=Q(state="draft")
                | Q(is_unchanged=True)
                | ~Q(text="")
                | Q(in_place_of__isnull=False),
                name="update_has_text",
                violation_error_message=_NO_TEXT,
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | ~Q(status__in=ENDED_STATUSES)
                | ~Q(source="")
                | Q(in_place_of__isnull=False),
                name="update_end_has_source",
                violation_error_message=_NO_SOURCE,
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | ~Q(status__in=UNFULFILLED_STATUSES)
                | ~Q(reason="")
                | Q(in_place_of__isnull=False),
                name="update_end_has_reason",
                violation_error_message=_NO_REASON,
            ),
            models.CheckConstraint(
                condition=Q(reported_by__in=["party", "member", "recorded"]),
                name="update_reported_by_valid",
            ),
            models.CheckConstraint(
                condition=Q(in_place_of=None)
                | ~Q(reported_by="recorded")
                & Q(
                    state="approved",
                    text="",
                    obstacles="",
                    next_steps="",
                    reason="",
                    source="",
                ),
                name="update_in_place_of_has_no_text",
            ),
            models.CheckConstraint(
                condition=Q(reported_by="recorded") | Q(state="draft") | ~Q(party_hash=""),
                name="update_of_party_has_hash",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | ~Q(reported_by="recorded"),
                name="update_confirmed_is_of_party",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved", reported_by="recorded")
                | ~Q(source="")
                | Q(received_on__isnull=False)
                | Q(submitter_unknown=True),
                name="update_recorded_has_source",
                violation_error_message=_NOT_RECORDED_FROM,
            ),
        ]
        indexes = [
            models.Index(fields=["commitment", "state", "-reported_on"]),
            # What waits for a check. SQLite would use an index by state in place of those below.
            models.Index(
                fields=["submitted_at"], condition=Q(state="submitted"), name="update_submitted"
            ),
            # The order of the admin list, so that its first page needs no sorting.
            models.Index(fields=["-reported_on", "-recorded_at", "-id"], name="update_newest"),
            # The latest reports of the parties, for the home page.
            models.Index(
                fields=["-reported_on", "-recorded_at", "-id"],
                condition=Q(state="approved") & ~Q(reported_by="recorded"),
                name="update_newest_of_party",
            ),
            # The list of changes; what only keeps the place of a report is no change.
            models.Index(
                fields=["approved_at", "id"],
                condition=Q(state="approved", in_place_of=None),
                name="update_newest_checked",
            ),
            # In chronological order, so that progress over time needs no sorting.
            models.Index(
                fields=["commitment", "reported_on", "recorded_at", "id", "status"],
                condition=Q(state="approved", reported_by="party"),
                name="update_course_of_party",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment.reference}, {self.reported_on}"

    @property
    def event(self) -> Event:
        return self.commitment.event

    @property
    def is_of_party(self) -> bool:
        """Or of a member of a group, for itself."""
        return self.reported_by != ReportedBy.RECORDED

    @property
    def is_of_member(self) -> bool:
        return self.reported_by == ReportedBy.MEMBER

    @property
    def is_placeholder(self) -> bool:
        return self.in_place_of_id is not None

    @property
    def has_source(self) -> bool:
        """Whether it is known where a recorded text was taken from, or it was public before."""
        return bool(self.source.strip() or self.received_on or self.submitter_unknown)

    @property
    def origin(self) -> str:
        """Whose words a report contains, or where a recorded text was taken from."""
        names = {
            "party": self.party.public_name,
            "day": date_format(self.received_on) if self.received_on else "",
            "source": self.source,
        }
        if self.is_placeholder:
            return gettext(
                "The report of %s is being revised. Its status still counts; its text is hidden."
            ) % date_format(self.reported_on)
        if self.is_of_party and self.received_on:
            return gettext("Sent by %(party)s on %(day)s, entered by the secretariat.") % names
        if self.is_of_party and self.confirmed_at:
            return gettext("Entered by the secretariat, confirmed by %(party)s.") % names
        if self.is_of_member:
            return gettext("A member's own words about itself, checked for personal details.")
        if self.is_of_party:
            return gettext("The party's own words, checked for personal details.")
        if self.awaits_party:
            return gettext("Submitted by %(party)s, then edited by the secretariat.") % names
        if self.submitter_unknown:
            return gettext("Recorded for %(party)s. The submitter is not known.") % names
        if self.received_on:
            message = gettext(
                "Recorded from a message of %(party)s of %(day)s, entered by the secretariat."
            )
            return message % names
        return gettext("Recorded from: %(source)s") % names

    @property
    def origin_names_source(self) -> bool:
        """Whether the sentence about the origin already names the source."""
        other = self.is_of_party or self.awaits_party or self.submitter_unknown
        return not (other or self.received_on)

    @property
    def content_hash(self) -> str:
        """Of all that the public reads, with the evidence."""
        words = (self.status, self.text, self.obstacles, self.next_steps, self.reason, self.source)
        evidence: list[tuple[str, str, str, str]] = []
        if self.pk:
            rows = self.evidence.order_by("pk")
            evidence = [(row.title, row.url, str(row.dated_on), row.key) for row in rows]
        content = [
            self.party_id,
            f"{self.reported_on:%Y-%m-%d}",
            self.completion,
            self.is_unchanged,
            *(normalise_newlines(text) for text in words),
            evidence,
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def claim_for_party(self, *, confirmed_at: datetime | None = None) -> None:
        """From now on, exactly this content is the party's. Does not save.

        `confirmed_at` is for a text that someone else had entered.
        """
        self.reported_by = own_voice(self.party)
        self.party_hash, self.refused_hash = self.content_hash, ""
        self.confirmed_at = confirmed_at
        self.submitter_unknown = False

    def record_for_party(self) -> None:
        """Someone else entered or edited it, so it is not the party's. Does not save.

        If the party had submitted it, it stays private until the party confirms it.
        """
        self.reported_by, self.confirmed_at = ReportedBy.RECORDED, None
        self.submitter_unknown = False

    @property
    def awaits_party(self) -> bool:
        """Whether someone edited a text that the party had submitted or confirmed."""
        return not self.is_of_party and bool(self.party_hash)

    def clean(self) -> None:
        if self.received_on and self.received_on > self.recorded_at.date() + timedelta(days=1):
            raise ValidationError({"received_on": _("This day is in the future.")})
        if self.party_id and self.commitment_id and self.party.commitment_id != self.commitment_id:
            raise ValidationError({"party": _("Choose a party to this commitment.")})
        if self.reported_on and self.commitment_id:
            self.check_day(self.commitment.event)
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
        if not (self.is_of_party or self.awaits_party or self.has_source):
            found["source"] = _NOT_RECORDED_FROM
        if not self.has_no_personal_details:
            found["has_no_personal_details"] = _(
                "Check that the text names no person and no shelter, then tick the box."
            )
        return found

    def check_day(self, event: Event) -> None:
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
        self._check_voice()
        super().approve(by=by, at=at)
        ProgressUpdate.objects.filter(in_place_of=self).delete()
        self.disputes.settle_former(self.content_hash, at)
        self.refresh_latest()

    @transaction.atomic
    def request_change(self, *, note: str, at: datetime) -> None:
        """The text is hidden at once. What the party last said about the status still counts."""
        was_public = self.is_approved and self.is_of_party
        decision = {"approved_by": self.approved_by, "approved_at": self.approved_at}
        super().request_change(note=note, at=at)
        if was_public:
            self._keep_place(**decision)
        self.refresh_latest()

    def _keep_place(self, **decision: Any) -> None:
        kept = {name: getattr(self, name) for name in _KEPT_IN_PLACE}
        ProgressUpdate.objects.create(
            in_place_of=self, state=EditorialState.APPROVED, **kept, **decision
        )

    @transaction.atomic
    def delete_with_evidence(self) -> None:
        """The commitment then shows the update before this one."""
        # One by one, because only Evidence.delete also deletes the file.
        for evidence in self.evidence.all():
            evidence.delete()
        self.delete()
        self.refresh_latest()

    def _check_ready(self) -> None:
        if missing := self.missing_fields():
            raise ValidationError(list(missing.values()))

    def _check_voice(self) -> None:
        """Nothing that the party did not submit or confirm becomes public as the party's."""
        content_hash = self.content_hash
        if self.awaits_party or (self.is_of_party and self.party_hash != content_hash):
            raise ValidationError(_WAITS_FOR_PARTY)
        if self.refused_hash == content_hash:
            raise ValidationError(_REFUSED)

    def refresh_latest(self) -> None:
        commitment = Commitment.objects.select_for_update().get(pk=self.commitment_id)
        latest = commitment.updates.setting_status().approved().first()
        of_members = commitment.updates.of_members().approved().order_by()
        commitment.members_reporting = of_members.values("party").distinct().count()
        commitment.latest_recorded_update = commitment.updates.recorded().approved().first()
        commitment.latest_update = latest
        commitment.latest_status = latest.status if latest else ""
        commitment.latest_reported_on = latest.reported_on if latest else None
        commitment.save(
            update_fields=[
                "latest_update",
                "latest_status",
                "latest_reported_on",
                "latest_recorded_update",
                "members_reporting",
            ]
        )
