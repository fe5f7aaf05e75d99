"""The rows that tests/faults.py starts with and looks for."""

import sys

from django.test import Client

from outcomes.models import Offer
from tests.factories import (
    make_delegate,
    make_event,
    make_organisation,
    make_participation,
    make_statement,
)
from tests.mail_queue import queue_code
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
        queue_code(f"fault {each}", f"to-{each}@example.org")


def show() -> None:
    """The text of each offer, one a line."""
    for text in Offer.objects.values_list("text", flat=True):
        sys.stdout.write(f"{text}\n")
