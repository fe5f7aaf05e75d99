"""Merging duplicates: every link moves, old addresses redirect, and no one sees more."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client

from outcomes.duplicates import organisations, people
from outcomes.duplicates.comparison import changes_by_rule
from outcomes.duplicates.organisations import merge_organisations
from outcomes.duplicates.people import merge_people
from outcomes.duplicates.relations import MergeRule, relations_of
from outcomes.models import CommitmentParty, Subscription
from participants.models import (
    Audience,
    Delegate,
    HandleRedirect,
    Organisation,
    SlugRedirect,
    User,
)
from participants.permissions import permissions_of
from participants.privacy import erasure, visibility
from participants.privacy.access_log import log_download
from roundtable.audit.log import get_or_create_key
from roundtable.audit.models import AuditEntry, AuditKey
from tests.factories import (
    NOON,
    make_addressee,
    make_affiliation,
    make_channel,
    make_commitment,
    make_confirmation,
    make_consent,
    make_consent_request,
    make_delegate,
    make_event,
    make_exception,
    make_grant,
    make_holder,
    make_introduction,
    make_invitation,
    make_organisation,
    make_participant_list,
    make_participation,
    make_party,
    make_role,
    make_statement,
    make_update,
    make_user,
    show_first,
)
from tests.fixture_types import Sign
from tests.follow_up_factories import (
    make_assessment,
    make_follow,
    make_offer,
    make_report_link,
    make_response,
)
from tests.page_text import page_html
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
ORGANISATIONS = "/admin/participants/organisation/"
PEOPLE = "/admin/participants/delegate/"
DIFFERENT = (
    "These entries differ in kind or country. Request the same kind and country for both first, "
    "then merge again."
)
MADE_UP = "Only one of these entries is made up, so they cannot be merged. Keep both entries."
THEIRS = (
    "The entry contains details that only the person decides about, so it cannot be merged. Keep "
    "both entries."
)
FORBIDDEN = "You do not have permission to merge these two entries. Ask an operator."
MERGED = "The two entries are merged into “{}”. The old address now leads there."


@pytest.fixture
@recorded
def by() -> User:
    return make_user("zq-operator@example.org", is_superuser=True)


def two(**fields: Any) -> tuple[Organisation, Organisation]:
    given = {"kind": "government", "country": "TH"} | fields
    stays = make_organisation(name="Ministry of Labour", slug="ministry", **given)
    return stays, make_organisation(name="Labour Ministry", slug="labour-ministry", **given)


def one(stays: Organisation, goes: Organisation, by: User) -> Any:
    return merge_organisations(target=stays, duplicate=goes, by=by, at=NOON)


def one_person(stays: Delegate, goes: Delegate, by: User) -> Any:
    return merge_people(target=stays, duplicate=goes, by=by, at=NOON)


def at_the_desk(client: Client, *rows: Organisation | Delegate, **fields: Any) -> str:
    """Chooses the action in the list; what the page then says."""
    is_person = isinstance(rows[0], Delegate)
    action = "merge_two_people" if is_person else "merge_two_organisations"
    sent = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    address = PEOPLE if is_person else ORGANISATIONS
    return page_html(client.post(address, sent | fields, follow=True))


# Every relation is decided about -------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "rules"),
    [(Organisation, organisations.ORGANISATION_RULES), (Delegate, people.PERSON_RULES)],
)
def test_each_relation_has_merge_rule(
    model: type[models.Model], rules: dict[str, MergeRule]
) -> None:
    assert set(relations_of(model)) == set(rules)
    # Each that is counted leads to the roundtables of the viewer.
    permissions = permissions_of(make_holder(make_event(), role="reader"), NOON.date())
    assert permissions and list(changes_by_rule(rules, model(pk=1), permissions)) == []
    others = [
        field.name
        for field in model._meta.get_fields(include_hidden=True)
        if field.auto_created
        and field.is_relation
        and not field.concrete
        and not isinstance(field, models.ManyToOneRel)
    ]
    assert others == []


# Organisations -------------------------------------------------------------------------------


def test_all_organisation_relations_move(by: User) -> None:
    stays, goes = two()
    event = make_event()
    statement = make_statement(event)
    point = statement.outcomes.get(number="1.a")
    commitment, assessed = make_commitment(event), make_commitment(event)
    person = make_delegate(listed_to=Audience.PARTICIPANTS)
    rows: list[Any] = [
        make_role(event, organisation=goes),
        make_addressee(point, organisation=goes),
        make_response(outcome=point, organisation=goes, by=by),
        make_offer(outcome=point, organisation=goes, approved=False),
        make_assessment(commitment=assessed, organisation=goes, by=by),
        make_party(commitment, organisation=goes),
        make_affiliation(person, organisation=goes),
        make_participation(person, event, organisation=goes),
        make_exception(person, organisation=goes),
        make_follow(organisation=goes),
    ]
    grant = make_grant(make_user(), event, on_behalf_of=goes)
    make_update(commitment, party=rows[5], by=by)
    one(stays, goes, by)
    for row in rows:
        row.refresh_from_db()
        assert row.organisation == stays, row
    grant.refresh_from_db()
    assert grant.on_behalf_of == stays
    assert list(Organisation.objects.filter(slug="labour-ministry")) == []
    entry = AuditEntry.objects.get(action="merge organisation")
    assert (entry.actor, entry.detail) == (get_or_create_key(by), "labour-ministry → ministry")


def test_equal_rows_are_merged_and_differences_reported(by: User) -> None:
    stays, goes = two(site="")
    event = make_event(code="ZQ", title="Zq meeting")
    follower = make_user()
    for row in (stays, goes):
        make_role(event, organisation=row)
        make_follow(follower, organisation=row)
    Organisation.objects.filter(pk=goes.pk).update(site="https://labour.example.org")
    one(stays, goes, by)
    stays.refresh_from_db()
    assert stays.roles.count() == 1 and stays.site == "https://labour.example.org"
    other = make_organisation(name="Third", kind="government", country="TH")
    make_role(event, organisation=other, source_wording="and the Third Office")
    both = r"Both have .* Zq meeting, May 2024 \(ZQ\)\. Correct"
    with pytest.raises(ValidationError, match=both):
        one(stays, other, by)
    assert Organisation.objects.filter(pk=other.pk).exists() and other.roles.count() == 1


def test_equal_affiliations_are_merged_and_others_move(by: User) -> None:
    stays, goes = two()
    person = make_delegate()
    other = make_delegate(user=None)
    for office in (stays, goes):
        make_affiliation(person, organisation=office, post="Clerk", since=date(2020, 1, 1))
        make_affiliation(other, organisation=office, post="Clerk")
    make_affiliation(person, organisation=goes, post="Clerk", since=date(2024, 1, 1))
    one(stays, goes, by)
    work = person.affiliations.order_by("since").values_list("organisation", "post", "since")
    assert list(work) == [
        (stays.pk, "Clerk", date(2020, 1, 1)),
        (stays.pk, "Clerk", date(2024, 1, 1)),
    ]
    double = make_delegate(user=None)
    make_affiliation(double, organisation=stays, post="Clerk")
    make_affiliation(double, organisation=stays, post="Head", until=date(2025, 1, 1))
    one_person(other, double, by)
    assert sorted(other.affiliations.values_list("post", flat=True)) == ["Clerk", "Head"]


def test_follower_of_both_keeps_one_subscription(by: User) -> None:
    stays, goes = two()
    earlier, later = NOON - timedelta(days=3), NOON - timedelta(days=1)
    first, second, third = make_user(), make_user(), make_user()
    make_follow(first, organisation=stays, frequency="weekly", notified_until=later)
    make_follow(first, organisation=goes, frequency="at-once", notified_until=earlier)
    make_follow(second, organisation=stays, frequency="weekly", notified_until=earlier)
    make_follow(second, organisation=goes, frequency="weekly", notified_until=later)
    make_follow(third, organisation=goes, frequency="weekly", notified_until=later)
    one(stays, goes, by)
    follows = Subscription.objects.order_by("user").values_list(
        "user", "organisation", "frequency", "notified_until"
    )
    assert list(follows) == [
        (first.pk, stays.pk, "at-once", earlier),
        (second.pk, stays.pk, "weekly", earlier),
        (third.pk, stays.pk, "weekly", later),
    ]


@pytest.mark.parametrize("role", ["editor", "cochair"])
def test_either_entry_may_stay(client_of: Sign, role: str) -> None:
    event = make_event()
    user = make_holder(event, role=role)
    cited, new = two()
    make_role(event, organisation=cited)
    client = client_of(user)
    text = at_the_desk(client, cited, new)
    for row in (cited, new):
        assert f'name="target" value="{row.pk}" required' in text
    # Others confirm that an entry with a role gives up its name.
    alone = "One person cannot decide this alone."
    assert alone in at_the_desk(client, cited, new, target=new.pk, confirmed="yes")
    assert Organisation.objects.filter(pk=cited.pk).exists()
    assert alone not in at_the_desk(client, cited, new, target=cited.pk)
    one(cited, new, user)
    assert list(SlugRedirect.objects.values_list("slug", flat=True)) == ["labour-ministry"]


def test_page_shows_both_entries_and_what_moves(client_of: Sign) -> None:
    event = make_event(code="ZQ", title="Zq meeting")
    elsewhere = make_event(code="ZQX", title="Zq-elsewhere", is_public=False)
    stays, goes = two(site="https://www.example.org/", role_mailbox="office@example.org")
    make_role(event, organisation=goes)
    make_party(make_commitment(event, reference="ZQ-C1"), organisation=goes)
    make_party(make_commitment(elsewhere, reference="ZQX-C1"), organisation=goes)
    for shown, where, protected in (
        ("Rita Sen", event, False),
        ("Zq-hidden", event, True),
        ("Zq-other", elsewhere, False),
    ):
        person = make_delegate(name=shown)
        make_participation(person, where, organisation=goes, is_protected_from_desk=protected)
        make_affiliation(person, organisation=goes, post="Clerk")
        make_affiliation(person, organisation=goes, removed_at=NOON)
        # Only that person knows these.
        make_exception(person, organisation=goes)
        make_follow(person.user, organisation=goes)
    text = at_the_desk(client_of(make_holder(event)), stays, goes, target=stays.pk)
    why, _both, changes = re.split("Both entries|What changes", text)
    assert re.findall(r"<li><bdi>(.*?)</bdi></li>", why) == [
        "Both names have the same words.",
        "Both are in Thailand.",
        "Both have the kind “Government”.",
        "Both have the website example.org.",
        "Both have the role mailbox office@example.org.",
    ]
    assert re.findall(r"<li><bdi>(.*?)</bdi></li>", changes) == [
        "Roles at roundtables, 1: They move. Of two equal ones, one is left.",
        "Parties, 1: They move. Of two equal ones, one is left.",
        "Affiliations, 1: They move. Of two equal ones, one is left.",
        "Participations, 1: They move.",
    ]
    for word in ("Zq-hidden", "Zq-other", "Zq-elsewhere", "ZQX-C1"):
        assert word not in text


def test_party_counts_from_the_earlier_day_and_the_commitment_has_a_version(by: User) -> None:
    stays, goes = two()
    both, only = make_commitment(), make_commitment()
    later = make_party(both, organisation=stays, recorded_at=NOON + timedelta(days=9))
    make_party(both, organisation=goes, recorded_at=NOON)
    moved = make_party(only, organisation=goes)
    one(stays, goes, by)
    later.refresh_from_db()
    assert later.recorded_at == NOON
    for commitment, party in ((both, later), (only, moved)):
        rows = commitment.history.latest().rows
        assert rows["parties"] == [
            {"id": party.pk, "organisation": stays.pk, "group": None, "role": "lead"}
        ]


def test_merge_requires_same_constituency_and_country(client_of: Sign, by: User) -> None:
    stays, goes = two()
    rows = Organisation.objects.filter(pk=goes.pk)
    for change, sentence in (
        ({"kind": "civil-society"}, DIFFERENT),
        ({"country": "ID"}, DIFFERENT),
        ({"is_demonstration": True}, MADE_UP),
    ):
        rows.update(**change)
        with pytest.raises(ValidationError, match=re.escape(sentence)):
            one(stays, goes, by)
        rows.update(kind="government", country="TH", is_demonstration=False)
    # The page says it, before and after it is confirmed.
    rows.update(country="ID")
    for more in ({}, {"confirmed": "yes"}):
        text = at_the_desk(client_of(by), stays, goes, target=stays.pk, **more)
        assert "These entries cannot be merged, and nothing has changed:" in text
        assert DIFFERENT in text
    assert rows.exists()


def test_merge_that_would_contradict_or_lose_something_is_refused(by: User) -> None:
    stays, goes = two()

    def assert_refused(words: str, duplicate: Organisation) -> None:
        with pytest.raises(ValidationError, match=words):
            one(stays, duplicate, by)

    commitment = make_commitment()
    make_party(commitment, organisation=stays)
    party = make_party(commitment, organisation=goes)
    report = make_update(commitment, party=party, by=by)
    assert_refused("Both have", goes)
    assert CommitmentParty.objects.count() == 2
    # No party assesses itself.
    report.delete()
    party.delete()
    make_assessment(commitment=commitment, organisation=goes, by=by)
    assert_refused("contradict each other", goes)
    event = make_event()
    for row in (stays, goes):
        make_role(event, organisation=row, role="cochair")
    assert_refused("first remove its role as co-chair", goes)
    event.roles.all().delete()
    for row in (stays, goes):
        make_holder(event, on_behalf_of=row)
    assert_refused("end its grant first", goes)
    assert_refused(re.escape(FORBIDDEN[:54]), Organisation.objects.get(pk=stays.pk))
    assert Organisation.objects.filter(pk=goes.pk).exists() and not SlugRedirect.objects.exists()


def sees(looker: Delegate, seen: Delegate) -> bool:
    assert looker.user
    viewer = visibility.get_viewer(looker.user, NOON.date())
    return visibility.find_profile(viewer, seen.handle, NOON.date()) is not None


def test_exclusions_survive_merge(by: User) -> None:
    stays, goes = two()
    Organisation.objects.update(country="")  # else both are bodies of one government
    event = make_event()
    person = make_delegate(listed_to=Audience.PARTICIPANTS)
    make_participation(person, event)
    make_exception(person, organisation=goes)
    viewers = []
    for office in (stays, goes):
        viewer = make_delegate()
        make_participation(viewer, event, organisation=office)
        show_first(viewer)
        viewers.append(viewer)
    assert [sees(viewer, person) for viewer in viewers] == [True, False]
    one(stays, goes, by)
    assert [sees(viewer, person) for viewer in viewers] == [False, False]


def test_old_urls_redirect_while_organisation_is_public(client: Client, by: User) -> None:
    stays, goes = two()
    event = make_event()
    make_role(event, organisation=goes)
    assert client.get("/organisations/labour-ministry/").status_code == 200
    one(stays, goes, by)
    third = make_organisation(name="Third", slug="third", kind="government", country="TH")
    answer = client.get("/organisations/labour-ministry/?x=1")
    assert (answer.status_code, answer["Location"]) == (301, "/organisations/ministry/?x=1")
    assert client.get("/organisations/labour-ministry.atom").status_code == 200
    one(third, stays, by)
    answer = client.get("/organisations/labour-ministry/")
    assert answer["Location"] == "/organisations/third/"
    event.is_public = False
    event.save()
    hidden = client.get("/organisations/labour-ministry/")
    absent = client.get("/organisations/never-was/")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.content == absent.content
    with pytest.raises(ValidationError, match="This address cannot be used"):
        make_organisation(slug="labour-ministry").full_clean()
    assert SlugRedirect.objects.count() == 2


# People --------------------------------------------------------------------------------------


def test_all_delegate_relations_move(by: User) -> None:
    event, other = make_event(), make_event()
    stays = make_delegate(user=None, invitation_email="rita@example.org")
    goes = make_delegate(user=None, name_latin="Rita", invitation_email="RITA@example.org")
    make_participation(stays, event)
    part = make_participation(goes, other)
    work = make_affiliation(goes)
    sent = make_invitation(goes, other)
    party = make_party(make_commitment(other))
    party.request_focal_point(goes)
    link = make_report_link(party=party, delegate=goes)
    one_person(stays, goes, by)
    for row in (part, work, sent, link):
        row.refresh_from_db()
        assert row.delegate == stays
    party.refresh_from_db()
    stays.refresh_from_db()
    assert party.focal_point == stays and party.focal_point_accepted_at is None
    assert sent.revoked_at == link.revoked_at == NOON
    assert part.confirmed_at is not None and stays.name_latin == "Rita"
    assert AuditEntry.objects.get(action="merge person").subject == get_or_create_key(stays)


def test_merge_names_all_that_changes(client_of: Sign, by: User) -> None:
    event = make_event(code="ZQ", title="Zq meeting")
    port = make_organisation(name="Port Authority")
    stays = make_delegate(user=None, name="Rita Sen")
    goes = make_delegate(
        user=None,
        name="SEN Rita",
        name_latin="Rita Sen",
        about="Zq-private",
        invitation_email="zq-rita@example.org",
    )
    part = make_participation(goes, event, organisation=port)
    stays_at = make_participation(stays, make_event(code="ZQ2", title="Zq talks"))
    make_affiliation(goes, organisation=port, post="Clerk")
    make_invitation(goes, event)
    make_party(make_commitment(event, reference="ZQ-C1")).request_focal_point(goes)
    for row in (part, stays_at):
        make_confirmation(row, by)
    text = at_the_desk(client_of(by), stays, goes, target=stays.pk)
    why, changes = text.split("What changes")
    assert "<li><bdi>Both have the same name.</bdi></li>" in why
    assert re.findall(r"<li><bdi>(.*?)</bdi></li>", changes) == [
        "Participations, 1: They move. Where both took part, one is left. Someone with an account "
        "is asked first, and must be confirmed again.",
        "Invitations, 1: They move. Open ones stop working.",
        "Parties, 1: They move. The person is asked again.",
        "Affiliations, 1: They move. Of two equal ones, one is left.",
        "Filled from the other entry: name in Latin letters, invitation address, about.",
        "The participation at Zq meeting, May 2024 (ZQ) must be confirmed again.",
        "The participation at Zq talks, May 2024 (ZQ2) must be confirmed again.",
    ]
    assert "Zq-private" not in text and "zq-rita@example.org" not in text
    assert "No rights, contact details or consents move: the deleted entry has none." in text
    assert Delegate.objects.filter(pk=goes.pk).exists()


def test_profile_texts_survive_merge(by: User) -> None:
    stays = make_delegate(user=None, post="Clerk")
    goes = make_delegate(user=None, post="Clerk", about="Ask me about ports")
    one_person(stays, goes, by)
    stays.refresh_from_db()
    assert (stays.post, stays.about) == ("Clerk", "Ask me about ports")
    third = make_delegate(user=None, about="Ask me about rail")
    with pytest.raises(ValidationError, match="have different text under “about”"):
        one_person(stays, third, by)
    # Only the person edits the profile of an account.
    with pytest.raises(ValidationError, match=re.escape(THEIRS)):
        one_person(make_delegate(), third, by)
    assert Delegate.objects.get(pk=third.pk).about == "Ask me about rail"


def test_account_gains_no_confirmed_participation_by_merge(by: User) -> None:
    event = make_event()
    stays, goes = make_delegate(listed_to=Audience.PARTICIPANTS), make_delegate(user=None)
    make_channel(stays, audience=Audience.PARTICIPANTS)
    part = make_participation(goes, event)
    member = make_delegate(listed_to=Audience.PARTICIPANTS)
    make_participation(member, event)
    one_person(stays, goes, by)
    part.refresh_from_db()
    assert (part.delegate, part.confirmed_at, part.details_open_on) == (stays, None, None)
    assert not sees(stays, member) and not sees(member, stays)
    assert [row.audience for row in stays.channels.all()] == [Audience.PARTICIPANTS]


def test_two_accounts_cannot_be_merged(client_of: Sign, by: User) -> None:
    first, second = make_delegate(), make_delegate()
    with pytest.raises(ValidationError, match=r"Both entries have an account\. Only the person"):
        one_person(first, second, by)
    text = at_the_desk(client_of(by), first, second)
    assert "Both entries have an account. Only the person can close one of the accounts." in text
    guest = make_delegate(user=None)
    with pytest.raises(ValidationError, match=r"You must keep the entry that has an account\."):
        one_person(guest, first, by)


def test_personal_decisions_are_not_moved(by: User) -> None:
    stays = make_delegate()
    holds: list[Callable[[Delegate], Any]] = [
        make_channel,
        make_consent,
        lambda row: make_exception(row, country="TH"),
        lambda row: make_introduction(row, make_delegate(), accepted=False),
        lambda row: row.languages.create(language="th"),
        make_consent_request,
        lambda row: row.retention_actions.create(
            review_started_on=NOON.date(), action="requested", taken_on=NOON.date()
        ),
    ]
    for hold in holds:
        goes = make_delegate(user=None)
        hold(goes)
        with pytest.raises(ValidationError, match=re.escape(THEIRS)):
            one_person(stays, goes, by)
        assert Delegate.objects.filter(pk=goes.pk).exists()


def test_merge_conflicts_are_reported(by: User) -> None:
    event = make_event(code="ZQ", title="Zq meeting")
    stays, goes = make_delegate(user=None), make_delegate(user=None)
    make_participation(stays, event)
    make_participation(goes, event)
    different = re.escape("show a different participation in “Zq meeting, May 2024 (ZQ)”")
    with pytest.raises(ValidationError, match=different):
        one_person(stays, goes, by)
    for row, email in ((stays, "one@example.org"), (goes, "two@example.org")):
        row.write(invitation_email=email)
    with pytest.raises(ValidationError, match="invitation addresses are different"):
        one_person(stays, goes, by)
    with pytest.raises(ValidationError, match=re.escape(FORBIDDEN)):
        one_person(stays, Delegate.objects.get(pk=stays.pk), by)
    assert stays.participations.count() == 1 and not HandleRedirect.objects.exists()


def test_access_logs_are_merged_and_erased_together(client_of: Sign, by: User) -> None:
    event = make_event()
    stays, goes = make_delegate(), make_delegate(user=None)
    make_participation(goes, event)
    log_download([goes], make_participant_list(event), by=make_holder(event), at=NOON)
    assert AuditEntry.objects.filter(action="export").count() == 1
    number = goes.pk
    one_person(stays, goes, by)
    looks = client_of(stays).get("/me/looks/").content.decode()
    assert "Exported a list that includes your name" in looks
    stays.refresh_from_db()
    erasure.erase_delegate(stays, by=None, at=NOON + timedelta(days=1))
    assert not HandleRedirect.objects.exists()
    assert not AuditKey.objects.filter(subject=f"participants.delegate:{number}").exists()


# At the desk ---------------------------------------------------------------------------------


def test_admin_previews_and_merges(client_of: Sign, by: User) -> None:
    stays, goes = two()
    make_role(make_event(), organisation=stays)
    client, alone = client_of(by), "One person cannot decide this alone."
    assert "Choose exactly two entries." in at_the_desk(client, stays)
    assert "Which entry do you want to keep?" in at_the_desk(client, stays, goes)
    text = at_the_desk(client, stays, goes, target=stays.pk)
    assert "You keep “Ministry of Labour”. A merge deletes “Labour Ministry”" in text
    swapped = at_the_desk(client, stays, goes, target=goes.pk)
    assert "<li><bdi>Roles at roundtables, 1: They move." in swapped
    assert alone in swapped and alone not in text
    assert Organisation.objects.filter(pk=goes.pk).exists() and not SlugRedirect.objects.exists()
    text = at_the_desk(client, stays, goes, target=stays.pk, confirmed="yes")
    assert MERGED.format("Ministry of Labour") in text
    assert not Organisation.objects.filter(pk=goes.pk).exists()


def test_same_names_are_distinguished(client_of: Sign, by: User) -> None:
    offices = [
        make_organisation(name="Ministry of Labour", kind="government", country=country)
        for country in ("TH", "ID")
    ]
    text = at_the_desk(client_of(by), *offices)
    assert "<td><bdi>Thailand</bdi></td><td><bdi>Indonesia</bdi></td>" in text.replace("\n", "")
    people = make_delegate(user=None, name="Dewi"), make_delegate(user=None, name="Dewi")
    make_participation(people[0], make_event(), organisation=make_organisation(name="Harbour"))
    text = at_the_desk(client_of(by), *people)
    assert "<td><bdi>Harbour</bdi></td>" in text and "<td><bdi>no</bdi></td>" in text


def test_cochair_merges_people_and_proposes_to_merge_into_an_account(client_of: Sign) -> None:
    event, office = make_event(), make_organisation()
    client = client_of(make_holder(event))
    stays, guest, goes = make_delegate(), make_delegate(user=None), make_delegate(user=None)
    for row in (stays, guest, goes):
        make_participation(row, event, organisation=office)
    assert "Which entry do you want to keep?" in at_the_desk(client, guest, goes)
    text = at_the_desk(client, goes, guest, target=goes.pk, confirmed="yes")
    assert MERGED.format(goes) in text
    assert not Delegate.objects.filter(pk=guest.pk).exists()
    # The entry without the account cannot be kept.
    at_the_desk(client, stays, goes, target=goes.pk, confirmed="yes")
    assert Delegate.objects.filter(pk__in=[stays.pk, goes.pk]).count() == 2
    assert not stays.proposals.exists()
    text = at_the_desk(client, stays, goes, target=stays.pk)
    assert "merged only when the person accepts" in text
    text = at_the_desk(client, stays, goes, target=stays.pk, confirmed="yes")
    assert "The entries are merged once this person accepts." in text
    assert Delegate.objects.filter(pk__in=[stays.pk, goes.pk]).count() == 2
    assert stays.proposals.get().duplicate == goes


@pytest.mark.parametrize("role", ["reader", "editor", "elsewhere"])
def test_only_permitted_users_merge(client_of: Sign, by: User, role: str) -> None:
    event, hidden = make_event(), make_event(is_public=False)
    user = make_holder(event, role="cochair" if role == "elsewhere" else role)
    if role == "elsewhere":
        make_grant(user, hidden, role="reader")
    offices = two()
    persons = make_delegate(user=None), make_delegate(user=None)
    for office, person in zip(offices, persons, strict=True):
        make_role(hidden, organisation=office)
        make_participation(person, event)
        make_participation(person, hidden, organisation=office)
    client = client_of(user)
    at_the_desk(client, *offices, target=offices[0].pk, confirmed="yes")
    at_the_desk(client, *persons, target=persons[0].pk, confirmed="yes")
    assert Organisation.objects.filter(pk__in=[row.pk for row in offices]).count() == 2
    assert Delegate.objects.filter(pk__in=[row.pk for row in persons]).count() == 2
    with pytest.raises(ValidationError, match=re.escape(FORBIDDEN)):
        one_person(*persons, user)
    # Nor does anyone merge their own record.
    with pytest.raises(ValidationError, match=re.escape(FORBIDDEN)):
        one_person(make_delegate(user=by), make_delegate(user=None), by)


def test_merged_organisation_is_not_named_if_one_of_the_two_is_not(by: User) -> None:
    target = make_organisation()
    one(target, make_organisation(is_name_published=False), by)
    target.refresh_from_db()
    assert not target.is_name_published
