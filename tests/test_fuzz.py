"""Whatever is sent, the answer is a page or a sentence, and what was typed is still in the form.

At full size each form gets each string, about half of them from each role at the desk, and each
address gets each string from a visitor. On PostgreSQL each gets a twelfth of them: what differs
there is what the database refuses.
"""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client

from participants.models import Delegate, User
from tests.conftest import FULL, FULL_WALKS
from tests.form_fields import Form, forms_of
from tests.permission_matrix import Cast, cast_once, object_paths, patterns_by_name, quick_pdf
from tests.sign_in import count_once, forget_limits
from tests.test_input import naughty

__all__ = ["cast_once", "quick_pdf"]  # fixtures
Sign = Callable[[User | Delegate], Client]
ROLES = ["visitor", "focal point", "co-chair", "operator"]
STRINGS = [
    *naughty(),
    "",
    "1",
    "9" * 23,
    "9" * 5000,
    "-" + "9" * 23,
    "1.5",
    "1e3",
    "\u0663",
    "\0",
    "a\0b",
    "\r\n\tSet-Cookie: a=b",
    "http://[::1",
    "//example.org",
    "/\\example.org",
    "2026-13-45",
    "0000-00-00",
    "9999-12-31",
    "23:59:60",
    "{}",
    "[]",
    '{"id": "a", "rawId": "b", "response": {}}',
    "[" * 5000,
    "a" * 300,
    "x y " * 30_000,
    "a,b;c|d",
]
PARAMETERS = ["next", "q", "page", "p", "o", "all", "_popup", "_to_field", "_changelist_filters"]
# Which object of an address most likely opens.
OPENS = ["own", "works", "known", "here", "it", "open", "cochair's", "operator's"]
KEPT = {"csrfmiddlewaretoken", "written_by"}
ENDS_THE_SESSION = {"account_logout", "me-withdraw"}
PART = re.compile(r"<(?:\w+:)?\w+>")


class Fuzzer:
    """Sends strings as one person, and takes back what each request changed."""

    def __init__(self, browser: Client) -> None:
        self.browser = browser
        self.filled: set[str] = set()
        self.faults: list[str] = []
        self.requests = 0

    def send(self, method: str, path: str, data: dict[str, object], what: str) -> str:
        """The page, if one answers."""
        forget_limits()
        browser = Client(raise_request_exception=False)
        browser.cookies.load({name: item.value for name, item in self.browser.cookies.items()})
        with transaction.atomic():
            answer = getattr(browser, method)(path, data)
            content = b"".join(answer) if answer.streaming else answer.content
            transaction.set_rollback(True)
        self.requests += 1
        # In a test no worker runs, so the portal says that it is not ready.
        is_fault = answer.status_code >= 500 and (path, answer.status_code) != ("/readyz", 503)
        if is_fault or "Clear-Site-Data" in answer.headers:
            error = answer.exc_info[1] if getattr(answer, "exc_info", None) else None
            self.note(f"{answer.status_code} {error!r}", method, path, what)
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        return content.decode() if is_page and answer.status_code in (200, 400) else ""

    def note(self, fault: str, method: str, path: str, what: str) -> None:
        self.faults.append(f"{method} {path[:100]} {what[:80]}: {fault[:300]}")

    def send_parts(self, pattern: str, strings: list[str]) -> None:
        for words in strings:
            part = quote(words[:3000], safe="") or "x"
            self.send("get", "/" + PART.sub(part, pattern), {}, "")

    def send_parameters(self, path: str, strings: list[str]) -> None:
        for words in strings:
            names = PARAMETERS if path.startswith("/admin/") else PARAMETERS[:3]
            for sent in (names, names[len(words) % len(names) :][:1]):
                self.send("get", path, dict.fromkeys(sent, words), f"?{sent}={words!r}")

    def fill(self, path: str, form: Form, strings: list[str]) -> None:
        action, fields = form.action or path, {**form.fields, **pressed(form)}
        known = f"{re.sub('[0-9]+', '', action)} {sorted(form.fields)}"
        names = [name for name in form.fields if "__prefix__" not in name and name not in KEPT]
        if known in self.filled or not names:
            return
        self.filled.add(known)
        for words in strings:
            self.send(form.method, action, {**fields, **dict.fromkeys(names, words)}, words)
        for place, name in enumerate(names):
            words = strings[place % len(strings)]
            page = self.send(form.method, action, {**fields, name: words}, f"{name}={words!r}")
            again = [one for one in forms_of(page) if set(one.fields) >= set(names)]
            if name in form.typed and again and not any(keeps(one, name, words) for one in again):
                self.note("lost", form.method, action, f"{name}={words!r}")


def pressed(form: Form) -> dict[str, str]:
    """What Enter sends in addition."""
    name, value = form.button
    return {name: value} if name else {}


def keeps(form: Form, name: str, words: str) -> bool:
    return "".join(words.split()) == "".join(form.fields[name][0].split())


def turn(place: int, strings: list[str]) -> list[str]:
    """At full size all of them, or a twelfth; else the one whose turn it is."""
    if FULL_WALKS:
        return strings
    return strings[place % 12 :: 12] if FULL else [strings[place % len(strings)]]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.longest
@pytest.mark.walk
@pytest.mark.usefixtures("quick_pdf")
def test_no_string_ends_in_an_error_page(
    cast_once: Cast,
    db: None,
    client_of: Sign,
    role: str,
    record_property: Callable[[str, object], None],
) -> None:
    cast = cast_once
    user, place = cast.users[role], ROLES.index(role)
    browser = client_of(user) if user else Client()
    if user:
        count_once(browser)
    fuzzer = Fuzzer(browser)
    own_strings = STRINGS[place % 2 :: 2] if place > 1 else STRINGS
    every = list(patterns_by_name().items())
    for number, (name, pattern) in enumerate(every if FULL else every[place::18]):
        strings = turn(number, own_strings)
        if "<" in pattern and "(?P" not in pattern:
            # Most strings end before a view knows who asks.
            asked = strings[number % 6 :: 6] if FULL and user else strings
            fuzzer.send_parts(pattern, asked)
        paths = object_paths(name, pattern, cast, role)
        path = next((found for key in OPENS if (found := paths.get(key))), None)
        if path is None or name in ENDS_THE_SESSION:
            continue
        fuzzer.send_parameters(path, strings[:: 5 if FULL else 1])
        for form in forms_of(fuzzer.send("get", path, {}, "")):
            fuzzer.fill(path, form, strings)
    assert not fuzzer.faults, "\n".join(fuzzer.faults)
    record_property("requests with strings that no one should send", fuzzer.requests)
