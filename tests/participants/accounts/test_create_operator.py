"""The command that makes operators."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.utils import timezone

from participants.models import User
from roundtable.audit.models import AuditEntry
from tests.factories import make_event, make_grant, make_organisation, make_user

pytestmark = pytest.mark.django_db


def test_create_operator_makes_an_account_that_can_sign_in(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for _time in range(2):
        call_command("create_operator", " Operator@Example.org ")
        assert capsys.readouterr().out == (
            "operator@example.org is an operator and can sign in with a code by email.\n"
        )
    user = User.objects.get()
    assert (user.email, user.is_superuser, user.is_active) == ("operator@example.org", True, True)
    assert not user.has_usable_password()
    address = EmailAddress.objects.get()
    assert (address.user, address.email) == (user, "operator@example.org")
    assert (address.verified, address.primary) == (True, True)


def test_create_operator_reopens_closed_account_and_replaces_address() -> None:
    user = make_user("now@example.org", is_active=False)
    EmailAddress.objects.update(email="before@example.org")
    call_command("create_operator", "now@example.org", verbosity=0)
    user.refresh_from_db()
    assert (user.is_superuser, user.is_active) == (True, True)
    found = EmailAddress.objects.filter(user=user)
    assert [(row.email, row.primary) for row in found] == [("now@example.org", True)]


@pytest.mark.parametrize("email", ["", "nobody", "two words@example.org", f"a@{'b' * 300}.org"])
def test_create_operator_rejects_invalid_address(email: str) -> None:
    with pytest.raises(CommandError, match=r"is not an email address\. Write it like"):
        call_command("create_operator", email, verbosity=0)
    assert not User.objects.exists()


def test_create_operator_rejects_address_of_other_account() -> None:
    EmailAddress.objects.create(user=make_user(), email="second@example.org", verified=True)
    with pytest.raises(CommandError, match="Another account already uses this address"):
        call_command("create_operator", "second@example.org", verbosity=0)
    assert User.objects.count() == 1


def test_list_names_who_has_rights_today(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_operator", "operator@example.org", verbosity=0)
    event = make_event(code="BP2018")
    office = make_organisation(name="The office")
    holder, former = make_user("holder@example.org"), make_user("former@example.org")
    make_grant(holder, event, on_behalf_of=office)
    make_grant(former, event, role="editor", valid_until=timezone.localdate() - timedelta(days=1))
    make_user("participant@example.org")
    call_command("list_holders")
    assert capsys.readouterr().out.splitlines() == [
        "operator@example.org: operator",
        "holder@example.org: BP2018, co-chair, The office",
    ]
    assert AuditEntry.objects.filter(action="list holders").count() == 1


def test_operator_ends_on_the_server() -> None:
    call_command("create_operator", "operator@example.org", verbosity=0)
    call_command("create_operator", "Operator@example.org", end=True, verbosity=0)
    assert not User.objects.get().is_superuser
    actions = AuditEntry.objects.order_by("sequence").values_list("action", flat=True)
    assert list(actions) == ["create operator", "end operator"]
    for email in ("operator@example.org", "nobody@example.org"):
        with pytest.raises(CommandError, match="No operator has the address"):
            call_command("create_operator", email, end=True, verbosity=0)
