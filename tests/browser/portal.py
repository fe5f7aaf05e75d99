"""What the browser tests and the pictures share: data, server, Chromium, and signing in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import Client, override_settings
from django.test.testcases import QuietWSGIRequestHandler
from playwright.sync_api import Browser, BrowserContext, Playwright, expect

from participants.models import User
from tests.browser import CHROMIUM
from tests.sign_in import record_email_code, sign_in

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
HEIGHTS = {320: 640, 360: 740, 1280: 900}
# Milliseconds after which a page that hangs is given up; see tests.processes.TIMEOUT.
TIMEOUT_MS = 60_000
expect.set_options(timeout=TIMEOUT_MS)

# Reports what the strict policy refused to the console, which the tests read.
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (refused) =>
    console.error(`Refused by policy: ${refused.effectiveDirective} ${refused.blockedURI}`));
"""
RIGHT_TO_LEFT = """
new MutationObserver(() => document.documentElement?.setAttribute("dir", "rtl"))
    .observe(document, {childList: true});
"""


def load_data() -> None:
    """Fills an empty database with the roundtable of 2018 and the demonstration."""
    record = settings.BASE_DIR / "outcomes" / "fixtures" / "bali-process-2018.toml"
    call_command("load_roundtable", str(record), verbosity=0)
    with override_settings(DEBUG=True):
        call_command("demo", verbosity=0)


@contextmanager
def run_server() -> Iterator[str]:
    """Serves the portal on a free port of this machine, and gives its address."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def launch_browser(playwright: Playwright) -> Browser:
    """Starts Chromium so that it speaks to no one but the portal."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, timeout=TIMEOUT_MS)


def new_context(
    browser: Browser,
    address: str,
    *,
    who: User | None = None,
    width: int = 1280,
    scheme: str = "light",
    javascript: bool = True,
    rtl: bool = False,
) -> BrowserContext:
    """A browser of its own, with `who` signed in."""
    made: dict[str, Any] = {
        "base_url": address,
        "viewport": {"width": width, "height": HEIGHTS[width]},
        "color_scheme": scheme,
        "java_script_enabled": javascript,
        "locale": "en-GB",
        "reduced_motion": "reduce",
    }
    context = browser.new_context(**made)
    context.set_default_timeout(TIMEOUT_MS)
    context.add_init_script(REPORT_VIOLATIONS)
    if rtl:
        context.add_init_script(RIGHT_TO_LEFT)
    if who is not None:
        add_session(context, who, address)
    return context


def add_session(context: BrowserContext, who: User, address: str) -> None:
    """Adds the cookie of a new session in which this person is signed in."""
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": session_cookie(who), "url": address}])


def session_cookie(who: User) -> str:
    """The cookie of a new session in which this person is signed in."""
    client = Client()
    sign_in(client, who)
    if not who.is_staff:
        record_email_code(client, who)
    key = client.session.session_key
    UserSession.objects.create(user=who, session_key=key, ip="127.0.0.1", user_agent=AGENT)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
