"""Introductions: request or proposal, acceptance by both people, and ending."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from participants.accounts.emails import email_delegate
from participants.models import Delegate, Introduction, User
from participants.permissions import acting_organisation, permissions_of
from participants.privacy import visibility
from participants.privacy.visibility import Card, Viewer, Workplace
from roundtable.audit import log as audit

# After this time a person may ask again. Refusals are not disclosed, so the time is the same for a
# refused and an unanswered request.
REQUEST_COOLDOWN = timedelta(days=365)
# Enough for a meeting, too few to contact everyone in the directory.
MAX_PENDING_REQUESTS = 20


class TooManyRequests(Exception):
    """The person has MAX_PENDING_REQUESTS unanswered requests."""


class Proposer(models.TextChoices):
    """Who proposed an introduction, as one of its two people sees it."""

    READER = "reader", _("You")
    OTHER_PERSON = "other", _("The other person")
    COCHAIRS = "co-chairs", _("A co-chair")


@dataclass(frozen=True)
class IntroductionSummary:
    """An introduction as one of the two people sees it."""

    handle: str
    # None if the reader may not see that the other person is listed.
    card: Card | None
    # Whom the other person speaks for, until the reader has answered.
    organisations: tuple[Workplace, ...]
    message: str
    proposed_at: datetime
    proposer: Proposer
    is_accepted: bool
    needs_my_answer: bool


@transaction.atomic
def request_introduction(
    *, by: Delegate, handle: str, message: str, at: datetime
) -> Introduction | None:
    """Sends a request to a listed person, or accepts the one that already exists.

    Returns None if the person is hidden from `by`, does not exist, or is `by`. Raises
    TooManyRequests.
    """
    assert by.user is not None
    profile = visibility.find_profile(visibility.get_viewer(by.user, at.date()), handle, at.date())
    if profile is None or profile.is_own:
        return None
    other = Delegate.objects.get(handle=handle)
    recent = Introduction.objects.between(by, other).filter(proposed_at__gt=at - REQUEST_COOLDOWN)
    for row in recent.reaching(by).order_by("-proposed_at"):
        if not _has_ended(row, by):
            accept_introduction(row, by=by, at=at)
            return row
    if _count_pending(by, at) >= MAX_PENDING_REQUESTS:
        raise TooManyRequests
    # A person who refused within the year is not asked again. To the requester it looks pending.
    was_refused = any(_has_ended(row, other) for row in recent)
    row = Introduction(
        first=by,
        second=other,
        proposed_by=by.user,
        message=message,
        proposed_at=at,
        first_accepted_at=at,
        second_ended_at=at if was_refused else None,
    )
    row.full_clean()
    row.save()
    audit.record(action="ask for introduction", at=at, actor=by.user, subject=by)
    # If one of them excludes the other, it also looks pending.
    if not was_refused and _reaches(row, other):
        _notify_proposal(other, f"{by.pk}:{other.pk}:{at:%Y-%m}", at)
    return row


def _count_pending(by: Delegate, at: datetime) -> int:
    # A refusal does not free a place, because that would disclose the refusal.
    sent = by.introductions_as_first.filter(
        proposed_by=by.user_id, first_ended_at=None, proposed_at__gt=at - REQUEST_COOLDOWN
    )
    answered = sent.filter(second_accepted_at__isnull=False)
    return sent.count() - answered.count()


@transaction.atomic
def propose_introduction(
    *, first: Delegate, second: Delegate, by: User, message: str, at: datetime
) -> Introduction:
    """Proposes an introduction as a co-chair of a roundtable that both took part in.

    Raises PermissionError if `by` may not, and ValidationError if the same proposal is open.
    """
    events = shared_events(first, second)
    permissions = permissions_of(by, at.date())
    decided = [event for event in sorted(events) if permissions and permissions.may_decide(event)]
    if not decided or by.pk in (first.user_id, second.user_id):
        raise PermissionError("Only a co-chair of a roundtable of both may introduce them.")
    row = Introduction(first=first, second=second, proposed_by=by, message=message, proposed_at=at)
    row.full_clean()
    row.save()
    for side in (first, second):
        audit.record(
            action="propose introduction",
            at=at,
            actor=by,
            subject=side,
            organisation=acting_organisation(by, decided[0], at.date()),
        )
        if _reaches(row, side):
            _notify_proposal(side, f"{row.pk}:{side.pk}", at)
    return row


def was_recently_proposed(first: Delegate, second: Delegate, *, by: User, at: datetime) -> bool:
    """Whether `by` proposed this within a year, whatever the outcome."""
    return (
        Introduction.objects.between(first, second)
        .filter(proposed_by=by, proposed_at__gt=at - REQUEST_COOLDOWN)
        .exists()
    )


def shared_events(first: Delegate, second: Delegate) -> set[int]:
    of_first = first.participations.confirmed().values_list("event", flat=True)
    return set(of_first) & set(second.participations.confirmed().values_list("event", flat=True))


@transaction.atomic
def accept_introduction(introduction: Introduction, *, by: Delegate, at: datetime) -> None:
    row = Introduction.objects.select_for_update().get(pk=introduction.pk)
    if _has_ended(row, by) or _has_accepted(row, by):
        return
    _set_timestamp(row, by, "accepted_at", at)
    audit.record(action="accept introduction", at=at, actor=by.user, subject=by)
    # If both have accepted, each is now in the “introduced to me” audience of the other, unless
    # one has excluded the other since then.
    if Introduction.objects.accepted().not_excluded().filter(pk=row.pk).exists():
        email_delegate(
            _other_delegate(row, by),
            dedup_key=f"introduction:{row.pk}:accepted",
            template="participants/introductions/emails/introduction_accepted",
            context={"url": _page_url()},
            at=at,
        )


@transaction.atomic
def end_introduction(introduction: Introduction, *, by: Delegate, at: datetime) -> None:
    row = Introduction.objects.select_for_update().get(pk=introduction.pk)
    if _has_ended(row, by):
        return
    # The other person is not told.
    _set_timestamp(row, by, "ended_at", at)
    audit.record(action="end introduction", at=at, actor=by.user, subject=by)


def _set_timestamp(row: Introduction, by: Delegate, field: str, at: datetime) -> None:
    setattr(row, f"{'first' if row.first_id == by.pk else 'second'}_{field}", at)
    row.full_clean()
    row.save()


def list_introductions(
    delegate: Delegate, viewer: Viewer, at: datetime
) -> list[IntroductionSummary]:
    """Open and accepted introductions of a person, in four queries.

    A refusal by the other person does not change the result. A withdrawn request is left out.
    """
    own = Introduction.objects.reaching(delegate).filter(
        Q(first=delegate, first_ended_at=None) | Q(second=delegate, second_ended_at=None)
    )
    both = Q(first_accepted_at__isnull=False, second_accepted_at__isnull=False)
    rows = list(
        own.filter(both | Q(proposed_at__gt=at - REQUEST_COOLDOWN)).select_related(
            "first", "second"
        )
    )
    rows = [row for row in rows if not _is_withdrawn(row, delegate)]
    others = {_other_delegate(row, delegate).pk for row in rows}
    unanswered = [row for row in rows if not _has_accepted(row, delegate)]
    # The person who is asked may see who asks, until they have answered.
    requesters = {row.first_id for row in unanswered if _is_requested_by_first(row)}
    proposed = {_other_delegate(row, delegate).pk for row in unanswered} - requesters
    on = at.date()
    cards = visibility.requester_cards(requesters, on) | visibility.cards_by_id(viewer, others, on)
    organisations = visibility.organisations_before_answer(delegate, requesters, proposed, on)
    return [_summarise(row, delegate, cards, organisations) for row in rows]


def introductions_to_answer(delegate: Delegate, at: datetime) -> QuerySet[Introduction]:
    """Those of list_introductions() that need this person's answer."""
    is_open = Q(first=delegate, first_accepted_at=None, first_ended_at=None) | Q(
        second=delegate, second_accepted_at=None, second_ended_at=None
    )
    is_proposed = Q(proposed_by=None) | ~Q(proposed_by=F("first__user"))
    rows = Introduction.objects.reaching(delegate).filter(
        is_open, is_proposed | Q(first_ended_at=None)
    )
    return rows.filter(proposed_at__gt=at - REQUEST_COOLDOWN)


def _is_withdrawn(row: Introduction, delegate: Delegate) -> bool:
    is_recipient = row.second_id == delegate.pk and _is_requested_by_first(row)
    return is_recipient and bool(row.first_ended_at) and not row.second_accepted_at


def _summarise(
    row: Introduction,
    delegate: Delegate,
    cards: dict[int, Card],
    organisations: dict[int, list[Workplace]],
) -> IntroductionSummary:
    proposer = Proposer.COCHAIRS
    if _is_requested_by_first(row):
        proposer = Proposer.READER if row.first_id == delegate.pk else Proposer.OTHER_PERSON
    is_accepted = bool(row.first_accepted_at and row.second_accepted_at)
    other = _other_delegate(row, delegate).pk
    return IntroductionSummary(
        handle=row.handle,
        card=cards.get(other),
        organisations=tuple(organisations.get(other, ())),
        message=row.message,
        proposed_at=row.proposed_at,
        proposer=proposer,
        is_accepted=is_accepted,
        needs_my_answer=not is_accepted and not _has_accepted(row, delegate),
    )


def _reaches(row: Introduction, side: Delegate) -> bool:
    return Introduction.objects.reaching(side).filter(pk=row.pk).exists()


def _is_requested_by_first(row: Introduction) -> bool:
    return row.proposed_by_id is not None and row.proposed_by_id == row.first.user_id


def _has_accepted(row: Introduction, by: Delegate) -> bool:
    return bool(row.first_accepted_at if row.first_id == by.pk else row.second_accepted_at)


def _has_ended(row: Introduction, by: Delegate) -> bool:
    return bool(row.first_ended_at if row.first_id == by.pk else row.second_ended_at)


def _other_delegate(row: Introduction, delegate: Delegate) -> Delegate:
    return row.second if row.first_id == delegate.pk else row.first


def _notify_proposal(delegate: Delegate, dedup_key_suffix: str, at: datetime) -> None:
    email_delegate(
        delegate,
        dedup_key=f"introduction:{dedup_key_suffix}",
        template="participants/introductions/emails/introduction_requested",
        context={"url": _page_url()},
        at=at,
    )


def _page_url() -> str:
    return f"{settings.PORTAL_URL}{reverse('my-introductions')}"
