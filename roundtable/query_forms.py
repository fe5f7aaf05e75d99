"""Query strings: filters, sorting and pages, checked like any other input."""

from typing import Any, TypeVar

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
    """A form for a query string: what it does not know is a mistake, never ignored."""

    sort_fields: tuple[str, ...] = ()  # the fields that say how rows stand, not which
    error_css_class = "has-error"

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError that names what this page does not know, or cannot read."""
        unknown = sorted(set(self.data) - set(self.fields))
        if unknown:
            raise forms.ValidationError(
                _("This page does not know “%(names)s”. Take it out of the address."),
                params={"names": "”, “".join(name[:40] for name in unknown[:3])},
            )
        # What stands in the place of bytes that are no letters.
        broken = [name for name, value in self.data.items() if "\ufffd" in value]
        if broken:
            raise forms.ValidationError(
                _("“%(name)s” cannot be read: letters in it are broken. Write it again."),
                params={"name": broken[0]},
            )
        if isinstance(self.data, QueryDict):
            repeated = [name for name, values in self.data.lists() if len(values) > 1]
            if repeated:
                raise forms.ValidationError(
                    _("“%(name)s” is given twice. Choose one."), params={"name": repeated[0][:40]}
                )
        return self.cleaned_data

    def active_parameters(self) -> dict[str, str]:
        """The filters in use, as they stand in the query string."""
        return {
            name: self.data[name] for name in self.fields if name != "page" and self.data.get(name)
        }

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for some of the rows only."""
        return bool(set(self.active_parameters()) - set(self.sort_fields))

    def error_sentences(self) -> list[str]:
        """A sentence for each mistake, with the label of the field it is about."""
        sentences = []
        for name, errors in self.errors.items():
            label = self.fields[name].label if name in self.fields else ""
            for error in errors:
                # It repeats what was written, of any length.
                text = Truncator(str(error).replace("\0", "\ufffd")).chars(200)
                sentences.append(f"{label}: {text}" if label else text)
        return sentences


class ListForm(QueryForm):
    """The query string of a list, which also says which page of it."""

    page = forms.IntegerField(
        label=_("Page"),
        required=False,
        min_value=1,
        widget=forms.HiddenInput,
        error_messages={
            "invalid": _("Write its number in digits, for example 2."),
            "min_value": _("Pages are counted from 1."),
        },
    )


def get_page(form: ListForm, rows: QuerySet[M], total: int | None = None) -> Page[M]:
    """The page that the form asks for, or the first.

    `total` is how many rows there are, where the caller knows. A page past the last is a mistake
    of the form and gives the last.
    """
    paginator = Paginator(rows, PAGE_SIZE)
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
