"""Signs a person in with a browser: python -m tests.operate.visit MAILBOX ADDRESS EMAIL [SECRET].

Prints the secret of the authenticator app, which it sets up without SECRET, and the heading of the
first page of the desk.
"""

import base64
import email
import email.policy
import hmac
import re
import struct
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser import CHROMIUM


def letters(mailbox: Path, address: str) -> list[str]:
    """The texts of the emails to this address, oldest first."""
    found = []
    for path in sorted(mailbox.iterdir()):
        letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = letter.get_body(("plain",))
        if letter["To"] == address and body:
            found.append(body.get_content())
    return found


def newest_code(mailbox: Path, address: str, before: int) -> str:
    while len(found := letters(mailbox, address)) == before:
        time.sleep(0.2)
    code = re.search(r"(?m)^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", found[-1])
    assert code, found[-1]
    return code[1]


def app_code(secret: str) -> str:
    """What an authenticator app shows, in a half minute of its own: no code works twice."""
    time.sleep(30 - time.time() % 30)
    step = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret), step, "sha1")
    number = struct.unpack_from(">I", digest, digest[-1] & 15)[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def sign_in(page: Page, mailbox: Path, address: str, secret: str) -> str:
    """Returns the secret."""
    before = len(letters(mailbox, address))
    page.goto("/accounts/login/?next=/admin/")
    page.get_by_label("Email").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(newest_code(mailbox, address, before))
    page.get_by_role("button", name="Continue").click()
    if secret:
        page.get_by_label("Code").fill(app_code(secret))
        page.locator("main").get_by_role("button", name="Sign in").click()
        return secret
    page.goto("/accounts/2fa/totp/activate/")
    secret = page.get_by_label("Secret").input_value()
    page.get_by_label("Authenticator code").fill(app_code(secret))
    page.get_by_role("button", name="Add the app").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    return secret


def main(mailbox: Path, url: str, address: str, secret: str = "") -> None:
    host = url.removeprefix("https://")
    arguments = ["--no-sandbox", f"--host-resolver-rules=MAP {host} 127.0.0.1"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        # The certificate is checked by curl.
        page = browser.new_context(base_url=url, ignore_https_errors=True).new_page()
        print(sign_in(page, mailbox, address, secret))
        page.goto("/admin/")
        print(page.get_by_role("heading", level=1).inner_text())
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
