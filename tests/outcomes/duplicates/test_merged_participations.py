"""Who takes part for one entry still does after it becomes another one of the same kind."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from participants.models import (
    Organisation,
    OrganisationChange,
    Participation,
    User,
)
from participants.participation.confirmation import confirm_participations
from roundtable.audit.log import get_or_create_key
from roundtable.audit.models import AuditEntry
from tests.decide import agree, page_of
from tests.factories import (
    NOON,
    make_affiliation,
    make_commitment,
    make_delegate,
    make_organisation,
    make_participation,
    make_party,
    make_user,
)
from tests.fixture_types import Deliver, Sign
from tests.form_fields import send_form
from tests.import_pages import admin_text
from tests.meetings import Meeting
from tests.page_text import page_text

pytestmark = pytest.mark.django_db
ORGANISATIONS = "/admin/participants/organisation/"
AGAIN = "Must be confirmed again by two organisations"


class Shelters(Meeting):
    """A roundtable, and two entries of a shelter."""

    def __init__(self) -> None:
        super().__init__("cohost", "confirmer")
        self.target, self.duplicate = self.shelter("Shelter"), self.shelter("The shelter")

    @staticmethod
    def shelter(name: str) -> Organisation:
        slug = name.lower().replace(" ", "-")
        return make_organisation(name=name, slug=slug, kind="civil-society")

    def takes_part(self, name: str, organisation: Organisation, *by: User) -> Participation:
        person = make_delegate(name=name, user=make_user(f"{name.lower()}@example.org"))
        row = make_participation(person, self.event, organisation=organisation, confirmed=False)
        for user in by or (self.first, self.confirmer):
            confirm_participations(participations=[row], by=user, at=NOON)
        row.refresh_from_db()
        assert row.confirmed_at
        return row

    def request_merge(self, browser: Client, target: Organisation) -> str:
        """At the desk, as `first`; returns what the page says before it is requested."""
        found = browser.get(ORGANISATIONS)
        chosen = {
            "action": "merge_two_organisations",
            "_selected_action": [str(target.pk), str(self.duplicate.pk)],
        }
        which = send_form(browser, found, containing="select_across", **chosen)
        page = send_form(browser, which, containing="_selected_action", target=target.pk)
        send_form(browser, page, containing="confirmed", reason="The same house")
        return admin_text(page)

    def confirm_change(self, client_of: Sign) -> str:
        """By two other organisations; returns what the page says before."""
        change = OrganisationChange.objects.get()
        texts = []
        for user in (self.second, self.cohost):
            browser = client_of(user)
            texts.append(page_text(browser.get(page_of(change))))
            agree(browser, change)
        change.refresh_from_db()
        assert change.done_at
        return texts[0]


@pytest.fixture
def meeting(db: None) -> Shelters:
    return Shelters()


def test_confirmed_participation_and_its_tasks_stay(
    meeting: Shelters, client_of: Sign, deliver: Deliver
) -> None:
    row = meeting.takes_part("Bo", meeting.duplicate)
    pending = make_participation(
        make_delegate(), meeting.event, organisation=meeting.duplicate, confirmed=False
    )
    confirm_participations(participations=[pending], by=meeting.first, at=NOON)
    party = make_party(
        make_commitment(meeting.event, reference="RT-C1"), organisation=row.organisation
    )
    party.request_focal_point(row.delegate)
    party.accept(NOON)
    before = list(row.confirmations.values_list("pk", "by", "capacity", "on_behalf_of"))
    sent = len(deliver())
    page = meeting.request_merge(client_of(meeting.first), meeting.target)
    assert "Participations, 2: They move." in page and AGAIN not in page
    assert AGAIN not in meeting.confirm_change(client_of)
    row.refresh_from_db()
    assert (row.organisation, row.confirmed_at) == (meeting.target, NOON)
    assert {found.content_hash for found in row.confirmations.all()} == {row.content_hash}
    after = list(row.confirmations.values_list("pk", "by", "capacity", "on_behalf_of"))
    assert after == before
    pending.refresh_from_db()
    assert pending.confirmations.get().content_hash == pending.content_hash
    entry = AuditEntry.objects.get(
        action="keep confirmations", subject=get_or_create_key(row.delegate)
    )
    assert entry.detail == "RT the-shelter → shelter"
    assert "RT-C1" in page_text(client_of(row.delegate).get("/me/commitments/"))
    assert "bo@example.org" not in {mail.to[0] for mail in deliver()[sent:]}


def own_organisation(meeting: Shelters) -> Organisation:
    return meeting.network


def colleague(meeting: Shelters) -> Organisation:
    make_affiliation(make_delegate(user=meeting.confirmer), organisation=meeting.target)
    return meeting.target


def unknown_governments(meeting: Shelters) -> Organisation:
    both = Organisation.objects.filter(pk__in=[meeting.target.pk, meeting.duplicate.pk])
    both.update(kind="government", country="")
    return meeting.target


@pytest.mark.each_database
@pytest.mark.parametrize("arrange", [own_organisation, colleague, unknown_governments])
def test_who_must_be_confirmed_again_is_listed_and_told(
    meeting: Shelters,
    client_of: Sign,
    deliver: Deliver,
    arrange: Callable[[Shelters], Organisation],
) -> None:
    """No one confirms their own organisation, and a merge is no confirmation of its own."""
    target = arrange(meeting)
    meeting.duplicate.refresh_from_db()
    row = meeting.takes_part("Bo", meeting.duplicate)
    hidden = meeting.takes_part("Zq-hidden", meeting.duplicate)
    hidden.is_protected_from_desk = True
    hidden.save()
    deliver()
    listed = f"{AGAIN}, 1: Bo, Roundtable"
    page = meeting.request_merge(client_of(meeting.first), target)
    assert listed in page and "Zq-hidden" not in page
    assert Participation.objects.confirmed().filter(pk=row.pk).exists()
    page = meeting.confirm_change(client_of)
    assert listed in page and "Zq-hidden" not in page
    row.refresh_from_db()
    assert (row.organisation.pk, row.confirmed_at) == (target.pk, None)
    mails = {mail.to[0]: mail for mail in deliver()}
    mail = mails["bo@example.org"]
    assert mail.subject == "Your participation must be confirmed again"
    assert "your participation in “Roundtable" in " ".join(str(mail.body).split())


def test_confirmations_by_people_of_the_other_entry_end(meeting: Shelters, client_of: Sign) -> None:
    lent = make_delegate(user=meeting.confirmer)
    make_affiliation(lent, organisation=meeting.duplicate)
    row = meeting.takes_part("Bo", meeting.target)
    third = meeting.holder("confirmer", meeting.shelter("Third"))
    meeting.takes_part("Cy", meeting.duplicate, meeting.first, third)
    assert f"{AGAIN}, 1: Bo, Roundtable" in meeting.request_merge(
        client_of(meeting.first), meeting.target
    )
    meeting.confirm_change(client_of)
    row.refresh_from_db()
    assert row.confirmed_at is None and row.confirmations.get().by == meeting.first
    assert Participation.objects.get(delegate__name="Cy").confirmed_at


def test_another_kind_lists_and_tells_who_loses(
    meeting: Shelters, client_of: Sign, deliver: Deliver
) -> None:
    of_it = meeting.takes_part("Bo", meeting.duplicate)
    other = meeting.shelter("Other")
    holder = meeting.holder("confirmer", meeting.duplicate)
    by_it = meeting.takes_part("Cy", other, meeting.first, holder)
    kept = meeting.takes_part("Di", meeting.target)
    deliver()
    browser = client_of(meeting.first)
    address = reverse("admin:participants_organisationchange_kind", args=[meeting.duplicate.pk])
    page = browser.get(address)
    assert f"{AGAIN}, 1: Bo, Roundtable" in admin_text(page)
    send_form(browser, page, containing="reason", kind="agency", country="", reason="Its letter")
    page_of_change = meeting.confirm_change(client_of)
    assert f"{AGAIN}, 2: Bo, Roundtable, May 2024 (RT); Cy, Roundtable" in page_of_change
    counted = Participation.objects.confirmed().filter(pk__in=[of_it.pk, by_it.pk, kept.pk])
    assert list(counted) == [kept]
    again = "Your participation must be confirmed again"
    assert sorted(mail.to[0] for mail in deliver() if mail.subject == again) == [
        "bo@example.org",
        "cy@example.org",
    ]
