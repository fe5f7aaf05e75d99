"""Lists of the admin: what their addresses may ask for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList, ChangeListSearchForm
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.core.validators import MaxLengthValidator
from django.db import DataError
from django.utils.functional import cached_property
from django.utils.text import smart_split, unescape_string_literal

MAX_SEARCH_LENGTH = 200
MAX_COUNTED_ROWS = 10_000


class LimitedSearchForm(ChangeListSearchForm):
    """The search of a list; the database compares each of its words with every row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[SEARCH_VAR].validators.append(MaxLengthValidator(MAX_SEARCH_LENGTH))


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a list whose rows are counted up to a number that nobody leafs through."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, the rest of a long list left uncounted."""
        rows: Any = self.object_list
        return int(rows.order_by()[:MAX_COUNTED_ROWS].count())


class LimitedChangeList(ChangeList):
    """A list that one searches for a sentence, not for a book."""

    search_form_class = LimitedSearchForm

    @property
    def is_capped(self) -> bool:
        """Whether there may be more rows than were counted."""
        return bool(self.result_count >= MAX_COUNTED_ROWS)


@contextmanager
def reject_unreadable_query() -> Iterator[None]:
    """Raises BadRequest where the address asks for what no list can answer."""
    try:
        yield
    except (ValueError, OverflowError, DataError, IncorrectLookupParameters) as problem:
        raise BadRequest("The address of this list cannot be read.") from problem


def split_search(search: str) -> Iterator[str]:
    """The words of a search, and what stands between quotes as one, as Django reads them."""
    for word in smart_split(search):
        is_quoted = word.startswith(('"', "'")) and word[0] == word[-1]
        yield unescape_string_literal(word) if is_quoted else word
