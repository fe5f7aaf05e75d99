"""A roundtable to import files into, and who does it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from participants.models import User
from roundtable.models import Event
from tests.factories import make_holder
from tests.recorded_fixtures import recorded
from tests.roundtable_files import load_roundtable, write_complete_file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A roundtable file with something in each table."""
    return write_complete_file(tmp_path)


@pytest.fixture
@recorded
def talk(db: None, tmp_path: Path) -> Event:
    """With something in each table."""
    load_roundtable(write_complete_file(tmp_path))
    return Event.objects.get(code="TALK1")


@pytest.fixture
def editor(talk: Event) -> User:
    """A co-chair of it."""
    return make_holder(talk)


@pytest.fixture
def browser(client_of: Callable[..., Client], operator: User) -> Client:
    """The operator's."""
    return client_of(operator)
