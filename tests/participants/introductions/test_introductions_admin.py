"""Co-chairs introduce people of their own roundtable in the admin."""

from collections.abc import Callable

import pytest
from django.test import Client

from participants.models import Delegate, Introduction, User
from tests.factories import NOON, make_introduction

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
ADD = "/admin/participants/introduction/add/"
LIST = "/admin/participants/introduction/"


def test_cochair_introduces_two_of_the_own_roundtable_once(
    client_of: Sign,
    cochair: User,
    delegate: Delegate,
    quiet_delegate: Delegate,
    outsider: Delegate,
) -> None:
    client = client_of(cochair)
    data = {"first": delegate.pk, "second": quiet_delegate.pk, "message": "You both run hotlines"}
    assert "Olga Outside" not in client.get(ADD).content.decode()
    assert client.post(ADD, {**data, "second": outsider.pk}).status_code == 200
    assert not Introduction.objects.exists()
    assert client.post(ADD, data).status_code == 302
    row = Introduction.objects.get()
    assert (row.first, row.second, row.proposed_by) == (delegate, quiet_delegate, cochair)
    assert not Introduction.objects.accepted().exists()
    page = client.get(LIST).content.decode()
    assert "Dewi Lestari" in page and "Not yet accepted by both" in page
    for pair in (
        {"first": quiet_delegate.pk, "second": delegate.pk},
        {"first": delegate.pk, "second": delegate.pk},
    ):
        assert client.post(ADD, {**data, **pair}).status_code == 200
    assert Introduction.objects.count() == 1


def test_introduction_messages_are_hidden_from_admin(
    client_of: Sign, operator: User, cochair: User, delegate: Delegate, quiet_delegate: Delegate
) -> None:
    make_introduction(quiet_delegate, delegate, message="A private word")
    proposed = make_introduction(
        delegate, quiet_delegate, second_ended_at=NOON, proposed_by=cochair, accepted=False
    )
    for who in (operator, cochair):
        page = client_of(who).get(LIST).content.decode()
        assert "A private word" not in page
    page = client_of(cochair).get(LIST).content.decode()
    assert page.count("Not yet accepted by both") == 1
    assert client_of(cochair).get(f"{LIST}{proposed.pk}/change/").status_code in (302, 403)
