"""The map: each address, to whom it is open, and what it answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from participants.models import ContactChannel, Delegate, Introduction, RevealBudget, User
from roundtable.models import AuditEntry
from roundtable.web.kept_forms import SHOWN_AGAIN
from tests.conftest import FULL
from tests.factories import make_user
from tests.page_text import page_text
from tests.url_patterns import list_admin_paths, page_paths, url_patterns

pytestmark = pytest.mark.walk

Sign = Callable[[User | Delegate], Client]

PUBLIC = "public"
SIGNED_IN = "signed in"
ONLY_POST = "only POST"
LOGIN = "/accounts/login/"
FORMER_FOLDERS = {
    "report": "report",
    "unsubscribe": "following",
    "review": "review",
    "hide": "hide",
    "invitation": "invitations",
}
FRESH = "/accounts/reauthenticate/"


@dataclass(frozen=True)
class Row:
    """One address: its privacy class, and what a GET gives: a status, or where it leads."""

    privacy: str
    path: str
    nobody: int | str = 200
    delegate: int | str = 200
    takes_post: bool = False


def public(path: str, **answers: int | str) -> Row:
    return Row(PUBLIC, path, **answers)  # type: ignore[arg-type]


def signed_in(path: str, delegate: int | str = 200, takes_post: bool = False) -> Row:
    return Row(SIGNED_IN, path, f"{LOGIN}?next={path}", delegate, takes_post)


def entrance(path: str, nobody: int | str = 200, delegate: int | str = "/me/") -> Row:
    """What is there to come in by; whoever is in already is led on."""
    return Row(PUBLIC, path, nobody, delegate, takes_post=True)


def only_post(path: str, delegate: str) -> Row:
    """What acts; a GET, as after signing in, leads to the page with the button."""
    return Row(ONLY_POST, path, f"{LOGIN}?next={path}", delegate, takes_post=True)


def asks_again(path: str, takes_post: bool = True) -> Row:
    """Needs a fresh code by email, in case someone else uses an open window."""
    return signed_in(path, f"{FRESH}?{urlencode({'next': path})}", takes_post)


# The handle of the delegate "delegate" is written as HANDLE.
MAP = {
    "home": public("/"),
    "event-list": public("/roundtables/"),
    "event-detail": public("/roundtables/roundtable-2024/"),
    "statement-text": public("/roundtables/roundtable-2024/statement.txt"),
    "statement-version": public("/roundtables/roundtable-2024/statement-1.txt"),
    "outcome-list": public("/outcomes/"),
    "outcome-detail": public("/outcomes/roundtable-2024/1.a/"),
    "commitment-list": public("/commitments/"),
    "commitment-detail": public("/commitments/rt2024-c1/"),
    # There is no such file; permission_matrix.txt has the other answers.
    "evidence-file": public("/evidence/no-such-file/", nobody=404, delegate=404),
    "progress": public("/progress/"),
    # Only for whoever holds a grant for the roundtable.
    "event-brief": signed_in("/roundtables/roundtable-2024/brief/", 404),
    "event-brief-pdf": signed_in("/roundtables/roundtable-2024/brief.pdf", 404),
    "change-list": public("/changes/"),
    "progress-matrix": public("/progress/matrix/"),
    "organisation-list": public("/organisations/"),
    "organisation-detail": public("/organisations/open-office/"),
    "delegate-list": public("/directory/"),
    "delegate-detail": public("/directory/HANDLE/"),
    "delegate-vcard": Row(PUBLIC, "/directory/HANDLE.vcf", takes_post=True),
    "delegate-reveal": only_post("/directory/HANDLE/show/", "/directory/HANDLE/"),
    "search": public("/search/"),
    "follow": public("/follow/"),
    "feed": public("/feed.atom"),
    "calendar": public("/calendar.ics"),
    "event-feed": public("/roundtables/roundtable-2024.atom"),
    "event-calendar": public("/roundtables/roundtable-2024.ics"),
    # No point here has a theme.
    "theme-feed": public("/themes/none.atom", nobody=404, delegate=404),
    "theme-calendar": public("/themes/none.ics", nobody=404, delegate=404),
    "organisation-feed": public("/organisations/open-office.atom"),
    "organisation-calendar": public("/organisations/open-office.ics"),
    "outcome-feed": public("/outcomes/roundtable-2024/1.a.atom"),
    "outcome-calendar": public("/outcomes/roundtable-2024/1.a.ics"),
    "commitment-feed": public("/commitments/rt2024-c1.atom"),
    "commitment-calendar": public("/commitments/rt2024-c1.ics"),
    "event-file": public("/roundtables.csv"),
    "outcome-file": public("/outcomes.csv"),
    "commitment-file": public("/commitments.csv"),
    "report-file": public("/reports.csv"),
    "response-file": public("/responses.csv"),
    "organisation-file": public("/organisations.csv"),
    "event-dates": public("/roundtables.ics"),
    "commitment-dates": public("/commitments.ics"),
    # Without filters it is the feed of the whole portal.
    "commitment-changes": public("/commitments.atom", nobody="/feed.atom", delegate="/feed.atom"),
    "event-record": public("/roundtables/roundtable-2024.csv"),
    "outcome-record": public("/outcomes/roundtable-2024/1.a.csv"),
    "commitment-record": public("/commitments/rt2024-c1.csv"),
    "organisation-record": public("/organisations/open-office.csv"),
    "commitment-reports": public("/commitments/rt2024-c1/reports.csv"),
    "outcome-responses": public("/outcomes/roundtable-2024/1.a/responses.csv"),
    "event-bibtex": public("/roundtables/roundtable-2024.bib"),
    "outcome-bibtex": public("/outcomes/roundtable-2024/1.a.bib"),
    "commitment-bibtex": public("/commitments/rt2024-c1.bib"),
    "event-image": public("/roundtables/roundtable-2024.png"),
    "commitment-image": public("/commitments/rt2024-c1.png"),
    "openapi-json": public("/api/v1/openapi.json"),
    "api-root": public("/api/v1/"),
    "api-roundtables": public("/api/v1/roundtables"),
    "api-points": public("/api/v1/points"),
    "api-commitments": public("/api/v1/commitments"),
    "api-reports": public("/api/v1/reports"),
    "api-responses": public("/api/v1/responses"),
    "api-organisations": public("/api/v1/organisations"),
    "api-event": public("/api/v1/roundtables/roundtable-2024"),
    "api-outcome": public("/api/v1/points/roundtable-2024/1.a"),
    "api-commitment": public("/api/v1/commitments/rt2024-c1"),
    "api-organisation": public("/api/v1/organisations/open-office"),
    "data": public("/data/"),
    "data-package": public("/data/roundtable.zip"),
    "about": public("/about/"),
    "accessibility": public("/accessibility/"),
    "security-txt": public("/.well-known/security.txt"),
    "robots-txt": public("/robots.txt"),
    "favicon": public(
        "/favicon.ico", nobody="/static/img/favicon.ico", delegate="/static/img/favicon.ico"
    ),
    # To programs on this machine, as a test is; for others see test_monitoring.py.
    "healthz": public("/healthz"),
    "readyz": public("/readyz", nobody=503, delegate=503),
    "sitemap": public("/sitemap.xml"),
    "sitemap-section": public("/sitemap-commitments.xml"),
    "privacy": public("/privacy/"),
    "me": signed_in("/me/", takes_post=True),
    "answer-proposal": only_post("/me/entries/1/", "/me/"),
    "answer-merge": only_post("/me/entries/1/merge/", "/me/"),
    "remove-workplace": only_post("/me/workplaces/1/", "/me/"),
    "leave-roundtable": only_post("/me/roundtables/1/", "/me/"),
    "me-preview": signed_in("/me/preview/"),
    "my-rights": signed_in("/me/rights/", takes_post=True),
    "me-leave-organisation": signed_in("/me/left/", takes_post=True),
    "me-undo-account-change": signed_in("/me/account-before/", "/me/", takes_post=True),
    "my-consent": signed_in("/me/consent/", takes_post=True),
    "my-consent-withdraw": only_post("/me/consent/withdraw/", "/me/consent/"),
    "my-consent-text": signed_in("/me/consent.txt"),
    # No one here has agreed to these words.
    "my-consent-notice": signed_in("/me/consent/1/en/", 404),
    "request-introduction": signed_in("/directory/HANDLE/introduce/", takes_post=True),
    "my-audience": signed_in("/me/audience/", takes_post=True),
    "my-channel-audience": signed_in("/me/audience/0/", 404, takes_post=True),
    "my-nominations": signed_in("/me/nominations/", takes_post=True),
    "withdraw-nomination": only_post("/me/nominations/1/withdraw/", "/me/nominations/"),
    "my-introductions": signed_in("/me/introductions/"),
    "answer-introduction": only_post("/me/introductions/1/", "/me/introductions/"),
    "my-data": signed_in("/me/data/"),
    "my-data-json": asks_again("/me/data.json", takes_post=False),
    "my-data-zip": asks_again("/me/data.zip", takes_post=False),
    "me-erase": signed_in("/me/erase/", takes_post=True),
    "erased": public("/erased/"),
    "my-access-log": signed_in("/me/looks/"),
    "me-hide": signed_in("/me/hide/", takes_post=True),
    "me-show": only_post("/me/show/", "/me/"),
    "my-hiding-code": signed_in("/me/paper-code/", takes_post=True),
    "hide-by-code": Row(PUBLIC, "/hide/", takes_post=True),
    "my-review": signed_in("/me/review/", takes_post=True),
    # The key of a link is the secret: an unknown one leads to the same page for everyone.
    "open-link": public("/links/no-such-key/", nobody="/links/", delegate="/links/"),
    **{
        f"former-{name}-link": public(f"/{folder}/no-key/", nobody="/links/", delegate="/links/")
        for name, folder in FORMER_FOLDERS.items()
    },
    "link-closed": public("/links/", nobody=404, delegate=404),
    "close-links": Row(PUBLIC, "/close-links/", "/", "/", takes_post=True),
    # In a browser that did not open the link, there is nothing behind its number.
    "report-by-link": Row(PUBLIC, "/report/1/", 404, 404, takes_post=True),
    "proposal-by-link": Row(PUBLIC, "/proposals/1/", 404, 404, takes_post=True),
    "unsubscribe-by-link": Row(PUBLIC, "/following/1/", 404, 404, takes_post=True),
    "review-by-link": Row(PUBLIC, "/review/1/", 404, 404, takes_post=True),
    "hide-by-link": Row(PUBLIC, "/hide/1/", 404, 404, takes_post=True),
    "invitation": Row(PUBLIC, "/invitations/1/", 404, 404, takes_post=True),
    "request-invitation": Row(PUBLIC, "/invite-me/", takes_post=True),
    "request-invitation-done": public("/invite-me/sent/"),
    "welcome": signed_in("/welcome/", "/me/", takes_post=True),
    "welcome-sharing": signed_in("/welcome/sharing/", "/me/", takes_post=True),
    "welcome-codes": signed_in("/welcome/codes/"),
    "welcome-decline": only_post("/welcome/not-me/", "/welcome/"),
    "welcome-erase": signed_in("/welcome/erase/", "/me/", takes_post=True),
    "my-commitments": signed_in("/me/commitments/"),
    # No one here answers for a commitment yet.
    "report": signed_in("/me/commitments/0/report/", 404, takes_post=True),
    # Nor takes part for its party.
    "recorded-texts": signed_in("/me/commitments/0/recorded/", 404, takes_post=True),
    "join-request": signed_in("/me/commitments/joins/0/", 404, takes_post=True),
    "my-proposal": signed_in("/me/commitments/0/proposal/", 404, takes_post=True),
    "my-subscriptions": signed_in("/me/following/", takes_post=True),
    "my-calendar": signed_in("/me/calendar/", takes_post=True),
    "secret-calendar": public("/my-calendar/no-such-key.ics", nobody=404, delegate=404),
    "report-as-member": only_post("/me/commitments/rt2024-c1/for/agency/", "/me/commitments/"),
    "focal-point-request": only_post("/me/commitments/1/", "/me/commitments/"),
    "my-circulations": signed_in("/me/texts/"),
    # Nothing goes round here.
    "my-circulation": signed_in("/me/texts/0/", 404, takes_post=True),
    "my-responses": signed_in("/me/answers/"),
    # The delegate has no seat of an organisation that it speaks to.
    "my-response": signed_in("/me/answers/roundtable-2024/1.a/", 404, takes_post=True),
    "my-offers": signed_in("/me/offers/"),
    "my-offer": signed_in("/me/offers/0/", 404, takes_post=True),
    "new-statement-offer": signed_in("/me/offers/new/roundtable-2024/", takes_post=True),
    "new-offer": signed_in("/me/offers/new/roundtable-2024/1.a/", takes_post=True),
    # This commitment is not open.
    "join-commitment": signed_in("/me/offers/join/rt2024-c1/", 404, takes_post=True),
    "my-assessments": signed_in("/me/assessments/"),
    "my-assessment": signed_in("/me/assessments/rt2024-c1/", takes_post=True),
    "account_login": entrance("/accounts/login/"),
    "account_logout": entrance("/accounts/logout/", nobody="/", delegate=200),
    "account_inactive": public("/accounts/inactive/"),
    "account_signup": entrance("/accounts/signup/"),
    "account_request_login_code": entrance("/accounts/login/code/"),
    "account_confirm_login_code": entrance(
        "/accounts/login/code/confirm/", nobody="/accounts/login/code/"
    ),
    "account_email_verification_sent": entrance(
        "/accounts/confirm-email/", nobody=LOGIN, delegate="/accounts/email/"
    ),
    "account_email": signed_in("/accounts/email/", takes_post=True),
    "account_reauthenticate": signed_in("/accounts/reauthenticate/", takes_post=True),
    "account_verify_mailbox": signed_in("/accounts/mailbox/", takes_post=True),
    "usersessions_list": signed_in("/accounts/sessions/", takes_post=True),
    "mfa_index": signed_in("/accounts/2fa/"),
    "mfa_authenticate": entrance("/accounts/2fa/authenticate/", nobody=LOGIN),
    # Whoever has no second factor is led to a fresh code by email.
    "mfa_reauthenticate": signed_in("/accounts/2fa/reauthenticate/", FRESH, takes_post=True),
    "mfa_activate_totp": asks_again("/accounts/2fa/totp/activate/"),
    "mfa_deactivate_totp": signed_in("/accounts/2fa/totp/deactivate/", 404, takes_post=True),
    "mfa_view_recovery_codes": signed_in("/accounts/2fa/recovery-codes/", 404),
    "mfa_generate_recovery_codes": asks_again("/accounts/2fa/recovery-codes/generate/"),
    "mfa_download_recovery_codes": signed_in("/accounts/2fa/recovery-codes/download/", 404),
    "mfa_list_webauthn": signed_in("/accounts/2fa/webauthn/"),
    "mfa_add_webauthn": asks_again("/accounts/2fa/webauthn/add/"),
    "mfa_remove_webauthn": asks_again("/accounts/2fa/webauthn/keys/1/remove/"),
    "mfa_edit_webauthn": asks_again("/accounts/2fa/webauthn/keys/1/edit/"),
    "mfa_reauthenticate_webauthn": signed_in(
        "/accounts/2fa/webauthn/reauthenticate/", FRESH, takes_post=True
    ),
    "mfa_login_webauthn": entrance("/accounts/2fa/webauthn/login/", nobody=LOGIN),
}


def shown_pages(*, is_public: bool) -> list[str]:
    """Names of the pages that show something."""
    return [
        name
        for name, row in MAP.items()
        if row.path.endswith("/")
        and 200 in (row.nobody, row.delegate)
        and (row.privacy == PUBLIC) == is_public
    ]


def answers(browser: Client, handle: str) -> dict[str, int | str]:
    """What a GET of each address gives: a status, or where it leads."""
    found: dict[str, int | str] = {}
    for name, row in MAP.items():
        answer = browser.get(row.path.replace("HANDLE", handle))
        leads_on = answer.status_code == 302
        found[name] = (
            answer["Location"].replace(handle, "HANDLE") if leads_on else answer.status_code
        )
    return found


def test_map_lists_exactly_all_urls() -> None:
    assert sorted(MAP) == sorted(page_paths())


def test_map_paths_match_resolver() -> None:
    for name, pattern in page_paths().items():
        spelled = re.sub(r"<(\w+:)?\w+>", "[^/]+", pattern)
        assert re.fullmatch(f"/{spelled}", MAP[name].path), name


def test_login_requirement_matches_map() -> None:
    """The middleware asks everyone to sign in, save where a view opts out by decorator."""
    resolver = {entry.name: entry for _path, entry in url_patterns()}
    for name, row in MAP.items():
        is_open = not getattr(resolver[name].callback, "login_required", True)
        assert is_open == (row.privacy == PUBLIC), name


def test_visitor_gets_mapped_response(client: Client, handle: str) -> None:
    assert answers(client, handle) == {name: row.nobody for name, row in MAP.items()}


def test_delegate_gets_mapped_response(
    client_of: Sign, quiet_delegate: Delegate, handle: str
) -> None:
    browser = client_of(quiet_delegate)
    assert answers(browser, handle) == {name: row.delegate for name, row in MAP.items()}
    assert not AuditEntry.objects.exists() and not RevealBudget.objects.exists()


def test_read_only_page_rejects_post(
    client_of: Sign, quiet_delegate: Delegate, handle: str
) -> None:
    browser = client_of(quiet_delegate)
    methods = (browser.post, browser.put, browser.patch, browser.delete)
    for place, (name, row) in enumerate(MAP.items()):
        if row.takes_post:
            continue
        path = row.path.replace("HANDLE", handle)
        for method in methods if FULL else [methods[place % 4]]:
            # There are no recovery codes to download, whatever is asked.
            assert method(path).status_code == 405 or row.delegate == 404, name


def test_post_requires_csrf_token(quiet_delegate: Delegate, handle: str) -> None:
    assert quiet_delegate.user is not None
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(
        quiet_delegate.user, backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    for name, row in MAP.items():
        if row.takes_post:
            answer = browser.post(row.path.replace("HANDLE", handle))
            if name in SHOWN_AGAIN:
                assert answer["Location"] == row.path
                continue
            assert answer.status_code == 403, name
            sentence = "Nothing changed. Go back, reload the page, then send it again."
            assert sentence in page_text(answer), name


@pytest.mark.django_db
def test_no_password_pages_exist(client: Client, client_of: Sign) -> None:
    reset = ("", "done/", "key/done/", "key/1-abc/", "confirm/", "complete/")
    paths = ["password/change/", "password/set/", *(f"password/reset/{page}" for page in reset)]
    paths += ["signup/passkey/", "3rdparty/", "social/signup/"]
    for browser, path in product((client, client_of(make_user())), paths):
        assert browser.get(f"/accounts/{path}").status_code == 404, path
        assert browser.post(f"/accounts/{path}").status_code == 404, path


def admin_paths() -> list[str]:
    paths = [
        re.sub(r"<\w+:\w+>", "1", path)
        for path in list_admin_paths()
        # A regular expression that takes what no other address takes.
        if not path.endswith("$")
    ]
    assert len(paths) > 20
    return [f"/{path}" for path in paths]


def test_delegate_without_grant_cannot_open_admin(client_of: Sign, delegate: Delegate) -> None:
    browser = client_of(delegate)
    for place, path in enumerate([*admin_paths(), "/admin/nothing/"]):
        methods = ["GET", "POST"]
        for method in methods if FULL else [methods[place % 2]]:
            assert browser.generic(method, path).status_code == 403, path


# Numbers in addresses, each with the reason why it may be counted.
COUNTED = {
    "focal-point-request": "the parties of commitments are public",
    "my-circulation": "texts that go round, which are few",
    "my-offer": "offers, which come and go",
    "my-consent-notice": "versions of the notice",
    "join-request": "offers, which come and go",
    "my-proposal": "the parties of commitments are public",
    "recorded-texts": "the parties of commitments are public",
    "report": "the parties of commitments are public",
    "withdraw-nomination": "requests to be invited, which come and go",
}


def test_urls_contain_no_ids_of_people_introductions_or_channels() -> None:
    found = {
        entry.name
        for path, entry in url_patterns()
        if "<bounded_int:" in path and path.startswith("me/")
    }
    assert found == set(COUNTED)


@pytest.mark.django_db
def test_own_pages_contain_no_numeric_ids(
    delegate: Delegate, quiet_delegate: Delegate, client_of: Sign
) -> None:
    """A number would tell how many introductions or channels there are in all."""
    high = 987_654_321
    Introduction.objects.bulk_create(
        [
            Introduction(
                pk=high,
                first=quiet_delegate,
                second=delegate,
                proposed_by=quiet_delegate.user,
                proposed_at=timezone.now(),
            )
        ]
    )
    delegate.channels.all().delete()
    ContactChannel.objects.bulk_create(
        [ContactChannel(pk=high, delegate=delegate, kind="email", value="dewi@example.org")]
    )
    browser = client_of(delegate)
    for path, name in (("/me/", "audience"), ("/me/introductions/", "introductions")):
        page = browser.get(path).content.decode()
        links = re.findall(r'(?:href|action)="([^"]*)"', page)
        (link,) = {link for link in links if re.fullmatch(rf"/me/{name}/[^/]+/", link)}
        assert browser.get(link).status_code in (200, 302)
        assert not [link for link in links if str(high) in link]
        assert browser.post(f"/me/{name}/{high}/", {"answer": "end"}).status_code == 404
