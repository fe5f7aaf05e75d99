"""What a list of others lacks for being one of our sheets: references and short names."""

from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcomes.imports.matching import MAPPED
from outcomes.imports.readers.pages import Opened, Rows
from outcomes.imports.records.duplicate_matcher import compared
from outcomes.imports.records.reports import slug_of
from outcomes.imports.records.results import readable
from outcomes.imports.workbook.parsing import plain, tidy
from outcomes.imports.workbook.sheets import LISTED, label_of
from outcomes.models import CommitmentParty
from participants.models import Group, Organisation
from participants.permissions import Rights, organisations_seen_by
from roundtable.models import Event

MOST_NAMED = 10  # rows that a sentence names


def parties_of(event: Event, mine: Rights) -> dict[str, str]:
    """Short names of organisations and groups by what they are called, those of the event first."""
    found: dict[str, str] = {}
    for group in Group.objects.filter(commitment_parties__commitment__event=event):
        found[compared(group.name)] = group.slug
    seen = organisations_seen_by(mine).filter(is_demonstration=event.is_demonstration)
    here = Organisation.objects.filter(roles__event=event)
    for body in [*here, *seen]:
        for name in filter(None, (body.slug, body.short_name, body.name)):
            found.setdefault(compared(name), body.slug)
    return found


def add_parties(given: Opened, mine: Rights) -> None:
    """Puts organisations that commitments name onto their sheet, as they are stored."""
    if "Commitments" not in given.pages:
        return
    headings, *rows = (row for row in given.pages["Commitments"] if row)
    parties = {label_of("leads"), label_of("partners")}
    columns = [number for number, word in enumerate(headings) if word in parties]
    named = {str(row[column]) for row in rows for column in columns if column < len(row)}
    # Not asked for by name: a cell may hold what the database takes for no text.
    known = [body for body in organisations_seen_by(mine).order_by("slug") if body.slug in named]
    keys = ("slug", "name", "kind")
    page: Rows = [[label_of(key) for key in keys]]
    page += [[getattr(body, key) for key in keys] for body in known]
    given.pages["Organisations"] = page


def fill(given: Opened, top: int, event: Event, mine: Rights) -> list[str]:
    """Adds what is lacking to the one sheet of a file; what to tell of it.

    A commitment keeps the reference of the one that says the same, so that a list that is brought
    in twice doubles nothing.
    """
    ((title, rows),) = given.pages.items()
    if title == "Commitments" and label_of("reference") not in rows[top]:
        return _fill_references(rows, top, event)
    if title == "Organisations" and label_of("slug") not in rows[top]:
        _fill_slugs(rows, top, mine)
    return []


def _fill_references(rows: Rows, top: int, event: Event) -> list[str]:
    known = _said(event)
    numbers = [int(ref.rpartition("-C")[2]) for ref in known.values()]
    following = max(numbers, default=0) + 1
    columns = {str(heading): number for number, heading in enumerate(rows[top])}
    seen: dict[tuple[str, ...], int] = {}
    left_out, empty = [], []
    for number, row in enumerate(rows[top + 1 :], start=top + 2):
        if not any(row):
            row.append(None)
            continue
        said = tuple(_cell(row, columns.get(label_of(key)), "commitments", key) for key in SAME)
        if said[0].casefold() in NOTHING:
            empty.append(number)
            row[:] = [None] * (len(row) + 1)
            continue
        if said in seen:
            left_out.append(number)
            row[:] = [None] * (len(row) + 1)
            continue
        seen[said] = number
        if said not in known:
            known[said] = f"{event.code}-C{following}"
            following += 1
        row.append(known[said])
    rows[top].append(label_of("reference"))
    said_twice = ngettext(
        "%(count)d row says the same as one above and is left out: %(rows)s.",
        "%(count)d rows say the same as one above and are left out: %(rows)s.",
        len(left_out),
    )
    said_nothing = ngettext(
        "%(count)d row has no text and is left out: %(rows)s.",
        "%(count)d rows have no text and are left out: %(rows)s.",
        len(empty),
    )
    return [*_tell(said_twice, left_out), *_tell(said_nothing, empty)]


# What people write where there is nothing to say.
NOTHING = ("", "-", "–", "n/a", "na", "n.a.", "none", "nil", "no value", "not applicable")
SAME = ("text", "place_in_source", "leads")


def _said(event: Event) -> dict[tuple[str, ...], str]:
    """The references of what is there already, by what each says, where, and of whom."""
    leads: dict[int, list[str]] = {}
    rows = CommitmentParty.objects.filter(commitment__event=event, role=CommitmentParty.Role.LEAD)
    for row in rows.select_related("organisation", "group").order_by("pk"):
        leads.setdefault(row.commitment_id, []).append(slug_of(row))
    return {
        (
            readable(commitment.text),
            readable(commitment.place_in_source),
            LISTED.join(leads.get(commitment.pk, [])),
        ): commitment.reference
        for commitment in event.commitments.order_by("-pk")
    }


def _tell(text: str, rows: list[int]) -> list[str]:
    if not rows:
        return []
    named = ", ".join(map(str, rows[:MOST_NAMED]))
    more = _(" and others") if len(rows) > MOST_NAMED else ""
    return [text % {"count": len(rows), "rows": named + more}]


def _cell(row: list[Any], column: int | None, place: str, key: str) -> str:
    """What would be stored of a cell: a day, or a number, is written there as it is read."""
    value = row[column] if column is not None and column < len(row) else None
    found = plain(MAPPED[place], key, value)
    return readable(LISTED.join(found) if isinstance(found, list) else str(found or ""))


def _fill_slugs(rows: Rows, top: int, mine: Rights) -> None:
    names = [str(heading) for heading in rows[top]]
    column = names.index(label_of("name")) if label_of("name") in names else None
    seen = {
        compared(name): row.slug
        for row in organisations_seen_by(mine)
        for name in (row.short_name, row.name)
        if name
    }
    taken = set(Organisation.objects.values_list("slug", flat=True))
    taken |= set(Group.objects.values_list("slug", flat=True))
    for row in rows[top + 1 :]:
        name = tidy(_cell(row, column, "organisations", "name"))
        slug = seen.get(compared(name), "") if name else ""
        if name and not slug:
            slug = _free(slugify(name)[:70] or "organisation", taken)
            seen[compared(name)] = slug
            taken.add(slug)
        row += [None] * (len(names) - len(row)) + [slug or None]
    rows[top].append(label_of("slug"))


def _free(slug: str, taken: set[str]) -> str:
    number, found = 1, slug
    while found in taken:
        number += 1
        found = f"{slug}-{number}"
    return found
