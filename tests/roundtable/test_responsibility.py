"""No one is invited while it is not known who is responsible; “Privacy” names them."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from participants.models import Invitation, User
from participants.onboarding.invitations import send_invitation
from roundtable.models import Event, QueuedEmail
from roundtable.responsibility import is_of_government
from tests.factories import NOON, make_delegate, make_participation, make_role, make_user
from tests.page_text import page_text

pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
UNSET = {
    "OPERATOR_NAME": "OPERATOR_NAME is not set. It says who runs the portal.",
    "SERVER_COUNTRY": "SERVER_COUNTRY is not set. It says in which country the server is.",
    "ARRANGEMENT_URL": "ARRANGEMENT_URL is not set. It says where the arrangement",
}


@pytest.mark.parametrize("name", [*UNSET, "CONTACT_EMAIL"])
def test_no_invitation_leaves_while_something_is_unset(
    event: Event, cochair: User, client_of: Sign, settings: Settings, name: str
) -> None:
    words = UNSET.get(name, "CONTACT_EMAIL is an address of a government.")
    person = make_delegate(user=None, invitation_email="ines@example.org")
    make_participation(person, event, confirmed=False)
    given = getattr(settings, name)
    setattr(settings, name, "privacy@dfat.gov.au" if name == "CONTACT_EMAIL" else "")
    with pytest.raises(ValidationError) as refused:
        send_invitation(delegate=person, event=event, by=cochair, at=NOON)
    assert words in refused.value.messages[0]
    assert not Invitation.objects.exists() and not QueuedEmail.objects.exists()
    operator = client_of(make_user(is_superuser=True))
    assert words in page_text(operator.get("/admin/"))
    setattr(settings, name, given)
    assert words not in page_text(operator.get("/admin/"))
    send_invitation(delegate=person, event=event, by=cochair, at=NOON)
    assert Invitation.objects.count() == 1


def test_check_names_what_is_unset(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SERVER_COUNTRY = ""
    call_command("check", "--database", "default")
    assert UNSET["SERVER_COUNTRY"] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("a@dfat.gov.au", True),
        ("a@kemlu.go.id", True),
        ("a@diplomatie.gouv.fr", True),
        ("a@mail.state.GOV", True),
        ("office@example.org", False),
        ("a@go.example.org", False),
        ("gov.au@example.org", False),
        ("", False),
    ],
)
def test_addresses_of_governments_are_known_by_their_host(address: str, expected: bool) -> None:
    assert is_of_government(address) == expected


def test_privacy_page_names_who_decides_and_who_processes(
    client: Client, event: Event, settings: Settings
) -> None:
    role = make_role(event, role="cochair")
    hidden = make_role(event, role="cochair")
    hidden.organisation.is_name_published = False
    hidden.organisation.save()
    settings.MAIL_PROVIDER = "Zq Mail"
    settings.BACKUP_PROVIDER = "Zq Store"
    response = client.get("/privacy/")
    text = page_text(response)
    for words in ("The office", "Switzerland", "Zq Mail", "Zq Store", role.organisation.name):
        assert words in text, words
    assert hidden.organisation.name not in text
    assert 'href="https://office.example.org/arrangement"' in response.content.decode()
    assert "Reports of errors, without data of people, go to no one" in text
    settings.ERROR_PROVIDER, settings.SENTRY_DSN = "Zq Errors", "https://key@errors.example.org/1"
    assert "go to Zq Errors" in page_text(client.get("/privacy/"))
