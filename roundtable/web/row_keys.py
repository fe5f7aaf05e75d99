"""Keys that name rows in forms. Their numbers would tell how many rows there are in all."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Field, Model
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString

Row = TypeVar("Row", bound=Model)
KEY_LENGTH = 20
UNKNOWN = "unknown"  # the number of no row


def row_key(row: Model) -> str:
    name = f"{row._meta.label_lower} {row.pk}"
    return salted_hmac("roundtable.web.row_keys", name, algorithm="sha256").hexdigest()[:KEY_LENGTH]


def find_row(rows: Iterable[Row], key: str) -> Row | None:
    """The row with this key among those that the person may change."""
    return next((row for row in rows if row_key(row) == key), None)


class KeyInput(forms.HiddenInput):
    """A hidden input with the key of a row; the form sees the number of the row."""

    def __init__(self, numbers: Mapping[str, Any]) -> None:
        super().__init__()
        self.numbers = numbers

    def format_value(self, value: Any) -> str | None:
        keys = {str(number): key for key, number in self.numbers.items()}
        return keys.get(str(value))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        key = data.get(name)
        return self.numbers.get(key, UNKNOWN) if key else key


class NoInput(forms.HiddenInput):
    """For a field that the page does not need to send."""

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        return SafeString("")


class KeyedInlineFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """Names its rows by keys, and accepts only those of its owner."""

    @cached_property
    def numbers(self) -> dict[str, Any]:
        return {row_key(row): row.pk for row in self.get_queryset()}

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        number = form.fields["id"]
        # Django would accept any row, even of another person.
        number.queryset = self.get_queryset()
        number.widget = KeyInput(self.numbers)
        form.fields[self.fk.name].widget = NoInput()

    def _get_to_python(self, field: Field[Any, Any]) -> Any:
        return self._number_of

    def _number_of(self, key: str) -> Any:
        if key not in self.numbers:
            raise ValidationError("")  # the field of the row says what to do
        return self.numbers[key]
