"""Every address that the portal answers to, as its resolver knows them."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, get_resolver


def patterns(within: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """The full pattern of each address, such as roundtables/<slug:slug>/, and its entry."""
    for entry in (within or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield path, entry
        else:
            yield from patterns(entry, path)


def pages() -> dict[str, str]:
    """The pattern of each name, the admin apart."""
    found: dict[str, str] = {}
    for path, entry in patterns():
        if not path.startswith("admin/"):
            assert entry.name and entry.name not in found, path
            found[entry.name] = path
    return found


def admin_pages() -> list[str]:
    """The patterns within the admin."""
    return [path for path, _entry in patterns() if path.startswith("admin/")]
