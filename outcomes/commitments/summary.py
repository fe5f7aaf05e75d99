"""How far commitments are, in one sentence with its denominator.

The same words stand on pages, in share images, in descriptions for search engines and in emails.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from operator import itemgetter

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcomes.commitments.charts import (
    FINDING_STEPS,
    FOUND_LESS,
    NO_UPDATE,
    TONES,
    BarSegment,
    Share,
    bar_segments,
    parts_of_bar,
    status_shares,
)
from outcomes.commitments.commitment_index import BY_MEMBERS, RECORDED
from outcomes.commitments.queries import dispute_sentences
from outcomes.commitments.statistics import ASSESSED
from outcomes.commitments.status import ReportEntry, findings_of
from outcomes.models import (
    ENDED_STATUSES,
    UNFULFILLED_STATUSES,
    Assessment,
    Commitment,
    ImplementationStatus,
    Outcome,
    ProgressUpdate,
)


@dataclass(frozen=True)
class Summary:
    """A sentence in two parts, of which pages show the first in bold."""

    claim: str
    rest: str = ""
    findings: tuple[Assessment, ...] = ()  # of one commitment: the other voices, a line each

    def __str__(self) -> str:
        # A finding comes before the reasons of a party, because long texts are cut.
        found = map(finding_sentence, self.findings)
        return " ".join(filter(None, [self.claim, *found, self.rest]))


def finding_sentence(row: Assessment) -> str:
    """What an assessor found, who it is, and when."""
    return _("%(finding)s, as %(assessor)s found, %(day)s.") % {
        "finding": row.get_finding_display(),
        "assessor": row.organisation.public_name,
        "day": date_format(row.assessed_on),
    }


def progress_summary(counts: dict[str, int], since: int | None = None) -> Summary:
    """Of commitments counted as by count_by_status(); `since` is the year of their roundtable."""
    number = counts["all"]
    if not number:
        return Summary(_("No commitments are recorded."))
    if not counts["reported"]:
        claim = ngettext("%(number)s commitment.", "%(number)s commitments.", number)
        return Summary(claim % {"number": number}, " ".join(_silence(counts, since)))
    claim = ngettext("%(number)s commitment:", "%(number)s commitments:", number)
    rest = ", ".join(_parts(counts)) + "."
    return Summary(claim % {"number": number}, " ".join([rest, *_besides(counts)]))


def point_summary(outcome: Outcome, counts: dict[str, int], to_whole_statement: int) -> Summary:
    """As progress_summary(), of the commitments to a point or a part of a statement."""
    if counts["all"]:
        return progress_summary(counts, outcome.statement.event.starts_on.year)
    claim = _("No commitment to this part is recorded.")
    if outcome.parent_id:
        claim = _("No commitment to this point is recorded.")
    if not to_whole_statement:
        return Summary(claim)
    rest = ngettext(
        "%(number)s commitment answers the whole statement.",
        "%(number)s commitments answer the whole statement.",
        to_whole_statement,
    )
    return Summary(claim, rest % {"number": to_whole_statement})


def organisation_summary(counts: dict[str, int], own_reports: int) -> Summary:
    """As progress_summary(), of an organisation's commitments, and on how many it reported."""
    found = progress_summary(counts)
    if not counts["reported"]:
        return found
    own = ngettext(
        "It reported on %(own)s of %(number)s itself.",
        "It reported on %(own)s of the %(number)s itself.",
        counts["all"],
    )
    words = own % {"own": own_reports, "number": counts["all"]}
    return Summary(found.claim, f"{found.rest} {words}")


def progress_context(
    counts: dict[str, int], summary: Summary, query: str = "?"
) -> dict[str, object]:
    """Context of _where.html: the sentence, the bar, and its key, whose parts are links.

    `query` is the start of the query string of each link to the list of commitments.
    """
    shares = status_shares(counts, query)
    late = Share(
        slug="overdue",
        label=_("Past their due date"),
        tone="late",
        count=counts["overdue"],
        query=f"{query}overdue=yes",
    )
    return {
        "summary": summary,
        "bars": bar_segments(parts_of_bar(shares)),
        "shares": shares,
        "late": late,
        "total": counts["all"],
    }


def _parts(counts: dict[str, int]) -> Iterator[str]:
    """They add up to all; what is not there is left out."""
    for status, words in (
        (ImplementationStatus.FULFILLED, _("%s fulfilled")),
        (ImplementationStatus.IN_PROGRESS, _("%s in progress")),
        (ImplementationStatus.PLANNING, _("%s in planning")),
        (ImplementationStatus.CLOSED, _("%s closed without being fulfilled")),
        (ImplementationStatus.SUPERSEDED, _("%s superseded")),
        (NO_UPDATE, _("%s never reported on")),
    ):
        if counts[status]:
            yield words % counts[status]


def _silence(counts: dict[str, int], since: int | None) -> Iterator[str]:
    number = counts["all"]
    if since:
        sentence = ngettext(
            "No party has reported on it since %(year)s.",
            "No party has reported on them since %(year)s.",
            number,
        )
        yield sentence % {"year": since}
    else:
        yield ngettext(
            "No party has reported on it yet.", "No party has reported on them yet.", number
        )
    yield from _besides(counts)


def _besides(counts: dict[str, int]) -> Iterator[str]:
    """What overlaps with the parts, each in a sentence of its own."""
    number = counts["all"]
    if counts.get(ASSESSED):
        yield _assessed(counts)
    if late := counts["overdue"]:
        if number == 1:
            yield _("It is past its due date.")
        else:
            words = ngettext(
                "%(late)s of the %(number)s is past its due date.",
                "%(late)s of the %(number)s are past their due date.",
                late,
            )
            yield words % {"late": late, "number": number}
    if any(_other_voices(counts)):
        yield reported_total(counts)


def _assessed(counts: dict[str, int]) -> str:
    values = {
        "assessed": counts[ASSESSED],
        "fulfilled": counts[ImplementationStatus.FULFILLED],
        "less": counts[FOUND_LESS],
    }
    if not values["less"]:
        words = ngettext(
            "Assessors looked at the fulfilled one and did not find less.",
            "Assessors looked at %(assessed)s of the %(fulfilled)s and found less in none.",
            values["fulfilled"],
        )
    else:
        words = ngettext(
            "Assessors looked at the fulfilled one and found less.",
            "Assessors looked at %(assessed)s of the %(fulfilled)s and found less in %(less)s.",
            values["fulfilled"],
        )
    return words % values


def reported_total(counts: dict[str, int]) -> str:
    """Who reported, of how many."""
    words = ngettext(
        "%(reported)s of %(number)s commitment reported by its party",
        "%(reported)s of %(number)s commitments reported by their party",
        counts["all"],
    )
    by_party = words % {"reported": counts["reported"], "number": counts["all"]}
    return ", ".join([by_party, *_other_voices(counts)]) + "."


def _other_voices(counts: dict[str, int]) -> Iterator[str]:
    if recorded := counts.get(RECORDED):
        yield _("%s recorded from sources") % recorded
    if by_members := counts.get(BY_MEMBERS):
        yield _("%s by members of a group") % by_members


@dataclass(frozen=True)
class Period:
    """A time with one status; its first day, and how long it lasted."""

    tone: str
    label: str
    since: date
    days: int


def status_periods(commitment: Commitment, reports: list[ReportEntry], on: date) -> list[Period]:
    """From when the commitment was made, as far as it is known, to that day.

    `reports` are those of its parties, newest first.
    """
    changes = [(entry.update.reported_on, entry.update.status) for entry in reversed(reports)]
    first = commitment.undertaken_on or commitment.recorded_on
    begins = min([first, *(day for day, _status in changes)])
    found: list[tuple[date, str]] = [(begins, "")]
    for day, status in sorted(changes, key=itemgetter(0)):
        if day <= found[-1][0]:
            found[-1] = (found[-1][0], status)
        elif status != found[-1][1]:
            found.append((day, status))
    ends = [day for day, _status in found[1:]] + [max(on, found[-1][0])]
    return [
        Period(
            tone=TONES[ImplementationStatus(status)] if status else "silent",
            label=str(ImplementationStatus(status).label if status else _("Not reported on")),
            since=since,
            days=max((end - since).days, 1),
        )
        for (since, status), end in zip(found, ends, strict=True)
    ]


def period_shares(periods: list[Period]) -> list[Share]:
    return [Share(slug="", label="", tone=period.tone, count=period.days) for period in periods]


def finding_bars(periods: list[Period], assessments: Iterable[Assessment]) -> list[BarSegment]:
    """Beside the periods: from when each finding was the latest, and as high as the finding."""
    days = sum(period.days for period in periods)
    found = sorted(assessments, key=lambda row: (row.assessed_on, row.pk))
    starts = [min(max((row.assessed_on - periods[0].since).days, 0), days) for row in found]
    return [
        BarSegment(
            x=f"{min(100 * start / days, 99):.2f}",
            # One of today, or of the same day as the next one, is seen too.
            width=f"{max(100 * (end - start) / days, 1):.2f}",
            tone="finding",
            y=f"{5.5 - height:.2f}",
            height=f"{height:.2f}",
        )
        for row, (start, end) in zip(found, pairwise([*starts, days]), strict=True)
        if (height := 5 * FINDING_STEPS.get(Assessment.Finding(row.finding), 0) / 3)
    ]


def commitment_summary(commitment: Commitment, latest: ProgressUpdate | None, on: date) -> Summary:
    """Status, reason, who and when, what assessors found, and who does not recognise the text.

    `commitment` comes from with_parties(); `latest` is the report that set its status by that day.
    """
    said, findings = _status(commitment, latest, on), tuple(findings_of(commitment))
    claim = said.claim
    if findings and claim.endswith(":"):  # the reason comes after the findings
        claim = f"{claim[:-1]}."
    disputes = [f"{sentence}." for sentence in dispute_sentences(commitment)]
    return Summary(claim, " ".join([*disputes, said.rest]), findings)


def _status(commitment: Commitment, latest: ProgressUpdate | None, on: date) -> Summary:
    status, day = commitment.status, commitment.due_on
    if status is None or latest is None:
        claim = _("Never reported on.")
        if commitment.members_reported:
            claim = _("Not reported on as a whole.")
        elif commitment.is_recorded:
            claim = _("Recorded from a source, and not reported on by a party.")
        return Summary(claim, " ".join(_facts(commitment, on)))
    values = {"status": status.label, "day": date_format(day) if day else ""}
    if commitment.is_overdue(on):
        claim = _("%(status)s, and past its due date, %(day)s.") % values
    elif status in UNFULFILLED_STATUSES and latest.reason.strip():
        claim = f"{status.label}:"
    else:
        claim = f"{status.label}."
    said = {
        "party": latest.party.public_name,
        "day": date_format(latest.reported_on),
        "reason": " ".join(latest.reason.split()).rstrip("."),
    }
    if claim.endswith(":"):
        return Summary(claim, _("%(reason)s — %(party)s, %(day)s.") % said)
    rest = [_("Last report: %(party)s, %(day)s.") % said]
    if day and status not in ENDED_STATUSES and not commitment.is_overdue(on):
        rest.append(_("Due on %s.") % date_format(day))
    return Summary(claim, " ".join(rest))


def _facts(commitment: Commitment, on: date) -> Iterator[str]:
    names = [party.public_name for party in commitment.parties.all() if not party.is_member]
    if names:
        words = ngettext("Party: %s.", "Parties: %s.", len(names))
        yield words % ", ".join(names)
    if number := commitment.members_reported:
        yield (
            ngettext(
                "%(number)s member of a group has reported for itself.",
                "%(number)s members of a group have reported, each for itself.",
                number,
            )
            % {"number": number}
        )
    if not commitment.due_on:
        yield _("No due date is recorded.")
    elif commitment.is_overdue(on):
        yield _("Past its due date, %s.") % date_format(commitment.due_on)
    else:
        yield _("Due on %s.") % date_format(commitment.due_on)
