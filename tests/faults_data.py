"""The rows that tests/faults.py starts with and looks for."""

import sys

from django.test import Client
from django.utils import timezone

from outcomes.models import Offer
from roundtable.mail.queue import enqueue
from tests.factories import (
    make_delegate,
    make_event,
    make_organisation,
    make_participation,
    make_statement,
)
from tests.sign_in import sign_in


def fill(clients: int) -> None:
    """Writes the session of each client, one a line."""
    event = make_event(code="MEET", slug="meet", title="Meeting")
    make_statement(event)
    for number in range(clients):
        person = make_delegate()
        organisation = make_organisation(name=f"Harbour Union {number}")
        make_participation(person, event, organisation=organisation)
        client = Client()
        assert person.user
        sign_in(client, person.user, second_factor=False)
        sys.stdout.write(f"{client.session.session_key}\n")


def queue(first: int, number: int) -> None:
    for each in range(first, first + number):
        enqueue(
            dedup_key=f"fault {each}",
            to=f"to-{each}@example.org",
            template="account/email/login_code",
            context={"code": "ABC-DEF"},
            at=timezone.now(),
        )


def show() -> None:
    """The text of each offer, one a line."""
    for text in Offer.objects.values_list("text", flat=True):
        sys.stdout.write(f"{text}\n")
