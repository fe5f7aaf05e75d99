"""The forms of an import: the file, its encoding, and the meaning of its columns."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.imports.matching import (
    MATCHABLE_SHEETS,
    SourceTable,
    can_join_columns,
    guess_columns,
    has_ambiguous_dates,
)
from outcomes.imports.readers.pages import Rows
from outcomes.imports.workbook.parsing import MAX_FILE_MEGABYTES
from outcomes.imports.workbook.sheets import column_label
from participants.permissions import EventPermissions
from roundtable.models import Event

ENCODING_LABELS = {
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
# What the browser proposes. The content decides, so a wrong name changes nothing.
ACCEPTED_FILES = ".xlsx,.xlsm,.xls,.xlsb,.ods,.csv,.tsv,.tab,.txt,.zip,.json,.jsonl"


def editable_events(permissions: EventPermissions) -> Any:
    rows = Event.objects.order_by("-starts_on", "pk")
    return rows if permissions.is_operator else rows.filter(pk__in=permissions.editable)


class UploadForm(forms.Form):
    """The file to import."""

    file = forms.FileField(
        label=gettext_lazy("Workbook, CSV, CSVs in a ZIP, or JSON"),
        help_text=gettext_lazy(
            "XLSX, XLS, XLSB or ODS, a CSV with any separator, or a list of records in JSON. Up "
            "to 20 MB. You first see what the file would add and change. Nothing is saved yet."
        ),
        widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}),
    )
    event = forms.ModelChoiceField(
        Event.objects.none(),
        required=False,
        label=gettext_lazy("Roundtable"),
        help_text=gettext_lazy(
            "Choose one only if the file is a part, such as a list of participants. A "
            "whole workbook names its roundtable."
        ),
    )

    def __init__(self, *args: Any, permissions: EventPermissions, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["event"]
        field.queryset = editable_events(permissions)

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is None or file.size > MAX_FILE_MEGABYTES * 1024 * 1024:
            raise ValidationError(_("The file is larger than 20 MB. Divide it into smaller files."))
        return file


class TableForm(forms.Form):
    """The sheet of the file to import, and what its rows are."""

    page = forms.ChoiceField(label=gettext_lazy("Sheet in the file"))
    sheet_key = forms.ChoiceField(label=gettext_lazy("This is a list of"))

    def __init__(self, *args: Any, tables: list[SourceTable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pages: Any = self.fields["page"]
        pages.choices = [(table.page, table.page or _("The file")) for table in tables]
        if len(tables) == 1:
            pages.widget = forms.HiddenInput()
        places: Any = self.fields["sheet_key"]
        places.choices = [(place, sheet.title) for place, sheet in MATCHABLE_SHEETS.items()]


class EncodingForm(forms.Form):
    """The choice of a text encoding, with sample cells."""

    encoding = forms.ChoiceField(
        label=gettext_lazy("Which of these looks correct?"),
        help_text=gettext_lazy("The file does not state its text encoding."),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, encoding_samples: dict[str, list[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["encoding"]
        field.choices = [
            (name, f"{ENCODING_LABELS[name]}: {'; '.join(cells)}")
            for name, cells in encoding_samples.items()
        ]


class ColumnMatchingForm(forms.Form):
    """The key of each column of a table; columns without a key are not imported."""

    event = forms.ModelChoiceField(Event.objects.none(), label=gettext_lazy("Roundtable"))
    date_order = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Dates such as 05/06/2018"),
        choices=[
            ("", "---------"),
            ("day", gettext_lazy("5 June 2018")),
            ("month", gettext_lazy("6 May 2018")),
        ],
        help_text=gettext_lazy("Needed if we cannot tell the day from the month."),
    )

    def __init__(
        self,
        *args: Any,
        permissions: EventPermissions,
        table: SourceTable,
        cells: Rows,
        sheet_key: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.table, self.cells, self.sheet_key = table, cells, sheet_key
        event: Any = self.fields["event"]
        event.queryset = editable_events(permissions)
        keys = [(key, column_label(key)) for key in MATCHABLE_SHEETS[sheet_key].keys]
        known = guess_columns(sheet_key, list(table.headings), table.samples)
        for number, heading in enumerate(table.headings):
            self.fields[f"column{number}"] = forms.ChoiceField(
                required=False,
                label=heading or _("Column %d") % (number + 1),
                choices=[("", _("Do not import")), *keys],
                initial=known[number] if number < len(known) else "",
                help_text="; ".join(filter(None, table.samples[number])),
            )

    @property
    def columns(self) -> dict[int, str]:
        given = {n: self.cleaned_data.get(f"column{n}") for n in range(len(self.table.headings))}
        return {number: key for number, key in given.items() if key}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        columns = self.columns
        if not columns:
            raise ValidationError(_("Match at least one column to a field."))
        for key in set(columns.values()):
            if list(columns.values()).count(key) > 1 and not can_join_columns(
                MATCHABLE_SHEETS[self.sheet_key], key
            ):
                words = _(
                    "Two columns are matched to “%s”. Choose “Do not import” for one of them."
                )
                raise ValidationError(words % column_label(key))
        is_date_order_open = has_ambiguous_dates(self.table, self.cells, self.sheet_key, columns)
        if is_date_order_open and not cleaned.get("date_order"):
            self.add_error("date_order", _("Choose what such dates mean in this file."))
        return cleaned
