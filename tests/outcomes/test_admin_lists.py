"""Lists of the desk: what their searches and filters find, and that long ones stay quick."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outcomes.models import ProgressUpdate
from participants.admin_base import lists
from participants.models import Delegate, User
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_event,
    make_grant,
    make_holder,
    make_invitation,
    make_organisation,
    make_participation,
    make_party,
    make_role,
    make_statement,
    make_update,
    make_user,
)
from tests.follow_up_factories import make_milestone
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[[User | Delegate], Client]
COMMITMENTS = "/admin/outcomes/commitment/"
UPDATES = "/admin/outcomes/progressupdate/"


@pytest.fixture
@recorded
def event() -> Event:
    return make_event(code="DESK", is_public=False)


@pytest.fixture
def browser(client_of: Sign, event: Event) -> Client:
    user = make_holder(event)
    return client_of(user)


def found(browser: Client, address: str) -> list[str]:
    """What a list shows, each by its own words."""
    rows = browser.get(address).context["cl"].result_list
    return sorted(str(row) for row in rows)


def test_commitment_search_finds_reference_text_and_parties_once(
    browser: Client, event: Event
) -> None:
    one = make_commitment(event, reference="DESK-C1", text="Train border officers.")
    two = make_commitment(event, reference="DESK-C2", text="Print leaflets.")
    for name in ("Harbour Office", "Harbour Police"):
        make_party(one, organisation=make_organisation(name=name))
    hidden = make_commitment(make_event(is_public=False), text="Train border officers.")
    for search, expected in {
        "train": [one],
        "officers+train": [one],
        "%22border+officers%22": [one],
        "%22officers+border%22": [],
        "desk-c2": [two],
        "harbour": [one],
        "harbour+leaflets": [],
        "%22": [one, two],
        "": [one, two],
    }.items():
        assert found(browser, f"{COMMITMENTS}?q={search}") == sorted(map(str, expected)), search
    assert str(hidden) not in found(browser, COMMITMENTS)


def test_list_title_and_empty_message(browser: Client, event: Event) -> None:
    empty = browser.get(COMMITMENTS).content.decode()
    assert "<h1>Commitments</h1>" in empty and "There is nothing here yet." in empty
    assert "Action:" not in empty
    make_commitment(event, text="Train border officers.")
    assert "Action:" in browser.get(COMMITMENTS).content.decode()
    other = browser.get(f"{COMMITMENTS}?q=leaflets").content.decode()
    assert "Nothing here matches your search." in other and '<a href="?">Show all</a>' in other


def test_action_on_too_many_rows_is_rejected(
    browser: Client, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("participants.admin_base.base.MAX_ROWS_PER_ACTION", 2)
    rows = [make_commitment(event).pk for _number in range(3)]
    asked = {"action": "end", "select_across": "0"}
    said = "You selected 3 rows. The limit is 2 at a time, so nothing is changed."
    for across in ("0", "1", "true", "2"):
        chosen = rows if across == "0" else rows[:1]
        sent = asked | {"select_across": across, "_selected_action": chosen}
        assert said in browser.post(COMMITMENTS, sent, follow=True).content.decode()
    few = browser.post(COMMITMENTS, asked | {"_selected_action": rows[:2]})
    assert "<h1>Record that commitments ended</h1>" in few.content.decode()


def test_too_many_form_fields_are_rejected_with_message(browser: Client) -> None:
    few = browser.post(COMMITMENTS, {"_selected_action": ["x"] * 5_999})
    assert few.status_code == 400 and "We could not understand this request" in few.content.decode()
    many = browser.post(COMMITMENTS, {"_selected_action": ["x"] * 6_001})
    assert many.status_code == 400 and "Your request is too large" in many.content.decode()


def test_search_that_cannot_be_made_stays_in_its_field(browser: Client, event: Event) -> None:
    answer = browser.get(COMMITMENTS, {"q": "words " * 40}).content.decode()
    assert f'value="{"words " * 40}"' in answer
    assert "Ensure this value has at most 200 characters (it has 240)." in answer


def test_update_search_finds_text_and_commitment(browser: Client, event: Event) -> None:
    one = make_commitment(event, reference="DESK-C1", text="Train officers.")
    two = make_commitment(event, reference="DESK-C2", text="Print leaflets.")
    first = make_update(one, text="Two courses were held.")
    second = make_update(two, text="All is printed.")
    for search, expected in {
        "courses": [first],
        "courses+train": [first],
        "leaflets": [second],
        "desk-c2+printed": [second],
        "courses+leaflets": [],
    }.items():
        assert found(browser, f"{UPDATES}?q={search}") == sorted(map(str, expected)), search


def test_updates_are_filtered_by_age_of_report(browser: Client, event: Event) -> None:
    row, today = make_commitment(event), timezone.localdate()
    Event.objects.filter(pk=event.pk).update(starts_on=date(2010, 1, 1))
    for days in (10, 400, 1000):
        update = make_update(row)
        ProgressUpdate.objects.filter(pk=update.pk).update(reported_on=today - timedelta(days=days))
    for value, days in (("year", 10), ("two-years", 400), ("before", 1000)):
        listed = browser.get(f"{UPDATES}?as-of={value}").context["cl"].result_list
        assert [today - row.reported_on for row in listed] == [timedelta(days=days)], value
    assert found(browser, f"{UPDATES}?as-of=other") == []


def test_commitments_are_filtered_by_attention_needed(browser: Client, event: Event) -> None:
    late = make_commitment(event, due_on=date(2025, 1, 1))
    done = make_commitment(event, due_on=date(2025, 1, 1))
    make_update(done, status="fulfilled", source="The gazette")
    other = make_commitment(event, due_on=date(2099, 1, 1))
    assert found(browser, f"{COMMITMENTS}?standing=overdue") == [str(late)]
    assert found(browser, f"{COMMITMENTS}?standing=never") == sorted(map(str, (late, other)))
    assert found(browser, f"{COMMITMENTS}?standing=nothing") == []


def test_milestones_are_filtered_by_reached(browser: Client, event: Event) -> None:
    commitment = make_commitment(event)
    fields = {"commitment": commitment, "due_on": date(2025, 1, 1)}
    make_milestone(title="reached", reached_on=date(2025, 1, 1), **fields)
    make_milestone(title="late", **fields)
    make_milestone(title="ahead", commitment=commitment, due_on=date(2099, 1, 1))
    for value, expected in {
        "yes": ["reached"],
        "no": ["ahead", "late"],
        "late": ["late"],
        "other": [],
    }.items():
        assert found(browser, f"/admin/outcomes/milestone/?reached={value}") == expected


def test_delegates_are_filtered_by_visible_invitation_answer(browser: Client, event: Event) -> None:
    hidden = make_event(is_public=False)
    for name, answer in (("None", None), ("Open", ""), ("Yes", "agreed"), ("No", "not-me")):
        person = make_delegate(name=name, user=None)
        for place in (event, hidden):
            make_participation(person, place)
        if answer is not None:
            given = {"answer": answer, "answered_at": NOON} if answer else {}
            make_invitation(person, event, **given)
        make_invitation(person, hidden, invited_at=NOON + timedelta(days=1))
    for value, expected in {
        "none": ["None"],
        "unanswered": ["Open"],
        "agreed": ["Yes"],
        "not-me": ["No"],
        "other": [],
    }.items():
        address = f"/admin/participants/delegate/?invitation={value}"
        assert found(browser, address) == expected


def test_long_list_count_is_capped(
    browser: Client, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MAX_COUNTED_ROWS", 3)
    for number in range(5):
        make_commitment(event, text=f"Commitment {number}")
        with CaptureQueriesContext(connection) as asked:
            answer = browser.get(COMMITMENTS)
        text = " ".join(answer.content.decode().split())
        is_long = number >= 2
        assert ("More than 3 commitments" in text) == is_long
        counts = [row["sql"] for row in asked if "COUNT(" in row["sql"]]
        assert counts and all("LIMIT 3" in sql for sql in counts)


# From the public page to the desk -----------------------------------------------------------


@pytest.mark.walk
def test_public_pages_link_editors_to_admin(
    client: Client, client_of: Sign, operator: User
) -> None:
    event = make_event(code="RT9", slug="rt9")
    point = make_statement(event).outcomes.get(number="1.a")
    commitment = make_commitment(event, reference="RT9-C1")
    office = make_organisation(slug="office-9")
    make_role(event, organisation=office)
    pages = {
        "/roundtables/rt9/": f"/admin/roundtable/event/{event.pk}/change/",
        "/outcomes/rt9/1.a/": f"/admin/outcomes/outcome/{point.pk}/change/",
        "/commitments/rt9-c1/": f"/admin/outcomes/commitment/{commitment.pk}/change/",
        "/organisations/office-9/": f"/admin/participants/organisation/{office.pk}/change/",
    }
    here, elsewhere = make_user(), make_user()
    make_grant(here, event, role="reader")
    make_grant(elsewhere, make_event())
    for path, desk in pages.items():
        for user in (here, operator):
            browser = client_of(user)
            assert desk in browser.get(path).content.decode(), path
            assert browser.get(desk).status_code == 200
            assert path in browser.get(desk).content.decode()
        for other in (client, client_of(make_delegate())):
            assert "/admin/" not in other.get(path).content.decode(), path
        is_shown = desk in client_of(elsewhere).get(path).content.decode()
        assert is_shown == path.startswith("/organisations/")
