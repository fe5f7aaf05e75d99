"""Metadata of a file: shown to its author and to approvers, and deleted with its evidence."""

import subprocess
from html import escape
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse

from outcomes.evidence.files import extract_text
from outcomes.imports.tasks import read_in_subprocess
from outcomes.models import Evidence, ProgressUpdate
from participants.models import User
from roundtable.models import Event
from roundtable.web.row_keys import row_key
from tests.factories import (
    NOON,
    make_delegate,
    make_event,
    make_evidence,
    make_grant,
    make_participation,
    make_update,
    make_user,
)
from tests.fixture_types import Sign
from tests.outcomes.evidence.documents import DOCX, ODT, WORD, docx, pdf, stream, zipped
from tests.outcomes.evidence.test_evidence import CONTACT_DETAILS, Capture, give, photo
from tests.outcomes.reporting.test_rounds import desk_text
from tests.outcomes.test_outcomes_admin import filled, page

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("pdf_in_this_process", "recorded_templates"),
]
PDF = "application/pdf"


def written(*paragraphs: str) -> bytes:
    """A document with these paragraphs, each word of them in a run of its own."""
    runs = [
        "".join(f"<w:r><w:t>{escape(run)}</w:t></w:r>" for run in text.split("|"))
        for text in paragraphs
    ]
    body = "".join(f"<w:p>{run}</w:p>" for run in runs)
    return docx({"word/document.xml": f"<w:document {WORD}>{body}</w:document>"})


def pdf_saying(text: str, link: str = "") -> bytes:
    """A PDF of one page that says this, and where there is a link leads there."""
    notes = f"/Annots[<</Type/Annot/Subtype/Link/A<</S/URI/URI({link})>>>>]" if link else ""
    font = "<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    words = stream("", f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode("latin-1"))
    return pdf(words, page=f"/Contents 4 0 R/Resources{font}{notes}")


def test_office_document_text_is_extracted() -> None:
    words = extract_text(written("Ask ana@exa|mple.org", "or +61 491| 570 156 & others"), DOCX)
    assert words is not None
    assert "Ask ana@example.org\nor +61 491 570 156 & others\n" in words
    linked = docx({"word/_rels/document.xml.rels": '<R Target="mailto:ana@example.org"/>'})
    assert "mailto:ana@example.org" in (extract_text(linked, DOCX) or "")
    content = "<text:p>Casa</text:p><text:p>Azul</text:p>"
    open_text = zipped({"mimetype": ODT, "content.xml": content})
    assert "Casa\nAzul" in (extract_text(open_text, ODT) or "")


def test_pdf_text_and_links_are_extracted() -> None:
    words = extract_text(pdf_saying("Ask ana@example.org", "tel:+61491570156"), PDF)
    assert words == "Ask ana@example.org\ntel:+61491570156"
    assert extract_text(pdf_saying(""), PDF) is None  # a scanned page has no words
    assert extract_text(b"%PDF-1.4\nnothing\n%%EOF", PDF) is None
    assert extract_text(photo(), "image/jpeg") is None


def test_file_with_too_much_text_is_not_scanned() -> None:
    assert extract_text(written("a" * 400_000), DOCX) is not None
    assert extract_text(written("a" * 600_000), DOCX) is None
    assert extract_text(docx({"word/document.xml": "<w/>" * 6_000_000}), DOCX) is None


def test_slow_pdf_scan_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*args: object, **options: object) -> None:
        raise subprocess.TimeoutExpired("reader", 15)

    monkeypatch.setattr(subprocess, "run", busy)
    assert extract_text(pdf_saying("Ask ana@example.org"), PDF) is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (written("Call +61 491| 570 156"), "+61 491 570 156"),
        (pdf_saying("Write to ana@example.org"), "ana@example.org"),
    ],
)
def test_author_is_warned_of_contact_details_in_public_file(
    client: Client, path: str, content: bytes, told: str
) -> None:
    said = give(client, path, content)
    assert CONTACT_DETAILS in said and told in said
    assert not Evidence.objects.exists()
    assert give(client, path, content, contacts_confirmed=told) == ""
    assert Evidence.objects.count() == 1


def test_private_file_gives_no_warning(client: Client, path: str) -> None:
    content = written("Call +61 491 570 156")
    assert give(client, path, content, **{"evidence-is_public": ""}) == ""


def test_file_is_scanned_on_submission(client: Client, path: str) -> None:
    assert give(client, path, written("Call +61 491 570 156"), act="draft") == ""
    first = Evidence.objects.get()
    said = give(client, path, written("Nothing"), **{"evidence-title": "More"})
    assert CONTACT_DETAILS in said and "+61 491 570 156" in said
    assert give(client, path, written("Nothing"), remove=row_key(first)) == ""
    assert ProgressUpdate.objects.filter(state="submitted").count() == 1


@pytest.fixture
def waiting(event: Event) -> ProgressUpdate:
    """An update with a document that names a participant, and with a photograph."""
    make_participation(make_delegate(name="María López", user=None), event)
    update = make_update(event.commitments.all()[0], approved=False)
    document = written("Thanks to Maria| Lopez, 0812 5555 0100.")
    for title, content, kind in (
        ("Report", document, DOCX),
        ("Photograph", photo(), "image/jpeg"),
    ):
        make_evidence(update, title=title, url="", file=ContentFile(content, "a"), media_type=kind)
    update.submit(at=NOON)
    return update


def desk_address(update: ProgressUpdate, title: str) -> str:
    key = update.evidence.get(title=title).key
    return reverse("admin:outcomes_progressupdate_evidence", args=[update.pk, key])


def test_reviewer_sees_names_in_file_and_unreadable_parts(
    client_of: Sign, cochair: User, waiting: ProgressUpdate
) -> None:
    browser = client_of(cochair)
    answer = browser.get(page(ProgressUpdate, "review", waiting.pk))
    text = desk_text(browser, page(ProgressUpdate, "review", waiting.pk))
    assert "Possible addresses and phone numbers 0812 5555 0100 People" in text
    assert "hidden places of your roundtables Maria Lopez Do not repeat" in text
    assert "that the portal could not read Open each file and read it. Photograph Your" in text
    for title in ("Report", "Photograph"):
        address = desk_address(waiting, title)
        assert f'href="{address}"' in answer.content.decode()
        assert browser.get(address).headers["Content-Disposition"].startswith("attachment;")


def test_admin_file_is_for_cochairs_only(
    client: Client,
    client_of: Sign,
    cochair: User,
    waiting: ProgressUpdate,
    event: Event,
) -> None:
    address = desk_address(waiting, "Report")
    reader, elsewhere = make_user(), make_user()
    make_grant(reader, event, role="reader")
    make_grant(elsewhere, make_event())
    assert client_of(cochair).get(address).status_code == 200
    assert client_of(reader).get(address).status_code == 403
    assert client_of(elsewhere).get(address).status_code == 404
    assert client_of(make_delegate()).get(address).status_code == 403
    assert client_of(reader, second_factor=False).get(address).status_code == 302
    assert client.get(address).status_code == 302
    other = make_update(event.commitments.all()[0], approved=False)
    key = address.rstrip("/").split("/")[-1]
    wrong = reverse("admin:outcomes_progressupdate_evidence", args=[other.pk, key])
    assert client_of(cochair).get(wrong).status_code == 404


@pytest.mark.parametrize("what", ["evidence", "update"])
def test_file_is_deleted_with_its_evidence(
    client_of: Sign,
    operator: User,
    waiting: ProgressUpdate,
    what: str,
    django_capture_on_commit_callbacks: Capture,
) -> None:
    rows = list(waiting.evidence.order_by("pk"))
    names = [str(row.file.name) for row in rows]
    assert all(storages["evidence"].exists(name) for name in names)
    browser = client_of(operator)
    with django_capture_on_commit_callbacks(execute=True):
        if what == "evidence":
            address = page(ProgressUpdate, "change", waiting.pk)
            more = {f"evidence-{number}-DELETE": "on" for number in range(2)}
            assert browser.post(address, filled(browser, address, **more)).status_code == 302
        else:  # what a party submitted, no one deletes
            rows_of_desk = ProgressUpdate.objects.filter(pk=waiting.pk)
            rows_of_desk.update(reported_by="recorded", party_hash="")
            sent = {"action": "delete_selected", "_selected_action": waiting.pk, "post": "yes"}
            assert browser.post(page(ProgressUpdate, "changelist"), sent).status_code == 302
    assert not Evidence.objects.exists()
    assert not any(storages["evidence"].exists(name) for name in names)


def test_process_that_reads_a_file_gets_no_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[dict[str, str]] = []
    start = subprocess.run

    def run(*args: Any, **kwargs: Any) -> Any:
        given.append(kwargs["env"])
        return start(*args, **kwargs)

    monkeypatch.setattr(subprocess, "run", run)
    assert extract_text(pdf_saying("Ask ana@example.org"), PDF) is not None
    assert read_in_subprocess(b"Name\nHarbour Clinic\n").pages
    assert given == [{"PATH": "/usr/bin:/bin"}] * 2
