"""Organisations answer recommendations: who may, what is handed in, and what co-chairs decide."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from outcomes.models import Outcome, Response
from participants.models import Delegate, EventRole, Kind, User
from roundtable.models import AuditEntry, Event
from tests.factories import (
    NOON,
    make_addressee,
    make_affiliation,
    make_delegate,
    make_event,
    make_grant,
    make_group,
    make_organisation,
    make_participation,
    make_role,
    make_statement,
    make_user,
)
from tests.follow_up import make_response
from tests.reading import read, text_of
from tests.recorded import recorded

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
LIST, PAGE, POINT = "/me/answers/", "/me/answers/asked/1.a/", "/outcomes/asked/1.a/"
ANSWER = {
    "stance": "in-part",
    "text": "We train nurses.",
    "source": "https://example.org/letter",
    "answered_on": "2026-02-01",
    "names_nobody": "on",
}


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """2 March 2026."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
@recorded
def asked() -> Event:
    """A roundtable of a government and a CSO; 1.a recommends to governments, 1.b is a principle."""
    event = make_event(code="ASKED", slug="asked", title="Asked roundtable")
    for name, kind in (("Aland", Kind.GOVERNMENT), ("Aid", Kind.CIVIL_SOCIETY)):
        organisation = make_organisation(slug=name.lower(), name=name, kind=kind)
        make_role(event, organisation=organisation, role=EventRole.Role.PARTICIPANT)
    statement = make_statement(event, points=2)
    group = make_group(name="Governments", made_of="governments")
    make_addressee(statement.outcomes.get(parent=None), group=group)
    Outcome.objects.filter(number="1.a").update(text="train nurses")
    Outcome.objects.filter(number="1.b").update(kind=Outcome.Kind.PRINCIPLE, text="be kind")
    return event


def of(event: Event, slug: str, **fields: Any) -> Delegate:
    """Somebody with a seat for that organisation."""
    person = make_delegate()
    organisation = event.roles.get(organisation__slug=slug).organisation
    make_participation(person, event, organisation=organisation, **fields)
    return person


def send(browser: Client, act: str = "hand-in", edition: str = "new", **fields: str) -> Any:
    return browser.post(PAGE, ANSWER | {"act": act, "edition": edition} | fields)


def test_answer_goes_from_draft_to_page(client: Client, client_of: Sign, asked: Event) -> None:
    aland = client_of(of(asked, "aland"))
    assert (
        "Aland: Asked roundtable 1.a Participants agreed to: train nurses Answer 1.a Answer awaited"
    ) in read(aland, LIST)
    assert "be kind" not in read(aland, LIST)
    answer = send(aland, act="keep", names_nobody="")
    assert answer.status_code == 302 and answer["Location"] == LIST
    row = Response.objects.get()
    assert (row.state, row.stance, row.author) == (
        "draft",
        "in-part",
        Delegate.objects.get().user,
    )
    assert "Go on writing 1.a Draft, not handed in" in read(aland, LIST)
    assert "We train nurses." in read(aland, PAGE)
    assert send(aland, edition=f"{row.pk}-1").status_code == 302
    assert "Handed in, not shown yet" in read(aland, LIST)
    assert "nurses." not in text_of(client.get(POINT))
    cochair = make_user("cochair@example.org")
    make_grant(cochair, asked)
    desk = client_of(cochair)
    assert decide(desk, row, "send_back", note="Say how many.").status_code == 302
    assert "The co-chairs ask you to change this: Say how many." in read(aland, LIST)
    assert "Say how many." in read(aland, PAGE)
    assert "Say how many." not in client.get(POINT).content.decode()
    assert send(aland, edition=f"{row.pk}-3", text="We train 50 nurses.").status_code == 302
    decide(desk, row, "approve")
    assert (
        "Aland : Supported in part, 1 February 2026 We train 50 nurses. "
        "Source: https://example.org/letter"
    ) in text_of(client.get(POINT))
    assert "Shown: Supported in part, 1 February 2026. Answer anew 1.a" in read(aland, LIST)
    acts = list(AuditEntry.objects.order_by("pk").values_list("act", "detail"))
    assert acts == [
        ("ask for changes to response", "ASKED: 1.a · Aland"),
        ("approve response", "ASKED: 1.a · Aland"),
    ]


def decide(desk: Client, row: Response, action: str, note: str = "") -> Any:
    return desk.post(
        "/admin/outcomes/response/",
        {"action": action, "_selected_action": [row.pk], "note": note},
    )


def test_new_answer_waits_beside_the_one_that_is_shown(client_of: Sign, asked: Event) -> None:
    aland = client_of(of(asked, "aland"))
    organisation = asked.roles.get(organisation__slug="aland").organisation
    point = Outcome.objects.get(number="1.a")
    old = make_response(outcome=point, organisation=organisation, text="As before.")
    assert "Shown now Supported, 1 April 2025 As before." in read(aland, PAGE)
    assert send(aland).status_code == 302
    old.refresh_from_db()
    assert old.is_approved and old.text == "As before."
    assert "As before." in text_of(Client().get(POINT))
    assert Response.objects.count() == 2


def test_nobody_answers_for_whom_they_do_not_speak(client_of: Sign, asked: Event) -> None:
    elsewhere = make_delegate()
    make_participation(elsewhere, make_event())
    worker = make_delegate()  # works there, and nobody has confirmed a seat
    aland = asked.roles.get(organisation__slug="aland").organisation
    make_affiliation(worker, organisation=aland)
    left = of(asked, "aland")
    make_affiliation(left, organisation=aland, until=date(2026, 3, 2))
    moved = of(asked, "aland")
    make_affiliation(moved, organisation=make_organisation())
    starts = of(asked, "aland")
    make_affiliation(starts, organisation=aland, since=date(2026, 3, 3))
    for person in (
        of(asked, "aland", confirmed=False),
        of(asked, "aid"),  # not addressed
        elsewhere,
        worker,
        left,
        moved,
        starts,
    ):
        browser = client_of(person)
        assert "train nurses" not in read(browser, LIST)
        assert browser.get(PAGE).status_code == 404
        assert send(browser).status_code == 404
    cochair = make_user("cochair@example.org")
    make_grant(cochair, asked, on_behalf_of=aland)
    assert send(client_of(cochair)).status_code == 404
    assert not Response.objects.exists()
    stays = of(asked, "aland")
    make_affiliation(stays, organisation=aland, since=date(2026, 3, 2), until=date(2026, 3, 3))
    assert send(client_of(stays)).status_code == 302


def test_page_of_somebody_without_a_voice_says_why(client_of: Sign, db: None) -> None:
    assert "You speak for no organisation here. A co-chair must have confirmed" in read(
        client_of(make_delegate()), LIST
    )


def test_roundtable_that_is_not_public_asks_nobody(client_of: Sign, asked: Event) -> None:
    browser = client_of(of(asked, "aland"))
    Event.objects.update(is_public=False)
    assert "nurses" not in read(browser, LIST) and "Asked" not in read(browser, LIST)
    assert browser.get(PAGE).status_code == send(browser).status_code == 404
    assert browser.get("/me/answers/asked/1.b/").status_code == 404


def test_handing_in_wants_the_tick_and_a_day_that_was(client_of: Sign, asked: Event) -> None:
    aland = client_of(of(asked, "aland"))
    answer = send(aland, names_nobody="")
    assert answer.status_code == 400
    assert "If it names nobody and no shelter, tick this." in text_of(answer)
    answer = send(aland, act="keep", answered_on="2026-03-04")
    assert "That day is still to come. Choose today or earlier." in text_of(answer)
    assert send(aland, act="keep", answered_on="2024-05-13").status_code == 400
    assert not Response.objects.exists()
    assert send(aland, answered_on="2026-03-03").status_code == 302


def test_addresses_and_numbers_are_pointed_out_before_handing_in(
    client_of: Sign, asked: Event
) -> None:
    aland = client_of(of(asked, "aland"))
    text = "Ask dewi@example.org or +62 812 3456 7890."
    assert send(aland, act="keep", text=text).status_code == 302
    row = Response.objects.get()
    answer = send(aland, edition=f"{row.pk}-1", text=text)
    assert answer.status_code == 400
    said = text_of(answer)
    assert "looks like an address or a number of somebody" in said
    assert "dewi@example.org +62 812 3456 7890" in said
    row.refresh_from_db()
    assert row.state == "draft"
    other = send(aland, edition=f"{row.pk}-1", text=text, seen="rima@example.org")
    assert other.status_code == 400
    seen = "dewi@example.org\r\n+62 812 3456 7890"
    assert send(aland, edition=f"{row.pk}-1", text=text, seen=seen).status_code == 302
    row.refresh_from_db()
    assert row.state == "submitted"
    cochair = make_user("cochair@example.org")
    make_grant(cochair, asked)
    page = client_of(cochair).get(f"/admin/outcomes/response/{row.pk}/change/").content.decode()
    assert "<bdi>dewi@example.org</bdi>" in page


def test_texts_of_two_colleagues_stand_side_by_side(client_of: Sign, asked: Event) -> None:
    first, second = client_of(of(asked, "aland")), client_of(of(asked, "aland"))
    assert send(first, text="The first text.").status_code == 302
    answer = send(second, text="The second text.")
    assert answer.status_code == 400
    said = text_of(answer)
    assert "Nothing of yours is saved yet." in said
    assert said.index("The first text.") < said.index("The second text.")
    row = Response.objects.get()
    assert row.text == "The first text."
    assert f'name="edition" value="{row.pk}-1"' in answer.content.decode()
    assert send(second, edition=f"{row.pk}-1", text="Both texts.").status_code == 302
    assert Response.objects.get().text == "Both texts."


def test_answer_that_was_approved_meanwhile_is_not_overwritten(
    client_of: Sign, asked: Event
) -> None:
    aland = client_of(of(asked, "aland"))
    send(aland)
    row = Response.objects.get()
    row.approve(by=make_user(), at=NOON)
    assert send(aland, edition=f"{row.pk}-1", text="Too late.").status_code == 400
    row.refresh_from_db()
    assert (row.text, row.is_approved) == ("We train nurses.", True)


def test_looking_changes_nothing(client_of: Sign, asked: Event) -> None:
    aland = client_of(of(asked, "aland"))
    read(aland, LIST), read(aland, PAGE)
    assert not Response.objects.exists()


@pytest.mark.parametrize("role", ["editor", "reader", "elsewhere"])
def test_only_a_cochair_of_the_roundtable_decides(client_of: Sign, asked: Event, role: str) -> None:
    send(client_of(of(asked, "aland")))
    row = Response.objects.get()
    user = make_user()
    if role == "elsewhere":
        make_grant(user, make_event())
    else:
        make_grant(user, asked, role=role)
    desk = client_of(user)
    decide(desk, row, "approve")
    decide(desk, row, "send_back", note="No.")
    row.refresh_from_db()
    assert (row.state, row.note) == ("submitted", "")
    seen = desk.get(f"/admin/outcomes/response/{row.pk}/change/").status_code
    assert seen == (404 if role == "elsewhere" else 200)


def test_desk_shows_no_draft_and_approves_none(client_of: Sign, asked: Event) -> None:
    send(client_of(of(asked, "aland")), act="keep")
    row = Response.objects.get()
    cochair = make_user("cochair@example.org")
    make_grant(cochair, asked)
    desk = client_of(cochair)
    assert "Aland" not in desk.get("/admin/outcomes/response/?").content.decode()
    assert desk.get(f"/admin/outcomes/response/{row.pk}/change/").status_code == 404
    decide(desk, row, "approve")
    row.refresh_from_db()
    assert row.state == "draft"


def test_note_is_needed_to_send_back(client_of: Sign, asked: Event) -> None:
    send(client_of(of(asked, "aland")))
    row = Response.objects.get()
    cochair = make_user("cochair@example.org")
    make_grant(cochair, asked)
    desk = client_of(cochair)
    decide(desk, row, "send_back")
    assert "Say what to change." in desk.get("/admin/outcomes/response/").content.decode()
    row.refresh_from_db()
    assert row.state == "submitted"
