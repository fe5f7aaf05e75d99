"""Email subscriptions to public changes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import ngettext

from outcomes.changes.log import latest_changes
from outcomes.changes.topics import Topic, absolute_url, public_rows, topic_for, topic_summary
from outcomes.changes.values import Change, ChangeKind, correction_sentence, shortened
from outcomes.commitments.status import finding_labels, with_findings
from outcomes.models import SUBSCRIPTION_TARGETS, Subscription
from participants.accounts.emails import email_user
from participants.email_links.links import create_link, register_one_click
from participants.models import Delegate, EmailLink, User

MAX_NOTIFICATION_LINES = 50  # per email
MAX_NAME_LENGTH = 60  # of a corrected record
# A transaction that is still open has earlier timestamps than its commit; wait for it.
NOTIFICATION_DELAY = timedelta(minutes=2)
UNSUBSCRIBE_LIFETIME = timedelta(days=730)
# Emails may show the new state of these kinds: it is a fixed label and contains no name.
KINDS_SHOWING_STATE = {ChangeKind.UPDATE, ChangeKind.ASSESSMENT, ChangeKind.RESPONSE}


@dataclass(frozen=True)
class NotificationLine:
    """One line of a notification email."""

    # No names: people other than the recipient may read the email.
    reference: str
    kind: str
    state: str
    url: str
    # Of a correction, in words that everyone can read.
    corrected: str = ""
    correction: str = ""


def subscribe(user: User, topic: Topic, pace: str, at: datetime) -> None:
    """Starts a subscription at `at`; a second call changes only the frequency."""
    Subscription.objects.update_or_create(
        user=user,
        **{topic.kind: topic.row},
        defaults={"frequency": pace},
        create_defaults={"frequency": pace, "notified_until": at},
    )


def subscription_for(user: User, topic: Topic) -> Subscription | None:
    return Subscription.objects.filter(user=user, **{topic.kind: topic.row}).first()


def topics_by_subscription(subscriptions: Iterable[Subscription]) -> dict[int, Topic]:
    """Maps primary keys of subscriptions to topics that are still public."""
    rows = list(subscriptions)
    found: dict[int, Topic] = {}
    for kind in SUBSCRIPTION_TARGETS:
        subscription_ids = {pk: row.pk for row in rows if (pk := getattr(row, f"{kind}_id"))}
        if subscription_ids:
            shown = public_rows(kind).filter(pk__in=subscription_ids)
            found |= {subscription_ids[thing.pk]: topic_for(thing) for thing in shown}
    return found


def unsubscribe_url_for(user: User, at: datetime) -> str:
    """Absolute URL that ends all subscriptions without signing in."""
    return create_link(
        EmailLink.Purpose.UNSUBSCRIBE, user=user, at=at, lifetime=UNSUBSCRIBE_LIFETIME
    )


@register_one_click(EmailLink.Purpose.UNSUBSCRIBE)
def unsubscribe_all(link: EmailLink, at: datetime) -> None:
    if link.user and link.is_valid(at):
        Subscription.objects.filter(user=link.user).delete()


def send_notifications(*, on: date, at: datetime) -> Counter[str]:
    """Emails followers about changes; returns the number of emails by frequency.

    Weekly emails cover changes until Monday of that week, so a missed Monday is sent later. Each
    change is sent once.
    """
    until_latest = at - NOTIFICATION_DELAY
    on = min(on, timezone.localtime(until_latest).date())  # changes of the future are not known yet
    ends = {
        Subscription.Frequency.AT_ONCE: min(until_latest, _start_of_day(on + timedelta(days=1))),
        Subscription.Frequency.WEEKLY: _start_of_day(on - timedelta(days=on.weekday())),
    }
    hidden = Delegate.objects.filter(hidden_at__isnull=False, user__isnull=False)
    sent: Counter[str] = Counter()
    for pace, until in ends.items():
        due = Subscription.objects.filter(
            frequency=pace, notified_until__lt=until, user__is_active=True
        )
        users = due.exclude(user__in=hidden.values("user")).order_by().values("user")
        for user in User.objects.filter(pk__in=users).order_by("pk"):
            sent[pace] += _notify_user(user, pace, until, at)
    return +sent


def _start_of_day(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@transaction.atomic
def _notify_user(user: User, pace: str, until: datetime, at: datetime) -> bool:
    # Lock: of two simultaneous runs, the second finds nothing left to send.
    User.objects.select_for_update().get(pk=user.pk)
    rows = list(Subscription.objects.filter(user=user, frequency=pace, notified_until__lt=until))
    topics = topics_by_subscription(rows)
    news: dict[NotificationLine, None] = {}
    changed: list[Topic] = []
    for row in rows:
        if topic := topics.get(row.pk):
            changes = latest_changes(
                row.notified_until, until, topic.row, limit=MAX_NOTIFICATION_LINES + 1
            )
            news |= dict.fromkeys(map(_notification_line, changes))
            changed += [topic] * bool(changes)
    Subscription.objects.filter(pk__in=[row.pk for row in rows]).update(notified_until=until)
    if not news:
        return False
    stop_url = unsubscribe_url_for(user, at)
    email = email_user(
        user,
        dedup_key=f"follows:{user.pk}:{pace}:{until.isoformat()}",
        template="outcomes/changes/emails/change_digest",
        context={
            "news": list(news)[:MAX_NOTIFICATION_LINES],
            "has_more": len(news) > MAX_NOTIFICATION_LINES,
            "standings": [_standing(topic, timezone.localdate(at)) for topic in changed],
            "corrected": corrected_in_words(news),
            "is_weekly": pace == Subscription.Frequency.WEEKLY,
            "following_url": absolute_url(reverse("my-subscriptions")),
            "stop_url": stop_url,
        },
        at=at,
        unsubscribe_url=stop_url,
    )
    return email is not None


def _standing(topic: Topic, on: date) -> dict[str, str]:
    summary = topic_summary(topic, on)
    words = str(summary)
    if topic.kind == "commitment":  # the rest of the sentence names its party and assessors
        words, labels = summary.claim.rstrip(":"), finding_labels(summary.findings)
        words = with_findings(words.rstrip("."), labels) if labels else words
    return {"words": words, "url": absolute_url(topic.path)}


def corrected_in_words(news: Iterable[NotificationLine]) -> str:
    """Names the first of the corrected records; empty if there is none."""
    names = list(dict.fromkeys(line.corrected for line in news if line.corrected))
    if len(names) < 2:
        return "".join(names)
    more = len(names) - 1
    text = ngettext("%(first)s and %(more)d more", "%(first)s and %(more)d more", more)
    return text % {"first": names[0], "more": more}


def _notification_line(change: Change) -> NotificationLine:
    is_correction = change.kind == ChangeKind.CORRECTION
    return NotificationLine(
        reference=change.reference,
        kind=str(change.kind.label),
        state=change.state if change.kind in KINDS_SHOWING_STATE else "",
        url=absolute_url(change.url),
        corrected=_name_of_corrected(change) if is_correction else "",
        correction=correction_sentence(shortened(change)) if is_correction else "",
    )


def _name_of_corrected(change: Change) -> str:
    words = Truncator(" ".join(change.subject.split())).chars(MAX_NAME_LENGTH)
    title = f"{change.reference} “{words}”" if change.reference else words
    return ", ".join(filter(None, [title, change.event]))
