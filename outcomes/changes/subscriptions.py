"""Following by mail: who is told of what moved, how often, and how one press ends it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from outcomes.changes.log import changes
from outcomes.changes.topics import Topic, absolute, public, topic_of
from outcomes.changes.values import Change, Kind
from outcomes.models import FOLLOWED, Follow
from participants.accounts.addresses import stand_in_for
from participants.accounts.emails import write_to_user
from participants.models import Delegate, User

MOST = 50  # lines of one letter
# What is being stored at this moment has its time already, and nobody reads it yet.
UNDER_WAY = timedelta(minutes=2)
_SALT = "outcomes.changes.subscriptions"
# Of these the new state may be told in a mail: it is a word of the portal's own, and no name.
TELLING = {Kind.UPDATE, Kind.ASSESSMENT, Kind.RESPONSE}


@dataclass(frozen=True)
class News:
    """One line of a letter. It names nobody: mail is read by others too."""

    reference: str
    kind: str
    state: str
    url: str


def follow(user: User, topic: Topic, pace: str, at: datetime) -> None:
    """From now on the person is told of what moves there; a second time changes the pace alone."""
    Follow.objects.update_or_create(
        user=user,
        **{topic.kind: topic.row},
        defaults={"pace": pace},
        create_defaults={"pace": pace, "told_until": at},
    )


def followed(user: User, topic: Topic) -> Follow | None:
    """What the person asked for about it."""
    return Follow.objects.filter(user=user, **{topic.kind: topic.row}).first()


def topics_of(follows: Iterable[Follow]) -> dict[int, Topic]:
    """What is followed, as far as it is public, by the number of the row."""
    rows = list(follows)
    found: dict[int, Topic] = {}
    for kind in FOLLOWED:
        asked = {pk: row.pk for row in rows if (pk := getattr(row, f"{kind}_id"))}
        if asked:
            shown = public(kind).filter(pk__in=asked)
            found |= {asked[thing.pk]: topic_of(thing) for thing in shown}
    return found


def stop_url(user: User) -> str:
    """The whole address where one press ends all such mail, without signing in.

    It works as long as there is an account, and can do nothing else.
    """
    token = signing.dumps(stand_in_for(user.pk), salt=_SALT)
    return absolute(reverse("stop-by-link", args=[token]))


def is_ours(token: str) -> bool:
    """Whether the link was made here, whatever became of the person."""
    return _account(token) is not None


def stop_all(token: str) -> None:
    """Ends all that the person of this link follows; nothing where there is nobody."""
    account = _account(token)
    users = Follow.objects.order_by().values_list("user", flat=True).distinct()
    # The link holds no number of an account, so each is asked for its stand-in.
    mine = [number for number in users if stand_in_for(number) == account]
    Follow.objects.filter(user__in=mine).delete()


def _account(token: str) -> str | None:
    try:
        account = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return account if isinstance(account, str) else None


def tell(*, on: date, at: datetime) -> Counter[str]:
    """Writes to whoever follows something that moved: how many letters at each pace.

    At once means all until two minutes ago, or until that day ends; weekly means until its
    Monday began, so that a week has one letter and a missed Monday is made up for. Nothing is told
    twice.
    """
    settled = at - UNDER_WAY
    on = min(on, timezone.localtime(settled).date())  # what lies ahead has not moved yet
    ends = {
        Follow.Pace.AT_ONCE: min(settled, _begin(on + timedelta(days=1))),
        Follow.Pace.WEEKLY: _begin(on - timedelta(days=on.weekday())),
    }
    hidden = Delegate.objects.filter(paused_at__isnull=False, user__isnull=False)
    done: Counter[str] = Counter()
    for pace, until in ends.items():
        due = Follow.objects.filter(pace=pace, told_until__lt=until, user__is_active=True)
        users = due.exclude(user__in=hidden.values("user")).order_by().values("user")
        for user in User.objects.filter(pk__in=users).order_by("pk"):
            done[pace] += _tell(user, pace, until, at)
    return +done


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@transaction.atomic
def _tell(user: User, pace: str, until: datetime, at: datetime) -> bool:
    # Of two runs at once the second finds everything told.
    User.objects.select_for_update().get(pk=user.pk)
    rows = list(Follow.objects.filter(user=user, pace=pace, told_until__lt=until))
    topics = topics_of(rows)
    news: dict[News, None] = {}
    for row in rows:
        if topic := topics.get(row.pk):
            for change in changes(row.told_until, until, topic.row, most=MOST + 1):
                news[_line(change)] = None
    Follow.objects.filter(pk__in=[row.pk for row in rows]).update(told_until=until)
    if not news:
        return False
    letter = write_to_user(
        user,
        cause=f"follows:{user.pk}:{pace}:{until.isoformat()}",
        template="outcomes/mail/followed",
        context={
            "news": list(news)[:MOST],
            "has_more": len(news) > MOST,
            "is_weekly": pace == Follow.Pace.WEEKLY,
            "following_url": absolute(reverse("my-following")),
            "stop_url": stop_url(user),
        },
        at=at,
        unsubscribe_url=stop_url(user),
    )
    return letter is not None


def _line(change: Change) -> News:
    return News(
        reference=change.reference,
        kind=str(change.kind.label),
        state=change.after if change.kind in TELLING else "",
        url=absolute(change.url),
    )
