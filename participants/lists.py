"""Lists of the admin: what their addresses may ask for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList, ChangeListSearchForm
from django.core.exceptions import BadRequest
from django.core.validators import MaxLengthValidator
from django.db import DataError

LONGEST_SEARCH = 200


class ShortSearchForm(ChangeListSearchForm):
    """The search of a list; the database compares each of its words with every row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[SEARCH_VAR].validators.append(MaxLengthValidator(LONGEST_SEARCH))


class ShortSearchList(ChangeList):
    """A list that one searches for a sentence, not for a book."""

    search_form_class = ShortSearchForm


@contextmanager
def readable_address() -> Iterator[None]:
    """Raises BadRequest where the address asks for what no list can answer."""
    try:
        yield
    except (ValueError, OverflowError, DataError, IncorrectLookupParameters) as problem:
        raise BadRequest("The address of this list cannot be read.") from problem
