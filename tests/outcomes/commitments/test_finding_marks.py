"""Wherever a status is said of which an assessor found less, the finding is beside it."""

import re
from datetime import UTC, date, datetime
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from outcomes.changes.subscriptions import send_notifications
from outcomes.models import Assessment, Commitment, CommitmentParty
from tests.canaries import make_complete_event, response_text
from tests.factories import (
    make_commitment,
    make_delegate,
    make_holder,
    make_organisation,
    make_participation,
    make_party,
    make_role,
    make_theme,
    make_update,
)
from tests.fixture_types import Sign
from tests.follow_up_factories import make_assessment, make_follow
from tests.mail_queue import deliver_mail
from tests.page_text import page_links, page_text

NOW = datetime(2027, 3, 3, 12, tzinfo=UTC)
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("recorded_templates"),
    pytest.mark.time_machine(NOW, tick=False),
]
TEXT = "Zqbuild ten shelters"
FOUND, REPORTED = (
    "Limited, as Zqlab found, 1 February 2027.",
    "Last report: Zqbelize, 1 January 2027.",
)
SAID, SHARED = f"Fulfilled. {REPORTED} {FOUND}", f"Fulfilled. {FOUND} {REPORTED}"
IN_WORDS, TAGS = "Fulfilled; an assessor found: Limited", "Fulfilled Found: Limited"
OF_ONE = "Assessors looked at the fulfilled one and found less."
LESS = "of them, a finding says less 1"
REFERENCE = "ZQEVENT-C13"
IN_CSV = "fulfilled,2027-01-01,limited,"
IN_JSON = '"reported_on": "2027-01-01", "findings": ["limited"]'


@pytest.fixture
def fulfilled() -> Commitment:
    """As its party says; of a roundtable with everything, and on each kind of page."""
    event = make_complete_event("event", make_theme(slug="zq-theme"))
    Assessment.objects.all().delete()
    row = make_commitment(
        event, reference=REFERENCE, text=TEXT, due_on=date(2027, 5, 1), recorded_at=NOW
    )
    row.outcomes.add(event.statement.outcomes.points()[0])
    belize = make_organisation(name="Zqbelize", slug="zqbelize", kind="government", country="BZ")
    person = make_delegate()
    make_role(event, organisation=belize)
    make_participation(person, event, organisation=belize)
    party = make_party(row, organisation=belize, focal_point=person)
    party.accept(NOW)
    make_update(
        row, party=party, status="fulfilled", text="Zqall stand", reported_on=date(2027, 1, 1)
    )
    return row


def assess(row: Commitment, **fields: Any) -> Assessment:
    lab = fields.pop("organisation", None) or make_organisation(slug="zqlab", name="Zqlab")
    given: dict[str, Any] = {"finding": "limited", "assessed_on": date(2027, 2, 1)} | fields
    return make_assessment(commitment=row, organisation=lab, **given)


# By name of an output that says the status: who reads it, where, and the words beside it.
OUTPUTS: dict[str, tuple[str, str, list[str]]] = {
    "commitment": ("page", "{path}/", [SAID, f"{TEXT} — {SHARED}", "Party Assessor"]),
    "head": ("head", "{path}/", [f'content="{SHARED}"', f'"description": "{SHARED}"']),
    "list": ("page", "/commitments/", [TAGS, OF_ONE, LESS]),
    "roundtable": ("page", "/roundtables/{slug}/", [TAGS, OF_ONE, LESS]),
    "point": ("page", "/outcomes/{slug}/1.a/", [TAGS, OF_ONE, LESS]),
    "organisation": ("page", "/organisations/zqbelize/", [TAGS, OF_ONE, LESS]),
    "home": ("page", "/", [TAGS, OF_ONE, LESS]),
    "search": ("page", "/search/?q=Zqbuild", [TAGS]),
    "search of reports": ("page", "/search/?q=Zqall", [IN_WORDS]),
    "progress": (
        "page",
        "/progress/?party=zqbelize",
        [OF_ONE, LESS, "1 (1: a finding says less)"],
    ),
    "matrix": ("page", "/progress/matrix/?event={slug}", [f"Fulfilled 1 {LESS}"]),
    "changes": ("page", "/changes/", ["Status, after Fulfilled Found by assessors Limited"]),
    "feed": (
        "file",
        "/feed.atom",
        [f"Update: {IN_WORDS}", f"Status: Never reported on → {IN_WORDS}"],
    ),
    "feed of it": ("file", "{path}.atom", [f"<subtitle>{SHARED}", f"Update: {IN_WORDS}"]),
    "calendar": ("file", "/calendar.ics", [f"({IN_WORDS})", f"Status: {IN_WORDS}"]),
    "CSV": ("file", "/commitments.csv?party=zqbelize", [IN_CSV]),
    "JSON": ("file", "{path}.json", [IN_JSON]),
    "package": ("file", "/data/roundtable.zip", [IN_CSV]),
    "API": ("file", "/api/v1/commitments?party=zqbelize", [IN_JSON]),
    "own commitments": ("own page", "/me/commitments/", [TAGS]),
    "own report": ("own page", "/me/commitments/{party}/report/", [TAGS]),
    "brief": (
        "desk page",
        "/roundtables/{slug}/brief/",
        [f"{REFERENCE}: {IN_WORDS}", OF_ONE, LESS],
    ),
    "desk": ("desk", "/admin/outcomes/commitment/", [IN_WORDS]),
    "desk, one": ("desk", "/admin/outcomes/commitment/{row}/change/", [IN_WORDS]),
}


def outputs(client_of: Sign, row: Commitment) -> dict[str, str]:
    """By name, what each output says."""
    party, desk = row.parties.get(), make_holder(row.event, on_behalf_of=make_organisation())
    assert party.focal_point
    browsers = {"own page": client_of(party.focal_point)}
    browsers["desk"] = browsers["desk page"] = client_of(desk)
    path = row.get_absolute_url().removesuffix("/")
    keys = {"path": path, "slug": row.event.slug, "party": party.pk, "row": row.pk}
    found = {}
    for name, (how, where, _words) in OUTPUTS.items():
        answer: Any = browsers.get(how, Client()).get(where.format(**keys))
        assert answer.status_code == 200, name
        if how.endswith("page"):
            found[name] = page_text(answer)
        elif how == "file":
            text = response_text(answer).replace("\r\n ", "").replace("\\", "")
            found[name] = " ".join(unescape(text).split())
        else:
            text = answer.content.decode()
            found[name] = unescape(text.split("</head>")[0]) if how == "head" else text
    return found


@pytest.mark.walk
def test_each_output_has_the_finding_beside_the_status(
    client_of: Sign, fulfilled: Commitment
) -> None:
    before = outputs(client_of, fulfilled)
    for name, text in before.items():
        for words in ("an assessor found", "finding says less", f"{REFERENCE} Found:", "Zqlab"):
            assert words not in text, (name, words)
    assess(fulfilled)
    found = outputs(client_of, fulfilled)
    missing = {
        (name, words): found[name]
        for name, (_how, _where, expected) in OUTPUTS.items()
        for words in expected
        if words not in found[name]
    }
    assert not missing


def test_email_has_the_finding_and_no_names(fulfilled: Commitment) -> None:
    assess(fulfilled)
    make_follow(commitment=fulfilled, notified_until=datetime(2026, 1, 1, tzinfo=UTC))
    send_notifications(on=NOW.date(), at=NOW)
    (email,) = deliver_mail()
    assert f"Update: {IN_WORDS}\n" in email.body
    assert f"Progress so far:\n\n{IN_WORDS}\n" in email.body
    assert "Zqlab" not in str(email.message()) and "Zqbelize" not in str(email.message())


def test_bars_and_pictures_are_hatched(fulfilled: Commitment) -> None:
    page, path = f"/roundtables/{fulfilled.event.slug}/", fulfilled.get_absolute_url()
    pictures = [f"{page[:-1]}.png", f"{path[:-1]}.png"]
    plain = [Client().get(picture).content for picture in pictures]
    assert 'class="doubt"' not in Client().get(page).content.decode()
    assess(fulfilled)
    for address in (page, "/", "/organisations/zqbelize/", "/progress/?party=zqbelize"):
        assert 'class="doubt"' in Client().get(address).content.decode(), address
    for picture, before in zip(pictures, plain, strict=True):
        assert Client().get(picture).content != before, picture
    # In the picture of the roundtable, paper is between the lines of the left half of the bar.
    image = Image.open(BytesIO(Client().get(pictures[0]).content)).convert("RGB")
    assert len({image.getpixel((x, 470)) for x in range(80, 600)}) > 1
    found = re.search(
        r'class="stack found".*?</svg>', Client().get(path).content.decode(), re.DOTALL
    )
    assert found and re.findall(r'height="([\d.]+)"', found[0]) == ["1.67"]


def test_list_of_hatched_part_has_what_it_counts(fulfilled: Commitment) -> None:
    assess(fulfilled)
    answer = Client().get(f"/roundtables/{fulfilled.event.slug}/")
    (link,) = {link for link in page_links(answer) if "finding=" in link}
    listed = page_text(Client().get(link))
    assert "1 commitment:" in listed and TEXT in listed


def test_latest_finding_of_each_assessor_counts(fulfilled: Commitment) -> None:
    row = assess(fulfilled)
    other = make_organisation(slug="zqinstitute", name="Zqinstitute")
    assess(fulfilled, organisation=other, finding="complete", assessed_on=date(2027, 2, 2))
    path = fulfilled.get_absolute_url()
    text = page_text(Client().get(path))
    assert "Complete, as Zqinstitute found, 2 February 2027. Limited, as Zqlab found" in text
    assert "Fulfilled Found: Complete Found: Limited" in page_text(Client().get("/commitments/"))
    assess(
        fulfilled,
        organisation=row.organisation,
        finding="complete",
        assessed_on=date(2027, 3, 1),
    )
    text = page_text(Client().get(path))
    assert "Complete, as Zqlab found, 1 March 2027. Complete, as Zqinstitute found" in text
    assert "The party and the assessor differ." not in text
    listed = page_text(Client().get("/commitments/"))
    assert "Fulfilled Found: Complete Due" in listed and "did not find less" in listed


def test_former_status_has_no_later_finding_beside_it(fulfilled: Commitment) -> None:
    party = fulfilled.parties.get()
    make_update(fulfilled, party=party, status="planning", reported_on=date(2026, 1, 1))
    assess(fulfilled)
    feed = Client().get(fulfilled.get_absolute_url().removesuffix("/") + ".atom")
    titles = re.findall("Update: [^<]*", feed.content.decode())
    assert sorted(titles) == [f"Update: {IN_WORDS}", "Update: Planning"]


def test_earlier_day_has_the_findings_of_that_day(fulfilled: Commitment) -> None:
    for model in (Commitment, CommitmentParty):
        model._default_manager.update(recorded_at=datetime(2026, 1, 1, tzinfo=UTC))
    assess(fulfilled)
    for address in (fulfilled.get_absolute_url(), "/commitments/"):
        before, after = (
            page_text(Client().get(address, {"as_of": day, "party": "zqbelize"}))
            for day in ("2027-01-31", "2027-02-01")
        )
        assert "Fulfilled" in before and "Limited" not in before.split("Share ")[-1], address
        assert "Limited" in after, address
    csv = "/commitments.csv?party=zqbelize&as_of="
    assert ",limited," not in Client().get(csv + "2027-01-31").getvalue().decode()
    assert ",limited," in Client().get(csv + "2027-02-01").getvalue().decode()
