"""What a phone loads to see a page for the first time."""

import gzip
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from outcomes.models import Commitment, Outcome
from tests.bench import dataset, filled_portal

MOST_REQUESTS, MOST_BYTES = 4, 25_000
MOST_BYTES_OF_STYLES = 36 * 1024
LOADED = re.compile(
    r'<(?:link rel="(?:icon|stylesheet)" href|script src|img [^>]*src)="/static/([^"]+)"'
)


def test_style_sheet_stays_small() -> None:
    found = finders.find("css/portal.css")
    assert found
    with open(found, "rb") as stored:
        assert len(stored.read()) <= MOST_BYTES_OF_STYLES


@pytest.mark.django_db
def test_first_view_of_a_page_is_light(monkeypatch: pytest.MonkeyPatch) -> None:
    # More than a page of points, and few of them: each is stored with its history.
    monkeypatch.setattr(dataset, "EVENTS", 8)
    monkeypatch.setattr(filled_portal, "EVENTS", 8)
    monkeypatch.setattr(dataset, "POINTS", 3)
    dataset.make_dataset(200, 600)
    filled_portal.make_small_event(filled_portal.make_listed_people(100))
    client = Client(headers={"accept-encoding": "gzip"})
    sizes = {}
    for path in (
        "/",
        "/roundtables/",
        "/roundtables/bench-7/",
        "/progress/",
        "/progress/matrix/?event=bench-7",
        Commitment.objects.latest("pk").get_absolute_url(),
        Outcome.objects.points().latest("pk").get_absolute_url(),
        "/outcomes/",
        "/commitments/",
        "/commitments/?event=bench-7&status=in-progress",
        "/organisations/",
        "/directory/",
        "/directory/?view=country",
        "/search/?q=officers",
        "/changes/",
    ):
        response = client.get(path)
        assert response["Content-Encoding"] == "gzip"
        files = set(LOADED.findall(gzip.decompress(response.content).decode()))
        assert "css/portal.css" in files and len(files) < MOST_REQUESTS, path
        sizes[path] = len(response.content)
        for file in files:
            found = finders.find(file)
            assert found
            with open(found, "rb") as stored:
                sizes[path] += len(gzip.compress(stored.read()))
    assert {path: size for path, size in sizes.items() if size > MOST_BYTES} == {}
