"""Signing in: known and unknown addresses get equal answers for equal work."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from participants.models import Delegate
from roundtable.mail.models import QueuedEmail
from tests.factories import make_user
from tests.mail_queue import deliver_mail
from tests.sign_in import forget_limits

pytestmark = pytest.mark.django_db

LOGIN, CODE, ANOTHER = (
    "/accounts/login/",
    "/accounts/login/code/confirm/",
    "/accounts/login/code/",
)
# What differs by chance: savepoints, keys, and every value, or that there is none.
VALUE = re.compile(r"\bNULL\b|'(?:[^']|'')*'|\b\d[\d.]*\b|\"s\d+_x\d+\"|_django_curs_\w+|%s")
NEW_EACH_TIME = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
ADDRESSES = {
    "nobody@example.org": False,
    "delegate@example.org": True,
    "Delegate@Example.ORG": True,
    "plain@example.org": True,
    "second@example.org": True,
    "unproved@example.org": True,
    "gone@example.org": False,
}


@pytest.fixture(autouse=True)
def people(delegate: Delegate) -> None:
    """A delegate with two addresses, one that was never confirmed, and closed accounts."""
    make_user("plain@example.org")
    make_user("gone@example.org", is_active=False)
    for email, verified in (("second@example.org", True), ("unproved@example.org", False)):
        EmailAddress.objects.create(user=delegate.user, email=email, verified=verified)


def shape(step: Callable[[], Any], email: str) -> tuple[Any, Counter[str]]:
    """An answer, and how often it asked the database which question, whatever the values."""
    with CaptureQueriesContext(connection) as asked:
        answer = step()
    body = NEW_EACH_TIME.sub("", answer.content.decode())
    seen = (
        answer.status_code,
        answer.get("Location"),
        sorted(answer.cookies),
        body.replace(email.lower(), "ADDRESS"),
    )
    return seen, Counter(VALUE.sub("?", query["sql"]) for query in asked.captured_queries)


def steps(browser: Client, email: str, page: str) -> list[Callable[[], Any]]:
    """A whole try, from the address to a second code."""
    field = "login" if page == LOGIN else "email"
    return [
        lambda: browser.post(page, {field: email}),
        lambda: browser.get(CODE),
        lambda: browser.post(CODE, {"code": "AAAA-AAAA"}),
        lambda: browser.post(CODE, {"action": "resend"}),
        lambda: browser.get(CODE),
        lambda: browser.post(CODE, {"code": "AAAA-AAAA"}),
        lambda: browser.post(CODE, {"code": "AAAA-AAAA"}),
    ]


@pytest.mark.parametrize("page", [LOGIN, ANOTHER])
def test_known_and_unknown_addresses_cause_equal_work(page: str) -> None:
    seen: dict[str, list[Any]] = {}
    for email in ADDRESSES:
        forget_limits()
        browser = Client()
        browser.get(page)
        seen[email] = [shape(step, email) for step in steps(browser, email, page)]
    unknown = seen["nobody@example.org"]
    assert sum(unknown[0][1].values()) > 10, "the questions were counted"
    for email, known in seen.items():
        assert [answer for answer, _asked in known] == [answer for answer, _asked in unknown], email
        for mine, others in zip(known, unknown, strict=True):
            assert mine[1] == others[1], email


@pytest.mark.parametrize(("email", "is_known"), ADDRESSES.items())
def test_each_attempt_queues_one_email_and_sends_none(email: str, is_known: bool) -> None:
    browser = Client()
    for number in (1, 2):
        if number == 1:
            browser.post(LOGIN, {"login": email})
        else:
            browser.post(CODE, {"action": "resend"})
        assert QueuedEmail.objects.count() == number
        assert DBTaskResult.objects.count() == number
        queued = QueuedEmail.objects.latest("pk")
        assert (queued.subject, bool(queued.recipient)) == ("Your sign-in code", is_known)
        assert re.search(r"(?m)^[A-Z0-9]{4}-[A-Z0-9]{4}$", queued.text)
        assert email.lower() not in queued.text
        assert mail.outbox == []
    assert [message.to for message in deliver_mail()] == [[email.lower()]] * 2 * is_known
