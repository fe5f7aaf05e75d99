"""A commitment is undertaken only if each party accepted it, by who speaks for that party."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from outcomes.models import (
    Commitment,
    CommitmentParty,
    Dispute,
    Milestone,
    Undertaking,
)
from outcomes.reporting.proposals import accept, link_url, propose
from outcomes.reporting.publication import COMMITMENT_COMPARISONS
from outcomes.sources.hashes import source_hash, undertaking_hash
from participants.accounts.departure import end_affiliations
from participants.decisions.engine import sign
from participants.models import Delegate, Grant, Organisation, Participation, User
from roundtable.audit.models import AuditEntry
from roundtable.models import Event
from tests import decide
from tests.canaries import all_paths, make_complete_event, response_text
from tests.conftest import FULL_WALKS
from tests.email_links import LinkClient, links_for, page_of
from tests.factories import (
    make_affiliation,
    make_commitment,
    make_delegate,
    make_dispute,
    make_event,
    make_government,
    make_grant,
    make_group,
    make_holder,
    make_organisation,
    make_participation,
    make_party,
    make_theme,
    make_user,
)
from tests.fixture_types import Deliver, Sign
from tests.follow_up_factories import make_milestone
from tests.outcomes.test_outcomes_admin import filled, page
from tests.page_text import get_text, page_html, page_links, page_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
NOW = datetime(2027, 3, 3, 12, tzinfo=UTC)
SHELTERS = "Pay for ten shelters from the national budget"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def event() -> Event:
    return make_event(code="BZ2027", title="Roundtable 2027")


@pytest.fixture
def cochair(event: Event) -> User:
    ministry = make_government("ID", "Ministry of Indonesia")
    return make_holder(event, "indonesia@example.org", on_behalf_of=ministry)


def speaker(event: Event, organisation: Organisation, name: str) -> Delegate:
    person = make_delegate(name=name, user=make_user(f"{name.lower()}@example.org"))
    make_participation(person, event, organisation=organisation)
    return person


@pytest.fixture
def belize() -> Organisation:
    return make_government("BZ", "Government of Belize")


@pytest.fixture
def aid() -> Organisation:
    return make_organisation(name="Harbour Aid")


@pytest.fixture
def draft(event: Event, belize: Organisation, aid: Organisation) -> Commitment:
    row = make_commitment(
        event, reference="BZ2027-C1", text=SHELTERS, state="draft", due_on=date(2028, 5, 1)
    )
    make_party(row, organisation=belize, focal_point=speaker(event, belize, "Belinda"))
    make_party(row, organisation=aid, role="partner", focal_point=speaker(event, aid, "Harry"))
    return row


def desk_page(row: Commitment) -> str:
    return f"/admin/outcomes/commitment/{row.pk}/propose/"


def shown_on(browser: Client, path: str) -> str:
    text = browser.get(path).content.decode()
    return text.partition('name="shown" value="')[2].partition('"')[0]


def press_propose(browser: Client, row: Commitment) -> str:
    sent = {"shown": shown_on(browser, desk_page(row))}
    return page_html(browser.post(desk_page(row), sent, follow=True))


@pytest.fixture
def proposed(draft: Commitment, cochair: User) -> Commitment:
    propose(draft, shown_hash=undertaking_hash(draft), by=cochair, at=timezone.now())
    draft.refresh_from_db()
    return draft


def test_desk_does_not_learn_that_a_focal_point_hides(
    client_of: Sign, draft: Commitment, cochair: User
) -> None:
    browser = client_of(cochair)
    Delegate.objects.filter(name="Harry").update(hidden_at=NOW)
    assert "no email address" not in page_html(browser.get(desk_page(draft)))
    press_propose(browser, draft)
    assert state_of(draft)[0] == "proposed"


def question(row: Commitment, name: str) -> Undertaking:
    return Undertaking.objects.current().get(party__commitment=row, delegate__name=name)


def link(row: Commitment, name: str) -> str:
    return urlsplit(link_url(question(row, name))).path


def answer(path: str, act: str, browser: Client | None = None, **sent: str) -> Any:
    browser = browser or LinkClient()
    return browser.post(path, {"shown": shown_on(browser, path), "act": act} | sent, follow=True)


DRAFT, PROPOSED, UNDERTAKEN = (
    ("draft", "recorded"),
    ("proposed", "recorded"),
    ("public", "undertaken"),
)


def state_of(row: Commitment) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.basis


def accept_both(row: Commitment) -> None:
    for name in ("Belinda", "Harry"):
        answer(link(row, name), "accept")
    assert state_of(row) == UNDERTAKEN


def test_each_party_accepts_by_link_and_it_is_undertaken(
    client_of: Sign, cochair: User, draft: Commitment, deliver: Deliver, clock: Any
) -> None:
    text = press_propose(client_of(cochair), draft)
    assert "We sent an email to each party." in text and "no answer yet" in text
    sent = {mail.to[0]: str(mail.body) for mail in deliver()}
    assert set(sent) == {"belinda@example.org", "harry@example.org"}
    paths = {}
    for name in ("Belinda", "Harry"):
        (paths[name],) = links_for("proposal", sent[f"{name.lower()}@example.org"])
        assert SHELTERS not in sent[f"{name.lower()}@example.org"]
    visitor = LinkClient()
    shown = page_text(visitor.get(paths["Belinda"]))
    for words in (
        SHELTERS,
        "Government of Belize (lead)",
        "Harbour Aid (partner)",
        "1 May 2028",
        "the co-chairs' desk of Roundtable 2027, on 3 March 2027 Ministry of Indonesia",
        "Accept on behalf of Government of Belize",
        "Decline",
    ):
        assert words in shown, words
    # To read it changes nothing.
    visitor.head(paths["Belinda"])
    assert not Undertaking.objects.exclude(answer="").exists()
    assert "We wait for the other parties." in page_text(answer(paths["Belinda"], "accept"))
    assert state_of(draft) == PROPOSED
    assert visitor.get(draft.get_absolute_url()).status_code == 404
    clock.shift(timedelta(days=1))
    assert "the commitment is undertaken" in page_text(answer(paths["Harry"], "accept"))
    assert state_of(draft) == UNDERTAKEN
    text = page_text(visitor.get(draft.get_absolute_url()))
    assert (
        "Undertaken here accepted by Government of Belize on 3 March 2027 accepted by Harbour Aid "
        "on 4 March 2027"
    ) in text
    assert "Recorded from" not in text
    told = [mail.to[0] for mail in deliver()[2:] if "is undertaken" in mail.subject]
    assert sorted(told) == ["belinda@example.org", "harry@example.org"]
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-4:] == [
        "propose commitment",
        "accept commitment",
        "accept commitment",
        "publish commitment",
    ]
    # A second press changes nothing.
    assert "You accepted" in page_text(answer(paths["Harry"], "decline"))
    assert state_of(draft) == UNDERTAKEN


@pytest.mark.parametrize("text", [SHELTERS, "Pay for two shelters"])
def test_party_that_accepts_a_text_no_longer_disputes_it(
    cochair: User, draft: Commitment, deliver: Deliver, clock: Any, text: str
) -> None:
    dispute = make_dispute(draft.parties.get(role="lead"), disputed_on=NOW.date())
    draft.text = text
    draft.save()
    propose(draft, shown_hash=undertaking_hash(draft), by=cochair, at=NOW)
    answer(link(draft, "Belinda"), "accept")
    assert Dispute.objects.open().exists()
    answer(link(draft, "Harry"), "accept")
    dispute.refresh_from_db()
    is_same = text == SHELTERS
    assert dispute.settled_how == ("withdrawn" if is_same else "replaced")
    told = [mail.to for mail in deliver() if "recognises a text" in mail.subject]
    assert told == ([[cochair.email]] if is_same else [])
    clock.shift(timedelta(days=20))
    shown = page_text(LinkClient().get(draft.get_absolute_url()))
    assert "accepted by Government of Belize" in shown and "does not recognise" not in shown


def test_one_party_declines(
    client_of: Sign, cochair: User, proposed: Commitment, deliver: Deliver
) -> None:
    first, second = link(proposed, "Belinda"), link(proposed, "Harry")
    answer(first, "accept")
    asked = len(deliver())
    shown = page_text(answer(second, "decline", note="Our board did not agree."))
    assert "You declined on behalf of Harbour Aid on 3 March 2027." in shown
    assert state_of(proposed) == DRAFT
    (mail,) = deliver()[asked:]
    assert mail.to == ["indonesia@example.org"] and "declined" in str(mail.body)
    assert "Our board" not in str(mail.body)
    assert "Our board did not agree." in page_html(client_of(cochair).get(desk_page(proposed)))
    assert "your answer no longer counts" in page_text(LinkClient().get(first))
    # What was accepted before does not count for the next proposal.
    press_propose(client_of(cochair), proposed)
    answer(link(proposed, "Harry"), "accept")
    assert state_of(proposed) == PROPOSED


def test_proposal_ends_after_sixty_days(proposed: Commitment, deliver: Deliver, clock: Any) -> None:
    first, second = link(proposed, "Belinda"), link(proposed, "Harry")
    answer(first, "accept")
    asked = len(deliver())
    clock.shift(timedelta(days=59))
    call_command("make_due_changes", "--clock-is-right")
    assert state_of(proposed) == PROPOSED
    clock.shift(timedelta(days=1))
    # Even before the daily command.
    row = question(proposed, "Harry")
    assert LinkClient().get(second).status_code == 404
    assert not accept(row, shown_hash=row.content_hash, at=timezone.now())
    call_command("make_due_changes", "--clock-is-right")
    assert state_of(proposed) == DRAFT
    (mail,) = deliver()[asked:]
    assert mail.to == ["indonesia@example.org"] and "60 days" in str(mail.body)


def leave(row: Commitment, person: Delegate) -> None:
    make_affiliation(person, organisation=person.participations.get().organisation)
    end_affiliations(person.affiliations.all(), timezone.localdate())


def come_to_the_desk(row: Commitment, person: Delegate) -> None:
    user = User.objects.get(delegate=person)
    make_grant(user, row.event, role=Grant.Role.EDITOR, valid_from=date(2027, 1, 1))


def swap_for_one_of_the_same_name(row: Commitment, person: Delegate) -> None:
    other = make_government("BZ", "Government of Belize")
    row.parties.filter(focal_point=person).update(organisation=other)


CHANGES: dict[str, Callable[[Commitment, Delegate], object]] = {
    "left": leave,
    "participation": lambda _row, person: person.participations.update(ended_at=NOW),
    "replaced": lambda row, person: row.parties.get(focal_point=person).request_focal_point(None),
    "desk": come_to_the_desk,
    "inactive": lambda _row, person: User.objects.filter(delegate=person).update(is_active=False),
    "text": lambda _row, _person: Commitment.objects.update(text=f"{SHELTERS} and twenty ships"),
    "day": lambda _row, _person: Commitment.objects.update(due_on=date(2027, 5, 1)),
    "party": lambda row, _person: make_party(row),
    "same name": swap_for_one_of_the_same_name,
}


@pytest.mark.parametrize("change", CHANGES)
def test_link_ends_when_the_text_or_the_person_changes(proposed: Commitment, change: str) -> None:
    path, row = link(proposed, "Belinda"), question(proposed, "Belinda")
    shown = shown_on(LinkClient(), path)
    assert row.delegate
    CHANGES[change](proposed, row.delegate)
    closed = LinkClient().get(path)
    assert closed.status_code == 404 and "You cannot use this link" in page_text(closed)
    assert SHELTERS not in closed.content.decode()
    assert LinkClient().post(path, {"shown": shown, "act": "accept"}).status_code == 404
    # Nor does an old object in memory help.
    assert not accept(row, shown_hash=row.content_hash, at=timezone.now())
    assert not Undertaking.objects.exclude(answer="").exists()


def test_organisation_at_risk_is_not_named_to_another_party(
    proposed: Commitment, aid: Organisation
) -> None:
    aid.is_name_published = False
    aid.save()
    assert "Harbour Aid" not in page_text(LinkClient().get(link(proposed, "Belinda")))
    assert "Harbour Aid (partner)" in page_text(LinkClient().get(link(proposed, "Harry")))


def test_forwarded_link_serves_no_other_account(
    client_of: Sign, cochair: User, operator: User, proposed: Commitment
) -> None:
    path, harry = link(proposed, "Belinda"), question(proposed, "Harry").delegate
    shown = shown_on(LinkClient(), path)
    for other in (cochair, operator, harry):
        browser = client_of(other)
        closed = browser.get(path)
        assert closed.status_code == 404 and SHELTERS not in closed.content.decode()
        assert browser.post(path, {"shown": shown, "act": "accept"}).status_code == 404
    assert not Undertaking.objects.exclude(answer="").exists()
    belinda = question(proposed, "Belinda").delegate
    assert client_of(belinda).get(path).status_code == 200


def own_page(row: Undertaking) -> str:
    return f"/me/commitments/{row.party_id}/proposal/"


def test_signed_in_person_finds_the_proposal_and_answers(
    client_of: Sign, cochair: User, operator: User, proposed: Commitment
) -> None:
    row = question(proposed, "Belinda")
    path, harry = own_page(row), question(proposed, "Harry").delegate
    assert LinkClient().get(path)["Location"].startswith("/accounts/login/")
    belinda = client_of(row.delegate)
    for other in (cochair, operator, harry):
        browser = client_of(other)
        assert path not in page_links(browser.get("/me/commitments/"))
        assert browser.get(path).status_code == 404
        sent = {"shown": row.content_hash, "act": "accept"}
        assert browser.post(path, sent).status_code == 404
    Participation.objects.filter(delegate=row.delegate).update(ended_at=NOW)
    assert belinda.get(path).status_code == 404
    assert SHELTERS not in page_text(belinda.get("/me/commitments/"))
    Participation.with_ended.filter(delegate=row.delegate).update(ended_at=None)
    assert not Undertaking.objects.exclude(answer="").exists()
    assert path in page_links(belinda.get("/me/commitments/"))
    assert f"{SHELTERS} For Government of Belize Accept or decline it by 2 May 2027." in page_text(
        belinda.get("/me/commitments/")
    )
    assert answer(path, "accept", belinda, shown="0" * 64).status_code == 400
    shown = page_text(answer(path, "accept", belinda))
    assert "You accepted on behalf of Government of Belize on 3 March 2027." in shown
    assert path not in page_links(belinda.get("/me/commitments/"))
    answer(own_page(question(proposed, "Harry")), "accept", client_of(harry))
    assert state_of(proposed) == UNDERTAKEN


def test_link_answers_for_its_own_party_only(proposed: Commitment, aid: Organisation) -> None:
    path, party = link(proposed, "Belinda"), proposed.parties.get(organisation=aid)
    answer(path, "accept", party=str(party.pk), organisation=str(aid.pk))
    assert not question(proposed, "Harry").answer
    # Who opened one link finds nothing behind the number of another.
    browser, other = LinkClient(), page_of(LinkClient(), link(proposed, "Harry"))
    assert browser.get(path).status_code == 200
    assert browser.get(other).status_code == 404


def test_answer_needs_the_text_that_was_read(proposed: Commitment) -> None:
    path = link(proposed, "Belinda")
    for sent in ({"act": "accept"}, {"act": "accept", "shown": "0" * 64}, {"act": "shout"}, {}):
        assert LinkClient().post(path, sent).status_code == 400
    assert not Undertaking.objects.exclude(answer="").exists()


READERS = ["visitor", "participant", "speaker of another party"]


@pytest.mark.walk
@pytest.mark.parametrize("reader", READERS)
def test_what_is_drafted_or_proposed_is_private(client_of: Sign, reader: str) -> None:
    """Unless at full size, each reads every fourth or eighth page: neighbours are of one kind."""
    event = make_complete_event("event", make_theme(slug="theme"))
    point = event.commitments.get().outcomes.get()
    office = make_organisation(name="Zq-draft office", country="NP")
    states: list[dict[str, Any]] = [
        {"state": "draft"},
        {"state": "proposed", "proposed_at": NOW},
    ]
    for number, fields in enumerate(states):
        reference = f"ZQEVENT-C777777{number}"
        row = make_commitment(event, reference=reference, text="Zq-draft promise", **fields)
        row.outcomes.add(point)
        make_party(row, organisation=office, focal_point=speaker(event, office, f"Nila{number}"))
    person = speaker(event, make_organisation(), "Reader")
    if reader == "speaker of another party":
        make_party(make_commitment(event), focal_point=person)
    browser = LinkClient() if reader == "visitor" else client_of(person)
    step = 1 if FULL_WALKS else 8 if reader == "speaker of another party" else 4
    paths = all_paths()[READERS.index(reader) % step :: step]
    assert len(paths) > 120 / step
    for path in paths:
        text = response_text(browser.get(path)).lower()
        assert "zq-draft" not in text and "zqevent-c777777" not in text, path


# One co-chair alone ---------------------------------------------------------------------------


def test_cochair_alone_undertakes_nothing_by_form_or_address(
    client_of: Sign, cochair: User, draft: Commitment
) -> None:
    browser, address = client_of(cochair), page(Commitment, "change", draft.pk)
    forged = {"basis": "undertaken", "state": "public", "proposed_at_0": "2027-03-03"}
    browser.post(address, filled(browser, address) | forged)
    assert state_of(draft) == DRAFT
    press_propose(browser, draft)
    shown = undertaking_hash(draft)
    for act in ("accept", "publish", ""):
        browser.post(desk_page(draft), {"act": act, "shown": shown})
        assert state_of(draft) == PROPOSED
    for row in Undertaking.objects.all():
        path = urlsplit(link_url(row)).path
        browser.post(path, {"shown": row.content_hash, "act": "accept"})
    browser.post(address, filled(browser, address) | forged)
    Commitment.objects.update(place_in_source="Page 2")  # so that it could be compared
    draft.refresh_from_db()
    assert "Wait for their answers." in page_html(browser.get(decide.page_of(draft)))
    assert not decide.offers(browser, draft)
    assert not sign(COMMITMENT_COMPARISONS, {draft.pk: source_hash(draft)}, by=cochair, at=NOW)
    assert not draft.comparisons.exists() and state_of(draft) == PROPOSED
    assert "undertaken" not in page_html(browser.get(address))


def test_cochair_who_speaks_for_a_party_cannot_accept(
    client_of: Sign, event: Event, cochair: User, belize: Organisation
) -> None:
    person = make_delegate(user=cochair)
    make_participation(person, event, organisation=belize)
    row = make_commitment(event, reference="BZ2027-C2", state="draft")
    make_party(row, organisation=belize, focal_point=person)
    browser = client_of(cochair)
    sent = {"shown": undertaking_hash(row)}
    assert "which cannot accept for a party" in page_html(browser.get(desk_page(row)))
    assert browser.post(desk_page(row), sent).status_code == 400
    # Nor when another co-chair proposes it.
    with pytest.raises(ValidationError, match="cannot accept for a party"):
        propose(row, shown_hash=sent["shown"], by=make_holder(event), at=NOW)
    assert state_of(row) == DRAFT


def test_proposal_needs_someone_who_speaks_for_each_party(
    event: Event, cochair: User, draft: Commitment, belize: Organisation
) -> None:
    party, shown = draft.parties.get(organisation=belize), undertaking_hash(draft)
    stranger = speaker(event, make_organisation(), "Stranger")
    unconfirmed = make_delegate()
    make_participation(unconfirmed, event, organisation=belize, confirmed=False)
    for person in (None, stranger, unconfirmed):
        party.request_focal_point(person)
        with pytest.raises(ValidationError, match="No one speaks for “Government of Belize” yet"):
            propose(draft, shown_hash=shown, by=cochair, at=NOW)
    assert not Undertaking.objects.exists()


def test_group_cannot_be_asked(client_of: Sign, cochair: User, draft: Commitment) -> None:
    make_party(draft, group=make_group(name="participants"))
    browser = client_of(cochair)
    text = page_html(browser.get(desk_page(draft)))
    assert "“participants” is a group, and no one speaks for a group." in text
    sent = {"shown": undertaking_hash(draft)}
    assert browser.post(desk_page(draft), sent).status_code == 400
    assert state_of(draft) == DRAFT


def test_reader_and_other_cochairs_cannot_propose(
    client_of: Sign, event: Event, draft: Commitment
) -> None:
    sent = {"shown": undertaking_hash(draft)}
    reader = client_of(make_holder(event, role="reader"))
    assert reader.post(desk_page(draft), sent).status_code == 403
    assert client_of(make_holder(make_event())).post(desk_page(draft), sent).status_code == 404
    assert state_of(draft) == DRAFT


# Changed texts ----------------------------------------------------------------------------------


def test_changed_text_ends_the_proposal(
    client_of: Sign, cochair: User, proposed: Commitment
) -> None:
    answer(link(proposed, "Belinda"), "accept")
    other, browser = link(proposed, "Harry"), client_of(cochair)
    address = page(Commitment, "change", proposed.pk)
    sent = filled(browser, address) | {"text": f"{SHELTERS} and twenty ships"}
    assert "is a draft again" in page_html(browser.post(address, sent, follow=True))
    # Nor does the link work if the former text is restored.
    for text in (f"{SHELTERS} and twenty ships", SHELTERS):
        browser.post(address, filled(browser, address) | {"text": text})
        assert LinkClient().get(other).status_code == 404
        assert state_of(proposed) == DRAFT


def test_changed_text_of_an_undertaken_commitment_is_undertaken_by_no_one(
    client_of: Sign, cochair: User, proposed: Commitment
) -> None:
    accept_both(proposed)
    browser, address = client_of(cochair), page(Commitment, "change", proposed.pk)
    browser.post(address, filled(browser, address) | {"is_open": "on"})
    assert state_of(proposed) == UNDERTAKEN
    browser.post(address, filled(browser, address) | {"text": "Pay for twenty ships"})
    assert state_of(proposed) == DRAFT
    assert not Undertaking.objects.current().exists()
    shown = get_text(LinkClient(), proposed.get_absolute_url())
    assert "It was changed since" in shown and "twenty ships" not in shown


def test_proposal_is_made_once_and_taken_back_by_the_desk(
    client_of: Sign, cochair: User, proposed: Commitment
) -> None:
    with pytest.raises(ValidationError, match="Only a draft can be proposed"):
        propose(proposed, shown_hash=undertaking_hash(proposed), by=cochair, at=NOW)
    path, browser = link(proposed, "Belinda"), client_of(cochair)
    browser.post(desk_page(proposed), {"act": "take-back"})
    assert state_of(proposed) == DRAFT
    assert LinkClient().get(path).status_code == 404
    assert AuditEntry.objects.latest("pk").action == "take back proposal"
    assert browser.post(desk_page(proposed), {"shown": "0" * 64}).status_code == 400
    CommitmentParty.objects.filter(commitment=proposed).delete()
    assert "has no party" in page_html(browser.get(desk_page(proposed)))


def test_no_account_moves_a_party_to_its_own_government(
    client_of: Sign, event: Event, cochair: User, operator: User
) -> None:
    peru = make_government("PE", "Government of Peru")
    row = make_commitment(event, state="draft")
    make_party(row, organisation=peru)
    colleague = speaker(event, Organisation.objects.get(country="ID"), "Colleague")
    for user in (cochair, operator):
        browser, address = client_of(user), page(Organisation, "change", peru.pk)
        browser.post(address, filled(browser, address) | {"kind": "government", "country": "ID"})
        peru.refresh_from_db()
        assert peru.country == "PE"
        # So no colleague speaks for it.
        address = page(Commitment, "change", row.pk)
        sent = filled(browser, address) | {"parties-0-focal_point": colleague.pk}
        assert "whose participation for this organisation is confirmed" in page_html(
            browser.post(address, sent)
        )
        assert "No one speaks for" in press_propose(browser, row)
        assert not Undertaking.objects.exists()


def test_colleague_of_another_body_does_not_accept(
    client_of: Sign, cochair: User, event: Event
) -> None:
    """Else a co-chair enters another government with the own country, and a colleague accepts."""
    made_up = make_government("ID", "Government of Peru")
    police = make_government("ID", "Police of Indonesia")
    row = make_commitment(event, reference="BZ2027-C9", text=SHELTERS, state="draft")
    make_party(row, organisation=made_up, focal_point=speaker(event, police, "Colleague"))
    text = press_propose(client_of(cochair), row)
    assert "No one speaks for “Government of Peru” yet." in text
    assert state_of(row) == DRAFT


def test_party_accepts_the_milestones_too(
    client_of: Sign, cochair: User, proposed: Commitment, deliver: Deliver
) -> None:
    desk = client_of(cochair)
    desk.post(desk_page(proposed), {"act": "take-back"})
    make_milestone(commitment=proposed, title="Close three shelters", due_on=date(2028, 1, 1))
    press_propose(desk, proposed)
    assert "Close three shelters (1 January 2028)" in get_text(
        LinkClient(), link(proposed, "Belinda")
    )
    accept_both(proposed)
    deliver()
    row = proposed.milestones.get()
    change = page(Milestone, "change", row.pk)
    assert desk.post(change, filled(desk, change, reached_on="2027-03-02")).status_code == 302
    assert state_of(proposed) == UNDERTAKEN
    shown = get_text(LinkClient(), proposed.get_absolute_url())
    assert "The co-chairs record when a milestone is reached." in shown
    answered = desk.post(change, filled(desk, change, title="Close thirty"), follow=True)
    assert "The commitment is a draft again" in page_html(answered)
    assert state_of(proposed) == DRAFT
    told = {mail.to[0]: mail for mail in deliver()}
    assert set(told) >= {"belinda@example.org", "harry@example.org"}
    mail = told["belinda@example.org"]
    assert mail.subject.endswith("The commitment BZ2027-C1 of your organisation was changed")
    assert "BZ2027-C1" in mail.body and "shelters" not in mail.body


def test_added_or_deleted_milestone_is_compared_again(
    client_of: Sign, cochair: User, proposed: Commitment
) -> None:
    desk = client_of(cochair)
    for act in ("delete", "add"):
        milestone = make_milestone(commitment=proposed)
        Commitment.objects.update(state="public", basis="undertaken", proposed_at=None)
        if act == "delete":
            desk.post(page(Milestone, "delete", milestone.pk), {"post": "yes"})
        else:
            change = page(Commitment, "change", proposed.pk)
            step = {"milestones-1-title": "Another step", "milestones-1-due_on": "2028-02-01"}
            forms = {"milestones-TOTAL_FORMS": "2"}
            desk.post(change, filled(desk, change) | forms | step)
        assert state_of(proposed) == DRAFT, act
        assert proposed.milestones.count() == (0 if act == "delete" else 2)
