"""A system check: the search index is there and moves with each change."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DEFAULT_DB_ALIAS

from outcomes.search.index import is_index_installed
from roundtable.database.schema import fault


@register(Tags.database)
def check_search_index(
    databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    if DEFAULT_DB_ALIAS not in (databases or []) or fault() or is_index_installed():
        return []
    return [
        # No error: it would stop the command that makes the index.
        Warning(
            "The search index is missing, or does not change with the records.",
            hint="Run manage.py migrate.",
            id="outcomes.W001",
        )
    ]
