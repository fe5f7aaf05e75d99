"""The directory, one profile, "Show", contact cards, and the list of organisations."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import vobject
from django.test import Client
from pytest_django import Settings

from participants.models import (
    Audience,
    Delegate,
    DelegateLanguage,
    EventRole,
    OrganisationKind,
    RevealBudget,
    User,
)
from participants.models.channels import ChannelKind
from roundtable.models import AuditEntry, Event
from tests.factories import (
    make_affiliation,
    make_channel,
    make_commitment,
    make_delegate,
    make_event,
    make_organisation,
    make_participation,
    make_party,
    make_role,
)
from tests.page_text import acts, get_text, page_html, page_links, page_text
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
ALWAYS = "Participants may see more after signing in."


def test_demo_delegate_is_marked(client: Client) -> None:
    event = make_event(is_demonstration=True)
    person = make_delegate(
        name="Made Up", is_demonstration=True, listed_to=Audience.EVERYONE, post="Actor"
    )
    make_participation(person, event)
    assert "Made Up Demonstration Actor" in get_text(client, "/directory/?demonstration=yes")
    table = get_text(client, "/directory/?demonstration=yes&view=table")
    assert "Made Up Demonstration Actor" in table
    page = get_text(client, f"/directory/{person.handle}/")
    assert page.startswith("Demonstration: this person is made up Made Up")


@pytest.fixture
@recorded
def rich(event: Event) -> Delegate:
    """Listed to everyone, with one channel of each kind for everyone."""
    person = make_delegate(
        name="Ratu Wijaya",
        name_latin="R. Wijaya",
        post="Head",
        about="First line.\n\nSecond <b>line</b>.",
        listed_to=Audience.EVERYONE,
    )
    make_participation(person, event)
    for language in ("id", "en"):
        DelegateLanguage.objects.create(delegate=person, language=language)
    for name, since in (("First Office", date(2020, 1, 1)), ("New Office", date(2024, 1, 1))):
        office = make_organisation(name=name)
        make_role(event, organisation=office)
        make_affiliation(person, organisation=office, since=since, post="Adviser")
    for kind, value in (
        (ChannelKind.EMAIL, "ratu@example.org"),
        (ChannelKind.PHONE, "+62 21 5555 0100"),
        (ChannelKind.MOBILE, "+62 812 5555 0100"),
        (ChannelKind.WHATSAPP, "+62 812 5555 0101"),
        (ChannelKind.SIGNAL, "ratu.42"),
        (ChannelKind.SITE, "https://example.org/ratu"),
        (ChannelKind.OTHER, "javascript:alert(1)"),
    ):
        make_channel(person, kind=kind, value=value, audience=Audience.EVERYONE)
    return person


def test_profile_shows_everything_shared_with_everyone(client: Client, rich: Delegate) -> None:
    answer = client.get(f"/directory/{rich.handle}/")
    assert page_text(answer) == (
        "Directory Ratu Wijaya R. Wijaya Head "
        "Works at New Office , Adviser First Office , Adviser "
        "Languages English, Indonesian "
        "About First line. Second <b>line</b>. "
        "Contact details Email ratu@example.org Phone +62 21 55550100 "
        "Mobile phone +62 812-5555-0100 WhatsApp +62 812-5555-0101 Signal ratu.42 "
        "Website https://example.org/ratu Other javascript:alert(1) "
        f"{ALWAYS} Download contact card (.vcf) Download vCard 4.0 (for newer address books)"
    )
    assert "<b>line" not in answer.content.decode()
    assert [link for link in page_links(answer) if not link.startswith("/")] == [
        "mailto:ratu@example.org",
        "tel:+622155550100",
        "tel:+6281255550100",
        "https://wa.me/6281255550101",
        "https://example.org/ratu",
    ]


def test_profile_sharing_nothing_gives_no_hint(client: Client) -> None:
    bare = make_delegate(name="Bare", listed_to=Audience.EVERYONE)
    full = make_delegate(name="Full", listed_to=Audience.EVERYONE)
    make_channel(full, audience=Audience.PARTICIPANTS)
    make_channel(full, audience=Audience.ONLY_ME)
    expected = (
        "Directory Bare Works at not recorded Languages not recorded "
        f"Contact details No contact details are shared with everyone. {ALWAYS}"
    )
    assert get_text(client, f"/directory/{bare.handle}/") == expected
    assert get_text(client, f"/directory/{full.handle}/") == expected.replace("Bare", "Full")


def test_handle_has_one_spelling(client: Client, delegate: Delegate) -> None:
    assert client.get(f"/directory/{delegate.handle.upper()}/").status_code == 404
    assert client.get(f"/directory/{delegate.pk}/").status_code == 404


def test_reveal_shows_details_and_is_logged(
    client_of: Sign, delegate: Delegate, quiet_delegate: Delegate
) -> None:
    browser = client_of(quiet_delegate)
    path = f"/directory/{delegate.handle}/"
    page = get_text(browser, path)
    assert "dewi.open@example.org" in page and "dewi.inside" not in page
    assert "Show what is shared with me" in page
    assert not AuditEntry.objects.exists()
    answer = browser.post(f"{path}show/")
    assert answer.status_code == 200
    page = page_text(answer)
    assert "dewi.open@example.org dewi.inside@example.org" in page.replace("Email ", "")
    assert "dewi.private" not in page
    assert "This view is recorded, with the time and your organisation." in page
    assert "Show what is shared with me" not in page
    browser.post(f"{path}show/")
    assert AuditEntry.objects.count() == 2
    assert RevealBudget.objects.get(user=quiet_delegate.user).used == 2
    # What was opened stays closed elsewhere.
    assert "dewi.inside" not in get_text(browser, path)


def test_reveal_without_details_shows_message(client_of: Sign, delegate: Delegate) -> None:
    person = make_delegate(listed_to=Audience.EVERYONE)
    make_channel(person, audience=Audience.PARTICIPANTS)
    page = page_text(client_of(delegate).post(f"/directory/{person.handle}/show/"))
    assert "No contact details are shared with you." in page


def test_own_profile_does_not_use_reveal_budget(client_of: Sign, delegate: Delegate) -> None:
    answer = client_of(delegate).post(f"/directory/{delegate.handle}/show/")
    assert "This is your profile, so you see all your details." in page_text(answer)
    assert not AuditEntry.objects.exists() and not RevealBudget.objects.exists()


def test_spent_reveal_budget_is_explained(
    client_of: Sign, delegate: Delegate, quiet_delegate: Delegate, settings: Settings
) -> None:
    browser, path = client_of(quiet_delegate), f"/directory/{delegate.handle}"
    for limit, words in (
        (1, "You can open 1 profile a day."),
        (2, "You can open 2 profiles a day."),
    ):
        settings.REVEALS_PER_DAY = limit
        assert browser.post(f"{path}/show/").status_code == 200
        for answer in (browser.post(f"{path}/show/"), browser.post(f"{path}.vcf")):
            assert answer.status_code == 429
            page = page_text(answer)
            assert f"{words} You have already opened that number today." in page
            assert "You can continue in " in page and ", at 00:00 (UTC)." in page
            assert "example.org" not in page
        assert AuditEntry.objects.count() == limit
    # Hidden and absent stay alike where nothing is left.
    for handle in (make_delegate().handle, "abcdefghjk"):
        assert browser.post(f"/directory/{handle}/show/").status_code == 404
    # What everyone sees is not counted.
    assert "dewi.open@example.org" in get_text(browser, f"{path}/")


def test_vcard_contains_public_details(client: Client, rich: Delegate) -> None:
    make_channel(rich, value="inside@example.org", audience=Audience.PARTICIPANTS)
    lines = client.get(f"/directory/{rich.handle}.vcf").content.decode().split("\r\n")
    assert lines == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "N:Ratu Wijaya;;;;",
        "FN:Ratu Wijaya",
        "NICKNAME:R. Wijaya",
        "SORT-STRING:R. Wijaya",
        "ORG:New Office",
        "TITLE:Head",
        "EMAIL;TYPE=INTERNET:ratu@example.org",
        "TEL;TYPE=WORK,VOICE:+622155550100",
        "TEL;TYPE=CELL:+6281255550100",
        "URL:https://example.org/ratu",
        "NOTE:WhatsApp: +62 812-5555-0101\\nSignal: ratu.42\\nOther: javascript:alert(",
        " 1)",
        f"SOURCE:http://testserver/directory/{rich.handle}/",
        "END:VCARD",
        "",
    ]


def test_posted_vcard_contains_revealed_details(
    client: Client, client_of: Sign, delegate: Delegate, quiet_delegate: Delegate
) -> None:
    path = f"/directory/{delegate.handle}.vcf"
    answer = client.post(path)
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/accounts/login/?next=/directory/{delegate.handle}/",
    )
    assert not AuditEntry.objects.exists()
    card = vobject.readOne(client_of(quiet_delegate).post(path).content.decode())
    assert [row.value for row in card.contents["email"]] == [
        "dewi.open@example.org",
        "dewi.inside@example.org",
    ]
    assert AuditEntry.objects.count() == 1
    # By GET it is a visitor's card, whoever asks.
    card = vobject.readOne(client_of(quiet_delegate).get(path).content.decode())
    assert [row.value for row in card.contents["email"]] == ["dewi.open@example.org"]
    assert AuditEntry.objects.count() == 1


def test_vcard_version_4_on_request(
    client: Client, client_of: Sign, rich: Delegate, quiet_delegate: Delegate
) -> None:
    path = f"/directory/{rich.handle}.vcf"
    answer = client.get(path, {"version": "4.0"})
    assert answer["Content-Type"] == "text/vcard; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="{rich.handle}.vcf"'
    card = answer.content.decode()
    assert card.startswith(
        'BEGIN:VCARD\r\nVERSION:4.0\r\nN;SORT-AS="R. Wijaya":Ratu Wijaya;;;;\r\n'
    )
    source = f"SOURCE:http://testserver/directory/{rich.handle}/"
    assert card.endswith(f"\r\nLANG:en\r\nLANG:id\r\n{source}\r\nEND:VCARD\r\n")
    assert client_of(quiet_delegate).post(path, {"version": "4.0"}).content.decode() == card
    for version in ("", "3.0"):
        answer = client_of(quiet_delegate).post(path, {"version": version})
        assert answer.content.startswith(b"BEGIN:VCARD\r\nVERSION:3.0\r\n")
    page = page_text(client_of(quiet_delegate).post(f"/directory/{rich.handle}/show/"))
    assert page.endswith(
        "Download contact card (.vcf) Download vCard 4.0 (for newer address books) "
        "Each download counts as another view."
    )
    assert AuditEntry.objects.count() == 4


def test_unknown_vcard_version_is_rejected_with_message(
    client: Client, client_of: Sign, delegate: Delegate, quiet_delegate: Delegate
) -> None:
    path = f"/directory/{delegate.handle}.vcf"
    browser, owner = client_of(quiet_delegate), client_of(delegate)
    sentence = "Contact cards are available in version 3.0 or 4.0. Choose one below."
    for version in ("2.1", "5", "4", "<b>", "4.0 "):
        for ask in (client.get, browser.get, browser.post):
            answer = ask(path, {"version": version})
            assert answer.status_code == 400
            assert sentence in page_text(answer)
            assert "dewi.open@example.org" in page_text(answer)
            assert "dewi.inside" not in answer.content.decode()
        # Hidden and absent stay alike, and nothing is counted.
        for handle in (quiet_delegate.handle, "abcdefghjk"):
            for ask in (client.get, owner.post):
                answer = ask(f"/directory/{handle}.vcf", {"version": version})
                assert answer.status_code == 404
    assert not AuditEntry.objects.exists() and not RevealBudget.objects.exists()


def test_spent_reveal_budget_shows_renewal_time(
    client_of: Sign,
    delegate: Delegate,
    quiet_delegate: Delegate,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.REVEALS_PER_DAY = 0
    browser = client_of(quiet_delegate)
    for now, words, seconds in (
        (datetime(2026, 3, 2, 19, tzinfo=UTC), "in 5 hours", "18000"),
        (datetime(2026, 3, 2, 18, 29, 31, 500_000, UTC), "in 5 hours, 31 minutes", "19829"),
        (datetime(2026, 3, 2, 23, 59, 59, 900_000, UTC), "in 1 minute", "1"),
        (datetime(2026, 3, 2, tzinfo=UTC), "in 1 day", "86400"),
    ):
        clock = SimpleNamespace(now=now.replace, localdate=now.date)
        monkeypatch.setattr("participants.directory.views.timezone", clock)
        for path in (f"/directory/{delegate.handle}/show/", f"/directory/{delegate.handle}.vcf"):
            answer = browser.post(path)
            assert answer.status_code == 429 and answer["Retry-After"] == seconds
            assert f"You can continue {words}, at 00:00 (UTC)." in page_text(answer)


def test_vcard_by_get_is_always_public_version(
    client: Client, client_of: Sign, delegate: Delegate, focal_point: Delegate
) -> None:
    path = f"/directory/{focal_point.handle}"
    for browser in (client, client_of(delegate), client_of(focal_point)):
        assert browser.get(f"{path}.vcf").status_code == 404
    assert client_of(delegate).get(f"{path}/").status_code == 200


@pytest.fixture
@recorded
def organisations(event: Event) -> None:
    for name, kind, country in (
        ("Zebra Aid", OrganisationKind.CIVIL_SOCIETY, "TH"),
        ("Alpha Ministry", OrganisationKind.GOVERNMENT, "ID"),
        ("Beta Ministry", OrganisationKind.GOVERNMENT, "TH"),
        ("Gamma Agency", OrganisationKind.AGENCY, ""),
    ):
        organisation = make_organisation(
            name=name, kind=kind, country=country, short_name=name[:4].upper()
        )
        make_role(event, organisation=organisation)
    hidden = make_organisation(name="Hidden House", kind=OrganisationKind.OTHER, country="NP")
    make_role(make_event(is_public=False), organisation=hidden)
    make_organisation(name="Nowhere Yet")


def test_organisations_are_filtered(client: Client, organisations: None) -> None:
    for query, count, names in [
        # Two more stand behind the commitments of the roundtable.
        ({}, "6 organisations", ["Alpha Ministry", "Beta Ministry", "Gamma Agency", "Zebra Aid"]),
        ({"kind": "government"}, "2 of 6 organisations", ["Alpha Ministry", "Beta Ministry"]),
        ({"country": "TH"}, "2 of 6 organisations", ["Beta Ministry", "Zebra Aid"]),
        ({"kind": "government", "country": "TH"}, "1 of 6 organisations", ["Beta Ministry"]),
        ({"kind": "movement"}, "0 of 6 organisations", []),
    ]:
        text = get_text(client, "/organisations/", **query)
        assert count in text
        listed = text.split(count)[1]
        every = ["Alpha Ministry", "Beta Ministry", "Gamma Agency", "Zebra Aid"]
        assert [name for name in every if name in listed] == names
        assert sorted(names, key=listed.index) == names
        assert ("No organisation matches. Choose fewer filters." in text) == (names == [])
        assert "Hidden House" not in text and "Nowhere Yet" not in text and "Nepal" not in text


def test_organisation_shows_roles_and_commitments(
    client: Client, client_of: Sign, event: Event, delegate: Delegate, focal_point: Delegate
) -> None:
    office = make_organisation(
        name="Office for Migrants",
        short_name="OfM",
        slug="office",
        kind=OrganisationKind.GOVERNMENT,
        country="TH",
        site="https://example.org/office",
        role_mailbox="desk@example.org",
        description="Helps people.",
    )
    make_role(
        event,
        organisation=office,
        role=EventRole.Role.COCHAIR,
        represented_by="Ministry of Labour",
        source_wording="co-chaired by the Office",
    )
    make_role(make_event(is_public=False, title="Hidden"), organisation=office)
    make_party(
        make_commitment(event, reference="RT2024-C7", text="Open a desk"), organisation=office
    )
    for person in (delegate, focal_point):
        make_affiliation(person, organisation=office)
    left = make_delegate(name="Left Long Ago", listed_to=Audience.EVERYONE)
    make_affiliation(left, organisation=office, until=date.today() - timedelta(days=1))
    text = get_text(client, "/organisations/office/")
    assert text == (
        "Government · Thailand Office for Migrants "
        "Progress so far 1 commitment. No party has reported on it yet. Never reported on 1 "
        + acts(
            "/organisations/office/",
            "Office for Migrants — 1 commitment. No party has reported on it yet.",
            on=date.today(),
        )
        + "Helps people. "
        "Short name OfM Website https://example.org/office Mailbox desk@example.org "
        "Roles at roundtables Roundtable 2024, May 2024 (RT2024) : co-chair (Ministry of Labour) "
        "co-chaired by the Office "
        "Commitments RT2024-C7 Open a desk OfM · answers the whole statement "
        "Never reported on No due date recorded See all, filter and sort "
        "See this page as of an earlier day Show this day What changed since an earlier day "
        f"People Dewi Lestari Office for Migrants {ALWAYS}"
    )
    assert "Farah Point" in get_text(client_of(delegate), "/organisations/office/")


def test_who_is_signed_in_is_not_told_to_sign_in(
    client: Client, client_of: Sign, event: Event, delegate: Delegate
) -> None:
    office = make_organisation(name="Office", slug="office")
    commitment = make_commitment(event)
    make_party(commitment, organisation=office)
    signed_in = client_of(delegate)
    for path in (
        event.get_absolute_url(),
        commitment.get_absolute_url(),
        office.get_absolute_url(),
        "/directory/",
        "/search/",
        "/search/?q=Office",
    ):
        assert "after signing in" in get_text(client, path), path
        assert "after signing in" not in get_text(signed_in, path), path


def test_empty_organisation_shows_message(client: Client, event: Event) -> None:
    bare = make_organisation(name="Bare", slug="bare")
    make_party(event.commitments.first(), organisation=bare)  # type: ignore[arg-type]
    text = get_text(client, "/organisations/bare/")
    assert "Website not recorded Mailbox not recorded" in text
    assert "Roles at roundtables No role is recorded." in text
    assert "People You cannot see anyone from this organisation in the directory." in text
    role_only = make_organisation(slug="role-only")
    make_role(event, organisation=role_only)
    text = get_text(client, "/organisations/role-only/")
    assert "This organisation is not a party to any recorded commitment." in text


def test_title_and_address_leave_no_name_in_the_history(
    client_of: Sign, delegate: Delegate, cochair: User
) -> None:
    for browser, path in (
        (Client(), delegate.get_absolute_url()),
        (client_of(cochair), f"/admin/participants/delegate/{delegate.pk}/change/"),
    ):
        page = page_html(browser.get(path))
        title = page.partition("<title>")[2].partition("</title>")[0]
        assert title and "Dewi" not in title and "dewi" not in path
        assert "Dewi Lestari" in page
