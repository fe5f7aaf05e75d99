"""A text full of names tells its reader of no one whom the lists do not name."""

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from outcomes.models import ProgressUpdate
from outcomes.models.editorial import MAX_TEXT_LENGTH
from participants.models import User
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_delegate,
    make_event,
    make_organisation,
    make_participation,
    make_role,
    make_update,
)
from tests.fixture_types import Sign
from tests.follow_up_factories import make_assessment, make_offer, make_response
from tests.outcomes.test_outcomes_admin import page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
ASKED = "Please check the text for names. It can name people who are not listed here."
GIVEN = ["Amina", "Bela", "Chen", "Dara", "Eko"]
FAMILY = ["Adler", "Bakri", "Costa", "Dewi", "Evans"]
NAMES = [f"{given} {family}" for given in GIVEN for family in FAMILY]


def plain(text: str) -> str:
    """Without what differs each time."""
    return re.sub(r'value="[\w-]{20,}"', "", text)


def test_text_of_names_tells_of_no_one_elsewhere(
    client_of: Sign, event: Event, cochair: User
) -> None:
    known = make_delegate(name="Farid Known", user=None)
    make_participation(known, event)
    text = ", ".join([*NAMES, "Farid Known", "Hidden House"])
    update = make_update(event.commitments.all()[0], approved=False, text=text)
    update.submit(at=NOON)
    browser = client_of(cochair)

    def review() -> str:
        return plain(browser.get(page(ProgressUpdate, "review", update.pk)).content.decode())

    before = review()
    checked = before[before.index("What the portal checked") :]
    assert "Farid Known" in checked and ASKED in " ".join(checked.split())
    assert not [name for name in NAMES if name in checked]
    # The same with all of them known, elsewhere, or protected.
    secret = make_event(is_public=False)
    make_role(secret, organisation=make_organisation(name="Hidden House"))
    places = [secret, make_event(), event]
    for number, name in enumerate(NAMES):
        where = places[number % 3]
        protected = {"is_protected_from_desk": where == event}
        make_participation(make_delegate(name=name), where, **protected)
    assert review() == before


def test_reminder_is_there_without_any_finding(
    client_of: Sign, event: Event, cochair: User
) -> None:
    for author in (None, make_participation(make_delegate(), event).delegate.user):
        update = make_update(event.commitments.all()[0], approved=False, text="Done.")
        update.submit(at=NOON)
        ProgressUpdate.objects.filter(pk=update.pk).update(author=author)
        text = client_of(cochair).get(page(ProgressUpdate, "review", update.pk)).content.decode()
        assert ASKED in " ".join(text.split())


TOO_LONG = (
    f"This text has {MAX_TEXT_LENGTH + 1} characters. At most {MAX_TEXT_LENGTH} are possible. "
    "Shorten it."
)


def test_submitted_texts_have_a_greatest_length(event: Event) -> None:
    update = make_update(event.commitments.all()[0])
    rows: list[tuple[Any, str]] = [
        *((update, field) for field in ("text", "obstacles", "next_steps", "reason")),
        *((make(), "text") for make in (make_response, make_offer, make_assessment)),
    ]
    for row, field in rows:
        setattr(row, field, "x" * MAX_TEXT_LENGTH)
        row.clean_fields()
        setattr(row, field, "x" * (MAX_TEXT_LENGTH + 1))
        with pytest.raises(ValidationError) as mistake:
            row.clean_fields()
        assert mistake.value.message_dict == {field: [TOO_LONG]}
        setattr(row, field, "Done.")
