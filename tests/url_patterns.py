"""Every address that the portal answers to, as its resolver knows them."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.urls import URLPattern, get_resolver, resolve


def url_patterns(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """The full pattern of each address, such as roundtables/<slug:slug>/, and its entry."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield path, entry
        else:
            yield from url_patterns(entry, path)


def page_paths() -> dict[str, str]:
    """The pattern of each name, the admin apart."""
    found: dict[str, str] = {}
    for path, entry in url_patterns():
        if not path.startswith("admin/"):
            assert entry.name and entry.name not in found, path
            found[entry.name] = path
    return found


def list_admin_paths() -> list[str]:
    """The patterns within the admin."""
    return [path for path, _entry in url_patterns() if path.startswith("admin/")]


def names_of(paths: Iterable[str]) -> set[str]:
    """The names of the pages; HANDLE stands for that of a delegate."""
    spelled = (urlsplit(path).path.replace("HANDLE", "abcdefghjk") for path in paths)
    return {resolve(path).url_name or "" for path in spelled}
