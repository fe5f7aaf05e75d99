"""What the database holds of second factors opens nothing without the key."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from participants.accounts.second_factor import add_app as add_app_of_development
from participants.models import User
from roundtable.encryption import CannotOpenError, open_sealed, seal
from roundtable.outbox import app_codes
from tests.factories import make_user
from tests.participants.test_fresh_codes import newest_code
from tests.recorded import recorded
from tests.signing_in import SECRET, add_app, app_code, sign_in

NEW_KEY = "another-key-" + "n" * 40
LOGIN, CONFIRM = "/accounts/2fa/authenticate/", "/accounts/2fa/reauthenticate/"
REFUSAL = "Your second factor cannot be checked any more. Ask a co-chair to take it off."


def test_text_comes_back_and_stands_nowhere_in_what_is_stored() -> None:
    sealed = seal("Sesame öffne dich")
    assert "Sesame" not in sealed and sealed.isascii()
    assert open_sealed(sealed) == "Sesame öffne dich"
    assert seal("Sesame öffne dich") != sealed


def test_former_key_opens_as_long_as_it_is_named(settings: Settings) -> None:
    former = settings.SECRET_KEY
    sealed = seal("secret")
    settings.SECRET_KEY = NEW_KEY
    with pytest.raises(CannotOpenError):
        open_sealed(sealed)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert open_sealed(sealed) == "secret"
    # What is sealed now is sealed with the key of now.
    anew = seal("secret")
    settings.SECRET_KEY_FALLBACKS = []
    assert open_sealed(anew) == "secret"


@pytest.mark.parametrize("stored", ["", SECRET, "gAAAAA", "öffne", "A" * 140])
def test_what_was_never_sealed_or_was_changed_is_refused(stored: str) -> None:
    with pytest.raises(CannotOpenError):
        open_sealed(stored)
    sealed = seal("secret")
    with pytest.raises(CannotOpenError):
        open_sealed(sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:])


@pytest.mark.django_db
def test_database_holds_no_secret_of_an_app_and_no_recovery_code() -> None:
    user = make_user()
    add_app(user)
    codes = RecoveryCodes.activate(user)
    rows = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in rows
    # Whoever takes what is stored for the secret itself computes other codes.
    assert open_sealed(codes.instance.data["seed"]) not in rows
    assert not any(code in rows for code in codes.generate_codes())
    assert TOTP(Authenticator.objects.get(type="totp")).validate_code(app_code())
    assert codes.validate_code(codes.get_unused_codes()[0])


@pytest.mark.django_db
def test_secret_that_development_prints_works() -> None:
    user = make_user("cochair@example.org")
    add_app_of_development(user)
    [shown] = app_codes(0)
    assert TOTP(Authenticator.objects.get()).validate_code(app_code(shown.secret))


@pytest.fixture
@recorded
def dewi(db: None) -> User:
    """Has an app and recovery codes."""
    user = make_user("dewi@example.org", is_superuser=True)
    add_app(user)
    RecoveryCodes.activate(user)
    return user


def test_factor_that_cannot_be_opened_is_refused_with_a_sentence(
    dewi: User,
) -> None:
    browser = Client()
    sign_in(browser, dewi, second_factor=False)
    Authenticator.objects.filter(type="totp").update(data={"secret": SECRET})
    for code in (app_code(), "00000000"):
        answer = browser.post(CONFIRM, {"code": code})
        assert answer.status_code == 200
        assert REFUSAL in answer.content.decode()
    assert browser.get("/admin/").status_code == 302


def test_page_that_shows_what_cannot_be_opened_is_refused(dewi: User) -> None:
    browser = Client()
    sign_in(browser, dewi)
    cache.clear()
    assert browser.post(CONFIRM, {"code": app_code()}).status_code == 302
    assert browser.get("/accounts/2fa/recovery-codes/generate/").status_code == 200
    Authenticator.objects.filter(type="recovery_codes").update(
        data={"seed": "never sealed", "used_mask": 0}
    )
    for path in ("download/", "", "generate/"):
        answer = browser.get(f"/accounts/2fa/recovery-codes/{path}")
        assert answer.status_code == 403, path
        assert REFUSAL in answer.content.decode()
    assert "0 codes are left." in browser.get("/accounts/2fa/").content.decode()


def test_sign_in_with_a_factor_that_cannot_be_opened_is_refused(dewi: User) -> None:
    Authenticator.objects.filter(type="totp").update(data={"secret": "never sealed"})
    browser = Client()
    browser.post("/accounts/login/", {"login": "dewi@example.org"})
    answer = browser.post("/accounts/login/code/confirm/", {"code": newest_code()})
    assert answer["Location"] == LOGIN
    answer = browser.post(LOGIN, {"code": app_code()})
    assert answer.status_code == 200 and REFUSAL in answer.content.decode()
    assert browser.get("/me/").status_code == 302
