"""Who is deleted in the admin is erased: a restored backup does not bring them back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from participants.models import Delegate, Erasure, User
from participants.privacy.erasure_ledger import compute_mark
from roundtable.models import AuditEntry, Event
from tests.factories import (
    make_delegate,
    make_event,
    make_holder,
    make_organisation,
    make_organisation_change,
    make_participation,
    make_user,
)
from tests.outcomes.test_outcomes_admin import page, run_admin_action

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
WARNING = (
    "This also erases the account and every address. A restored backup does not bring them back."
)


def delete(client: Client, row: Delegate | User) -> None:
    address = page(type(row), "delete", row.pk)
    assert WARNING in client.get(address).content.decode()
    assert client.post(address, {"post": "yes"}).status_code == 302


def is_marked(kind: str, value: str) -> bool:
    return Erasure.objects.filter(kind=kind, mark=compute_mark(kind, value)).exists()


@pytest.fixture
def invited(event: Event) -> Delegate:
    """Someone who was invited, and has not joined."""
    person = make_delegate(name="Dewi Lestari", user=None, invitation_email="dewi@example.org")
    make_participation(person, event, confirmed=False)
    return person


def test_deleted_delegate_is_erased(client_of: Sign, operator: User, invited: Delegate) -> None:
    handle = invited.handle
    delete(client_of(operator), invited)
    assert is_marked("handle", handle)
    assert is_marked("address", "dewi@example.org")
    assert not Delegate.objects.filter(pk=invited.pk).exists()
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["erase"]


def test_erased_delegate_can_be_deleted_again(client_of: Sign, operator: User) -> None:
    person = make_delegate(user=None)
    make_participation(person, make_event())
    call_command("erase_person", person.handle, yes=True, verbosity=0)
    client_of(operator).post(page(Delegate, "delete", person.pk), {"post": "yes"})
    assert not Delegate.objects.filter(pk=person.pk).exists()


def test_no_one_at_the_desk_erases_or_closes_a_used_account(
    client_of: Sign, operator: User, cochair: User, delegate: Delegate
) -> None:
    client = client_of(operator)
    assert delegate.user is not None
    for row in (delegate, delegate.user, cochair, operator):
        address = page(type(row), "delete", row.pk)
        assert client.get(address).status_code == 403
        assert client.post(address, {"post": "yes"}).status_code == 403
        sent = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        client.post(page(type(row), "changelist"), sent)
        row.refresh_from_db()
    assert delegate.erased_at is None
    for user in (delegate.user, cochair, operator):
        client.post(page(User, "change", user.pk), {"email": user.email})  # no tick: not active
        user.refresh_from_db()
        assert user.is_active
    assert operator.is_superuser


def test_command_on_the_server_erases_who_cannot_sign_in(delegate: Delegate) -> None:
    handle = delegate.handle
    with pytest.raises(CommandError, match="No one has the address or handle"):
        call_command("erase_person", "nobody@example.org", yes=True, verbosity=0)
    with pytest.raises(CommandError, match="This cannot be undone"):
        call_command("erase_person", "delegate@example.org", verbosity=0)
    delegate.refresh_from_db()
    assert delegate.erased_at is None
    call_command("erase_person", "Delegate@example.org", yes=True, verbosity=0)
    assert not User.objects.filter(email="delegate@example.org").exists()
    assert is_marked("handle", handle)
    assert is_marked("address", "delegate@example.org")
    # No other people took part for the organisation, so nothing remains.
    assert not Delegate.objects.filter(pk=delegate.pk).exists()
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["erase"]
    with pytest.raises(CommandError):
        call_command("erase_person", handle, yes=True, verbosity=0)


def test_command_erases_an_account_that_others_refer_to(cochair: User) -> None:
    make_organisation_change(make_organisation(), requested_by=cochair)
    call_command("erase_person", "cochair@example.org", yes=True, verbosity=0)
    cochair.refresh_from_db()
    assert (cochair.is_active, cochair.email.split("@")[1]) == (False, "example.invalid")
    assert is_marked("address", "cochair@example.org")


def test_deleted_account_that_no_one_used_is_erased(client_of: Sign, operator: User) -> None:
    user = make_user("alone@example.org", last_login=None)
    delete(client_of(operator), user)
    assert not User.objects.filter(pk=user.pk).exists()
    assert is_marked("address", "alone@example.org")


def test_cochair_deletes_an_invited_person_and_none_who_joined(
    client_of: Sign, event: Event, cochair: User, delegate: Delegate
) -> None:
    person = make_delegate(user=None, invitation_email="Ina@example.org")
    make_participation(person, event, confirmed=False)
    client = client_of(cochair)
    address = page(Delegate, "delete", delegate.pk)
    assert client.post(address, {"post": "yes"}).status_code == 403
    delete(client, person)
    assert is_marked("address", "ina@example.org")
    assert list(Delegate.objects.all()) == [delegate]


def test_bulk_delete_erases_rows(client_of: Sign, operator: User, invited: Delegate) -> None:
    plain = make_delegate(name="Never invited", user=None)
    make_participation(plain, make_event(), confirmed=False)
    client = client_of(operator)
    text = run_admin_action(client, Delegate, "delete_selected", invited.pk, plain.pk)
    assert text.count(WARNING) == 1
    chosen = [str(invited.pk), str(plain.pk)]
    sent = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    assert client.post(page(Delegate, "changelist"), sent).status_code == 302
    assert not Delegate.objects.filter(pk__in=chosen).exists()
    assert sorted(AuditEntry.objects.values_list("action", flat=True)) == [
        "delete delegate",
        "erase",
    ]


def test_erasure_requires_ledger_entry(
    client_of: Sign, operator: User, invited: Delegate, settings: Settings, tmp_path: Path
) -> None:
    settings.ERASURE_LEDGER = tmp_path / "absent" / "erasures.log"
    address = page(Delegate, "delete", invited.pk)
    text = client_of(operator).post(address, {"post": "yes"}, follow=True).content.decode()
    assert "Something went wrong, and nothing is erased. Try again in a few minutes." in text
    invited.refresh_from_db()
    assert (invited.name, invited.erased_at) == ("Dewi Lestari", None)


def test_editor_cannot_erase(client_of: Sign, event: Event, delegate: Delegate) -> None:
    client = client_of(make_holder(event, role="editor"))
    assert client.post(page(Delegate, "delete", delegate.pk), {"post": "yes"}).status_code == 403
    sent = {"action": "delete_selected", "_selected_action": [delegate.pk], "post": "yes"}
    client.post(page(Delegate, "changelist"), sent)
    delegate.refresh_from_db()
    assert delegate.erased_at is None


def test_cochair_does_not_erase_whom_two_organisations_confirmed(
    client_of: Sign, operator: User, event: Event, cochair: User
) -> None:
    person = make_delegate(user=None, invitation_email="ina@example.org")
    make_participation(person, event)
    for user in (cochair, operator):
        address = page(Delegate, "delete", person.pk)
        assert client_of(user).post(address, {"post": "yes"}).status_code == 403
    assert Delegate.objects.get(pk=person.pk).erased_at is None
