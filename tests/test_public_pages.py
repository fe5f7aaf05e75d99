"""Public pages answer where there is nothing to show, and addresses that are wrong."""

import pytest
from django.test import Client

from roundtable.models import Event
from tests.conftest import ROOT
from tests.page_text import get_text

PAGES = [
    "/",
    "/roundtables/",
    "/outcomes/",
    "/commitments/",
    "/follow/",
    "/organisations/",
    "/directory/",
    "/search/",
    "/search/?q=officers",
    "/about/",
    "/accessibility/",
    "/privacy/",
]


@pytest.mark.django_db
def test_pages_load_in_empty_portal(client: Client) -> None:
    for path in PAGES:
        assert client.get(path).status_code == 200, path


def test_not_found_page_uses_portal_layout(client: Client, event: Event) -> None:
    for path in (
        "/roundtables/none/",
        "/outcomes/roundtable-2024/9.z/",
        "/outcomes/none/1.a/",
        "/commitments/rt2024-c99/",
        "/organisations/none/",
        "/directory/abcdefghjk/",
        "/directory/abcdefghjk.vcf",
        "/nothing",
    ):
        answer = client.get(path)
        assert (answer.status_code, path) == (404, path)
        assert "Page not found" in answer.content.decode(), path


def test_other_spellings_redirect_to_permalink(client: Client, event: Event) -> None:
    for path, target in (
        ("/commitments/RT2024-C1/", "/commitments/rt2024-c1/"),
        ("/outcomes/roundtable-2024/1.A/", "/outcomes/roundtable-2024/1.a/"),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (301, target)


@pytest.mark.django_db
def test_privacy_page_names_who_can_know_more(client: Client) -> None:
    assert (
        "You choose what participants see. Co-chairs and whoever runs the server can know more."
    ) in get_text(client, "/privacy/")


@pytest.mark.django_db
def test_page_is_sent_without_indentation_of_its_templates(client: Client) -> None:
    assert "\n  " in (ROOT / "templates" / "base.html").read_text()
    assert "\n " not in client.get("/about/").content.decode()
