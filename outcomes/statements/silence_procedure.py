"""Silence procedure: an organisation without a reply by the deadline agrees."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from outcomes.models import Circulation, CirculationReply, Corrigendum, SignOff, Statement
from outcomes.models.canonical import check_bidi_controls
from outcomes.models.version import save_version
from outcomes.statements.agreement import (
    AgreedText,
    StatementState,
    check_may_decide,
    current_version,
    lock_text,
    record_act,
    statement_of,
)
from outcomes.statements.emails import (
    ask_cochairs_to_sign,
    notify_cochairs_of_objection,
    notify_organisations,
)
from participants.models import EventRole, Organisation, Participation, User
from roundtable.models import Event

MIN_COCHAIRS = 2  # one person alone can never adopt a text
TIME_TO_ENTER = timedelta(minutes=15)
MIN_PERIOD, MAX_PERIOD = timedelta(days=1), timedelta(days=366)
REMINDER_PERIOD = timedelta(days=2)


def cochairs_of(event: Event) -> QuerySet[Organisation]:
    rows = event.roles.filter(role=EventRole.Role.COCHAIR).values("organisation")
    return Organisation.objects.filter(pk__in=rows).order_by("name", "pk")


def organisations_to_ask(event: Event) -> QuerySet[Organisation]:
    """Organisations that took part, except those that were only observers."""
    roles = event.roles.exclude(role=EventRole.Role.OBSERVER).values("organisation")
    participations = Participation.objects.confirmed().filter(event=event).values("organisation")
    observers = event.roles.filter(role=EventRole.Role.OBSERVER).values("organisation")
    took_part = Q(pk__in=participations) & ~Q(pk__in=observers)
    return Organisation.objects.filter(Q(pk__in=roles) | took_part).order_by("name", "pk")


@transaction.atomic
def circulate(text: AgreedText, *, deadline: datetime, by: User, at: datetime) -> Circulation:
    """Circulates the current text and creates a sign-off for each co-chair.

    Raises ValidationError if the text is not ready, an organisation objected to the same text, or
    there is no one to ask or fewer than MIN_COCHAIRS.
    """
    text = lock_text(text)
    check_may_decide(text, by, at)
    statement = statement_of(text)
    _check_ready(text, statement, deadline, at)
    organisations = list(organisations_to_ask(statement.event))
    cochairs = list(cochairs_of(statement.event))
    if not organisations:
        raise ValidationError(
            _("No participants are recorded. Add the participants, then circulate the text.")
        )
    if len(cochairs) < MIN_COCHAIRS:
        raise ValidationError(
            _(
                "The text needs two signatures. Record both co-chairs of the roundtable, then"
                " circulate the text."
            )
        )
    last, canonical_text = current_version(text), text.canonical_text()
    check_bidi_controls(canonical_text)
    if (
        last
        and last.text == canonical_text
        and last.circulation.stop_reason == Circulation.StopReason.OBJECTED
    ):
        raise ValidationError(
            _("An organisation objected to exactly this text. Change it, then circulate it again.")
        )
    corrigendum_id = text.pk if isinstance(text, Corrigendum) else None
    version = save_version(
        statement.pk, canonical_text, at=at, corrigendum_id=corrigendum_id, force_new=True
    )
    SignOff.objects.bulk_create(
        SignOff(version=version, organisation=cochair) for cochair in cochairs
    )
    circulation = Circulation.objects.create(
        version=version, deadline=deadline, opened_at=at, opened_by=by
    )
    CirculationReply.objects.bulk_create(
        CirculationReply(circulation=circulation, organisation=organisation)
        for organisation in organisations
    )
    text.state = StatementState.CIRCULATED
    text.save()
    notify_organisations(circulation, dedup_key="circulated", template="text_circulated", at=at)
    record_act("circulate statement", text, by, at, f"version {version.number} {version.sha256}")
    return circulation


def earliest_deadline(event: Event, at: datetime) -> datetime:
    """A whole hour by the clocks of the roundtable, with time left to enter it."""
    earliest = (at + MIN_PERIOD + TIME_TO_ENTER).astimezone(event.zone)
    return (earliest + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)


def _check_ready(text: AgreedText, statement: Statement, deadline: datetime, at: datetime) -> None:
    if text.state != StatementState.DRAFT:
        raise ValidationError(_("You can circulate only a draft. This text is no longer a draft."))
    if isinstance(text, Corrigendum) and statement.adoption == Statement.Adoption.SOURCE:
        raise ValidationError(
            _(
                "This statement was adopted elsewhere, so its source decides the correct "
                "text. Publish the correction without circulating it."
            )
        )
    if not at + MIN_PERIOD <= deadline <= at + MAX_PERIOD:
        raise ValidationError(
            _("Choose %(earliest)s (%(zone)s) or a later deadline, at most one year from now.")
            % {
                "earliest": date_format(earliest_deadline(statement.event, at), "DATETIME_FORMAT"),
                "zone": statement.event.time_zone,
            }
        )
    if not statement.outcomes.filter(parent__isnull=False).exists():
        raise ValidationError(
            _("The statement has no points yet. Write at least one, then circulate it.")
        )


@transaction.atomic
def submit_reply(
    reply: CirculationReply, *, answer: str, text: str, version: str, by: User, at: datetime
) -> CirculationReply:
    """Saves a reply; an objection stops the circulation.

    `version` is the `reply_version` that the page showed. Raises ValidationError if the circulation
    is over or a colleague replied in the meantime.
    """
    asked = reply.circulation.version
    agreed = lock_text(asked.corrigendum or asked.statement)
    reply = CirculationReply.objects.select_for_update().get(pk=reply.pk)
    circulation = Circulation.objects.select_related("version").get(pk=reply.circulation_id)
    if circulation.current_status(at) != Circulation.Status.OPEN:
        raise ValidationError(
            _("You can no longer answer, because the time to answer is over. Write to a co-chair.")
        )
    if version != reply_version(reply):
        raise ValidationError(
            _("A colleague answered after you opened this page. Read the answer, then send yours.")
        )
    reply.answer, reply.author, reply.answered_at = answer, by, at
    reply.text = "" if answer == CirculationReply.Answer.AGREE else text
    reply.full_clean()
    reply.save()
    word = f"version {circulation.version.number} {answer} {reply.organisation.slug}"
    record_act("answer circulation", agreed, by, at, word)
    if answer == CirculationReply.Answer.OBJECT:
        _stop(circulation, agreed, Circulation.StopReason.OBJECTED, at)
        notify_cochairs_of_objection(reply, at=at)
    return reply


def reply_version(reply: CirculationReply) -> str:
    """Identifies the saved reply, to detect conflicts."""
    return reply.answered_at.isoformat() if reply.answered_at else "none"


@transaction.atomic
def withdraw(text: AgreedText, *, by: User, at: datetime) -> None:
    """Returns the text to draft; agreement and signatures become void."""
    text = lock_text(text)
    check_may_decide(text, by, at)
    version = current_version(text)
    if text.state not in (StatementState.CIRCULATED, StatementState.ADOPTED) or version is None:
        raise ValidationError(_("There is nothing to withdraw. Open the page again."))
    _stop(version.circulation, text, Circulation.StopReason.WITHDRAWN, at)
    record_act("take back statement", text, by, at, f"version {version.number}")


def _stop(
    circulation: Circulation, text: AgreedText, why: Circulation.StopReason, at: datetime
) -> None:
    circulation.stop_reason, circulation.stopped_at = why, at
    circulation.save()
    text.state = StatementState.DRAFT
    text.save()
    notify_organisations(circulation, dedup_key="stopped", template="circulation_stopped", at=at)


def send_circulation_reminders(*, at: datetime) -> int:
    """Reminds silent organisations and co-chairs once; returns the number of circulations.

    Not on the day on which they were told.
    """
    notified = 0
    rows = Circulation.objects.filter(stop_reason="").select_related("version__statement__event")
    for circulation in rows.order_by("pk"):
        version = circulation.version
        if (version.corrigendum or version.statement).state != StatementState.CIRCULATED:
            continue
        if circulation.current_status(at) == Circulation.Status.AGREED:
            notified += ask_cochairs_to_sign(circulation, at=at)
        elif (
            circulation.opened_at <= at - MIN_PERIOD
            and circulation.deadline - at <= REMINDER_PERIOD
        ):
            told = notify_organisations(
                circulation,
                dedup_key="silence ends",
                template="text_circulated",
                at=at,
                silent=True,
            )
            notified += bool(told)
    return notified
