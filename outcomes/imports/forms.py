"""The forms of an import: the file, and its encoding."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.imports.workbook.parsing import MAX_FILE_MEGABYTES
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


def check_size(file: "UploadedFile[bytes]") -> None:
    if file.size is None or file.size > MAX_FILE_MEGABYTES * 1024 * 1024:
        raise ValidationError(_("The file is larger than 20 MB. Divide it into smaller files."))


class UploadForm(forms.Form):
    """The file to import."""

    file = forms.FileField(
        label=gettext_lazy("Workbook, CSV, CSVs in a ZIP, or JSON"),
        help_text=gettext_lazy(
            "XLSX, XLS, XLSB or ODS, a CSV with any separator, or a list of records in JSON. Up "
            "to 20 MB. You first see what the file would add and change. Nothing is saved yet."
        ),
        widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}),
        validators=[check_size],
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


class ComparedFileForm(forms.Form):
    """A person’s own download of a list that was imported."""

    file = forms.FileField(
        label=gettext_lazy("The file that you downloaded from that address yourself"),
        widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}),
        validators=[check_size],
    )
