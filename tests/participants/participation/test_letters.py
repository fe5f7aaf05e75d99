"""Letters in which organisations name people: entered once, and read by the line about each."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import html
from PIL import Image

from participants.decisions.engine import add_act
from participants.models import (
    Act,
    Bundle,
    Delegate,
    Letter,
    Organisation,
    Participation,
    User,
)
from participants.participation.confirmation import ask_for
from participants.privacy.erasure import erase_own_data
from participants.privacy.retention import delete_old_letters
from roundtable.audit.models import AuditEntry
from tests.decide import QUEUE, agree_together, page_of, read_together, value_of
from tests.factories import (
    NOON,
    make_delegate,
    make_event,
    make_government,
    make_holder,
    make_letter,
    make_organisation,
    make_participation,
    make_user,
)
from tests.form_fields import press, send_form
from tests.import_pages import admin_text
from tests.meetings import Meeting
from tests.page_text import page_text

pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
PEOPLE, LETTERS = "/admin/participants/delegate/", "/admin/participants/letter/"
ADD = f"{PEOPLE}add/"


def files() -> list[str]:
    return list(storages["evidence"].listdir("")[1])


@pytest.fixture(autouse=True)
def clock() -> Any:
    for name in files():  # of tests before
        storages["evidence"].delete(name)
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def meeting() -> Meeting:
    return Meeting("cohost", "confirmer")


@pytest.fixture
def confirmer(meeting: Meeting) -> User:
    """For agencies."""
    return meeting.holder("confirmer", make_organisation(kind="agency"))


def image() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (9, 9), "white").save(content, "PNG")
    return SimpleUploadedFile("Letter naming zq-others.png", content.getvalue())


def enter(browser: Client, meeting: Meeting, name: str, **fields: Any) -> Any:
    """Sends the form that adds a person, with all its fields."""
    row = {"event": str(meeting.event.pk), "capacity": "Adviser", **fields}
    typed = {f"participations-0-{field}": value for field, value in row.items()}
    return send_form(browser, browser.get(ADD), containing="name", name=name, **typed)


def new_letter(organisation: Organisation, line: str = "Ms A, Adviser", **more: Any) -> Any:
    day = {"organisation": str(organisation.pk), "letter_day": "2026-02-20"}
    return {**day, "letter_file": image(), "nomination": line} | more


def asked(meeting: Meeting, organisation: Organisation, names: list[str]) -> list[Participation]:
    """People of one letter, as they are stored after they were entered."""
    letter = make_letter(meeting.event, organisation=organisation)
    rows = [
        make_participation(
            make_delegate(name=name),
            meeting.event,
            confirmed=False,
            entered_at=NOON,
            organisation=organisation,
            letter=letter,
            nomination=f"Line about {name}",
        )
        for name in names
    ]
    ask_for(rows, by=None, at=NOON)
    return rows


def are_old() -> None:
    """All organisations."""
    Organisation.history.update(history_date=NOON - timedelta(days=31))


def test_who_waits_without_a_letter_leads_to_where_it_is_entered(
    meeting: Meeting, confirmer: User, client_of: Sign
) -> None:
    agency = make_organisation(name="Agency", kind="agency")
    row = make_participation(
        make_delegate(), meeting.event, confirmed=False, entered_at=NOON, organisation=agency
    )
    words, browser = "Enter the letter about this person", client_of(meeting.first)
    page = browser.get(page_of(row)).content.decode()
    (link,) = html.fromstring(page).xpath(f"//a[starts-with(., '{words}')]/@href")
    assert 'name="participations-0-nomination"' in browser.get(link).content.decode()
    assert words not in page_text(client_of(confirmer).get(page_of(row)))  # who may not enter it
    listed = browser.get("/admin/participants/participation/").content.decode()
    assert f'href="{ADD}"' in listed


def read_all(browser: Client) -> Any:
    return press(browser, QUEUE, f"{QUEUE}together/", "Look at all")


def boxes(page: Any, name: str = "d") -> list[Any]:
    return list(html.fromstring(page.content.decode()).xpath(f"//input[@name='{name}']"))


# Entered -------------------------------------------------------------------------------------


def test_letter_is_entered_once_with_the_people_it_names(
    meeting: Meeting, confirmer: User, client_of: Sign
) -> None:
    agency = make_organisation(name="Agency", kind="agency")
    browser = client_of(meeting.first)
    answer = enter(browser, meeting, "Ana", **new_letter(agency, "Ms Ana, Adviser"))
    assert "You entered this participation" in answer.content.decode()
    letter = Letter.objects.get()
    assert (letter.organisation, letter.entered_by) == (agency, meeting.first)
    assert AuditEntry.objects.get(action="add letter").organisation == agency.slug
    assert "zq-others" not in str(letter.file) and letter.media_type == "image/png"
    second = {"organisation": str(agency.pk), "letter": str(letter.pk), "nomination": "Mr Ben"}
    assert "Letter of 20 February 2026, Agency" in browser.get(ADD).content.decode()
    enter(browser, meeting, "Ben", **second)
    assert [row.letter for row in Participation.objects.all()] == [letter, letter]
    assert set(Bundle.objects.values_list("letter", flat=True)) == {letter.pk}
    # Each beside its own line, with one press, for who confirms after the co-chair.
    reader = client_of(confirmer)
    assert "Confirm 2 people for Agency Letter of 20 February 2026, Agency" in page_text(
        reader.get(QUEUE)
    )
    together = page_text(read_all(reader))
    assert "Ms Ana, Adviser" in together and "Mr Ben" in together


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"letter_file": ""}, "Enter the date of the letter and choose its file."),
        ({"letter_day": ""}, "Enter the date of the letter and choose its file."),
        ({"nomination": ""}, "Copy the line of the letter about this person."),
        ({"letter": "chosen"}, "Choose a letter or enter a new one, not both."),
        ({"letter": "elsewhere"}, "Select a valid choice."),
        ({"letter_file": SimpleUploadedFile("a.pdf", b"<script>")}, "This is not a PDF"),
        ({"letter_file": SimpleUploadedFile("a.pdf", b"")}, "empty"),
        ({"letter_file": SimpleUploadedFile("a.pdf", b"%PDF-1.7 /JavaScript")}, "PDF"),
        ({"letter_file": SimpleUploadedFile("a.svg", b"<svg onload='x'/>")}, "This is not a PDF"),
        ({"letter_file": SimpleUploadedFile("a.docx", b"PK\3\4broken")}, "office document"),
    ],
)
def test_form_refuses_a_letter_that_is_not_whole_or_not_safe(
    meeting: Meeting, client_of: Sign, typed: dict[str, Any], said: str
) -> None:
    agency = make_organisation(name="Agency", kind="agency")
    chosen = {
        "chosen": make_letter(meeting.event, organisation=agency),
        "elsewhere": make_letter(make_event(code="ELSE", slug="else"), organisation=agency),
    }
    if "letter" in typed:
        typed = {"letter": str(chosen[typed["letter"]].pk)}
    answer = enter(client_of(meeting.first), meeting, "Ana", **new_letter(agency) | typed)
    words = admin_text(answer)
    assert said in words and ("Enter the date" in words) == ("Enter" in said)
    assert Letter.objects.count() == 2 and not Delegate.objects.filter(name="Ana").exists()
    assert files() == []


# Decided -------------------------------------------------------------------------------------


def make_sixty(meeting: Meeting) -> list[Participation]:
    rows: list[Participation] = []
    for number in range(12):
        name, kind = f"Office {number}", "agency"
        organisation = make_organisation(name=name, kind=kind)
        if number % 2:
            organisation = make_government("MY", name=name)
        rows += asked(meeting, organisation, [f"Person {number}-{place}" for place in range(5)])
    return rows


class Presses:
    """One person at the page “Decide”, whose presses are counted."""

    def __init__(self, browser: Client) -> None:
        self.number = 1  # “Decide”, in the menu
        self.browser = browser
        self.page = read_all(browser)
        self.number += 1

    def decide(self, *left: Participation) -> str:
        """Agrees to what the page shows, without these: letter by letter where it asks for it."""
        values, out = {value_of(row) for row in left}, []
        ticked = []
        for box in boxes(self.page):
            if "," in box.get("value"):  # a letter, unticked
                ticked.append(box.get("value"))
                self.number += 1
            elif box.get("value") in values:
                self.number += "checked" in box.attrib
            else:
                ticked.append(box.get("value"))
                self.number += "checked" not in box.attrib
        for box in boxes(self.page, "out"):
            if box.get("value") in values:
                out.append(box.get("value"))
                self.number += 1
        self.number += 1
        return page_text(press(self.browser, self.page, f"{QUEUE}agree/", d=ticked, out=out))


@pytest.mark.parametrize("are_new", [False, True])
def test_sixty_people_of_twelve_letters_take_at_most_twenty_presses(
    meeting: Meeting, confirmer: User, client_of: Sign, are_new: bool
) -> None:
    rows = make_sixty(meeting)
    if not are_new:
        are_old()
    left = [rows[0], rows[7], rows[14]]  # of three letters
    counted = []
    for user in (meeting.first, meeting.second, confirmer):
        person = Presses(client_of(user))
        said = person.decide(*left)
        counted.append(person.number)
    assert "You agreed to 28 things. 28 have their effect now." in said  # of six agencies
    assert max(counted) <= 20, counted
    assert Participation.objects.exclude(confirmed_at=None).count() == 57
    # Two organisations looked at each.
    looks = {row: set(row.confirmations.values_list("on_behalf_of", flat=True)) for row in rows}
    assert {len(looks[row]) for row in rows if row not in left} == {2}
    assert {len(looks[row]) for row in left} == {0}
    # What was left undecided still waits, in its letters.
    assert "3 things wait for you." in page_text(client_of(meeting.first).get(QUEUE))


def test_one_wrong_organisation_among_sixty_is_found_by_the_page(
    meeting: Meeting, client_of: Sign
) -> None:
    rows = make_sixty(meeting)
    are_old()
    wrong = rows[22]
    wrong.organisation = rows[0].organisation
    wrong.save()
    browser = client_of(meeting.first)
    page = read_all(browser)
    words = page_text(page)
    assert "Unticked: Office 4 wrote the letter; it was asked for Office 4." in words
    assert words.count("wrote the letter") == 1
    value = value_of(wrong)
    mine = [box for box in boxes(page) if value.split(":")[1] in box.get("value").split(":")[1]]
    assert [(box.get("value"), "checked" in box.attrib) for box in mine] == [(value, False)]
    # A person who agrees to all that is ticked, and to all letters, leaves it undecided.
    ticked = [box.get("value") for box in boxes(page) if "checked" in box.attrib]
    ticked += [box.get("value") for box in boxes(page) if "," in box.get("value")]
    press(browser, page, f"{QUEUE}agree/", d=ticked)
    assert Participation.objects.filter(confirmations=None).get() == wrong
    assert "Office 4 wrote the letter" not in page_text(browser.get(page_of(rows[20])))


def test_address_of_another_organisation_among_sixty_starts_unticked(
    meeting: Meeting, client_of: Sign
) -> None:
    rows = make_sixty(meeting)
    are_old()
    for row in rows:
        number = rows[0].organisation_id if row == rows[22] else row.organisation_id
        address = f"{row.pk}@office-{number}.example"
        Delegate.objects.filter(pk=row.delegate_id).update(invitation_email=address, user=None)
    browser = client_of(meeting.first)
    why = f"people of {rows[0].organisation} have such an address"
    assert page_text(read_all(browser)).count(why) == 1
    assert f"Unticked: {why}" in page_text(read_together(browser, rows[22]))
    assert f"Read with care: {why}" in page_text(browser.get(page_of(rows[22])))
    # Not where a colleague has such an address, too.
    address = f"colleague@office-{rows[0].organisation_id}.example"
    Delegate.objects.filter(pk=rows[23].delegate_id).update(invitation_email=address)
    assert rows[23].organisation == rows[22].organisation
    assert why not in page_text(read_all(browser))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("letter", "it was asked with another letter"),
        ("name", "the name, the address or the kind of organisation changed"),
    ],
)
def test_what_changed_since_it_was_asked_starts_unticked(
    meeting: Meeting, client_of: Sign, change: str, said: str
) -> None:
    row, other = asked(meeting, make_organisation(kind="agency"), ["Ana", "Ben"])
    are_old()
    browser = client_of(meeting.first)
    before = read_all(browser)
    if change == "letter":
        row.letter = make_letter(meeting.event, organisation=row.organisation)
        row.save()
    else:
        Delegate.objects.filter(pk=row.delegate_id).update(name="Another", user=None)
    # The page that was open no longer says what is signed.
    assert "You agreed to 1 thing." in agree_together(browser, before, row, other)
    assert not row.confirmations.exists()
    assert f"Unticked: {said}." in page_text(read_together(browser, row))


def test_joining_is_no_change_since_it_was_asked(meeting: Meeting, client_of: Sign) -> None:
    person = make_delegate(name="Ana", user=None, invitation_email="ana@example.org")
    row = make_participation(
        person,
        meeting.event,
        confirmed=False,
        entered_at=NOON,
        organisation=make_organisation(kind="agency"),
        nomination="Ms Ana",
    )
    ask_for([row], by=None, at=NOON)
    are_old()
    joined = make_delegate(name="Another").user
    Delegate.objects.filter(user=joined).delete()
    Delegate.objects.filter(pk=person.pk).update(user=joined)
    assert "Unticked" not in page_text(read_together(client_of(meeting.first), row))


# Who reads it --------------------------------------------------------------------------------


def enter_protected(meeting: Meeting, browser: Client) -> Letter:
    shelter = make_organisation(name="Shelter", kind="civil-society")
    enter(browser, meeting, "Zq Amal", **new_letter(shelter, "zq-line of Amal"))
    return Letter.objects.get()


def test_only_who_entered_a_letter_opens_it_and_others_read_lines_of_whom_they_see(
    meeting: Meeting, client_of: Sign
) -> None:
    browser = client_of(meeting.first)
    letter = enter_protected(meeting, browser)
    page, file = f"{LETTERS}{letter.pk}/change/", f"{LETTERS}{letter.pk}/file/"
    assert "zq-line of Amal" in admin_text(browser.get(page))
    answer = browser.get(file)
    assert answer["Content-Disposition"] == 'attachment; filename="letter.png"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "image/png" and b"".join(answer)
    for user in (meeting.second, meeting.cohost):
        other = client_of(user)
        words = admin_text(other.get(page))
        # As many rows as there are, without the name and what was written about it.
        assert "People it names 1" in words and "A delegate of Shelter" in words
        assert "Amal" not in words and "Open the letter" not in words
        assert other.get(file).status_code == 404
        everything = "".join(admin_text(other.get(path)) for path in (LETTERS, page, PEOPLE))
        assert "Amal" not in everything + page_text(other.get(QUEUE))
    # The confirmer of civil society reads who it is, as an operator does, and still not the whole.
    for user in (meeting.confirmer, make_user(is_superuser=True)):
        reader = client_of(user)
        assert "zq-line of Amal" in admin_text(reader.get(page))
        assert reader.get(file).status_code == 404
    elsewhere = make_holder(make_event(code="ELSE", slug="else"))
    for user in (elsewhere, make_user()):
        outside = client_of(user)
        for path in (page, file):
            assert outside.get(path).status_code in (403, 404)
    assert "Shelter" not in admin_text(client_of(elsewhere).get(LETTERS))
    for path in (LETTERS, page, file):
        assert "/login/?next=" in Client().get(path)["Location"]


def test_letter_page_leads_to_its_people_that_wait(meeting: Meeting, client_of: Sign) -> None:
    rows = asked(meeting, make_organisation(name="Agency", kind="agency"), ["Ana", "Ben"])
    others = asked(meeting, make_organisation(kind="agency"), ["Chi"])
    browser = client_of(meeting.first)
    page = f"{LETTERS}{rows[0].letter_id}/change/"
    together = page_text(press(browser, page, f"{QUEUE}together/", "Look at the 2 that wait"))
    assert "Line about Ana" in together and "Line about Ben" in together
    assert f"Line about {others[0].delegate.name}" not in together


# How long it is kept -------------------------------------------------------------------------


def test_erasure_of_one_person_deletes_the_file_and_only_that_line(
    meeting: Meeting, client_of: Sign, django_capture_on_commit_callbacks: Any
) -> None:
    agency = make_organisation(name="Agency", kind="agency")
    browser = client_of(meeting.first)
    enter(browser, meeting, "Ana", **new_letter(agency, "zq-line of Ana"))
    letter = Letter.objects.get()
    ben = make_delegate(name="Ben")
    part = make_participation(
        ben, meeting.event, organisation=agency, letter=letter, nomination="zq-line of Ben"
    )
    assert len(files()) == 1 and ben.user
    with django_capture_on_commit_callbacks(execute=True):
        erase_own_data(ben.user, at=NOON)
    letter.refresh_from_db()
    assert files() == [] and not letter.file
    assert browser.get(f"{LETTERS}{letter.pk}/file/").status_code == 404
    assert not Participation.with_ended.filter(pk=part.pk, nomination__contains="Ben").exists()
    words = admin_text(browser.get(f"{LETTERS}{letter.pk}/change/"))
    assert "zq-line of Ana" in words and "Ben" not in words and "Open the letter" not in words


def at_noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


def test_undecided_file_is_deleted_after_twelve_months_and_when_its_letter_is(
    meeting: Meeting, client_of: Sign, django_capture_on_commit_callbacks: Any
) -> None:
    browser = client_of(meeting.first)
    agency = make_organisation(name="Agency", kind="agency")
    for name in ("Ana", "Ben"):
        enter(browser, meeting, name, **new_letter(agency, f"zq-line of {name}"))
    kept, deleted = Letter.objects.order_by("pk")
    with django_capture_on_commit_callbacks(execute=True):
        path = f"{LETTERS}{deleted.pk}/delete/"
        send_form(browser, browser.get(path), containing="post")
    assert files() == [kept.file.name]
    assert Participation.objects.get(nomination="zq-line of Ben").letter is None
    with django_capture_on_commit_callbacks(execute=True):
        assert delete_old_letters(at_noon(2027, 3, 1)) == 0  # no one decided about Ana
        assert delete_old_letters(at_noon(2027, 3, 2)) == 1
    assert files() == []


@pytest.mark.parametrize("ended", ["confirmed", "declined", "removed"])
def test_file_is_deleted_thirty_days_after_the_last_decision(
    meeting: Meeting,
    client_of: Sign,
    django_capture_on_commit_callbacks: Any,
    ended: str,
) -> None:
    browser = client_of(meeting.first)
    agency = make_organisation(name="Agency", kind="agency")
    enter(browser, meeting, "Ana", **new_letter(agency, "zq-line of Ana"))
    [part] = Participation.objects.filter(nomination="zq-line of Ana")
    other = make_participation(
        make_delegate(),
        meeting.event,
        confirmed=False,
        organisation=agency,
        letter=part.letter,
        nomination="zq-line of Ben",
    )
    Participation.objects.filter(pk=part.pk).update(confirmed_at=NOON, took_effect_at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        assert delete_old_letters(at_noon(2026, 6, 1)) == 0  # Ben waits
        if ended == "confirmed":
            made = at_noon(2026, 5, 2)
            rows = Participation.objects.filter(pk=other.pk)
            rows.update(confirmed_at=made, took_effect_at=made)
        elif ended == "declined":
            add_act(other, Act.What.DECLINED, at_noon(2026, 5, 2), by=None, reason="zq")
        else:
            other.delete()
        if ended != "removed":
            assert delete_old_letters(at_noon(2026, 5, 31)) == 0
        assert delete_old_letters(at_noon(2026, 6, 1)) == 1
    assert files() == []
    part.refresh_from_db()
    assert part.nomination == "zq-line of Ana" and part.letter
