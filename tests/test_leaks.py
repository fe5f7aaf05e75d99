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
from outcomes.models import Circulation, ReportingRound, Statement
from outcomes.reporting.actions import open_round, remind_round_parties
from outcomes.reporting.handover import hand_over
from outcomes.reporting.reminders import send_reminders
from outcomes.reporting.review import request_text_changes
from outcomes.reporting.submission import remind_cochairs, submit_text
from outcomes.statements import silence_procedure
from outcomes.statements.emails import tell_participants
from participants.accounts import departure, grants
from participants.introductions import lifecycle
from participants.models import Consent, Delegate, InvitationRequest, User
from participants.onboarding import invitations, requests
from participants.participation import participant_list
from participants.privacy import access_log, consent, erasure, retention, visibility
from roundtable.models import Event, QueuedEmail
from tests.canaries import (
    CARD,
    CHANNELS,
    PEOPLE,
    PROFILE,
    all_paths,
    canaries_of,
    find_canaries,
    find_canaries_in_pages,
    find_canaries_in_reveals,
    handles,
    response_text,
)
from tests.conftest import FULL, FULL_WALKS
from tests.email_links import LinkClient
from tests.factories import (
    compare_with_source,
    make_affiliation,
    make_grant,
    make_organisation,
    make_party,
    make_role,
    make_update,
    make_user,
    show_first,
)
from tests.faulty_visibility import MUTATIONS, apply_mutation
from tests.follow_up_factories import make_assessment, make_follow
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
    "shows everything": ("nobody", canaries_of("quiet", *PROFILE, *CHANNELS)),
    "lists everyone": ("nobody", canaries_of("quiet", *CARD)),
    # Whoever is not in the lists has no page either.
    "shows all in pages": ("nobody", canaries_of("open", "onlyme", "introd", "constit", "partic")),
    "shows every channel": ("nobody", canaries_of("open", "onlyme", "introd", "constit", "partic")),
    "knows no exceptions": (
        "quiet delegate",
        canaries_of("wary", *PROFILE, "everyone", "partic", "phone"),
    ),
    "knows no exceptions in pages": ("focal point", canaries_of("wary", "phone")),
    "knows no exceptions in lists": ("quiet delegate", canaries_of("wary", *CARD)),
    "knows no pause": ("nobody", canaries_of("paused", *PROFILE, "everyone")),
    "takes participants for a constituency": (
        "quiet delegate",
        canaries_of("bench", *PROFILE, "constit"),
    ),
    "lets introductions override exceptions": (
        "quiet delegate",
        canaries_of("wary", *PROFILE, "everyone", "partic", "phone"),
    ),
    "takes a request for an introduction": ("delegate", canaries_of("pending", *PROFILE, "introd")),
    "takes a claim for a confirmation": ("delegate", canaries_of("waiting", *PROFILE, "partic")),
}


def look_at_people(browser: Client, of_whom: list[str]) -> set[str]:
    """The canaries in the lists of people, on the pages of these, and in what "Show" opens."""
    found: set[str] = set()
    for path in (
        "/",
        "/directory/",
        "/directory/?view=table",
        "/directory/?view=country",
        "/search/?q=zq",
        *(f"/directory/{handle}/" for handle in of_whom),
    ):
        found |= find_canaries(response_text(browser.get(path)))
    return found | find_canaries_in_reveals(browser, of_whom)


# Unless at full size, test_visibility_worlds.py must find the others.
@pytest.mark.parametrize("mistake", list(MUTATIONS)[:: 1 if FULL else 2])
def test_search_for_leaks_detects_broken_visibility(
    readers: Readers, client_of: Sign, monkeypatch: pytest.MonkeyPatch, mistake: str
) -> None:
    role, leaked = LEAKS[mistake]
    browser = browser_of(readers, role, client_of)
    permitted = READS[role] | OPENS[role]
    assert not leaked & permitted
    if FULL_WALKS:  # else another test's
        assert look_at_people(browser, handles()) <= permitted
    if viewer := Delegate.objects.filter(user=readers[role] or 0).first():
        show_first(viewer)  # else a government's delegate sees no civil society anyway
    apply_mutation(mistake, monkeypatch)
    whose = {canary.split("-")[1] for canary in leaked}
    of_whom = handles() if FULL_WALKS else [named(key).handle for key in sorted(whose)]
    assert leaked <= look_at_people(browser, of_whom) - permitted


@pytest.mark.prove
def test_page_crawl_detects_visibility_that_shows_everything(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply_mutation("shows everything", monkeypatch)
    found = find_canaries_in_pages(LinkClient(), all_paths())
    for key in PEOPLE:
        # Whoever has no account or hides is not listed, whatever their audiences say.
        if key not in ("closed", "imported", "paused", "withdrew"):
            assert canaries_of(key, *PROFILE, *CHANNELS) <= found, key


# Error pages ---------------------------------------------------------------------------


def test_error_page_leaks_nothing(readers: Readers, client_of: Sign, settings: Settings) -> None:
    browser = browser_of(readers, "delegate", client_of)
    strict = LinkClient(enforce_csrf_checks=True)
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
        assert find_canaries(response_text(answer)) - canaries_of("quiet", "name") == set(), status
        if answer.request["QUERY_STRING"] == "":
            assert find_canaries(response_text(answer)) == set(), status


# Exports -------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["co-chair", "operator"])
def test_export_names_no_person(readers: Readers, client_of: Sign, role: str) -> None:
    browser = browser_of(readers, role, client_of)
    of_people = {
        canary
        for key in PEOPLE
        for canary in canaries_of(key, *PROFILE, *CHANNELS, *HELD, "signin")
    } - {canary for key in PEOPLE for canary in canaries_of(key, "hideout")}  # an organisation
    found: set[str] = set()
    for kind, path in product((0, 1), ("participants/organisation", "outcomes/commitment")):
        answer = browser.post(f"/admin/{path}/export/", {"format": kind, "resource": ""})
        assert answer.status_code == 200
        assert "attachment" in answer["Content-Disposition"]
        found |= find_canaries(response_text(answer))
    assert found & of_people == set()
    assert canaries_of("event", "organisation", "commitment") <= found
    event = Event.objects.get(slug="zq-event-slug")
    answer = browser.get(f"/admin/roundtable/event/{event.pk}/workbook/")
    book = load_workbook(BytesIO(answer.content))
    cells = [cell.value for page in book.worksheets for row in page.iter_rows() for cell in row]
    said = find_canaries("\n".join(str(cell) for cell in cells))
    assert said & of_people == set()
    assert canaries_of("event", "organisation", "commitment", "point", "title") <= said


# Mails ---------------------------------------------------------------------------------


def follow_up(event: Event, cochair: User, operator: User | None, at: datetime) -> None:
    """Emails about a commitment: requested, submitted, sent back, followed, handed over."""
    assert operator
    commitment = event.commitments.get(reference="ZQEVENT-C1")
    party, person = make_party(commitment), named("bench")
    # Who works elsewhere has no task here.
    make_affiliation(person, organisation=person.participations.get(event=event).organisation)
    party.request_focal_point(person)
    party.accept(at)
    on = commitment.due_on
    assert on and send_reminders(on=on, at=at) >= 1
    asked = ReportingRound(event=event, title="Before the conference", due_on=at.date())
    assert open_round(reporting_round=asked, commitments=event.commitments.all(), by=cochair, at=at)
    assert remind_round_parties(reporting_round=asked, by=cochair, at=at)
    update = make_update(commitment, approved=False, party=party, text="zq-update-submitted")
    update.author = person.user
    submit_text(update, at=at)
    request_text_changes(rows=[update], note="zq-update-note", by=cochair, at=at)
    text = make_assessment(commitment=commitment, approved=False, text="zq-assessment-submitted")
    text.author = person.user
    submit_text(text, at=at)
    request_text_changes(rows=[text], note="zq-update-note", by=cochair, at=at)
    assert remind_cochairs(at=at + timedelta(days=2)) >= 1
    make_follow(operator, event=event, frequency="at-once", notified_until=at)
    shown = make_update(commitment, approved=False, party=party, text="zq-event-update")
    shown.approve(by=cochair, at=at)
    assert subscriptions.send_notifications(on=at.date(), at=at + timedelta(minutes=3)) == {
        "at-once": 1
    }
    assert hand_over(party, suggestion="zq-quiet-name", by=person.user, at=at)
    go_round(event, cochair, at)


def go_round(event: Event, cochair: User, at: datetime) -> None:
    """A correction is compared, goes round, is objected to, goes round again, and meets silence."""
    compare_with_source(event.statement.corrigenda.get())
    tell_participants(event.statement.public_versions()[-1], at=at)
    Statement.objects.filter(event=event).update(adoption="signed")
    for _number in range(2):
        make_role(event, role="cochair")
    corrigendum = event.statement.corrigenda.get()
    # Whether a reminder about the earlier circulation is due would depend on the day of the week.
    Circulation.objects.filter(version__corrigendum=corrigendum).update(
        stop_reason="withdrawn", stopped_at=at
    )
    deadline = at + timedelta(days=1)
    for word in ("", "event"):
        corrigendum.rewordings.update(after=f"zq-corrigendum-after zq-{word}")
        circulation = silence_procedure.circulate(corrigendum, deadline=deadline, by=cochair, at=at)
        if not word:
            reply = circulation.replies.all()[0]
            silence_procedure.submit_reply(
                reply, answer="object", text="zq-draft-reply", version="none", by=cochair, at=at
            )
    silence_procedure.send_circulation_reminders(at=at + timedelta(hours=1))
    assert silence_procedure.send_circulation_reminders(at=deadline) == 1


def do_all_that_writes(readers: Readers) -> Iterator[None]:
    """Everything that sends mail, each about someone with words to leak; stops to have it sent."""
    at = timezone.now()
    event = Event.objects.get(slug="zq-event-slug")
    cochair, reader = readers["co-chair"], readers["delegate"]
    assert cochair is not None and reader is not None
    own = Delegate.objects.get(user=reader)
    asked = lifecycle.request_introduction(
        by=own, handle=named("inside").handle, message="zq-pending-message", at=at
    )
    assert asked is not None
    lifecycle.accept_introduction(asked, by=named("inside"), at=at)
    lifecycle.propose_introduction(
        first=named("open"), second=named("bench"), by=cochair, message="zq-quiet-message", at=at
    )
    invitations.send_invitation(delegate=named("imported"), event=event, by=cochair, at=at)
    request = InvitationRequest(
        event=event,
        name="zq-request-name",
        organisation="zq-request-organisation",
        email="zq-request-email@example.org",
        note="zq-request-note",
    )
    requests.submit_request(invitation_request=request, at=at)
    follow_up(event, cochair, readers["operator"], at)
    consent.hide_profile(named("open"), by=Consent.By.OWNER, at=at)
    looker = named("later").user
    assert looker is not None
    for key in ("inside", "wary"):
        visibility.reveal(looker, named(key).handle, at)
    access_log.notify_access_burst(looker, at)
    held = make_grant(make_user("zq-held@example.org"), event, role="editor")
    operator = readers["operator"]
    assert operator is not None
    grants.hand_over_grant(grant=held, to=looker, on=at.date(), by=operator, at=at)
    chairs = [
        make_grant(user, event, on_behalf_of=make_organisation()).user
        for user in (make_user("zq-chair@example.org"), make_user("zq-other@example.org"))
    ]
    row = participant_list.request_list(event=event, purpose="zq-list-purpose", by=chairs[0], at=at)
    assert participant_list.decide_list(row=row, agrees=True, by=chairs[1], at=at)
    second = "zq-inside-signin@example.com"
    user = named("inside").user
    assert user is not None
    EmailAddress.objects.create(user=user, email=second, verified=True)
    departure.leave_organisation(user=user, address=second, affiliation=None, at=at)
    wary = named("wary").user
    assert wary is not None
    erasure.erase_own_data(wary, at=at)
    yield
    done: Counter[str] = Counter()
    for months in range(12, 40):
        later = at + timedelta(days=30 * months)
        done += retention.run_retention(on=later.date(), at=later)
        yield
    assert {"requested", "made-private", "warned", "warned-again", "erased"} <= set(done)


# What an email may contain besides its recipient's address, by the start of its dedup_key.
# Co-chairs learn who looks at many people in a row.
ALLOWED_IN_EMAILS = {
    "circulated": canaries_of("event", "title"),
    "objected": canaries_of("event", "title"),
    "silence": canaries_of("event", "title"),
    "stopped": canaries_of("event", "title"),
    "tosign": canaries_of("event", "title"),
    "changes_requested": canaries_of("event", "title"),
    "compare": canaries_of("event", "title"),
    "published": canaries_of("event", "title"),
    "follows": set(),
    "grant": canaries_of("event", "title"),
    "handover": set(),
    "introduction": set(),
    "invitation": canaries_of("event", "title", "organisation"),
    "invitation-request": canaries_of("event", "title"),
    "left": set(),
    "list": canaries_of("event", "title"),
    "looks": canaries_of("event", "title"),
    "reminder": canaries_of("event", "commitment"),
    "review": set(),
    "round": canaries_of("event", "commitment"),
    "waits": canaries_of("event", "title"),
}


def test_email_leaks_nothing(
    readers: Readers,
    settings: Settings,
    deliver: Callable[[], list[EmailMultiAlternatives]],
    record_property: Record,
) -> None:
    settings.REVEALS_PER_DAY = 2
    found: dict[str, set[str]] = {}
    for _stop in do_all_that_writes(readers):
        # Once it is sent, an email is empty.
        for email in QueuedEmail.objects.filter(done_at=None):
            words = find_canaries(email.subject + email.text)
            found.setdefault(re.split("[ :]", email.dedup_key)[0], set()).update(words)
        mails = deliver()
    assert found == ALLOWED_IN_EMAILS
    assert len(mails) > 20
    for mail in mails:
        [recipient] = mail.recipients()
        headers = {**mail.message(), "To": ""}
        words = find_canaries(f"{headers} {mail.subject} {mail.body} {mail.alternatives}")
        allowed = set.union(*ALLOWED_IN_EMAILS.values()) | canaries_of("event", "title")
        assert words <= allowed, mail.subject
        assert find_canaries(str(mail.subject)) == set()
        assert recipient not in f"{headers} {mail.subject} {mail.body} {mail.alternatives}"
    record_property("emails searched", len(mails))
