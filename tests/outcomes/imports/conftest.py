"""A roundtable to import files into."""

from pathlib import Path

import pytest

from roundtable.models import Event
from tests.recorded_fixtures import recorded
from tests.roundtable_files import load_roundtable, write_complete_file


@pytest.fixture
@recorded
def talk(db: None, tmp_path: Path) -> Event:
    """With something in each table."""
    load_roundtable(write_complete_file(tmp_path))
    return Event.objects.get(code="TALK1")
