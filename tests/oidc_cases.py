"""Signing in at an identity provider. Run by test_oidc.py, with its settings."""

import time
from collections.abc import Iterator
from io import StringIO
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from jwt.algorithms import RSAAlgorithm

from participants.models import ProviderIdentity, User
from roundtable.audit.models import AuditEntry
from roundtable.mail.models import QueuedEmail
from tests.factories import make_event, make_holder, make_user
from tests.sign_in import add_authenticator, is_in, record_email_code, totp_code
from tests.url_patterns import page_paths

pytestmark = pytest.mark.django_db
SERVER = "https://login.example.org/realm"
KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
LOGIN = "/accounts/oidc/organisation/login/"
CALLBACK = "/accounts/oidc/organisation/login/callback/"
RIGHT: dict[str, Any] = {"email": "dewi@example.org", "email_verified": True}


class ProviderResponse:
    """What the provider answers."""

    status_code = 200
    headers = {"content-type": "application/json"}

    def __init__(self, content: Any) -> None:
        self.content = content

    def json(self) -> Any:
        return self.content

    def raise_for_status(self) -> None:
        """All is well."""


class Provider:
    """An identity provider within this process, that says `claims` of whoever comes."""

    claims: dict[str, Any]
    issuer, key, has_token = SERVER, KEY, True
    max_redirects = 30

    def __enter__(self) -> "Provider":
        return self

    def __exit__(self, *_problem: object) -> None:
        pass

    def get(self, url: str, **_how: Any) -> ProviderResponse:
        if url.endswith("/.well-known/openid-configuration"):
            places = ("authorization", "token", "userinfo")
            return ProviderResponse(
                {"issuer": self.issuer, "jwks_uri": f"{SERVER}/keys"}
                | {f"{place}_endpoint": f"{SERVER}/{place}" for place in places}
            )
        # The claims are in the token, which is signed.
        assert url == f"{SERVER}/keys", url
        public = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
        return ProviderResponse({"keys": [public | {"kid": "one", "alg": "RS256"}]})

    def request(self, method: str, url: str, **_how: Any) -> ProviderResponse:
        assert (method, url) == ("POST", f"{SERVER}/token")
        now = int(time.time())
        token = {"iss": SERVER, "aud": "roundtable", "exp": now + 60, "auth_time": now - 60}
        signed = jwt.encode(
            token | self.claims, self.key, algorithm="RS256", headers={"kid": "one"}
        )
        answer = {"access_token": "any", "token_type": "Bearer"}
        return ProviderResponse(answer | ({"id_token": signed} if self.has_token else {}))

    post = None


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    place = "allauth.socialaccount.adapter.DefaultSocialAccountAdapter.get_requests_session"
    with mock.patch(place, return_value=made):
        yield made


def sign_in_at_provider(
    provider: Provider, browser: Client, how: str = "login", **claims: Any
) -> Any:
    """Goes to the provider and comes back with what it says."""
    provider.claims = {"sub": "4711"} | claims
    answer = browser.post(f"{LOGIN}?process={how}")
    where = urlsplit(answer["Location"])
    assert f"{where.scheme}://{where.netloc}{where.path}" == f"{SERVER}/authorization"
    asked = parse_qs(where.query)
    assert (asked["code_challenge_method"], asked["max_age"]) == (["S256"], ["28800"])
    return browser.get(CALLBACK, {"code": "abc", "state": asked["state"][0]})


def main_html(answer: Any) -> str:
    page = answer.content.decode()
    return str(page.split("<main")[1].split("</main>")[0])


def test_verified_address_of_an_account_signs_in(provider: Provider) -> None:
    make_user("dewi@example.org")
    browser = Client()
    assert "Sign in with Ministry login" in browser.get("/accounts/login/").content.decode()
    answer = sign_in_at_provider(provider, browser, email="Dewi@Example.org", email_verified=True)
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    assert is_in(browser)
    assert not SocialAccount.objects.exists() and User.objects.count() == 1
    identity = ProviderIdentity.objects.get()
    assert (identity.issuer, identity.subject) == (SERVER, "4711")
    assert identity.user == User.objects.get()
    [told] = QueuedEmail.objects.all()
    assert told.recipient == "dewi@example.org" and "at an identity provider" in told.text
    assert [entry.action for entry in AuditEntry.objects.all()] == ["add provider"]


def test_subject_counts_and_not_the_address(provider: Provider) -> None:
    user, other = make_user("dewi@example.org"), make_user("home@example.org")
    sign_in_at_provider(provider, Client(), **RIGHT)
    # The provider changed her address, even to one of another account.
    for email in ("dewi.new@example.org", "home@example.org"):
        browser = Client()
        sign_in_at_provider(provider, browser, **RIGHT | {"email": email})
        assert browser.session["_auth_user_id"] == str(user.pk)
    # It gave her address to a colleague.
    browser = Client()
    sign_in_at_provider(provider, browser, sub="4712", **RIGHT)
    assert not is_in(browser)
    assert QueuedEmail.objects.count() == 1 and not other.provider_identities.exists()


def test_identity_ends_with_its_address(provider: Provider) -> None:
    user = make_user("dewi@example.org")
    sign_in_at_provider(provider, Client(), **RIGHT)
    EmailAddress.objects.filter(user=user).delete()
    browser = Client()
    sign_in_at_provider(provider, browser, **RIGHT)
    assert not is_in(browser) and not ProviderIdentity.objects.exists()


def test_first_sign_in_is_finished_in_two_browsers(provider: Provider) -> None:
    user = make_user("dewi@example.org")
    add_authenticator(user)
    laptop, phone = Client(), Client()
    for browser in (laptop, phone):
        sign_in_at_provider(provider, browser, **RIGHT)
    assert not ProviderIdentity.objects.exists()  # before the second factor
    for browser in (phone, laptop):
        cache.clear()  # the code of the same half minute
        browser.post("/accounts/2fa/authenticate/", {"code": totp_code()})
        assert is_in(browser)
    assert ProviderIdentity.objects.get().user == user


def test_operator_forgets_identities_on_the_server(provider: Provider) -> None:
    make_user("dewi@example.org")
    sign_in_at_provider(provider, Client(), **RIGHT)
    printed = StringIO()
    call_command("forget_identities", stdout=printed)
    assert printed.getvalue() == "1 identity is forgotten.\n"
    sign_in_at_provider(provider, Client(), sub="new", **RIGHT)
    assert ProviderIdentity.objects.get().subject == "new"


REJECTED_CLAIMS: list[dict[str, Any]] = [
    {"email": "nobody@example.org", "email_verified": True},
    {"email": "dewi@example.org", "email_verified": False},
    {"email": "dewi@example.org", "email_verified": "true"},
    {"email": "dewi@example.org"},
    {"email": "unproved@example.org", "email_verified": True},
    {"email": "removed@example.org", "email_verified": True},
    {"email_verified": True},
    {},
]


def test_rejected_claims_get_identical_closed_page(provider: Provider) -> None:
    user = make_user("dewi@example.org")
    EmailAddress.objects.create(user=user, email="unproved@example.org")
    moved = make_user("removed@example.org")
    EmailAddress.objects.filter(user=moved).update(email="home@example.org")
    seen = set()
    for claims in REJECTED_CLAIMS:
        browser = Client()
        answer = sign_in_at_provider(provider, browser, **claims)
        assert answer.status_code == 200
        seen.add(main_html(answer))
        assert not is_in(browser), claims
    assert len(seen) == 1 and "You need an invitation" in seen.pop()
    assert User.objects.count() == 2 and not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    ("fault", "claims"),
    [
        ({"key": OTHER_KEY}, {}),
        ({"issuer": "https://evil.example/realm"}, {}),
        ({"issuer": "https://evil.example/realm"}, {"iss": "https://evil.example/realm"}),
        ({"has_token": False}, {}),
        ({}, {"iss": "https://evil.example/realm"}),
        ({}, {"aud": "another"}),
        ({}, {"exp": int(time.time()) - 60}),
        ({}, {"auth_time": int(time.time()) - 9 * 3600}),
        ({}, {"auth_time": None}),
    ],
)
def test_token_that_is_not_right_signs_no_one_in(
    provider: Provider, fault: dict[str, Any], claims: dict[str, Any]
) -> None:
    make_user("dewi@example.org")
    vars(provider).update(fault)
    browser = Client()
    answer = sign_in_at_provider(provider, browser, **RIGHT | claims)
    assert answer.status_code in (200, 401) and not is_in(browser)
    assert provider.max_redirects == 0


def test_closed_account_cannot_sign_in_through_provider(provider: Provider) -> None:
    make_user("dewi@example.org", is_active=False)
    browser = Client()
    sign_in_at_provider(provider, browser, **RIGHT)
    assert not is_in(browser)


def test_provider_account_is_never_connected(provider: Provider) -> None:
    user = make_user("dewi@example.org")
    for how in ("connect", "redirect"):
        browser = Client()
        browser.force_login(user)
        record_email_code(browser, user)
        sign_in_at_provider(provider, browser, how, **RIGHT | {"email": "other@example.org"})
        assert not SocialAccount.objects.exists()


def test_admin_still_requires_second_factor(provider: Provider) -> None:
    user = make_holder(make_event(), "dewi@example.org")
    browser = Client()
    sign_in_at_provider(provider, browser, **RIGHT)
    assert browser.get("/admin/")["Location"] == "/accounts/2fa/"
    assert browser.get("/accounts/2fa/totp/activate/")["Location"].startswith(
        "/accounts/reauthenticate/"
    )
    add_authenticator(user)
    browser = Client()
    answer = sign_in_at_provider(provider, browser, **RIGHT)
    assert answer["Location"] == "/accounts/2fa/authenticate/" and not is_in(browser)
    browser.post("/accounts/2fa/authenticate/", {"code": totp_code()})
    assert browser.get("/admin/").status_code == 200


def test_form_action_policy_allows_provider_only(client: Client) -> None:
    policy = client.get("/accounts/login/")["Content-Security-Policy"]
    assert "form-action 'self' https://login.example.org;" in f"{policy};"


def test_provider_refusal_is_reported(provider: Provider) -> None:
    browser = Client()
    page = browser.get(LOGIN).content.decode()
    assert "You sign in there, then return here signed in." in page
    answer = browser.get(CALLBACK, {"error": "access_denied"}, follow=True)
    assert "You are not signed in" in answer.content.decode()
    assert "You are not signed in" in browser.get("/accounts/not-signed-in/").content.decode()


def test_oidc_adds_three_urls_only() -> None:
    added = {name for name in page_paths() if "openid" in name or "social" in name}
    assert added == {
        "openid_connect_login",
        "openid_connect_callback",
        "socialaccount_login_cancelled",
    }
