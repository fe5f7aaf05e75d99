"""Creates the demonstration, unless it exists.

demonstration.toml is a roundtable file. Two more files have what such a file cannot carry:
demonstration-people.toml (accounts, what people share, who reports on what, introductions) and
demonstration-texts.toml (evidence, reports that are not public yet, responses, assessments …).
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max
from django_tasks_db.models import DBTaskResult

from outcomes.demo.people import (
    add_introductions,
    add_invitations,
    add_people,
    add_staff,
    noon,
    set_handles,
)
from outcomes.demo.texts import (
    add_assessments,
    add_drafts,
    add_evidence,
    add_milestones,
    add_related_texts,
    add_responses,
    add_rounds,
    review_reports,
)
from outcomes.imports.records.loader import load_content
from outcomes.models import CommitmentParty
from participants.models import Organisation, Participation
from roundtable.history.versions import add_versions
from roundtable.mail.models import QueuedEmail
from roundtable.models import Event

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
SLUG = "demonstration"
FIRST_DAY = date(2023, 9, 1)  # earlier, there would be no progress to show
LOADED_ON = date(2023, 3, 20)
# The last day of the files. The days of these tables are moved, so that the latest reports are new
# whenever someone loads the demonstration.
WRITTEN_ON = date(2026, 3, 1)
MOVED_DAYS = {
    "updates": ["reported_on"],
    "evidence": ["reported_on", "dated_on"],
    "assessments": ["assessed_on"],
}


def demo_exists() -> bool:
    return Participation.objects.filter(event__slug=SLUG, event__is_demonstration=True).exists()


@transaction.atomic
def create_demo(on: date) -> Event:
    """Creates the demonstration with progress until that day.

    Raises FileRejectedError or ValidationError if real data is in the way.
    """
    roundtable, people, texts = (
        read_file(f"demonstration{part}.toml", on) for part in ("", "-people", "-texts")
    )
    last_email = QueuedEmail.objects.aggregate(Max("pk", default=0))["pk__max"]
    reports = roundtable.pop("updates")
    load_content(roundtable, at=noon(LOADED_ON))
    event = Event.objects.get(slug=SLUG)
    event.commitments.update(recorded_at=noon(LOADED_ON))
    CommitmentParty.objects.filter(commitment__event=event).update(recorded_at=noon(LOADED_ON))
    # Else all of them are new at the desk, and nothing about them starts ticked.
    names: Any = Organisation.history
    made_up = Organisation.objects.filter(is_demonstration=True)
    names.filter(id__in=made_up.values("pk")).update(history_date=noon(LOADED_ON))

    cochairs = add_staff(people["staff"], event)
    set_handles(event)
    add_people(people, event, cochairs=cochairs, on=on)
    add_invitations(people, event, by=cochairs[0], on=on)
    add_introductions(people, by=cochairs[0], on=on)

    # The import asks whether a delegate without a handle is someone who is already there.
    del roundtable["delegates"]
    load_content(roundtable | {"updates": reports}, at=noon(on))
    review_reports(texts["unapproved_reports"], event, by=cochairs, on=on)
    add_drafts(texts["drafts"], event, on=on)
    add_evidence(texts["evidence"], event)
    add_responses(texts["responses"], event, by=cochairs, on=on)
    add_assessments(texts["assessments"], event, by=cochairs)
    add_milestones(texts["milestones"], event, on=on)
    add_related_texts(texts["related_texts"], event)
    # With their milestones and related texts.
    add_versions([*event.commitments.all(), *event.statement.outcomes.all()])
    add_rounds(texts["rounds"], event, by=cochairs[0], on=on)
    discard_emails(after=last_email)
    return event


def read_file(name: str, on: date) -> dict[str, Any]:
    content = tomllib.loads((FIXTURES / name).read_text("utf-8"))
    for table, keys in MOVED_DAYS.items():
        for row in content.get(table, []):
            for key in keys:
                row[key] = move_day(row[key], on)
    return content


def move_day(day: date, on: date) -> date:
    """The day at the same share of the time between the roundtable and `on`."""
    return LOADED_ON + (day - LOADED_ON) * (on - LOADED_ON).days // (WRITTEN_ON - LOADED_ON).days


def discard_emails(*, after: int) -> None:
    """No one reads the emails to made-up people, so none is sent."""
    emails = QueuedEmail.objects.filter(pk__gt=after)
    numbers = set(emails.values_list("pk", flat=True))
    for task in DBTaskResult.objects.filter(backend_name="mail"):
        if set(task.args_kwargs["args"]) <= numbers:
            task.delete()
    emails.delete()
