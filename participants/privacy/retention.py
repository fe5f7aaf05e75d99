"""The yearly question whether all is still right, and what follows silence.

After 11 months somebody with a profile is asked; 30 days later all of it is theirs alone; 12 months
after that the profile is erased, once two warnings were sent. Each wait counts from the day on
which the step before was really taken, so late runs shorten none of them. Where no letter can reach
the person, the waits are the same and nobody is warned.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse

from participants.accounts.addresses import mailbox_of, stand_in_for
from participants.accounts.emails import write_to
from participants.models import (
    Consent,
    ConsentNotice,
    Delegate,
    Participation,
    ReviewStep,
    User,
)
from participants.privacy import consent
from participants.privacy.erasure import erase
from roundtable.audit import log as audit
from roundtable.mail.queue import Letter

Step = ReviewStep.Step
MONTHS_UNTIL_ASKED = 11
SILENCE = timedelta(days=30)
MONTHS_UNTIL_ERASED = 12
FIRST_WARNING = timedelta(days=60)
SECOND_WARNING = timedelta(days=14)
# The least time between the two warnings, and between the second and the erasure.
BETWEEN = timedelta(days=14)
_SALT = "participants.privacy.retention"
WORKS_FOR = timedelta(days=730)
# What a run does beside the steps that are recorded.
ERASED, UNWARNED, FAILED = "erased", "unwarned", "failed"
# Beside the step, where no letter could go out with it.
UNREACHED = "unreached"
WARNINGS = (Step.WARNED, Step.WARNED_AGAIN)
TEMPLATES: dict[str, str] = {
    Step.ASKED: "participants/mail/review_asked",
    Step.NARROWED: "participants/mail/review_narrowed",
    Step.WARNED: "participants/mail/review_warned",
    Step.WARNED_AGAIN: "participants/mail/review_warned",
}
NEVER = date.max


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def since_of(delegate: Delegate) -> date:
    """The day that the person's review counts from: the last yes, or when they first came."""
    assert delegate.user is not None
    return delegate.reviewed_on or delegate.user.joined_at.date()


def due(since: date, taken: Mapping[str, date], *, has_mailbox: bool = True) -> tuple[str, date]:
    """What comes next, and from which day on, where these steps were taken on these days.

    Whom no letter reaches is not warned: a mailbox of later begins with the first warning.
    """
    if Step.ASKED not in taken:
        return Step.ASKED, months_after(since, MONTHS_UNTIL_ASKED)
    if Step.NARROWED not in taken:
        return Step.NARROWED, taken[Step.ASKED] + SILENCE
    end = months_after(taken[Step.NARROWED], MONTHS_UNTIL_ERASED)
    if not has_mailbox:
        # What a warning of before has named is waited for.
        named = [taken[step] + 2 * BETWEEN for step in WARNINGS if step in taken]
        return ERASED, max([end, *named])
    if Step.WARNED not in taken:
        return Step.WARNED, end - FIRST_WARNING
    if Step.WARNED_AGAIN not in taken:
        return Step.WARNED_AGAIN, max(end - SECOND_WARNING, taken[Step.WARNED] + BETWEEN)
    return ERASED, max(end, taken[Step.WARNED_AGAIN] + BETWEEN)


def _cause(delegate: Delegate, step: str) -> str:
    return f"review {step} {delegate.pk} {since_of(delegate):%Y-%m-%d}"


def _taken(delegate: Delegate, *, has_mailbox: bool) -> dict[str, date]:
    """The steps of the running review; a warning counts from the day its letter was sent."""
    since = since_of(delegate)
    taken = {row.step: row.on for row in delegate.review_steps.all() if row.since == since}
    if not has_mailbox:
        return taken
    for step in set(WARNINGS) & set(taken):
        letter = Letter.objects.filter(cause=_cause(delegate, step), is_sent=True).first()
        if letter and letter.done_at:
            taken[step] = max(taken[step], letter.done_at.date())
        else:
            taken[step] = NEVER - BETWEEN  # nobody is warned by a letter that never left
    return taken


def is_awaited(delegate: Delegate) -> bool:
    """Whether the person was asked and has not answered."""
    if delegate.user is None:
        return False
    return delegate.review_steps.filter(since=since_of(delegate)).exists()


def running_out(events: Iterable[int] | None, on: date) -> int:
    """How many with an account took part in these roundtables and are asked by a day 30 days on.

    None means all roundtables. Whoever did not answer in time is counted no more. What somebody
    shares, or whether, plays no part in it.
    """
    last = months_after(on + SILENCE, -MONTHS_UNTIL_ASKED)
    since = Coalesce("reviewed_on", TruncDate("user__joined_at", tzinfo=UTC))
    people = Delegate.objects.filter(user__isnull=False, erased_at=None).annotate(counts_from=since)
    if events is not None:
        seats = Participation.objects.filter(event__in=events)
        people = people.filter(pk__in=seats.values("delegate"))
    narrowed = ReviewStep.objects.filter(
        delegate=OuterRef("pk"), step=Step.NARROWED, since=OuterRef("counts_from")
    )
    return people.filter(~Exists(narrowed), counts_from__lte=last).count()


def _candidates(on: date) -> QuerySet[Delegate]:
    """Everyone with a profile of their own, save who said a short while ago that all is right."""
    long_ago = Q(reviewed_on=None) | Q(reviewed_on__lte=on - timedelta(days=300))
    return Delegate.objects.filter(long_ago, user__isnull=False, erased_at=None)


def review(*, on: date, at: datetime, dry_run: bool = False) -> Counter[str]:
    """Takes each step that is due on that day, one a person at most; how many of each.

    Steps of people whom no letter reaches are counted a second time, as UNREACHED.

    A second run on the same day finds nothing to do. With `dry_run` it only counts.
    """
    done: Counter[str] = Counter()
    for number in list(_candidates(on).order_by("pk").values_list("pk", flat=True)):
        try:
            done.update(_review_one(number, on=on, at=at, dry_run=dry_run))
        except OSError:  # the ledger could not be written, so nothing was erased
            done[FAILED] += 1
    return done


@transaction.atomic
def _review_one(number: int, *, on: date, at: datetime, dry_run: bool) -> list[str]:
    delegate = Delegate.objects.select_for_update().get(pk=number)
    if delegate.user is None:
        return []  # left or erased since the run began
    has_mailbox = bool(mailbox_of(delegate.user))
    taken = _taken(delegate, has_mailbox=has_mailbox)
    step, day = due(since_of(delegate), taken, has_mailbox=has_mailbox)
    if Step.NARROWED in taken and _has_a_task(delegate.user, on):
        return []
    if on < day:
        return [UNWARNED] if day == NEVER and _is_given_up(delegate, taken) else []
    if not dry_run:
        _take(delegate, step, on=on, at=at)
    return [step] if has_mailbox else [step, UNREACHED]


def _has_a_task(user: User, on: date) -> bool:
    """Whether erasing the account would leave a roundtable, or the portal, without its keeper."""
    return user.is_superuser or user.grants.active(on).exists()


def _is_given_up(delegate: Delegate, taken: Mapping[str, date]) -> bool:
    """Whether a warning was neither sent nor waits to be sent."""
    causes = [_cause(delegate, step) for step in WARNINGS if step in taken]
    alive = Letter.objects.filter(Q(is_sent=True) | Q(done_at=None), cause__in=causes)
    return alive.count() < len(causes)


def _take(delegate: Delegate, step: str, *, on: date, at: datetime) -> None:
    if step == ERASED:
        erase(delegate, by=None, at=at)
        return
    cause, link = _cause(delegate, step), url_for(delegate)
    row = ReviewStep(delegate=delegate, since=since_of(delegate), step=step, on=on)
    row.full_clean()
    row.save()
    if step == Step.NARROWED:
        consent.withdraw(delegate, by=Consent.By.REVIEW, at=at)
    taken = {row.step: row.on for row in delegate.review_steps.filter(since=row.since)}
    context = {"url": link, "on": _first_day_after(taken, on)}
    write_to(delegate, cause=cause, template=TEMPLATES[step], context=context, at=at)


def _first_day_after(taken: Mapping[str, date], on: date) -> date:
    """The day from which silence has the consequence that the letter names."""
    if Step.NARROWED not in taken:
        return on + SILENCE
    end = months_after(taken[Step.NARROWED], MONTHS_UNTIL_ERASED)
    if Step.WARNED_AGAIN in taken:
        return max(end, on + BETWEEN)
    return max(end, on + 2 * BETWEEN) if Step.WARNED in taken else end


@transaction.atomic
def answer(delegate: Delegate, *, notice: ConsentNotice, by: Consent.By, at: datetime) -> None:
    """The person says that all is still right: the review begins anew.

    Whoever has agreed renews that under this wording; nobody agrees again by it.
    """
    if delegate.consented_at:
        consent.renew(delegate, notice=notice, by=by, at=at)
        return
    delegate.reviewed_on = at.date()
    delegate.save(update_fields=["reviewed_on"])
    audit.record(act="review", at=at, actor=delegate.user, subject=delegate, detail=by.value)


def url_for(delegate: Delegate) -> str:
    """The whole address of a page with one button that answers this review, without signing in.

    It works for two years, for this account and this review only, and can do nothing else.
    """
    content = [delegate.handle, stand_in_for(delegate.user_id), since_of(delegate).isoformat()]
    token = signing.dumps(content, salt=_SALT)
    return f"{settings.PORTAL_URL}{reverse('review-by-link', args=[token])}"


def delegate_of(token: str) -> tuple[Delegate, bool] | None:
    """Whose review the link answers, and whether the answer is still awaited.

    None where the link is wrong, too old, or the person is gone.
    """
    try:
        handle, account, since = signing.loads(token, salt=_SALT, max_age=WORKS_FOR)
    except (signing.BadSignature, ValueError):
        return None
    found = Delegate.objects.filter(handle=handle, user__isnull=False).first()
    if found is None or stand_in_for(found.user_id) != account:
        return None
    return found, since_of(found).isoformat() == since
