"""A second person compares what the portal copied from a list with their own download of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from outcomes.imports.comparison import forget_compared
from outcomes.models import Commitment, SourceComparison, Upload
from participants.models import Grant
from roundtable.models import Event
from tests.factories import make_event, make_grant, make_holder, make_organisation, make_user
from tests.fixture_types import Sign
from tests.form_fields import form_fields
from tests.import_pages import (
    ALTERED,
    PLEDGES_ADDRESS,
    UPLOAD_URL,
    admin_text,
    check_list,
    import_list,
    import_pledges,
    pledges,
    preview_file,
    run_import_worker,
)
from tests.page_text import page_html

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]


@pytest.fixture
def browser(client_of: Sign, talk: Event) -> Client:
    """Of an editor who imports."""
    user = make_user()
    make_grant(user, talk, role=Grant.Role.EDITOR, on_behalf_of=make_organisation())
    return client_of(user)


@pytest.fixture
def second(client_of: Sign, talk: Event) -> Client:
    """Of a confirmer of another organisation, who may edit nothing."""
    user = make_user()
    make_grant(user, talk, role=Grant.Role.CONFIRMER, on_behalf_of=make_organisation())
    return client_of(user)


def page_of(browser: Client) -> Any:
    """Opens Decide, and the row of the imported texts."""
    decide = browser.get("/admin/decide/")
    address = f"/admin/roundtable/event/workbook/in/{Upload.objects.get().key}/compare/"
    assert f"Copied by the portal from {PLEDGES_ADDRESS}" in admin_text(decide)
    assert f'href="{address}"' in page_html(decide)
    return browser.get(address)


def send_file(browser: Client, page: Any, content: bytes) -> Any:
    sent: dict[str, Any] = {
        name: found[0] for name, found in form_fields(page_html(page), containing="act").items()
    }
    sent["file"] = SimpleUploadedFile("mine.csv", content)
    answer = browser.post(page.wsgi_request.path, sent)
    assert answer.status_code == 302, admin_text(answer)
    run_import_worker()
    return browser.get(answer["Location"])


def agree(browser: Client, page: Any) -> Any:
    fields = form_fields(page_html(page), containing="act")
    sent = {name: found[0] for name, found in fields.items()}
    return browser.post(page.wsgi_request.path, sent, follow=True)


def compared(talk: Event) -> int:
    return SourceComparison.objects.filter(commitment__event=talk).count()


def test_five_altered_cells_of_382_are_found_and_the_rest_needs_six_presses(
    browser: Client, second: Client, talk: Event
) -> None:
    import_pledges(browser, talk, pledges(**ALTERED))
    before = Commitment.history.count()
    # 1 Decide, 2 the row, 3 the file, 4 “Compare”, 5 “I read this”.
    page = send_file(second, page_of(second), pledges())
    said = admin_text(page)
    assert "Your file is another file than the one that was imported." in said
    assert "377 commitments are as in your file." in said
    assert "5 are not as in your file: read each alone" in said
    numbers = [str(number) for number in (7, 90, 150, 301, 382)]
    found = {row.text for row, _words in page.context["different"]}
    texts = {ALTERED.get(f"r{n}c1", f"Train the officers of post {n}.") for n in numbers}
    assert found == texts
    # Once for all rows: what is no literal copy, and what was not read.
    assert "2 rows of your file" not in said
    assert "“ Train no officers of post 7. ”, in your file “ Train the officers of" in said
    assert "Leads: here “ Harbour Clinic ”, in your file “ – ”" in said
    assert "Leads: here “ – ”, in your file “ Port Authority ”" in said
    assert "Leads: “ port ” became “ Port Authority ” in 382 rows" in said
    assert "Due on: “ 1 May 2027 ” became “ 2027-05-01 ” in 382 rows" in said
    assert "Remark Not read" in said and f"Source url: {PLEDGES_ADDRESS}" in said
    assert compared(talk) == 0 and Commitment.history.count() == before
    agree(second, page)
    assert compared(talk) == 377
    assert not SourceComparison.objects.filter(commitment__text__in=texts).exists()
    # The importer brings a download, too: the same file as before shows the same five only to who
    # has the right one.
    page = send_file(browser, page_of(browser), pledges(**ALTERED))
    assert "Your file is the file that was imported, byte for byte." in admin_text(page)
    agree(browser, page)
    told = Commitment.objects.filter(event=talk, parties_told_at__isnull=False)
    public = Commitment.objects.filter(event=talk, state="public", source_url=PLEDGES_ADDRESS)
    assert (told | public).distinct().filter(source_url=PLEDGES_ADDRESS).count() == 377
    assert not told.filter(text__in=texts).exists()


def test_what_changed_since_or_was_corrected_is_read_alone(
    browser: Client, second: Client, talk: Event
) -> None:
    import_pledges(browser, talk, pledges())
    page = send_file(second, page_of(second), pledges())
    assert "all 382 are as in the source" in admin_text(page)
    edited = Commitment.objects.get(text="Train the officers of post 5.")
    edited.text = "Train most officers of post 5."
    edited.save()
    agree(second, page)
    assert compared(talk) == 381
    page = send_file(second, second.get(page.wsgi_request.path), pledges())
    assert [row.pk for row, _words in page.context["different"]] == [edited.pk]


def test_other_file_is_told_and_no_one_else_opens_the_page(
    browser: Client, second: Client, talk: Event, client_of: Sign
) -> None:
    import_pledges(browser, talk, pledges())
    page = send_file(second, page_of(second), b"Name,Employer\nRita,port\n")
    assert "This file has other headings than the list that was imported." in admin_text(page)
    assert compared(talk) == 0
    address = page.wsgi_request.path
    for user in (make_holder(make_event()), make_user()):
        assert client_of(user).get(address).status_code in (403, 404)
    # Own results are one's own.
    assert "Choose your file" not in admin_text(page)
    assert admin_text(browser.get(address)).count("other headings") == 0
    # A file that is only compared is no import.
    send_file(browser, browser.get(address), pledges())
    assert "Unfinished imports" not in admin_text(browser.get(UPLOAD_URL))
    own = Upload.objects.exclude(finished_at__isnull=False).latest("pk")
    assert browser.get(f"{UPLOAD_URL}{own.key}/").status_code == 404


def test_without_an_address_texts_are_read_one_by_one(
    browser: Client, second: Client, talk: Event
) -> None:
    answer = preview_file(browser, pledges(), talk, name="pledges.csv")
    answer = check_list(browser, answer, source="By email, 1 May", **{"all.source_title": "Letter"})
    import_list(browser, answer)
    assert Upload.objects.get().reading is None
    assert "Copied by the portal" not in admin_text(second.get("/admin/decide/"))


def test_reading_is_forgotten_once_all_is_compared(
    browser: Client, second: Client, talk: Event
) -> None:
    import_pledges(browser, talk, pledges())
    assert forget_compared(timezone.now() + timedelta(days=1)) == 0
    for person in (browser, second):
        agree(person, send_file(person, page_of(person), pledges()))
    assert forget_compared(timezone.now()) == 1
    assert not Upload.objects.filter(reading__isnull=False).exists()
