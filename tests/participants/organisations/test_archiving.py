"""Organisations are archived and never deleted, so that exceptions keep their effect."""

import re
from collections.abc import Callable

import pytest
from django.db.models import ProtectedError
from django.test import Client

from participants.models import (
    AudienceException,
    Delegate,
    EventRole,
    Organisation,
    User,
)
from roundtable.audit.models import AuditEntry
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_affiliation,
    make_delegate,
    make_event,
    make_exception,
    make_participation,
    make_role,
)
from tests.form_fields import form_fields
from tests.participants.participation.test_removed_participations import atlantis, is_listed_to

__all__ = ["atlantis"]  # a fixture
pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
LIST = "/admin/participants/organisation/"


def test_no_one_deletes_an_organisation(
    client_of: Sign, operator: User, cochair: User, focal_point: Delegate, atlantis: Organisation
) -> None:
    """The attack: with the organisation went every exception that names it."""
    exception = make_exception(focal_point, organisation=atlantis)
    for user in (operator, cochair):
        client = client_of(user)
        answer = client.post(f"{LIST}{atlantis.pk}/delete/", {"post": "yes"})
        assert answer.status_code == 403
        data = {"action": "delete_selected", "_selected_action": atlantis.pk, "post": "yes"}
        client.post(LIST, data)
        page = client.get(LIST).content.decode()
        assert "Ministry of Atlantis" in page and "delete_selected" not in page
        assert AudienceException.objects.filter(pk=exception.pk, organisation=atlantis).exists()


def test_exception_protects_its_organisation_and_does_not_show_in_the_delete_button(
    client_of: Sign, operator: User, focal_point: Delegate, atlantis: Organisation
) -> None:
    path = f"{LIST}{atlantis.pk}/change/"
    assert "deletelink" not in client_of(operator).get(path).content.decode()
    make_exception(focal_point, organisation=atlantis)
    assert "deletelink" not in client_of(operator).get(path).content.decode()
    with pytest.raises(ProtectedError):
        atlantis.delete()


def test_organisation_is_archived_and_restored_with_a_reason(
    client_of: Sign, cochair: User, atlantis: Organisation
) -> None:
    client, path = client_of(cochair), f"{LIST}{atlantis.pk}/archive/"
    assert f'href="{path}"' in client.get(f"{LIST}{atlantis.pk}/change/").content.decode()
    for reason in ("", " "):
        assert client.post(path, {"step": "archive", "reason": reason}).status_code == 200
    atlantis.refresh_from_db()
    assert atlantis.archived_at is None
    for step, reason in (("archive", "It was dissolved."), ("restore", "A mistake.")):
        assert client.get(path).status_code == 200
        answer = client.post(path, {"step": step, "reason": reason})
        assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{atlantis.pk}/change/")
        atlantis.refresh_from_db()
        assert (atlantis.archived_at is not None) == (step == "archive")
        entry = AuditEntry.objects.latest("sequence")
        assert (entry.action, entry.organisation, entry.detail) == (
            f"{step} organisation",
            atlantis.slug,
            "",  # the history keeps the reason, because it can be deleted from there
        )
        assert entry.actor
        assert atlantis.history.latest().history_change_reason == reason
        # A second click does nothing.
        client.post(path, {"step": step, "reason": "Again"})
        assert AuditEntry.objects.latest("sequence") == entry


def test_only_who_may_edit_an_organisation_may_archive_it(
    client_of: Sign, cochair: User, delegate: Delegate
) -> None:
    elsewhere = make_role(make_event()).organisation
    path = f"{LIST}{elsewhere.pk}/archive/"
    data = {"step": "archive", "reason": "No more"}
    for who in (cochair, delegate):
        assert client_of(who).post(path, data).status_code == 403
    elsewhere.refresh_from_db()
    assert elsewhere.archived_at is None


def test_archived_organisation_is_no_choice_for_new_rows(
    client_of: Sign, cochair: User, event: Event, atlantis: Organisation
) -> None:
    Organisation.objects.filter(pk=atlantis.pk).update(archived_at=NOON)
    client = client_of(cochair)
    path = "/admin/participants/delegate/add/"
    assert "Ministry of Atlantis" not in client.get(path).content.decode()
    data = {
        "name": "New Person",
        "participations-TOTAL_FORMS": 1,
        "participations-INITIAL_FORMS": 0,
        "affiliations-TOTAL_FORMS": 0,
        "affiliations-INITIAL_FORMS": 0,
        "participations-0-event": event.pk,
        "participations-0-organisation": atlantis.pk,
    }
    assert client.post(path, data).status_code == 200
    assert not Delegate.objects.filter(name="New Person").exists()
    Organisation.objects.filter(pk=atlantis.pk).update(archived_at=None)
    assert client.post(path, data).status_code == 302


def test_row_that_names_an_archived_organisation_can_still_be_saved(
    client_of: Sign, cochair: User, event: Event, atlantis: Organisation
) -> None:
    role = make_role(event, organisation=atlantis)
    Organisation.objects.filter(pk=atlantis.pk).update(archived_at=NOON)
    client, path = client_of(cochair), f"/admin/roundtable/event/{event.pk}/change/"
    page = client.get(path).content.decode()
    assert len(re.findall(r"Ministry of Atlantis\s*</option>", page)) == 1
    fields = form_fields(page)
    place = next(
        name.split("-")[1]
        for name, value in fields.items()
        if name.endswith("-organisation") and value == [str(atlantis.pk)]
    )
    fields[f"roles-{place}-represented_by"] = ["Department of Tides"]
    assert client.post(path, fields).status_code == 302
    role.refresh_from_db()
    assert (role.represented_by, role.organisation) == ("Department of Tides", atlantis)
    # No other row may name it.
    other = make_role(event)
    page = client.get(path).content.decode()
    assert len(re.findall(r"Ministry of Atlantis\s*</option>", page)) == 1
    assert EventRole.objects.filter(pk=other.pk).exists()


def test_archived_organisation_stays_on_past_pages_and_matches_exceptions(
    client_of: Sign, event: Event, focal_point: Delegate, atlantis: Organisation
) -> None:
    make_role(event, organisation=atlantis)
    viewer, ally = make_delegate(), make_delegate()
    for person in (viewer, ally):
        make_participation(person, event)
    make_affiliation(viewer, organisation=atlantis)
    make_exception(focal_point, organisation=atlantis)
    Organisation.objects.filter(pk=atlantis.pk).update(archived_at=NOON)
    assert not is_listed_to(viewer, focal_point)
    assert is_listed_to(ally, focal_point)
    client = client_of(ally)
    for path in (event.get_absolute_url(), atlantis.get_absolute_url(), "/organisations/"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "Ministry of Atlantis" in answer.content.decode()
    # One can still exclude the people who worked there.
    assert "Ministry of Atlantis" in client.get("/me/audience/").content.decode()
