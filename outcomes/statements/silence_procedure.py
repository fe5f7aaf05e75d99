"""The silence procedure: a version is sent round, and who says nothing by the deadline agrees."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
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
)
from outcomes.statements.agreement import statement_of as _statement
from outcomes.statements.emails import (
    ask_cochairs_to_sign,
    notify_cochairs_of_objection,
    notify_organisations,
    remind_silent,
)
from participants.models import EventRole, Organisation, Participation, User
from roundtable.models import Event

MIN_COCHAIRS = 2  # keys
MIN_PERIOD, MAX_PERIOD = timedelta(days=1), timedelta(days=366)


def cochairs_of(event: Event) -> QuerySet[Organisation]:
    """The organisations that the roundtable records as its co-chairs."""
    rows = event.roles.filter(role=EventRole.Role.COCHAIR).values("organisation")
    return Organisation.objects.filter(pk__in=rows).order_by("name", "pk")


def organisations_to_ask(event: Event) -> QuerySet[Organisation]:
    """The organisations whose agreement counts: who took part, save mere observers."""
    roles = event.roles.exclude(role=EventRole.Role.OBSERVER).values("organisation")
    participations = Participation.objects.confirmed().filter(event=event).values("organisation")
    observers = event.roles.filter(role=EventRole.Role.OBSERVER).values("organisation")
    took_part = Q(pk__in=participations) & ~Q(pk__in=observers)
    return Organisation.objects.filter(Q(pk__in=roles) | took_part).order_by("name", "pk")


@transaction.atomic
def circulate(text: AgreedText, *, deadline: datetime, by: User, at: datetime) -> Circulation:
    """Sends the text as it stands to all who took part; silence until the deadline is agreement.

    Who signs is settled now too. Raises ValidationError for who is no co-chair, where it is no
    draft, where it has no point, where the deadline is less than a day or more than a year away,
    where nobody is to be asked, or where fewer than two co-chairs could sign.
    """
    text = lock_text(text)
    check_may_decide(text, by, at)
    statement = _statement(text)
    _check_ready(text, statement, deadline, at)
    organisations, cochairs = (
        list(organisations_to_ask(statement.event)),
        list(cochairs_of(statement.event)),
    )
    if not organisations:
        raise ValidationError(
            _("Nobody is recorded as a participant. Enter who took part, then circulate it.")
        )
    if len(cochairs) < MIN_COCHAIRS:
        raise ValidationError(
            _("Two keys are needed: record both co-chairs of the roundtable before it goes round.")
        )
    last, canonical_text = current_version(text), text.canonical_text()
    check_bidi_controls(canonical_text)
    if (
        last
        and last.text == canonical_text
        and last.circulation.stop_reason == Circulation.StopReason.OBJECTED
    ):
        raise ValidationError(
            _("This very text was objected to. Change it before it goes round again.")
        )
    corrigendum_id = text.pk if isinstance(text, Corrigendum) else None
    version = save_version(
        statement.pk, canonical_text, at=at, corrigendum_id=corrigendum_id, force_new=True
    )
    SignOff.objects.bulk_create(
        SignOff(version=version, organisation=cochair) for cochair in cochairs
    )
    circulation = Circulation(version=version, deadline=deadline, opened_at=at, opened_by=by)
    circulation.full_clean()
    circulation.save()
    CirculationReply.objects.bulk_create(
        CirculationReply(circulation=circulation, organisation=organisation)
        for organisation in organisations
    )
    text.state = StatementState.CIRCULATED
    text.save()
    notify_organisations(
        circulation,
        dedup_key="circulated",
        template="outcomes/statements/emails/text_circulated",
        at=at,
    )
    record_act("circulate statement", text, by, at, f"version {version.number} {version.sha256}")
    return circulation


def _check_ready(text: AgreedText, statement: Statement, deadline: datetime, at: datetime) -> None:
    if text.state != StatementState.DRAFT:
        raise ValidationError(_("Only a draft is circulated. This one is on its way already."))
    if isinstance(text, Corrigendum) and statement.adoption == Statement.Adoption.SOURCE:
        raise ValidationError(
            _("It was adopted elsewhere, so its source corrects it. Publish the correction.")
        )
    if not at + MIN_PERIOD <= deadline <= at + MAX_PERIOD:
        raise ValidationError(
            _("Choose a deadline that leaves at least one whole day, and at most a year.")
        )
    if not statement.outcomes.filter(parent__isnull=False).exists():
        raise ValidationError(_("There is no point yet. Write one before it is circulated."))


@transaction.atomic
def submit_reply(
    reply: CirculationReply, *, answer: str, text: str, version: str, by: User, at: datetime
) -> CirculationReply:
    """Stores what an organisation says; an objection stops the circulation at once.

    `seen` is what its page showed as said so far (`said_so_far`). Raises ValidationError where it
    is over, where a colleague answered meanwhile, or where words are missing.
    """
    agreed = lock_text(_text_of(reply.circulation))
    reply = CirculationReply.objects.select_for_update().get(pk=reply.pk)
    circulation = Circulation.objects.select_related("version").get(pk=reply.circulation_id)
    if circulation.current_status(at) != Circulation.Status.OPEN:
        raise ValidationError(_("It is over: nothing can be said any more. Write to a co-chair."))
    if version != reply_version(reply):
        raise ValidationError(
            _("A colleague answered after you opened this page. Read the answer, then send yours.")
        )
    reply.answer, reply.author, reply.answered_at = answer, by, at
    reply.text = "" if answer == CirculationReply.Answer.AGREE else text
    reply.full_clean()
    reply.save()
    word = f"version {circulation.version.number} {answer} {reply.organisation.slug}"
    record_act("answer circulation", agreed, by, at, word[:180])
    if answer == CirculationReply.Answer.OBJECT:
        _stop(circulation, agreed, Circulation.StopReason.OBJECTED, at)
        notify_cochairs_of_objection(reply, at=at)
    return reply


def reply_version(reply: CirculationReply) -> str:
    """A word for what stands there, so that no answer replaces one that was not seen."""
    return reply.answered_at.isoformat() if reply.answered_at else "none"


@transaction.atomic
def withdraw(text: AgreedText, *, by: User, at: datetime) -> None:
    """Makes a circulated or adopted text a draft again; no agreement and no signature holds.

    Raises ValidationError for who is no co-chair, and where it is a draft or published.
    """
    text = lock_text(text)
    check_may_decide(text, by, at)
    version = current_version(text)
    if text.state not in (StatementState.CIRCULATED, StatementState.ADOPTED) or version is None:
        raise ValidationError(_("There is nothing to take back."))
    _stop(version.circulation, text, Circulation.StopReason.WITHDRAWN, at)
    record_act("take back statement", text, by, at, f"version {version.number}")


def _stop(
    circulation: Circulation, text: AgreedText, why: Circulation.StopReason, at: datetime
) -> None:
    circulation.stop_reason, circulation.stopped_at = why, at
    circulation.full_clean()
    circulation.save()
    text.state = StatementState.DRAFT
    text.save()
    notify_organisations(
        circulation,
        dedup_key="stopped",
        template="outcomes/statements/emails/circulation_stopped",
        at=at,
    )


def _text_of(circulation: Circulation) -> AgreedText:
    version = circulation.version
    return version.corrigendum or version.statement


REMINDER_PERIOD = timedelta(days=2)


def send_circulation_reminders(*, at: datetime) -> int:
    """Reminds who is silent two days before a deadline, and co-chairs where silence ended.

    Returns how many circulations somebody was written to about. Who was told is not told again.
    """
    notified = 0
    rows = Circulation.objects.filter(stop_reason="").select_related("version__statement__event")
    for circulation in rows.order_by("pk"):
        version = circulation.version
        if (version.corrigendum or version.statement).state != StatementState.CIRCULATED:
            continue
        if circulation.current_status(at) == Circulation.Status.AGREED:
            notified += ask_cochairs_to_sign(circulation, at=at)
        elif circulation.deadline - at <= REMINDER_PERIOD:
            notified += bool(remind_silent(circulation, at=at))
    return notified
