"""What the database holds of second factors opens nothing without the key."""

import json
from base64 import urlsafe_b64encode

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from participants.accounts.second_factor import add_authenticator_app as add_app_of_development
from participants.models import User
from roundtable.allauth_compat import TOTP
from roundtable.encryption import DecryptionError, decrypt, encrypt, is_current
from roundtable.mail.outbox import app_codes
from tests.factories import NOON, make_account_change, make_user
from tests.participants.accounts.test_reauthentication import newest_code
from tests.recorded_fixtures import recorded
from tests.sign_in import TOTP_SECRET, add_authenticator, sign_in, totp_code

pytestmark = pytest.mark.time_machine(NOON, tick=False)

NEW_KEY = "another-key-" + "n" * 40
LOGIN, CONFIRM = "/accounts/2fa/authenticate/", "/accounts/2fa/reauthenticate/"
REFUSAL = "We can no longer check your second factor. Tell the people who run the portal."


def test_text_round_trips_and_is_not_stored_in_plain() -> None:
    encrypted = encrypt("Sesame öffne dich")
    assert "Sesame" not in encrypted and encrypted.isascii()
    assert decrypt(encrypted) == "Sesame öffne dich"
    assert encrypt("Sesame öffne dich") != encrypted


def test_fallback_key_decrypts_while_configured(settings: Settings) -> None:
    former = settings.SECRET_KEY
    encrypted = encrypt("secret")
    settings.SECRET_KEY = NEW_KEY
    with pytest.raises(DecryptionError):
        decrypt(encrypted)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert decrypt(encrypted) == "secret"
    # New texts are encrypted with the current key.
    new = encrypt("secret")
    settings.SECRET_KEY_FALLBACKS = []
    assert decrypt(new) == "secret"


@pytest.mark.parametrize("stored", ["", TOTP_SECRET, "gAAAAA", "öffne", "A" * 140])
def test_unencrypted_or_changed_text_is_rejected(stored: str) -> None:
    with pytest.raises(DecryptionError):
        decrypt(stored)
    encrypted = encrypt("secret")
    with pytest.raises(DecryptionError):
        decrypt(encrypted[:40] + ("A" if encrypted[40] != "A" else "B") + encrypted[41:])


def encrypted_by_first_release(key: str) -> str:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"roundtable.encryption")
    return Fernet(urlsafe_b64encode(derived.derive(key.encode()))).encrypt(b"secret").decode()


def test_text_of_the_first_release_is_decrypted(settings: Settings) -> None:
    old = encrypted_by_first_release(settings.SECRET_KEY)
    assert decrypt(old) == "secret"
    assert encrypt("secret").startswith("v2.") and not is_current(old)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW_KEY, [settings.SECRET_KEY]
    assert decrypt(old) == "secret"


@pytest.mark.django_db
@pytest.mark.each_database
def test_reseal_encrypts_with_the_present_key(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    former, user = settings.SECRET_KEY, make_user()
    add_authenticator(user)
    codes = RecoveryCodes.activate(user).get_unused_codes()
    other = make_user()
    Authenticator.objects.create(
        user=other, type="totp", data={"secret": encrypted_by_first_release(former)}
    )
    listed = {"migrated_codes": [encrypt("11111111")], "used_mask": 0}
    Authenticator.objects.create(user=other, type="recovery_codes", data=listed)
    made = {"kind": "factor", "email": "", "waits_from": NOON, "made_at": NOON}
    change = make_account_change(other, former=encrypt("what was before"), **made)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW_KEY, [former]
    call_command("reseal")
    assert capsys.readouterr().out == "5 texts are encrypted with the present key.\n"
    settings.SECRET_KEY_FALLBACKS = []
    assert TOTP(Authenticator.objects.get(user=user, type="totp")).validate_code(totp_code())
    assert RecoveryCodes.activate(user).get_unused_codes() == codes
    stored = Authenticator.objects.get(user=other, type="recovery_codes").data
    assert decrypt(stored["migrated_codes"][0]) == "11111111"
    change.refresh_from_db()
    assert decrypt(change.former) == "what was before"
    before = list(Authenticator.objects.values())
    call_command("reseal")
    assert list(Authenticator.objects.values()) == before
    Authenticator.objects.filter(user=other, type="totp").update(data={"secret": "lost"})
    with pytest.raises(CommandError, match="1 text cannot be read"):
        call_command("reseal")


@pytest.mark.django_db
def test_database_contains_no_plain_totp_secret_or_recovery_code() -> None:
    user = make_user()
    add_authenticator(user)
    codes = RecoveryCodes.activate(user)
    rows = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert TOTP_SECRET not in rows
    # Whoever takes what is stored for the secret itself computes other codes.
    assert decrypt(codes.instance.data["seed"]) not in rows
    assert not any(code in rows for code in codes.generate_codes())
    assert TOTP(Authenticator.objects.get(type="totp")).validate_code(totp_code())
    assert codes.validate_code(codes.get_unused_codes()[0])


@pytest.mark.django_db
def test_secret_printed_in_development_works() -> None:
    user = make_user("cochair@example.org")
    add_app_of_development(user)
    [shown] = app_codes(0)
    assert TOTP(Authenticator.objects.get()).validate_code(totp_code(shown.secret))


@pytest.fixture
@recorded
def dewi(db: None) -> User:
    """Has an app and recovery codes."""
    user = make_user("dewi@example.org", is_superuser=True)
    add_authenticator(user)
    RecoveryCodes.activate(user)
    return user


def test_undecryptable_factor_is_rejected_with_message(
    dewi: User,
) -> None:
    browser = Client()
    sign_in(browser, dewi, second_factor=False)
    Authenticator.objects.filter(type="totp").update(data={"secret": TOTP_SECRET})
    for code in (totp_code(), "00000000"):
        answer = browser.post(CONFIRM, {"code": code})
        assert answer.status_code == 200
        assert REFUSAL in answer.content.decode()
    assert browser.get("/admin/").status_code == 302


def test_page_showing_undecryptable_secret_is_rejected(dewi: User) -> None:
    browser = Client()
    sign_in(browser, dewi)
    cache.clear()
    assert browser.post(CONFIRM, {"code": totp_code()}).status_code == 302
    assert browser.get("/accounts/2fa/recovery-codes/generate/").status_code == 200
    Authenticator.objects.filter(type="recovery_codes").update(
        data={"seed": "never encrypted", "used_mask": 0}
    )
    for path in ("download/", "", "generate/"):
        answer = browser.get(f"/accounts/2fa/recovery-codes/{path}")
        assert answer.status_code == 403, path
        assert REFUSAL in answer.content.decode()
    assert "0 codes are left." in browser.get("/accounts/2fa/").content.decode()


def test_sign_in_with_undecryptable_factor_is_rejected(dewi: User) -> None:
    Authenticator.objects.filter(type="totp").update(data={"secret": "never encrypted"})
    browser = Client()
    browser.post("/accounts/login/", {"login": "dewi@example.org"})
    answer = browser.post("/accounts/login/code/confirm/", {"code": newest_code()})
    assert answer["Location"] == LOGIN
    answer = browser.post(LOGIN, {"code": totp_code()})
    assert answer.status_code == 200 and REFUSAL in answer.content.decode()
    assert browser.get("/me/").status_code == 302
