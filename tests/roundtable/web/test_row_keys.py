"""Forms name rows by keys: numbers would tell how many rows the portal has."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from participants.models import ContactChannel, Delegate, User
from roundtable.web.row_keys import row_key
from tests.factories import make_channel, make_delegate, make_user
from tests.form_fields import form_fields
from tests.page_text import page_text

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
HIGH = 987_654_321


def channel_form(client: Client) -> dict[str, list[str]]:
    fields = form_fields(client.get("/me/").content.decode(), containing="channel-TOTAL_FORMS")
    return {name: values for name, values in fields.items() if name[0] != " "}


@pytest.fixture
def owner() -> Delegate:
    """The number of the row of its only contact detail is high, and so is its own."""
    delegate = make_delegate(pk=HIGH, user=make_user("owner@example.org"))
    make_channel(delegate, pk=HIGH + 1, value="own@example.org")
    return delegate


def test_own_profile_contains_no_number_of_a_row(client_of: Sign, owner: Delegate) -> None:
    page = client_of(owner).get("/me/").content.decode()
    assert str(HIGH) not in page and str(HIGH + 1) not in page
    assert f'value="{row_key(owner.channels.get())}"' in page


def test_contact_detail_is_changed_and_removed_by_its_key(client_of: Sign, owner: Delegate) -> None:
    client = client_of(owner)
    answer = client.post("/me/", channel_form(client) | {"channel-0-value": ["new@example.org"]})
    assert answer.status_code == 302
    row = owner.channels.get()
    assert (row.pk, row.value) == (HIGH + 1, "new@example.org")
    client.post("/me/", channel_form(client) | {"channel-0-DELETE": ["on"]})
    assert not owner.channels.exists()


def test_page_with_errors_shows_the_key_again(client_of: Sign, owner: Delegate) -> None:
    client = client_of(owner)
    answer = client.post("/me/", channel_form(client) | {"channel-0-value": ["no address"]})
    assert answer.status_code in (200, 400)
    page = answer.content.decode()
    assert str(HIGH + 1) not in page and row_key(owner.channels.get()) in page


@pytest.mark.parametrize("kind", ["number", "foreign", "unknown"])
def test_other_keys_change_nothing_and_say_what_to_do(
    client_of: Sign, owner: Delegate, kind: str
) -> None:
    foreign = make_channel(make_delegate(), value="theirs@example.org")
    sent = {"number": str(HIGH + 1), "foreign": row_key(foreign), "unknown": "0" * 20}[kind]
    client = client_of(owner)
    changes = {"channel-0-id": [sent], "channel-0-value": ["new@example.org"]}
    answer = client.post("/me/", channel_form(client) | changes)
    assert "This contact detail no longer exists. Reload the page." in page_text(answer)
    values = sorted(row.value for row in ContactChannel.objects.all())
    assert values == ["own@example.org", "theirs@example.org"]


def test_keys_of_rows_differ_and_tell_no_number(owner: Delegate) -> None:
    assert owner.user
    keys = {row_key(owner), row_key(owner.channels.get()), row_key(owner.user)}
    assert len(keys) == 3
    assert all(re.fullmatch("[0-9a-f]{20}", key) for key in keys)
