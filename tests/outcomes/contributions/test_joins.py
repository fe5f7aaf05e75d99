"""Before others join an open commitment, its lead is asked; after it, the lead is told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from outcomes.models import Commitment, Offer
from participants.models import Delegate, Organisation, User
from roundtable.models import AuditEntry, Event
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_event,
    make_grant,
    make_group,
    make_holder,
    make_organisation,
    make_participation,
    make_party,
    make_statement,
    make_user,
)
from tests.fixture_types import Deliver, Sign
from tests.form_fields import send_form
from tests.outcomes.test_outcomes_admin import run_admin_action
from tests.page_text import get_text, page_links, page_text

pytestmark = pytest.mark.django_db
JOIN, PAGE, OWN = "/me/offers/join/meet-c7/", "/commitments/meet-c7/", "/me/commitments/"
WAITS = "It waits for the lead until 16 March 2026."
ASKS = {
    "act": "hand-in",
    "version": "new",
    "text": "We staff it.",
    "has_no_personal_details": "on",
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """2 March 2026."""
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture
def office() -> Organisation:
    return make_organisation(name="Desk Office")


@pytest.fixture
def commitment(office: Organisation) -> Commitment:
    event = make_event(code="MEET", slug="meet", title="Meeting")
    make_statement(event)
    row = make_commitment(event, reference="MEET-C7", text="Open a desk.", is_open=True)
    make_party(row, organisation=office)
    return row


def speaker(event: Event, organisation: Organisation, name: str) -> Delegate:
    person = make_delegate(name=name, user=make_user(f"{name.lower()}@example.org"))
    make_participation(person, event, organisation=organisation)
    return person


@pytest.fixture
def lead(commitment: Commitment, office: Organisation) -> Delegate:
    return speaker(commitment.event, office, "Zqlead")


@pytest.fixture
def aid(commitment: Commitment) -> Delegate:
    return speaker(commitment.event, make_organisation(name="Aid"), "Zqaid")


@pytest.fixture
def cochair(commitment: Commitment) -> User:
    return make_holder(commitment.event, "cochair@example.org", on_behalf_of=make_organisation())


def ask(browser: Client) -> Offer:
    assert browser.post(JOIN, ASKS).status_code == 302
    return Offer.objects.get()


def own_page(row: Offer) -> str:
    return f"/me/commitments/joins/{row.pk}/"


def send_again(author: Client, row: Offer, text: str = ASKS["text"], **sent: str) -> Any:
    """Submits the present version of the request once more."""
    row.refresh_from_db()
    version = f"{row.pk}-{row.revision}"
    return author.post(JOIN, ASKS | {"version": version, "text": text} | sent)


def answer(browser: Client, row: Offer, act: str, **sent: str) -> Any:
    row.refresh_from_db()
    return browser.post(own_page(row), {"act": act, "shown": row.join_hash()} | sent)


def approve(desk: Client, row: Offer) -> str:
    """By all ways of the desk; what the list says then."""
    revision = str(Offer.objects.get().revision)
    desk.post(f"/admin/outcomes/offer/{row.pk}/approve/", {"revision": revision})
    return run_admin_action(desk, Offer, "approve", row.pk)


def parties() -> list[str]:
    return [f"{row} ({row.role})" for row in Commitment.objects.get().parties.order_by("pk")]


ALONE, JOINED = ["Desk Office (lead)"], ["Desk Office (lead)", "Aid (partner)"]


def mails(deliver: Deliver, since: int = 0) -> list[tuple[str, str]]:
    return sorted((mail.to[0], str(mail.subject)) for mail in deliver()[since:])


def test_lead_is_asked_before_and_told_after(
    client_of: Sign,
    deliver: Deliver,
    commitment: Commitment,
    office: Organisation,
    lead: Delegate,
    aid: Delegate,
    cochair: User,
) -> None:
    second = speaker(commitment.event, office, "Zqsecond")
    row = ask(client_of(aid))
    asked = "A request to join MEET-C7"
    assert [mail for mail in mails(deliver) if mail[0] != cochair.email] == [
        ("zqlead@example.org", asked),
        ("zqsecond@example.org", asked),
    ]
    message = str(next(mail.body for mail in deliver() if mail.to == ["zqlead@example.org"]))
    assert own_page(row) in message and "Aid asks to join" in message and "16 March" in message
    assert "staff" not in message and "Zqaid" not in message
    desk, browser = client_of(cochair), client_of(lead)
    listed = approve(desk, row)
    assert parties() == ALONE and WAITS in listed
    assert "it waits for the lead" in listed
    review = desk.get(f"/admin/outcomes/offer/{row.pk}/review/").content.decode()
    assert f"{WAITS} You can publish it on that day, or as soon as the lead agrees." in review
    assert "Checked: publish" not in review
    assert WAITS in desk.get(f"/admin/outcomes/offer/{row.pk}/change/").content.decode()
    assert f"MEET-C7 Aid asks to join Open a desk. {WAITS}" in get_text(browser, OWN)
    assert own_page(row) in page_links(browser.get(OWN))
    assert own_page(row) in page_links(browser.get(PAGE))
    for path in (PAGE, "/me/offers/"):
        assert WAITS in get_text(client_of(aid), path)
    shown = get_text(browser, own_page(row))
    assert "Aid asks to join your commitment" in shown and "We staff it." in shown
    assert "Zqaid" not in shown
    before = len(deliver())
    send_form(browser, browser.get(own_page(row)), containing="shown", act="agreed")
    assert mails(deliver, before) == [
        ("zqaid@example.org", "The lead agreed to your request to join MEET-C7")
    ]
    assert own_page(row) not in page_links(browser.get(OWN))
    review = desk.get(f"/admin/outcomes/offer/{row.pk}/review/").content.decode()
    assert "The lead agreed on 2 March 2026." in review and "Checked: publish" in review
    before = len(deliver())
    approve(desk, row)
    assert parties() == JOINED
    assert mails(deliver, before) == [
        ("zqaid@example.org", "Your text was checked and is public"),
        ("zqlead@example.org", "Aid has joined MEET-C7"),
        ("zqsecond@example.org", "Aid has joined MEET-C7"),
    ]
    for name in ("Zqlead", "Zqsecond", "Zqaid"):
        assert all(name not in str(mail.body) for mail in deliver())
    assert "It has joined." in get_text(client_of(second), own_page(row))
    acts = AuditEntry.objects.filter(action="agree to join")
    assert [(act.organisation, act.detail) for act in acts] == [(office.slug, "MEET: Aid")]


def test_silence_does_not_stop_who_was_invited(
    client_of: Sign, lead: Delegate, aid: Delegate, cochair: User, clock: Any
) -> None:
    row = ask(client_of(aid))
    clock.shift(timedelta(days=13, hours=4))
    approve(client_of(cochair), row)
    assert parties() == ALONE
    clock.shift(timedelta(days=1))
    assert "The lead was asked on 2 March 2026, and has not answered." in (
        client_of(cochair).get("/admin/outcomes/offer/").content.decode()
    )
    approve(client_of(cochair), row)
    assert parties() == JOINED


def test_declined_text_is_published_by_no_one(
    client_of: Sign,
    deliver: Deliver,
    lead: Delegate,
    aid: Delegate,
    cochair: User,
    operator: User,
    clock: Any,
) -> None:
    author, browser = client_of(aid), client_of(lead)
    row = ask(author)
    before = len(deliver())
    assert answer(browser, row, "declined", note="We have enough people.").status_code == 302
    declined = ("zqaid@example.org", "The lead declined your request to join MEET-C7")
    assert mails(deliver, before) == [declined]
    message = str(deliver()[-1].body)
    assert "We have enough people." in message and f"/me/offers/{row.pk}/" in message
    assert "Zqlead" not in message and "staff" not in message
    assert "The lead declined on 2 March 2026." in get_text(browser, own_page(row))
    assert "We staff it." not in get_text(browser, own_page(row))
    shown = get_text(author, f"/me/offers/{row.pk}/")
    assert "The lead of the commitment declined this text: We have enough people." in shown
    clock.shift(timedelta(days=20))
    for user in (cochair, operator):
        assert "The lead declined on 2 March 2026." in approve(client_of(user), row)
    assert parties() == ALONE
    author, browser = client_of(aid), client_of(lead)
    refused = send_again(author, row, "We  staff it.")
    assert refused.status_code == 400
    said = "The lead declined this text. Change it before you submit it again."
    assert said in page_text(refused)
    # Not even by way of a draft.
    assert send_again(author, row, "We  staff it.", act="keep").status_code == 302
    assert send_again(author, row, "We  staff it.").status_code == 400
    before = len(deliver())
    assert send_again(author, row, "We pay.").status_code == 302
    assert ("zqlead@example.org", "A request to join MEET-C7") in mails(deliver, before)
    approve(client_of(cochair), row)
    assert parties() == ALONE
    assert "We pay." in get_text(browser, own_page(row))
    assert "enough" not in get_text(author, f"/me/offers/{row.pk}/")
    answer(browser, row, "agreed")
    approve(client_of(cochair), row)
    assert parties() == JOINED


def test_decline_of_any_lead_counts(
    client_of: Sign, commitment: Commitment, lead: Delegate, aid: Delegate, cochair: User
) -> None:
    port = make_organisation(name="Port")
    make_party(commitment, organisation=port)
    other = client_of(speaker(commitment.event, port, "Zqport"))
    row = ask(client_of(aid))
    answer(client_of(lead), row, "agreed")
    answer(other, row, "declined")
    assert answer(client_of(lead), row, "agreed").status_code == 200  # no longer open
    approve(client_of(cochair), row)
    row.refresh_from_db()
    assert (row.state, row.lead_answer) == ("change-requested", "declined")
    assert row.note == "The lead gave no reason."
    assert len(parties()) == 2


def test_partner_and_others_do_not_answer(
    client_of: Sign,
    commitment: Commitment,
    lead: Delegate,
    aid: Delegate,
    cochair: User,
    operator: User,
) -> None:
    row, event = ask(client_of(aid)), commitment.event
    partner = make_organisation(name="Partner")
    make_party(commitment, organisation=partner, role="partner")
    elsewhere = speaker(make_event(), Organisation.objects.get(name="Desk Office"), "Zqelse")
    strangers = [speaker(event, partner, "Zqpartner"), elsewhere, aid, cochair, operator]
    for who in strangers:
        browser = client_of(who)
        assert browser.get(own_page(row)).status_code == 404
        assert answer(browser, row, "agreed").status_code == 404
        assert own_page(row) not in page_links(browser.get(OWN))
    assert Client().get(own_page(row))["Location"].startswith("/accounts/login/")
    row.refresh_from_db()
    assert row.lead_answer == ""


@pytest.mark.parametrize("way", ["other work", "other body", "grant"])
def test_who_asks_never_answers_for_the_lead(
    client_of: Sign, deliver: Deliver, commitment: Commitment, cochair: User, way: str
) -> None:
    event, kind = commitment.event, {"kind": "government", "country": "BZ"}
    office = Organisation.objects.get(name="Desk Office")
    if way == "other body":
        Organisation.objects.filter(pk=office.pk).update(**kind)
    asking = make_organisation(name="Aid", **(kind if way == "other body" else {}))
    author = speaker(event, asking, "Zqaid")
    colleague = speaker(event, office, "Zqboth")
    if way == "other work":
        make_participation(colleague, make_event(), organisation=asking)
    elif way == "grant":
        user = User.objects.get(delegate=colleague)
        make_grant(user, make_event(), role="reader", on_behalf_of=asking)
    row = ask(client_of(author))
    assert "zqboth@example.org" not in dict(mails(deliver))
    browser = client_of(colleague)
    assert browser.get(own_page(row)).status_code == 404
    assert answer(browser, row, "agreed").status_code == 404
    # No one else is known for the lead.
    approve(client_of(cochair), row)
    assert parties() == JOINED


@pytest.mark.parametrize("known", ["no one", "group", "hidden", "left"])
def test_nothing_to_wait_for_where_no_one_is_known(
    client_of: Sign, commitment: Commitment, aid: Delegate, cochair: User, known: str
) -> None:
    if known == "group":
        make_party(commitment, group=make_group())
    elif known != "no one":
        office = Organisation.objects.get(name="Desk Office")
        person = speaker(commitment.event, office, "Zqlead")
        if known == "hidden":
            person.write(hidden_at=NOON)
        else:
            person.participations.all().delete()
    row = ask(client_of(aid))
    assert "lead" not in get_text(client_of(aid), "/me/offers/")
    approve(client_of(cochair), row)
    assert "Aid (partner)" in parties()


def test_text_from_before_the_lead_is_asked_about_when_someone_would_publish_it(
    client_of: Sign, deliver: Deliver, lead: Delegate, aid: Delegate, cochair: User
) -> None:
    row = ask(client_of(aid))
    Offer.objects.update(lead_asked_at=None, lead_hash="")
    before = len(deliver())
    desk = client_of(cochair)
    page = desk.post(f"/admin/outcomes/offer/{row.pk}/approve/", {"revision": str(row.revision)})
    assert page.status_code == 400 and WAITS in page.content.decode()
    # About the same text, the lead gets one email.
    assert parties() == ALONE and mails(deliver, before) == []
    Offer.objects.update(lead_asked_at=None, lead_hash="", revision=7)
    approve(desk, row)
    assert parties() == ALONE
    assert mails(deliver, before) == [("zqlead@example.org", "A request to join MEET-C7")]


def test_what_waits_for_the_lead_does_not_wait_for_cochairs(
    client_of: Sign, lead: Delegate, aid: Delegate, cochair: User, clock: Any
) -> None:
    row, queue = ask(client_of(aid)), "/admin/decide/"
    assert "Offers" not in get_text(client_of(cochair), queue)
    clock.shift(timedelta(days=13))
    assert "Offers" not in get_text(client_of(cochair), queue)
    clock.shift(timedelta(days=1))
    assert "since 16 March 2026" in get_text(client_of(cochair), queue)
    clock.shift(timedelta(days=1))
    answer(client_of(lead), row, "agreed")
    waiting = get_text(client_of(cochair), queue)
    assert "Offers 1" in waiting and "since 17 March 2026" in waiting


def test_lead_answers_the_text_that_was_read(
    client_of: Sign, lead: Delegate, aid: Delegate, clock: Any
) -> None:
    author, browser = client_of(aid), client_of(lead)
    row = ask(author)
    shown = row.join_hash()
    send_again(author, row, "We close it.")
    for act in ("agreed", "declined"):
        late = answer(browser, row, act, shown=shown)
        assert late.status_code == 400
        assert "The request changed after you opened this page" in page_text(late)
    for act in ("shout", ""):
        assert answer(browser, row, act).status_code == 400
    assert answer(browser, row, "agreed", shown="").status_code == 400
    private = answer(browser, row, "declined", note="Call +62 812 3456 7890")
    assert private.status_code == 400
    assert "This seems to contain someone's address or phone number." in page_text(private)
    row.refresh_from_db()
    assert row.lead_answer == ""
    # A withdrawn text is private again.
    send_again(author, row, "Zq draft", act="keep")
    assert browser.get(own_page(row)).status_code == 404
    assert own_page(row) not in page_links(browser.get(OWN))


def test_same_text_is_asked_about_once(
    client_of: Sign, deliver: Deliver, lead: Delegate, aid: Delegate, cochair: User, clock: Any
) -> None:
    author = client_of(aid)
    row = ask(author)
    answer(client_of(lead), row, "agreed")
    before = len(deliver())
    run_admin_action(client_of(cochair), Offer, "ask_for_changes", row.pk, note="Tick the box.")
    send_again(author, row)
    assert "zqlead@example.org" not in dict(mails(deliver, before))
    row.refresh_from_db()
    assert row.lead_decision == "agreed"
    # Another text is not what the lead agreed to.
    send_again(author, row, "We close it.")
    approve(client_of(cochair), row)
    assert parties() == ALONE
    send_again(author, row)
    answer(client_of(lead), row, "agreed")
    approve(client_of(cochair), row)
    assert parties() == JOINED
