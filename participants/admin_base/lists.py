"""Lists of the admin with limits on search and counting."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList, ChangeListSearchForm
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.core.validators import MaxLengthValidator
from django.db import DataError
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.text import smart_split, unescape_string_literal

MAX_SEARCH_LENGTH = 200
MAX_COUNTED_ROWS = 10_000


class LimitedSearchForm(ChangeListSearchForm):
    """A search of limited length, because the database compares each word with each row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[SEARCH_VAR].validators.append(MaxLengthValidator(MAX_SEARCH_LENGTH))


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts rows only up to MAX_COUNTED_ROWS, to keep long lists fast."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:MAX_COUNTED_ROWS].count())


class LimitedChangeList(ChangeList):
    """A list with a limited search."""

    search_form_class = LimitedSearchForm

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        # What cannot be searched for stays in the field, below the error.
        self.query = self.query or request.GET.get(SEARCH_VAR, "")

    @property
    def is_capped(self) -> bool:
        return bool(self.result_count >= MAX_COUNTED_ROWS)


@contextmanager
def reject_unreadable_query() -> Iterator[None]:
    try:
        yield
    except (ValueError, OverflowError, DataError, IncorrectLookupParameters) as problem:
        raise BadRequest("The address of this list cannot be read.") from problem


def split_search(search: str) -> Iterator[str]:
    """Words and quoted phrases of a search, split the way Django splits them."""
    for word in smart_split(search):
        is_quoted = word.startswith(('"', "'")) and word[0] == word[-1]
        yield unescape_string_literal(word) if is_quoted else word
