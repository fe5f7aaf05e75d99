"""What programs read of a page: one address, a description, a picture, and linked data."""

import json
import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from outcomes.exports.share_image import can_draw
from outcomes.models import Commitment
from participants.models import OrganisationKind
from roundtable.models import Event
from tests.factories import (
    make_commitment,
    make_dispute,
    make_event,
    make_organisation,
    make_party,
    make_series,
    make_statement,
    make_update,
)
from tests.follow_up_factories import make_assessment

pytestmark = pytest.mark.django_db
HERE, SERIES_SITE = "https://portal.example.org", "https://example.org"


@pytest.fixture
def commitment() -> Commitment:
    event = make_event(
        slug="here",
        code="HERE",
        title="First </script> & meeting",
        city="Bangkok",
        country="TH",
        series=make_series(name="Process", site=SERIES_SITE),
    )
    make_statement(event, points=1, title="Statement")
    row = make_commitment(event, reference="HERE-C1", text="Train officers")
    office = make_organisation(slug="office", name="Office", kind=OrganisationKind.GOVERNMENT)
    make_party(row, organisation=office)
    return row


def head_of(client: Client, path: str) -> dict[str, str]:
    """By name, what the head of a page says."""
    head = client.get(path).content.decode().split("</head>")[0]
    found = dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', head))
    (found["canonical"],) = re.findall(r'<link rel="canonical" href="([^"]*)">', head)
    return found


def linked_data_of(client: Client, path: str) -> list[dict[str, Any]]:
    page = client.get(path).content.decode()
    pattern = r'<script type="application/ld\+json">(.*?)</script>'
    return [json.loads(words) for words in re.findall(pattern, page, re.DOTALL)]


def test_roundtable_says_how_far_its_commitments_are(
    client: Client, commitment: Commitment
) -> None:
    make_update(commitment)
    head = head_of(client, "/roundtables/here/?as_of=2025-06-01")
    assert head["description"] == "1 commitment: 1 in progress."
    assert head["og:description"] == head["description"]
    assert head["og:title"] == "First &lt;/script&gt; &amp; meeting, May 2024 (HERE)"
    assert head["og:url"] == head["canonical"] == f"{HERE}/roundtables/here/"
    assert head["og:image"] == f"{HERE}/roundtables/here.png"


def test_commitment_says_how_far_it_is(client: Client, commitment: Commitment) -> None:
    make_dispute(commitment.parties.get(), disputed_on=date(2026, 1, 1))
    head = head_of(client, "/commitments/here-c1/")
    assert head["description"] == (
        "Never reported on. Office does not recognise this text (1 January 2026). Party: Office. "
        "No due date is recorded."
    )
    assert head["og:title"] == "HERE-C1: Train officers"
    assert head["og:image"] == f"{HERE}/commitments/here-c1.png"


def test_page_has_one_address(client: Client, commitment: Commitment) -> None:
    for path, canonical in (
        ("/", "/"),
        (
            "/commitments/?status=planning&event=here",
            "/commitments/?event=here&amp;status=planning",
        ),
        ("/commitments/?as_of=2025-01-01", "/commitments/"),
        ("/commitments/?page=1", "/commitments/"),
        ("/outcomes/here/1.a/", "/outcomes/here/1.a/"),
        ("/organisations/", "/organisations/"),
        ("/data/", "/data/"),
    ):
        assert head_of(client, path)["canonical"] == f"{HERE}{canonical}", path


def test_records_as_linked_data(client: Client, commitment: Commitment) -> None:
    address = {"@type": "PostalAddress", "addressLocality": "Bangkok", "addressCountry": "TH"}
    assert linked_data_of(client, "/roundtables/here/") == [
        {
            "@context": "https://schema.org",
            "@id": f"{HERE}/roundtables/here/",
            "url": f"{HERE}/roundtables/here/",
            "@type": "Event",
            "name": "First </script> & meeting",
            "startDate": "2024-05-14",
            "endDate": "2024-05-15",
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            "location": {"@type": "Place", "name": "Bangkok", "address": address},
            "organizer": {"@type": "Organization", "name": "Process", "url": SERIES_SITE},
        }
    ]

    (organisation,) = linked_data_of(client, "/organisations/office/")
    assert (organisation["@type"], organisation["name"]) == ("GovernmentOrganization", "Office")
    (point,) = linked_data_of(client, "/outcomes/here/1.a/")
    assert (point["@type"], point["position"]) == ("CreativeWork", "1.a")
    assert point["isPartOf"]["name"] == "Statement"
    (row,) = linked_data_of(client, "/commitments/here-c1/")
    assert (row["identifier"], row["text"]) == ("HERE-C1", "Train officers")
    assert "author" not in row, "recorded from a source: no party wrote it here"


def test_made_up_record_is_no_linked_data(client: Client, commitment: Commitment) -> None:
    Event.objects.update(is_demonstration=True)
    assert linked_data_of(client, "/roundtables/here/") == []
    head = head_of(client, "/commitments/here-c1/")
    assert head["og:title"] == "HERE-C1: Train officers (demonstration)"


def test_hidden_page_has_no_address(client: Client, commitment: Commitment) -> None:
    Event.objects.update(is_public=False)
    for path in ("/roundtables/here/", "/commitments/here-c1/", "/nothing/"):
        assert b"canonical" not in client.get(path).content
    assert client.get("/roundtables/here.png").status_code == 404
    assert client.get("/commitments/here-c1.png").status_code == 404


@pytest.mark.parametrize("path", ["/roundtables/here.png", "/commitments/here-c1.png"])
def test_share_image_is_small_and_moves_with_the_status(
    client: Client, commitment: Commitment, path: str
) -> None:
    Commitment.objects.update(text="Train officers and all others " * 40)
    before = client.get(path)
    assert before.headers["Content-Type"] == "image/png"
    assert Image.open(BytesIO(before.content)).size == (1200, 630)
    assert len(before.content) < 60_000
    make_update(commitment)
    assert client.get(path).content != before.content


def test_finding_of_today_is_seen(client: Client, commitment: Commitment) -> None:
    before = client.get("/commitments/here-c1.png").content
    make_assessment(commitment=commitment, assessed_on=timezone.localdate())
    page = client.get("/commitments/here-c1/").content.decode()
    assert '<rect x="99.00"' in " ".join(page.split())
    answer = client.get("/commitments/here-c1.png")
    assert answer.status_code == 200 and answer.content != before


def test_letters_that_the_font_lacks_are_left_out(client: Client, commitment: Commitment) -> None:
    assert can_draw("São Tomé – “Łódź”, Türkiye, Украïна")
    assert not can_draw("ประเทศไทย")
    before = client.get("/commitments/here-c1.png").content
    Commitment.objects.update(text="ประเทศไทย")
    assert client.get("/commitments/here-c1.png").content != before
