"""Each address, for each role, about each object, by each method: the answer that is written down.

A new address fails here until permission_matrix.txt holds its lines, which the failure spells as
the portal answers now: read each answer before you write it down.
"""

from collections.abc import Callable

import pytest
from django.test import Client

from outcomes.exports.tables import TABLES
from participants.models import Delegate, User
from tests.conftest import FULL_WALKS
from tests.permission_matrix import (
    METHODS,
    NO_OBJECT,
    OBJECT_PATHS,
    ROLES,
    Cast,
    Cell,
    cast_once,
    expected_statuses,
    object_paths,
    patterns_by_name,
    quick_pdf,
    request_status,
    table_lines,
)
from tests.sign_in import count_once
from tests.test_urls import FORMER_FOLDERS

__all__ = ["cast_once", "quick_pdf"]  # fixtures
Sign = Callable[[User | Delegate], Client]
Record = Callable[[str, object], None]


def methods(role: str, name: str, place: int) -> list[str]:
    """At full size all; else the one that shows something, and often the one that acts.

    A co-chair sends a form about each object, a visitor about the first one, which is to sign in,
    and about each that a link opens.
    """
    if FULL_WALKS:
        return METHODS
    is_open = place == 0 or name == "invitation" or name.endswith("-link")
    acts = role == "co-chair" or (role == "visitor" and is_open)
    return ["GET", "POST"] if acts else ["GET"]


def asked_about(role: str) -> dict[str, str]:
    """The addresses; at full size all.

    Else a visitor asks for all, and the others for every sixth, so that each is asked for by two
    roles or three.
    """
    every = patterns_by_name()
    step = 1 if FULL_WALKS or role == "visitor" else 6
    return dict(list(every.items())[ROLES.index(role) % step :: step])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.longest
@pytest.mark.walk
@pytest.mark.usefixtures("quick_pdf")
def test_each_request_gets_expected_status(
    cast_once: Cast, db: None, client_of: Sign, role: str, record_property: Record
) -> None:
    cast, about = cast_once, asked_about(role)
    user = cast.users[role]
    browser = client_of(user) if user else Client()
    if user:
        count_once(browser)
    found: dict[Cell, str] = {}
    for name, pattern in about.items():
        for place, (thing, path) in enumerate(object_paths(name, pattern, cast, role).items()):
            for method in methods(role, name, place):
                cell = name, thing, method, role
                found[cell] = request_status(browser, name, method, path) if path else NO_OBJECT
    said = {cell: text for cell, text in expected_statuses().items() if cell[3] == role}
    other = {cell: text for cell, text in found.items() if said.get(cell) != text}
    assert not other, "\n".join(["Not in the table, or not so:", *table_lines(other)])
    things = {cell[:2] for cell in said if cell[0] in about}
    assert sorted(things - {cell[:2] for cell in found}) == []
    record_property("cells of the matrix", sum(text != NO_OBJECT for text in found.values()))


def test_table_covers_every_url() -> None:
    assert {name for name, *_rest in expected_statuses()} == set(patterns_by_name())


def test_pages_are_asked_for_hidden_and_deleted_objects() -> None:
    """Without a line in OBJECT_PATHS the walk takes the one path of the map, which is 404 here."""
    asked_once = {
        name
        for name, pattern in patterns_by_name().items()
        if "<" in pattern and "<slug:handle>" not in pattern and not pattern.startswith("admin/")
    } - set(OBJECT_PATHS)
    assert asked_once == {
        "theme-feed",  # themes are public
        "theme-calendar",
        # Files of lists.
        *(f"{kind}-file" for kind in TABLES),
        "data-package",
        "sitemap-section",
        "my-consent-notice",
        *(f"former-{name}-link" for name in FORMER_FOLDERS),  # the same view as open-link
        "mfa_edit_webauthn",  # of the package
        "mfa_remove_webauthn",
    }


def test_table_is_complete() -> None:
    """Each object of an address is asked for by each method, as each role."""
    cells = expected_statuses()
    things = {(name, thing) for name, thing, *_rest in cells}
    assert len(cells) == len(things) * len(METHODS) * len(ROLES)
    assert len(things) > 200
    for name, thing in things:
        for role in ROLES:
            answers = [cells[name, thing, method, role] for method in METHODS]
            assert NO_OBJECT not in answers or set(answers) == {NO_OBJECT}, (name, thing, role)


# What looks, to whom it is hidden from, like what is not there.
ALIKE = ["hidden", "paused", "protected", "erased", "deleted"]
# A roundtable that is not public is shown to those who have a right to it; operators, to all.
PREVIEWED = [
    "event-detail",
    "event-brief",
    "event-brief-pdf",
    "statement-text",
    "statement-version",
]


def test_hidden_and_unknown_objects_get_same_status() -> None:
    cells = expected_statuses()
    compared = 0
    for (name, thing, method, role), text in cells.items():
        absent = cells.get((name, "deleted", method, role))
        is_seen_by_operators = name.startswith("admin") or name in PREVIEWED
        if thing not in ALIKE or (role == "operator" and is_seen_by_operators):
            continue
        assert text == absent, (name, thing, method, role)
        compared += thing != "deleted"
    assert compared > 2000


def test_foreign_objects_look_unknown() -> None:
    cells = expected_statuses()
    compared = 0
    for (name, thing, method, role), text in cells.items():
        # A link in a message works for whoever holds it.
        if thing == "other's" and not name.endswith("-by-link"):
            assert text == cells[name, "deleted", method, role], (name, method, role)
            compared += 1
    assert compared == 12 * len(METHODS) * len(ROLES)


def test_no_server_errors_and_no_visitors_in_admin() -> None:
    # 204: the API tells scripts of other sites what they may send.
    answers = {"200", "204", "302", "400", "403", "404", "405", "in", NO_OBJECT}
    for (name, thing, method, role), text in expected_statuses().items():
        # In a test no worker runs, so the portal is not ready.
        assert text in answers or (name, text) == ("readyz", "503"), (name, thing)
        if name.startswith("admin"):
            shut = {"visitor": "in", "participant": "403", "outsider": "403"}
            assert text == shut.get(role, text), (name, method)
