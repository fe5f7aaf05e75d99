"""Forms as a browser would send them."""

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.test import Client
from lxml import html

TYPED = {"text", "email", "url", "search", "tel", "number"}


class _FormParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self.select: str | None = None
        self.options: list[tuple[str, bool]] = []
        self.textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            given = {f" {name}": [attributes.get(name, "")] for name in ("action", "method")}
            self.forms.append({**given, " typed": []})
        elif not self.forms:
            return
        elif tag == "option" and self.select is not None:
            self.options.append((attributes.get("value", ""), "selected" in attributes))
        elif tag == "button" and " button" not in self.forms[-1]:
            self.forms[-1][" button"] = [attributes.get("name", ""), attributes.get("value", "")]
        elif name := attributes.get("name"):
            if tag == "select":
                self.select, self.options = name, []
            elif tag == "textarea":
                self.textarea = name
                self.forms[-1][name] = [""]
                self.forms[-1][" typed"].append(name)
            elif tag == "input" and self.is_submitted(attributes):
                default = "on" if attributes.get("type") in ("checkbox", "radio") else ""
                self.forms[-1].setdefault(name, []).append(attributes.get("value", default))
                if attributes.get("type", "text") in TYPED:
                    self.forms[-1][" typed"].append(name)

    def is_submitted(self, given: dict[str, str]) -> bool:
        kind = given.get("type", "text")
        if kind in ("checkbox", "radio"):
            return "checked" in given
        return kind not in ("submit", "file")

    def handle_data(self, data: str) -> None:
        if self.textarea:
            # The first line break after the tag is not part of the text.
            self.forms[-1][self.textarea][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.textarea:
            text = self.forms[-1][self.textarea]
            text[0] = text[0].removeprefix("\n").removeprefix("\r\n")
            self.textarea = None
        elif tag == "select" and self.select is not None:
            chosen = [value for value, selected in self.options if selected]
            self.forms[-1][self.select] = chosen or [value for value, _ in self.options[:1]]
            self.select = None


def form_fields(page: str, action: str = "", *, containing: str = "once") -> dict[str, list[str]]:
    """What the first form of a page with this action and this field would send untouched."""
    parser = _FormParser()
    parser.feed(page)
    found = next(
        form for form in parser.forms if form[" action"] == [action] and containing in form
    )
    return {name: values for name, values in found.items() if not name.startswith(" ")}


@dataclass
class Form:
    """One form of a page: what it would send untouched, and in which fields people type."""

    action: str
    method: str
    fields: dict[str, list[str]]
    typed: set[str]
    button: list[str]  # the first one, which Enter presses: its name and value


def forms_of(page: str) -> list[Form]:
    parser = _FormParser()
    parser.feed(page)
    return [
        Form(
            form[" action"][0],
            form[" method"][0].lower() or "get",
            {name: values for name, values in form.items() if not name.startswith(" ")},
            set(form[" typed"]),
            form.get(" button", ["", ""]),
        )
        for form in parser.forms
    ]


def press(browser: Client, page: Any, action: str, button: str = "", **typed: object) -> Any:
    """Sends the page's own form with all its fields, and follows where the answer leads.

    `page` is an address or an answer. `button` is the beginning of the words on it.
    """
    answer = browser.get(page) if isinstance(page, str) else page
    shown = html.fromstring(answer.content.decode())
    for form in shown.forms:
        for pressed in form.xpath(".//button"):
            words = " ".join(pressed.text_content().split())
            if (form.action or answer.request["PATH_INFO"]) == action and words.startswith(button):
                fields: dict[str, list[str]] = {}
                for name, value in form.form_values():
                    sent = value.replace("\r", "").replace("\n", "\r\n")
                    fields.setdefault(name, []).append(sent)
                if name := pressed.get("name"):
                    fields[name] = [pressed.get("value", "")]
                headers = {"origin": "http://testserver"}
                return browser.post(action, fields | typed, follow=True, headers=headers)
    raise AssertionError(f"no form for {action} with the button {button!r}")


def send_form(browser: Client, page: Any, *, containing: str, **entered: Any) -> Any:
    """As press(), but finds the form by one of its fields.

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
