"""How people and accounts are written, and what a save of an old row leaves alone."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from participants.models import Audience, Consent, Delegate
from participants.privacy import consent, retention
from participants.privacy.consent import current_notice
from tests.factories import NOON, make_consent, make_delegate, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
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
