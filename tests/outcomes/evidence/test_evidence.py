"""Files as evidence: what is taken, what is refused in a sentence, and who gets them."""

import struct
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from outcomes.models import CommitmentParty, Evidence, ProgressUpdate
from participants.models import User
from roundtable.models import Event
from roundtable.uploads.validation import check_file
from roundtable.web.row_keys import row_key
from tests.factories import make_evidence
from tests.fixture_types import Sign
from tests.outcomes.evidence.documents import DOCX, docx, odf, pdf, stream
from tests.outcomes.evidence.test_unsafe_documents import sentence
from tests.page_text import page_html, page_links, page_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pdf_in_this_process")]
Capture = Callable[..., AbstractContextManager[object]]
PDF = pdf()


def photo(kind: str = "JPEG") -> bytes:
    """A picture that says where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010E] = "zq-description"
    stored = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(stored, kind, exif=exif, comment=b"zq-comment")
    return stored.getvalue()


def wide_png(width: int, height: int) -> bytes:
    """A PNG that says to be that large, in a few bytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


def give(client: Client, path: str, content: bytes, name: str = "a.pdf", **changes: str) -> str:
    """What the page says after an update with a file was submitted; empty if it was accepted."""
    page = page_html(client.get(path))
    values: dict[str, object] = {
        "act": "hand-in",
        "version": page.split('name="version" value="')[1].split('"')[0],
        "status": "in-progress",
        "reported_on": "2026-03-01",
        "text": "Three courses were held.",
        "has_no_personal_details": "on",
        "evidence-title": "List of courses",
        "evidence-is_public": "on",
        "evidence-file": SimpleUploadedFile(name, content),
    }
    reply = client.post(path, values | changes)
    if reply.status_code == 302:
        return ""
    assert "Three courses were held.</textarea>" in reply.content.decode()
    assert "Choose your file again." in page_text(reply)
    return page_text(reply)


@pytest.mark.parametrize(
    ("content", "media_type", "name"),
    [
        (PDF, "application/pdf", "list-of-courses.pdf"),
        (docx(), DOCX, "list-of-courses.docx"),
        (odf(""), "application/vnd.oasis.opendocument.text", "list-of-courses.odt"),
        (photo(), "image/jpeg", "list-of-courses.jpg"),
        (photo("PNG"), "image/png", "list-of-courses.png"),
        (photo("WEBP"), "image/png", "list-of-courses.png"),
    ],
)
def test_file_is_a_download_once_its_update_is_approved(
    client: Client,
    path: str,
    party: CommitmentParty,
    operator: User,
    content: bytes,
    media_type: str,
    name: str,
) -> None:
    # What its name and the browser say of it counts for nothing.
    assert give(client, path, content, "../../page.html") == ""
    row = Evidence.objects.get()
    assert (row.media_type, str(row.file.name).split(".")[0]) == (media_type, row.key)
    address = f"/evidence/{row.key}/"
    assert client.get(address).status_code == 404
    row.update.approve(by=operator, at=timezone.now())
    reply = client.get(address)
    assert reply.headers["Content-Type"] == media_type
    assert reply.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    sent = bytes(reply.getvalue())
    if media_type.startswith("image/"):
        with Image.open(BytesIO(sent)) as image:
            assert image.size == (40, 30) and not image.getexif()
        assert b"zq-" not in sent
    else:
        assert sent == content
    assert address in page_links(client.get("/commitments/rt2024-c1/"))


def test_private_and_missing_files_are_not_found(
    client: Client, client_of: Sign, path: str, operator: User
) -> None:
    assert give(client, path, PDF, **{"evidence-is_public": ""}) == ""
    row = Evidence.objects.get()
    row.update.approve(by=operator, at=timezone.now())
    address = f"/evidence/{row.key}/"
    absent = client.get("/evidence/abcdefghjkmnpqrstuvw/")
    for browser in (client, client_of(operator)):
        assert browser.get(address).status_code == 404
    assert client.get(address).content == absent.content
    assert address not in client.get("/commitments/rt2024-c1/").content.decode()
    Evidence.objects.update(is_public=True)
    assert client.get(address).status_code == 200
    Event.objects.update(is_public=False)
    assert client.get(address).status_code == 404
    Event.objects.update(is_public=True)
    storages["evidence"].delete(str(row.file.name))
    assert client.get(address).status_code == 404


NO_KIND = (
    "This is not a PDF, an image (JPEG, PNG, WebP, GIF) or an office document. Choose one of these."
)
TOO_MANY_PIXELS = (
    "The image has more than 50 million pixels. Save it in a smaller size, then choose it again."
)
TOO_LARGE = "The file is larger than 20 MB. Choose a smaller file, or give a web address instead."
CONTACT_DETAILS = (
    "These look like contact details. Delete them, or confirm that everyone may read them."
)
UNREADABLE = "We cannot read the file. Open it, save it again, then choose it again."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<script>alert(1)</script>", NO_KIND),
        (b"MZ\x90\x00" + bytes(200), NO_KIND),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', NO_KIND),
        (docx()[:-30], UNREADABLE),
        (photo()[:300], UNREADABLE),
        (wide_png(9000, 9000), TOO_MANY_PIXELS),
        (wide_png(65000, 65000), UNREADABLE),
    ],
)
def test_other_and_damaged_files_are_refused(content: bytes, said: str) -> None:
    assert sentence(content) == said


def test_page_says_what_is_wrong_with_a_file(client: Client, path: str) -> None:
    assert "The submitted file is empty." in give(client, path, b"")
    macro = docx({"word/vbaProject.bin": b"x"})
    assert "The part “word/vbaProject.bin” is a macro," in give(client, path, macro)
    assert not Evidence.objects.exists() and ProgressUpdate.objects.count() == 1


def test_nothing_is_stored_when_form_is_invalid(client: Client, path: str) -> None:
    no_text = {"text": " ", "obstacles": "Three courses were held."}
    url = {"evidence-url": "https://example.org/"}
    for changes, said in (
        ({"evidence-title": ""}, "Describe what it is."),
        (url, "Enter a web address or choose a file, not both."),
        ({"evidence-title": "Ask ana@example.org"}, CONTACT_DETAILS),
        (no_text, "Describe what was done."),
    ):
        assert said in give(client, path, PDF, **changes)
    assert not Evidence.objects.exists() and ProgressUpdate.objects.count() == 1


def test_update_has_at_most_twenty_evidence_items(
    client: Client, path: str, party: CommitmentParty
) -> None:
    assert give(client, path, PDF) == ""
    update = party.updates.get(state="submitted")
    for number in range(2, 21):
        make_evidence(update, title=f"Number {number}")
    words = "This update already has a lot of evidence. Remove some of it first."
    assert words in give(client, path, PDF)
    assert update.evidence.count() == 20
    first = update.evidence.order_by("pk")[0]
    assert give(client, path, PDF, remove=row_key(first)) == ""
    assert update.evidence.count() == 20 and not update.evidence.filter(pk=first.pk).exists()


def test_evidence_is_removed_from_draft(
    client: Client, path: str, django_capture_on_commit_callbacks: Capture
) -> None:
    assert give(client, path, PDF, act="draft") == ""
    row = Evidence.objects.get()
    page = page_html(client.get(path))
    assert "List of courses" in page
    form = {
        "act": "draft",
        "version": page.split('name="version" value="')[1].split('"')[0],
        "reported_on": "2026-03-01",
        "remove": row_key(row),
    }
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(path, form).status_code == 302
    assert not Evidence.objects.exists()
    assert not storages["evidence"].exists(str(row.file.name))


def test_repeated_form_adds_file_once(client: Client, path: str) -> None:
    page = page_html(client.get(path))
    seen = page.split('name="version" value="')[1].split('"')[0]
    for _time in range(2):
        assert give(client, path, PDF, version=seen) == ""
    assert Evidence.objects.count() == 1


def test_photo_with_appended_image_stays_valid() -> None:
    stored = BytesIO()
    first, second = (Image.new("RGB", (40, 30), colour) for colour in ("teal", "white"))
    first.save(stored, "MPO", save_all=True, append_images=[second])
    checked = check_file(SimpleUploadedFile("a.jpg", stored.getvalue()))
    assert checked.media_type == "image/jpeg"


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_location_is_removed_from_embedded_images(kind: str) -> None:
    taken = photo()
    assert b"Exif" in taken
    if kind == "docx":
        content = docx({"word/media/image1.jpeg": taken})
    else:
        content = pdf(stream("/Filter/DCTDecode", taken))
    kept = check_file(SimpleUploadedFile("a", content)).content
    if kind == "docx":
        with ZipFile(BytesIO(kept)) as file:
            assert file.namelist()[0] == "[Content_Types].xml"
            kept = file.read("word/media/image1.jpeg")
        with Image.open(BytesIO(kept)) as image:
            assert image.size == (40, 30) and not image.getexif()
    assert len(kept) == len(taken if kind == "docx" else content)
    assert b"zq-description" in taken and b"zq-description" not in kept
