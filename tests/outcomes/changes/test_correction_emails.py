"""What is told about a correction: of what, from what to what, and no word that was taken out."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import feedparser
import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from outcomes.changes.subscriptions import send_notifications
from outcomes.models import Commitment, Milestone, Statement
from outcomes.models.version import save_version
from outcomes.statements.emails import tell_participants
from participants.models import Organisation, User
from roundtable.history.redaction import redact_words
from roundtable.history.versions import REDACTED
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_event,
    make_organisation,
    make_participation,
    make_role,
    make_statement,
    make_user,
    save,
)
from tests.fixture_types import Deliver
from tests.follow_up_factories import make_follow, make_milestone
from tests.page_text import get_text
from tests.silence_procedure import make_corrigendum, make_rewording

pytestmark = pytest.mark.django_db
HOST = "https://portal.example.org"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
BEFORE = datetime(2026, 3, 9, tzinfo=UTC)
AT = BEFORE + timedelta(hours=9)


def correct(row: Any, *, reason: str = "", at: datetime = AT, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row._history_date, row._change_reason = at, reason
    save(row)


@pytest.fixture
def commitment() -> Commitment:
    event = make_event(code="RT2024", slug="roundtable-2024", title="Talks on care & work")
    row = make_commitment(event, reference="RT2024-C1", text="Train 50 nurses.")
    row.recorded_at = LONG_AGO
    save(row)
    milestone = make_milestone(commitment=row, title="Course begins", due_on=date(2026, 5, 1))
    for made in (event, row, milestone):
        made.history.update(history_date=LONG_AGO)
    return row


@pytest.fixture
def reader(commitment: Commitment) -> User:
    user = make_user("reader@example.org")
    for topic in ({"commitment": commitment}, {"event": commitment.event}):
        make_follow(user, frequency="at-once", notified_until=BEFORE, **topic)
    return user


def told(deliver: Deliver) -> EmailMultiAlternatives:
    assert send_notifications(on=AT.date(), at=AT + timedelta(hours=1)) == {"at-once": 1}
    [mail] = deliver()
    return mail


def news(mail: EmailMultiAlternatives) -> str:
    return str(mail.body).partition("Progress so far")[0]


def test_email_says_what_is_corrected(
    commitment: Commitment, reader: User, deliver: Deliver
) -> None:
    correct(commitment, text="Train 60 nurses.", due_on=date(2027, 1, 1))
    mail = told(deliver)
    name = "RT2024-C1 “Train 60 nurses.”, Talks on care & work, May 2024 (RT2024)"
    assert mail.subject == f"Corrected: {name}"
    page = f"{HOST}/commitments/rt2024-c1/"
    assert news(mail) == (
        f"Corrected: {name}.\n\n"
        "New changes in what you follow:\n\n"
        f"RT2024-C1, Text corrected\n{name}\n"
        f"Text: “Train 50 nurses.” is now “Train 60 nurses.”.\n{page}\n\n"
        f"RT2024-C1, Text corrected\n{name}\n"
        f"Due: “no due date” is now “1 January 2027”.\n{page}\n\n"
    )
    html = str(mail.alternatives[0][0])
    assert "Text: “Train 50 nurses.” is now “Train 60 nurses.”." in html
    assert "care &amp; work" in html


def test_email_names_milestone_and_organisation(
    commitment: Commitment, reader: User, deliver: Deliver
) -> None:
    office = make_organisation(name="Example Ofice")
    make_role(commitment.event, organisation=office, recorded_at=LONG_AGO)
    office.history.update(history_date=LONG_AGO)
    correct(Milestone.objects.get(), due_on=date(2026, 6, 1))
    correct(office, name="Example Office", at=AT - timedelta(hours=1))
    mail = told(deliver)
    assert mail.subject.startswith("Corrected: RT2024-C1 “Train 50 nurses.”")
    assert mail.subject.endswith(" and 1 more")
    assert "Milestone “Course begins”, due: “1 May 2026” is now “1 June 2026”." in news(mail)
    assert "Example Office\nName: “Example Ofice” is now “Example Office”." in news(mail)


def test_words_taken_out_are_told_nowhere(
    commitment: Commitment, reader: User, client: Client, deliver: Deliver
) -> None:
    correct(commitment, text="Train 50 nurses with Maria Zqxvar.", at=AT - timedelta(hours=2))
    correct(commitment, text="Train 50 nurses with survivors.", reason=REDACTED)
    redact_words(Commitment, commitment.pk, all_words=False)
    mail = told(deliver)
    said = news(mail)
    assert "Text: “Train 50 nurses.” is now “(deleted)”." in said
    assert "Text: “(deleted)” is now “Train 50 nurses with survivors.”." in said
    feed = client.get("/commitments/rt2024-c1.atom").content.decode()
    page = client.get("/changes/").content.decode()
    for text in (mail.subject, said, str(mail.alternatives[0][0]), feed, page):
        assert "survivors" in text and "Zqxvar" not in text and "Maria" not in text


def test_no_email_about_what_is_hidden(
    commitment: Commitment, reader: User, deliver: Deliver
) -> None:
    office = make_organisation(name="Zq Shelter")
    make_role(commitment.event, organisation=office, recorded_at=LONG_AGO)
    make_follow(reader, organisation=office, frequency="at-once", notified_until=BEFORE)
    office.history.update(history_date=LONG_AGO)
    correct(office, name="Zq Refuge")
    correct(commitment, text="Train 60 nurses.")
    Organisation.objects.filter(pk=office.pk).update(is_name_published=False)
    assert "Zq" not in news(told(deliver))
    correct(commitment, text="Train 70 nurses.", at=AT + timedelta(hours=2))
    Event.objects.update(is_public=False)
    assert send_notifications(on=AT.date(), at=AT + timedelta(hours=4)) == {}


def test_long_wordings_begin_before_the_difference(
    commitment: Commitment, reader: User, deliver: Deliver
) -> None:
    same = "Train nurses in each district. " * 20
    correct(commitment, text=f"{same}Begin in May.", at=LONG_AGO + timedelta(days=1))
    correct(commitment, text=f"{same}Begin in June.")
    said = news(told(deliver))
    assert "in each district. Begin in M" in said and "in each district. Begin in J" in said
    assert max(map(len, said.splitlines())) < 320


def test_feed_and_page_say_what_is_corrected(commitment: Commitment, client: Client) -> None:
    now = datetime.now(UTC)
    correct(commitment, text="Train 60 nurses.", at=now - timedelta(days=1))
    correct(Milestone.objects.get(), title="Course ends", at=now - timedelta(days=91))
    for path in ("/feed.atom", "/commitments/rt2024-c1.atom", "/roundtables/roundtable-2024.atom"):
        entries = feedparser.parse(client.get(path).content).entries
        # Older corrections are on the page of changes.
        [entry] = [row for row in entries if "corrected" in row.title]
        assert entry.title == "RT2024-C1, Text corrected: Train 60 nurses."
        assert entry.link == f"{HOST}/commitments/rt2024-c1/"
        assert entry.content[0].value.split("\n\n") == [
            "Train 60 nurses.",
            "Text: “Train 50 nurses.” is now “Train 60 nurses.”.",
            "Talks on care & work, May 2024 (RT2024)",
        ]
    page = get_text(client, "/changes/")
    assert "Text corrected · Talks on care & work, May 2024 (RT2024) RT2024-C1" in page
    assert "milestone “Course ends”, description, before Course begins" in page


def publish_correction(statement: Statement, **fields: Any) -> None:
    point = statement.outcomes.points()[0]
    row = make_corrigendum(statement, state="published", published_at=AT, source="Page 1", **fields)
    make_rewording(row, outcome=point, before=point.text, after="share what works & fails")
    make_rewording(row, outcome=None, before=statement.introduction, after="Sixty took part.")
    correct(point, text="share what works & fails")
    correct(statement, introduction="Sixty took part.")
    text = statement.canonical_text()
    tell_participants(
        save_version(statement.pk, text, at=AT, corrigendum_id=row.pk, published=True), at=NOON
    )


@pytest.mark.parametrize("is_hidden", [False, True])
def test_email_about_corrected_statement_says_of_what(is_hidden: bool, deliver: Deliver) -> None:
    event = make_event(code="RT2024", slug="roundtable-2024", title="Talks on care & work")
    statement = make_statement(event, introduction="Zq sixteen took part.")
    old = statement.outcomes.points()[0].text
    person = make_delegate(user=make_user("delegate@example.org"))
    make_participation(person, event)
    publish_correction(statement, hides_previous_text=is_hidden)
    [mail] = deliver()
    assert mail.subject == "The agreed text of RT2024 is corrected: 1.a, introduction"
    said = str(mail.body).partition("Read the statement")[0]
    first = (
        "“Outcome statement” of Talks on care & work, May 2024 (RT2024) is corrected: 1.a, "
        "introduction. The page also says why.\n\n"
    )
    if is_hidden:
        assert said == (
            f"{first}1.a: now “share what works & fails”. The earlier wording is not shown.\n\n"
            "Introduction: now “Sixty took part.”. The earlier wording is not shown.\n\n"
        )
        assert "Zq sixteen" not in str(mail.alternatives[0][0])
    else:
        assert said == (
            f"{first}1.a: “{old}” is now “share what works & fails”.\n\n"
            "Introduction: “Zq sixteen took part.” is now “Sixty took part.”.\n\n"
        )
    assert "“share what works &amp; fails”" in str(mail.alternatives[0][0])
