"""A file that is too large: what was written beside it stays, and nothing of the file is stored."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from outcomes.imports import forms as import_forms
from outcomes.imports.workbook.parsing import MAX_FILE_MEGABYTES
from outcomes.models import CommitmentParty, Evidence, ProgressUpdate, Upload
from participants.models import Delegate, User
from roundtable.uploads import validation
from roundtable.web import middleware
from tests.fixture_types import Sign
from tests.outcomes.evidence.documents import pdf
from tests.outcomes.evidence.test_evidence import TOO_LARGE, give
from tests.page_text import page_html

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pdf_in_this_process")]
LIMIT = 20_000
REAL_LIMIT = middleware.MAX_FILE


@pytest.fixture(autouse=True)
def low_limits(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    """A file of 20 KB stands for one of 20 MB, and a body of 100 KB for one of 100 MB."""
    monkeypatch.setattr(middleware, "MAX_BODY", 10_000)
    monkeypatch.setattr(middleware, "MAX_FILE", LIMIT)
    monkeypatch.setattr(middleware, "MAX_BODY_WITH_FILE", 5 * LIMIT)
    monkeypatch.setattr(validation, "MAX_BYTES", LIMIT)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 5_000
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)


def test_text_is_kept_beside_a_file_that_is_too_large(client: Client, path: str) -> None:
    # `give` checks that the page has the text and asks for the file again.
    # The sentence is in the summary and at the field.
    assert give(client, path, pdf() + bytes(LIMIT)).count(TOO_LARGE) == 2
    assert TOO_LARGE in give(client, path, pdf() + bytes(4 * LIMIT))
    assert not Evidence.objects.exists() and ProgressUpdate.objects.count() == 1
    # A file of exactly the limit that does not fit in memory is stored.
    comment = b"%" + b" " * (LIMIT - len(pdf()) - 2) + b"\n"
    large = pdf().replace(b"%PDF-1.4\n", b"%PDF-1.4\n" + comment)
    assert give(client, path, large) == ""
    with Evidence.objects.get().file.open("rb") as stored:
        assert stored.read() == large


def test_text_is_kept_for_someone_signed_in(
    client_of: Sign, focal_point: Delegate, party: CommitmentParty
) -> None:
    address = reverse("report", args=[party.pk])
    assert TOO_LARGE in give(client_of(focal_point), address, pdf() + bytes(4 * LIMIT))


def test_import_says_that_the_file_is_too_large(
    client_of: Sign, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_FILE_MEGABYTES * 1024 * 1024 == REAL_LIMIT == 20 * 1024 * 1024
    monkeypatch.setattr(import_forms, "MAX_FILE_MEGABYTES", LIMIT / 1024 / 1024)
    file = BytesIO(b"x" * 2 * LIMIT)
    file.name = "a.xlsx"
    reply = client_of(operator).post(reverse("admin:roundtable_event_import"), {"file": file})
    sentence = "The file is larger than 20 MB. Divide it into smaller files."
    assert sentence in page_html(reply)
    assert not Upload.objects.exists()


def test_larger_request_is_refused_before_it_is_read(client: Client, path: str) -> None:
    reply = client.post(path, {"evidence-file": BytesIO(bytes(6 * LIMIT))})
    assert reply.status_code == 413


@pytest.mark.parametrize("sizes", [[LIMIT + 1], [5 * LIMIT], [LIMIT - 1, LIMIT - 1]])
def test_nothing_above_the_limit_is_on_the_disk(tmp_path: Path, sizes: list[int]) -> None:
    """Also if a request has several files, which no form of the portal asks for."""
    request = RequestFactory().post("/")
    handler = middleware.BoundedUploadHandler(request)
    kept: list[TemporaryUploadedFile] = []
    for size in sizes:
        handler.new_file("file", "a.pdf", "application/pdf", size)
        for begins in range(0, size, 7_000):
            handler.receive_data_chunk(bytes(min(7_000, size - begins)), begins)
            assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= LIMIT
        file = handler.file_complete(size)
        assert isinstance(file, TemporaryUploadedFile)
        kept.append(file)
    last = kept[-1]
    assert last.size is not None and last.size > LIMIT
    assert os.stat(last.temporary_file_path()).st_size == 0 and last.read() == b""
    for file in kept:
        file.close()
    assert list(tmp_path.iterdir()) == []
