"""The forms with which a file comes in: the file itself, and what its columns are."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.imports.matching import MAPPED, Table, guesses, is_joined, is_order_open
from outcomes.imports.readers.pages import Rows
from outcomes.imports.workbook.parsing import LARGEST
from outcomes.imports.workbook.sheets import label_of
from participants.permissions import Rights
from roundtable.models import Event

# What people call the encodings that they choose from.
LETTERS = {
    "cp1252": gettext_lazy("Western European"),
    "mac_roman": gettext_lazy("Western European (Mac)"),
    "cp1250": gettext_lazy("Central European"),
    "cp1251": gettext_lazy("Cyrillic"),
    "koi8_r": gettext_lazy("Cyrillic (KOI8)"),
    "cp1253": gettext_lazy("Greek"),
    "cp1256": gettext_lazy("Arabic"),
    "cp1258": gettext_lazy("Vietnamese"),
    "cp874": gettext_lazy("Thai"),
    "gb18030": gettext_lazy("Chinese (simplified)"),
    "big5hkscs": gettext_lazy("Chinese (traditional)"),
    "cp932": gettext_lazy("Japanese"),
    "cp949": gettext_lazy("Korean"),
}


def events_of(mine: Rights) -> Any:
    """Roundtables that somebody edits."""
    rows = Event.objects.order_by("-starts_on", "pk")
    return rows if mine.is_operator else rows.filter(pk__in=mine.editable)


class FileForm(forms.Form):
    """The file that is brought in."""

    file = forms.FileField(
        label=gettext_lazy("Workbook (XLSX), CSV, or CSVs in a ZIP"),
        help_text=gettext_lazy(
            "Up to 20 MB. You see first what it would add and change; nothing is stored yet."
        ),
    )
    event = forms.ModelChoiceField(
        Event.objects.none(),
        required=False,
        label=gettext_lazy("Roundtable"),
        help_text=gettext_lazy(
            "Only for a part, such as a list of participants. A whole workbook says it itself."
        ),
    )

    def __init__(self, *args: Any, mine: Rights, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["event"]
        field.queryset = events_of(mine)

    def clean_file(self) -> "UploadedFile[bytes]":
        """The file; raises ValidationError where it is too large."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is None or file.size > LARGEST * 1024 * 1024:
            raise ValidationError(_("It is larger than 20 MB. Divide it."))
        return file


class TableForm(forms.Form):
    """Which table of a file it is about, and what that is a list of."""

    page = forms.ChoiceField(label=gettext_lazy("Sheet of the file"))
    place = forms.ChoiceField(label=gettext_lazy("It is a list of"))

    def __init__(self, *args: Any, tables: list[Table], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pages: Any = self.fields["page"]
        pages.choices = [(table.page, table.page or _("The file")) for table in tables]
        if len(tables) == 1:
            pages.widget = forms.HiddenInput()
        places: Any = self.fields["place"]
        places.choices = [(place, sheet.title) for place, sheet in MAPPED.items()]


class LettersForm(forms.Form):
    """In which encoding a file reads right."""

    letters = forms.ChoiceField(
        label=gettext_lazy("Which of these reads right?"),
        help_text=gettext_lazy("The file does not say how its letters are written."),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, readings: dict[str, list[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["letters"]
        field.choices = [
            (name, f"{LETTERS[name]}: {'; '.join(cells)}") for name, cells in readings.items()
        ]


class ColumnsForm(forms.Form):
    """What each column of a table is; what nobody says is left out."""

    event = forms.ModelChoiceField(Event.objects.none(), label=gettext_lazy("Roundtable"))
    order = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Days such as 05/06/2018"),
        choices=[
            ("", "---------"),
            ("day", gettext_lazy("5 June 2018")),
            ("month", gettext_lazy("6 May 2018")),
        ],
        help_text=gettext_lazy("Needed where day and month could be either."),
    )

    def __init__(
        self, *args: Any, mine: Rights, table: Table, cells: Rows, place: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.table, self.cells, self.place = table, cells, place
        event: Any = self.fields["event"]
        event.queryset = events_of(mine)
        keys = [(key, label_of(key)) for key in MAPPED[place].keys]
        known = guesses(place, list(table.headings))
        for number, heading in enumerate(table.headings):
            self.fields[f"column{number}"] = forms.ChoiceField(
                required=False,
                label=heading or _("Column %d") % (number + 1),
                choices=[("", _("Leave out")), *keys],
                initial=known[number] if number < len(known) else "",
                help_text="; ".join(filter(None, table.samples[number])),
            )

    @property
    def columns(self) -> dict[int, str]:
        """The key of each column that is not left out."""
        given = {n: self.cleaned_data.get(f"column{n}") for n in range(len(self.table.headings))}
        return {number: key for number, key in given.items() if key}

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where two columns are one, none is any, or days are unclear."""
        cleaned = super().clean() or self.cleaned_data
        columns = self.columns
        if not columns:
            raise ValidationError(_("Say of at least one column what it is."))
        for key in set(columns.values()):
            if list(columns.values()).count(key) > 1 and not is_joined(MAPPED[self.place], key):
                words = _("Two columns are “%s”. Leave one out.")
                raise ValidationError(words % label_of(key))
        is_open = is_order_open(self.table, self.cells, self.place, columns)
        if is_open and not cleaned.get("order"):
            self.add_error("order", _("Which of the two do such days mean here?"))
        return cleaned
