"""Sends the forms of a page as a browser does: every field, the key and the CSRF token."""

from typing import Any
from urllib.parse import urljoin

from django.test import Client

from tests.form_fields import forms_of


def send_form(browser: Client, page: Any, *, containing: str, **entered: Any) -> Any:
    """Sends the first form of a fetched page with this field, and returns the page that follows.

    `entered` is what the person types, ticks or presses.
    """
    form = next(form for form in forms_of(page.content.decode()) if containing in form.fields)
    address = page.request["PATH_INFO"]
    if query := page.request["QUERY_STRING"]:
        address = f"{address}?{query}"
    browser.handler.enforce_csrf_checks = True
    try:
        return browser.post(urljoin(address, form.action), form.fields | entered, follow=True)
    finally:
        browser.handler.enforce_csrf_checks = False
