"""What became of a record at the desk: who, when, why, the differences, and putting it back."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch

from outcomes.changes.log import latest_changes
from outcomes.changes.values import Change
from outcomes.models import Commitment, Outcome, Statement
from participants.models import Delegate, User
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_commitment,
    make_event,
    make_grant,
    make_holder,
    make_organisation,
    make_party,
    make_statement,
    make_user,
    republish,
)
from tests.fixture_types import Sign
from tests.follow_up_factories import make_milestone
from tests.outcomes.test_outcomes_admin import filled, page
from tests.page_text import page_html
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]


@pytest.fixture
@recorded
def admin_event() -> Event:
    event = make_event(code="DESK", slug="desk", title="Desk roundtable", is_public=False)
    make_statement(event, published=False)
    make_commitment(
        event, reference="DESK-C1", text="Train ten officers.", source_title="Communiqué"
    )
    return event


@pytest.fixture
@recorded
def editor(admin_event: Event) -> User:
    user = make_user("zq-editor@example.org")
    make_grant(
        user,
        admin_event,
        role="editor",
        on_behalf_of=make_organisation(short_name="Foreign Office"),
    )
    return user


def change(client: Client, row: Any, **fields: object) -> None:
    """Fills in the form of a row again, as a browser would."""
    address = page(type(row), "change", row.pk)
    answer = client.post(address, filled(client, address, **fields))
    assert answer.status_code == 302, answer.context["adminform"].errors


def versions(client: Client, row: Any) -> list[str]:
    """What the history says of each version, newest first, the moments left out."""
    text = page_html(client.get(page(type(row), "history", row.pk)))
    found = re.findall(r'<li class="module"><h2>.*?</h2>(.*?)</li>', text)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", entry)).split()) for entry in found]


def restore(client: Client, row: Any, number: int, **fields: object) -> Any:
    """Opens the preview of a version and sends it."""
    address = page(type(row), "restore", row.pk, number)
    context = client.get(address).context
    sent = {"version": context["newest_version"], "why": context["why"]} | fields
    answer = client.post(address, sent)
    row.refresh_from_db()
    return answer


def first(row: Any) -> int:
    number: int = row.history.earliest("history_id").history_id
    return number


# Who, why and what ---------------------------------------------------------------------------


def test_history_shows_author_organisation_reason_and_text(
    client_of: Sign, admin_event: Event, editor: User
) -> None:
    commitment = admin_event.commitments.get()
    change(client_of(editor), commitment, text="Train twenty officers.", why="The minutes say so")
    other = make_user("zq-other@example.org")
    make_grant(other, admin_event, role="reader")
    found = versions(client_of(other), commitment)
    assert found == [
        "On behalf of Foreign Office · “ The minutes say so ” Text Train ten officers. "
        "Train twenty officers. State public draft",
        "The portal, automatically or from a file · First version",
    ]
    text = client_of(other).get(page(Commitment, "history", commitment.pk)).content.decode()
    assert "<strong>ten </strong>" in text and "<strong>twenty </strong>" in text
    assert "zq-editor" not in text
    assert versions(client_of(editor), commitment)[0].startswith("You ·")


def test_operator_and_erased_person_are_named_by_role(
    client_of: Sign, admin_event: Event, editor: User
) -> None:
    operator = make_user("zq-operator@example.org", is_superuser=True)
    change(client_of(operator), admin_event, title="First title")
    gone = make_user("zq-gone@example.org")
    make_grant(gone, admin_event)
    change(client_of(gone), admin_event, title="Second title")
    found = versions(client_of(editor), admin_event)
    assert [entry.split(" ·")[0].split(" Title")[0] for entry in found[:2]] == [
        "A co-chair or an editor",
        "An operator",
    ]
    gone.delete()
    assert versions(client_of(editor), admin_event)[0].startswith(
        "A person whose account was deleted"
    )
    # Of an organisation, no roundtable that is hidden.
    office: Any = make_organisation(name="Shared office")
    other = make_holder(
        make_event(is_public=False), on_behalf_of=make_organisation(short_name="Zq ministry")
    )
    office._history_user, office.name = other.pk, "Shared bureau"
    office.save()
    assert versions(client_of(editor), office)[0] == (
        "A co-chair or an editor Name Shared office Shared bureau"
    )


def test_dates_choices_and_links_are_human_readable(
    client_of: Sign, admin_event: Event, editor: User
) -> None:
    commitment = admin_event.commitments.get()
    point = admin_event.statement.outcomes.points()[0]
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


def test_long_history_is_paginated_with_constant_queries(
    client_of: Sign, admin_event: Event, editor: User
) -> None:
    client, costs = client_of(editor), []
    versions(client, admin_event)  # what is asked once and remembered
    for number in range(1, 42):
        admin_event.city = f"City {number}"
        admin_event.save()
        if number in (20, 41):
            with CaptureQueriesContext(connection) as asked:
                found = versions(client, admin_event)
            costs.append(len(asked))
    assert len(found) == 20 and "City 40 City 41" in found[0]
    text = client.get(page(Event, "history", admin_event.pk) + "?past=3").content.decode()
    assert "First version" in text and "Newer" in text and "Older" not in text
    assert costs[0] == costs[1]


def test_too_long_reason_is_rejected(client_of: Sign, admin_event: Event, editor: User) -> None:
    client, address = client_of(editor), page(Event, "change", admin_event.pk)
    answer = client.post(address, filled(client, address, title="Other", why="x" * 101))
    assert "at most 100 characters" in answer.content.decode()
    admin_event.refresh_from_db()
    assert admin_event.title == "Desk roundtable"


# Putting back --------------------------------------------------------------------------------


def test_without_history_there_is_a_message_and_of_people_nothing(
    client_of: Sign, admin_event: Event
) -> None:
    point = admin_event.statement.outcomes.points()[0]
    point.history.all().delete()
    operator = client_of(make_user(is_superuser=True))
    answer = operator.get(page(Outcome, "history", point.pk))
    assert "Nothing has changed here yet." in answer.content.decode()
    assert not hasattr(Delegate, "history")
    with pytest.raises(NoReverseMatch):
        page(Delegate, "restore", 1, 1)


def test_each_record_type_can_be_restored(client_of: Sign, admin_event: Event) -> None:
    operator = client_of(make_user(is_superuser=True))
    rows: list[tuple[Any, str]] = [
        (admin_event, "title"),
        (admin_event.statement, "title"),
        (admin_event.statement.outcomes.points()[0], "text"),
        (admin_event.commitments.get(), "text"),
        (make_milestone(commitment=admin_event.commitments.get()), "title"),
        (make_organisation(), "name"),
    ]
    for row, field in rows:
        row.save()  # a version to restore
        before = getattr(row, field)
        setattr(row, field, "Entirely different")
        row.save()
        assert restore(operator, row, first(row)).status_code == 302
        assert getattr(row, field) == before
    # No version of another row, and none that there is not.
    other = first(make_event())
    address = page(Event, "restore", admin_event.pk, other)
    for number in (other, 2**63 - 1, 2**70):
        unknown = f"{address.removesuffix(f'{other}/')}{number}/"
        assert operator.get(unknown, follow=True).status_code == 404


def test_read_only_fields_are_not_restored(
    client_of: Sign, admin_event: Event, editor: User
) -> None:
    then = first(admin_event)
    admin_event.is_public, admin_event.title = True, "New title"
    admin_event.save()
    Event.objects.filter(pk=admin_event.pk).update(code="DESK2")  # as nothing but a mistake could
    client = client_of(editor)
    preview = client.get(page(Event, "restore", admin_event.pk, then)).content.decode()
    assert (
        "These fields do not change, because they cannot be changed here or their text was "
        "deleted permanently:"
    ) in preview and "public" in preview
    assert restore(client, admin_event, then).status_code == 302
    assert (admin_event.title, admin_event.is_public, admin_event.code) == (
        "Desk roundtable",
        True,
        "DESK2",
    )


def test_restore_keeps_numbers_and_state_of_published_statement(
    client_of: Sign, admin_event: Event
) -> None:
    operator = client_of(make_user(is_superuser=True))
    statement, point = admin_event.statement, admin_event.statement.outcomes.points()[0]
    point.save()
    before_state, before_number = first(statement), first(point)
    statement.publish(NOON)
    point.refresh_from_db()
    answer = operator.get(page(Statement, "restore", statement.pk, before_state))
    assert (
        "The fields that differ cannot be changed here, or their text was deleted permanently:"
    ) in answer.content.decode()
    restore(operator, statement, before_state)
    restore(operator, point, before_number)
    assert (statement.state, point.number) == ("published", "1.a")


@pytest.mark.parametrize("role", ["reader", "elsewhere"])
def test_restore_requires_change_permission(client_of: Sign, admin_event: Event, role: str) -> None:
    then, user = first(admin_event), make_user()
    make_grant(user, make_event() if role == "elsewhere" else admin_event, role="reader")
    admin_event.title = "New title"
    admin_event.save()
    client = client_of(user)
    address = page(Event, "restore", admin_event.pk, then)
    newest = admin_event.history.latest("history_id").history_id
    expected = 404 if role == "elsewhere" else 403
    assert client.get(address).status_code == expected
    assert client.post(address, {"version": newest}).status_code == expected
    admin_event.refresh_from_db()
    assert admin_event.title == "New title"
    text = client.get(page(Event, "history", admin_event.pk)).content.decode()
    assert "/restore/" not in text and f"history/{then}/" not in text


def test_invalid_earlier_version_is_not_restored(
    client_of: Sign, admin_event: Event, editor: User
) -> None:
    commitment, client = admin_event.commitments.get(), client_of(editor)
    point = admin_event.statement.outcomes.points()[0]
    change(client, commitment, outcomes=[str(point.pk)], text="First words.")
    then = commitment.history.latest("history_id").history_id
    change(client, commitment, outcomes=[], text="Second words.")
    point.delete()
    answer = restore(client, commitment, then)
    assert (
        "This version cannot be restored, and nothing is changed. The reasons are:"
        in answer.content.decode()
    )
    assert commitment.text == "Second words."


def test_stale_restore_shows_current_version_first(
    client_of: Sign, admin_event: Event, editor: User
) -> None:
    then, client = first(admin_event), client_of(editor)
    admin_event.title = "New title"
    admin_event.save()
    seen = admin_event.history.latest("history_id").history_id
    admin_event.title = "Newest title"
    admin_event.save()
    answer = restore(client, admin_event, then, version=seen)
    assert (
        "Someone changed this record after you opened it. Nothing is restored yet. Check "
        "what restoring would change now."
    ) in answer.content.decode()
    assert admin_event.title == "Newest title"


# Text that was removed ----------------------------------------------------------------------


def redact(client: Client, commitment: Commitment) -> None:
    """Two versions name Maria; the fourth change removes her from the history."""
    change(client, commitment, text="Train ten officers with Maria Zqxvar.")
    change(client, commitment, due_on="2030-01-01")
    change(client, commitment, text="Train ten officers, says Zqxvar.")
    change(client, commitment, text="Train ten officers with survivors.", redact="on", why="x")
    change(client, commitment, text="Train twenty officers with survivors.")


def make_public(event: Event, **fields: str) -> Any:
    """Its commitment, as everyone could read it for a day."""
    event.is_public = True
    event.save()
    commitment = event.commitments.get()
    for name, value in fields.items():
        setattr(commitment, name, value)
    commitment.save()
    for model in (event, commitment):
        model.history.update(history_date=NOON - timedelta(days=1))
    return commitment


def changes_of(event: Event) -> list[Change]:
    return latest_changes(NOON, NOON.replace(year=2100), event)


def test_removed_text_is_hidden_and_cannot_be_restored(
    client_of: Sign, admin_event: Event, editor: User
) -> None:
    commitment, client = admin_event.commitments.get(), client_of(editor)
    redact(client, commitment)
    operator = client_of(make_user(is_superuser=True))
    for browser in (client, operator):
        text = browser.get(page(Commitment, "history", commitment.pk)).content.decode()
        assert "Zqxvar" not in text and "Maria" not in text
        assert "(deleted)" in text and "Text that should not have been here." in text
    assert not commitment.history.filter(text__contains="Zqxvar").exists()
    changed = commitment.history.exclude(taken_out=None)
    assert changed.count() == 3
    for past in changed:
        address = page(Commitment, "restore", commitment.pk, past.history_id)
        preview = operator.get(address).content.decode()
        assert "Zqxvar" not in preview
        assert "Words of this version were deleted permanently, so it cannot be" in preview
        restore(operator, commitment, past.history_id)
        assert commitment.text == "Train twenty officers with survivors."
    restore(operator, commitment, first(commitment))  # the version before she was named
    assert commitment.text == "Train ten officers."


def test_previously_edited_text_is_removed_by_checkbox_only(
    client_of: Sign, client: Client, admin_event: Event, editor: User
) -> None:
    commitment = make_public(admin_event)
    browser = client_of(editor)
    change(browser, commitment, text="Train ten officers with Maria Zqxvar.")
    change(browser, commitment, text="Train ten officers with survivors.")
    change(browser, commitment, due_on="2030-01-01", redact="on")
    change(browser, commitment, text="Train twenty officers with survivors.")
    republish(commitment)
    told = "\n".join(f"{row.before} {row.after}" for row in changes_of(admin_event))
    # What was a draft in between was never public.
    assert "Train ten officers. Train twenty officers with survivors." in told
    assert "Zqxvar" not in told and "Maria" not in told and "1 January 2030" in told
    assert not commitment.history.filter(text__contains="Zqxvar").exists()
    for past in commitment.history.exclude(taken_out=None):
        restore(browser, commitment, past.history_id)
    commitment.refresh_from_db()
    assert commitment.text == "Train twenty officers with survivors."
    assert "Zqxvar" not in "".join(versions(browser, commitment))
    page_of_changes = client.get("/changes/")
    assert page_of_changes.status_code == 200 and b"Zqxvar" not in page_of_changes.content


def test_checkbox_applies_to_changed_fields_or_all(
    client_of: Sign, admin_event: Event, editor: User
) -> None:
    commitment, browser = admin_event.commitments.get(), client_of(editor)
    step = make_milestone(commitment=commitment, title="Zqfirst step")
    for title in ("Zqsecond step", "Third step"):
        step.title = title
        step.save()
    change(browser, commitment, text="Train eleven officers.")
    change(browser, commitment, **{"milestones-0-title": "Fourth step"}, redact="on")
    told = " ".join(versions(browser, commitment))
    assert "Text Train ten officers. Train eleven officers." in told and "Zq" not in told
    assert "Zq" not in " ".join(versions(browser, step))
    other = make_milestone(commitment=commitment, title="Zqother step", due_on=date(2031, 1, 1))
    other.title = "Another step"
    other.save()
    change(browser, commitment, redact="on")
    assert "Zq" not in " ".join(versions(browser, other))
    assert "Train ten officers." not in " ".join(versions(browser, commitment))


def test_browser_line_endings_are_not_a_form_change(
    client_of: Sign, admin_event: Event, editor: User
) -> None:
    commitment, browser = admin_event.commitments.get(), client_of(editor)
    commitment.text, commitment.place_in_source = "Train officers.\nEvery year.", "Zqxvar's list"
    commitment.save()
    step = make_milestone(commitment=commitment, title="Zqfirst step")
    step.title = "Second step"
    step.save()
    commitment.place_in_source = "Annex"
    commitment.save()
    change(browser, commitment, text="Train officers.\r\nEvery year.", redact="on")
    for row in (commitment, step):
        assert "Zq" not in " ".join(versions(browser, row))
    # And where something of another row was changed, the tick is about that alone.
    change(browser, commitment, place_in_source="Annex 2")
    sent = {"text": "Train officers.\nEvery year.", "milestones-0-title": "Third step"}
    change(browser, commitment, **sent, redact="on")
    assert "Annex 2" in " ".join(versions(browser, commitment))


def test_browser_line_endings_are_not_logged_as_correction(
    client_of: Sign, admin_event: Event, editor: User
) -> None:
    commitment = make_public(admin_event, text="Train officers.\nEvery year.")
    change(client_of(editor), commitment, text="Train officers.\r\nEvery year.")
    commitment.refresh_from_db()
    assert commitment.text == "Train officers.\nEvery year."
    assert changes_of(admin_event) == []


def test_checkbox_is_about_changed_words_or_if_none_has_a_history_all(
    client_of: Sign, admin_event: Event, editor: User
) -> None:
    commitment, browser = admin_event.commitments.get(), client_of(editor)
    point = admin_event.statement.outcomes.points()[0]
    # A reason that reads like the mark of deleted words deletes none.
    change(browser, commitment, text="Train twenty officers.", why="taken out")
    assert "ten officers" in versions(browser, commitment)[0]
    # Changed relations remove no other text.
    change(browser, commitment, place_in_source="Chapter one")
    change(browser, commitment, place_in_source="Chapter two")
    change(browser, commitment, text="Train some.", outcomes=[str(point.pk)], redact="on")
    told = " ".join(versions(browser, commitment))
    assert "(deleted)" in told and "Train t" not in told
    assert "Chapter one" in told and "Chapter two" in told
    make_party(commitment)
    change(browser, commitment, text="Train Zqxvar's officers.")
    change(browser, commitment, text="Train officers.")
    change(browser, commitment, **{"parties-0-role": "partner"}, redact="on")
    assert commitment.parties.get().role == "partner"
    assert "Zq" not in " ".join(versions(browser, commitment))
