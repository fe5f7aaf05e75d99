"""Walks through the portal by its links, takes the forms of its pages, and sends them.

A form is sent as a browser does, with all its fields and the token of its page, in each state that
the session of its sender can be in. What it changed is taken back.
"""

import functools
import json
import re
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY as PROOFS
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import Resolver404, resolve
from lxml import html

from participants.accounts.reauthentication import PROVED_KEY
from participants.accounts.second_factor import has_second_factor
from participants.accounts.sessions import RECENT, STARTED, USED
from participants.email_links.links import SESSION_KEY as OPENED_LINKS
from participants.models import User
from roundtable.encryption import SEALED
from roundtable.mail.models import QueuedEmail
from tests.sign_in import forget_limits, record_authentication, sign_in

# How long ago the person proved who they are, in seconds.
AGES = {
    "older than five minutes": 10 * 60,
    "idle at the desk": 61 * 60,
    "past eight hours": 9 * 60 * 60,
}
ONE_FACTOR = "without the second factor"
SIGNED_OUT = "signed out since"
SECOND_TAB = "signed in again in a second tab"
STATES = ["fresh", *AGES, ONE_FACTOR, SIGNED_OUT, SECOND_TAB]
SIGNS_IN = "guarded@example.org"  # the address that is entered to sign in
WRITTEN = "Just-written"
# What is written into a field that must be filled in, by its name or its type.
WRITTEN_IN = {
    "login": SIGNS_IN,
    "email": "written@example.org",
    "url": "https://example.org/",
    "number": "1",
}
FILE = ("made-up.csv", b"Title\nTrain officers\n")
FILE_NAME = re.compile(r"\.\w+$")
BUTTONS = "//button[not(@type) or @type='submit'] | //input[@type='submit' or @type='image']"
# Sent in one state: they are "Save" and then another page.
SAVE_TOO = {"_addanother", "_continue"}


@dataclass(frozen=True)
class Person:
    """Someone who begins at some pages."""

    user: User | None
    starts: list[str]
    # Of each route, people of one kind open one page together.
    kind: str
    # Where they stay: another kind walks through the rest.
    within: str = "/"
    # Of some routes they open these pages. Links of the walk must lead to them.
    first: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """A form of a page, and the button that sends it."""

    route: str
    page: str
    action: str
    fields: tuple[tuple[str, Any], ...]
    has_text: bool
    takes_files: bool
    act: str  # the button, and what a list of the desk is to do
    is_variant: bool

    @property
    def kind(self) -> tuple[str, str]:
        return self.route, self.act


@dataclass(frozen=True)
class Answer:
    """What came back, to whom, in which state."""

    form: Form
    who: str
    state: str
    status: int
    detail: str  # where it leads, or the error
    is_lost: bool

    def __str__(self) -> str:
        lost = "and the text is lost" if self.is_lost else ""
        sent = f"{self.form.route} [{self.form.act}] on {self.form.page}"
        return f"{sent}, {self.who}, {self.state}: {self.status} {lost} {self.detail}"


class Walk:
    """What one person after the other finds, and what the portal answers to it."""

    def __init__(self, *, states_each: int) -> None:
        self.states_each = states_each  # in how many each form is sent
        self.turn = 0
        self.is_second = False
        self.opened: set[tuple[str, str]] = set()  # kinds of people and routes
        self.links: set[str] = set()
        self.not_pages: set[str] = set()
        self.broken_pages: list[str] = []
        self.sent: set[tuple[str, str]] = set()
        self.answers: list[Answer] = []

    def send_all(self, person: Person) -> None:
        browser = _browser_with({})
        if person.user:
            _sign_in_freshly(browser, person.user)
        forms = list(self._find_forms(browser, person).values())
        self._send(forms, _cookies_of(browser), person)

    def _find_forms(self, browser: Client, person: Person) -> dict[tuple[str, str], Form]:
        found: dict[tuple[str, str], Form] = {}
        waiting = deque([*person.first, *person.starts])
        chosen = {*waiting}
        while waiting:
            path = waiting.popleft()
            route = route_of(path)
            is_known = not route or route in self.not_pages or (person.kind, route) in self.opened
            if path not in chosen and (is_known or not path.startswith(person.within)):
                continue
            self.opened.add((person.kind, route))
            answer = _get(browser, path)
            if answer.status_code >= 500:
                self.broken_pages.append(f"{path}, {person.kind}: {answer.exc_info}")
            if leads_to := answer.headers.get("Location"):
                waiting.appendleft(urljoin(path, leads_to))
                if path in chosen:
                    chosen.add(waiting[0])
            elif (document := document_of(answer)) is None:
                self.not_pages.add(route)
            else:
                waiting.extendleft(self._links(document, path))
                for form in forms_of(document, path):
                    found.setdefault(form.kind, form)
            chosen.discard(path)
        return found

    def _links(self, document: Any, page: str) -> list[str]:
        links = list(own_links(document, page))
        self.links |= {*links, *(link.partition("?")[0] for link in links)}
        return links

    def _send(self, forms: list[Form], cookies: dict[str, str], person: Person) -> None:
        new = [form for form in forms if form.kind not in self.sent]
        self.sent |= {form.kind for form in new}
        jars = {state: _in_state(state, cookies, person.user) for state in STATES if new}
        states = [state for state, jar in jars.items() if jar is not None]
        for form in new:
            for state in states[:1] if form.is_variant else self._some_of(states):
                self._send_one(form, jars[state] or {}, person, state)

    def _some_of(self, states: list[str]) -> list[str]:
        """If it is one state, the next; if more, the first and the next ones.

        If it is two, every second form is sent in the first alone.
        """
        first, others = (states[:1], states[1:]) if self.states_each > 1 else ([], states)
        number = min(self.states_each - len(first), len(others))
        self.is_second = not self.is_second
        if self.states_each == 2 and self.is_second:
            return first
        chosen = [others[(self.turn + place) % len(others)] for place in range(number)]
        self.turn += number
        return first + chosen

    def _send_one(self, form: Form, cookies: dict[str, str], person: Person, state: str) -> None:
        forget_limits()
        browser, writes = _browser_with(cookies), _Writes()
        with transaction.atomic():
            with connection.execute_wrapper(writes):
                answer = send(browser, form)
            problem, leads_to = answer.exc_info, answer.headers.get("Location", "")
            detail = repr(problem[1]) if problem else leads_to
            page, document = form.action, document_of(answer)
            is_kept = not form.has_text or writes.kept or _shows(answer)
            if answer.status_code == 302 and not (is_kept and self._is_opened(leads_to)):
                page, following = _follow(browser, urljoin(form.action, leads_to))
                document = document_of(following)
                is_kept = is_kept or _shows(following) or _waits_in_session(browser)
            result = Answer(form, person.kind, state, answer.status_code, detail, not is_kept)
            self.answers.append(result)
            if document is not None and answer.status_code < 400:
                self._links(document, page)
                forms = [row for row in forms_of(document, page) if row.route != form.route]
                self._send(forms, _cookies_of(browser), person)
            transaction.set_rollback(True)

    def _is_opened(self, path: str) -> bool:
        route = route_of(path)
        return any(route == opened for _kind, opened in self.opened)


@functools.cache
def route_of(path: str) -> str:
    """The name of an address, or its pattern; empty if there is none."""
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return ""
    return str(match.view_name or match.route)


def forms_of(document: Any, page: str) -> Iterator[Form]:
    """Once for each button, and for each act that a list of the desk offers."""
    buttons = [(_form_of(button, document), button) for button in document.xpath(BUTTONS)]
    for form in document.forms:
        own = [button for owner, button in buttons if owner is form]
        # Without a button, a script sends it; at the desk, it shows what no one may change.
        if _method(form) != "post" or (not own and page.startswith("/admin/")):
            continue
        fields, has_text = _filled(form)
        steps = [(name, value) for name, value in fields if name == "act"]
        for button in own or [None]:
            name, value = (button.get("name"), button.get("value")) if own else (None, None)
            pressed = [(name, value or "")] if name else []
            action = (own and button.get("formaction")) or form.get("action") or page
            action = urljoin(page, action)
            for place, act in enumerate(_acts(form)):
                words = "".join(f"{name}={value} " for name, value in [*steps, *pressed, *act[:1]])
                yield Form(
                    route_of(action),
                    page,
                    action,
                    (*fields, *pressed, *act),
                    has_text,
                    form.get("enctype") == "multipart/form-data",
                    re.sub("[0-9]+", "", words).strip(),
                    is_variant=place > 0 or name in SAVE_TOO,
                )


def _form_of(control: Any, document: Any) -> Any:
    if name := control.get("form"):
        return next(iter(document.xpath("//form[@id=$name]", name=name)), None)
    return next(control.iterancestors("form"), None)


def _acts(form: Any) -> list[list[tuple[str, str]]]:
    """For each act of a list of the desk: it, and the first row."""
    acts = form.xpath(".//select[@name='action']//option[@value!='']/@value")
    rows = form.xpath(".//input[@name='_selected_action']/@value")[:1]
    return [[("action", act), ("_selected_action", row)] for act in acts for row in rows] or [[]]


def _method(form: Any) -> str:
    return (form.method or "get").lower()


def _filled(form: Any) -> tuple[list[tuple[str, Any]], bool]:
    """What it sends, with a text where one can be written; and whether it has such a place."""
    fields: list[tuple[str, Any]] = []
    has_text = False
    chosen = set(form.xpath(".//input[@type='radio' and @checked]/@name"))
    for control in form.inputs:
        name, kind = control.get("name"), (control.get("type") or "text").lower()
        is_required = control.get("required") is not None
        if not name or control.get("disabled") is not None or name == "action":
            continue
        if control.tag == "select":
            values = list(control.value) if control.multiple else [control.value or ""]
            if is_required and not any(values):
                values = [value for value in control.value_options if value][:1]
            fields += [(name, value) for value in values]
        elif control.tag == "textarea":
            text = (control.value or "").removeprefix("\n")
            if "__prefix__" not in name:
                text, has_text = f"{text} {WRITTEN}".strip(), True
            fields.append((name, text))
        elif kind in ("checkbox", "radio"):
            is_missing = is_required and (kind == "checkbox" or name not in chosen)
            if control.get("checked") is not None or is_missing:
                chosen.add(name)
                fields.append((name, control.get("value", "on")))
        elif kind == "file":
            fields += [(name, FILE)] if is_required else []
        elif kind not in ("submit", "image", "reset", "button"):
            value = control.get("value") or ""
            if is_required and not value:
                value = _code() if name == "code" else WRITTEN_IN.get(name) or WRITTEN_IN.get(kind)
                value, has_text = value or WRITTEN, has_text or not value
            fields.append((name, value))
    return fields, has_text


def _code() -> str:
    """From the newest email, as the person reads it."""
    email = QueuedEmail.objects.order_by("pk").last()
    text = email.text if email else ""
    return next(iter(re.findall(r"(?m)^([A-Z]{4}-[A-Z]{4})$", text)), "AAAA-AAAA")


def own_links(document: Any, page: str) -> Iterator[str]:
    links = [urljoin(page, link) for link in document.xpath("//a/@href")]
    for form in document.forms:
        if _method(form) == "get":
            path = urljoin(page, form.get("action") or page).partition("?")[0]
            links.append(f"{path}?{urlencode(form.form_values())}")
    for link in links:
        parts = urlsplit(link)
        is_own = parts.scheme in ("", "https") and parts.netloc in ("", "portal.example.org")
        if is_own and not FILE_NAME.search(parts.path):
            yield parts.path + ("?" + parts.query if parts.query else "")


def send(browser: Client, form: Form) -> Any:
    if not form.takes_files:
        kind = "application/x-www-form-urlencoded"
        return browser.post(form.action, urlencode(form.fields), content_type=kind)
    data: dict[str, list[Any]] = defaultdict(list)
    for name, value in form.fields:
        data[name].append(SimpleUploadedFile(*value) if isinstance(value, tuple) else value)
    return browser.post(form.action, data)


def _browser_with(cookies: dict[str, str]) -> Client:
    browser = Client(
        enforce_csrf_checks=True,
        raise_request_exception=False,
        headers={"origin": "http://testserver"},
    )
    browser.cookies.load(cookies)
    return browser


def _cookies_of(browser: Client) -> dict[str, str]:
    return {name: cookie.value for name, cookie in browser.cookies.items() if cookie.value}


def _sign_in_freshly(browser: Client, user: User) -> None:
    """With all proofs that the portal may ask for."""
    sign_in(browser, user, second_factor=has_second_factor(user) or None)
    proofs = list(browser.session.get(PROOFS, []))
    code = {"method": "code", "email": user.email, "at": time.time(), "reauthenticated": True}
    record_authentication(browser, user, *proofs, code)


def _get(browser: Client, path: str) -> Any:
    forget_limits()
    return browser.get(path)


def _follow(browser: Client, path: str) -> tuple[str, Any]:
    answer = _get(browser, path)
    while answer.status_code == 302:
        path = urljoin(path, answer["Location"])
        answer = _get(browser, path)
    return path, answer


def document_of(answer: Any) -> Any:
    if answer.streaming:
        assert b"".join(answer) is not None  # read to its end, it closes its file
        return None
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    return html.document_fromstring(answer.content) if is_page and answer.content else None


def _in_state(state: str, cookies: dict[str, str], user: User | None) -> dict[str, str] | None:
    """The cookies of the browser by then; None if the sender cannot come into this state."""
    if state == STATES[0]:
        return cookies
    if state == ONE_FACTOR and not (user and user.is_staff):
        return None
    token = {"csrftoken": cookies.get("csrftoken", "")[::-1]} if state == SECOND_TAB else {}
    if "sessionid" not in cookies:
        return cookies | token if token else None
    if state == SIGNED_OUT:
        return cookies | {"sessionid": "no-such-session-is-stored-00000000"}
    session = SessionStore()
    session.update(SessionStore(cookies["sessionid"]).load())
    session.pop(RECENT, None)
    proofs = session.get(PROOFS, [])
    if state == ONE_FACTOR:
        session[PROOFS] = [row for row in proofs if row["method"] != "mfa"]
    if age := AGES.get(state):
        session.pop(PROVED_KEY, None)
        session[PROOFS] = [{**row, "at": row["at"] - age} for row in proofs]
        session.update({key: session[key] - age for key in (STARTED, USED) if key in session})
        session[OPENED_LINKS] = {
            number: [pk, opened - age, used - age]
            for number, (pk, opened, used) in session.get(OPENED_LINKS, {}).items()
        }
    session.save()
    return cookies | token | {"sessionid": str(session.session_key)}


class _Writes:
    """Whether what was written is stored."""

    kept = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        # What is sealed cannot be read here.
        written = repr(params)
        if sql.startswith(("INSERT", "UPDATE")) and (WRITTEN in written or SEALED in written):
            self.kept = True
        return execute(sql, params, many, context)


def _shows(answer: Any) -> bool:
    return not answer.streaming and WRITTEN.encode() in answer.content


def _waits_in_session(browser: Client) -> bool:
    """It is sent once the person has proved who they are."""
    cookie = browser.cookies.get("sessionid")
    return cookie is not None and WRITTEN in json.dumps(SessionStore(cookie.value).load())
