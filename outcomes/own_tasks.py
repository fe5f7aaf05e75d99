"""What waits for a signed-in person: the number in the masthead, and the list on `/me/`.

Both use the same rows, which are counted together.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from outcomes.models import CirculationReply, CommitmentParty, EditorialState, Offer
from outcomes.reporting.joins import unanswered_joins
from outcomes.reporting.proposals import open_undertakings, undertakings_to_answer
from outcomes.reporting.reminders import reports_to_write
from outcomes.statements.replies import unanswered_replies
from participants.introductions.lifecycle import introductions_to_answer
from participants.models import Delegate, Introduction, Proposal, User
from participants.privacy.consent import with_outdated_consent
from participants.privacy.retention import with_review_pending

_ANSWER = gettext_lazy("Answer")


@dataclass(frozen=True)
class Kind:
    """A kind of task: its words, and the page on which it is done."""

    title: Promise  # with %(number)d
    button: str | Promise
    page: str  # of several; an address or the name of one
    page_of_one: str = ""
    argument: str = "pk"  # of a row, in the address of its page
    due_on: Callable[[Any], date | None] | None = None
    since: Callable[[Any], datetime] | None = None


REPORTS = Kind(
    ngettext_lazy("Report on %(number)d commitment", "Report on %(number)d commitments", "number"),
    gettext_lazy("Report"),
    page="my-commitments",
    page_of_one="report",
    due_on=lambda party: min(filter(None, [party.asked_by, party.commitment.due_on]), default=None),
)
REQUESTS = Kind(
    ngettext_lazy(
        "Accept or decline to report on %(number)d commitment",
        "Accept or decline to report on %(number)d commitments",
        "number",
    ),
    _ANSWER,
    page="my-commitments",
)
UNDERTAKINGS = Kind(
    ngettext_lazy(
        "Accept or decline %(number)d commitment that is proposed to your organisation",
        "Accept or decline %(number)d commitments that are proposed to your organisation",
        "number",
    ),
    _ANSWER,
    page="my-commitments",
    page_of_one="my-proposal",
    argument="party_id",
    due_on=lambda undertaking: timezone.localdate(undertaking.expires_at),
)
JOINS = Kind(
    ngettext_lazy(
        "Answer %(number)d request to join your commitment",
        "Answer %(number)d requests to join your commitments",
        "number",
    ),
    _ANSWER,
    page="my-commitments",
    page_of_one="join-request",
    since=lambda offer: offer.submitted_at,
)
INTRODUCTIONS = Kind(
    ngettext_lazy(
        "Answer %(number)d request for an introduction",
        "Answer %(number)d requests for introductions",
        "number",
    ),
    _ANSWER,
    page="my-introductions",
    since=lambda introduction: introduction.proposed_at,
)
TEXTS = Kind(
    ngettext_lazy(
        "Answer for your organisation about %(number)d draft text",
        "Answer for your organisation about %(number)d draft texts",
        "number",
    ),
    gettext_lazy("Read"),
    page="my-circulations",
    page_of_one="my-circulation",
    argument="circulation_id",
    due_on=lambda reply: reply.circulation.local_deadline.date(),
)
ENTRIES = Kind(
    ngettext_lazy(
        "Answer %(number)d proposed entry about you",
        "Answer %(number)d proposed entries about you",
        "number",
    ),
    gettext_lazy("Read"),
    page="#entered",
    since=lambda proposal: proposal.proposed_at,
)


def _count(rows: dict[Kind | str, QuerySet[Any]]) -> Counter[Kind | str]:
    """How many rows of each kind there are, in one query."""
    if not rows:
        return Counter()
    kinds = list(rows)
    first, *others = (
        found.order_by().values_list(Value(number)) for number, found in enumerate(rows.values())
    )
    # Each row is the number of its kind.
    return Counter(kinds[number] for (number,) in first.union(*others, all=True))


@dataclass(frozen=True)
class OwnTask:
    """One or more tasks of a kind."""

    number: int
    title: str
    hint: str
    due_on: date | None
    is_late: bool
    url: str
    button: str | Promise


class OwnTasks:
    """All that waits for one person."""

    def __init__(self, user: User, delegate: Delegate, at: datetime) -> None:
        self.user, self.at, self.on = user, at, timezone.localdate(at)
        own = Delegate.objects.filter(pk=delegate.pk)
        notices = with_outdated_consent().filter(pk=delegate.pk)
        parties = CommitmentParty.objects.filter(focal_point=delegate)
        undertakings = open_undertakings(user, at)
        joins = Offer.objects.joining().filter(state=EditorialState.SUBMITTED, lead_answer="")
        texts = CirculationReply.objects.filter(answer="", circulation__deadline__gt=at)
        entries = Proposal.objects.filter(delegate=delegate)
        # What could wait, and the rule that says what does: Django takes longer to write these
        # rules than a page has, and most people have nothing to ask them about.
        rules: dict[Kind | str, tuple[QuerySet[Any], Callable[[], QuerySet[Any]]]] = {
            REPORTS: (parties, lambda: reports_to_write(user, self.on)),
            UNDERTAKINGS: (undertakings, lambda: undertakings),
            REQUESTS: (parties, lambda: parties.public().filter(focal_point_accepted_at=None)),
            JOINS: (joins, lambda: unanswered_joins(user, self.on)),
            INTRODUCTIONS: (
                Introduction.objects.of(delegate),
                lambda: introductions_to_answer(delegate, at),
            ),
            TEXTS: (texts, lambda: unanswered_replies(user, at)),
            ENTRIES: (entries, lambda: entries),
            # These have a form at the top of `/me/`, so they are in no list.
            "notice": (notices, lambda: notices),
            "review": (
                delegate.retention_actions.all(),
                lambda: with_review_pending(own).exclude(pk__in=notices.values("pk")),
            ),
        }
        could_wait = _count({kind: rows for kind, (rows, _rule) in rules.items()})
        self.rows = {kind: rule() for kind, (_rows, rule) in rules.items() if could_wait[kind]}
        self.numbers = _count(self.rows)

    @cached_property
    def undertakings(self) -> list[Any]:
        return undertakings_to_answer(self.user, self.at) if self.numbers[UNDERTAKINGS] else []

    @property
    def number(self) -> int:
        return self.numbers.total() - self.numbers[UNDERTAKINGS] + len(self.undertakings)

    def listed(self) -> list[OwnTask]:
        """Those with the earliest due date first, then those that have none."""
        found = {
            kind: self.undertakings if kind is UNDERTAKINGS else list(rows)
            for kind, rows in self.rows.items()
            if isinstance(kind, Kind) and self.numbers[kind]
        }
        tasks = [self._task(kind, rows) for kind, rows in found.items() if rows]
        return sorted(tasks, key=lambda task: task.due_on or date.max)

    def _task(self, kind: Kind, rows: list[Any]) -> OwnTask:
        days = [day for day in map(kind.due_on, rows) if day] if kind.due_on else []
        late, due_on, hint = sum(day < self.on for day in days), min(days, default=None), ""
        if due_on:
            hint = _("By %s") % date_format(due_on)
        elif kind.since:
            hint = _("Since %s") % date_format(
                min(timezone.localdate(kind.since(row)) for row in rows)
            )
        if late:
            words = ngettext(
                "%(number)d past its due date", "%(number)d past their due dates", late
            )
            hint = f"{hint} ({words % {'number': late}})"
        is_one = len(rows) == 1 and kind.page_of_one
        return OwnTask(
            number=len(rows),
            title=str(kind.title % {"number": len(rows)}),
            hint=hint,
            due_on=due_on,
            is_late=late > 0,
            url=reverse(kind.page_of_one, args=[getattr(rows[0], kind.argument)])
            if is_one
            else kind.page
            if kind.page.startswith("#")
            else reverse(kind.page),
            button=kind.button,
        )
