"""The steps after an invitation: agree, say "not me", be forgotten, add to what is there."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from lxml import html

from participants.accounts.second_factor import has_second_factor
from participants.models import (
    Audience,
    Consent,
    Delegate,
    Erasure,
    Grant,
    Invitation,
    Participation,
    User,
)
from participants.privacy.consent import current_notice
from roundtable.allauth_compat import RecoveryCodes
from roundtable.models import AuditEntry, Event
from tests.factories import (
    NOON,
    make_affiliation,
    make_commitment,
    make_confirmation,
    make_delegate,
    make_event,
    make_grant,
    make_invitation,
    make_organisation,
    make_participation,
    make_party,
    make_user,
)
from tests.form_fields import press
from tests.page_text import get_text, page_html, page_text
from tests.recorded_fixtures import recorded
from tests.sign_in import record_email_code

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
Sign = Callable[..., Client]


@pytest.fixture
@recorded
def invitation(event: Event, cochair: User) -> Invitation:
    """Someone was invited."""
    person = make_delegate(name="Ines Vited", user=None, invitation_email="Ines@example.org")
    organisation = make_organisation(name="Example Shelter")
    make_participation(person, event, confirmed=False, organisation=organisation)
    return make_invitation(person, event, email="Ines@example.org", invited_by=cochair)


@pytest.fixture
@recorded
def user(invitation: Invitation) -> User:
    """Has entered the code that went to the invited address; made for this alone."""
    return make_user("ines@example.org", joined_at=NOON)


@pytest.fixture
def browser(client_of: Sign, user: User) -> Client:
    """The invited person's."""
    return client_of(user)


def of(invitation: Invitation) -> dict[str, str]:
    return {"of": invitation.delegate.handle}


def details(invitation: Invitation, **fields: Any) -> dict[str, Any]:
    given = {"name": "Inés Vited", "name_latin": "", "post": "Head", "about": "Ask me."}
    return of(invitation) | given | {"languages": ["en", "es"]} | fields


def sharing(invitation: Invitation, **fields: Any) -> dict[str, Any]:
    given = {
        "notice_sha256": current_notice("en").sha256,
        "agree": "on",
        "listed_to": "only_me",
        "channel-TOTAL_FORMS": "2",
        "channel-INITIAL_FORMS": "0",
        "channel-0-kind": "",
        "channel-0-value": "",
        "channel-0-audience": "only_me",
        "channel-1-kind": "",
        "channel-1-value": "",
        "channel-1-audience": "only_me",
    }
    return of(invitation) | given | fields


def test_person_checks_what_cochairs_entered_then_shares(
    browser: Client, invitation: Invitation, user: User
) -> None:
    assert browser.get("/me/")["Location"] == "/welcome/"
    page = page_html(browser.get("/welcome/"))
    assert 'value="Ines Vited"' in page
    assert (
        "Roundtable 2024, May 2024 (RT2024): <strong>Example Shelter</strong> (not confirmed yet)"
    ) in page
    assert "The co-chairs maintain this information. If it is wrong, tell them." in page
    assert browser.post("/welcome/", details(invitation))["Location"] == "/welcome/sharing/"
    assert browser.get("/me/")["Location"] == "/welcome/"
    channel = {"kind": "email", "value": "ines.office@example.org", "audience": "everyone"}
    given = {f"channel-0-{name}": value for name, value in channel.items()}
    browser.post("/welcome/sharing/", sharing(invitation, listed_to="participants", **given))
    assert browser.get("/me/").status_code == 200
    assert browser.get("/welcome/")["Location"] == "/me/"
    person = Delegate.objects.get(user=user)
    assert person.listed_to == Audience.PARTICIPANTS
    stored = person.channels.get()
    assert {name: getattr(stored, name) for name in channel} == channel


def test_recovery_codes_are_offered_as_text_and_to_save(
    browser: Client, invitation: Invitation, user: User
) -> None:
    browser.post("/welcome/", details(invitation))
    page = browser.post("/welcome/sharing/", sharing(invitation), follow=True)
    assert page.redirect_chain == [("/me/paper-code/", 302)]
    (later,) = html.fromstring(page.content.decode()).xpath("//a[.='Not now']/@href")
    page = browser.get(later)
    assert 'href="/welcome/"' in page.content.decode()  # "Not now" leads on
    record_email_code(browser, user)
    page = press(browser, page, "/accounts/2fa/recovery-codes/generate/", "Show my")
    assert "no longer work" not in page.content.decode()
    codes = RecoveryCodes.activate(user).get_unused_codes()
    shown = html.fromstring(page.content.decode())
    assert [row.text for row in shown.xpath("//*[@id='recovery-codes']//code")] == codes
    (link,) = shown.xpath("//a[@download='recovery-codes.txt']/@href")
    assert unquote(link).split(",", 1)[1].split() == codes
    assert browser.get("/welcome/codes/", follow=True).redirect_chain[-1] == ("/me/", 302)
    assert has_second_factor(user) is False
    # They are shown once.
    assert codes[0] not in browser.get("/accounts/2fa/recovery-codes/").content.decode()


def test_consent_without_sharing(browser: Client, invitation: Invitation, user: User) -> None:
    page = browser.get("/welcome/sharing/").content.decode()
    # Of the listing and of two empty rows.
    assert len(re.findall(r'value="only_me"[^>]*checked', page)) == 3
    assert page.count("checked") == 3
    assert "Sharing your contact details" in page
    browser.post("/welcome/", details(invitation))
    answer = browser.post("/welcome/sharing/", sharing(invitation), follow=True)
    assert (
        "Welcome. You can change all of this on “Your profile” at any time."
        in answer.content.decode()
    )
    person = Delegate.objects.get(user=user)
    assert person.pk == invitation.delegate_id
    assert (person.name, person.post, person.about) == ("Inés Vited", "Head", "Ask me.")
    assert [row.language for row in person.languages.all()] == ["en", "es"]
    assert (person.listed_to, person.consented_at) == (Audience.ONLY_ME, NOON)
    assert not person.channels.exists()
    invitation.refresh_from_db()
    assert (invitation.answer, invitation.answered_at) == ("agreed", NOON)
    consent = Consent.objects.get()
    assert (consent.delegate, consent.action, consent.by) == (person, "given", "owner")
    assert "accept invitation" in AuditEntry.objects.values_list("action", flat=True)
    assert person.participations.get().confirmed_at is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"agree": ""}, "Tick the box if you agree. If you do not agree, nothing changes."),
        ({"notice_sha256": "0" * 64}, "The consent notice has changed since you opened this page."),
        ({"channel-0-value": "+62 1"}, "too short"),
        ({"listed_to": "the world"}, "Select a valid choice."),
    ],
)
def test_error_on_second_page_keeps_input(
    browser: Client, invitation: Invitation, change: dict[str, str], sentence: str
) -> None:
    typed = sharing(invitation, listed_to="everyone") | {
        "channel-0-kind": "phone",
        "channel-0-value": "+62 21 5555 0100",
        "channel-0-audience": "participants",
        "channel-1-kind": "signal",
        "channel-1-value": "ines.77",
        **change,
    }
    answer = browser.post("/welcome/sharing/", typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in page
    assert f'value="{typed["channel-0-value"]}"' in page and 'value="ines.77"' in page
    invitation.refresh_from_db()
    assert invitation.answer == ""
    person = invitation.delegate
    person.refresh_from_db()
    assert (person.user, person.consented_at, person.channels.count()) == (None, None, 0)


def test_error_on_first_page_keeps_input(browser: Client, invitation: Invitation) -> None:
    answer = browser.post("/welcome/", details(invitation, name=" ", post="Head of Shelter"))
    assert answer.status_code == 400
    assert "Head of Shelter" in answer.content.decode()
    invitation.delegate.refresh_from_db()
    assert invitation.delegate.name == "Ines Vited"


def test_form_for_other_invitation_is_rejected(browser: Client, invitation: Invitation) -> None:
    other = make_delegate(user=None)
    for path in ("/welcome/", "/welcome/sharing/", "/welcome/not-me/", "/welcome/erase/"):
        data = details(invitation) | sharing(invitation) | {"of": other.handle}
        answer = browser.post(path, data)
        assert (answer.status_code, answer["Location"]) == (302, "/welcome/"), path
    invitation.refresh_from_db()
    invitation.delegate.refresh_from_db()
    assert (invitation.answer, invitation.delegate.name) == ("", "Ines Vited")


def test_foreign_invitation_is_not_accessible(
    client_of: Sign, invitation: Invitation, delegate: Delegate
) -> None:
    unproved = make_user("unproved@example.org")
    EmailAddress.objects.create(user=unproved, email="ines@example.org", verified=False)
    for who in (delegate, unproved):
        browser = client_of(who)
        for path in ("/welcome/", "/welcome/sharing/", "/welcome/not-me/", "/welcome/erase/"):
            answer = browser.post(path, details(invitation) | sharing(invitation), follow=True)
            assert answer.redirect_chain[-1][0] == "/me/", path
    invitation.refresh_from_db()
    assert invitation.answer == ""


def test_started_acceptance_has_one_more_day(
    client_of: Sign, user: User, time_machine: Any
) -> None:
    time_machine.shift(timedelta(days=14, hours=23))
    assert client_of(user).get("/welcome/").status_code == 200
    time_machine.shift(timedelta(hours=1))
    assert client_of(user).get("/welcome/")["Location"] == "/me/"


def test_get_changes_nothing(browser: Client, invitation: Invitation) -> None:
    before = [list(Delegate.objects.values()), list(Invitation.objects.values())]
    for path in ("/welcome/", "/welcome/sharing/", "/welcome/erase/"):
        assert browser.get(path).status_code == 200, path
    assert browser.get("/welcome/not-me/")["Location"] == "/welcome/"
    assert [list(Delegate.objects.values()), list(Invitation.objects.values())] == before
    assert not Consent.objects.exists()


# Not me, forget me -----------------------------------------------------------------------


def test_not_me_unlinks_and_removes_the_account(
    browser: Client, invitation: Invitation, user: User
) -> None:
    answer = browser.post("/welcome/not-me/", of(invitation))
    assert "Thank you for telling us" in answer.content.decode()
    person = Delegate.objects.get(pk=invitation.delegate_id)
    assert (person.name, person.invitation_email, person.user) == ("Ines Vited", "", None)
    assert not User.objects.filter(pk=user.pk).exists()
    assert browser.get("/me/").status_code == 302
    invitation.refresh_from_db()
    assert invitation.answer == "not-me"


@pytest.mark.parametrize("act", ["not-me", "erase"])
def test_account_with_a_right_or_a_profile_survives(
    client_of: Sign, user: User, invitation: Invitation, act: str
) -> None:
    if act == "erase":
        make_grant(user, make_event())
    else:
        make_delegate(user=user)
    browser = client_of(user)
    browser.post(f"/welcome/{act}/", of(invitation))
    assert Delegate.objects.get(pk=invitation.delegate_id).invitation_email == ""
    assert browser.get("/me/").status_code == 200


def test_delete_me_confirms_and_erases(browser: Client, invitation: Invitation) -> None:
    page = browser.get("/welcome/erase/").content.decode()
    assert "Delete everything about you?" in page and "No one can undo this." in page
    assert Delegate.objects.get(pk=invitation.delegate_id).name == "Ines Vited"
    answer = browser.post("/welcome/erase/", of(invitation))
    assert "Your data is deleted" in answer.content.decode()
    person = Delegate.objects.get(pk=invitation.delegate_id)
    assert (person.name, person.invitation_email, person.erased_at) == ("", "", NOON)
    assert not User.objects.filter(email="ines@example.org").exists()
    assert not Invitation.objects.exists()
    kinds = set(Erasure.objects.values_list("kind", flat=True))
    assert kinds == {"account", "address", "handle", "key"}
    assert browser.get("/me/").status_code == 302


# What is there already -------------------------------------------------------------------


@pytest.fixture
@recorded
def own_profile(user: User) -> Delegate:
    """The invited person has a profile from another roundtable."""
    person = make_delegate(name="Dr Inés Vited", post="Director", user=user, about="My own words")
    make_participation(person, make_event(title="Earlier roundtable"))
    return person


def test_second_invitation_is_merged_into_the_profile(
    client_of: Sign, own_profile: Delegate, user: User, invitation: Invitation, event: Event
) -> None:
    double = invitation.delegate
    shared = make_affiliation(own_profile).organisation
    make_affiliation(double, organisation=shared, post="Typed by a co-chair")
    work = make_affiliation(double)
    party = make_party(make_commitment(event, reference="RT2024-C9"))
    party.request_focal_point(double)
    browser = client_of(user)
    text = get_text(browser, "/welcome/")
    for told in (
        "Add Roundtable 2024, May 2024 (RT2024) to your profile?",
        "You already have a profile, as Dr Inés Vited.",
        "These co-chairs wrote your name as Ines Vited.",
        "They see your name, organisation and invitation address even if you share nothing.",
        "Your profile does not change.",
    ):
        assert told in text
    assert "see nothing about you" not in text
    assert browser.get("/welcome/sharing/")["Location"] == "/welcome/"
    assert browser.get("/me/").status_code == 200
    answer = press(browser, "/welcome/", "/welcome/", "This is me")
    assert "The roundtable is added to your profile." in answer.content.decode()
    assert not Delegate.objects.filter(pk=double.pk).exists()
    own_profile.refresh_from_db()
    words = (own_profile.name, own_profile.post, own_profile.about)
    assert words == ("Dr Inés Vited", "Director", "My own words")
    titles = {part.event.title for part in own_profile.participations.all()}
    assert titles == {"Earlier roundtable", "Roundtable 2024"}
    # The person has not read of this workplace yet.
    assert [row.organisation for row in own_profile.affiliations.all()] == [shared]
    assert [row.organisation for row in own_profile.proposals.all()] == [work.organisation]
    party.refresh_from_db()
    assert party.focal_point == own_profile
    invitation.refresh_from_db()
    assert (invitation.delegate, invitation.answer) == (own_profile, "agreed")


def test_merge_keeps_confirmed_participation_per_event(
    client_of: Sign, own_profile: Delegate, user: User, invitation: Invitation, event: Event
) -> None:
    make_participation(own_profile, event, confirmed=False)
    other = make_user("other-cochair@example.org")
    theirs = invitation.delegate.participations.get()
    theirs.confirmed_at = theirs.took_effect_at = NOON
    theirs.save()
    make_confirmation(theirs, other)
    press(client_of(user), "/welcome/", "/welcome/", "This is me")
    part = Participation.objects.get(delegate=own_profile, event=event)
    assert (part.pk, part.confirmed_at) == (theirs.pk, NOON)


def test_invitation_adds_only_what_its_page_says(
    client_of: Sign, own_profile: Delegate, user: User, invitation: Invitation, event: Event
) -> None:
    """Two co-chairs enter more about the double whom they invite, and change it at last."""
    double, ministry = invitation.delegate, make_organisation(name="Ministry", kind="government")
    part = double.participations.get()
    elsewhere = make_event(is_public=False)
    make_participation(double, elsewhere, organisation=ministry, capacity="Adviser")
    browser = client_of(user)
    opened = browser.get("/welcome/")
    assert f"You are said to take part for {part.organisation}." in page_text(opened)
    Participation.objects.filter(pk=part.pk).update(organisation=ministry)
    answer = press(browser, opened, "/welcome/", "This is me")
    assert "This page was out of date." in page_text(answer)
    Participation.objects.filter(pk=part.pk).update(organisation=part.organisation)
    press(browser, "/welcome/", "/welcome/", "This is me")
    assert own_profile.participations.get(event=event) == part
    assert not own_profile.participations.filter(event=elsewhere).exists()
    waits = own_profile.proposals.get(kind="participation")
    assert (waits.event, waits.organisation, waits.capacity) == (elsewhere, ministry, "Adviser")
    # It was confirmed for the double, so exceptions match it.
    ended = Participation.with_ended.get(delegate=own_profile, event=elsewhere)
    assert ended.ended_at is not None and ended.confirmed_at is None


@pytest.mark.parametrize("takes_part", [True, False])
def test_invitation_shows_a_protected_person_only_to_who_brought_them_in(
    client_of: Sign,
    own_profile: Delegate,
    user: User,
    invitation: Invitation,
    event: Event,
    cochair: User,
    takes_part: bool,
) -> None:
    """Else a co-chair invites a double, and sees who protects themselves from that co-chair."""
    if takes_part:
        inviter = make_grant(make_user(), event).user
        make_participation(own_profile, event, is_protected_from_desk=True)
        answered: dict[str, Any] = {"answer": "agreed", "answered_at": NOON - timedelta(days=9)}
        make_invitation(own_profile, event, invited_by=inviter, **answered)
    invitation.delegate.participations.update(is_protected_from_desk=True)
    press(client_of(user), "/welcome/", "/welcome/", "This is me")
    assert not Delegate.objects.filter(pk=invitation.delegate_id).exists()
    assert own_profile.participations.filter(event=event).exists()
    page = client_of(cochair).get("/admin/participants/delegate/").content.decode()
    assert (own_profile.name in page) is not takes_part


@pytest.mark.parametrize("has_profile", [True, False])
def test_acceptance_cannot_confirm_own_participation(
    client_of: Sign, user: User, invitation: Invitation, event: Event, has_profile: bool
) -> None:
    if has_profile:
        make_delegate(user=user)
    invitation.delegate.participations.update(confirmed_at=NOON, took_effect_at=NOON)
    make_confirmation(invitation.delegate.participations.get(), user)
    browser = client_of(user)
    if has_profile:
        press(browser, "/welcome/", "/welcome/", "This is me")
    else:
        browser.post("/welcome/", details(invitation))
        browser.post("/welcome/sharing/", sharing(invitation))
    part = Participation.objects.get(event=event, delegate__user=user)
    assert part.confirmed_at is None and not part.confirmations.exists()


def test_demo_and_real_profiles_are_not_merged(
    client_of: Sign, user: User, invitation: Invitation
) -> None:
    make_delegate(user=user, is_demonstration=True)
    answer = press(client_of(user), "/welcome/", "/welcome/", "This is me")
    assert answer.status_code == 400
    assert "You need two accounts for made-up and real roundtables." in answer.content.decode()
    assert Delegate.objects.filter(pk=invitation.delegate_id).exists()


def test_two_invitations_are_answered_in_turn(
    browser: Client, user: User, invitation: Invitation
) -> None:
    second = make_event(code="SECOND", title="Second roundtable")
    double = make_delegate(name="I. Vited", user=None, invitation_email="ines@example.org")
    make_participation(double, second)
    make_invitation(
        double, second, email="ines@example.org", invited_at=NOON + timedelta(seconds=1)
    )
    browser.post("/welcome/sharing/", sharing(invitation))
    answer = browser.get("/welcome/")
    asked = "Add Second roundtable, May 2024 (SECOND) to your profile?"
    assert asked in answer.content.decode()
    press(browser, "/welcome/", "/welcome/", "This is me")
    assert {part.event.title for part in user.delegate.participations.all()} == {
        "Roundtable 2024",
        "Second roundtable",
    }


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        (
            [],
            "They see your name, organisation and invitation address even if you share nothing.",
        ),
        (
            ["government", "government"],
            "The co-chairs are governments: Ministry 0, Ministry 1. They see your name, "
            "organisation and invitation address even if you share nothing.",
        ),
        (
            ["government"],
            "The co-chair is a government: Ministry 0. It sees your name, organisation and "
            "invitation address even if you share nothing.",
        ),
        (
            ["government", "agency"],
            "The co-chairs (Ministry 0, Ministry 1) see your name, organisation and invitation "
            "address even if you share nothing. Ministry 0 is a government.",
        ),
    ],
)
def test_both_pages_say_who_cochairs_are_and_what_they_see(
    browser: Client, invitation: Invitation, kinds: list[str], sentence: str
) -> None:
    for number, kind in enumerate(kinds):
        organisation = make_organisation(name=f"Ministry {number}", kind=kind)
        make_grant(make_user(), invitation.event, on_behalf_of=organisation)
    for path in ("/welcome/", "/welcome/sharing/"):
        text = get_text(browser, path)
        assert sentence in text, path
        assert "Co-chairs see whether you accepted the invitation, not what you share." in text
        assert "Participants and visitors see nothing about you until you agree." in text
        assert ("is a government" in text or "are governments" in text) == bool(kinds), path


def test_no_page_says_that_cochairs_see_a_name_that_they_do_not_see(
    browser: Client, invitation: Invitation, operator: User
) -> None:
    Invitation.objects.update(invited_by=operator)
    Grant.objects.all().delete()
    unseen = "Co-chairs do not see your name or invitation address, even if you join."
    for path in ("/welcome/", "/welcome/sharing/"):
        text = get_text(browser, path)
        assert unseen in text, path
        # The notice, which has not changed, says so.
        assert "see your name, organisation" not in text.partition("What you agree to")[0], path
    browser.post("/welcome/sharing/", sharing(invitation))
    for path in ("/me/", "/me/preview/?viewer=cochair"):
        assert "see your name, organisation" not in get_text(browser, path), path
    make_grant(make_user(), invitation.event)
    for path in ("/me/", "/me/preview/?viewer=cochair"):
        text = get_text(browser, path)
        assert "o-chairs see your name, organisation and invitation address" in text, path


def test_name_is_kept_off_lists_from_the_first_page(
    browser: Client, invitation: Invitation
) -> None:
    """It is the first question, and holds whether or not the person then joins."""
    page = browser.get("/welcome/")
    labels = re.findall(r"<label[^>]*>(?:<input[^>]*>)?\s*([^<]+)", page_html(page))
    assert labels[0].strip() == "Keep my name off lists"
    shown = press(browser, page, "/welcome/", "This is me", is_protected="on")
    invitation.delegate.refresh_from_db()
    assert invitation.delegate.is_protected
    listing = re.findall(r'name="listed_to" value="(\w+)"', page_html(shown))
    assert listing == ["only_me", "introduced"]
    answer = press(browser, shown, "/welcome/sharing/", "Agree", agree="on", listed_to="introduced")
    assert "Your paper code" in page_text(answer)
    person = Delegate.objects.get(pk=invitation.delegate_id)
    assert (person.is_protected, person.listed_to) == (True, "introduced")


def test_person_finishes_without_sharing(
    browser: Client, invitation: Invitation, user: User
) -> None:
    """No consent is asked, and nothing on the page is saved."""
    answer = press(
        browser,
        "/welcome/sharing/",
        "/welcome/sharing/",
        "Finish without sharing",
        listed_to="participants",
        **{"channel-0-value": "+62 21 5555 0100", "channel-0-audience": "participants"},
    )
    assert answer.redirect_chain == [("/me/paper-code/", 302)]
    person = Delegate.objects.get(user=user)
    assert (person.pk, person.consented_at) == (invitation.delegate_id, None)
    assert (person.listed_to, person.channels.count()) == (Audience.ONLY_ME, 0)
    assert not Consent.objects.exists()
    # The notice is asked about when something is shared for the first time.
    shown = press(browser, "/me/", "/me/", "Save", listed_to="participants")
    assert "Read the notice below and tick" in page_text(shown)
    press(browser, shown, "/me/", "Save", listed_to="participants", agree="on")
    person.refresh_from_db()
    assert (person.listed_to, person.consented_at) == (Audience.PARTICIPANTS, NOON)


def test_notice_is_six_sentences_and_a_fold_with_the_whole(
    browser: Client, invitation: Invitation
) -> None:
    page = html.fromstring(browser.get("/welcome/sharing/").content.decode())
    (short,) = page.xpath("//div[@class='framed']/div")
    title, *sentences = [row.text_content() for row in short.xpath("p")]
    assert title == "Sharing your contact details"
    assert [len(re.findall(r"[.!?](?:\s|$)", row)) for row in sentences] == [1] * 6
    (fold,) = page.xpath("//div[@class='framed']/details[not(@open)]")
    assert fold.xpath("string(summary)") == "The whole notice"
    shown = f"{short.text_content()} * * * {fold.xpath('string(div)')}"
    assert "".join(shown.split()) == "".join(current_notice("en").text.split())


@pytest.mark.parametrize(
    "audiences", [{}, {"email": "only_me"}, {"email": "only_me", "mobile": "participants"}]
)
def test_being_listed_and_each_detail_are_separate_choices(
    browser: Client, invitation: Invitation, user: User, audiences: dict[str, str]
) -> None:
    values = {"email": "ines.office@example.org", "mobile": "+62 21 5555 0100"}
    details: dict[str, str] = {}
    for number, (kind, audience) in enumerate(audiences.items()):
        row = {"kind": kind, "value": values[kind], "audience": audience}
        details |= {f"channel-{number}-{name}": value for name, value in row.items()}
    path = "/welcome/sharing/"
    press(browser, path, path, "Agree", agree="on", listed_to="participants", **details)
    person = Delegate.objects.get(user=user)
    assert person.listed_to == Audience.PARTICIPANTS
    assert dict(person.channels.values_list("kind", "audience")) == audiences
