"""The statement of a file: its sentences keep their numbers, whatever is moved around them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from outcomes.imports.records.permissions import may_publish
from outcomes.imports.records.results import Fate, Report, RowReport
from outcomes.imports.records.validation import Entry
from outcomes.models import Corrigendum, Outcome, OutcomeAddressee, Rewording, Statement, Theme
from outcomes.models.statement import keep_version
from participants.models import Group, Organisation
from participants.permissions import acts_for
from roundtable.audit import log as audit
from roundtable.models import Event

Words = dict[int | None, str]


def words_of(statement: Statement) -> Words:
    """What stands there now, by number of the row; None for the introduction."""
    return {None: statement.introduction, **dict(statement.outcomes.values_list("pk", "text"))}


def keep_reading(
    statement: Statement, before: Words, *, place: str, report: Report, at: datetime
) -> None:
    """Keeps the words of before, as a correction by the source, where the file says others.

    What the co-chairs signed here is no file's to change: that is refused.
    """
    text = statement.wording()
    latest = statement.versions.filter(published_at__isnull=False).order_by("-number").first()
    if latest and latest.text == text:
        return
    if statement.adoption == Statement.Adoption.SIGNED:
        report.refuse(
            place,
            _("The co-chairs signed this text here. Correct it at the desk, not with a file."),
        )
        return
    if statement.corrigenda.exclude(state=Statement.State.PUBLISHED).exists():
        report.refuse(
            place, _("A correction of this text is being written at the desk. Finish it first.")
        )
        return
    new = {n: words for n, words in words_of(statement).items() if words != before.get(n, "")}
    taken_out = Rewording.objects.filter(
        corrigendum__in=statement.corrigenda.filter(
            state=Statement.State.PUBLISHED, hides_before=True
        )
    )
    if any((row.outcome_id, row.before) in new.items() for row in taken_out):
        report.refuse(
            place,
            _("A correction took these words out, for they should never have stood there."),
        )
        return
    corrigendum = Corrigendum(
        statement=statement,
        reason=_("Its source was read again."),
        source=statement.source_title,
        state=Statement.State.PUBLISHED,
        published_at=at,
    )
    corrigendum.full_clean()
    corrigendum.save()
    rows = {row.pk: row for row in statement.outcomes.all()}
    for number, after in new.items():
        Rewording(
            corrigendum=corrigendum,
            outcome=rows[number] if number else None,
            before=before.get(number, ""),
            after=after,
        ).save()
    keep_version(statement, text, at=at, corrigendum=corrigendum, published=True)


ON_ITS_WAY = (Statement.State.CIRCULATED, Statement.State.ADOPTED)
Parties = Mapping[str, Group | Organisation]


def apply_statement(
    entry: Entry | None,
    event: Event,
    *,
    parties: Parties,
    themes: Mapping[str, Theme],
    report: Report,
    at: datetime,
) -> dict[str, Outcome]:
    """Stores the statement; its lead-ins and points by the number that the file gives them."""
    stored = Statement.objects.filter(event=event).first()
    if entry is None:
        if stored:
            report.kept.append(_("statement “%s”") % stored.title)
        return {}
    published = Statement.State.PUBLISHED
    if mistake := _leaves_its_way(entry, stored):
        report.refuse(f"{entry.place}.{mistake[0]}", mistake[1])
        return {}
    is_due = entry.values["state"] == published and not (stored and stored.state == published)
    if is_due and not may_publish(event, report.by):
        report.refuse(f"{entry.place}.state", _("A co-chair publishes it. Leave it as it was."))
        return {}
    if is_due and report.by and not entry.values["source_title"]:
        report.refuse(
            f"{entry.place}.source_title",
            _("Say where it was adopted: fill in the source. What was agreed here is signed."),
        )
        return {}
    if is_due:  # publishing is the last step, once the points stand
        entry.values["state"] = stored.state if stored else Statement.State.DRAFT
    before, circulated = (words_of(stored), stored.wording()) if stored else ({}, "")
    statement = report.store_entry(stored or Statement(), entry, event=event)
    if statement.pk is None:
        return {}
    numbered = is_due or statement.state == published
    outcomes = _apply_outcomes(entry, statement, numbered, parties, themes, report)
    if stored and stored.state in ON_ITS_WAY and stored.wording() != circulated:
        report.refuse(entry.place, _("It is circulated. Take it back at the desk to change it."))
    if stored and numbered and not is_due and not report.mistakes:
        keep_reading(statement, before, place=entry.place, report=report, at=at)
    if is_due and not report.mistakes:
        state = statement.state
        version = statement.publish(at)
        if report.by:
            audit.record(
                act="publish statement",
                at=at,
                actor=report.by.user,
                organisation=acts_for(report.by.user, event.pk, at.date()),
                detail=f"{event.code} version {version.number} {version.sha256}",
            )
        written = ("state", str(state), str(statement.state))
        report.rows.append(RowReport(entry.place, Fate.CHANGED, str(statement), (written,)))
    return outcomes


def _leaves_its_way(entry: Entry, stored: Statement | None) -> tuple[str, str] | None:
    """Which field asks for what no file may do, and the sentence about it."""
    before = stored.state if stored else Statement.State.DRAFT
    after = entry.values["state"]
    if before == Statement.State.PUBLISHED != after:
        return "state", _("It is published already, and others cite it. Keep it so.")
    if before != after and (before in ON_ITS_WAY or after in ON_ITS_WAY):
        return "state", _("It is circulated and signed at the desk. Write: %s.") % before
    was_circulated = stored and stored.versions.filter(circulation__isnull=False).exists()
    if before != after and was_circulated:
        return "state", _(
            "It was circulated here, so its co-chairs publish it. Write: %s."
        ) % before
    adoption = stored.adoption if stored else Statement.Adoption.SOURCE
    if entry.values["adoption"] != adoption:
        return "adoption", _("Signatures here alone decide about this. Write: %s.") % adoption
    return None


def _apply_outcomes(
    entry: Entry,
    statement: Statement,
    numbered: bool,
    parties: Parties,
    themes: Mapping[str, Theme],
    report: Report,
) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    rows = _Rows(statement, entry, numbered, report)
    for position, lead_in in enumerate(entry.all("lead_ins"), start=1):
        above = rows.store(lead_in, position, None)
        outcomes[lead_in.values["number"]] = above
        for place, point in enumerate(lead_in.all("points"), start=1):
            outcome = rows.store(point, place, above)
            outcomes[point.values["number"]] = outcome
            if outcome.pk:
                named = [themes[slug] for slug in point.lists["themes"]]
                report.link(outcome, point.place, "themes", named)
                _apply_addressees(outcome, point, parties, report)
    for outcome in rows.left():
        report.kept.append(_("point %s") % (outcome.number or f"“{outcome.text[:60]}”"))
    return outcomes


class _Rows:
    """The stored sentences of a statement, each taken by the entry that says it."""

    def __init__(self, statement: Statement, entry: Entry, numbered: bool, report: Report) -> None:
        self.statement, self.numbered, self.report = statement, numbered, report
        self.free = {row.pk: row for row in statement.outcomes.order_by("position", "pk")}
        self.orders: dict[int | None, list[int]] = {}
        for row in self.free.values():
            self.orders.setdefault(row.parent_id, []).append(row.pk)
        self.last: dict[int | None, tuple[int, int]] = {}  # position and number, by parent
        self.numbers = {
            sentence.values["number"]
            for lead_in in entry.all("lead_ins")
            for sentence in [lead_in, *lead_in.all("points")]
        }

    def store(self, entry: Entry, position: int, parent: Outcome | None) -> Outcome:
        """The row of this entry, stored."""
        if parent is not None and parent.pk is None:
            return Outcome()
        row = self._take(entry, position, parent) or Outcome()
        self.free.pop(row.pk, None)
        position = self._position(row, parent.pk if parent else None)
        given: dict[str, Any] = {
            "statement": self.statement,
            "parent": parent,
            "position": position,
        }
        if parent is None:
            given["kind"] = Outcome.Kind.LEAD_IN
        if not self.numbered:
            given["number"] = row.number
        return self.report.store(row, entry.place, entry.values | given)

    def left(self) -> list[Outcome]:
        """Rows that no entry took."""
        return list(self.free.values())

    def _position(self, row: Outcome, parent: int | None) -> int:
        """That of the row where it keeps the order of the file, else the next one."""
        last, number = self.last.get(parent, (0, 0))
        stays = row.pk and row.parent_id == parent and (row.position, row.pk) > (last, number)
        position = row.position if stays else last + 1
        self.last[parent] = (position, row.pk or number)
        return position

    def _take(self, entry: Entry, position: int, parent: Outcome | None) -> Outcome | None:
        number, text = entry.values["number"], entry.values["text"]
        for row in self.free.values():
            if row.number == number:
                return row
        beneath = [
            row for row in self.free.values() if row.parent_id == (parent.pk if parent else None)
        ]
        # The same words under another number: its number is frozen, and storing it will say so.
        for row in beneath:
            if row.text == text and row.number not in self.numbers:
                return row
        order = self.orders.get(parent.pk if parent else None, [])
        for row in beneath:
            if not row.number and order.index(row.pk) == position - 1:
                return row
        return None


def _apply_addressees(outcome: Outcome, point: Entry, parties: Parties, report: Report) -> None:
    kept = []
    for slug in point.lists["addressees"]:
        party = parties.get(slug)
        if party is None or party.pk is None:
            continue  # the mistake stands at the organisation
        link = {"group" if isinstance(party, Group) else "organisation": party}
        row = outcome.addressees.filter(**link).first() or OutcomeAddressee()
        kept.append(report.store(row, f"{point.place}.addressees", {"outcome": outcome, **link}).pk)
    left = outcome.addressees.exclude(pk__in=[pk for pk in kept if pk])
    report.remove(left, f"{point.place}.addressees")
