"""The picker: who sees what, in words and numbers, and who is left out."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from participants.models import (
    Audience,
    AudienceException,
    Delegate,
    OrganisationKind,
    User,
)
from participants.privacy import visibility
from participants.privacy.audience_preview import AudiencePreview
from roundtable.models import Event
from tests.factories import (
    NOON,
    channel_with,
    make_affiliation,
    make_channel,
    make_confirmation,
    make_delegate,
    make_event,
    make_exception,
    make_government,
    make_introduction,
    make_organisation,
    make_participation,
    make_role,
    show_first,
)
from tests.form_fields import form_fields
from tests.page_text import page_html, page_text
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
ON = NOON.date()


@pytest.fixture
@recorded
def police(db: None) -> Delegate:
    """Works for a government, and took part in the event and in another one."""
    return make_delegate(name="Polly Police")


@pytest.fixture
@recorded
def owner(event: Event, delegate: Delegate, police: Delegate) -> Delegate:
    """The delegate sat with civil society beside two others, and with a government elsewhere."""
    government = make_organisation(
        slug="gov-x", name="Government of X", kind=OrganisationKind.GOVERNMENT
    )
    make_role(event, organisation=government)
    second = make_event()
    make_participation(delegate, second)
    make_participation(police, event, organisation=government)
    make_participation(police, second, organisation=government)
    for number in range(2):
        make_participation(make_delegate(name=f"Beside {number}"), event)
    # Does not count: not confirmed.
    make_participation(make_delegate(), event, confirmed=False)
    return delegate


def words(of: Delegate, audience: str, *exceptions: AudienceException) -> str:
    return AudiencePreview(of, ON).describe(audience, exceptions)


GOVERNMENTS = "Delegates of governments only while civil society can see a work contact of theirs."
PARTICIPANTS = f"Participants of your roundtables. {GOVERNMENTS} Also people introduced to you."
# The form of the profile, but for what a test chooses.
PROFILE = {"name": "Dewi Lestari", "channel-TOTAL_FORMS": "0", "channel-INITIAL_FORMS": "0"}


def test_text_says_who_is_in_an_audience_and_who_is_not(owner: Delegate) -> None:
    constituency = (
        "Participants of your roundtables from your constituency. Also people introduced to you."
    )
    assert words(owner, Audience.ONLY_ME) == "Only you."
    assert words(owner, Audience.INTRODUCED) == "People introduced to you."
    assert words(owner, Audience.PARTICIPANTS) == PARTICIPANTS
    assert words(owner, Audience.CONSTITUENCY) == constituency
    assert words(owner, Audience.EVERYONE) == (
        "Anyone who opens this site, including search engines and every government."
    )
    governments = AudienceException(delegate=owner, constituency="governments")
    country = AudienceException(delegate=owner, country="TH")
    assert words(owner, Audience.PARTICIPANTS, governments, country) == (
        f"{PARTICIPANTS} Excluded: Governments, Thailand."
    )
    assert words(owner, Audience.CONSTITUENCY, governments) == (
        f"{constituency} Excluded: Governments."
    )


def test_channel_text_respects_listing(owner: Delegate) -> None:
    preview = AudiencePreview(owner, ON)
    for listed_to, said in (
        ("only_me", "No one sees this yet, because no one can see you in the directory."),
        (
            "constituency",
            f"{PARTICIPANTS} Of these people, only those who can see you in the directory can see "
            "this.",
        ),
        ("everyone", PARTICIPANTS),
    ):
        assert preview.describe("participants", listed_to=listed_to) == said


def test_only_civil_society_reads_that_governments_show_first(event: Event) -> None:
    for kind, sentences in (
        (OrganisationKind.CIVIL_SOCIETY, ["Participants of your roundtable.", GOVERNMENTS]),
        (OrganisationKind.GOVERNMENT, ["Participants of your roundtable."]),
    ):
        person = make_delegate()
        make_participation(person, event, organisation=make_organisation(kind=kind))
        said = words(person, Audience.PARTICIPANTS)
        assert said == " ".join([*sentences, "Also people introduced to you."])


def test_own_page_tells_governments_that_they_show_first(client_of: Sign, event: Event) -> None:
    ministry = make_organisation(kind=OrganisationKind.GOVERNMENT)
    official, other = make_delegate(), make_delegate()
    make_participation(official, event, organisation=ministry)
    make_participation(other, event)
    assert "Governments show first: you see" in page_text(client_of(official).get("/me/"))
    show_first(official)
    for person in (official, other):
        assert "Governments show first: you see" not in page_text(client_of(person).get("/me/"))


def test_no_audience_has_a_number_or_changes_with_the_work_of_others(
    client_of: Sign, event: Event, owner: Delegate
) -> None:
    """Whoever has a list of the desk would know how many people it leaves out."""

    def read() -> list[str]:
        said = [words(owner, audience) for audience in Audience.values]
        roles = ("participant", "constituency", "introduced")
        return said + [preview_page(client_of, owner, role) for role in roles]

    make_introduction(make_delegate(), owner)
    before = read()
    make_participation(make_delegate(), event)
    government = make_organisation(kind=OrganisationKind.GOVERNMENT)
    make_participation(make_delegate(), event, organisation=government)
    make_introduction(make_delegate(), owner)
    elsewhere = make_government("MM")
    for seat in event.participations.exclude(delegate=owner):
        make_affiliation(seat.delegate, organisation=elsewhere)
    assert read() == before
    left_out = AudienceException(delegate=owner, organisation=elsewhere)
    assert words(owner, Audience.PARTICIPANTS, left_out) == (
        f"{PARTICIPANTS} Excluded: {elsewhere.name}."
    )


def test_audience_is_said_before_saving(client_of: Sign, owner: Delegate) -> None:
    browser = client_of(owner)
    data: dict[str, Any] = {"audience": "participants", "organisations": ["gov-x"]}
    page = page_text(browser.post("/me/audience/", data | {"count": "1"}))
    assert f"{PARTICIPANTS} Excluded: Government of X. This is not saved yet." in page
    owner.refresh_from_db()
    assert owner.listed_to == Audience.EVERYONE and not owner.exceptions.exists()
    browser.post("/me/audience/", data)
    form = form_fields(browser.get("/me/audience/").content.decode(), containing="audience")
    page = page_text(browser.post("/me/audience/", form | {"count": "1"}))
    assert "Excluded: Government of X. This is what you saved." in page
    assert "not saved yet" not in page
    changes: list[dict[str, Any]] = [{"audience": "introduced"}, {"organisations": []}]
    for changed in changes:
        page = page_text(browser.post("/me/audience/", form | changed | {"count": "1"}))
        assert "This is not saved yet." in page


def test_no_page_says_before_a_meeting_that_someone_took_part(client_of: Sign) -> None:
    meeting = make_event(starts_on=date(2099, 5, 1), ends_on=date(2099, 5, 2), title="Zq next")
    make_role(meeting)
    person = make_delegate()
    make_participation(person, meeting, confirmed=False)
    browser = client_of(person)
    assert "Your roundtables Zq next" in page_text(browser.get("/me/"))
    for path in ("/me/", "/me/audience/", meeting.get_absolute_url()):
        assert "took part" not in page_text(browser.get(path)), path


def test_exclusion_from_the_listing_or_one_channel_is_saved(
    client_of: Sign, owner: Delegate, police: Delegate
) -> None:
    assert police.user is not None
    eyes = visibility.get_viewer(police.user, ON)
    client = client_of(owner)
    channel = channel_with("dewi.inside@example.org")
    data: dict[str, Any] = {"audience": "participants", "constituencies": ["governments"]}
    client.post(f"/me/audience/{channel.handle}/", data)
    profile = visibility.find_profile(eyes, owner.handle, ON, revealed=True)
    assert profile is not None
    assert [row.value for row in profile.channels] == ["dewi.open@example.org"]
    data = {"audience": "participants", "organisations": ["gov-x"]}
    assert client.post("/me/audience/", data).status_code == 302
    assert visibility.find_profile(eyes, owner.handle, ON) is None
    assert f"{PARTICIPANTS} Excluded: Government of X." in client.get("/me/").content.decode()
    saved = owner.exceptions.values_list("channel", "organisation__slug", "constituency")
    assert set(saved) == {(channel.pk, None, "governments"), (None, "gov-x", "")}


def test_choosing_everyone_warns_and_clears_exclusions(client_of: Sign, owner: Delegate) -> None:
    owner.write(listed_to=Audience.PARTICIPANTS)
    make_exception(owner, country="TH")
    client = client_of(owner)

    def saved() -> tuple[str, int]:
        owner.refresh_from_db()
        return owner.listed_to, owner.exceptions.count()

    answer = client.post("/me/", PROFILE | {"listed_to": "everyone"})
    assert answer.status_code == 400
    warning = "“Anyone on the internet” includes the people you exclude. Choose other people."
    assert warning in answer.content.decode()
    data = {"audience": "everyone", "countries": ["TH"]}
    answer = client.post("/me/audience/", data)
    assert answer.status_code == 400
    assert "anyone can sign out and view it" in answer.content.decode()
    assert saved() == (Audience.PARTICIPANTS, 1)
    assert client.post("/me/audience/", data | {"clear_exceptions": "on"}).status_code == 302
    assert saved() == (Audience.EVERYONE, 0)


def test_protected_profile_cannot_widen_listing_nor_one_without_consent(
    client_of: Sign, owner: Delegate
) -> None:
    data = PROFILE | {"is_protected": "on"}
    client = client_of(owner)
    answer = client.post("/me/", data | {"listed_to": "participants"})
    assert answer.status_code == 400
    error = "Your name is kept off lists. Choose “Only me” or “People I said yes to”"
    assert error in answer.content.decode()
    assert client.post("/me/", data | {"listed_to": "introduced"}).status_code == 302
    owner.refresh_from_db()
    assert owner.is_protected and owner.listed_to == Audience.INTRODUCED
    assert client.post("/me/audience/", {"audience": "participants"}).status_code == 400
    owner.refresh_from_db()
    assert owner.listed_to == Audience.INTRODUCED
    newcomer = client_of(make_delegate(consented_at=None, reviewed_on=None))
    answer = newcomer.post("/me/audience/", {"audience": "introduced"})
    assert answer.status_code == 400
    assert "Agree to the notice" in answer.content.decode()


def test_foreign_channel_is_not_found(
    client_of: Sign, owner: Delegate, quiet_delegate: Delegate
) -> None:
    channel, client = quiet_delegate.channels.get(), client_of(owner)
    path = f"/me/audience/{channel.handle}/"
    for answer in (client.get(path), client.post(path, {"audience": "everyone"})):
        assert answer.status_code == 404
    channel.refresh_from_db()
    assert channel.audience == Audience.ONLY_ME


def test_query_count_is_constant(
    client_of: Sign, owner: Delegate, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(owner)
    for channels in (1, 2):
        for _number in range(channels):
            make_exception(owner, channel=make_channel(owner), country="TH")
        client.get("/me/audience/")
        with django_assert_num_queries(11):
            client.get("/me/audience/")


def test_choices_do_not_reveal_foreign_participations(
    client_of: Sign, event: Event, owner: Delegate
) -> None:
    shelter = make_organisation(slug="shelter", name="Quiet Shelter")
    make_participation(make_delegate(), event, organisation=shelter)
    own, client = owner.participations.get(event=event).organisation, client_of(owner)
    page = client.get("/me/audience/").content.decode()
    assert "Quiet Shelter" not in page
    assert f'value="{own.slug}"' in page and 'value="gov-x"' in page
    data = {"audience": "participants", "organisations": ["shelter"]}
    answer = client.post("/me/audience/", data)
    assert answer.status_code == 400 and "Quiet Shelter" not in answer.content.decode()


def test_profile_says_who_sees_what_was_shared(client_of: Sign, owner: Delegate) -> None:
    owner.write(listed_to=Audience.ONLY_ME)
    phone = make_channel(owner, kind="mobile", value="+61 491 570 110", audience="only_me")
    client = client_of(owner)

    def said_after(**chosen: str) -> str:
        page = client.get("/me/").content.decode()
        data = form_fields(page, containing="listed_to")
        (row,) = [name for name, values in data.items() if values == [phone.value]]
        audience = row.replace("-value", "-audience")
        changed = {name.replace("phone", audience): [it] for name, it in chosen.items()}
        answer = client.post("/me/", data | changed, follow=True)
        assert answer.status_code == 200
        return page_text(answer)

    assert (
        "Mobile phone: No one sees this yet, because no one can see you in the directory."
    ) in said_after(phone="participants")
    said = said_after(listed_to="participants")
    assert f"Who can see you in the directory: {PARTICIPANTS}" in said
    assert f"Mobile phone: {PARTICIPANTS} No one else can see it." in said
    assert "Mobile phone: Only you." in said_after(phone="only_me")


def test_stale_page_does_not_undo_later_choice(client_of: Sign, owner: Delegate) -> None:
    client = client_of(owner)
    data = form_fields(client.get("/me/").content.decode(), containing="state")
    # At the same time, in another window:
    owner.write(listed_to=Audience.ONLY_ME)
    owner.channels.update(audience=Audience.ONLY_ME)
    answer = client.post("/me/", data | {"name": ["Dewi L."]})
    assert answer.status_code == 400
    page = page_html(answer)
    assert "The settings of who can see each detail changed after you opened this page" in page
    assert 'value="Dewi L."' in page
    owner.refresh_from_db()
    assert (owner.name, owner.listed_to) == ("Dewi Lestari", Audience.ONLY_ME)
    assert not owner.channels.exclude(audience=Audience.ONLY_ME).exists()
    checked = re.findall(r'<input type="radio" name="([^"]+)" value="([^"]+)"[^>]* checked', page)
    for name in ("listed_to", "channel-0-audience", "channel-1-audience"):
        assert (name, "only_me") in checked


def test_stale_picker_keeps_exclusions(client_of: Sign, owner: Delegate) -> None:
    client = client_of(owner)
    page = page_html(client.get("/me/audience/"))
    state = re.findall(r'name="state" value="([^"]+)"', page)[0]
    make_exception(owner, constituency="governments")
    answer = client.post("/me/audience/", {"state": state, "audience": "participants"})
    assert answer.status_code == 400
    assert owner.exceptions.count() == 1
    owner.refresh_from_db()
    assert owner.listed_to == Audience.EVERYONE


# What real people see ---------------------------------------------------------------------------


def preview_page(client_of: Sign, owner: Delegate, viewer: str) -> str:
    return page_text(client_of(owner).get(f"/me/preview/?viewer={viewer}"))


def test_preview_says_first_that_an_exclusion_leaves_no_one(client_of: Sign, event: Event) -> None:
    official = make_delegate(listed_to=Audience.PARTICIPANTS)
    make_participation(official, event, organisation=make_government("ID"))
    make_channel(official, value="oskar@example.org", audience=Audience.PARTICIPANTS)
    make_exception(official, constituency="governments")
    for country in ("AU", "TH"):
        colleague = make_delegate()
        make_participation(colleague, event, organisation=make_government(country))
    page = preview_page(client_of, official, "constituency")
    assert "No one in this group sees you in the directory." in page
    assert "Participants of your constituency who were not introduced to you." in page
    assert "oskar@example.org" not in page
    assert client_of(colleague).get(official.get_absolute_url()).status_code == 404


def test_preview_says_who_sees_what(client_of: Sign, event: Event, delegate: Delegate) -> None:
    delegate.write(listed_to=Audience.PARTICIPANTS)
    government = make_organisation(
        slug="gov-x", name="Government of X", kind=OrganisationKind.GOVERNMENT
    )
    make_role(event, organisation=government)
    official = make_delegate(listed_to=Audience.PARTICIPANTS)
    make_affiliation(official, organisation=government)
    for person in (official, make_delegate()):
        make_participation(person, event, organisation=government)
    assert "People in this group see this at most." in preview_page(
        client_of, delegate, "participant"
    )
    channel = channel_with("dewi.inside@example.org")
    make_exception(delegate, channel=channel, organisation=government)
    page = preview_page(client_of, delegate, "participant")
    # The second one is not listed, so where that person works is not known.
    assert page.count("People in this group see this at most.") == 2
    assert page.count("dewi.inside@example.org") == 1
    assert page.count("dewi.open@example.org") == 2
    assert "because of work that you cannot see here" in page


def test_preview_tells_nothing_about_hidden_work(
    client_of: Sign, event: Event, delegate: Delegate
) -> None:
    delegate.write(listed_to=Audience.PARTICIPANTS)
    shelter = make_organisation(name="A shelter")
    make_role(event, organisation=shelter)
    make_exception(delegate, organisation=shelter)
    hidden = make_delegate()
    shown = make_delegate(listed_to=Audience.PARTICIPANTS)
    met = make_delegate(listed_to=Audience.PARTICIPANTS)
    for person in (hidden, shown, met):
        make_participation(person, event)
    make_introduction(delegate, met)
    roles = ("participant", "constituency", "introduced")
    before = [preview_page(client_of, delegate, role) for role in roles]
    assert "People in this group see this at most." in before[1]
    make_affiliation(hidden, organisation=shelter)
    for person in (shown, met):
        make_affiliation(person, organisation=shelter, removed_at=NOON)
    assert [preview_page(client_of, delegate, role) for role in roles] == before
    assert client_of(shown).get(delegate.get_absolute_url()).status_code == 404


def test_preview_leaves_out_people_confirmed_by_the_excluded_alone(
    client_of: Sign, event: Event, delegate: Delegate, cochair: User
) -> None:
    delegate.write(listed_to=Audience.PARTICIPANTS)
    ministry = make_government("MM")
    part = make_participation(make_delegate(), event)
    make_confirmation(part, cochair, capacity="cochair", on_behalf_of=ministry)
    assert "People in this group see this" in preview_page(client_of, delegate, "constituency")
    make_exception(delegate, country="MM")
    page = preview_page(client_of, delegate, "constituency")
    assert "No one in this group sees you in the directory." in page
    assert client_of(part.delegate).get(delegate.get_absolute_url()).status_code == 404


def test_person_who_excludes_the_owner_looks_like_one_who_hides(
    client_of: Sign, event: Event, delegate: Delegate
) -> None:
    pages = []
    for hide in (True, False):
        other = make_delegate(listed_to=Audience.INTRODUCED)
        row = make_introduction(delegate, other)
        assert "in this group see" in preview_page(client_of, delegate, "introduced")
        if hide:
            other.write(hidden_at=NOON)
        else:
            make_exception(other, organisation=delegate.participations.get().organisation)
        pages.append(preview_page(client_of, delegate, "introduced"))
        row.delete()
    assert pages[0] == pages[1]
    assert "No one sees this. There is no one in this group yet." in pages[0]


def test_empty_group_shows_what_its_first_person_will_see(
    client_of: Sign, delegate: Delegate
) -> None:
    page = preview_page(client_of, delegate, "introduced")
    assert "No one sees this. There is no one in this group yet." in page
    assert "The first person in this group will see:" in page
    assert "dewi.inside@example.org" in page


def test_preview_counts_cochairs(client_of: Sign, delegate: Delegate, cochair: User) -> None:
    page = preview_page(client_of, delegate, "cochair")
    assert "Co-chairs see this, even if they did not take part." in page
    assert "1 other person is a co-chair of your roundtables." in page
    assert "dewi.open@example.org" in page and "dewi.inside@example.org" not in page


def test_preview_query_count_is_independent_of_people(
    client_of: Sign,
    event: Event,
    delegate: Delegate,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_exception(delegate, country="TH")
    client = client_of(delegate)
    for people in (1, 10):
        for _number in range(people):
            person = make_delegate(listed_to=Audience.PARTICIPANTS)
            make_participation(person, event)
            make_affiliation(person)
        client.get("/me/preview/")
        with django_assert_num_queries(20):
            client.get("/me/preview/?viewer=constituency")
