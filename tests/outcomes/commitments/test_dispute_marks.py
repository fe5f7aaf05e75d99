"""Wherever a text is shown that its party does not recognise, the sentence is beside it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from outcomes.models import Commitment
from participants.models import User
from tests.canaries import all_paths, file_text, make_complete_event, response_text
from tests.conftest import FULL_WALKS
from tests.factories import (
    make_commitment,
    make_dispute,
    make_holder,
    make_organisation,
    make_party,
    make_theme,
    make_update,
)
from tests.fixture_types import Sign
from tests.follow_up_factories import make_assessment, make_milestone
from tests.import_pages import admin_text, preview_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
NOW = datetime(2027, 3, 3, 12, tzinfo=UTC)
TEXT, REPORT = "Zqbuild ten shelters", "Zqnine are built"
SENTENCE = "Zqbelize does not recognise this text (10 February 2027)"
OF_REPORT = "Zqbelize does not recognise this text (11 February 2027)"
SHOWN = ("/", "/commitments/", "/progress/matrix/", "/changes/", "/feed.atom", "/calendar.ics")


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def disputed() -> Commitment:
    """Of a roundtable with everything, and on each kind of page."""
    event = make_complete_event("event", make_theme(slug="zq-theme"))
    row = make_commitment(event, text=TEXT, due_on=date(2027, 5, 1), recorded_at=NOW)
    row.outcomes.add(event.statement.outcomes.points()[0])
    belize = make_organisation(name="Zqbelize", slug="zqbelize", kind="government", country="BZ")
    party = make_party(row, organisation=belize)
    make_milestone(commitment=row, due_on=date(2027, 5, 2))
    make_update(row, status="closed", reported_on=date(2026, 12, 1))
    make_update(row, status="planning", reported_on=date(2027, 1, 1))
    make_assessment(commitment=row, organisation=make_organisation(slug="zqlab", name="Zqlab"))
    recorded = make_update(row, text=REPORT, reported_by="recorded", reported_on=date(2027, 1, 2))
    make_dispute(party, disputed_on=date(2027, 2, 10))
    make_dispute(recorded, disputed_on=date(2027, 2, 11))
    return row


def unwrapped(answer: Any) -> str:
    """Without the line breaks of a calendar or a PDF."""
    text = response_text(answer).replace("\r\n ", "").replace("\\,", ",")
    return " ".join(text.split())


def assert_marked(text: str, where: str) -> bool:
    """Whether the text of the commitment is there; the sentence then is, too."""
    if REPORT in text:
        assert OF_REPORT in text, where
    if TEXT in text:
        assert SENTENCE in text, where
    return TEXT in text


def pages_with(row: Commitment) -> set[str]:
    """Where the text of the commitment stands."""
    slug = row.event.slug
    return {
        *SHOWN,
        row.get_absolute_url(),
        "/search/?q=Zqbuild",
        "/organisations/zqbelize/",
        "/organisations/zqlab/",
        f"/outcomes/{slug}/1.a/",
        *(f"/roundtables/{slug}{ending}" for ending in ("/", ".atom", ".ics")),
    }


@pytest.mark.walk
def test_every_public_output_has_the_sentence_beside_the_text(disputed: Commitment) -> None:
    expected = pages_with(disputed)
    visitor = Client()
    marked = set()
    for path in {*all_paths(1 if FULL_WALKS else 4), *expected, "/changes/?since=2024-01-01"}:
        # An earlier day may be one of the first fourteen.
        if path.startswith("/admin") or "as_of=" in path:
            continue
        if assert_marked(unwrapped(visitor.get(path)), path):
            marked.add(path)
    assert expected <= marked, expected - marked


def test_earlier_outputs_have_no_sentence(disputed: Commitment, clock: Any) -> None:
    """In its first 14 days a dispute is private."""
    clock.move_to(datetime(2027, 2, 23, 12, tzinfo=UTC))
    for path in pages_with(disputed):
        assert "does not recognise" not in unwrapped(Client().get(path)), path


def holder(disputed: Commitment) -> User:
    return make_holder(disputed.event, on_behalf_of=make_organisation())


def test_files_and_brief_have_the_sentence(client_of: Sign, disputed: Commitment) -> None:
    event = disputed.event
    browser = client_of(holder(disputed))
    for path in (
        f"/admin/roundtable/event/{event.pk}/workbook/",
        f"/admin/roundtable/event/{event.pk}/workbook.zip",
    ):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert assert_marked(unwrapped(answer), path)
    assert SENTENCE in unwrapped(browser.get(f"/roundtables/{event.slug}/brief/"))
    page = browser.get("/admin/outcomes/commitment/export/")
    fields = [name for name in page.context["form"].fields if name.startswith("commitmentresource")]
    sent = {"format": "0", "resource": "0"} | dict.fromkeys(fields, "on")
    export = browser.post("/admin/outcomes/commitment/export/", sent)
    assert assert_marked(file_text(export.content), "export")


def test_file_with_disputes_can_be_imported_again(
    client_of: Sign, uploads: Any, disputed: Commitment
) -> None:
    browser, event = client_of(holder(disputed)), disputed.event
    file = browser.get(f"/admin/roundtable/event/{event.pk}/workbook/").content
    assert OF_REPORT in file_text(file)
    text = admin_text(preview_file(browser, file, event))
    assert "We do not know this sheet" not in text and "Disputes" not in text
