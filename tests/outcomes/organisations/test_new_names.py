"""An organisation that people know has another name once two others confirmed it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from outcomes.duplicates.organisations import merge_organisations
from outcomes.models import Commitment
from outcomes.reporting.proposals import link_url, undertaking_for_link
from outcomes.sources.comparisons import commitment_source_check, is_released, valid_comparisons
from outcomes.sources.hashes import source_hash, undertaking_hash
from participants.email_links.links import link_for_key
from participants.models import Organisation, OrganisationChange, User
from participants.permissions import has_settled_name
from roundtable.audit.models import AuditEntry
from tests.decide import agree
from tests.decide import page_of as decision_page_of
from tests.factories import (
    NOON,
    compare_with_source,
    make_addressee,
    make_commitment,
    make_dispute,
    make_group,
    make_organisation,
    make_party,
    make_statement,
)
from tests.follow_up_factories import make_assessment, make_undertaking
from tests.outcomes.organisations.test_changes import World
from tests.outcomes.test_outcomes_admin import filled
from tests.page_text import get_text, page_text
from tests.roundtable_files import RECORD_2018

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[..., Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]
NEW = {"name": "Government of Guatemala", "short_name": "Guatemala"}


@pytest.fixture
def world(db: None) -> World:
    return World()


def page_of(organisation: Organisation) -> str:
    return reverse("admin:participants_organisation_change", args=[organisation.pk])


def request_page_of(organisation: Organisation) -> str:
    return reverse("admin:participants_organisationchange_name", args=[organisation.pk])


def names_of(organisation: Organisation) -> tuple[str, str]:
    row = Organisation.objects.get(pk=organisation.pk)
    return row.name, row.short_name


def rename(world: World, organisation: Organisation) -> None:
    world.make(world.request("name", organisation=organisation, **NEW))
    assert names_of(organisation) == ("Government of Guatemala", "Guatemala")


def test_former_name_finds_the_organisation(world: World) -> None:
    make_party(make_commitment(world.event), organisation=world.shelter)
    assert "Formerly" not in get_text(Client(), "/search/", q="Shelter")
    rename(world, world.shelter)
    text = get_text(Client(), "/search/", q="Shelter")
    assert "Government of Guatemala Civil society · Malaysia · Formerly: Shelter" in text
    assert "Formerly" not in get_text(Client(), "/search/", q="Guatemala")


def test_name_from_before_names_were_published_finds_nothing(world: World) -> None:
    """An organisation at risk may have another name since."""
    make_party(make_commitment(world.event), organisation=world.shelter)
    Organisation.objects.filter(pk=world.shelter.pk).update(is_name_published=False)
    rename(world, world.shelter)
    world.shelter.refresh_from_db()
    world.make(world.request("publish"))
    found = get_text(Client(), "/search/", q="Shelter")
    assert "Government of Guatemala" in get_text(Client(), "/search/", q="Guatemala")
    assert "Guatemala" not in found and "Formerly" not in found


def test_no_account_changes_a_settled_name_or_kind_in_the_form(
    world: World, client_of: Sign, operator: User
) -> None:
    page = page_of(world.shelter)
    for by in (world.first, operator):
        browser = client_of(by)
        assert request_page_of(world.shelter) in browser.get(page).content.decode()
        new = NEW | {"kind": "government"}
        assert browser.post(page, filled(browser, page) | new).status_code == 302
        assert names_of(world.shelter) == ("Shelter", "")
        assert Organisation.objects.get(pk=world.shelter.pk).kind == "civil-society"


def test_name_that_no_one_counts_on_is_changed_at_once(client_of: Sign, operator: User) -> None:
    new = make_organisation(name="Sheltr")
    browser, page = client_of(operator), page_of(new)
    assert request_page_of(new) not in browser.get(page).content.decode()
    assert browser.post(page, filled(browser, page) | NEW).status_code == 302
    assert names_of(new) == ("Government of Guatemala", "Guatemala")
    assert not OrganisationChange.objects.exists()


def test_name_is_changed_once_two_other_organisations_confirmed(
    world: World, client_of: Sign
) -> None:
    browser, address = client_of(world.first), request_page_of(world.shelter)
    same = {"name": "Shelter", "short_name": "", "reason": "Its letter"}
    assert "This is its name already." in browser.post(address, same).content.decode()
    assert browser.post(address, same | {"name": " "}).status_code == 200
    assert browser.post(address, NEW | {"reason": ""}).status_code == 200
    assert not OrganisationChange.objects.exists()
    assert browser.post(address, NEW | {"reason": "Its law"}).status_code == 302
    change = OrganisationChange.objects.get()
    page = decision_page_of(change)
    for confirmer in (world.second, world.cohost):
        assert names_of(world.shelter) == ("Shelter", "")
        shown = page_text(client_of(confirmer).get(page))
        assert "gets the name “Government of Guatemala (Guatemala)”" in shown
        agree(client_of(confirmer), change)
    assert names_of(world.shelter) == ("Government of Guatemala", "Guatemala")
    assert "Its name was Shelter until then." in page_text(browser.get(page))
    latest = world.shelter.history.latest()
    assert (latest.name, latest.history_change_reason) == ("Government of Guatemala", "Its law")
    details = AuditEntry.objects.filter(action__endswith="change of organisation")
    assert set(details.values_list("detail", flat=True)) == {"name"}
    # Who takes part for it does so as before.
    world.participation.refresh_from_db()
    assert world.participation.confirmed_at is not None


def test_confirmation_is_of_the_name_that_was_shown(world: World) -> None:
    change = world.request("name", **NEW)
    shown = change.content_hash
    for field in ("name", "short_name"):
        changed = OrganisationChange.objects.get(pk=change.pk)
        setattr(changed, field, "Another")
        assert changed.content_hash != shown


def test_what_was_compared_undertaken_or_disputed_counts_under_the_new_name(
    world: World, client_of: Sign
) -> None:
    compared, undertaken, disputed, asked = (
        make_commitment(world.event, source_title="Communiqué") for _number in range(4)
    )
    for commitment in (compared, undertaken, disputed, asked):
        make_party(commitment, organisation=world.shelter, focal_point=world.person)
    compare_with_source(compared)
    Commitment.objects.filter(pk=undertaken.pk).update(basis="undertaken")
    Commitment.objects.filter(pk=asked.pk).update(state="proposed", proposed_at=NOON)
    answered = {"answer": "accepted", "answered_at": NOON}
    accepted = make_undertaking(undertaken.parties.get(), **answered)
    question = make_undertaking(asked.parties.get())
    link = link_for_key(link_url(question).split("/")[-2])
    assert link and undertaking_for_link(link, world.person.user, NOON) == question
    partner = make_party(disputed, role="partner")
    dispute = make_dispute(disputed.parties.get(organisation=world.shelter))
    former = make_dispute(partner, content_hash="of an earlier text")
    page = compared.get_absolute_url()
    assert "Compared with the source by two organisations" in get_text(Client(), page)

    rename(world, world.shelter)

    text = get_text(Client(), page)
    assert "Guatemala" in text and "Compared with the source by two organisations" in text
    for row in (accepted, question):
        row.refresh_from_db()
        assert row.content_hash == undertaking_hash(row.party.commitment)
    assert undertaking_for_link(link, world.person.user, NOON) == question
    dispute.refresh_from_db()
    assert dispute.content_hash == source_hash(disputed)
    former.refresh_from_db()
    assert former.content_hash == "of an earlier text"


def test_comparison_of_an_earlier_text_does_not_count_under_the_new_name(world: World) -> None:
    commitment = make_commitment(world.event, state="draft", source_title="Communiqué")
    make_party(commitment, organisation=world.shelter)
    compare_with_source(commitment)
    commitment.text = "Close all shelters"
    commitment.save()
    rename(world, world.shelter)
    assert not valid_comparisons(commitment)


def test_what_ships_with_a_release_stays_compared_under_a_new_name(world: World) -> None:
    call_command("load_roundtable", str(RECORD_2018), verbosity=0)
    commitment = Commitment.objects.get(reference="BP2018-C1")
    party = commitment.parties.order_by("pk")[0]
    assert party.organisation
    for number in range(2):
        change = OrganisationChange.objects.create(
            organisation=party.organisation,
            what="name",
            name=f"Name {number}",
            reason="Its law",
            requested_by=world.first,
            done_at=NOON + timedelta(days=number),
            former_name=party.organisation.name,
        )
        Organisation.objects.filter(pk=party.organisation.pk).update(name=change.name)
        party.organisation.refresh_from_db()
        commitment = Commitment.objects.get(pk=commitment.pk)
        assert is_released(commitment)
        assert not commitment_source_check(commitment).is_missing
    Commitment.objects.filter(pk=commitment.pk).update(text="Other words")
    assert not is_released(Commitment.objects.get(pk=commitment.pk))


def test_merging_gives_a_settled_organisation_no_short_name(world: World, operator: User) -> None:
    double = make_organisation(name="Shelter", short_name="Guatemala", country="MY")
    merge_organisations(target=world.shelter, duplicate=double, by=operator, at=NOON)
    assert not Organisation.objects.filter(pk=double.pk).exists()
    assert names_of(world.shelter) == ("Shelter", "")


def addressed(organisation: Organisation, *, published: bool) -> None:
    statement = make_statement(published=published)
    make_addressee(statement.outcomes.exclude(parent=None)[0], organisation=organisation)


NAMED: dict[str, Callable[[Organisation], object]] = {
    "addressee": lambda row: addressed(row, published=True),
    "party": lambda row: make_party(make_commitment(state="draft"), organisation=row),
    "assessment": lambda row: make_assessment(organisation=row),
}
NOT_NAMED: dict[str, Callable[[Organisation], object]] = {
    "nowhere": lambda row: None,
    "draft": lambda row: addressed(row, published=False),
    "assessment": lambda row: make_assessment(organisation=row, approved=False),
}


def test_name_is_settled_once_a_text_names_it() -> None:
    other = make_organisation()
    for ways, is_settled in ((NAMED, True), (NOT_NAMED, False)):
        for way, name in ways.items():
            row = make_organisation()
            name(row)
            assert has_settled_name(row) == is_settled, way
    assert not has_settled_name(other)


def test_no_account_renames_a_group_that_a_public_text_names(
    client_of: Sign, operator: User
) -> None:
    group, party, other = (make_group(name=name) for name in ("CSOs", "All", "CSO"))
    make_addressee(make_statement().outcomes.exclude(parent=None)[0], group=group)
    make_party(make_commitment(), group=party)
    make_party(make_commitment(state="draft"), group=other)
    browser = client_of(operator)
    for row in (group, party, other):
        page = f"/admin/participants/group/{row.pk}/change/"
        new = {"name": "Government of Guatemala", "description": "A government"}
        assert browser.post(page, filled(browser, page) | new).status_code == 302
        row.refresh_from_db()
    assert [(row.name, row.description) for row in (group, party)] == [("CSOs", ""), ("All", "")]
    assert (other.name, other.description) == ("Government of Guatemala", "A government")
