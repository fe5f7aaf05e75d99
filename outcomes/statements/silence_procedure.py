"""The silence procedure: a version is sent round, and who says nothing by the deadline agrees."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from outcomes.models import Circulation, Corrigendum, Reply, SignOff, Statement
from outcomes.models.statement import keep_version
from outcomes.statements.agreement import Agreed, State, check_decides, current, locked, record
from outcomes.statements.agreement import statement_of as _statement
from outcomes.statements.canonical import check_direction
from outcomes.statements.emails import (
    tell_asked,
    tell_cochairs_of_objection,
    tell_cochairs_to_sign,
    tell_silent,
)
from participants.models import EventRole, Organisation, Participation, User
from roundtable.models import Event

FEWEST = 2  # keys
SHORTEST, LONGEST = timedelta(days=1), timedelta(days=366)


def cochairs_of(event: Event) -> QuerySet[Organisation]:
    """The organisations that the roundtable records as its co-chairs."""
    rows = event.roles.filter(role=EventRole.Role.COCHAIR).values("organisation")
    return Organisation.objects.filter(pk__in=rows).order_by("name", "pk")


def to_be_asked(event: Event) -> QuerySet[Organisation]:
    """The organisations whose agreement counts: who took part, save mere observers."""
    roles = event.roles.exclude(role=EventRole.Role.OBSERVER).values("organisation")
    seats = Participation.objects.confirmed().filter(event=event).values("organisation")
    observers = event.roles.filter(role=EventRole.Role.OBSERVER).values("organisation")
    took_part = Q(pk__in=seats) & ~Q(pk__in=observers)
    return Organisation.objects.filter(Q(pk__in=roles) | took_part).order_by("name", "pk")


@transaction.atomic
def circulate(text: Agreed, *, deadline: datetime, by: User, at: datetime) -> Circulation:
    """Sends the text as it stands to all who took part; silence until the deadline is agreement.

    Who signs is settled now too. Raises ValidationError for who is no co-chair, where it is no
    draft, where it has no point, where the deadline is less than a day or more than a year away,
    where nobody is to be asked, or where fewer than two co-chairs could sign.
    """
    text = locked(text)
    check_decides(text, by, at)
    statement = _statement(text)
    _check_ready(text, statement, deadline, at)
    asked, chairs = list(to_be_asked(statement.event)), list(cochairs_of(statement.event))
    if not asked:
        raise ValidationError(
            _("Nobody is recorded as a participant. Enter who took part, then circulate it.")
        )
    if len(chairs) < FEWEST:
        raise ValidationError(
            _("Two keys are needed: record both co-chairs of the roundtable before it goes round.")
        )
    last, words = current(text), text.wording()
    check_direction(words)
    if last and last.text == words and last.circulation.stop == Circulation.Stop.OBJECTED:
        raise ValidationError(
            _("This very text was objected to. Change it before it goes round again.")
        )
    correction = text if isinstance(text, Corrigendum) else None
    version = keep_version(statement, words, at=at, corrigendum=correction, anew=True)
    SignOff.objects.bulk_create(SignOff(version=version, organisation=chair) for chair in chairs)
    circulation = Circulation(version=version, deadline=deadline, opened_at=at, opened_by=by)
    circulation.full_clean()
    circulation.save()
    Reply.objects.bulk_create(
        Reply(circulation=circulation, organisation=organisation) for organisation in asked
    )
    text.state = State.CIRCULATED
    text.save()
    tell_asked(circulation, cause="circulated", template="outcomes/mail/circulated", at=at)
    record("circulate statement", text, by, at, f"version {version.number} {version.sha256}")
    return circulation


def _check_ready(text: Agreed, statement: Statement, deadline: datetime, at: datetime) -> None:
    if text.state != State.DRAFT:
        raise ValidationError(_("Only a draft is circulated. This one is on its way already."))
    if isinstance(text, Corrigendum) and statement.adoption == Statement.Adoption.SOURCE:
        raise ValidationError(
            _("It was adopted elsewhere, so its source corrects it. Publish the correction.")
        )
    if not at + SHORTEST <= deadline <= at + LONGEST:
        raise ValidationError(
            _("Choose a deadline that leaves at least one whole day, and at most a year.")
        )
    if not statement.outcomes.filter(parent__isnull=False).exists():
        raise ValidationError(_("There is no point yet. Write one before it is circulated."))


@transaction.atomic
def answer(reply: Reply, *, answer: str, text: str, seen: str, by: User, at: datetime) -> Reply:
    """Stores what an organisation says; an objection stops the circulation at once.

    `seen` is what its page showed as said so far (`said_so_far`). Raises ValidationError where it
    is over, where a colleague answered meanwhile, or where words are missing.
    """
    agreed = locked(_text_of(reply.circulation))
    reply = Reply.objects.select_for_update().get(pk=reply.pk)
    circulation = Circulation.objects.select_related("version").get(pk=reply.circulation_id)
    if circulation.standing(at) != Circulation.Standing.OPEN:
        raise ValidationError(_("It is over: nothing can be said any more. Write to a co-chair."))
    if seen != said_so_far(reply):
        raise ValidationError(
            _("A colleague answered after you opened this page. Read the answer, then send yours.")
        )
    reply.answer, reply.author, reply.answered_at = answer, by, at
    reply.text = "" if answer == Reply.Answer.AGREE else text
    reply.full_clean()
    reply.save()
    word = f"version {circulation.version.number} {answer} {reply.organisation.slug}"
    record("answer circulation", agreed, by, at, word[:180])
    if answer == Reply.Answer.OBJECT:
        _stop(circulation, agreed, Circulation.Stop.OBJECTED, at)
        tell_cochairs_of_objection(reply, at=at)
    return reply


def said_so_far(reply: Reply) -> str:
    """A word for what stands there, so that no answer replaces one that was not seen."""
    return reply.answered_at.isoformat() if reply.answered_at else "none"


@transaction.atomic
def take_back(text: Agreed, *, by: User, at: datetime) -> None:
    """Makes a circulated or adopted text a draft again; no agreement and no signature holds.

    Raises ValidationError for who is no co-chair, and where it is a draft or published.
    """
    text = locked(text)
    check_decides(text, by, at)
    version = current(text)
    if text.state not in (State.CIRCULATED, State.ADOPTED) or version is None:
        raise ValidationError(_("There is nothing to take back."))
    _stop(version.circulation, text, Circulation.Stop.WITHDRAWN, at)
    record("take back statement", text, by, at, f"version {version.number}")


def _stop(circulation: Circulation, text: Agreed, why: Circulation.Stop, at: datetime) -> None:
    circulation.stop, circulation.stopped_at = why, at
    circulation.full_clean()
    circulation.save()
    text.state = State.DRAFT
    text.save()
    tell_asked(circulation, cause="stopped", template="outcomes/mail/circulation_stopped", at=at)


def _text_of(circulation: Circulation) -> Agreed:
    version = circulation.version
    return version.corrigendum or version.statement


ENDS_SOON = timedelta(days=2)


def remind_of_circulations(*, at: datetime) -> int:
    """Reminds who is silent two days before a deadline, and co-chairs where silence ended.

    Returns how many circulations somebody was written to about. Who was told is not told again.
    """
    told = 0
    rows = Circulation.objects.filter(stop="").select_related("version__statement__event")
    for circulation in rows.order_by("pk"):
        version = circulation.version
        if (version.corrigendum or version.statement).state != State.CIRCULATED:
            continue
        if circulation.standing(at) == Circulation.Standing.AGREED:
            told += tell_cochairs_to_sign(circulation, at=at)
        elif circulation.deadline - at <= ENDS_SOON:
            told += bool(tell_silent(circulation, at=at))
    return told
