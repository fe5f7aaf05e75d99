"""What became of a record at the desk: who, when, why, the differences, and putting it back."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from outcomes.changes.log import changes
from outcomes.models import Commitment, Milestone, Outcome, Statement
from participants.models import Delegate, Organisation, User
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_commitment,
    make_event,
    make_grant,
    make_organisation,
    make_party,
    make_statement,
    make_user,
)
from tests.follow_up import make_milestone
from tests.outcomes.test_admin import filled, page
from tests.recorded import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noted_templates")]
Sign = Callable[[User | Delegate], Client]


@pytest.fixture
@recorded
def desk() -> Event:
    event = make_event(code="DESK", slug="desk", title="Desk roundtable", is_public=False)
    make_statement(event, published=False)
    make_commitment(event, reference="DESK-C1", text="Train ten officers.")
    return event


@pytest.fixture
@recorded
def editor(desk: Event) -> User:
    user = make_user("zq-editor@example.org")
    make_grant(
        user, desk, role="editor", on_behalf_of=make_organisation(short_name="Foreign Office")
    )
    return user


def change(client: Client, row: Any, **fields: object) -> None:
    """Fills in the form of a row anew, as a browser would."""
    address = page(type(row), "change", row.pk)
    answer = client.post(address, filled(client, address, **fields))
    assert answer.status_code == 302, answer.context["adminform"].errors


def versions(client: Client, row: Any) -> list[str]:
    """What the history says of each version, newest first, the moments left out."""
    text = client.get(page(type(row), "history", row.pk)).content.decode()
    found = re.findall(r'<li class="module"><h2>.*?</h2>\n(.*?)</li>', text, re.S)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", entry)).split()) for entry in found]


def put_back(client: Client, row: Any, number: int, **fields: object) -> Any:
    """Opens the preview of a version and sends it."""
    address = page(type(row), "put_back", row.pk, number)
    context = client.get(address).context
    sent = {"seen": context["seen"], "why": context["why"]} | fields
    answer = client.post(address, sent)
    row.refresh_from_db()
    return answer


def first(row: Any) -> int:
    number: int = row.history.earliest("history_id").history_id
    return number


# Who, why and what ---------------------------------------------------------------------------


def test_history_says_who_on_whose_behalf_why_and_which_words(
    client_of: Sign, desk: Event, editor: User
) -> None:
    commitment = desk.commitments.get()
    change(client_of(editor), commitment, text="Train twenty officers.", why="The minutes say so")
    other = make_user("zq-other@example.org")
    make_grant(other, desk, role="reader")
    found = versions(client_of(other), commitment)
    assert found == [
        "On behalf of Foreign Office · “ The minutes say so ” Text Train ten officers. "
        "Train twenty officers.",
        "The portal, from a file or by itself · Written for the first time",
    ]
    text = client_of(other).get(page(Commitment, "history", commitment.pk)).content.decode()
    assert "<strong>ten </strong>" in text and "<strong>twenty </strong>" in text
    assert "zq-editor" not in text
    assert versions(client_of(editor), commitment)[0].startswith("You ·")


def test_an_operator_and_who_is_gone_are_named_by_what_they_are(
    client_of: Sign, desk: Event, editor: User
) -> None:
    operator = make_user("zq-operator@example.org", is_superuser=True)
    change(client_of(operator), desk, title="First title")
    gone = make_user("zq-gone@example.org")
    make_grant(gone, desk)
    change(client_of(gone), desk, title="Second title")
    found = versions(client_of(editor), desk)
    assert [entry.split(" ·")[0].split(" Title")[0] for entry in found[:2]] == [
        "A co-chair or an editor",
        "An operator",
    ]
    gone.delete()
    assert versions(client_of(editor), desk)[0].startswith("Somebody whose account is gone")


def test_nobody_learns_of_a_hidden_roundtable_from_who_changed_an_organisation(
    client_of: Sign, desk: Event, editor: User
) -> None:
    office = make_organisation(name="Shared office")
    hidden = make_event(is_public=False)
    other = make_user()
    make_grant(other, hidden, on_behalf_of=make_organisation(short_name="Zq ministry"))
    record: Any = office
    record._history_user = other.pk
    office.name = "Shared bureau"
    office.save()
    assert versions(client_of(editor), office)[0] == (
        "A co-chair or an editor Name Shared office Shared bureau"
    )


def test_dates_answers_and_links_read_as_people_write_them(
    client_of: Sign, desk: Event, editor: User
) -> None:
    commitment = desk.commitments.get()
    point = desk.statement.outcomes.points()[0]
    change(
        client_of(editor),
        commitment,
        due_on="2030-05-04",
        is_open="on",
        outcomes=[str(point.pk)],
    )
    found = " ".join(versions(client_of(editor), commitment)[:2])
    assert "Due nothing 4 May 2030" in found
    assert "Open No Yes" in found
    assert f"Points it answers nothing {point}" in found


def test_a_long_history_stands_on_several_pages_and_costs_the_same(
    client_of: Sign, desk: Event, editor: User
) -> None:
    client, costs = client_of(editor), []
    versions(client, desk)  # what is asked once and remembered
    for number in range(1, 51):
        desk.city = f"City {number}"
        desk.save()
        if number in (20, 50):
            with CaptureQueriesContext(connection) as asked:
                found = versions(client, desk)
            costs.append(len(asked))
    assert len(found) == 20 and "City 49 City 50" in found[0]
    text = client.get(page(Event, "history", desk.pk) + "?past=3").content.decode()
    assert "Written for the first time" in text and "Newer" in text and "Older" not in text
    assert costs[0] == costs[1]


def test_a_reason_that_is_too_long_is_told_and_changes_nothing(
    client_of: Sign, desk: Event, editor: User
) -> None:
    client, address = client_of(editor), page(Event, "change", desk.pk)
    answer = client.post(address, filled(client, address, title="Other", why="x" * 101))
    assert "at most 100 characters" in answer.content.decode()
    desk.refresh_from_db()
    assert desk.title == "Desk roundtable"


def test_of_people_there_is_neither_a_history_nor_anything_to_put_back(
    client_of: Sign, desk: Event
) -> None:
    assert not hasattr(Delegate, "history")
    with pytest.raises(NoReverseMatch):
        reverse("admin:participants_delegate_put_back", args=[1, 1])


# Putting back --------------------------------------------------------------------------------


def test_an_earlier_state_is_put_back_with_its_links(
    client_of: Sign, desk: Event, editor: User
) -> None:
    commitment, client = desk.commitments.get(), client_of(editor)
    one, two = desk.statement.outcomes.points()
    change(client, commitment, outcomes=[str(one.pk)], due_on="2030-01-01", text="First words.")
    then = commitment.history.latest("history_id").history_id
    change(
        client, commitment, outcomes=[str(two.pk)], due_on="", text="Second words.", is_open="on"
    )
    preview = client.get(page(Commitment, "put_back", commitment.pk, then)).content.decode()
    assert "First" in preview and "Second" in preview and "Put back" in preview
    answer = put_back(client, commitment, then)
    assert answer.status_code == 302
    assert (commitment.text, commitment.due_on, commitment.is_open) == (
        "First words.",
        date(2030, 1, 1),
        False,
    )
    assert list(commitment.outcomes.all()) == [one]
    assert re.match(r"You · “ As on .+ ”", versions(client, commitment)[1])


def test_row_without_a_past_says_so(client_of: Sign, desk: Event) -> None:
    point = desk.statement.outcomes.points()[0]
    point.history.all().delete()
    operator = client_of(make_user(is_superuser=True))
    answer = operator.get(f"/admin/outcomes/outcome/{point.pk}/history/")
    assert answer.status_code == 200
    assert "Nothing was changed here so far." in answer.content.decode()


@pytest.mark.parametrize("kind", [Event, Statement, Outcome, Commitment, Milestone, Organisation])
def test_each_kind_of_record_can_be_put_back(client_of: Sign, desk: Event, kind: Any) -> None:
    operator = client_of(make_user(is_superuser=True))
    rows: dict[Any, Any] = {
        Event: desk,
        Statement: desk.statement,
        Outcome: desk.statement.outcomes.points()[0],
        Commitment: desk.commitments.get(),
        Milestone: make_milestone(commitment=desk.commitments.get()),
        Organisation: make_organisation(),
    }
    row = rows[kind]
    row.save()  # what there is to put back
    field = next(name for name in ("title", "text", "name") if hasattr(row, name))
    before = getattr(row, field)
    setattr(row, field, "Entirely different")
    row.save()
    assert put_back(operator, row, first(row)).status_code == 302
    assert getattr(row, field) == before


def test_what_the_form_does_not_let_somebody_change_is_not_put_back(
    client_of: Sign, desk: Event, editor: User
) -> None:
    then = first(desk)
    desk.is_public, desk.title = True, "New title"
    desk.save()
    Event.objects.filter(pk=desk.pk).update(code="DESK2")  # as nothing but a mistake could
    client = client_of(editor)
    preview = client.get(page(Event, "put_back", desk.pk, then)).content.decode()
    assert "This stays as it is now" in preview and "public" in preview
    assert put_back(client, desk, then).status_code == 302
    assert (desk.title, desk.is_public, desk.code) == ("Desk roundtable", True, "DESK2")


def test_numbers_and_state_of_a_published_statement_stay(client_of: Sign, desk: Event) -> None:
    operator = client_of(make_user(is_superuser=True))
    statement, point = desk.statement, desk.statement.outcomes.points()[0]
    point.save()
    before_state, before_number = first(statement), first(point)
    statement.publish(NOON)
    point.refresh_from_db()
    answer = operator.get(page(Statement, "put_back", statement.pk, before_state))
    assert "What differs cannot be changed here" in answer.content.decode()
    put_back(operator, statement, before_state)
    put_back(operator, point, before_number)
    assert (statement.state, point.number) == ("published", "1.a")


@pytest.mark.parametrize("role", ["reader", "elsewhere"])
def test_nobody_puts_back_who_may_not_change(client_of: Sign, desk: Event, role: str) -> None:
    then, user = first(desk), make_user()
    make_grant(user, make_event() if role == "elsewhere" else desk, role="reader")
    desk.title = "New title"
    desk.save()
    client = client_of(user)
    address = page(Event, "put_back", desk.pk, then)
    newest = desk.history.latest("history_id").history_id
    expected = 404 if role == "elsewhere" else 403
    assert client.get(address).status_code == expected
    assert client.post(address, {"seen": newest}).status_code == expected
    desk.refresh_from_db()
    assert desk.title == "New title"
    text = client.get(page(Event, "history", desk.pk)).content.decode()
    assert "/put_back/" not in text and f"history/{then}/" not in text


def test_a_version_of_another_record_and_no_version_are_absent(
    client_of: Sign, desk: Event
) -> None:
    client = client_of(make_user(is_superuser=True))
    other = first(make_event())
    for number in (other, 2**63 - 1, 2**70):
        assert client.get(page(Event, "put_back", desk.pk, number)).status_code == 404


def test_what_is_wrong_by_now_is_told_and_nothing_is_put_back(
    client_of: Sign, desk: Event, editor: User
) -> None:
    commitment, client = desk.commitments.get(), client_of(editor)
    point = desk.statement.outcomes.points()[0]
    change(client, commitment, outcomes=[str(point.pk)], text="First words.")
    then = commitment.history.latest("history_id").history_id
    change(client, commitment, outcomes=[], text="Second words.")
    point.delete()
    answer = put_back(client, commitment, then)
    assert "It cannot be put back, and nothing is changed" in answer.content.decode()
    assert commitment.text == "Second words."


def test_who_was_overtaken_looks_again_first(client_of: Sign, desk: Event, editor: User) -> None:
    then, client = first(desk), client_of(editor)
    desk.title = "New title"
    desk.save()
    seen = desk.history.latest("history_id").history_id
    desk.title = "Newest title"
    desk.save()
    answer = put_back(client, desk, then, seen=seen)
    assert "Somebody changed it meanwhile" in answer.content.decode()
    assert desk.title == "Newest title"


# Words that were taken out -------------------------------------------------------------------


def take_out(client: Client, commitment: Commitment) -> None:
    """Maria stood there, also in other words, until somebody took her out."""
    change(client, commitment, text="Train ten officers with Maria Zqxvar.")
    change(client, commitment, due_on="2030-01-01")
    change(client, commitment, text="Train ten officers, says Zqxvar.")
    change(client, commitment, text="Train ten officers with survivors.", take_out="on", why="x")
    change(client, commitment, text="Train twenty officers with survivors.")


def test_words_taken_out_are_read_by_nobody_and_not_put_back(
    client_of: Sign, desk: Event, editor: User
) -> None:
    commitment, client = desk.commitments.get(), client_of(editor)
    take_out(client, commitment)
    operator = client_of(make_user(is_superuser=True))
    for browser in (client, operator):
        text = browser.get(page(Commitment, "history", commitment.pk)).content.decode()
        assert "Zqxvar" not in text and "Maria" not in text
        assert "(taken out)" in text and "Words that should not have stood here." in text
    for past in commitment.history.filter(text__contains="Zqxvar"):
        address = page(Commitment, "put_back", commitment.pk, past.history_id)
        preview = operator.get(address).content.decode()
        assert "Zqxvar" not in preview and "taken out for good" in preview
        put_back(operator, commitment, past.history_id)
        assert commitment.text == "Train twenty officers with survivors."
    put_back(operator, commitment, first(commitment))  # what stood there before her
    assert commitment.text == "Train ten officers."


def test_words_taken_out_stand_in_no_line_of_the_public_log(
    client_of: Sign, client: Client, desk: Event, editor: User
) -> None:
    desk.is_public = True
    desk.save()
    commitment: Any = desk.commitments.get()
    for model in (desk, commitment):
        model.history.update(history_date=NOON - timedelta(days=1))
    take_out(client_of(editor), commitment)
    told = "\n".join(
        f"{change.before} {change.after}" for change in changes(NOON, NOON.replace(year=2100), desk)
    )
    assert "Train twenty officers with survivors." in told and "(taken out)" in told
    assert "Zqxvar" not in told and "Maria" not in told


def test_words_that_were_edited_away_before_are_taken_out_by_a_tick_alone(
    client_of: Sign, client: Client, desk: Event, editor: User
) -> None:
    desk.is_public = True
    desk.save()
    commitment: Any = desk.commitments.get()
    for model in (desk, commitment):
        model.history.update(history_date=NOON - timedelta(days=1))
    browser = client_of(editor)
    change(browser, commitment, text="Train ten officers with Maria Zqxvar.")
    change(browser, commitment, text="Train ten officers with survivors.")
    change(browser, commitment, due_on="2030-01-01", take_out="on")
    change(browser, commitment, text="Train twenty officers with survivors.")
    told = "\n".join(
        f"{change.before} {change.after}" for change in changes(NOON, NOON.replace(year=2100), desk)
    )
    assert "Train twenty officers with survivors." in told and "(taken out)" in told
    assert "Zqxvar" not in told and "1 January 2030" in told
    for past in commitment.history.filter(text__contains="Zqxvar"):
        put_back(browser, commitment, past.history_id)
    assert commitment.text == "Train twenty officers with survivors."
    assert "Zqxvar" not in "".join(versions(browser, commitment))
    page_of_changes = client.get("/changes/")
    assert page_of_changes.status_code == 200 and b"Zqxvar" not in page_of_changes.content


def test_a_tick_is_about_what_was_changed_on_the_page_or_about_all_of_it(
    client_of: Sign, desk: Event, editor: User
) -> None:
    commitment, browser = desk.commitments.get(), client_of(editor)
    step = make_milestone(commitment=commitment, title="Zqfirst step")
    for title in ("Zqsecond step", "Third step"):
        step.title = title
        step.save()
    change(browser, commitment, text="Train eleven officers.")
    change(browser, commitment, **{"milestones-0-title": "Fourth step"}, take_out="on")
    told = " ".join(versions(browser, commitment))
    assert "Train ten officers." in told and "(taken out)" not in told
    assert "Zq" not in " ".join(versions(browser, step))
    other = make_milestone(commitment=commitment, title="Zqother step", due_on=date(2031, 1, 1))
    other.title = "Another step"
    other.save()
    change(browser, commitment, take_out="on")
    assert "Zq" not in " ".join(versions(browser, other))
    assert "Train ten officers." not in " ".join(versions(browser, commitment))


def test_line_ends_of_a_browser_are_nothing_that_was_changed_on_the_page(
    client_of: Sign, desk: Event, editor: User
) -> None:
    commitment, browser = desk.commitments.get(), client_of(editor)
    commitment.text, commitment.place_in_source = "Train officers.\nEvery year.", "Zqxvar's list"
    commitment.save()
    step = make_milestone(commitment=commitment, title="Zqfirst step")
    step.title = "Second step"
    step.save()
    commitment.place_in_source = "Annex"
    commitment.save()
    change(browser, commitment, text="Train officers.\r\nEvery year.", take_out="on")
    for row in (commitment, step):
        assert "Zq" not in " ".join(versions(browser, row))
    # And where something of another row was changed, the tick is about that alone.
    change(browser, commitment, place_in_source="Annex 2")
    sent = {"text": "Train officers.\nEvery year.", "milestones-0-title": "Third step"}
    change(browser, commitment, **sent, take_out="on")
    assert "Annex 2" in " ".join(versions(browser, commitment))


def test_line_ends_of_a_browser_are_no_correction_in_the_public_log(
    client_of: Sign, desk: Event, editor: User
) -> None:
    desk.is_public = True
    desk.save()
    commitment: Any = desk.commitments.get()
    commitment.text = "Train officers.\nEvery year."
    commitment.save()
    for model in (desk, commitment):
        model.history.update(history_date=NOON - timedelta(days=1))
    change(client_of(editor), commitment, text="Train officers.\r\nEvery year.")
    commitment.refresh_from_db()
    assert commitment.text == "Train officers.\nEvery year."
    told = changes(NOON, NOON.replace(year=2100), desk)
    assert [change.kind.value for change in told] == ["commitment"]


def test_a_tick_is_about_all_of_it_where_only_what_has_no_past_was_changed(
    client_of: Sign, desk: Event, editor: User
) -> None:
    commitment, browser = desk.commitments.get(), client_of(editor)
    make_party(commitment)
    change(browser, commitment, text="Train Zqxvar's officers.")
    change(browser, commitment, text="Train officers.")
    change(browser, commitment, **{"parties-0-role": "partner"}, take_out="on")
    assert commitment.parties.get().role == "partner"
    assert "Zq" not in " ".join(versions(browser, commitment))


def test_links_that_change_with_the_words_take_no_other_words_out(
    client_of: Sign, desk: Event, editor: User
) -> None:
    commitment, browser = desk.commitments.get(), client_of(editor)
    point = desk.statement.outcomes.points()[0]
    change(browser, commitment, place_in_source="Chapter one")
    change(browser, commitment, place_in_source="Chapter two")
    change(browser, commitment, text="Train some.", outcomes=[str(point.pk)], take_out="on")
    told = " ".join(versions(browser, commitment))
    assert "(taken out)" in told and "Train ten" not in told
    assert "Chapter one" in told and "Chapter two" in told


def test_a_reason_that_reads_like_the_mark_takes_nothing_out(
    client_of: Sign, desk: Event, editor: User
) -> None:
    commitment, client = desk.commitments.get(), client_of(editor)
    change(client, commitment, text="Train twenty officers.", why="taken out")
    assert "ten officers" in versions(client, commitment)[0]
