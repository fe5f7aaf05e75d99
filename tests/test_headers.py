"""What every answer says beside its text: who may embed it, run code in it, and keep it."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from participants.models import Delegate, User
from roundtable.models import Event
from tests.conftest import FULL_WALKS
from tests.page_text import page_html
from tests.test_urls import MAP, shown_pages

pytestmark = pytest.mark.walk

Sign = Callable[[User | Delegate], Client]

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
PUBLIC_ROWS = [MAP[name] for name in shown_pages(is_public=True)]
# Every page without a form to send that anyone can open; HANDLE is the delegate's.
SHARED = [
    *(row.path for row in PUBLIC_ROWS if not row.takes_post),
    "/directory/HANDLE.vcf",
    "/commitments/?status=in-progress&sort=due",
    "/search/?q=officers",
]
# Each kind of answer that is no such page: forms, mistakes, redirects, refusals.
OTHERS = [
    *(row.path for row in PUBLIC_ROWS if row.takes_post),
    "/commitments/?status=nonsense",
    "/commitments/RT2024-C1/",
    "/nothing/",
    "/directory/abcdefghjk/",
    "/directory/HANDLE/show/",
    "/me/",
    "/admin/",
]
OWN = [
    "/me/",
    "/me/preview/",
    "/me/commitments/",
    "/accounts/email/",
    "/accounts/sessions/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/logout/",
    "/admin/",
]


@pytest.fixture
def paths(handle: str) -> Callable[[list[str]], list[str]]:
    return lambda listed: [path.replace("HANDLE", handle) for path in listed]


Paths = Callable[[list[str]], list[str]]


def assert_strict(answer: Any, path: str) -> None:
    directives = dict(
        directive.strip().split(" ", 1)
        for directive in answer["Content-Security-Policy"].split(";")
        if directive.strip()
    )
    assert directives == POLICY, path
    assert "Content-Security-Policy-Report-Only" not in answer, path
    assert {name: answer.get(name) for name in HEADERS} == HEADERS, path


def assert_no_one_keeps(answer: Any, path: str) -> None:
    assert_strict(answer, path)
    assert answer["Cache-Control"] == "private, no-store", path


def assert_nothing_inline(answer: Any, path: str) -> None:
    """The policy would stop it, and the page would be broken."""
    page = page_html(answer).lower()
    assert "<style" not in page, path
    assert " style=" not in page, path
    assert " onclick=" not in page and " onload=" not in page, path
    for script in page.split("<script")[1:]:
        opening, body = script.split(">", 1)
        is_data = "application/json" in opening or "application/ld+json" in opening
        assert is_data or (" src=" in opening and body.startswith("</script>")), path


def test_forms_and_mistakes_have_security_headers_for_visitor(paths: Paths) -> None:
    for path in paths(OTHERS + OWN):
        answer = Client().get(path)
        assert_strict(answer, path)
        assert_nothing_inline(answer, path)
        assert_no_one_keeps(Client().post(path), path)


def test_every_page_has_security_headers_for_visitor(paths: Paths) -> None:
    """And each visitor gets the same answer, which anyone may keep."""
    other = {
        "user-agent": "Another/2.0",
        "accept-language": "id,th;q=0.8",
        "x-forwarded-for": "203.0.113.7",
        "referer": "https://example.org/",
    }
    for path in paths(SHARED):
        first, second = Client().get(path), Client(headers=other).get(path)
        assert_strict(first, path)
        assert_nothing_inline(first, path)
        assert first.status_code == 200, path
        assert first["Cache-Control"] == "public, no-cache", path
        assert not first.cookies and "Set-Cookie" not in first.headers, path
        assert "Cookie" in first["Vary"], path
        assert (first.content, first.headers) == (second.content, second.headers), path
        assert_no_one_keeps(Client().post(path), path)
    for path in paths(SHARED[:: 1 if FULL_WALKS else 3]):
        assert_no_one_keeps(Client(headers={"cookie": "sessionid=gone-long-ago"}).get(path), path)
        assert_compressed_alike(path)


def assert_compressed_alike(path: str) -> None:
    packed = Client(headers={"accept-encoding": "gzip"}).get(path)
    plain = Client().get(path).content
    if packed.get("Content-Encoding") == "gzip":
        assert gzip.decompress(packed.content) == plain, path
        assert "Accept-Encoding" in packed["Vary"], path
    else:
        assert packed.content == plain, path
        assert len(plain) < 200 or path.endswith(".vcf"), path


@pytest.mark.parametrize("who", ["delegate", "cochair"])
def test_who_is_signed_in_is_kept_safe_on_every_kind_of_page(
    client_of: Sign, paths: Paths, delegate: Delegate, cochair: User, who: str
) -> None:
    """Besides the headers: nothing is inline, and no answer to a session is kept.

    Unless at full size, a delegate reads every second page of all, and a co-chair the others.
    """
    browser = client_of(delegate if who == "delegate" else cochair)
    turn = slice(None) if FULL_WALKS else slice(who == "cochair", None, 2)
    for path in paths((SHARED + OTHERS)[turn] + OWN):
        answer = browser.get(path)
        assert_nothing_inline(answer, path)
        assert_no_one_keeps(answer, path)
        assert "Cookie" in answer["Vary"], path
        if path != "/accounts/logout/":
            assert_no_one_keeps(browser.post(path), path)


def test_error_page_has_security_headers(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_fields: object) -> None:
        raise RuntimeError("a fault of the portal's own")

    monkeypatch.setattr("outcomes.site.views.count_by_status", fail)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    assert_strict(answer, "/")
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status", "more"),
    [
        ("/static/img/favicon.svg", 200, {"secure": True}),
        ("/commitments/?sort=due", 301, {}),
        ("/outcomes/", 400, {"HTTP_HOST": "evil.example", "secure": True}),
        ("/outcomes/", 400, {"HTTP_HOST": "evil.example"}),
    ],
)
def test_what_is_no_page_has_a_policy_too(
    client: Client, settings: Settings, path: str, status: int, more: dict[str, Any]
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get(path, **more)
    answer.close()
    assert answer.status_code == status
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    if status == 301:
        assert answer["Location"] == f"https://testserver{path}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "megabytes"),
    [
        ("/invite-me/", 4),
        ("/accounts/login/", 60),
        ("/nothing/", 4),
        ("/me/commitments/1/report/", 101),
        ("/admin/roundtable/event/workbook/in/", 101),
    ],
)
def test_large_request_is_refused_before_it_is_read(
    client: Client, path: str, megabytes: int
) -> None:
    class Unread:
        def read(self, *_size: int) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    sent: dict[str, Any] = {
        "CONTENT_LENGTH": str(megabytes * 1024 * 1024),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "wsgi.input": Unread(),
    }
    answer = client.generic("POST", path, **sent)
    assert answer.status_code == 413
    assert "Your request is too large" in page_html(answer)
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/me/commitments/1/report/", 302),  # to sign in
        ("/admin/roundtable/event/workbook/in/", 302),
        ("/report/1/", 404),
    ],
)
def test_form_for_a_file_takes_one(client: Client, path: str, status: int) -> None:
    file = SimpleUploadedFile("book.xlsx", b"0" * 4 * 1024 * 1024)
    assert client.post(path, {"file": file}).status_code == status


NEVER_CACHE = "max-age=0, no-cache, no-store, must-revalidate, private"


def test_error_pages_set_no_cookie(client: Client, handle: str) -> None:
    for path, status, kept in (
        ("/commitments/?status=nonsense", 400, "no-store"),
        ("/search/?nonsense=1", 400, "no-store"),
        ("/commitments/RT2024-C1/", 301, "no-store"),
        ("/nothing/", 404, "no-store"),
        ("/directory/abcdefghjk/", 404, "no-store"),
        (f"/directory/{handle}/show/", 302, "no-store"),
        ("/me/", 302, "no-store"),
        ("/admin/", 302, "no-store"),
        ("/accounts/signup/", 200, NEVER_CACHE),
        ("/accounts/inactive/", 200, "public, no-cache"),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer["Cache-Control"]) == (status, kept), path
        assert not answer.cookies


def test_sign_in_page_is_not_cacheable(client: Client, paths: Paths) -> None:
    for path in ("/accounts/login/", "/accounts/login/code/", "/accounts/login/?next=/me/"):
        for browser in (client, Client()):
            answer = browser.get(path)
            assert answer["Cache-Control"] == "private, no-store", path
            assert list(answer.cookies) == ["csrftoken"]


def test_cookies_are_httponly_samesite_and_secure(client: Client, delegate: Delegate) -> None:
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "delegate@example.org"})
    assert sorted(client.cookies) == ["csrftoken", "messages", "sessionid"]
    for cookie in client.cookies.values():
        assert cookie["httponly"] is True
        assert cookie["secure"] is True
        assert cookie["samesite"] == "Lax"
