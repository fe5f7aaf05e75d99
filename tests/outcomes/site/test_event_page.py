"""The page of a roundtable says what its sources say, and no more."""

from datetime import date
from hashlib import sha256

import pytest
from django.test import Client
from pytest_django import Settings

from outcomes.models import Outcome
from participants.models import Audience, Delegate, EventRole, OrganisationKind, RecordedCount
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_channel,
    make_commitment,
    make_delegate,
    make_document,
    make_event,
    make_organisation,
    make_outcome,
    make_party,
    make_role,
    make_series,
    make_statement,
    mark_as_earlier,
    save,
)
from tests.page_text import FILES, acts, get_text, page_html, page_links, page_text
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db


def page_of(event: Event) -> str:
    return page_html(Client().get(event.get_absolute_url()))


def test_recorded_counts_are_drawn_with_source() -> None:
    event = make_event()
    make_role(
        event, organisation=make_organisation(kind=OrganisationKind.GOVERNMENT, name="Atlantis")
    )
    make_role(
        event,
        organisation=make_organisation(kind=OrganisationKind.GOVERNMENT, name="Observia"),
        role=EventRole.Role.OBSERVER,
    )
    save(
        RecordedCount(
            event=event,
            kind=OrganisationKind.GOVERNMENT,
            number=13,
            source_wording="representatives from 13 governments",
            source="The hosts",
        )
    )
    save(
        RecordedCount(
            event=event, kind=OrganisationKind.CIVIL_SOCIETY, source_wording="national CSOs"
        )
    )
    page = page_of(event)
    assert "12 more, names not recorded" in page
    assert "<q>representatives from 13 governments</q>" in page
    assert "<q>national CSOs</q>" in page
    assert "Names and number not recorded" in page
    assert page.count('class="gov" cx=') == 14


def test_missing_facts_show_not_recorded() -> None:
    page = page_of(make_event(city="", country="", venue=""))
    assert page.count("<dd>not recorded</dd>") == 3  # venue, co-chairs, source
    assert "Place not recorded" in page
    assert "No statement is published." in page
    assert "No commitments are recorded. They appear here when the co-chairs add them." in page
    assert "No document is recorded." in page
    assert "No one shares contact details with everyone." in page
    assert "Participants may see more after signing in." in page


def test_commitment_of_unpublished_points_is_not_shown_as_answering_statement() -> None:
    event = make_event()
    statement = make_statement(event, published=False)
    commitment = make_commitment(event, reference=f"{event.code}-C1")
    make_party(commitment)
    commitment.outcomes.add(*Outcome.objects.points())
    assert "answers the whole statement" not in page_of(event)
    detail = page_html(Client().get(commitment.get_absolute_url()))
    assert "points that are not published yet" in detail
    for outcome in statement.outcomes.all():
        assert outcome.text not in detail
    commitment.outcomes.clear()
    assert "answers the whole statement" in page_of(event)


def test_overflow_of_people_is_counted() -> None:
    def share(number: int) -> None:
        person = make_delegate(name=f"Person {number:02}", listed_to=Audience.EVERYONE)
        make_channel(person, audience=Audience.EVERYONE)

    for number in range(24):
        share(number)
    page = page_html(Client().get("/commitments/"))
    more = "Only the first people are shown here. You can see all of them in the directory."
    assert "Person 23" in page and more not in page
    share(24)
    page = page_html(Client().get("/commitments/"))
    assert "Person 24" not in page and more in page


@pytest.fixture
@recorded
def first() -> Event:
    """A roundtable as the first one is known: some of it named, some of it not."""
    event = make_event(
        code="BP",
        slug="first",
        title="First roundtable",
        series=make_series(name="Process"),
        city="Bangkok",
        country="TH",
        summary="Two days in Bangkok.",
        source_title="Hosts' page",
        source_url="https://example.org/facts",
        source_retrieved_on=date(2026, 2, 3),
    )
    ministry = make_organisation(
        slug="ministry",
        name="Ministry of Foreign Affairs",
        short_name="MFA",
        kind=OrganisationKind.GOVERNMENT,
    )
    make_role(
        event,
        organisation=ministry,
        role=EventRole.Role.COCHAIR,
        represented_by="Asia Desk",
        source_wording="co-chaired by the Ministry",
        source="Hosts' page",
    )
    make_role(event, organisation=ministry, role=EventRole.Role.COHOST)
    for name, kind in (
        ("Red Society", OrganisationKind.NATIONAL_SOCIETY),
        ("Aid", OrganisationKind.CIVIL_SOCIETY),
    ):
        make_role(event, organisation=make_organisation(name=name, kind=kind))
    save(RecordedCount(event=event, kind=OrganisationKind.GOVERNMENT, number=13))
    save(RecordedCount(event=event, kind=OrganisationKind.CIVIL_SOCIETY))
    save(RecordedCount(event=event, kind=OrganisationKind.AGENCY))
    statement = make_statement(
        event,
        points=0,
        published=False,
        title="Outcome statement",
        introduction="After two days, it was agreed by participants that:",
        source_title="Hosts' page",
    )
    lead_in = statement.outcomes.get()
    lead_in.text = "Examples of good practices includes:"
    lead_in.save()
    for position, text in enumerate(("Innovative approaches", "Strong  networks"), start=1):
        make_outcome(
            statement,
            parent=lead_in,
            position=position,
            kind=Outcome.Kind.GOOD_PRACTICE,
            text=text,
        )
    mark_as_earlier(statement.publish(NOON))
    make_document(
        event,
        title="Agenda",
        publisher="Hosts",
        url="https://example.org/agenda",
        dated_on=date(2018, 5, 1),
    )
    make_document(event, title="List of participants")
    return event


AGREED = b"""Outcome statement
BP, en

        After two days, it was agreed by participants that:

1       Examples of good practices includes:
1.a     Innovative approaches
1.b     Strong  networks
"""


def test_event_page_word_for_word(client: Client, first: Event) -> None:
    commitment = make_commitment(first, reference="BP-C1", text="Follow through")
    commitment.outcomes.add(Outcome.objects.get(number="1.b"))
    assert get_text(client, "/roundtables/first/") == (
        "Process First roundtable 14–15 May 2024 Bangkok, Thailand "
        "Progress so far 1 commitment. No party has reported on it since 2024. "
        "Never reported on 1 "
        + acts(
            "/roundtables/first/",
            "First roundtable, May 2024 (BP) — 1 commitment. No party has reported on it since "
            "2024.",
            "Process, First roundtable, 14–15 May 2024.",
            f"{FILES} Its points: {FILES} Its commitments: {FILES}",
        )
        + "Two days in Bangkok. Venue not recorded "
        "Co-chairs MFA (Asia Desk) Co-hosts MFA 2 points agreed "
        "We know of 15 participating organisations. See the 3 that are named "
        "Statement Commitments 1 Participants Shared contact details Documents "
        "What was agreed "
        "Outcome statement. Text as published in the source. It was not signed in this portal. "
        "Published before two confirmations were required. "
        "After two days, it was agreed by participants that: "
        "1 Examples of good practices includes: "
        "1.a Innovative approaches "
        "1.b Strong networks BP-C1 Never reported on "
        f"Check this text SHA-256 of the text: {sha256(AGREED).hexdigest()} "
        "The same text as a file "
        "The SHA-256 of the file is the same as above if no one changed a word. "
        "Offer a commitment to the whole statement "
        "Commitments 0 of 1 commitment reported by its party. "
        "BP-C1 Follow through No party recorded · answers 1.b Never reported on "
        "No due date recorded "
        "Participants "
        "Governments 13 Ministry of Foreign Affairs , co-chair, co-host "
        "12 more, names not recorded "
        "Red Cross and Red Crescent 1 Red Society "
        "Civil society Aid Others; names and number not recorded "
        "International agencies Names and number not recorded "
        "Wording in the sources MFA, co-chair co-chaired by the Ministry Hosts' page "
        "No web address is recorded here for these sources. "
        "Shared contact details No one shares contact details with everyone. "
        "Participants may see more after signing in. Who was at this roundtable "
        "Documents and source Agenda , Hosts, 1 May 2018 "
        "List of participants (address not recorded) "
        "Source of the facts Hosts' page , accessed on 3 February 2026 "
        "Source of the text Hosts' page (address not recorded) "
        "See this page as of an earlier day Show this day What changed since an earlier day "
        "Report a mistake No contact address is set for this portal."
    )


def test_points_have_permalinks_and_the_seat_chart_a_text(client: Client, first: Event) -> None:
    page = client.get("/roundtables/first/").content.decode()
    for number in ("1", "1.a", "1.b"):
        assert f'id="{number}"' in page
        assert f'href="/outcomes/first/{number}/"' in page
    assert '<ol class="statement" lang="en">' in page
    # Word for word, spaces included.
    assert ">Strong  networks</p>" in page
    assert (
        'aria-label="We know of 15 participating organisations. Governments: 13. '
        "Red Cross and Red Crescent: 1. Civil society: 1. "
        'International agencies: we do not know how many."'
    ) in page


def test_statement_that_is_not_published_is_not_shown(client: Client) -> None:
    event = make_event(slug="drafted")
    statement = make_statement(event, published=False, introduction="Secret introduction")
    text = get_text(client, "/roundtables/drafted/")
    assert "No statement is published. It appears here when the co-chairs publish it." in text
    assert "Secret introduction" not in text and "Source of the text" not in text
    for outcome in statement.outcomes.all():
        assert outcome.text not in text
    assert "0 points agreed" in get_text(client, "/roundtables/")


def test_first_ten_commitments_are_listed(client: Client) -> None:
    event = make_event(code="MANY", slug="many")
    for number in range(1, 11):
        make_commitment(event, reference=f"MANY-C{number}", text=f"Promise {number}.")
    assert "All 10 commitments" not in get_text(client, "/roundtables/many/")
    make_commitment(event, reference="MANY-C11", text="Promise 11.")
    answer = client.get("/roundtables/many/")
    text = page_text(answer)
    assert "0 of 11 commitments reported by their party." in text and "All 11 commitments" in text
    assert "Promise 10." in text and "Promise 11." not in text
    assert "/commitments/?event=many" in page_links(answer)


def test_page_lists_only_participants_of_event(
    client: Client, event: Event, delegate: Delegate
) -> None:
    elsewhere = make_delegate(name="Elsewhere", listed_to=Audience.EVERYONE)
    make_channel(elsewhere, value="elsewhere@example.org", audience=Audience.EVERYONE)
    text = get_text(client, "/roundtables/roundtable-2024/")
    assert "Shared contact details Dewi Lestari Email dewi.open@example.org" in text
    assert "Elsewhere" not in text


def test_contact_for_errors_is_shown(client: Client, settings: Settings) -> None:
    make_event(slug="first")
    settings.CONTACT_EMAIL = "desk@example.org"
    answer = client.get("/roundtables/first/")
    assert "Send an email to desk@example.org and include the address of this page." in page_text(
        answer
    )
    assert "mailto:desk@example.org" in page_links(answer)


def test_demonstration_and_signed_statement_are_marked(client: Client) -> None:
    make_event(slug="made-up", title="Made up", is_demonstration=True)
    text = get_text(client, "/roundtables/made-up/")
    assert text.startswith("Demonstration All of its content is made up.")
    assert "(demonstration). https://portal.example.org/roundtables/made-up/" in text
    make_statement(make_event(slug="signed"), adoption="signed")
    assert "Signed in this portal by the co-chairs." in get_text(client, "/roundtables/signed/")


def test_events_are_listed_latest_first(client: Client, first: Event) -> None:
    make_event(title="Hidden", is_public=False)
    later = make_event(
        code="LATER",
        title="Later roundtable",
        series=first.series,
        starts_on=date(2025, 12, 31),
        ends_on=date(2026, 1, 1),
    )
    make_commitment(later)
    for _number in range(2):
        make_commitment(first)
    assert get_text(client, "/roundtables/") == (
        "Roundtables The recorded meetings, latest first. Recorded roundtables "
        "LATER Later roundtable Process · 31 December 2025 – 1 January 2026 "
        "0 points agreed 1 commitment "
        "BP First roundtable Process · 14–15 May 2024 · Bangkok, Thailand "
        "2 points agreed 2 commitments "
        "Download this list: Excel · CSV · JSON · Calendar"
    )


def test_unpublished_event_is_not_found(client: Client, first: Event) -> None:
    make_event(slug="hidden", is_public=False)
    for slug in ("hidden", "none", "FIRST"):
        assert client.get(f"/roundtables/{slug}/").status_code == 404
