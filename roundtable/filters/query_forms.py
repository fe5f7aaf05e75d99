"""Validates query strings: filters, sorting and pages."""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

PAGE_SIZE = 20
M = TypeVar("M", bound=Model)


class QueryForm(forms.Form):
    """A form for a query string. An unknown parameter is an error and never ignored."""

    sort_fields: tuple[str, ...] = ()  # fields that sort rows and do not filter them
    scope_fields: tuple[str, ...] = ()  # fields that say among which rows the others filter
    page_fields: tuple[str, ...] = ("page",)  # fields that other links of the page leave out
    error_css_class = "has-error"

    def clean(self) -> dict[str, Any]:
        unknown = sorted(set(self.data) - set(self.fields))
        if unknown:
            raise forms.ValidationError(
                _("This page cannot use “%(names)s”. Delete it from the web address."),
                params={"names": "”, “".join(name[:40] for name in unknown[:3])},
            )
        # Django puts this character in place of bytes that are not UTF-8.
        broken = [
            name for name in self.data if any("\ufffd" in word for word in self.values_of(name))
        ]
        if broken:
            raise forms.ValidationError(
                _("“%(name)s” contains characters that we cannot read. Write it again."),
                params={"name": broken[0]},
            )
        if isinstance(self.data, QueryDict):
            repeated = [
                name
                for name, values in self.data.lists()
                if len(values) > 1 and not self.takes_several(name)
            ]
            if repeated:
                raise forms.ValidationError(
                    _("“%(name)s” appears more than once. Choose one."),
                    params={"name": repeated[0][:40]},
                )
        return self.cleaned_data

    def values_of(self, name: str) -> list[str]:
        if isinstance(self.data, QueryDict):
            return self.data.getlist(name)
        return [self.data[name]] if name in self.data else []

    def takes_several(self, name: str) -> bool:
        return isinstance(self.fields.get(name), forms.MultipleChoiceField)

    def offers(self, name: str, values: Iterable[str]) -> set[str]:
        """Those of the values that this viewer can choose."""
        choices: Any = self.fields[name]
        return set(values) & {value for value, _label in choices.choices}

    def active_values(self) -> dict[str, list[str]]:
        """The parameters in use except the page, as in the query string."""
        found = {}
        for name in self.fields:
            values = list(dict.fromkeys(filter(None, self.values_of(name))))
            if values and name not in self.page_fields:
                found[name] = values if self.takes_several(name) else values[-1:]
        return found

    def active_parameters(self) -> dict[str, str]:
        """As active_values(), of a form that takes one value of each."""
        return {name: values[0] for name, values in self.active_values().items()}

    @property
    def filter_count(self) -> int:
        active = self.active_values()
        others = self.sort_fields + self.scope_fields
        return sum(len(values) for name, values in active.items() if name not in others)

    @property
    def is_filtered(self) -> bool:
        return self.filter_count > 0

    def error_sentences(self) -> list[str]:
        """One sentence for each error, with the label of its field."""
        return [sentence for _id, sentence in self.linked_errors()]

    def linked_errors(self) -> list[tuple[str, str]]:
        """Each error sentence after the HTML id of its field, which is empty if there is none."""
        found = []
        for name, errors in self.errors.items():
            label = self.fields[name].label if name in self.fields else ""
            is_shown = name in self.fields and not self[name].is_hidden
            for error in errors:
                # The message repeats the input, which can have any length.
                text = Truncator(str(error).replace("\0", "\ufffd")).chars(200)
                found.append(
                    (
                        self[name].id_for_label if is_shown else "",
                        f"{label}: {text}" if label else text,
                    )
                )
        return found


def encode_query(values: dict[str, list[str]]) -> str:
    parameters = QueryDict(mutable=True)
    for name, words in values.items():
        parameters.setlist(name, words)
    return f"?{parameters.urlencode()}"


class ListForm(QueryForm):
    """The query string of a list with pages."""

    page = forms.IntegerField(
        label=_("Page"),
        required=False,
        min_value=1,
        widget=forms.HiddenInput,
        error_messages={
            "invalid": _("Write the page number in digits, for example 2."),
            "min_value": _("Page numbers start at 1."),
        },
    )


class _RowsByID(Generic[M]):
    """Rows of a list: the database sorts IDs only, and reads the whole rows of one page.

    To sort whole rows of 100,000 takes twice as long.
    """

    ordered = True

    def __init__(self, rows: QuerySet[M]) -> None:
        self.rows = rows

    def count(self) -> int:
        return self.rows.count()

    def __getitem__(self, part: slice) -> QuerySet[M]:
        return self.rows.filter(pk__in=self.rows.values("pk")[part])


def get_page(
    form: ListForm, rows: Any, total: int | None = None, page_size: int = PAGE_SIZE
) -> Page[Any]:
    """The requested page, or the first. A page after the last is an error and gives the last.

    `rows` is a queryset, a list, or what Paginator can slice and count. `total` is the number of
    rows, if the caller knows it.
    """
    source: Any = _RowsByID(rows) if isinstance(rows, QuerySet) else rows
    paginator: Paginator[Any] = Paginator(source, page_size)
    if total is not None:
        paginator.count = total
    number = form.cleaned_data.get("page") or 1
    if number > paginator.num_pages:
        form.add_error(
            "page",
            ngettext(
                "There is only %(pages)s page.",
                "There are only %(pages)s pages.",
                paginator.num_pages,
            )
            % {"pages": paginator.num_pages},
        )
        number = paginator.num_pages
    return paginator.page(number)
