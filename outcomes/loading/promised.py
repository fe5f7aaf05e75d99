"""The commitments of a file, and who undertook them."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from outcomes.loading.checking import Entry
from outcomes.loading.many import ROLES, Commitments
from outcomes.loading.report import Report
from outcomes.models import Commitment, CommitmentParty, Outcome
from participants.models import Group, Organisation
from roundtable.models import Event

KEYS = {str(role): key for key, role in ROLES.items()}


def apply_commitments(
    entries: list[Entry],
    event: Event,
    *,
    parties: Mapping[str, Group | Organisation],
    outcomes: Mapping[str, Outcome],
    report: Report,
) -> None:
    """Stores the commitments of the roundtable; those that the file does not name stay."""
    there = Commitments(event, parties, report)
    for entry in entries:
        stored = there.stored.get(entry.values["reference"])
        answered = [outcomes[n] for n in entry.lists["outcomes"] if n in outcomes]
        if there.leave(entry, stored, answered) if stored else there.add(entry):
            continue
        before = stored.text.split() if stored else None
        commitment = report.store_entry(stored or Commitment(), entry, event=event)
        if commitment.pk is None:
            continue
        if before is not None and commitment.text.split() != before:
            _ask_anew(commitment, report)
        # A file speaks of the points of its own roundtable alone.
        answered += commitment.outcomes.exclude(statement__event=event)
        report.link(commitment, entry.place, "outcomes", answered)
        _apply_parties(entry, commitment, parties, report)
    there.finish()
    named = {entry.values["reference"] for entry in entries}
    for reference in there.stored:
        if reference not in named:
            report.kept.append(_("commitment %s") % reference)


def _ask_anew(commitment: Commitment, report: Report) -> None:
    """Asks each focal point again: it was other words that they accepted."""
    for party in commitment.parties.filter(focal_point_accepted_at__isnull=False):
        party.ask(party.focal_point)
        report.kept.append(
            _("a focal point of %s, who is asked again, as its words changed")
            % commitment.reference
        )


def _apply_parties(
    entry: Entry,
    commitment: Commitment,
    parties: Mapping[str, Group | Organisation],
    report: Report,
) -> None:
    named = []
    for key, role in ROLES.items():
        for slug in entry.lists[key]:
            party = parties.get(slug)
            if party is None or party.pk is None:
                continue  # the mistake stands at the organisation
            link = {"group" if isinstance(party, Group) else "organisation": party}
            row = commitment.parties.filter(**link).first() or CommitmentParty()
            given = {"commitment": commitment, "role": role, **link}
            named.append(report.store(row, f"{entry.place}.{key}", given).pk)
    for row in commitment.parties.exclude(pk__in=[pk for pk in named if pk]):
        if row.focal_point_id or row.updates.exists():
            report.kept.append(
                _("party %(party)s of %(reference)s, which has updates or a focal point")
                % {"party": row, "reference": commitment.reference}
            )
        else:
            report.remove([row], f"{entry.place}.{KEYS[row.role]}")
