"""The made-up people of the demonstration, as their file lists them."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


@dataclass(frozen=True)
class Person:
    """One made-up delegate; the file says what each word means."""

    key: str
    name: str
    organisation: str
    post: str
    languages: list[str]
    latin: str = ""
    earlier: str = ""
    capacity: str = ""
    about: str = ""
    listed_to: str = ""
    channels: dict[str, str] = field(default_factory=dict)
    is_confirmed: bool = True
    is_protected: bool = False
    leaves_out: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Helper:
    """An account with a right to work on the demonstration."""

    email: str
    role: str
    organisation: str


def read_cast() -> tuple[list[Helper], list[Person]]:
    """The helpers, and the people."""
    content = tomllib.loads((FIXTURES / "demonstration-people.toml").read_text("utf-8"))
    return [Helper(**row) for row in content["helpers"]], [
        Person(**row) for row in content["people"]
    ]
