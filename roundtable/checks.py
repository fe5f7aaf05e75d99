"""System check: the tables are those of this version of the portal."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DEFAULT_DB_ALIAS

from roundtable.schema import fault


@register(Tags.database)
def check_schema(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    if DEFAULT_DB_ALIAS not in (databases or []):
        return []
    found = fault()
    return [Error(found[0].upper() + found[1:], id="roundtable.E001")] if found else []
