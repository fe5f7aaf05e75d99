"""What the page of a list shows: its form in parts, and what each row would do."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from outcomes.imports.lists.forms import MAX_ASKED_ROWS, MAX_NAMES, ListForm, short_hash
from outcomes.imports.lists.recipe import Recipe, label_of
from outcomes.imports.lists.tables import cell_text, describe_table
from outcomes.imports.readers.pages import SourceFile
from outcomes.imports.records.errors import row_ranges


def list_context(form: ListForm, result: dict[str, Any]) -> dict[str, Any]:
    """`result` is what the last check would store."""
    asked = form.asked
    rows = [
        _row(form, problem) for problem in asked.get("problems", ()) if not problem["is_asked_once"]
    ]
    names = asked.get("names", ())
    open_words = [one for one in asked.get("words", ()) if one["answer"] is None]
    open_names = [one for one in names if not one["answer"] and not one["new"]]
    counts = asked.get("counts", {})
    left = {problem["row"] for problem in asked.get("problems", ())}
    left |= {question["row"] for question in asked.get("questions", ())}
    return result | {
        "table": form.table,
        "columns": [form[f"column{number}"] for number in range(len(form.table.headings))],
        "matched": len(form.recipe.columns),
        "values_for_all": [field for field in form if field.name.startswith("all.")],
        "missing": asked.get("missing", ()),
        "joined": _joined(form),
        "words": _words(form),
        "open_words": len(open_words),
        "names": _names(form),
        "open_names": len(open_names),
        "other_names": max(len(names) - MAX_NAMES, 0),
        "countries": [name for _code, name in countries],
        "asked_rows": rows[:MAX_ASKED_ROWS],
        "other_asked_rows": max(len(rows) - MAX_ASKED_ROWS, 0),
        "questions": asked.get("questions", ())[:MAX_ASKED_ROWS],
        "left": len(left),
        "counts": counts,
        "good": len(result["found"]["rows"]),
        "list_rows": asked.get("rows", 0),
        "skipped": [*_skipped(asked.get("skipped", {}))],
        "is_checked": bool(asked),
        "afterwards": _afterwards(form.recipe, bool(form.recipe.new_names)),
    }


def _joined(form: ListForm) -> list[dict[str, str]]:
    """Columns that are read as one value."""
    headings: dict[str, list[str]] = {}
    for number, key in sorted(form.recipe.columns.items()):
        headings.setdefault(key, []).append(form.table.headings[number] or str(number + 1))
    return [
        {"columns": " + ".join(found), "label": label_of(key)}
        for key, found in headings.items()
        if len(found) > 1
    ]


def _row(form: ListForm, problem: dict[str, Any]) -> dict[str, Any]:
    row, column = problem["row"], problem["column"]
    index = row - 1
    texts = [form.text_of(index, number) for number in range(len(form.table.headings))]
    return problem | {
        "cell": form.text_of(index, column),
        "heading": form.table.headings[column] if column >= 0 else "",
        "field": f"cell.{row}.{column}" if column >= 0 else "",
        "text": " · ".join(filter(None, texts)),
    }


def _words(form: ListForm) -> list[dict[str, Any]]:
    return [
        question
        | {
            "field": form[f"word.{question['key']}.{short_hash(question['word'])}"],
            "label": label_of(question["key"]),
        }
        for question in form.asked.get("words", ())
    ]


def _names(form: ListForm) -> list[dict[str, Any]]:
    found = []
    for question in form.asked.get("names", ())[:MAX_NAMES]:
        name = short_hash(question["key"])
        fields = {part: form[f"{part}.{name}"] for part in ("name", "kind", "country")}
        found.append({"rows": question["rows"], "fields": fields})
    return found


def _skipped(skipped: dict[str, list[int]]) -> Iterator[str]:
    for reason, rows in skipped.items():
        yield _skipped_text(reason, len(rows)) % {"n": len(rows), "rows": row_ranges(rows)}


def _skipped_text(reason: str, n: int) -> str:
    if reason == "hidden":
        return ngettext(
            "%(n)d hidden row is skipped: %(rows)s.",
            "%(n)d hidden rows are skipped: %(rows)s.",
            n,
        )
    if reason == "other":
        return ngettext("%(n)d row has another word.", "%(n)d rows have other words.", n)
    if reason == "no-text":
        return ngettext(
            "%(n)d row has no text and is skipped: %(rows)s.",
            "%(n)d rows have no text and are skipped: %(rows)s.",
            n,
        )
    if reason == "no-person":
        return ngettext(
            "%(n)d row is no person and is skipped: %(rows)s.",
            "%(n)d rows are no people and are skipped: %(rows)s.",
            n,
        )
    return ngettext("You skip %(n)d row: %(rows)s.", "You skip %(n)d rows: %(rows)s.", n)


def _afterwards(recipe: Recipe, has_new_organisations: bool) -> list[str]:
    """What must still be decided before anything is public."""
    found = []
    if recipe.kind == "commitments":
        found.append(
            _("Commitments are drafts until two organisations compared each with its source.")
        )
    if recipe.kind == "delegates":
        found += [
            _("Two organisations confirm each person. You send the invitations afterwards."),
            _("People with an account accept each change themselves."),
        ]
    if recipe.kind == "updates":
        found.append(_("Reports are drafts until someone checks each."))
    if has_new_organisations or recipe.kind == "organisations":
        found.append(_("New organisations can be renamed until a public text names them."))
    return found


def rows_left(source: SourceFile, recipe: Recipe, asked: dict[str, Any]) -> Iterator[list[str]]:
    """The headings, then each row that is not read, with its number and the reason."""
    cells = source.pages[recipe.page]
    yield [_("Row"), _("Reason"), *describe_table(recipe.page, cells, recipe.heading_row).headings]
    reasons: dict[int, list[str]] = {}
    for problem in asked.get("problems", ()):
        reasons.setdefault(problem["row"], []).append(problem["message"])
    for question in asked.get("questions", ()):
        reasons.setdefault(question["row"], []).append(_("May already be in the portal"))
    for reason, rows in asked.get("skipped", {}).items():
        for row in rows:
            reasons.setdefault(row, []).append(reason)
    for row in sorted(reasons):
        yield [str(row), "; ".join(reasons[row]), *map(cell_text, cells[row - 1])]
