"""Many commitments at once: those that stay as they are, and those that are new and plain."""

from collections.abc import Iterator, Mapping

from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from outcomes.imports.records.results import Fate, Report, differs, plain
from outcomes.imports.records.validation import Entry
from outcomes.models import Commitment, CommitmentParty, Outcome
from participants.models import Group, Organisation
from roundtable.models import Event

ROLES = {"leads": CommitmentParty.Role.LEAD, "partners": CommitmentParty.Role.PARTNER}
AT_ONCE = 500
Parties = Mapping[str, Group | Organisation]


class Commitments:
    """The commitments of a roundtable as they are stored, and those that are to be added."""

    def __init__(self, event: Event, parties: Parties, report: Report) -> None:
        self.event, self.parties, self.report = event, parties, report
        points = Prefetch("outcomes", Outcome.objects.select_related("statement"))
        rows = event.commitments.prefetch_related(points, "parties__organisation", "parties__group")
        self.stored = {row.reference: row for row in rows}
        others = Commitment.objects.exclude(event=event)
        others = others.filter(reference__startswith=f"{event.code}-C")
        self.taken = set(others.values_list("reference", flat=True))
        self.new: list[Commitment] = []
        self.new_parties: list[CommitmentParty] = []

    def leave(self, entry: Entry, row: Commitment, answered: list[Outcome]) -> bool:
        """Whether an entry says what is stored; then it is counted so, and nothing is asked."""
        if any(differs(row, name, value) for name, value in entry.values.items()):
            return False
        ours = {point for point in row.outcomes.all() if point.statement.event_id == self.event.pk}
        there = {
            (body.slug, party.role): party
            for party in row.parties.all()
            if (body := party.organisation or party.group)
        }
        named = [(slug, role) for _key, slug, role in self._named(entry)]
        if ours != set(answered) or set(there) != set(named):
            return False
        self.report.count(entry.place, Fate.UNCHANGED, str(row))
        for key, slug, role in self._named(entry):
            place = f"{entry.place}.{key}"
            self.report.count(place, Fate.UNCHANGED, str(there[slug, role]))
        return True

    def add(self, entry: Entry) -> bool:
        """Notes an entry that is to be added, unless it is one to look at by itself."""
        if entry.lists["outcomes"] or entry.values["reference"] in self.taken:
            return False
        row = Commitment(event=self.event, **entry.values)
        made = [(key, self._party(row, slug, role)) for key, slug, role in self._named(entry)]
        refused = len(self.report.mistakes)
        self.report.refuses(row, entry.place, entry.values)
        _check(row, entry.place, self.report)
        for key, party in made:
            _check(party, f"{entry.place}.{key}", self.report)
        if len(self.report.mistakes) > refused:
            return True
        self.new.append(row)
        self.new_parties += [party for _key, party in made]
        written = tuple(
            (name, "", plain(value)) for name, value in entry.values.items() if plain(value)
        )
        self.report.count(entry.place, Fate.ADDED, str(row), written)
        for key, party in made:
            role = ("role", "", plain(party.role))
            self.report.count(f"{entry.place}.{key}", Fate.ADDED, str(party), (role,))
        return True

    def finish(self) -> None:
        """Stores those that were noted."""
        if self.report.mistakes:
            return
        Commitment.objects.bulk_create(self.new, AT_ONCE)
        Commitment.history.bulk_history_create(self.new, batch_size=AT_ONCE)
        CommitmentParty.objects.bulk_create(self.new_parties, AT_ONCE)

    def _named(self, entry: Entry) -> Iterator[tuple[str, str, CommitmentParty.Role]]:
        """The parties that an entry names; of one that was refused the mistake stands there."""
        for key, role in ROLES.items():
            for slug in entry.lists[key]:
                body = self.parties.get(slug)
                if body is not None and body.pk is not None:
                    yield key, slug, role

    def _party(self, row: Commitment, slug: str, role: CommitmentParty.Role) -> CommitmentParty:
        body = self.parties[slug]
        if isinstance(body, Group):
            return CommitmentParty(commitment=row, role=role, group=body)
        return CommitmentParty(commitment=row, role=role, organisation=body)


def _check(row: Commitment | CommitmentParty, place: str, report: Report) -> None:
    # What a new row points to may have no number yet; the database asks for the rest.
    pointing = {field.name for field in row._meta.concrete_fields if field.is_relation}
    try:
        row.clean_fields(exclude=pointing)
        row.clean()
    except ValidationError as problem:
        names = {field.name for field in row._meta.concrete_fields}
        report.refuse_all(place, problem, names)


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
