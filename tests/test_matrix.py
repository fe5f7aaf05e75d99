"""Each address, for each role, about each object, by each method: the answer that is written down.

A new address fails here until matrix.txt holds its lines, which the failure spells as the portal
answers now: read each answer before you write it down.
"""

from collections.abc import Callable

import pytest
from django.test import Client

from outcomes.changes import pdf
from participants.models import Delegate, User
from tests.conftest import FULL_WALKS
from tests.matrix import (
    METHODS,
    NONE,
    ROLES,
    Cell,
    addresses,
    answer,
    lines,
    make_cast,
    objects,
    table,
)

Sign = Callable[[User | Delegate], Client]
Record = Callable[[str, object], None]


THOROUGH = ("visitor", "co-chair")


def asked(role: str) -> list[str]:
    """The methods; at full size all, and else of most roles that one which shows something."""
    if FULL_WALKS:
        return METHODS
    return ["GET", "POST"] if role in THOROUGH else ["GET"]


def asked_about(role: str) -> dict[str, str]:
    """The addresses; at full size all, and else for those roles that tell the most."""
    every = addresses()
    if FULL_WALKS or role in THOROUGH:
        return every
    return dict(list(every.items())[ROLES.index(role) :: 3])


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that makes PDFs, at once."""
    monkeypatch.setattr(pdf, "can_make", lambda: True)
    monkeypatch.setattr(pdf, "make", lambda html, style: b"%PDF-1.7")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.walk
@pytest.mark.django_db
@pytest.mark.usefixtures("paper")
def test_each_cell_answers_as_the_table_says(
    client_of: Sign, role: str, record_property: Record
) -> None:
    cast, methods, about = make_cast(), asked(role), asked_about(role)
    user = cast.users[role]
    browser = client_of(user) if user else Client()
    found: dict[Cell, str] = {}
    for name, pattern in about.items():
        for thing, path in objects(name, pattern, cast, role).items():
            for method in methods:
                cell = name, thing, method, role
                found[cell] = answer(browser, method, path) if path else NONE
    said = {
        cell: text
        for cell, text in table().items()
        if cell[0] in about and cell[2] in methods and cell[3] == role
    }
    other = {cell: text for cell, text in found.items() if said.get(cell) != text}
    assert not other, "\n".join(["Not in the table, or not so:", *lines(other)])
    assert not said.keys() - found.keys()
    record_property("cells of the matrix", sum(text != NONE for text in found.values()))


def test_table_names_each_address_of_the_resolver() -> None:
    assert {name for name, *_rest in table()} == set(addresses())


def test_table_says_every_cell() -> None:
    """Each object of an address is asked for by each method, as each role."""
    cells = table()
    things = {(name, thing) for name, thing, *_rest in cells}
    assert len(cells) == len(things) * len(METHODS) * len(ROLES)
    assert len(things) > 200
    for name, thing in things:
        for role in ROLES:
            answers = [cells[name, thing, method, role] for method in METHODS]
            assert NONE not in answers or set(answers) == {NONE}, (name, thing, role)


# What looks, to whom it is hidden from, like what is not there.
ALIKE = ["hidden", "paused", "protected", "erased", "deleted"]


def test_hidden_and_absent_have_the_same_answers() -> None:
    cells = table()
    compared = 0
    for (name, thing, method, role), text in cells.items():
        absent = cells.get((name, "deleted", method, role))
        if thing not in ALIKE or (name.startswith("admin") and role == "operator"):
            continue
        assert text == absent, (name, thing, method, role)
        compared += thing != "deleted"
    assert compared > 2000


def test_what_somebody_else_owns_looks_like_nothing() -> None:
    cells = table()
    compared = 0
    for (name, thing, method, role), text in cells.items():
        # A link in a message works for whoever holds it.
        if thing == "other's" and not name.endswith("-by-link"):
            assert text == cells[name, "deleted", method, role], (name, method, role)
            compared += 1
    assert compared == 5 * len(METHODS) * len(ROLES)


def test_nothing_fails_in_the_table_and_visitors_never_enter_the_admin() -> None:
    for (name, thing, method, role), text in table().items():
        assert text in ("200", "302", "400", "403", "404", "405", "in", NONE), (name, thing)
        if name.startswith("admin"):
            shut = {"visitor": "in", "participant": "403", "outsider": "403"}
            assert text == shut.get(role, text), (name, method)
