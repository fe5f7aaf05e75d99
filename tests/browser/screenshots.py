"""Takes pictures of every page, in shots/: `python tests/browser/screenshots.py`, or `make shots`.

It fills a database of its own in a temporary folder, and ends all that it started.
"""

import logging
import os
import shutil
import signal
import sys
import tempfile
from io import StringIO
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent.parent
SHOTS = ROOT / "shots"
LIMIT = 15 * 60  # seconds

sys.path[0] = str(ROOT)
folder = tempfile.TemporaryDirectory(prefix="roundtable-shots-")
os.environ.update(
    DEBUG="true",
    DATA_DIR=folder.name,
    DJANGO_SETTINGS_MODULE="roundtable.settings",
    # Playwright's loop runs in the thread that also asks the database.
    DJANGO_ALLOW_ASYNC_UNSAFE="true",
)
os.environ.pop("DATABASE_URL", None)

import django  # noqa: E402

django.setup()

from django.contrib import admin  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import override_settings  # noqa: E402
from django.urls import NoReverseMatch, reverse  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402
from playwright.sync_api import Page as Window  # noqa: E402

from participants.models import User  # noqa: E402
from tests.browser import portal  # noqa: E402
from tests.browser.pages import (  # noqa: E402
    COCHAIR_PAGES,
    INVITED_PAGES,
    PUBLIC_PAGES,
    SIGN_IN_PAGES,
    SIGNED_IN_PAGES,
    Page,
)
from tests.mail_queue import run_queue  # noqa: E402

WIDTHS = (360, 1280)
SCHEMES = ("light", "dark")
RIGHT_TO_LEFT_PAGES = {
    "roundtable-2018",
    "roundtable-demonstration",
    "commitments",
    "commitment",
    "me",
    "my-audience",
    "my-introductions",
    "my-access-log",
}
PRINTED_PAGES = {"roundtable-2018", "roundtable-demonstration", "outcome-point", "commitment"}
# Looks alike for everyone.
SAME_FOR_EVERYONE = {"about", "accessibility", "privacy", "not-found", "commitments-mistake"}


def admin_pages() -> list[Page]:
    """The pages of the co-chairs' desk: the list, an empty form and a full one of each model."""
    found = [Page("desk", "/admin/")]
    for model in admin.site._registry:
        options = model._meta
        name = f"admin:{options.app_label}_{options.model_name}"
        found.append(Page(f"desk-{options.model_name}-list", reverse(f"{name}_changelist")))
        found.append(Page(f"desk-{options.model_name}-add", reverse(f"{name}_add")))
        row = model._default_manager.order_by("-pk").first()
        if row is not None:
            for verb in ("change", "history", "delete"):
                address = reverse(f"{name}_{verb}", args=[row.pk])
                found.append(Page(f"desk-{options.model_name}-{verb}", address))
        for verb in ("import", "export"):
            try:
                found.append(Page(f"desk-{options.model_name}-{verb}", reverse(f"{name}_{verb}")))
            except NoReverseMatch:
                continue
    return found


def take_screenshot(window: Window, name: str) -> None:
    """Takes the whole page in both colour schemes."""
    for scheme in SCHEMES:
        window.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        window.screenshot(path=SHOTS / f"{name}-{scheme}.png", full_page=True)


def take_page_screenshots(
    browser: Browser, address: str, role: str, who: User | None, pages: list[Page]
) -> None:
    """Takes each of these pages in each width; a page that is refused to this role is left out."""
    for width in WIDTHS:
        context = portal.new_context(browser, address, who=who, width=width)
        window = context.new_page()
        for page in pages:
            answer = window.goto(page.path)
            if answer and answer.status in (200, page.status):
                take_screenshot(window, f"{role}/{page.name}-{width}")
        context.close()


def take_rtl_and_print_screenshots(browser: Browser, address: str, who: User) -> None:
    """Takes some pages from right to left, and as they are printed."""
    every = PUBLIC_PAGES + SIGNED_IN_PAGES
    for width in WIDTHS:
        context = portal.new_context(browser, address, who=who, width=width, rtl=True)
        window = context.new_page()
        for page in (page for page in every if page.name in RIGHT_TO_LEFT_PAGES):
            window.goto(page.path)
            take_screenshot(window, f"right-to-left/{page.name}-{width}")
        context.close()
    context = portal.new_context(browser, address)
    window = context.new_page()
    window.set_viewport_size({"width": 720, "height": 1020})  # about a sheet of A4
    window.emulate_media(media="print")
    for page in (page for page in every if page.name in PRINTED_PAGES):
        window.goto(page.path)
        window.screenshot(path=SHOTS / f"printed/{page.name}.png", full_page=True)
    context.close()


def take_workflow_screenshots(browser: Browser, address: str, who: User) -> None:
    """Takes pages that come after a press: the code, a profile that was opened, a mistake."""
    inside = next(page for page in SIGNED_IN_PAGES if page.name == "person-inside")
    for width in WIDTHS:
        context = portal.new_context(browser, address, width=width)
        window = context.new_page()
        window.goto("/accounts/login/")
        window.get_by_label("Email").fill(who.email)
        window.get_by_role("button", name="Send me a code").click()
        take_screenshot(window, f"on-the-way/code-{width}")
        run_queue()
        window.goto("/outbox/")
        take_screenshot(window, f"on-the-way/outbox-{width}")
        context.close()

        context = portal.new_context(browser, address, width=width, who=who)
        window = context.new_page()
        window.goto(inside.path)
        window.get_by_role("button", name="Show what is shared with me").click()
        take_screenshot(window, f"on-the-way/person-opened-{width}")
        with override_settings(REVEALS_PER_DAY=1):
            window.goto(inside.path)
            window.get_by_role("button", name="Show what is shared with me").click()
            take_screenshot(window, f"on-the-way/enough-for-today-{width}")
        window.goto("/me/")
        window.get_by_text("Add a contact detail").click()
        new = window.get_by_role("group", name="Add another contact detail").first
        new.get_by_label("Address or number").fill("nobody")
        window.get_by_role("button", name="Save profile").last.click()
        take_screenshot(window, f"on-the-way/me-mistake-{width}")
        context.close()


def main() -> None:
    """Fills the database, serves it, and takes all pictures."""
    logging.disable(logging.WARNING)  # pages that are refused are no news here
    shutil.rmtree(SHOTS, ignore_errors=True)  # no picture of a page that is no more
    call_command("migrate", verbosity=0)
    call_command("check", stdout=StringIO())  # reads the addresses while the outbox is among them
    portal.load_data()
    call_command("create_operator", "operator@example.org", verbosity=0)
    delegate = User.objects.get(email="delegate@example.org")
    cochair = User.objects.get(email="cochair@example.org")
    invited = User.objects.get(email="bounmy@example.org")
    operator = User.objects.get(email="operator@example.org")
    # Pages of errors are the portal's own only where DEBUG is off.
    plain = override_settings(DEBUG=False, WHITENOISE_AUTOREFRESH=True, WHITENOISE_USE_FINDERS=True)
    with plain, portal.run_server() as address, sync_playwright() as playwright:
        browser = portal.launch_browser(playwright)
        differing = [page for page in PUBLIC_PAGES if page.name not in SAME_FOR_EVERYONE]
        take_page_screenshots(browser, address, "visitor", None, PUBLIC_PAGES + SIGN_IN_PAGES)
        take_page_screenshots(browser, address, "delegate", delegate, differing + SIGNED_IN_PAGES)
        take_page_screenshots(browser, address, "cochair", cochair, COCHAIR_PAGES + admin_pages())
        take_page_screenshots(browser, address, "operator", operator, admin_pages())
        take_page_screenshots(browser, address, "invited", invited, INVITED_PAGES)
        take_rtl_and_print_screenshots(browser, address, delegate)
        take_workflow_screenshots(browser, address, delegate)
        browser.close()
    print(f"{len(list(SHOTS.rglob('*.png')))} pictures are in {SHOTS.name}/")


def stop_at_time_limit(signum: int, frame: FrameType | None) -> None:
    """Ends the run, and with it all that it started."""
    sys.exit(f"Gave up after {LIMIT // 60} minutes.")


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, stop_at_time_limit)
    signal.alarm(LIMIT)
    with folder:
        main()
