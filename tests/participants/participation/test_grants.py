"""Grants by roundtable: read by its co-chairs, and handed over in one act by an operator."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from participants.models import Delegate, Grant, User
from roundtable.audit.log import get_or_create_key
from roundtable.audit.models import AuditEntry
from roundtable.models import Event
from tests.decide import agree
from tests.factories import (
    make_delegate,
    make_event,
    make_government,
    make_grant,
    make_holder,
    make_organisation,
    make_participation,
    make_user,
)
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[[User | Delegate], Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]
LIST = "/admin/participants/grant/"


@pytest.fixture
@recorded
def government_grant(db: None) -> Grant:
    """The grant of someone who acts for a government."""
    event = make_event(code="DESK", title="Desk roundtable", is_public=False)
    return make_grant(
        make_user("zq-old@example.org"),
        event,
        on_behalf_of=make_organisation(name="Foreign Office"),
        valid_from=date(2026, 1, 1),
        valid_until=date(2099, 12, 31),
    )


def address(grant: Grant) -> str:
    return reverse("admin:participants_grant_handover", args=[grant.pk])


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


# Who reads grants ---------------------------------------------------------------------------


def test_cochair_sees_grants_without_addresses(client_of: Sign, government_grant: Grant) -> None:
    here, elsewhere = government_grant.event, make_event(is_public=False)
    editor = make_holder(here, "zq-editor@example.org", role="editor")
    make_participation(make_delegate(name="Editor Somebody", user=editor), here)
    stranger = make_holder(here, "zq-stranger@example.org", role="reader")
    make_participation(make_delegate(name="Zq Stranger", user=stranger), elsewhere)
    make_holder(elsewhere, "zq-else@example.org")
    client = client_of(government_grant.user)
    answer = client.get(LIST)
    rows = [(str(row.event.code), row.role) for row in answer.context["cl"].result_list]
    assert sorted(rows) == [("DESK", "cochair"), ("DESK", "editor"), ("DESK", "reader")]
    text = answer.content.decode()
    for grant in here.grants.all():
        assert client.get(f"{LIST}{grant.pk}/change/").status_code == 403
    assert "Editor Somebody" in text and "Foreign Office" in text
    assert f"account {stranger.pk}" in text and "Zq Stranger" not in text
    assert "zq-e" not in text and "zq-s" not in text
    assert client.get(LIST + "?q=zq-editor").context["cl"].result_count == 0


def test_only_cochairs_see_grants(client_of: Sign, government_grant: Grant) -> None:
    for role in ("editor", "reader"):
        browser = client_of(make_holder(government_grant.event, role=role))
        assert browser.get(LIST).status_code == 403
        status = browser.get(f"{LIST}{government_grant.pk}/change/").status_code
        assert status in (403, 404)


# Handing over -------------------------------------------------------------------------------


def test_handover_is_one_action_with_confirmation(
    client_of: Sign, operator: User, government_grant: Grant, deliver: Deliver
) -> None:
    new = make_user("zq-new@example.org")
    client = client_of(operator)
    sent = {"email": "ZQ-NEW@example.org", "on": in_days(10).isoformat()}
    assert "Transfer grant" in client.get(f"{LIST}{government_grant.pk}/change/").content.decode()
    asked = client.post(address(government_grant), sent)
    assert "Transfer this grant?" in asked.content.decode()
    assert Grant.objects.count() == 1
    answer = client.post(address(government_grant), sent | {"confirmed": "yes"}, follow=True)
    assert "The present holder receives an email." in answer.content.decode()
    government_grant.refresh_from_db()
    assert government_grant.valid_until == date(2099, 12, 31)  # until the successor is confirmed
    given = Grant.objects.get(user=new)
    assert (given.event, given.role, given.on_behalf_of) == (
        government_grant.event,
        government_grant.role,
        government_grant.on_behalf_of,
    )
    assert (given.valid_from, given.valid_until) == (in_days(10), date(2099, 12, 31))
    told = {mail.to[0]: str(mail.body) for mail in deliver()}
    assert set(told) == {"zq-old@example.org"}
    assert "Another person is to be co-chair of" in told["zq-old@example.org"]
    assert "Other organisations must confirm it first." in told["zq-old@example.org"]
    assert "zq-new" not in told["zq-old@example.org"]
    acts = AuditEntry.objects.filter(action__endswith="grant").values_list(
        "action", "subject", "detail"
    )
    detail = f"DESK cochair from {in_days(10)}"
    assert list(acts) == [
        ("request grant", get_or_create_key(new), "DESK cochair"),
        ("hand over grant", get_or_create_key(government_grant.user), detail),
    ]


def test_former_holder_keeps_the_right_until_the_successor_has_it(
    client_of: Sign, operator: User, government_grant: Grant
) -> None:
    first, second = (
        make_holder(government_grant.event, on_behalf_of=make_government(country))
        for country in ("ID", "AU")
    )
    new = make_user("zq-new@example.org")
    sent = {"email": new.email, "on": in_days(0).isoformat(), "confirmed": "yes"}
    assert client_of(new).get("/admin/").status_code == 403
    client_of(operator).post(address(government_grant), sent)
    given = Grant.objects.get(user=new)
    for user, is_new_in_force in ((first, False), (second, True)):
        agree(client_of(user), given)
        assert client_of(new).get("/admin/").status_code == (200 if is_new_in_force else 403)
        former = client_of(government_grant.user).get("/admin/")
        assert former.status_code == (403 if is_new_in_force else 200)
    government_grant.refresh_from_db()
    assert government_grant.valid_until == in_days(-1)


INVALID_HANDOVERS = [
    ({"email": "nobody@example.org"}, "No account uses this address to sign in."),
    ({"email": "zq-old@example.org"}, "This account already has the grant."),
    ({"email": "zq-closed@example.org"}, "This account is closed."),
    ({"email": "zq-has@example.org"}, "This account already has this role for this roundtable."),
    ({"on": "2025-01-01"}, "This day is in the past."),
    ({"on": "2100-01-01"}, "The grant ends on 31 December 2099."),
    ({"on": "soon"}, "Enter a valid date."),
]


def test_invalid_handover_is_rejected(
    client_of: Sign, operator: User, government_grant: Grant
) -> None:
    event, client = government_grant.event, client_of(operator)
    make_user("zq-closed@example.org", is_active=False)
    make_holder(event, "zq-has@example.org")
    had = {"valid_from": date(2026, 1, 1), "valid_until": date(2026, 2, 1)}
    make_holder(event, "zq-new@example.org", **had)
    before = set(Grant.objects.all())
    sent = {"email": "zq-new@example.org", "on": in_days(1).isoformat(), "confirmed": "yes"}
    for fields, sentence in INVALID_HANDOVERS:
        text = client.post(address(government_grant), sent | fields).content.decode()
        assert sentence in text
        assert set(Grant.objects.all()) == before
    client.post(address(government_grant), sent)
    assert Grant.objects.count() == len(before) + 1


def test_concurrent_handover_is_reported(
    client_of: Sign, operator: User, government_grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(**_given: object) -> None:
        raise ValidationError("It was handed over already.")

    monkeypatch.setattr("participants.accounts.grant_admin.hand_over_grant", too_late)
    new = make_user("late@example.org")
    sent = {"email": new.email, "on": in_days(1).isoformat(), "confirmed": "yes"}
    answer = client_of(operator).post(address(government_grant), sent)
    assert answer.status_code == 200
    assert "It was handed over already." in answer.content.decode()


def test_holders_are_told_when_a_right_ends(
    client_of: Sign, operator: User, event: Event, deliver: Deliver
) -> None:
    for name in ("other", "third", "ends"):
        make_holder(event, f"{name}@example.org", on_behalf_of=make_organisation())
    grant = Grant.objects.latest("pk")
    sent = {"valid_until": in_days(8).isoformat()}
    before = len(deliver())
    client_of(operator).post(f"/admin/participants/grant/{grant.pk}/change/", sent)
    grant.refresh_from_db()
    assert grant.valid_until == in_days(8)
    told = {mail.to[0]: mail for mail in deliver()[before:]}
    assert set(told) == {"other@example.org", "third@example.org", "ends@example.org"}
    for mail in told.values():
        assert mail.subject == "A right at the co-chairs' desk ends"
        assert "That is its last day." in mail.body and "@" not in mail.body


def test_what_is_confirmed_is_the_whole_right(government_grant: Grant) -> None:
    others: dict[str, object] = {
        "user": make_user(),
        "event": make_event(),
        "role": "confirmer",
        "on_behalf_of": make_organisation(),
        "valid_from": date(2026, 1, 2),
        "valid_until": None,
    }
    for name, other in others.items():
        grant = Grant.objects.get(pk=government_grant.pk)
        setattr(grant, name, other)
        assert grant.content_hash != government_grant.content_hash, name
