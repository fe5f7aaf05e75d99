"""The directory: who is on it, what it can be asked, and the three ways it is laid out."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import cycle

import pytest
from django.test import Client

from participants.models import (
    Audience,
    Delegate,
    DelegateLanguage,
    Organisation,
    OrganisationKind,
    User,
)
from roundtable.models import Event
from tests.facet_panels import shown_facets
from tests.factories import (
    make_affiliation,
    make_delegate,
    make_event,
    make_organisation,
    make_participation,
    make_role,
)
from tests.page_text import get_text, page_html, page_links, page_text
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
Sign = Callable[[User | Delegate], Client]
ALWAYS = "Participants may see more after signing in."
EVERYONE = "Directory People who chose to let everyone see them in the directory. "
TO_YOU = "Directory People who chose to let you see them in the directory. "
INVITE = "Are you a participant but not listed? Ask for an invitation "
LAYOUTS = "Cards Table By country "
SEARCH = "Name or post Search Filters "
VIEWS = ("", "table", "country")


def add(
    name: str,
    *offices: Organisation,
    latin: str = "",
    post: str = "",
    languages: str = "",
    listed_to: Audience = Audience.EVERYONE,
) -> Delegate:
    """Someone who works at these offices, the first of them since last."""
    person = make_delegate(name=name, name_latin=latin, post=post, listed_to=listed_to)
    for number, office in enumerate(offices):
        make_affiliation(person, organisation=office, since=date(2024 - number, 1, 1))
    for language in languages.split():
        DelegateLanguage.objects.create(delegate=person, language=language)
    return person


def make_office(
    event: Event, name: str, slug: str, kind: OrganisationKind, country: str
) -> Organisation:
    office = make_organisation(name=name, slug=slug, kind=kind, country=country)
    make_role(event, organisation=office)
    return office


@pytest.fixture
@recorded
def people() -> Event:
    """Seven people who are listed to everyone, and one who is listed to no one."""
    event = make_event()
    labour = make_office(event, "Ministry of Labour", "labour", OrganisationKind.GOVERNMENT, "TH")
    justice = make_office(
        event, "Ministry of Justice", "justice", OrganisationKind.GOVERNMENT, "ID"
    )
    shelter = make_office(event, "Shelter", "shelter", OrganisationKind.CIVIL_SOCIETY, "ID")
    agency = make_office(event, "Agency", "agency", OrganisationKind.AGENCY, "")
    hidden = make_office(event, "Hidden House", "hidden", OrganisationKind.OTHER, "NP")
    secret = make_organisation(name="Not public", slug="secret", country="MM")
    add("Ánh Đặng", labour, post="Adviser", languages="vi en")
    add("Budi Santoso", justice, shelter, post="Head of Protection", languages="id en")
    add("Citra Dewi", shelter, languages="id")
    add("Иван Ильич", agency, latin="Ivan Ilyich", post="Chief", languages="ru")
    add("สมศรี ใจดี", labour, latin="Somsri Jaidee", languages="th")
    add("Nobody's Own", languages="en")
    add("Seyma Şahin", secret)
    add("Quiet Quentin", hidden, languages="ne", listed_to=Audience.ONLY_ME)
    return event


EVERY_NAME = ["Budi Santoso", "Citra Dewi", "Nobody's Own", "Seyma Şahin", "Ánh Đặng"]
EVERY_NAME += ["Иван Ильич", "สมศรี ใจดี", "Quiet Quentin"]


def found_in(text: str) -> set[str]:
    return {name for name in EVERY_NAME if name in text}


def test_people_are_in_the_order_of_the_latin_form_of_their_names(client_of: Sign) -> None:
    office = make_organisation(country="ID")
    for name, latin in (
        ("Zainal", ""),
        ("Ánh", ""),
        ("渡辺 花子", "Watanabe Hanako"),
        ("amina", ""),
        ("علي", "Ali"),
    ):
        add(name, office, latin=latin)
    expected = ["علي", "amina", "Ánh", "渡辺 花子", "Zainal"]
    for page in ("/directory/", "/directory/?view=table", "/directory/?view=country"):
        shown = page_text(Client().get(page))
        places = [shown.index(name) for name in expected]
        assert places == sorted(places), page


def test_directory_lists_delegates_by_name(
    client: Client, event: Event, delegate: Delegate, focal_point: Delegate
) -> None:
    office = make_organisation(name="Office for Migrants", slug="office", country="TH")
    make_role(event, organisation=office)
    add("สมศรี", office, latin="Somsri", post="Adviser", languages="th en")
    add("Anna Ahead")
    answer = client.get("/directory/")
    text = page_text(answer)
    assert text.startswith(f"{EVERYONE}{ALWAYS} {INVITE}{SEARCH}")
    assert text.endswith(
        f"3 people {LAYOUTS}People Anna Ahead Dewi Lestari "
        "สมศรี Somsri · Adviser, Office for Migrants"
    )
    assert shown_facets(answer) == {
        "event": {event.slug: 1},
        "organisation": {"office": 1},
        "kind": {"civil-society": 1},
        "country": {"TH": 1},
        "role": {"participant": 1},
        "language": {"en": 1, "th": 1},
    }
    assert "/organisations/office/" in page_links(answer)
    # Each person here chose "Everyone: anyone who opens this site, including search engines".
    assert "noindex" not in answer.content.decode()
    assert "example.org" not in answer.content.decode()


def test_directory_shows_participants_to_each_other(
    client_of: Sign, delegate: Delegate, focal_point: Delegate, outsider: Delegate
) -> None:
    for person, names in (
        (delegate, "Dewi Lestari Farah Point"),
        (outsider, "Dewi Lestari Olga Outside"),
    ):
        text = get_text(client_of(person), "/directory/")
        assert text.startswith(f"{TO_YOU}{INVITE}{SEARCH}")
        assert text.endswith(f"2 people {LAYOUTS}People {names}")


def test_empty_directory_shows_guidance(client: Client) -> None:
    empty = "No one is listed yet. People appear here after they choose to be listed."
    for view in VIEWS:
        assert get_text(client, "/directory/", view=view) == f"{EVERYONE}{ALWAYS} {INVITE}{empty}"


def test_empty_search_shows_guidance(client: Client, client_of: Sign, people: Event) -> None:
    reader = make_delegate()
    sentence = (
        "No one you can see in the directory matches. Choose fewer filters, or type a "
        "shorter part of the name."
    )
    for browser, always in ((client, True), (client_of(reader), False)):
        for view in VIEWS:
            answer = browser.get("/directory/", {"q": "Quentin", "view": view})
            text = page_text(answer)
            assert sentence in text and "Show everyone you can see in the directory" in text
            assert "/directory/" in page_links(answer)
            assert (ALWAYS in text) == always
            assert found_in(text) == set()
            assert "No one is listed yet." not in text


def test_names_are_found_in_every_script(client: Client, people: Event) -> None:
    views = cycle(VIEWS)  # all ask one form
    for words, names in [
        ("budi", {"Budi Santoso"}),
        ("BUDI santoso", {"Budi Santoso"}),
        ("santoso budi", {"Budi Santoso"}),
        ("anh dang", {"Ánh Đặng"}),
        ("ÁNH", {"Ánh Đặng"}),
        ("a\u0301nh", {"Ánh Đặng"}),
        ("иван", {"Иван Ильич"}),
        ("ИЛЬИЧ", {"Иван Ильич"}),
        ("ilyich", {"Иван Ильич"}),
        ("ILYICH Иван", {"Иван Ильич"}),
        ("สมศรี", {"สมศรี ใจดี"}),
        # Another tone or vowel is another name.
        ("สมศริ", set()),
        ("jaidee", {"สมศรี ใจดี"}),
        ("sahin", {"Seyma Şahin"}),
        ("nobody's", {"Nobody's Own"}),
        ("head protection", {"Budi Santoso"}),
        ("budi citra", set()),
        ("quentin", set()),
        ("%", set()),
        ("_", set()),
        ("\u200b", set(EVERY_NAME) - {"Quiet Quentin"}),
    ]:
        assert found_in(get_text(client, "/directory/", q=words, view=next(views))) == names


def test_people_are_filtered(client: Client, people: Event) -> None:
    views = cycle(VIEWS)
    for query, names in [
        ({"organisation": "labour"}, {"Ánh Đặng", "สมศรี ใจดี"}),
        ({"organisation": "shelter"}, {"Budi Santoso", "Citra Dewi"}),
        ({"kind": "government"}, {"Ánh Đặng", "สมศรี ใจดี", "Budi Santoso"}),
        ({"kind": "civil-society"}, {"Budi Santoso", "Citra Dewi"}),
        ({"kind": "other"}, set()),
        ({"country": "ID"}, {"Budi Santoso", "Citra Dewi"}),
        ({"language": "en"}, {"Ánh Đặng", "Budi Santoso", "Nobody's Own"}),
        ({"language": "en", "country": "TH"}, {"Ánh Đặng"}),
        ({"kind": "government", "country": "TH", "q": "adviser"}, {"Ánh Đặng"}),
        ({"organisation": "labour", "kind": "civil-society"}, set()),
        ({"organisation": "labour", "kind": "government", "language": "th"}, {"สมศรี ใจดี"}),
    ]:
        assert found_in(get_text(client, "/directory/", **query, view=next(views))) == names


def test_filtered_organisation_is_shown_as_workplace(client: Client, people: Event) -> None:
    assert "Budi Santoso Head of Protection, Ministry of Justice" in get_text(client, "/directory/")
    text = get_text(client, "/directory/", kind="civil-society")
    assert "Budi Santoso Head of Protection, Shelter" in text


def test_filter_value_without_delegates_is_rejected(client: Client, people: Event) -> None:
    for query, sentence in [
        ({"organisation": "hidden"}, "Organisation: Select a valid choice. hidden is not one of"),
        ({"organisation": "secret"}, "Organisation: Select a valid choice. secret is not one of"),
        ({"organisation": "none"}, "Organisation: Select a valid choice. none is not one of"),
        ({"country": "NP"}, "Country: Select a valid choice. NP is not one of"),
        ({"country": "MM"}, "Country: Select a valid choice. MM is not one of"),
        ({"language": "ne"}, "Language: Select a valid choice. ne is not one of"),
        ({"kind": "nothing"}, "Kind of organisation: Select a valid choice. nothing is not one"),
        ({"view": "people"}, "Layout: Select a valid choice. people is not one of"),
        ({"q": "a b c d e f g h i"}, "Name or post: Search for at most 8 words at a time."),
        ({"email": "x"}, "This page cannot use “email”. Delete it from the web address."),
        ({"listed_to": "x"}, "This page cannot use “listed_to”."),
    ]:
        answer = client.get("/directory/", query)
        assert answer.status_code == 400
        text = page_text(answer)
        assert "We show no results, for this reason:" in text and sentence in text
        assert found_in(text) == set()
        for hidden in ("Hidden House", "Not public", "Nepal", "Myanmar"):
            assert hidden not in text


def test_filter_choices_come_from_visible_delegates(
    client: Client, client_of: Sign, people: Event
) -> None:
    reader = add("Reader", languages="dz", listed_to=Audience.ONLY_ME)
    add(
        "Inside Ines",
        Organisation.objects.get(slug="hidden"),
        languages="tet",
        listed_to=Audience.PARTICIPANTS,
    )
    for person in (reader, Delegate.objects.get(name="Inside Ines")):
        make_participation(person, people)
    offices = {"agency": 1, "justice": 1, "labour": 2, "shelter": 2}
    languages = {"en": 3, "id": 2, "ru": 1, "th": 1, "vi": 1}
    facets = shown_facets(client.get("/directory/"))
    assert (facets["organisation"], facets["language"]) == (offices, languages)
    assert (facets["country"], facets.get("event")) == ({"ID": 2, "TH": 2}, None)
    facets = shown_facets(client_of(reader).get("/directory/"))
    assert facets["organisation"] == offices | {"hidden": 1}
    assert facets["language"] == languages | {"dz": 1, "tet": 1}
    assert facets["country"] == {"ID": 2, "NP": 1, "TH": 2}
    assert facets["event"] == {people.slug: 2}


def test_past_affiliation_is_not_searched(client: Client, people: Event) -> None:
    person = Delegate.objects.get(name="Nobody's Own")
    office = Organisation.objects.get(slug="labour")
    make_affiliation(person, organisation=office, until=date.today() - timedelta(days=1))
    assert "Nobody's Own" not in get_text(client, "/directory/", organisation="labour")
    assert "Nobody's Own" not in get_text(client, "/directory/", country="TH")


def test_table_has_headers_and_a_row_for_each(client: Client, people: Event) -> None:
    answer = client.get("/directory/?view=table")
    page = page_html(answer)
    cells = [
        [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in re.findall(cell_of, row)]
        for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
        for cell_of in [re.compile(r"<t[hd][ >].*?</t[hd]>", re.DOTALL)]
    ]
    assert cells == [
        ["Name", "Post", "Organisation", "Country", "Languages"],
        ["Ánh Đặng", "Adviser", "Ministry of Labour", "Thailand", "English, Vietnamese"],
        [
            "Budi Santoso",
            "Head of Protection",
            "Ministry of Justice",
            "Indonesia",
            "English, Indonesian",
        ],
        ["Citra Dewi", "", "Shelter", "Indonesia", "Indonesian"],
        ["Иван Ильич Ivan Ilyich", "Chief", "Agency", "", "Russian"],
        ["Nobody&#x27;s Own", "", "", "", "English"],
        ["Seyma Şahin", "", "", "", ""],
        ["สมศรี ใจดี Somsri Jaidee", "", "Ministry of Labour", "Thailand", "Thai"],
    ]
    assert page.count('<th scope="col">') == 5 and page.count('<th scope="row">') == 7
    assert '<div class="scrolls" role="region" aria-labelledby="people" tabindex="0">' in page


def test_countries_are_sorted_with_counts(client: Client, people: Event) -> None:
    text = get_text(client, "/directory/", view="country")
    assert text.split(f"7 people {LAYOUTS}")[1] == (
        "Indonesia 2 people Budi Santoso Head of Protection, Ministry of Justice "
        "Citra Dewi Shelter "
        "Thailand 2 people Ánh Đặng Adviser, Ministry of Labour "
        "สมศรี ใจดี Somsri Jaidee · Ministry of Labour "
        "International or not recorded 3 people Иван Ильич Ivan Ilyich · Chief, Agency "
        "Nobody's Own Seyma Şahin"
    )


def test_paginated_country_counts_all_delegates(client: Client, people: Event) -> None:
    office = Organisation.objects.get(slug="labour")
    for number in range(25):
        add(f"Person {number:02}", office)
    first, second = (
        get_text(client, "/directory/", view="country", page=page) for page in ("1", "2")
    )
    assert "Indonesia 2 people" in first and "Thailand 27 people Ánh Đặng" in first
    assert "not recorded" not in first and "Person 16" in first and "Person 17" not in first
    assert f"32 people {LAYOUTS}Thailand 27 people Person 17" in second
    assert "International or not recorded 3 people" in second


def test_layouts_and_pagination_keep_filters(client: Client, people: Event) -> None:
    for number in range(21):
        add(f"Person {number:02}", Organisation.objects.get(slug="labour"), languages="en")
    query = "q=person&country=TH&language=en"
    links = page_links(client.get(f"/directory/?{query}&view=country&page=2"))
    assert [link for link in links if link.startswith("/directory/?")] == [
        "/directory/?country=TH&language=en&view=country",
        "/directory/?q=person&language=en&view=country",
        "/directory/?q=person&country=TH&view=country",
        "/directory/?view=country",
        f"/directory/?{query}",
        f"/directory/?{query}&view=table",
        f"/directory/?{query}&view=country",
        f"/directory/?{query}&view=country&page=1",
    ]
    page = page_html(client.get(f"/directory/?{query}&view=table"))
    assert '<input type="hidden" name="view" value="table" id="id_view">' in page
    assert 'name="country" value="TH" checked><bdi>Thailand</bdi>' in page
    here = f"/directory/?{query}&view=table".replace("&", "&amp;")
    assert f'aria-current="page" href="{here}"' in page


def test_directory_is_paginated(client: Client) -> None:
    for number in range(21):
        make_delegate(name=f"Person {number:02}", listed_to=Audience.EVERYONE)
    for view in VIEWS:
        first, second = (
            get_text(client, "/directory/", page=page, view=view) for page in ("1", "2")
        )
        assert "21 people" in first and "21 people" in second
        assert "Person 19 Page 1 of 2 Next page" in re.sub(r" +", " ", first)
        assert "Person 20" not in first
        assert "Person 20 Previous page Page 2 of 2" in second
        assert "Person 19" not in second
        answer = client.get("/directory/", {"page": "3", "view": view})
        assert answer.status_code == 400
        assert "Page: There are only 2 pages." in page_text(answer)
        assert "Person 20" in page_text(answer)


def test_clear_link_is_shown_when_filtered(client: Client, people: Event) -> None:
    for path, offers in [
        ("/directory/", False),
        ("/directory/?view=table", False),
        ("/directory/?view=country&q=&kind=&page=1", False),
        ("/directory/?kind=government", True),
        ("/directory/?view=table&q=someone", True),
        ("/organisations/?kind=government", True),
        ("/commitments/?sort=due", False),
        ("/commitments/?sort=due&overdue=yes", True),
    ]:
        answer = client.get(path)
        assert answer.status_code == 200
        assert ("Clear all</a>" in page_html(answer)) == offers
