"""Who is told of another role mailbox: by it, others reach the people of an organisation."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from openpyxl import load_workbook
from pytest_django import Settings

from outcomes.duplicates.organisations import merge_organisations
from participants.models import Organisation, User
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_delegate,
    make_event,
    make_government,
    make_grant,
    make_holder,
    make_organisation,
    make_participation,
    make_role,
    make_user,
)
from tests.form_fields import form_fields
from tests.import_pages import confirm_import, preview_file
from tests.mail_queue import queued_emails
from tests.outcomes.imports.conftest import talk
from tests.outcomes.imports.test_import_permissions import changed

__all__ = ["talk"]  # a fixture
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[..., Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]
SUBJECT = "The role mailbox of your organisation was changed"


@pytest.fixture
def shelter(event: Event) -> Organisation:
    shelter = make_organisation(name="Shelter 1", role_mailbox="office@example.org")
    make_role(event, organisation=shelter)
    for name in ("ana", "ben"):
        person = make_delegate(name=f"Zq {name}", user=make_user(f"{name}@example.org"))
        make_participation(person, event, organisation=shelter)
    absent = make_delegate(user=make_user("absent@example.org"))
    make_participation(absent, event, organisation=shelter, confirmed=False)
    make_participation(make_delegate(user=make_user("other@example.org")), event)
    return shelter


@pytest.fixture
def chair(event: Event) -> User:
    user = make_user("chair@example.org")
    ministry = make_government("AU", "Ministry of Tides")
    make_grant(user, event, on_behalf_of=ministry)
    return user


def save(client: Client, row: Organisation, **values: str) -> None:
    path = f"/admin/participants/organisation/{row.pk}/change/"
    fields = form_fields(client.get(path).content.decode(), containing="role_mailbox")
    fields |= {name: [value] for name, value in values.items()}
    assert client.post(path, fields).status_code == 302


def told(deliver: Deliver) -> dict[str, EmailMultiAlternatives]:
    """The emails since the last time, by their recipient: one for each."""
    mails = [mail for mail in deliver() if mail.subject == SUBJECT]
    django_mail.outbox.clear()
    found = {mail.to[0]: mail for mail in mails}
    assert len(found) == len(mails)
    return found


def words(mail: EmailMultiAlternatives) -> str:
    return " ".join(str(mail.body).split())


def test_changed_mailbox_is_told_to_the_former_one_and_to_its_people(
    client_of: Sign, shelter: Organisation, chair: User, deliver: Deliver, settings: Settings
) -> None:
    """The attack: a co-chair put an own mailbox in its place, and no one heard of it."""
    settings.CONTACT_EMAIL = "portal@example.org"
    client = client_of(chair)
    save(client, shelter, description="It shelters people.")
    assert told(deliver) == {}
    save(client, shelter, role_mailbox="shelter1@evil.example")
    mails = told(deliver)
    assert set(mails) == {"office@example.org", "ana@example.org", "ben@example.org"}
    for mail in mails.values():
        body = words(mail)
        assert "A person who acts for Ministry of Tides changed the role mailbox" in body
        assert "Shelter 1" in body and f"/organisations/{shelter.slug}/" in body
        assert "If it is wrong, tell us immediately." in body and "portal@example.org" in body
        for text in (body, str(mail.alternatives[0][0])):
            assert "evil.example" not in text and "office@" not in text and "chair@" not in text
    assert "was the role mailbox" in mails["office@example.org"].body
    assert "you take part" in mails["ana@example.org"].body
    # Each change is told, also one that removes the mailbox, or enters one again.
    save(client, shelter, role_mailbox="")
    assert set(told(deliver)) == {"shelter1@evil.example", "ana@example.org", "ben@example.org"}
    save(client, shelter, role_mailbox="ana@example.org")
    assert set(told(deliver)) == {"ana@example.org", "ben@example.org"}
    save(client, shelter, role_mailbox="office@example.org")  # Ana is told once
    assert set(told(deliver)) == {"ana@example.org", "ben@example.org"}


def test_email_does_not_name_an_organisation_at_risk(
    client_of: Sign, shelter: Organisation, operator: User, deliver: Deliver
) -> None:
    Organisation.objects.filter(pk=shelter.pk).update(is_name_published=False)
    save(client_of(operator), shelter, role_mailbox="new@example.org")
    for mail in told(deliver).values():
        assert "Shelter 1" not in mail.body and shelter.slug not in mail.body
        assert "The operator of the portal changed" in words(mail)


def test_restored_version_is_told(
    client_of: Sign, shelter: Organisation, chair: User, deliver: Deliver
) -> None:
    client = client_of(chair)
    save(client, shelter, role_mailbox="new@example.org")
    told(deliver)
    first = shelter.history.earliest("history_date").history_id
    path = f"/admin/participants/organisation/{shelter.pk}/history/{first}/"
    version = client.get(path).context["newest_version"]
    client.post(path, {"version": version, "why": "Back"})
    shelter.refresh_from_db()
    assert shelter.role_mailbox == "office@example.org"
    assert "new@example.org" in told(deliver)


def test_mailbox_that_an_import_changes_is_told(
    client_of: Sign, talk: Event, deliver: Deliver
) -> None:
    row = Organisation.objects.get(pk=talk.roles.earliest("pk").organisation_id)
    row.role_mailbox = "office@example.org"
    row.save()
    person = make_delegate(user=make_user("ana@example.org"))
    make_participation(person, talk, organisation=row)
    user = make_holder(talk, role="editor")
    client = client_of(user)
    answer = preview_file(client, changed(talk, **{mailbox_cell(talk, row): "evil@example.net"}))
    assert told(deliver) == {} and not queued_emails(subject=SUBJECT)
    confirm_import(client, answer)
    row.refresh_from_db()
    assert row.role_mailbox == "evil@example.net"
    mails = told(deliver)
    assert set(mails) == {"office@example.org", "ana@example.org"}
    assert "A person at the co-chairs' desk changed" in words(mails["ana@example.org"])


def mailbox_cell(event: Event, row: Organisation) -> str:
    sheet: Any = load_workbook(BytesIO(changed(event)))["Organisations"]
    (cell,) = [
        cell for line in sheet.iter_rows() for cell in line if cell.value == row.role_mailbox
    ]
    return f"Organisations_{cell.coordinate}"


@pytest.mark.parametrize(
    ("mailbox", "recipients"),
    [
        ("", {"ana@example.org", "ben@example.org"}),
        ("office@example.org", {"cy@example.org", "double@example.org"}),
        ("double@example.org", set()),
    ],
)
def test_mailbox_that_a_merge_changes_is_told_to_the_people_of_that_entry(
    shelter: Organisation, operator: User, deliver: Deliver, mailbox: str, recipients: set[str]
) -> None:
    Organisation.objects.filter(pk=shelter.pk).update(role_mailbox=mailbox)
    double = make_organisation(name="Shelter One", role_mailbox="double@example.org")
    make_participation(
        make_delegate(user=make_user("cy@example.org")), make_event(), organisation=double
    )
    merge_organisations(target=shelter, duplicate=double, by=operator, at=NOON)
    mails = told(deliver)
    assert set(mails) == recipients
    for mail in mails.values():
        assert "So the role mailbox of your entry was changed." in words(mail)
