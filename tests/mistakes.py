"""Doors with a mistake in them, for the tests that must notice it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q

from participants.models import ContactChannel, Delegate
from participants.models.introduction import IntroductionQuerySet
from participants.models.participation import ParticipationQuerySet
from participants.privacy import audiences, visibility


def _yes(*_given: Any) -> bool:
    return True


def _no(*_given: Any) -> bool:
    return False


def _every_row(*_given: Any) -> Q:
    return ~Q(pk=None)


def _no_row(*_given: Any) -> Q:
    return Q(pk=None)


def _all(rows: Any) -> Any:
    return rows.all()


def _at_one_table(_fact: audiences.Fact) -> str:
    return "civil-society"


def _listed_though_paused(
    delegate: Delegate, person: audiences.Person, viewer: audiences.Viewer
) -> bool:
    delegate.paused_at = None
    return _is_listed(delegate, person, viewer)


def _seen_by_all(
    _delegate: Delegate,
    _channel: ContactChannel,
    _person: audiences.Person,
    _viewer: audiences.Viewer,
) -> bool:
    return True


def _agreed() -> Q:
    return Q(consented_at__isnull=False, erased_at=None)


_is_listed: Callable[..., bool] = visibility._is_listed

Mistake = list[tuple[Any, str, Any]]
MISTAKES: dict[str, Mistake] = {
    "shows everything": [
        (visibility, "is_inside", _yes),
        (visibility, "inside", _every_row),
    ],
    "lists everyone": [(visibility, "inside", _every_row)],
    "shows all in pages": [(visibility, "is_inside", _yes)],
    "shows every channel": [(visibility, "_is_seen", _seen_by_all)],
    "knows no exceptions": [
        (audiences.LeftOut, "includes", _no),
        (audiences, "_leaving_out", _no_row),
    ],
    "knows no exceptions in pages": [(audiences.LeftOut, "includes", _no)],
    "knows no exceptions in lists": [(audiences, "_leaving_out", _no_row)],
    "knows no pause": [
        (visibility, "_shown", _agreed),
        (visibility, "_is_listed", _listed_though_paused),
    ],
    "takes participants for a constituency": [(audiences, "_constituency", _at_one_table)],
    "takes a request for an introduction": [(IntroductionQuerySet, "accepted", _all)],
    "takes a claim for a confirmation": [(ParticipationQuerySet, "confirmed", _all)],
}


def make_mistake(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the mistake into the door for the rest of the test."""
    for where, attribute, wrong in MISTAKES[name]:
        monkeypatch.setattr(where, attribute, wrong)
