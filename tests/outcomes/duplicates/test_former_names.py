"""Addresses and filters with the former short name or handle of a merged record lead on."""

import pytest
from django.test import Client

from outcomes.duplicates.organisations import merge_organisations
from outcomes.duplicates.people import merge_people
from participants.models import Audience, Delegate, Organisation, SlugRedirect
from tests.factories import (
    NOON,
    make_addressee,
    make_affiliation,
    make_commitment,
    make_delegate,
    make_event,
    make_organisation,
    make_party,
    make_role,
    make_statement,
    make_user,
)
from tests.fixture_types import Sign
from tests.page_text import get_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
FILTERS = [
    ("/commitments/", "party"),
    ("/progress/", "party"),
    ("/outcomes/", "addressee"),
    ("/directory/", "organisation"),
]


def merge(target: Organisation, duplicate: Organisation) -> None:
    by = make_user(is_superuser=True)
    merge_organisations(target=target, duplicate=duplicate, by=by, at=NOON)


def three_that_became_one(**fields: object) -> Organisation:
    given = {"kind": "government", "country": "TH"} | fields
    first, second, third = (make_organisation(slug=f"zq-{n}", **given) for n in "abc")
    event = make_event(code="ZQ")
    make_role(event, organisation=first)
    make_party(make_commitment(event, reference="ZQ-C1"), organisation=first)
    make_addressee(make_statement(event).outcomes.points()[0], organisation=first)
    person = make_delegate(listed_to=Audience.EVERYONE)
    make_affiliation(person, organisation=first)
    merge(second, first)
    merge(third, second)
    return third


@pytest.mark.parametrize(("path", "name"), FILTERS)
def test_filter_by_former_short_name_leads_to_present_one(
    client: Client, path: str, name: str
) -> None:
    present = three_that_became_one()
    for former in ("zq-a", "zq-b"):
        answer = client.get(f"{path}?kind=&{name}={former}&page=1")
        assert answer.status_code == 301
        assert answer["Location"] == f"{path}?kind=&{name}=zq-c&page=1"
    absent = client.get(f"{path}?{name}=zq-never")
    assert absent.status_code == 400
    both = client.get(f"{path}?{name}=zq-a&kind=&{name}=zq-b")
    if path == "/progress/":  # neither of two values is chosen
        assert both.status_code == 400
    else:
        assert both["Location"] == f"{path}?{name}=zq-c&kind="
        mixed = client.get(f"{path}?{name}=zq-never&{name}=zq-b")
        assert mixed["Location"] == f"{path}?{name}=zq-never&{name}=zq-c"
        assert client.get(mixed["Location"]).status_code == 400
    assert client.get(f"{path}?{name}=zq%00a").status_code == 400
    # The former name of a hidden organisation looks absent.
    Organisation.objects.update(is_name_published=False)
    Delegate.objects.update(hidden_at=NOON)
    assert SlugRedirect.objects.filter(organisation=present).count() == 2
    hidden = client.get(f"{path}?{name}=zq-a")
    absent = client.get(f"{path}?{name}=zq-n")
    assert (hidden.status_code, absent.status_code) == (400, 400)
    assert hidden.content == absent.content.replace(b"zq-n", b"zq-a")


def test_feed_calendar_page_and_search_of_former_short_name_work(client: Client) -> None:
    present = three_that_became_one(name="Ministry")
    for former in ("zq-a", "zq-b"):
        assert client.get(f"/organisations/{former}/")["Location"] == "/organisations/zq-c/"
        for ending in ("atom", "ics"):
            kept = client.get(f"/organisations/{former}.{ending}")
            shown = client.get(f"/organisations/zq-c.{ending}")
            assert (kept.status_code, kept.content) == (200, shown.content)
    text = get_text(client, "/search/", q="zq-a")
    assert f"{present.name} Government · Thailand · Formerly: zq a zq b" in text


def test_former_handle_leads_to_present_person(client: Client, client_of: Sign) -> None:
    by = make_user(is_superuser=True)
    present = make_delegate(listed_to=Audience.EVERYONE)
    handles = []
    for _n in range(2):
        double = make_delegate(user=None, name=present.name)
        handles.append(double.handle)
        merge_people(target=present, duplicate=double, by=by, at=NOON)
    page = f"/directory/{present.handle}"
    viewer = client_of(make_delegate(consented_at=NOON))
    for former in handles:
        for ending in ("/", ".vcf"):
            answer = client.get(f"/directory/{former}{ending}?version=4.0")
            assert (answer.status_code, answer["Location"]) == (301, f"{page}{ending}?version=4.0")
        assert viewer.get(f"/directory/{former}/introduce/")["Location"] == f"{page}/introduce/"
        for ending in ("/show/", ".vcf"):
            assert viewer.post(f"/directory/{former}{ending}")["Location"] == f"{page}/"
    Delegate.objects.filter(pk=present.pk).update(hidden_at=NOON)
    for ending in ("/", ".vcf"):
        hidden = client.get(f"/directory/{handles[0]}{ending}")
        absent = client.get(f"/directory/zzzzzzzzzz{ending}")
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert hidden.content == absent.content
    for ending in ("/show/", ".vcf"):
        assert viewer.post(f"/directory/{handles[0]}{ending}").status_code == 404
    assert viewer.get(f"/directory/{handles[0]}/introduce/").status_code == 404
