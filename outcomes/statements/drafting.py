"""Draft of a statement as one document.

Fields are sent with the text that the editor started from. Changes by others are kept. If both
changed the same sentence, nothing is saved and the second editor sees the first one's change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from outcomes.models import Outcome, Statement
from outcomes.models.canonical import check_bidi_controls
from roundtable.text.diff import DiffSegment, diff_words, normalise_newlines

KIND_CHOICES = [(kind.value, kind.label) for kind in Outcome.Kind if kind != Outcome.Kind.LEAD_IN]
MAX_SENTENCE_LENGTH = 20_000  # characters


@dataclass
class DraftLine:
    """One field of the document; `base` is its text when the editor opened it."""

    key: str  # "title", "introduction", or the primary key
    text: str
    base: str
    number: str = ""
    kind: str = ""
    base_kind: str = ""
    is_lead_in: bool = False
    closes: str = ""  # key of the lead-in whose last sentence this is
    closes_number: str = ""
    new: str = ""  # unsaved text of a new point after it
    # Set if both editors changed it.
    conflict_diff: tuple[list[DiffSegment], list[DiffSegment]] | None = None
    errors: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        if self.number:
            return self.number
        return _("Title") if self.key == "title" else _("Introduction")


@dataclass
class MergeResult:
    """Lines for the page, texts to save, and conflicts."""

    lines: list[DraftLine]
    changed: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)  # changed kinds
    conflicts: list[DraftLine] = field(default_factory=list)
    changed_by_others: list[DraftLine] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)  # texts for sentences that someone else deleted


class DraftForm(forms.Form):
    """The submitted document: text, base and optional kind for each line."""

    def __init__(self, data: Mapping[str, str]) -> None:
        super().__init__(data)
        self.keys = ["title", "introduction", *_row_ids_in(data, "text-")]
        self.heads = _row_ids_in(data, "new-")
        for key in self.keys:
            for name in ("text", "base"):
                self.fields[f"{name}-{key}"] = _text_field()
            for name in ("kind", "basekind"):
                self.fields[f"{name}-{key}"] = forms.ChoiceField(
                    required=False, choices=KIND_CHOICES
                )
        for key in self.heads:
            self.fields[f"new-{key}"] = _text_field()
            self.fields[f"newkind-{key}"] = forms.ChoiceField(required=False, choices=KIND_CHOICES)
        self.fields["new"] = _text_field()

    def sent(self, name: str) -> str:
        return normalise_newlines(self.cleaned_data.get(name) or "")

    def errors_for(self, key: str) -> list[str]:
        names = [f"{name}-{key}" for name in ("text", "base", "kind")]
        return [str(words) for name in names for words in self.errors.get(name) or ()]


def _text_field() -> forms.CharField:
    return forms.CharField(required=False, max_length=MAX_SENTENCE_LENGTH, strip=True)


def _row_ids_in(data: Mapping[str, str], start: str) -> list[str]:
    names = (name.removeprefix(start) for name in data if name.startswith(start))
    return [name for name in names if name.isascii() and name.isdecimal() and len(name) < 19]


def draft_lines(statement: Statement) -> list[DraftLine]:
    title, start = normalise_newlines(statement.title), normalise_newlines(statement.introduction)
    found = [DraftLine("title", title, title), DraftLine("introduction", start, start)]
    for row in statement.outcomes.numbered():
        text = normalise_newlines(row.text)
        lead_in = row.parent_id is None
        found.append(DraftLine(str(row.pk), text, text, row.number, row.kind, row.kind, lead_in))
    lead_in_line = None
    for line, after in zip_longest(found, found[1:]):
        lead_in_line = line if line.is_lead_in else lead_in_line
        if lead_in_line and (after is None or after.is_lead_in):
            line.closes, line.closes_number = lead_in_line.key, lead_in_line.number
    return found


def merge_edits(statement: Statement, form: DraftForm) -> MergeResult:
    merged = MergeResult(draft_lines(statement))
    known = {line.key for line in merged.lines}
    for line in merged.lines:
        if f"text-{line.key}" not in form.fields:
            merged.changed_by_others.append(line)  # added by someone else
            continue
        line.base_kind, chosen = line.kind, form.sent(f"kind-{line.key}")
        if chosen and chosen != form.sent(f"basekind-{line.key}") and not line.is_lead_in:
            line.kind = merged.kinds[line.key] = chosen
        submitted, stored = form.sent(f"text-{line.key}"), line.text
        base = form.sent(f"base-{line.key}")
        if submitted in (base, stored):
            if stored != base:
                merged.changed_by_others.append(line)
        elif stored == base:
            line.text = merged.changed[line.key] = submitted
            if not submitted and line.key != "introduction":
                line.errors.append(
                    _(
                        "This field is empty. Enter text, or delete the sentence with its “Delete” "
                        "link."
                    )
                )
            line.errors += _direction_errors(submitted)
        else:
            line.text, line.conflict_diff = submitted, diff_words(base, stored)
            merged.conflicts.append(line)
    for key in form.keys:
        words = form.sent(f"text-{key}")
        if key not in known and words != form.sent(f"base-{key}"):
            merged.lost.append(words)
    lead_in_keys = {line.key for line in merged.lines if line.is_lead_in}
    orphaned = (form.sent(f"new-{key}") for key in form.heads if key not in lead_in_keys)
    merged.lost += [words for words in orphaned if words]
    return merged


def _direction_errors(words: str) -> list[str]:
    try:
        check_bidi_controls(words)
    except ValidationError as mistake:
        return mistake.messages
    return []


@transaction.atomic
def save_edits(statement: Statement, merged: MergeResult, form: DraftForm) -> None:
    """The caller locks the statement; no conflicts may be left."""
    words = merged.changed
    if statement_fields := {"title", "introduction"} & set(words):
        for name in statement_fields:
            setattr(statement, name, words[name])
        statement.full_clean()
        statement.save(update_fields=sorted(statement_fields))
    for row in statement.outcomes.all():
        text = words.get(str(row.pk), row.text)
        kind = merged.kinds.get(str(row.pk), row.kind)
        if (text, kind) != (row.text, row.kind):
            row.text, row.kind = text, kind
            row.full_clean()
            row.save()
    for lead_in in statement.outcomes.lead_ins():
        _add_sentence(
            statement, form.sent(f"new-{lead_in.pk}"), form.sent(f"newkind-{lead_in.pk}"), lead_in
        )
    _add_sentence(statement, form.sent("new"), Outcome.Kind.LEAD_IN, None)


def _add_sentence(statement: Statement, text: str, kind: str, parent: Outcome | None) -> None:
    if not text:
        return
    check_bidi_controls(text)
    last = statement.outcomes.filter(parent=parent).aggregate(last=Max("position"))["last"]
    row = Outcome(
        statement=statement,
        parent=parent,
        text=text,
        kind=kind or Outcome.Kind.RECOMMENDATION,
        position=(last or 0) + 1,
    )
    row.full_clean()
    row.save()


@transaction.atomic
def move_sentence(statement: Statement, pk: int, offset: int) -> None:
    """Moves a sentence by `offset` (-1 is up); at the edge, a point changes its lead-in."""
    rows = {row.pk: row for row in statement.outcomes.all()}
    row = rows.get(pk)
    if row is None:
        return
    lead_ins = list(statement.outcomes.lead_ins())
    siblings = list(statement.outcomes.filter(parent=row.parent_id).order_by("position", "pk"))
    place = siblings.index(row)
    if 0 <= place + offset < len(siblings):
        siblings.insert(place + offset, siblings.pop(place))
    elif row.parent_id is not None:
        at = [lead_in.pk for lead_in in lead_ins].index(row.parent_id) + offset
        if not 0 <= at < len(lead_ins):
            return
        row.parent = lead_ins[at]
        others = list(lead_ins[at].points.order_by("position", "pk"))
        siblings = [*others, row] if offset < 0 else [row, *others]
    for position, sibling in enumerate(siblings, start=1):
        if sibling.position != position or sibling is row:
            sibling.position = position
            sibling.parent_id = row.parent_id
            sibling.full_clean()
            sibling.save()


@transaction.atomic
def remove_sentence(statement: Statement, pk: int, base: str) -> bool:
    """False if its text is no longer `base`. Raises ValidationError if it still has points."""
    row = statement.outcomes.filter(pk=pk).first()
    if row is None:
        return True
    if normalise_newlines(row.text).strip() != normalise_newlines(base).strip():
        return False
    if row.points.exists():
        raise ValidationError(_("This lead-in still has points. Move or delete them first."))
    row.delete()
    return True
