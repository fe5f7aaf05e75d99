"""Checks at the start: what people agreed to is what the files say."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from participants.consents import FALLBACK, changed_notices, notice_files
from participants.models import ConsentNotice


@register()
def check_notice_files(**options: Any) -> list[CheckMessage]:
    """Each version of the notice exists in English, which others fall back to."""
    files = notice_files()
    versions = {version for version, _language in files}
    if not versions:
        return [Error("There is no notice to agree to.", id="participants.E001")]
    return [
        Error(
            f"Version {version} of the notice is missing in English.",
            hint=f"Write participants/notices/sharing-{version}.{FALLBACK}.txt.",
            id="participants.E001",
        )
        for version in sorted(versions)
        if (version, FALLBACK) not in files
    ]


@register(Tags.database)
def check_recorded_notices(
    databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    """No wording that was recorded differs from its file."""
    table = ConsentNotice._meta.db_table
    if "default" not in (databases or []):
        return []
    if table not in connections["default"].introspection.table_names():
        return []  # before the first migration
    return [
        Error(
            f"{name} is not what people agreed to.",
            hint="Put its words back and write the new ones into the file of a new version.",
            id="participants.E002",
        )
        for name in changed_notices()
    ]
