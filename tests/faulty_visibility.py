"""Doors with a mistake in them, for the tests that must notice it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q

from participants.models import ContactChannel, Delegate, Organisation, introduction
from participants.models.introduction import IntroductionQuerySet
from participants.models.participation import ParticipationQuerySet
from participants.privacy import audiences, visibility
from roundtable.database.built_once import built_once, compiled_once


def _always(*_given: Any) -> bool:
    return True


def _never(*_given: Any) -> bool:
    return False


def _every_row(*_given: Any) -> Q:
    return ~Q(pk=None)


def _no_row(*_given: Any) -> Q:
    return Q(pk=None)


def _all(rows: Any) -> Any:
    return rows.all()


def _any_channel(people: Any) -> Any:
    return ContactChannel.objects.filter(delegate__in=people)


def _same_constituency(_fact: audiences.ViewerFact) -> str:
    return "civil-society"


def _listed_although_paused(
    delegate: Delegate, person: audiences.ProfileOwner, viewer: audiences.Viewer
) -> bool:
    delegate.hidden_at = None
    return _is_listed(delegate, person, viewer)


def _visible_to_all(
    _delegate: Delegate,
    _channel: ContactChannel,
    _person: audiences.ProfileOwner,
    _viewer: audiences.Viewer,
) -> bool:
    return True


def _consented() -> Q:
    return Q(consented_at__isnull=False, erased_at=None)


_is_listed: Callable[..., bool] = visibility._is_listed

Mutation = list[tuple[Any, str, Any]]
MUTATIONS: dict[str, Mutation] = {
    "shows everything": [
        (visibility, "is_in_audience", _always),
        (visibility, "listing_condition", _every_row),
    ],
    "lists everyone": [(visibility, "listing_condition", _every_row)],
    "shows all in pages": [(visibility, "is_in_audience", _always)],
    "shows every channel": [(visibility, "_is_channel_visible", _visible_to_all)],
    "knows no exceptions": [
        (audiences.ExceptionSet, "includes", _never),
        (audiences, "_exception_condition", _no_row),
    ],
    "knows no exceptions in pages": [(audiences.ExceptionSet, "includes", _never)],
    "knows no exceptions in lists": [(audiences, "_exception_condition", _no_row)],
    "knows no pause": [
        (visibility, "_shareable_condition", _consented),
        (visibility, "_is_listed", _listed_although_paused),
    ],
    "takes participants for a constituency": [(audiences, "_constituency", _same_constituency)],
    "lets introductions override exceptions": [(IntroductionQuerySet, "not_excluded", _all)],
    "takes a request for an introduction": [(IntroductionQuerySet, "accepted", _all)],
    "takes a claim for a confirmation": [(ParticipationQuerySet, "confirmed", _all)],
}
# Those that test_visibility_worlds.py alone must find: in no other data does one exclude one body
# of a government, and another body looks, or someone of whom that was never confirmed.
MUTATIONS_OF_WORLDS: dict[str, Mutation] = {
    "excludes one body of a government in pages": [(Organisation, "government", "")],
    "excludes one body of a government in lists": [(audiences, "_names_body_of", _no_row)],
    "confirms by each body of a government": [(audiences.EventConfirmer, "government", "")],
    "excludes by what was never confirmed": [(ParticipationQuerySet, "ever_confirmed", _all)],
    "lets governments look before they show": [(audiences, "shown_to_civil_society", _any_channel)],
    "introduces other bodies of a government": [(introduction, "_of_excluded_government", _no_row)],
}


def apply_mutation(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the mistake into the door for the rest of the test."""
    for module, attribute, replacement in (MUTATIONS | MUTATIONS_OF_WORLDS)[name]:
        monkeypatch.setattr(module, attribute, replacement)
    # Its queries are built anew, and what is built now is not kept.
    queries: list[tuple[Any, str, Any]] = [
        (audiences, "_facts_of_user", compiled_once),
        (visibility, "listed_to", built_once),
    ]
    for module, kept, keep in queries:
        monkeypatch.setattr(module, kept, keep(getattr(module, kept).__wrapped__))
