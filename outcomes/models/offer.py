"""Offers of new commitments, and offers to join open ones."""

import json
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outcomes.models.canonical import sha256_of
from outcomes.models.commitment import Basis, Commitment, CommitmentState
from outcomes.models.editorial import EditorialState, EditorialText, validate_text_length
from outcomes.models.outcome import Outcome
from outcomes.models.party import CommitmentParty
from outcomes.models.related import Milestone
from outcomes.models.statement import Statement
from participants.models import Organisation, User, validate_same_demonstration
from participants.models.personal_data import ShownTo
from roundtable.history.versions import add_versions_of_owners, one_version
from roundtable.models import Event

# So long, the lead is asked before others join. Who opened a commitment invited them, so silence
# does not stop them.
LEAD_PERIOD = timedelta(days=14)


class OfferQuerySet(models.QuerySet["Offer"]):
    """Which offers someone may see."""

    def joining(self) -> "OfferQuerySet":
        return self.filter(outcome=None, statement=None)

    def approved_joins(self) -> "OfferQuerySet":
        """Offers by which organisations joined a commitment; earliest first."""
        found = self.joining().filter(state=EditorialState.APPROVED)
        return found.select_related("organisation").order_by("approved_at", "pk")


class LeadAnswer(models.TextChoices):
    """What a lead of the commitment says to a request to join."""

    AGREED = "agreed", _("agreed")
    DECLINED = "declined", _("declined")


class Offer(EditorialText):
    """A new commitment that an organisation offers, or an open one that it would join.

    The lead of an open commitment is asked first: `lead_hash` is of the text that it answers.
    After approval, `commitment` is the new commitment, or the one that it joined.
    """

    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="offers",
        verbose_name=_("point"),
        help_text=_(
            "The point that the new commitment answers. Empty if it answers the whole statement, "
            "or if the organisation joins an existing commitment."
        ),
    )
    statement = models.ForeignKey(
        Statement,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="offers",
        verbose_name=_("statement"),
        help_text=_("The statement that the new commitment answers as a whole."),
    )
    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="offers",
        verbose_name=_("commitment"),
        help_text=_(
            "The open commitment that the organisation joins, or the commitment that the "
            "offer became."
        ),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="offers",
        verbose_name=_("organisation"),
        help_text=_("The organisation that makes the offer."),
    )
    text = models.TextField(
        _("what the organisation will do"),
        validators=[validate_text_length],
        help_text=_("Do not name a person or a shelter. Everyone can read this."),
    )
    due_on = models.DateField(
        _("due"), null=True, blank=True, help_text=_("Leave empty if there is no due date.")
    )
    is_open = models.BooleanField(
        _("open"), default=False, help_text=_("Other organisations can offer to join it.")
    )

    lead_asked_at = models.DateTimeField(
        _("lead asked"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When we asked the lead. Empty if no one is known for it."),
    )
    lead_hash = models.CharField(
        _("hash of what the lead answers"),
        max_length=64,
        blank=True,
        editable=False,
        help_text=_("The SHA-256 of the request. Another text is asked about again."),
    )
    lead_answer = models.CharField(
        _("answer of the lead"),
        max_length=8,
        choices=LeadAnswer.choices,
        blank=True,
        editable=False,
        help_text=_("Empty until someone who speaks for a lead of the commitment answers."),
    )
    lead_answered_at = models.DateTimeField(
        _("lead answered"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the lead answered."),
    )
    lead_answered_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("answered for the lead by"),
        help_text=_("The account that answered for a lead. Never shown to the public."),
    )

    objects = OfferQuerySet.as_manager()
    event_lookups = ("commitment__event", "outcome__statement__event", "statement__event")

    personal_data = (
        ShownTo(
            "author",
            "offers",
            _("Offers that you wrote"),
            "outcome__statement__event outcome__number statement__event commitment__reference "
            "organisation text due_on is_open lead_asked_at lead_answer lead_answered_at "
            "state submitted_at note approved_at",
            labels={
                "statement__event": _("Whole statement of"),
                "note": _("What you were asked to change"),
            },
        ),
        ShownTo(
            "lead_answered_by",
            "joins_answered",
            _("Requests to join that you answered for a lead"),
            "commitment__reference organisation lead_answer lead_answered_at lead_reason",
            labels={"lead_reason": _("Your reason")},
        ),
        ShownTo(
            "approved_by",
            "offers_checked",
            _("Offers that you checked"),
            "commitment__reference organisation approved_at",
        ),
    )

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["-pk"]
        constraints = [
            *EditorialText.Meta.constraints,
            models.CheckConstraint(
                condition=Q(outcome__isnull=False)
                | Q(statement__isnull=False)
                | Q(commitment__isnull=False),
                name="offer_of_something_new_or_to_join",
            ),
            models.CheckConstraint(
                condition=Q(outcome=None) | Q(statement=None),
                name="offer_answers_a_point_or_the_statement",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(commitment__isnull=False),
                name="offer_approved_has_commitment",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="offer_has_text"),
            models.CheckConstraint(
                condition=Q(lead_answer="", lead_answered_at=None)
                | Q(lead_answer__in=["agreed", "declined"], lead_answered_at__isnull=False),
                name="offer_lead_answer_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(lead_hash="", lead_asked_at=None, lead_answer="") | ~Q(lead_hash=""),
                name="offer_lead_is_asked_about_a_text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.internal_short}: {Truncator(self.text).words(10)}"

    @property
    def log_name(self) -> str:
        # Words can be deleted from the record, but not from the audit log.
        return self.organisation.internal_short

    @property
    def is_joining(self) -> bool:
        return self.outcome_id is None and self.statement_id is None

    def join_hash(self, text: str = "") -> str:
        """Of what a lead of the commitment agrees to."""
        words = " ".join((text or self.text).split())
        return sha256_of(json.dumps([self.commitment_id, self.organisation_id, words]))

    def is_declined(self, text: str = "") -> bool:
        """Whether a lead declined this text, or the present one."""
        is_same = self.lead_hash == self.join_hash(text)
        return is_same and self.lead_answer == LeadAnswer.DECLINED

    @property
    def lead_reason(self) -> str:
        # Afterwards, the note may be a co-chair's.
        return self.note if self.is_declined() else ""

    @property
    def is_lead_asked(self) -> bool:
        return self.lead_asked_at is not None and self.lead_hash == self.join_hash()

    @property
    def lead_decision(self) -> str:
        """About the present text."""
        return self.lead_answer if self.lead_hash == self.join_hash() else ""

    @property
    def lead_waits_until(self) -> date | None:
        """From this day on, the lead need not have answered."""
        if self.lead_asked_at is None or not self.is_lead_asked:
            return None
        return timezone.localdate(self.lead_asked_at) + LEAD_PERIOD

    def waits_for_lead(self, on: date) -> bool:
        """Whether no one can publish it: not yet, or never in this text."""
        if not self.is_joining or self.lead_decision == LeadAnswer.AGREED:
            return False
        until = self.lead_waits_until
        return self.is_declined() or (until is not None and on < until)

    @property
    def ready_at(self) -> datetime | None:
        """Since when the lead is not waited for; None if it never was."""
        if self.lead_decision:
            return self.lead_answered_at
        until = self.lead_waits_until
        return timezone.make_aware(datetime.combine(until, time.min)) if until else None

    def lead_state(self, on: date) -> str:
        """What the lead says to a request to join, in a sentence; empty if it was not asked."""
        if not self.is_joining:
            return ""
        answered, asked = self.lead_answered_at, self.lead_asked_at
        if self.lead_decision and answered:
            is_agreed = self.lead_decision == LeadAnswer.AGREED
            agreed, declined = _("The lead agreed on %s."), _("The lead declined on %s.")
            day = date_format(timezone.localdate(answered))
            return str(agreed if is_agreed else declined) % day
        until = self.lead_waits_until
        if until is None or asked is None:
            return ""
        if on < until:
            return gettext("It waits for the lead until %s.") % date_format(until)
        sentence = gettext("The lead was asked on %s, and has not answered.")
        return sentence % date_format(timezone.localdate(asked))

    def clean(self) -> None:
        statement, commitment = self.answered_statement, self.commitment
        event = statement.event if statement else commitment and commitment.event
        if event and self.organisation_id:
            validate_same_demonstration(event, self.organisation.is_demonstration)
        if event and self.due_on and not 0 <= self.due_on.year - event.starts_on.year <= 50:
            raise ValidationError(
                {"due_on": _("Choose a day within 50 years after the roundtable.")}
            )
        if self.is_approved or not (self.is_joining and commitment):
            return
        if not commitment.can_be_joined:
            raise ValidationError(
                {
                    "commitment": _(
                        "Other organisations cannot join this commitment. Choose a commitment that "
                        "they can join."
                    )
                }
            )
        if commitment.parties.filter(organisation=self.organisation_id).exists():
            raise ValidationError(
                {
                    "organisation": _(
                        "This organisation is already a party to this commitment. It can report on "
                        "it instead."
                    )
                }
            )
        if commitment.assessments.filter(
            organisation=self.organisation_id, state=EditorialState.APPROVED
        ).exists():
            raise ValidationError(
                {
                    "organisation": _(
                        "This organisation has published an independent assessment of this "
                        "commitment, and everyone can read it. Ask for a change of the assessment "
                        "first."
                    )
                }
            )

    @property
    def event(self) -> Event:
        found = self.answered_statement or self.commitment
        assert found
        return found.event

    @property
    def answered_statement(self) -> Statement | None:
        """As a whole, or in one point. None of a request to join."""
        return self.outcome.statement if self.outcome else self.statement

    @one_version()
    def approve(self, *, by: User, at: datetime) -> None:
        """Creates a commitment with the next reference, or adds the organisation as a partner.

        Raises ValidationError if the author has not confirmed that it names no one, or if the
        commitment can no longer be joined.
        """
        self._check_ready()
        if self.is_approved:
            return
        self.clean()
        role = CommitmentParty.Role.PARTNER if self.is_joining else CommitmentParty.Role.LEAD
        if not self.is_joining:
            self.commitment = self._create_commitment(at)
        party = CommitmentParty(
            commitment=self.commitment,
            organisation=self.organisation,
            role=role,
            recorded_at=at,
        )
        party.full_clean()
        party.save()
        add_versions_of_owners(party)
        super().approve(by=by, at=at)

    def request_change(self, *, note: str, at: datetime) -> None:
        """Raises ValidationError if the note is empty or the offer is already a commitment."""
        if self.is_approved:
            raise ValidationError(
                _(
                    "This offer is already a commitment, so you cannot ask for a change. Its "
                    "progress is reported on the commitment."
                )
            )
        super().request_change(note=note, at=at)

    def _create_commitment(self, at: datetime) -> Commitment:
        row = Commitment(
            event=self.event,
            reference=next_reference(self.event),
            text=self.text,
            due_on=self.due_on,
            is_open=self.is_open,
            recorded_at=at,
            # The organisation wrote it itself.
            basis=Basis.UNDERTAKEN,
            state=CommitmentState.PUBLIC,
        )
        row.full_clean()
        row.save()
        if self.outcome:
            row.outcomes.add(self.outcome)
        for step in self.milestones.all():
            milestone = Milestone(commitment=row, title=step.title, due_on=step.due_on)
            milestone.full_clean()
            milestone.save()
        return row


class OfferedMilestone(models.Model):
    """A milestone of an offer. Approval turns it into a milestone of the commitment."""

    offer = models.ForeignKey(
        Offer,
        on_delete=models.CASCADE,
        related_name="milestones",
        verbose_name=_("offer"),
        help_text=_("The offer or commitment that this milestone belongs to."),
    )
    title = models.CharField(
        _("description"), max_length=200, help_text=_("The result that others will see.")
    )
    due_on = models.DateField(_("due"), help_text=_("The day by which it is due."))

    personal_data = (
        ShownTo(
            "offer__author",
            "offered_milestones",
            _("Milestones in your offers"),
            "offer__commitment__reference offer__outcome__number title due_on",
        ),
    )

    class Meta:
        verbose_name = _("offered milestone")
        verbose_name_plural = _("offered milestones")
        ordering = ["offer", "due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="offered_milestone_has_title"),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if hasattr(self, "offer"):  # a form that names another one says so itself
            self.offer.event.validate_begun("due_on", self.due_on)


def next_reference(event: Event) -> str:
    """The next reference that no commitment has or ever had."""
    # Locked, because two simultaneous calls would return the same one.
    Event.objects.select_for_update().get(pk=event.pk)
    begins = f"{event.code}-C"
    now = Commitment.objects.filter(reference__startswith=begins)
    ever = Commitment.history.filter(reference__startswith=begins)
    taken = {*now.values_list("reference", flat=True), *ever.values_list("reference", flat=True)}
    last = max((int(reference.removeprefix(begins)) for reference in taken), default=0)
    return f"{begins}{last + 1}"
