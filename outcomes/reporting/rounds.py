"""Reporting rounds.

A submitted update counts as an answer, even before approval. Hidden people count as asked, so that
numbers do not reveal them, but they get no email.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from outcomes.models import (
    ENDED_STATUSES,
    Commitment,
    CommitmentParty,
    EditorialState,
    ProgressUpdate,
    ReportingRound,
    RoundRequest,
)
from outcomes.reporting.focal_points import with_active_focal_point
from outcomes.reporting.links import links_in_text, party_for_link
from outcomes.reporting.request_emails import (
    can_receive_mail,
    parties_with_focal_point,
    queue_digest,
)
from participants.accounts.addresses import delivery_address
from participants.models import Delegate, EmailLink
from roundtable.mail.batches import register_recipient_check
from roundtable.mail.models import MailBatch, QueuedEmail

# A commitment's page shows this many unanswered rounds or more; a single one can be missed.
MIN_UNANSWERED_ROUNDS = 2
# Start of the dedup_key of every email of a round.
ROUND_DEDUP_PREFIX = "round "


@dataclass(frozen=True)
class RoundStatus:
    """Requests of a round, answered ones first, and the number of answers."""

    requests: list[RoundRequest]
    answered: int

    @property
    def asked(self) -> int:
        return len(self.requests)


def submitted_updates() -> QuerySet[ProgressUpdate]:
    """Updates that the parties submitted, and that are not back in draft."""
    return (
        ProgressUpdate.objects.of_party()
        .filter(submitted_at__isnull=False)
        .exclude(state=EditorialState.DRAFT)
    )


def has_answered_q() -> Exists:
    """Condition for requests whose party submitted an update after the round opened."""
    submissions = submitted_updates().filter(
        party=OuterRef("party"), submitted_at__gte=OuterRef("round__opened_at")
    )
    return Exists(submissions)


def unanswered_requests(
    reporting_round: ReportingRound, *, for_reminder: bool
) -> QuerySet[RoundRequest]:
    """With `for_reminder`, omits parties that stopped reminders."""
    rows = reporting_round.requests.filter(~has_answered_q())
    return rows.filter(party__reminders_stopped_at=None) if for_reminder else rows


def round_status(reporting_round: ReportingRound) -> RoundStatus:
    rows = reporting_round.requests.annotate(has_answered=has_answered_q()).select_related(
        "party__commitment", "party__organisation", "party__group"
    )
    found = sorted(rows, key=lambda row: (not row.has_answered, row.party.commitment_id, row.pk))
    return RoundStatus(list(found), sum(row.has_answered for row in found))


def with_counts(rounds: QuerySet[ReportingRound]) -> QuerySet[ReportingRound]:
    """Annotates each round with the numbers `asked` and `replied`."""
    of_round = RoundRequest.objects.filter(round=OuterRef("pk")).order_by()
    found = {"asked": of_round, "replied": of_round.filter(has_answered_q())}
    numbers = {
        name: Coalesce(Subquery(rows.values("round").annotate(n=Count("pk")).values("n")), 0)
        for name, rows in found.items()
    }
    return rounds.annotate(**numbers)


def parties_to_ask(on: date) -> QuerySet[CommitmentParty]:
    """Those whose focal point accepted, and still takes part for the party."""
    parties = with_active_focal_point(parties_with_focal_point(), on)
    return parties.select_related("focal_point__user").order_by("pk")


def commitments_of(reporting_round: ReportingRound) -> QuerySet[Commitment]:
    """In older rounds, those of the parties that were asked."""
    asked = Q(parties__round_requests__round=reporting_round)
    found = Commitment.objects.filter(Q(reporting_rounds=reporting_round) | asked)
    return found.order_by().distinct()


def parties_not_asked(
    commitments: QuerySet[Commitment], *, asked: Iterable[int], on: date
) -> list[tuple[CommitmentParty, str]]:
    """Each with the reason why no one can be asked, or was asked."""
    parties = CommitmentParty.objects.filter(commitment__in=commitments.order_by())
    parties = parties.exclude(pk__in=list(asked)).select_related(
        "commitment", "organisation", "group"
    )
    askable = set(parties_to_ask(on).filter(commitment__in=commitments.order_by()))
    return [
        (party, _why_not_asked(party, is_askable=party in askable))
        for party in parties.order_by("commitment__reference", "pk")
    ]


def _why_not_asked(party: CommitmentParty, *, is_askable: bool) -> str:
    if is_askable:
        return _("Its focal point accepted after the round was opened.")
    if party.group_id:
        return _("A group has no focal point. Its members report for themselves.")
    if party.focal_point_id is None:
        return _("It has no focal point.")
    if party.focal_point_accepted_at is None:
        return _("Its focal point has not accepted the task yet.")
    return _("Its focal point does not take part for it, or is not confirmed.")


def queue_round_emails(
    parties: Iterable[CommitmentParty],
    *,
    reporting_round: ReportingRound,
    is_reminder: bool,
    at: datetime,
    batch: MailBatch | None = None,
    key_end: str = "",
) -> None:
    """One email for each focal point. `key_end` ends the key of an email that replaces another."""
    parties_by_person = defaultdict(list)
    for party in parties:
        assert party.focal_point is not None
        parties_by_person[party.focal_point].append(party)
    for person, person_parties in parties_by_person.items():
        key_end = key_end or (str(at.date()) if is_reminder else "")
        queue_digest(
            person,
            person_parties,
            dedup_key=f"{ROUND_DEDUP_PREFIX}{reporting_round.pk} {person.pk} {key_end}".rstrip(),
            template="outcomes/reporting/emails/reporting_round",
            at=at,
            title=reporting_round.title,
            by=reporting_round.due_on,
            again=is_reminder,
            today=at.date(),
            batch=batch,
        )


def silent_q(on: date) -> Q:
    """Open commitments whose parties did not answer two rounds that ended before `on`."""
    submissions = submitted_updates().filter(
        commitment=OuterRef("party__commitment"), submitted_at__gte=OuterRef("round__opened_at")
    )
    requests = RoundRequest.objects.filter(~Exists(submissions), round__due_on__lt=on).order_by()
    counted = requests.values("party__commitment").annotate(n=Count("round", distinct=True))
    silent_ids = counted.filter(n__gte=MIN_UNANSWERED_ROUNDS).values("party__commitment")
    return ~Q(latest_status__in=ENDED_STATUSES) & Q(pk__in=silent_ids)


def unanswered_rounds(commitment: Commitment, on: date) -> list[ReportingRound]:
    """Rounds that ended without an answer; empty below MIN_UNANSWERED_ROUNDS."""
    submissions = submitted_updates().filter(
        commitment=commitment, submitted_at__gte=OuterRef("opened_at")
    )
    rounds = ReportingRound.objects.filter(
        ~Exists(submissions),
        pk__in=RoundRequest.objects.filter(party__commitment=commitment).values("round"),
        due_on__lt=on,
    )
    found = list(rounds.order_by("opened_at", "pk"))
    return found if len(found) >= MIN_UNANSWERED_ROUNDS else []


# End of the dedup_key of an email that replaces another one.
REPLACEMENT_SUFFIX = "anew"


@register_recipient_check(ROUND_DEDUP_PREFIX)
@transaction.atomic
def recheck_round_email(email: QueuedEmail, at: datetime) -> str:
    """The focal point's address if all requests in the email are still open.

    Otherwise returns an empty string and queues other emails for the open requests: to the person,
    and to the present focal point. A party without one can be asked again the same day.
    """
    round_id, number, *more = email.dedup_key.removeprefix(ROUND_DEDUP_PREFIX).split()
    is_reminder = bool(more) and more[0] != REPLACEMENT_SUFFIX
    person = Delegate.objects.select_related("user").filter(pk=number).first()
    reporting_round = ReportingRound.objects.filter(pk=round_id).first()
    if not (person and person.user and reporting_round and can_receive_mail(person)):
        return ""
    links = list(links_in_text(email.text, created_at=email.queued_at))
    if not links:
        return ""
    requests = unanswered_requests(reporting_round, for_reminder=is_reminder)
    asked = requests.filter(party__in=[link.target_id for link in links])
    parties = list(parties_to_ask(at.date()).filter(pk__in=asked.values("party")))
    remaining = [party for party in parties if party.focal_point == person]
    passed_on = [party for party in parties if party.focal_point != person]
    # Links end when the person has another address.
    if len(remaining) == len(links) and all(party_for_link(link, at) for link in links):
        return delivery_address(person.user)
    # This email is not sent, so no one has its links.
    EmailLink.objects.filter(pk__in=[link.pk for link in links]).revoke(at)
    asked.exclude(party__in=parties).update(reminded_at=None)
    key_end = " ".join([*more, REPLACEMENT_SUFFIX])
    for rows, end in ((remaining, key_end), (passed_on, f"{key_end} {person.pk}")):
        queue_round_emails(
            rows, reporting_round=reporting_round, is_reminder=is_reminder, at=at, key_end=end
        )
    return ""


def ask_new_focal_point(party: CommitmentParty, *, at: datetime) -> None:
    """Once a successor accepted: one email for each round whose request is still open."""
    requests = RoundRequest.objects.filter(
        ~has_answered_q(), party=party, round__due_on__gte=at.date()
    )
    for request in requests.select_related("round").order_by("pk"):
        queue_round_emails(
            [party],
            reporting_round=request.round,
            is_reminder=False,
            at=at,
            key_end=f"{REPLACEMENT_SUFFIX} {party.pk} {at:%Y-%m-%dT%H:%M:%S}",
        )
