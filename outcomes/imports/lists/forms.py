"""The form of the page of a list: its table, columns, words, names and rows, all at once."""

from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.imports.forms import editable_events
from outcomes.imports.lists.reader import COUNTRY, ORGANISATION_KIND
from outcomes.imports.lists.recipe import (
    LIST_SHEETS,
    REPORT_DAY,
    REPORT_IS_CHECKED,
    NewOrganisation,
    Recipe,
    can_join,
    keys_of,
    label_of,
    propose_for,
)
from outcomes.imports.lists.tables import NO_HEADINGS, cell_text, describe_table, find_tables
from outcomes.imports.readers.pages import SourceFile
from outcomes.imports.workbook.parsing import match_choice
from outcomes.models import Upload
from participants.permissions import EventPermissions
from roundtable.models import Event

HEADING_ROWS = 40  # that can be chosen
MAX_ROW_TEXT = 70
NEW = "new"
UNDECIDED = ""
MAX_NAMES = 60  # on the page; those with most rows
MAX_ASKED_ROWS = 100


def short_hash(text: str) -> str:
    """Part of the name of a field, in place of any text."""
    return sha256(text.encode()).hexdigest()[:12]


class ListForm(forms.Form):
    """Everything that a person can say about a list.

    Without an answer, each field keeps what the recipe has.
    """

    event: Any = forms.ModelChoiceField(Event.objects.none(), label=gettext_lazy("Roundtable"))
    source = forms.CharField(
        max_length=300,
        required=False,
        label=gettext_lazy("Where does the file come from?"),
        help_text=gettext_lazy("The address of a page, or who sent it and when."),
    )
    page = forms.ChoiceField(label=gettext_lazy("Sheet"))
    kind = forms.ChoiceField(label=gettext_lazy("This is a list of"))
    heading_row = forms.TypedChoiceField(
        label=gettext_lazy("Which row has the headings?"), coerce=int
    )
    has_hidden_rows = forms.BooleanField(
        required=False, label=gettext_lazy("Read hidden rows, too")
    )
    date_order = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Dates such as 05/06/2018"),
        choices=[
            ("", "---------"),
            ("day", gettext_lazy("5 June 2018")),
            ("month", gettext_lazy("6 May 2018")),
        ],
    )
    only_column = forms.TypedChoiceField(
        required=False, label=gettext_lazy("Only rows where"), coerce=int, empty_value=None
    )
    only_words = forms.CharField(
        required=False,
        label=gettext_lazy("is one of"),
        help_text=gettext_lazy("Words as the file has them, with semicolons between."),
    )
    rest = forms.ChoiceField(
        required=False,
        label=gettext_lazy("All other names that are not decided"),
        choices=[(UNDECIDED, gettext_lazy("Leave them")), (NEW, gettext_lazy("Add as new"))],
    )
    rest_kind = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Their kind"),
        choices=[("", "---------"), *ORGANISATION_KIND.flatchoices],
    )
    recipe_name = forms.CharField(
        max_length=80,
        required=False,
        label=gettext_lazy("Keep these answers under the name"),
        help_text=gettext_lazy(
            "For the next list with the same headings, for everyone who may edit the roundtable. "
            "Nothing about single rows is kept. Without a name, nothing is kept."
        ),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        upload: Upload,
        source: SourceFile,
        recipe: Recipe,
        asked: dict[str, Any],
        permissions: EventPermissions,
    ) -> None:
        """`asked` is what the last check of the list found."""
        super().__init__(data)
        self.upload, self.file, self.recipe, self.asked = upload, source, recipe, asked
        fields: Any = self.fields
        fields["event"].queryset = editable_events(permissions)
        fields["event"].initial = upload.event_id
        fields["source"].initial = upload.source
        stem = upload.file_name.rpartition(".")[0] or upload.file_name
        fields["recipe_name"].initial = stem[:80] if recipe.name is None else recipe.name
        self.tables = find_tables(source)
        fields["page"].choices = [
            (table.page, _table_label(table.page, table.rows, is_hidden=table.is_hidden))
            for table in self.tables
        ]
        if len(self.tables) == 1:
            del fields["page"]
        fields["kind"].choices = [(kind, sheet.title) for kind, sheet in LIST_SHEETS.items()]
        self.cells = source.pages[recipe.page]
        fields["heading_row"].choices = [
            *((index, text) for index, text in _row_choices(self.cells, recipe.heading_row)),
            (NO_HEADINGS, _("There are no headings")),
        ]
        self.table = describe_table(recipe.page, self.cells, recipe.heading_row)
        headings = [
            (number, heading or _("Column %d") % (number + 1))
            for number, heading in enumerate(self.table.headings)
        ]
        fields["only_column"].choices = [("", _("(all rows)")), *headings]
        for name in ("page", "kind", "heading_row", "has_hidden_rows", "date_order", "only_column"):
            if name in fields:
                fields[name].initial = getattr(recipe, name)
        fields["only_words"].initial = "; ".join(recipe.only_words)
        if not source.hidden_rows.get(recipe.page):
            del fields["has_hidden_rows"]
        if not (asked.get("has_ambiguous_dates") or recipe.date_order):
            del fields["date_order"]
        for number, heading in headings:
            fields[f"column{number}"] = forms.ChoiceField(
                required=False,
                label=heading,
                choices=[("", _("Nothing: skip it")), *keys_of(recipe.kind)],
                initial=recipe.columns.get(number, ""),
                help_text="; ".join(self.table.samples[number]),
            )
        self._add_values_for_all()
        self._add_words()
        self._add_names()

    def _add_values_for_all(self) -> None:
        recipe, fields = self.recipe, self.fields
        keys = [key for key in recipe.sheet.keys if key != recipe.sheet.table.identifier]
        if recipe.has_reports:
            keys += [REPORT_DAY, REPORT_IS_CHECKED]
        for key in keys:
            if key in recipe.columns.values():
                continue
            choices = recipe.sheet.choices_of(key) if key in recipe.sheet.keys else []
            if key == REPORT_IS_CHECKED:
                choices = [("yes", _("Yes, I have read them"))]
            given: Any = {
                "required": False,
                "label": label_of(key),
                "initial": recipe.for_all.get(key, ""),
            }
            fields[f"all.{key}"] = (
                forms.ChoiceField(choices=[("", "---------"), *choices], **given)
                if choices and len(choices) < 30
                else forms.CharField(max_length=2000, **given)
            )

    def _add_words(self) -> None:
        for question in self.asked.get("words", ()):
            answer = question["answer"]
            self.fields[f"word.{question['key']}.{short_hash(question['word'])}"] = (
                forms.ChoiceField(
                    required=False,
                    label=question["word"],
                    choices=[
                        (UNDECIDED, _("Choose …")),
                        *question["choices"],
                        ("-", _("Nothing: skip the cell")),
                    ],
                    initial="-" if answer == "" else answer or UNDECIDED,
                )
            )

    def _add_names(self) -> None:
        fields: Any = self.fields
        for question in self.asked.get("names", ())[:MAX_NAMES]:
            name, new = short_hash(question["key"]), question["new"] or {}
            kind, country = question["suggested"]
            fields[f"name.{name}"] = forms.ChoiceField(
                required=False,
                label=question["name"],
                choices=[
                    (UNDECIDED, _("Choose …")),
                    *((slug, _("It is %s") % title) for slug, title in question["nearest"]),
                    (NEW, _("Add as new")),
                ],
                initial=NEW if new else question["answer"],
            )
            fields[f"kind.{name}"] = forms.ChoiceField(
                required=False,
                label=_("Kind of “%s”") % question["name"],
                choices=[("", _("Kind …")), *ORGANISATION_KIND.flatchoices],
                initial=new.get("kind") or kind,
            )
            fields[f"country.{name}"] = forms.CharField(
                required=False,
                label=_("Country of “%s”") % question["name"],
                initial=new.get("country") or country,
                widget=forms.TextInput(attrs={"list": "countries", "placeholder": _("Country")}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors or self.is_other_table:
            return cleaned
        columns = self._columns()
        for key in {*columns.values()}:
            if [*columns.values()].count(key) > 1 and not can_join(self.recipe.kind, key):
                words = _("Two columns are “%s”. Choose “Nothing: skip it” for one of them.")
                raise ValidationError(words % label_of(key))
        for question in self.asked.get("names", ())[:MAX_NAMES]:
            name = short_hash(question["key"])
            if cleaned.get(f"name.{name}") != NEW:
                continue
            if not cleaned.get(f"kind.{name}"):
                self.add_error(f"kind.{name}", _("Say what kind it is."))
            country = cleaned.get(f"country.{name}", "")
            if country and not _country_code(country):
                self.add_error(f"country.{name}", _("We do not know this country."))
        if cleaned.get("rest") == NEW and not cleaned.get("rest_kind"):
            self.add_error("rest_kind", _("Say what kind they are."))
        return cleaned

    @property
    def is_other_table(self) -> bool:
        """Whether it is about another table, so that its columns mean something else."""
        return any(
            self.cleaned_data.get(name, getattr(self.recipe, name)) != getattr(self.recipe, name)
            for name in ("page", "kind", "heading_row")
        )

    def _columns(self) -> dict[int, str]:
        given = {
            number: self.cleaned_data.get(f"column{number}")
            for number in range(len(self.table.headings))
        }
        return {number: key for number, key in given.items() if key}

    def new_recipe(self) -> Recipe:
        """What the person said; of another table, what we propose."""
        given, recipe = self.cleaned_data, self.recipe
        if self.is_other_table:
            page = given.get("page", recipe.page)
            cells, heading_row = self.file.pages[page], given["heading_row"]
            if page != recipe.page:
                heading_row = next(table.heading_row for table in self.tables if table.page == page)
            table = describe_table(page, cells, heading_row)
            return propose_for(table, cells, given["kind"])
        recipe.name = given["recipe_name"]
        recipe.columns = self._columns()
        recipe.for_all = {
            name.removeprefix("all."): text
            for name, text in given.items()
            if name.startswith("all.")
            and text
            and name.removeprefix("all.") not in recipe.columns.values()
        }
        recipe.has_hidden_rows = given.get("has_hidden_rows", False)
        recipe.date_order = given.get("date_order", "")
        recipe.only_column = given["only_column"]
        recipe.only_words = [
            word.strip() for word in given["only_words"].split(";") if word.strip()
        ]
        for question in self.asked.get("words", ()):
            key, word = question["key"], question["word"]
            answer = given.get(f"word.{key}.{short_hash(word)}")
            if answer:
                recipe.words.setdefault(key, {})[word] = "" if answer == "-" else answer
            else:
                recipe.words.get(key, {}).pop(word, None)
        is_address = given["source"].startswith(("https://", "http://"))
        if recipe.kind == "commitments" and is_address and not self.recipe.has_source:
            recipe.for_all["source_url"] = given["source"]
        self._read_names(recipe)
        self._read_rows(recipe)
        return recipe

    def _read_names(self, recipe: Recipe) -> None:
        given = self.cleaned_data
        for number, question in enumerate(self.asked.get("names", ())):
            key, name = question["key"], short_hash(question["key"])
            if number < MAX_NAMES:
                answer = given.get(f"name.{name}", UNDECIDED)
                recipe.names.pop(key, None)
                recipe.new_names.pop(key, None)
                if answer == NEW:
                    country = _country_code(given.get(f"country.{name}", ""))
                    recipe.new_names[key] = NewOrganisation(given[f"kind.{name}"], country)
                elif answer:
                    recipe.names[key] = answer
            is_open = key not in recipe.names and key not in recipe.new_names
            if is_open and given.get("rest") == NEW:
                country = question["suggested"][1] or _country_code(question["name"])
                recipe.new_names[key] = NewOrganisation(given["rest_kind"], country)

    def _read_rows(self, recipe: Recipe) -> None:
        """Their fields are not known before: each row of the page may have them."""
        for name, value in self.data.items():
            part, _dot, place = name.partition(".")
            if part == "row" and place.isdecimal() and 0 < int(place) <= len(self.cells):
                index = int(place) - 1
                for found, word in ((recipe.left_out, "out"), (recipe.as_they_are, "keep")):
                    if index in found:
                        found.remove(index)
                    if value == word:
                        found.append(index)
            elif part == "cell":
                row, _dot, column = place.partition(".")
                if not (row.isdecimal() and column.isdecimal()):
                    continue
                index, number = int(row) - 1, int(column)
                is_there = 0 <= index < len(self.cells) and number < len(self.table.headings)
                if is_there and value.strip() != self.text_of(index, number):
                    recipe.cells.setdefault(index, {})[number] = value.strip()[:5000]

    def text_of(self, index: int, column: int) -> str:
        """The text of a cell, as it was corrected."""
        if column in (corrected := self.recipe.cells.get(index, {})):
            return corrected[column]
        row = self.cells[index]
        return cell_text(row[column]) if 0 <= column < len(row) else ""


def _table_label(page: str, rows: int, *, is_hidden: bool) -> str:
    title = page or _("The file")
    label = _("%(title)s (hidden), %(rows)d rows") if is_hidden else _("%(title)s, %(rows)d rows")
    return label % {"title": title, "rows": rows}


def _row_choices(cells: Any, chosen: int) -> list[tuple[int, str]]:
    found = []
    for index, row in enumerate(cells):
        texts = [*filter(None, map(cell_text, row))]
        if texts and (index < HEADING_ROWS or index == chosen):
            text = " · ".join(texts)
            short = text if len(text) <= MAX_ROW_TEXT else f"{text[:MAX_ROW_TEXT]}…"
            found.append((index, _("Row %(row)d: %(text)s") % {"row": index + 1, "text": short}))
    return found


def _country_code(text: str) -> str:
    """The code of a country’s name or code; empty if there is none."""
    value = match_choice(COUNTRY, text) if text.strip() else ""
    return value if value in dict(COUNTRY.flatchoices) else ""
