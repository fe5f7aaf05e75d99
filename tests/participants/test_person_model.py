"""How people and accounts are written, and what a save of an old row leaves alone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from participants.models import Audience, Consent, Delegate, User
from participants.privacy import consent, retention
from participants.privacy.consent import current_notice
from tests.factories import NOON, make_consent, make_delegate, make_user
from tests.form_fields import form_fields

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
Sign = Callable[[User | Delegate], Client]
OWNER = Consent.By.OWNER


def test_stored_person_cannot_be_saved(delegate: Delegate) -> None:
    for row in (delegate, make_user()):
        with pytest.raises(TypeError, match=r"Use write\(\) to change"):
            row.save()
    for fields in ([], ["name"], ["name", "listed_to"]):
        with pytest.raises(TypeError, match=r"Use write\(\) to change a delegate"):
            delegate.save(update_fields=fields)


def test_libraries_save_only_their_own_fields_of_an_account() -> None:
    user = make_user()
    for name in ("email", "last_login", "password"):
        user.save(update_fields=[name])
    for names in (["is_active"], ["email", "is_superuser"], []):
        with pytest.raises(TypeError, match="Use write"):
            user.save(update_fields=names)


def test_new_row_does_not_replace_stored_one(delegate: Delegate) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegate(pk=delegate.pk, name="Someone else").save()
    delegate.refresh_from_db()
    assert (delegate.name, delegate.listed_to) == ("Dewi Lestari", "everyone")


def test_write_stores_named_fields_only(delegate: Delegate) -> None:
    old = Delegate.objects.get(pk=delegate.pk)
    consent.hide_profile(delegate, by=OWNER, at=NOON)
    old.about = "Never saved"
    old.write(post="Adviser")
    for row in (old, Delegate.objects.get(pk=delegate.pk)):
        assert (row.post, row.about, row.hidden_at) == ("Adviser", "", NOON)


def test_write_validates(delegate: Delegate) -> None:
    for values in ({"name": ""}, {"consented_at": None}, {"is_protected": True}):
        with pytest.raises(ValidationError):
            delegate.write(**values)
    delegate.refresh_from_db()
    assert (delegate.name, delegate.consented_at, delegate.is_protected) == (
        "Dewi Lestari",
        NOON,
        False,
    )


def test_value_that_is_no_longer_valid_does_not_prevent_hiding(delegate: Delegate) -> None:
    Delegate.objects.filter(pk=delegate.pk).update(name="\u200b", invitation_email="nowhere")
    assert consent.hide_profile(delegate, by=OWNER, at=NOON)


def test_write_of_deleted_row_raises() -> None:
    row = make_delegate()
    Delegate.objects.filter(pk=row.pk).delete()
    with pytest.raises(Delegate.DoesNotExist):
        row.write(name="Back again")


def test_answer_to_review_does_not_renew_withdrawn_consent(delegate: Delegate) -> None:
    make_consent(delegate)
    old = Delegate.objects.get(pk=delegate.pk)
    consent.withdraw_consent(delegate, by=OWNER, at=NOON)
    retention.confirm_profile(old, notice=current_notice("en"), by=Consent.By.LINK, at=NOON)
    delegate.refresh_from_db()
    assert (delegate.consented_at, delegate.reviewed_on) == (None, NOON.date())


def test_hiding_erased_person_changes_nothing(delegate: Delegate) -> None:
    Delegate.objects.filter(pk=delegate.pk).update(
        name="", user=None, listed_to=Audience.ONLY_ME, erased_at=NOON
    )
    assert not consent.hide_profile(delegate, by=Consent.By.LINK, at=NOON)
    delegate.refresh_from_db()
    assert delegate.hidden_at is None


@pytest.mark.parametrize("address", ["/me/", "/me/audience/"])
def test_page_is_compared_under_the_lock(
    client_of: Sign, delegate: Delegate, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    browser = client_of(delegate)
    name = "participants.{}.sharing_version".format(
        "me_views" if address == "/me/" else "privacy.views"
    )
    queries = CaptureQueriesContext(connection)
    seen: list[bool] = []

    def compare(*_given: Any) -> str:
        assert connection.in_atomic_block
        seen.append(any("FOR NO KEY UPDATE" in query["sql"] for query in queries.captured_queries))
        return "stored"

    monkeypatch.setattr(name, compare)
    with queries:
        answer = browser.post(address, {"state": "shown", "audience": "only_me"})
    # SQLite lets one transaction write at a time, and has no locks of rows.
    assert seen == [connection.vendor == "postgresql"]
    assert answer.status_code == 400 and "Nothing is saved yet." in answer.content.decode()


def test_old_tab_does_not_drop_exclusion(client_of: Sign, delegate: Delegate) -> None:
    browser = client_of(delegate)
    page = browser.get("/me/audience/").content.decode()
    old = form_fields(page, containing="audience") | {"audience": "participants"}
    excluding = old | {"constituencies": ["governments"]}
    assert browser.post("/me/audience/", excluding).status_code == 302
    answer = browser.post("/me/audience/", old)
    assert answer.status_code == 400
    again = form_fields(answer.content.decode(), containing="audience")
    assert (again["audience"], again["constituencies"]) == (["participants"], ["governments"])
    assert [row.constituency for row in delegate.exceptions.all()] == ["governments"]
