"""Kind, country, merging and the roles of co-chairs and co-hosts are decided by two."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from outcomes.organisations.changes import CHANGES, request_change
from participants.accounts.grants import suspend_grant
from participants.decisions.engine import make_due, sign
from participants.models import (
    EventRole,
    Organisation,
    OrganisationChange,
    OrganisationKind,
    Participation,
    User,
)
from roundtable.audit.models import AuditEntry
from roundtable.models import Event
from tests.decide import agree, offers, page_of
from tests.factories import (
    NOON,
    make_delegate,
    make_event,
    make_government,
    make_holder,
    make_organisation,
    make_participation,
    make_role,
    make_series,
)
from tests.form_fields import press
from tests.meetings import Meeting
from tests.outcomes.test_outcomes_admin import filled
from tests.page_text import page_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[..., Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]
LIST = "/admin/participants/organisationchange/"
REFUSED = "Other organisations confirm who is co-chair or co-host"


class World(Meeting):
    """And a shelter that takes part."""

    def __init__(self) -> None:
        super().__init__("cohost")
        self.shelter = make_organisation(name="Shelter", country="MY")
        self.person = make_delegate(name="Asha")
        self.participation = make_participation(self.person, self.event, organisation=self.shelter)

    def request(self, what: str, **fields: Any) -> OrganisationChange:
        given: dict[str, Any] = {"organisation": self.shelter, "reason": "Its letter"} | fields
        return request_change(change=OrganisationChange(what=what, **given), by=self.first, at=NOON)

    def new_kind(self) -> OrganisationChange:
        return self.request("kind", kind=OrganisationKind.GOVERNMENT, country="MY")

    def confirm(self, change: OrganisationChange, by: User) -> bool:
        return bool(sign(CHANGES, {change.pk: change.content_hash}, by=by, at=NOON))

    def make(self, change: OrganisationChange) -> None:
        """Two other organisations confirm it."""
        for by in (self.second, self.cohost):
            change.refresh_from_db()
            assert self.confirm(change, by)


@pytest.fixture
def world(db: None) -> World:
    return World()


def made_and_failed(at: datetime) -> tuple[int, int]:
    due = make_due(at)
    return due.made, due.failed


def kind_of(organisation: Organisation) -> str:
    return Organisation.objects.get(pk=organisation.pk).kind


def test_kind_is_changed_once_two_other_organisations_confirmed(
    world: World, client_of: Sign, deliver: Deliver
) -> None:
    address = reverse("admin:participants_organisationchange_kind", args=[world.shelter.pk])
    browser = client_of(world.first)
    page = browser.get(reverse("admin:participants_organisation_change", args=[world.shelter.pk]))
    assert address in page.content.decode()
    sent = {"kind": "government", "country": "MY", "reason": "It is a ministry"}
    assert browser.post(address, sent | {"reason": ""}).status_code == 200
    assert not OrganisationChange.objects.exists()
    assert browser.post(address, sent).status_code == 302
    change = OrganisationChange.objects.get()
    # Who requested it does not confirm it.
    assert not offers(browser, change)
    for confirmer, kind in ((world.second, "civil-society"), (world.cohost, "government")):
        shown = page_text(client_of(confirmer).get(page_of(change)))
        assert "Shelter" in shown and "Government" in shown and "It is a ministry" in shown
        agree(client_of(confirmer), change)
        assert kind_of(world.shelter) == kind
    assert "Then becomes Government, Malaysia" in page_text(browser.get(page_of(change)))
    assert {mail.subject for mail in deliver()} == {"Your participation must be confirmed again"}
    actions = AuditEntry.objects.filter(action__endswith="change of organisation")
    assert list(actions.order_by("sequence").values_list("action", flat=True)) == [
        "request change of organisation",
        "confirm change of organisation",
        "confirm change of organisation",
        "make change of organisation",
    ]
    # Who took part for it did so for another kind: that must be confirmed again.
    assert Participation.objects.get(pk=world.participation.pk).confirmed_at is None


def test_command_fails_where_a_change_is_not_made(world: World) -> None:
    assert world.confirm(world.new_kind(), world.second)
    Organisation.objects.filter(pk=world.shelter.pk).update(name="Another ministry")
    with pytest.raises(CommandError, match="1 change is not made"):
        call_command("make_due_changes", "--clock-is-right", verbosity=0)


def test_each_holder_can_stop_a_change(world: World, client_of: Sign) -> None:
    change = world.new_kind()
    assert world.confirm(change, world.second)
    elsewhere = make_event(code="RX", slug="rx")
    outsider = client_of(make_holder(elsewhere, on_behalf_of=make_government("NZ")))
    page = page_of(change)
    assert outsider.get(page).status_code == 404
    assert outsider.post(page, {"act": "stop"}).status_code == 404
    stopped = press(client_of(world.cohost), page, page, "Stop it")
    assert "You ended this request." in page_text(stopped)
    change.refresh_from_db()
    assert change.stopped_at is not None
    assert made_and_failed(NOON + timedelta(days=7)) == (0, 0)
    assert not world.confirm(change, world.cohost)
    assert world.new_kind().pk != change.pk


def test_cochair_role_is_given_and_ended_by_two(world: World, client_of: Sign) -> None:
    events = reverse("admin:roundtable_event_change", args=[world.event.pk])
    address = reverse("admin:participants_organisationchange_role", args=[world.event.pk])
    browser = client_of(world.first)
    assert address in browser.get(events).content.decode()
    sent = {
        "organisation": world.shelter.pk,
        "role": "cohost",
        "what": "give role",
        "reason": "Its letter of 3 March",
    }
    for what, number in (("give role", 1), ("end role", 0)):
        assert browser.post(address, sent | {"what": what}).status_code == 302
        change = OrganisationChange.objects.get(done_at=None)
        assert world.confirm(change, world.second)
        roles = world.event.roles.filter(organisation=world.shelter, role="cohost")
        assert roles.count() == 1 - number
        assert world.confirm(change, world.cohost)
        assert roles.count() == number
    page = browser.post(address, sent | {"what": "end role"})
    assert "does not have this role" in page.content.decode()
    number = OrganisationChange.objects.count()
    for without in (sent | {"organisation": "x"}, {}):
        assert browser.post(address, without).status_code == 200
    assert OrganisationChange.objects.count() == number


def test_reader_requests_nothing(world: World, client_of: Sign) -> None:
    reader = client_of(world.holder("reader", make_government("NZ"), "reads@example.org"))
    pages = dict.fromkeys(("kind", "name", "publish"), world.shelter.pk) | {"role": world.event.pk}
    for name, key in pages.items():
        address = reverse(f"admin:participants_organisationchange_{name}", args=[key])
        assert reader.get(address).status_code == 403
        sent = {"kind": "government", "country": "", "reason": "x", "role": "cohost", "name": "X"}
        assert reader.post(address, sent).status_code == 403
    assert not OrganisationChange.objects.exists()


def test_cochair_role_is_not_entered_on_the_roundtables_page(
    world: World, client_of: Sign, operator: User
) -> None:
    EventRole.objects.create(
        event=world.event, organisation=world.shelter, role="cochair", represented_by="Office"
    )
    page = reverse("admin:roundtable_event_change", args=[world.event.pk])
    browser = client_of(operator)
    sent = filled(browser, page)
    row = {"roles-TOTAL_FORMS": 1}
    new = {
        "roles-TOTAL_FORMS": 2,
        "roles-1-event": world.event.pk,
        "roles-1-organisation": make_government("NZ").pk,
        "roles-1-role": "cochair",
    }
    for refused in ({"roles-0-DELETE": "on"}, {"roles-0-role": "observer"}, new):
        answer = browser.post(page, sent | row | refused)
        assert REFUSED in answer.content.decode()
        assert list(world.event.roles.values_list("role")) == [("cochair",)]
    allowed = row | new | {"roles-1-role": "observer", "roles-0-represented_by": "Ministry"}
    assert browser.post(page, sent | allowed).status_code == 302
    assert sorted(world.event.roles.values_list("role", "represented_by")) == [
        ("cochair", "Ministry"),
        ("observer", ""),
    ]


def test_holders_of_the_last_roundtable_confirm_the_roles_at_the_next(
    world: World, client_of: Sign, operator: User
) -> None:
    browser, page = client_of(operator), reverse("admin:roundtable_event_add")
    world.event.series = make_series()
    world.event.save()
    day = world.event.starts_on.replace(year=world.event.starts_on.year + 1)
    sent = filled(browser, page) | {
        "code": "NEXT",
        "slug": "next",
        "title": "Next",
        "series": world.event.series.pk,
        "starts_on": day,
        "ends_on": day,
        "time_zone": "UTC",
    }
    role = {
        "roles-TOTAL_FORMS": 1,
        "roles-0-organisation": world.shelter.pk,
        "roles-0-role": "cohost",
    }
    answer = browser.post(page, sent | role)
    assert REFUSED in answer.content.decode()
    assert not Event.objects.filter(code="NEXT").exists()
    assert browser.post(page, sent | role | {"roles-0-role": "observer"}).status_code == 302
    event = Event.objects.get(code="NEXT")
    page = reverse("admin:roundtable_event_change", args=[event.pk])
    answer = browser.post(page, filled(browser, page) | {"roles-0-role": "cohost"})
    assert REFUSED in answer.content.decode()
    assert [row.role for row in event.roles.all()] == ["observer"]


def test_merge_of_organisations_with_people_is_confirmed(world: World, client_of: Sign) -> None:
    double = make_organisation(
        name="The shelter", slug="double", kind=OrganisationKind.CIVIL_SOCIETY, country="MY"
    )
    other = make_delegate(name="Bo")
    make_participation(other, world.event, organisation=double)
    browser = client_of(world.first)
    sent = {
        "action": "merge_two_organisations",
        "_selected_action": [world.shelter.pk, double.pk],
        "target": world.shelter.pk,
        "confirmed": "yes",
    }
    organisations = "/admin/participants/organisation/"
    assert "Write a reason" in browser.post(organisations, sent).content.decode()
    assert not OrganisationChange.objects.exists()
    browser.post(organisations, sent | {"reason": "The same house"})
    change = OrganisationChange.objects.get()
    assert Organisation.objects.filter(pk=double.pk).exists()
    again = browser.post(organisations, sent | {"reason": "The same house"})
    assert "Such a change already waits to be confirmed." in again.content.decode()
    too_long = browser.post(organisations, sent | {"reason": "x" * 301})
    assert too_long.status_code == 200
    assert OrganisationChange.objects.get() == change
    page = page_text(client_of(world.second).get(page_of(change)))
    assert "Why they look alike Both have the same name. Both are in Malaysia." in page
    assert "The shelter Shelter" in page  # the heads of both columns
    assert "What moves to the entry that stays Participations, 1: They move." in page
    world.make(change)
    page = page_text(client_of(world.second).get(page_of(change)))
    assert "Why they look alike" not in page
    assert not Organisation.objects.filter(pk=double.pk).exists()
    assert other.participations.get().organisation == world.shelter


def test_unpublished_name_is_published_by_two(world: World, client_of: Sign) -> None:
    Organisation.objects.filter(pk=world.shelter.pk).update(is_name_published=False)
    page = reverse("admin:participants_organisation_change", args=[world.shelter.pk])
    address = reverse("admin:participants_organisationchange_publish", args=[world.shelter.pk])
    browser = client_of(world.first)
    assert address in browser.get(page).content.decode()
    browser.post(page, filled(browser, page, is_name_published="on"))
    assert not Organisation.objects.get(pk=world.shelter.pk).is_name_published
    browser.post(address, {"reason": "It asked for it"})
    change = OrganisationChange.objects.get()
    for confirmer in (world.second, world.cohost):
        assert not Organisation.objects.get(pk=world.shelter.pk).is_name_published
        assert world.confirm(change, confirmer)
    assert Organisation.objects.get(pk=world.shelter.pk).is_name_published
    again = browser.post(address, {"reason": "It asked for it"})
    assert "Its name is published already." in again.content.decode()


def test_suspended_holder_no_longer_confirms_a_change(world: World) -> None:
    change = world.new_kind()
    assert world.confirm(change, world.second)
    third = world.holder("cochair", make_government("NZ"))
    assert suspend_grant(grant=world.second.grants.get(), reason="Doubt", by=third, at=NOON)
    assert made_and_failed(NOON + timedelta(days=7)) == (0, 0)
    change.refresh_from_db()
    assert change.effective_on is None and not change.confirmations.exists()


def test_change_with_an_organisation_of_a_hidden_roundtable_is_not_listed(
    world: World, client_of: Sign, operator: User
) -> None:
    secret = make_organisation(name="Zq secret", kind=OrganisationKind.CIVIL_SOCIETY, country="MY")
    hidden = make_event(code="HID", slug="hid", is_public=False)
    make_participation(make_delegate(), hidden, organisation=secret)
    browser = client_of(world.first)
    for goes, stays in ((secret, world.shelter), (world.shelter, secret)):
        change = OrganisationChange(organisation=goes, what="merge", target=stays, reason="One")
        request_change(change=change, by=operator, at=NOON)
        assert browser.get(page_of(change)).status_code == 404
    assert "Zq secret" not in browser.get(LIST).content.decode()
    assert "Zq secret" in client_of(operator).get(LIST).content.decode()


def test_confirmer_of_an_unseen_roundtable_is_not_named(world: World, client_of: Sign) -> None:
    quiet = make_event(is_public=False)
    make_role(quiet, organisation=world.shelter)
    holder = make_holder(quiet, on_behalf_of=make_organisation(name="Zq quiet office"))
    change = world.new_kind()
    assert world.confirm(change, holder)
    page = page_of(change)
    seen = client_of(world.first).get(page).content.decode()
    assert "<bdi>Another organisation</bdi> agreed" in seen and "Zq quiet" not in seen
    assert "Zq quiet office" in client_of(holder).get(page).content.decode()
