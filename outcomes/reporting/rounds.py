"""Rounds of reporting: who was asked, who has answered, and where two went unanswered.

A party has answered a round once it has handed in an update since; approving is another matter.
Who hides is asked like anybody else, so that no count tells, but gets no letter.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from outcomes.models import (
    ENDED,
    Commitment,
    CommitmentParty,
    ProgressUpdate,
    ReportingRound,
    ReportLink,
    RoundRequest,
    State,
)
from outcomes.reporting.links import links_in
from outcomes.reporting.request_emails import answered_for, takes_letters, write_digest
from participants.accounts.addresses import mailbox_of
from participants.models import Delegate
from roundtable.mail.batches import Batch, recheck
from roundtable.mail.queue import Letter

# How many rounds in a row must stay unanswered before the commitment's page says so.
SILENT_AFTER = 2
# What begins the cause of each letter of a round.
CAUSE = "round "


@dataclass(frozen=True)
class Standing:
    """How a round stands: its requests, answered ones first, and how many were answered."""

    requests: list[RoundRequest]
    answered: int

    @property
    def asked(self) -> int:
        """How many parties were asked."""
        return len(self.requests)


def handed_in() -> QuerySet[ProgressUpdate]:
    """What was handed in and not taken back to be written on."""
    return ProgressUpdate.objects.filter(submitted_at__isnull=False).exclude(state=State.DRAFT)


def has_answered() -> Exists:
    """Condition for requests whose party has handed in an update since the round was opened."""
    since = handed_in().filter(
        party=OuterRef("party"), submitted_at__gte=OuterRef("round__opened_at")
    )
    return Exists(since)


def unanswered(reporting_round: ReportingRound, *, again: bool) -> QuerySet[RoundRequest]:
    """Its requests that wait for an answer; to be asked `again`, where reminders are wanted."""
    rows = reporting_round.requests.filter(~has_answered())
    return rows.filter(party__reminders_stopped_at=None) if again else rows


def standing(reporting_round: ReportingRound) -> Standing:
    """Who was asked in this round, and who has answered."""
    rows = reporting_round.requests.annotate(has_answered=has_answered()).select_related(
        "party__commitment", "party__organisation", "party__group"
    )
    found = sorted(rows, key=lambda row: (not row.has_answered, row.party.commitment_id, row.pk))
    return Standing(list(found), sum(row.has_answered for row in found))


def with_numbers(rounds: QuerySet[ReportingRound]) -> QuerySet[ReportingRound]:
    """Adds to each how many parties were `asked` and how many have `replied`."""
    of_round = RoundRequest.objects.filter(round=OuterRef("pk")).order_by()
    found = {"asked": of_round, "replied": of_round.filter(has_answered())}
    numbers = {
        name: Coalesce(Subquery(rows.values("round").annotate(n=Count("pk")).values("n")), 0)
        for name, rows in found.items()
    }
    return rounds.annotate(**numbers)


def whom_to_ask(commitments: QuerySet[Commitment]) -> list[CommitmentParty]:
    """The parties to these commitments whose focal point accepted to be asked."""
    parties = answered_for().filter(commitment__in=commitments.order_by())
    return list(parties.select_related("focal_point__user").order_by("pk"))


def write_to_all(
    parties: Iterable[CommitmentParty],
    *,
    of: ReportingRound,
    again: bool,
    at: datetime,
    batch: Batch | None = None,
    cause: str = "",
) -> None:
    """Queues one letter for each focal point among these parties, with a link for each of them.

    A `cause` is given where there is one focal point, whose letter this one replaces.
    """
    theirs = defaultdict(list)
    for party in parties:
        assert party.focal_point is not None
        theirs[party.focal_point].append(party)
    for person, asked in theirs.items():
        usual = f"{CAUSE}{of.pk} {person.pk}"
        write_digest(
            person,
            asked,
            cause=cause or (f"{usual} {at.date()}" if again else usual),
            template="outcomes/mail/round",
            at=at,
            title=of.title,
            by=of.due_on,
            again=again,
            today=at.date(),
            batch=batch,
        )


def silent(commitments: QuerySet[Commitment], on: date) -> QuerySet[Commitment]:
    """Those not ended of which no party has answered two rounds over by that day."""
    since = handed_in().filter(
        commitment=OuterRef("party__commitment"), submitted_at__gte=OuterRef("round__opened_at")
    )
    unanswered = RoundRequest.objects.filter(~Exists(since), round__due_on__lt=on).order_by()
    counted = unanswered.values("party__commitment").annotate(n=Count("round", distinct=True))
    often = counted.filter(n__gte=SILENT_AFTER).values("party__commitment")
    return commitments.exclude(latest_status__in=ENDED).filter(pk__in=often)


def unanswered_rounds(commitment: Commitment, on: date) -> list[ReportingRound]:
    """The rounds over by that day that none of its parties has answered, the earliest first.

    Empty where they are fewer than two: one may be missed.
    """
    since = handed_in().filter(commitment=commitment, submitted_at__gte=OuterRef("opened_at"))
    rounds = ReportingRound.objects.filter(
        ~Exists(since),
        pk__in=RoundRequest.objects.filter(party__commitment=commitment).values("round"),
        due_on__lt=on,
    )
    found = list(rounds.order_by("opened_at", "pk"))
    return found if len(found) >= SILENT_AFTER else []


# What ends the cause of a letter that went in place of another one.
ANEW = "anew"


@recheck(CAUSE)
@transaction.atomic
def asked_in_round(letter: Letter, at: datetime) -> str:
    """The mailbox of the focal point, where all that the letter asks for is to be asked still.

    Where a part of it was answered or given back meanwhile, another letter asks for the rest.
    """
    of, number, *more = letter.cause.removeprefix(CAUSE).split()
    again = bool(more) and more[0] != ANEW
    person = Delegate.objects.select_related("user").filter(pk=number).first()
    reporting_round = ReportingRound.objects.filter(pk=of).first()
    if not (person and person.user and reporting_round and takes_letters(person)):
        return ""
    links = links_in(letter.text, made_at=letter.queued_at, at=at)
    working = [link for link in links if link and link.delegate_id == person.pk]
    requests = unanswered(reporting_round, again=again)
    parties = answered_for().filter(
        pk__in=requests.filter(party__in=[link.party_id for link in working]).values("party")
    )
    rest = list(parties.select_related("focal_point__user").order_by("pk"))
    if len(rest) == len(links):
        return mailbox_of(person.user)
    # Nobody has them.
    ReportLink.objects.filter(pk__in=[link.pk for link in working]).update(revoked_at=at)
    cause = f"{letter.cause} {ANEW}"
    write_to_all(rest, of=reporting_round, again=again, at=at, cause=cause)
    return ""
