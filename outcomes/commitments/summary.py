"""How far commitments are, in one sentence with its denominator.

The same words stand on pages, in share images, in descriptions for search engines and in emails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcomes.commitments.charts import NO_UPDATE
from outcomes.commitments.commitment_index import BY_MEMBERS, RECORDED
from outcomes.commitments.queries import dispute_sentences
from outcomes.models import (
    UNFULFILLED_STATUSES,
    Commitment,
    ImplementationStatus,
    ProgressUpdate,
)


@dataclass(frozen=True)
class Summary:
    """A sentence in two parts, of which pages show the first in bold."""

    claim: str
    rest: str = ""

    def __str__(self) -> str:
        return f"{self.claim} {self.rest}".strip()


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
    if recorded := counts[RECORDED]:
        words = ngettext(
            "About %(number)s of those never reported on, something is recorded from sources.",
            "About %(number)s of those never reported on, something is recorded from sources.",
            recorded,
        )
        yield words % {"number": recorded}
    if by_members := counts[BY_MEMBERS]:
        words = ngettext(
            "On %(number)s of those never reported on, members of a group reported for themselves.",
            "On %(number)s of those never reported on, members of a group reported for themselves.",
            by_members,
        )
        yield words % {"number": by_members}


def commitment_summary(commitment: Commitment, latest: ProgressUpdate | None, on: date) -> Summary:
    """Status, reason, who and when, and who does not recognise the text.

    `commitment` comes from with_parties(); `latest` is the report that set its status by that day.
    """
    found = _status(commitment, latest, on)
    disputes = [f"{sentence}." for sentence in dispute_sentences(commitment)]
    return Summary(found.claim, " ".join([*disputes, found.rest]))


def _status(commitment: Commitment, latest: ProgressUpdate | None, on: date) -> Summary:
    status, day = commitment.status, commitment.due_on
    if status is None or latest is None:
        claim = _("Never reported on.")
        if commitment.members_reported:
            claim = _("Not reported on as a whole.")
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
    return Summary(claim, _("Last report: %(party)s, %(day)s.") % said)


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
