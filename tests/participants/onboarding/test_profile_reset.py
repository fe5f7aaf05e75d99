"""Who comes in by a new invitation finds nothing of who had the record before."""

from collections.abc import Callable
from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from outcomes.models import CommitmentParty
from participants.accounts.addresses import remove_sign_in_address
from participants.models import Audience, Delegate, DelegateLanguage, RetentionAction, User
from participants.onboarding import invitations
from participants.privacy import access_log
from roundtable.audit import log as audit
from roundtable.models import AuditEntry, AuditKey, Event
from tests.factories import (
    NOON,
    make_affiliation,
    make_consent,
    make_delegate,
    make_exception,
    make_introduction,
    make_invitation,
    make_organisation,
)
from tests.participants.onboarding.test_acceptance import details, sharing
from tests.recorded_fixtures import recorded
from tests.sign_in import record_email_code

pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
WORK, NEW = "delegate@example.org", "new@example.org"
# One text for each place that held something of the person before.
FORMER = [
    "dewi.open@example.org",
    "dewi.inside@example.org",
    "dewi.private@example.org",
    "Knows about boats",
    "Head of Nets",
    "earlier@example.org",
    "Left-out Ministry",
    "Meet each other",
]


@pytest.fixture
@recorded
def former(delegate: Delegate, event: Event, cochair: User) -> Delegate:
    """A full profile whose account was closed because the person left."""
    delegate.write(
        about="Knows about boats",
        post="Head of Nets",
        listed_to=Audience.ONLY_ME,
        is_protected=True,
        hidden_at=NOON,
        invitation_email=WORK,
    )
    DelegateLanguage.objects.create(delegate=delegate, language="id")
    make_exception(delegate, organisation=make_organisation(name="Left-out Ministry"))
    make_introduction(delegate, make_delegate(name="Nina Other"), message="Meet each other")
    make_consent(delegate)
    make_affiliation(delegate)
    answered = {"email": "earlier@example.org", "answer": "agreed", "answered_at": NOON}
    make_invitation(delegate, event, **answered)
    asked = {
        "review_started_on": date(2026, 1, 1),
        "taken_on": date(2026, 2, 1),
        "action": RetentionAction.Action.CONFIRMATION_REQUESTED,
    }
    RetentionAction.objects.create(delegate=delegate, **asked)
    party = CommitmentParty.objects.filter(commitment__event=event)[0]
    party.request_focal_point(delegate)
    party.accept(NOON)
    audit.record(action=access_log.AccessAction.REVEAL, at=NOON, actor=cochair, subject=delegate)
    # As portals did until only owners closed their accounts.
    assert delegate.user is not None
    remove_sign_in_address(delegate.user, WORK)
    delegate.user.write(is_active=False)
    delegate.write(invitation_email="")
    delegate.refresh_from_db()
    return delegate


@pytest.fixture
def browser(former: Delegate, event: Event, cochair: User, client_of: Sign) -> Client:
    """Of whoever reads the mail of the new invitation, and has entered the code."""
    Delegate.objects.filter(pk=former.pk).update(invitation_email=NEW)
    now = timezone.now()
    invitation = invitations.send_invitation(delegate=former, event=event, by=cochair, at=now)
    user = invitations.get_or_create_account(invitation, now)
    assert user is not None
    EmailAddress.objects.filter(user=user).update(verified=True)
    client = client_of(user)
    record_email_code(client, user)
    return client


def found(browser: Client, path: str) -> list[str]:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return [text for text in FORMER if text in answer.content.decode()]


def test_previous_data_is_hidden_and_then_deleted(
    browser: Client, former: Delegate, cochair: User, client: Client
) -> None:
    for path in ("/welcome/", "/welcome/sharing/", "/welcome/erase/"):
        assert found(browser, path) == []
    page = browser.get("/welcome/").content.decode()
    assert 'value="Dewi Lestari"' in page and "Roundtable 2024" in page
    assert page.count("checked") == 0
    handle, closed = former.handle, former.user_id
    former.refresh_from_db()
    invitation = former.invitations.get()
    form = details(invitation, name="Dewi New", post="", about="", languages=[])
    assert browser.post("/welcome/", form)["Location"] == "/welcome/sharing/"
    assert browser.post("/welcome/sharing/", sharing(invitation)).status_code == 302
    former.refresh_from_db()
    assert former.user is not None
    record_email_code(browser, former.user)
    for path in ("/me/", "/me/looks/", "/me/data/", "/me/data.json", "/me/introductions/"):
        assert found(browser, path) == []
    held = browser.get("/me/data.json").json()["held"]
    emptied = ["channels", "languages", "exceptions", "introductions", "retention_actions", "looks"]
    assert [held[name] for name in emptied] == [[]] * 6
    assert [row["action"] for row in held["consents"]] == ["Given"]
    assert [row["action"] for row in held["log_about_you"]] == [
        "Profile emptied",
        "Invitation sent",
        "Consent given",
        "Invitation accepted",
    ]
    former.refresh_from_db()
    assert former.handle != handle and former.user_id != closed
    assert not former.is_protected and former.hidden_at is None
    assert client.get(f"/directory/{handle}/").status_code == 404
    # What the co-chairs know stays, but who the person is now must be confirmed again; whoever
    # accepted to be asked about a commitment did so alone.
    assert former.participations.get().confirmed_at is None
    assert former.affiliations.count() == 1
    assert former.focal_point_for.get().focal_point_accepted_at is None
    assert closed and not User.objects.filter(pk=closed).exists()
    # Earlier entries of the log are anonymous.
    reveal = AuditEntry.objects.get(action="reveal")
    assert reveal.subject and not AuditKey.objects.filter(key=reveal.subject).exists()


def test_admin_explains_what_new_invitation_removes(
    former: Delegate, operator: User, client_of: Sign
) -> None:
    Delegate.objects.filter(pk=former.pk).update(invitation_email=NEW)
    desk = client_of(operator)
    url, chosen = "/admin/participants/delegate/", {"_selected_action": [former.pk]}
    page = desk.post(url, {"action": "invite"} | chosen).content.decode()
    assert "(the earlier profile is deleted; the new one starts empty)" in page
    former.refresh_from_db()
    assert former.about == "Knows about boats"  # so far it is only asked
