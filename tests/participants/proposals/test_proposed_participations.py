"""A further participation of a person with an account counts for nothing until she accepts it.

Two co-chairs have rights at two roundtables, and try to make a person of civil society take part
for a government.
"""

import importlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from participants.models import (
    Audience,
    Delegate,
    Grant,
    Invitation,
    Organisation,
    Participation,
    Proposal,
    User,
)
from participants.participation.confirmation import confirm_participations, end_participation
from participants.permissions import may_edit_organisation, permissions_of, visible_organisations
from participants.privacy.audiences import get_viewer
from participants.privacy.visibility import find_profile
from participants.proposals.lifecycle import propose_participation
from roundtable.models import Event
from tests.decide import agree, offers
from tests.factories import (
    NOON,
    make_channel,
    make_delegate,
    make_event,
    make_exception,
    make_government,
    make_grant,
    make_introduction,
    make_invitation,
    make_organisation,
    make_participation,
    make_role,
    make_user,
)
from tests.form_fields import press
from tests.import_pages import admin_text, confirm_import, preview_file
from tests.outcomes.imports.test_people_import import book_of
from tests.outcomes.test_outcomes_admin import page
from tests.page_text import get_text, page_text
from tests.participants.proposals.test_proposals import WAITS, save_person
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[[User | Delegate], Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]
PARTS = reverse("admin:participants_participation_changelist")


class Case:
    """Two roundtables with the same two co-chairs, and a person who takes part at the first."""

    def __init__(self) -> None:
        self.here = make_event(code="HERE", title="First roundtable")
        self.there = make_event(code="THERE", title="Second roundtable", is_public=False)
        own = [make_government(country, f"Ministry {country}") for country in ("TH", "AU")]
        self.ministry = make_government("MY", "Ministry MY")
        self.cochairs = [make_user(), make_user()]
        for event in (self.here, self.there):
            make_role(event, organisation=self.ministry)
            for user, office in zip(self.cochairs, own, strict=True):
                make_grant(user, event, on_behalf_of=office)
        self.shelter = make_organisation(name="Harbour Shelter")
        self.person = make_delegate(name="Rina Suk", user=make_user("rina@example.org"))
        make_participation(self.person, self.here, organisation=self.shelter)
        # Shares an address with civil society, except with governments.
        self.colleague = make_delegate(user=make_user(), listed_to=Audience.PARTICIPANTS)
        make_participation(self.colleague, self.here)
        make_channel(self.colleague, value="carla.in@example.org", audience=Audience.PARTICIPANTS)
        make_exception(self.colleague, constituency="governments", organisation=None)
        self.friend = make_delegate(user=make_user(), listed_to=Audience.INTRODUCED)
        make_exception(self.friend, constituency="governments", organisation=None)
        make_introduction(self.person, self.friend)

    def seen(self) -> list[object]:
        """What the person sees of the colleague, and of the friend."""
        assert self.person.user is not None
        viewer = get_viewer(User.objects.get(pk=self.person.user.pk), NOON.date())
        people = (self.colleague, self.friend)
        return [find_profile(viewer, row.handle, NOON.date(), revealed=True) for row in people]

    def proposal(self) -> Proposal:
        return Proposal.objects.get(delegate=self.person)

    def propose(self, organisation: Organisation) -> None:
        propose_participation(
            self.person,
            event=self.there,
            organisation=organisation,
            capacity="Adviser",
            letter=None,
            nomination="Letter of 3 March",
            by=self.cochairs[0],
            at=NOON,
        )


@pytest.fixture
@recorded
def case(db: None) -> Case:
    return Case()


def by_form(case: Case, browser: Client) -> None:
    text = save_person(
        browser,
        case.person,
        **{
            "participations-TOTAL_FORMS": 2,
            "participations-1-event": case.there.pk,
            "participations-1-organisation": case.ministry.pk,
            "participations-1-capacity": "Adviser",
        },
    )
    assert WAITS in text


def by_import(case: Case, browser: Client) -> None:
    row = {
        "Handle": case.person.handle,
        "Name": "Rina Suk",
        "Organisation": case.ministry.slug,
        "Capacity": "Adviser",
    }
    answer = preview_file(browser, book_of(case.there, "Delegates", [row]), case.there)
    assert "It counts once the person accepts it." in admin_text(answer)
    confirm_import(browser, answer)


def by_merging(case: Case, browser: Client) -> None:
    """Into the person's entry, of one for the ministry that both co-chairs confirmed."""
    double = make_delegate(name="Rina Suk", user=None)
    row = make_participation(
        double, case.there, organisation=case.ministry, capacity="Adviser", confirmed=False
    )
    for user in case.cochairs:
        confirm_participations(participations=[row], by=user, at=NOON)
    assert Participation.objects.confirmed().filter(delegate=double).exists()
    sent = {
        "action": "merge_two_people",
        "_selected_action": [str(case.person.pk), str(double.pk)],
        "target": case.person.pk,
        "confirmed": "yes",
    }
    answer = browser.post(page(Delegate, "changelist"), sent, follow=True)
    assert "once this person accepts" in answer.content.decode()


def confirm_all(case: Case, browsers: list[Client]) -> None:
    """Each confirms whatever the desk offers about the person."""
    for browser in browsers:
        rows = Participation.objects.filter(delegate=case.person, event=case.there)
        for row in rows:
            if offers(browser, row):
                agree(browser, row)


@pytest.mark.each_database
@pytest.mark.parametrize("way", [by_form, by_import, by_merging])
def test_pair_of_cochairs_at_two_roundtables_takes_nothing(
    case: Case, client_of: Sign, deliver: Deliver, way: Callable[[Case, Client], None]
) -> None:
    before = case.seen()
    assert "carla.in@example.org" in str(before[0]) and before[1] is not None
    browsers = [client_of(user) for user in case.cochairs]
    way(case, browsers[0])
    (email,) = deliver()
    assert email.to == ["rina@example.org"] and "Rina" not in email.subject
    confirm_all(case, browsers)
    assert list(case.person.participations.values_list("event", flat=True)) == [case.here.pk]
    assert case.seen() == before
    browser = client_of(case.person)
    address = reverse("answer-proposal", args=[case.proposal().handle])
    assert page_text(press(browser, "/me/", address, "Remove")).startswith("The entry is removed.")
    assert case.seen() == before and not Proposal.objects.exists()


def test_operator_and_cochair_do_not_end_and_enter_again(
    case: Case, client_of: Sign, operator: User
) -> None:
    part = case.person.participations.get()
    Participation.objects.filter(pk=part.pk).update(
        confirmed_at=None, details_open_on=None, suspended_at=NOON, suspended_by=operator
    )
    assert end_participation(participation=part, by=case.cochairs[0], at=NOON)
    save_person(
        client_of(operator),
        case.person,
        **{
            "participations-TOTAL_FORMS": 1,
            "participations-0-event": case.here.pk,
            "participations-0-organisation": case.ministry.pk,
        },
    )
    assert not case.person.participations.exists()
    assert case.proposal().organisation == case.ministry


def test_operator_only_proposes_another_organisation(
    case: Case, client_of: Sign, operator: User
) -> None:
    never = make_participation(case.person, case.there, organisation=case.shelter, confirmed=False)
    place = [row.pk for row in case.person.participations.all()].index(never.pk)
    organisation = {f"participations-{place}-organisation": case.ministry.pk}
    save_person(client_of(operator), case.person, **organisation)
    never.refresh_from_db()
    assert never.organisation == case.shelter
    address = reverse("answer-proposal", args=[case.proposal().handle])
    press(client_of(case.person), "/me/", address, "Accept")
    part = case.person.participations.get(event=case.there)
    assert (part.organisation, part.confirmed_at) == (case.ministry, None)


def test_accepted_participation_can_be_confirmed(
    case: Case, client_of: Sign, deliver: Deliver
) -> None:
    before = case.seen()
    case.propose(case.ministry)
    browser = client_of(case.person)
    text = get_text(browser, "/me/")
    assert "Your part in Second roundtable" in text
    assert "You are said to take part for Ministry MY. Capacity: Adviser." in text
    assert "Nominated by: Letter of 3 March." in text and "Entered for Ministry TH on" in text
    address = reverse("answer-proposal", args=[case.proposal().handle])
    assert page_text(press(browser, "/me/", address, "Accept")).startswith("You accepted")
    part = case.person.participations.get(event=case.there)
    assert (part.organisation, part.capacity) == (case.ministry, "Adviser")
    assert (part.nomination, part.confirmed_at) == ("Letter of 3 March", None)
    # What is accepted and not confirmed matches no exception.
    assert case.seen() == before
    confirm_all(case, [client_of(user) for user in case.cochairs])
    part.refresh_from_db()
    assert part.confirmed_at is not None and case.seen() == [None, None]


def test_owner_removes_a_participation(case: Case, client_of: Sign) -> None:
    never = make_participation(case.person, case.there, organisation=case.ministry, confirmed=False)
    once = case.person.participations.get(event=case.here)
    browser = client_of(case.person)
    for row in (never, once):
        address = reverse("leave-roundtable", args=[row.key])
        text = page_text(press(browser, "/me/", address, "Remove my participation"))
        assert text.startswith("Your participation is removed.")
        assert browser.post(address).status_code == 404
    assert not case.person.participations.exists()
    assert Participation.with_ended.filter(delegate=case.person).get() == once


def test_only_the_person_removes_a_participation(
    case: Case, client_of: Sign, operator: User
) -> None:
    address = reverse("leave-roundtable", args=[case.person.participations.get().key])
    others: list[User | Delegate] = [*case.cochairs, operator, case.colleague]
    for who in others:
        assert client_of(who).post(address).status_code == 404
    assert client_of(case.person).get(address)["Location"] == "/me/"
    assert case.person.participations.exists()


@pytest.mark.parametrize(
    ("state", "matches"),
    [
        ({"confirmed": False}, False),
        ({}, True),
        ({"confirmed_at": None, "details_open_on": None, "suspended_at": NOON}, True),
        ({"confirmed_at": None, "details_open_on": None, "ended_at": NOON}, True),
    ],
)
def test_exceptions_and_introductions_match_what_was_ever_confirmed(
    case: Case, state: dict[str, Any], matches: bool
) -> None:
    before = case.seen()
    make_participation(case.person, case.there, organisation=case.ministry, **state)
    assert case.seen() == ([None, None] if matches else before)


def test_right_that_no_one_confirmed_ends_no_introduction(case: Case) -> None:
    before = case.seen()
    user = case.person.user
    assert user is not None
    grant = make_grant(user, case.there, on_behalf_of=case.ministry, effective_on=None)
    assert case.seen() == before
    Grant.objects.filter(pk=grant.pk).update(effective_on=NOON.date())
    assert case.seen() == [None, None]


def test_merge_keeps_what_was_confirmed_for_exceptions(case: Case, client_of: Sign) -> None:
    by_merging(case, client_of(case.cochairs[0]))
    browser = client_of(case.person)
    address = reverse("answer-merge", args=[case.proposal().handle])
    press(browser, "/me/", reverse("answer-proposal", args=[case.proposal().handle]))
    answer = browser.post(address, {"answer": "accept", "shown": case.proposal().content_hash})
    assert answer.status_code == 302
    # She takes part there only once she accepts that, too, and others confirm it.
    assert list(case.person.participations.values_list("event", flat=True)) == [case.here.pk]
    waits = case.proposal()
    assert (waits.event, waits.organisation) == (case.there, case.ministry)
    assert waits.capacity == "Adviser" and case.seen() == [None, None]


def test_desk_reads_only_what_waits_at_its_own_roundtables(case: Case, client_of: Sign) -> None:
    office = make_organisation(name="Hidden office")
    case.propose(office)
    editor = make_user()
    make_grant(editor, case.here, role="editor", on_behalf_of=case.shelter)
    for user, waits in ((editor, False), (case.cochairs[1], True)):
        text = client_of(user).get(page(Delegate, "change", case.person.pk)).content.decode()
        assert ("Proposed, waits for the person" in text) is waits
        permissions = permissions_of(user, NOON.date())
        assert permissions is not None
        known = visible_organisations(permissions).filter(pk=office.pk)
        assert known.exists() is may_edit_organisation(permissions, office) is waits


def test_migration_asks_about_what_was_never_accepted(case: Case) -> None:
    def enter(event: Event, **fields: Any) -> Participation:
        office: dict[str, Any] = {"organisation": case.ministry, "entered_at": NOON}
        return make_participation(case.person, event, confirmed=False, **office | fields)

    accepted, entered_later = make_event(), make_event()
    kept = [case.person.participations.get(), enter(accepted)]
    for event, day in ((accepted, 1), (entered_later, -1)):
        at = NOON + timedelta(days=day)
        answer = {"answer": Invitation.Answer.ACCEPTED, "answered_at": at}
        make_invitation(case.person, event, **answer)
    enter(entered_later)
    enter(case.there, capacity="Adviser", nomination="Letter")
    invited = make_delegate(user=None)
    kept.append(make_participation(invited, case.there, confirmed=False))
    once = enter(make_event(), took_effect_at=NOON)
    name = "participants.migrations.0026_propose_unaccepted_participations"
    importlib.import_module(name).propose_unaccepted(apps, None)
    people = (case.person, invited)
    assert set(Participation.objects.filter(delegate__in=people)) == {*kept, once}
    asked = Proposal.objects.order_by("pk").values_list("event", "capacity", "nomination")
    assert list(asked) == [(entered_later.pk, "", ""), (case.there.pk, "Adviser", "Letter")]
