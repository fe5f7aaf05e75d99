"""Where words leak that no page shows: mails, exports, error pages; and doors that are mistaken."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from itertools import product

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import Settings

from outcomes.changes import subscriptions
from outcomes.contributions.review import send_back
from outcomes.models import ReportingRound, Statement
from outcomes.reporting.actions import ask_for_changes, nudge, open_round
from outcomes.reporting.handover import hand_over
from outcomes.reporting.reminders import remind
from outcomes.reporting.submission import hand_in, remind_cochairs
from outcomes.statements import silence_procedure
from participants.accounts import departure, grants
from participants.introductions import lifecycle
from participants.models import Consent, Delegate, InvitationRequest, User
from participants.onboarding import invitations, requests
from participants.participation import participant_list
from participants.privacy import access_log, consent, erasure, retention, visibility
from roundtable.models import Event, Letter
from tests.canaries import (
    CARD,
    CHANNELS,
    PEOPLE,
    PROFILE,
    handles,
    of,
    paths,
    press_show,
    read_everything,
    seen_in,
    whole,
)
from tests.conftest import FULL_WALKS
from tests.factories import (
    make_grant,
    make_organisation,
    make_party,
    make_role,
    make_update,
    make_user,
)
from tests.follow_up import make_assessment, make_follow
from tests.mistakes import MISTAKES, make_mistake
from tests.test_privacy import HELD, OPENS, READS, browser_of, portal_once, readers

__all__ = ["portal_once", "readers"]  # fixtures
pytestmark = [pytest.mark.django_db, pytest.mark.walk]
Sign = Callable[[User | Delegate], Client]
Readers = dict[str, User | None]
Record = Callable[[str, object], None]


def named(key: str) -> Delegate:
    return Delegate.objects.get(name=f"zq-{key}-name")


# Mistaken doors -----------------------------------------------------------------------

# For each mistake: who looks, and what that reader then finds and must not.
LEAKS = {
    "shows everything": ("nobody", of("quiet", *PROFILE, *CHANNELS)),
    "lists everyone": ("nobody", of("quiet", *CARD)),
    # Whoever is not in the lists has no page either.
    "shows all in pages": ("nobody", of("open", "onlyme", "introd", "constit", "partic")),
    "shows every channel": ("nobody", of("open", "onlyme", "introd", "constit", "partic")),
    "knows no exceptions": ("quiet delegate", of("wary", *PROFILE, "everyone", "partic", "phone")),
    "knows no exceptions in pages": ("focal point", of("wary", "phone")),
    "knows no exceptions in lists": ("quiet delegate", of("wary", *CARD)),
    "knows no pause": ("nobody", of("paused", *PROFILE, "everyone")),
    "takes participants for a constituency": ("quiet delegate", of("bench", *PROFILE, "constit")),
    "takes a request for an introduction": ("delegate", of("pending", *PROFILE, "introd")),
    "takes a claim for a confirmation": ("delegate", of("waiting", *PROFILE, "partic")),
}


def look_at_people(browser: Client) -> set[str]:
    """The canaries in the pages where people stand, and in what "Show" opens."""
    found: set[str] = set()
    for path in (
        "/",
        "/directory/",
        "/directory/?view=table",
        "/directory/?view=country",
        "/search/?q=zq",
        *(f"/directory/{handle}/" for handle in handles()),
    ):
        found |= seen_in(whole(browser.get(path)))
    return found | press_show(browser)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_search_notices_a_mistaken_door(
    readers: Readers, client_of: Sign, monkeypatch: pytest.MonkeyPatch, mistake: str
) -> None:
    role, leaked = LEAKS[mistake]
    browser = browser_of(readers, role, client_of)
    permitted = READS[role] | OPENS[role]
    assert not leaked & permitted
    if FULL_WALKS:  # else another test's
        assert look_at_people(browser) <= permitted
    make_mistake(mistake, monkeypatch)
    assert leaked <= look_at_people(browser) - permitted


@pytest.mark.prove
def test_search_of_all_pages_notices_a_door_that_shows_everything(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_mistake("shows everything", monkeypatch)
    found = read_everything(Client(), paths())
    for key in PEOPLE:
        # Whoever has no account or hides is not listed, whatever their audiences say.
        if key not in ("closed", "imported", "paused", "withdrew"):
            assert of(key, *PROFILE, *CHANNELS) <= found, key


# Error pages ---------------------------------------------------------------------------


def test_error_page_tells_nothing(readers: Readers, client_of: Sign, settings: Settings) -> None:
    browser = browser_of(readers, "delegate", client_of)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    handle, shown = named("quiet").handle, named("open").handle
    settings.REVEALS_PER_DAY = 0
    for status, answer in (
        (400, browser.get("/directory/?page=zq-quiet-name")),
        (400, browser.get("/directory/", {"q": "\0"})),
        (403, browser.get("/admin/participants/delegate/")),
        (403, strict.post(f"/directory/{shown}/show/")),
        (404, browser.get(f"/directory/{handle}/")),
        (404, browser.post(f"/directory/{handle}/show/")),
        (404, browser.post(f"/directory/{handle}/introduce/")),
        (405, browser.post(f"/directory/{handle}/")),
        (405, browser.delete(f"/directory/{shown}/")),
        (429, browser.post(f"/directory/{shown}/show/")),
        (429, browser.post(f"/directory/{shown}.vcf")),
    ):
        assert answer.status_code == status
        assert seen_in(whole(answer)) - of("quiet", "name") == set(), status
        if answer.request["QUERY_STRING"] == "":
            assert seen_in(whole(answer)) == set(), status


# Exports -------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["co-chair", "operator"])
def test_export_names_no_person(readers: Readers, client_of: Sign, role: str) -> None:
    browser = browser_of(readers, role, client_of)
    of_people = {
        canary for key in PEOPLE for canary in of(key, *PROFILE, *CHANNELS, *HELD, "signin")
    } - {canary for key in PEOPLE for canary in of(key, "hideout")}  # an organisation
    found: set[str] = set()
    for kind, path in product((0, 1), ("participants/organisation", "outcomes/commitment")):
        answer = browser.post(f"/admin/{path}/export/", {"format": kind, "resource": ""})
        assert answer.status_code == 200
        assert "attachment" in answer["Content-Disposition"]
        found |= seen_in(whole(answer))
    assert found & of_people == set()
    assert of("event", "organisation", "commitment") <= found
    event = Event.objects.get(slug="zq-event-slug")
    answer = browser.get(f"/admin/roundtable/event/{event.pk}/workbook/")
    book = load_workbook(BytesIO(answer.content))
    cells = [cell.value for page in book.worksheets for row in page.iter_rows() for cell in row]
    said = seen_in("\n".join(str(cell) for cell in cells))
    assert said & of_people == set()
    assert of("event", "organisation", "commitment", "point", "title") <= said


# Mails ---------------------------------------------------------------------------------


def follow_up(event: Event, cochair: User, operator: User | None, at: datetime) -> None:
    """What writes about a commitment: asked, handed in, sent back, followed, handed over."""
    assert operator
    commitment = event.commitments.get(reference="ZQEVENT-C1")
    party, person = make_party(commitment), named("bench")
    party.ask(person)
    party.accept(at)
    on = commitment.due_on
    assert on and remind(on=on, at=at) >= 1
    asked = ReportingRound(event=event, title="Before the conference", due_on=at.date())
    assert open_round(reporting_round=asked, commitments=event.commitments.all(), by=cochair, at=at)
    assert nudge(reporting_round=asked, by=cochair, at=at)
    update = make_update(commitment, approved=False, party=party, text="zq-update-submitted")
    update.author = person.user
    hand_in(update, at=at)
    ask_for_changes(updates=[update], note="zq-update-note", by=cochair, at=at)
    text = make_assessment(commitment=commitment, approved=False, text="zq-assessment-submitted")
    text.author = person.user
    hand_in(text, at=at)
    send_back(rows=[text], note="zq-update-note", by=cochair, at=at)
    assert remind_cochairs(at=at + timedelta(days=2)) >= 1
    make_follow(operator, event=event, pace="at-once", told_until=at)
    shown = make_update(commitment, approved=False, party=party, text="zq-event-update")
    shown.approve(by=cochair, at=at)
    assert subscriptions.tell(on=at.date(), at=at + timedelta(minutes=3)) == {"at-once": 1}
    assert hand_over(party, suggestion="zq-quiet-name", by=person.user, at=at)
    go_round(event, cochair, at)


def go_round(event: Event, cochair: User, at: datetime) -> None:
    """A correction goes round, is objected to, goes round again, and is met with silence."""
    Statement.objects.filter(event=event).update(adoption="signed")
    for _number in range(2):
        make_role(event, role="cochair")
    corrigendum = event.statement.corrigenda.get()
    deadline = at + timedelta(days=1)
    for word in ("", "event"):
        corrigendum.rewordings.update(after=f"zq-corrigendum-after zq-{word}")
        circulation = silence_procedure.circulate(corrigendum, deadline=deadline, by=cochair, at=at)
        if not word:
            reply = circulation.replies.all()[0]
            silence_procedure.answer(
                reply, answer="object", text="zq-draft-reply", seen="none", by=cochair, at=at
            )
    silence_procedure.remind_of_circulations(at=at + timedelta(hours=1))
    assert silence_procedure.remind_of_circulations(at=deadline) == 1


def do_all_that_writes(readers: Readers) -> Iterator[None]:
    """Everything that sends mail, each about somebody with words to leak; stops to have it sent."""
    at = timezone.now()
    event = Event.objects.get(slug="zq-event-slug")
    cochair, reader = readers["co-chair"], readers["delegate"]
    assert cochair is not None and reader is not None
    own = Delegate.objects.get(user=reader)
    asked = lifecycle.ask(
        by=own, handle=named("inside").handle, message="zq-pending-message", at=at
    )
    assert asked is not None
    lifecycle.accept(asked, by=named("inside"), at=at)
    lifecycle.introduce(
        first=named("open"), second=named("bench"), by=cochair, message="zq-quiet-message", at=at
    )
    invitations.invite(delegate=named("imported"), event=event, by=cochair, at=at)
    request = InvitationRequest(
        event=event,
        name="zq-request-name",
        organisation="zq-request-organisation",
        email="zq-request-email@example.org",
        note="zq-request-note",
    )
    requests.ask(request=request, at=at)
    follow_up(event, cochair, readers["operator"], at)
    consent.pause(named("open"), by=Consent.By.OWNER, at=at)
    looker = named("later").user
    assert looker is not None
    for key in ("inside", "wary"):
        visibility.reveal(looker, named(key).handle, at)
    access_log.note_run(looker, at)
    held = make_grant(make_user("zq-held@example.org"), event, role="editor")
    operator = readers["operator"]
    assert operator is not None
    grants.hand_over(grant=held, to=looker, on=at.date(), by=operator, at=at)
    chairs = [
        make_grant(user, event, on_behalf_of=make_organisation()).user
        for user in (make_user("zq-chair@example.org"), make_user("zq-other@example.org"))
    ]
    row = participant_list.ask(event=event, purpose="zq-list-purpose", by=chairs[0], at=at)
    assert participant_list.decide(row=row, agrees=True, by=chairs[1], at=at)
    second = "zq-inside-signin@example.com"
    user = named("inside").user
    assert user is not None
    EmailAddress.objects.create(user=user, email=second, verified=True)
    departure.leave(user=user, address=second, work=None, at=at)
    wary = named("wary").user
    assert wary is not None
    erasure.erase_oneself(wary, at=at)
    yield
    done: Counter[str] = Counter()
    for months in range(12, 40):
        later = at + timedelta(days=30 * months)
        done += retention.review(on=later.date(), at=later)
        yield
    assert {"asked", "narrowed", "warned", "warned-again", "erased"} <= set(done)


# What may stand in a letter, by what its cause begins with, besides its recipient's address.
# Co-chairs learn who looks at many people in a row.
LETTERS = {
    "circulated": of("event", "title"),
    "objected": of("event", "title"),
    "silence": of("event", "title"),
    "stopped": of("event", "title"),
    "tosign": of("event", "title"),
    "erased": set(),
    "follows": set(),
    "grant": of("event", "title"),
    "handover": set(),
    "introduction": set(),
    "invitation": of("event", "title"),
    "invitation-request": of("event", "title"),
    "left": set(),
    "list": of("event", "title"),
    "looks": of("event", "title"),
    "pause": of("event", "title"),
    "reminder": of("event", "commitment"),
    "review": set(),
    "round": of("event", "commitment"),
    "sent": of("event", "title"),
    "waits": of("event", "title"),
}


def test_letter_tells_nothing(
    readers: Readers,
    settings: Settings,
    deliver: Callable[[], list[EmailMultiAlternatives]],
    record_property: Record,
) -> None:
    settings.REVEALS_PER_DAY = 2
    found: dict[str, set[str]] = {}
    for _stop in do_all_that_writes(readers):
        # Once it is sent, a letter is empty.
        for letter in Letter.objects.filter(done_at=None):
            words = seen_in(letter.subject + letter.text + letter.html)
            found.setdefault(re.split("[ :]", letter.cause)[0], set()).update(words)
        mails = deliver()
    assert found == LETTERS
    assert len(mails) > 20
    for mail in mails:
        [recipient] = mail.recipients()
        headers = {**mail.message(), "To": ""}
        words = seen_in(f"{headers} {mail.subject} {mail.body} {mail.alternatives}")
        assert words <= set.union(*LETTERS.values()) | of("event", "title"), mail.subject
        assert seen_in(str(mail.subject)) == set()
        assert recipient not in f"{headers} {mail.subject} {mail.body} {mail.alternatives}"
    record_property("letters searched", len(mails))
