"""System checks of the consent notices and of the erasure key."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from participants.models import ConsentNotice
from participants.privacy.consent import FALLBACK_LANGUAGE, changed_notices, notice_files

MIN_KEY_LENGTH = 32  # characters


@register()
def check_notice_files(**options: Any) -> list[CheckMessage]:
    files = notice_files()
    versions = {version for version, _language in files}
    if not versions:
        return [Error("There is no consent notice.", id="participants.E001")]
    return [
        Error(
            f"Version {version} of the consent notice is missing in English.",
            hint=f"Write participants/privacy/notices/sharing-{version}.{FALLBACK_LANGUAGE}.txt.",
            id="participants.E001",
        )
        for version in sorted(versions)
        if (version, FALLBACK_LANGUAGE) not in files
    ]


@register(Tags.database)
def check_recorded_notices(
    databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    table = ConsentNotice._meta.db_table
    if "default" not in (databases or []):
        return []
    if table not in connections["default"].introspection.table_names():
        return []  # before the first migration
    return [
        Error(
            f"{name} is not the text that people agreed to.",
            hint="Restore its text. Write the new text into a file for a new version.",
            id="participants.E002",
        )
        for name in changed_notices()
    ]


@register()
def check_erasure_key(**options: Any) -> list[CheckMessage]:
    key = settings.ERASURE_KEY
    if len(key) >= MIN_KEY_LENGTH and key != settings.SECRET_KEY:
        return []
    return [
        Warning(
            "ERASURE_KEY is missing, shorter than 32 characters, or the same as SECRET_KEY.",
            hint="With a copy of the database, someone could find out whose address was erased.",
            id="participants.W001",
        )
    ]
