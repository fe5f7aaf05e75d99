"""The pages “Decide”, as people at the desk use them."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from participants.decisions.engine import decline
from participants.decisions.queue import about_to_be
from participants.models import Act, Delegate, Grant, Organisation, Participation
from participants.permissions import permissions_of
from tests.decide import (
    QUEUE,
    agree,
    agree_together,
    offers,
    page_of,
    read_together,
    value_of,
)
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_event,
    make_government,
    make_holder,
    make_invitation_request,
    make_organisation,
)
from tests.factories import make_participation as takes_part
from tests.form_fields import press
from tests.page_text import page_html, page_text
from tests.participants.decisions.test_decisions import World
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
LETTER = "Letter of 3 March, its line: Ms Agencia"
DECLINED = "Someone declined: open it to read why."


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def world() -> World:
    return World()


def seat(world: World, name: str = "Ana Agencia", **fields: Any) -> Participation:
    given: dict[str, Any] = {"nomination": LETTER, "confirmed": False, "entered_at": NOON}
    given |= {"organisation": make_organisation(name=f"Agency of {name}", kind="agency")} | fields
    return takes_part(make_delegate(name=name), world.event, **given)


def text_of(browser: Client, address: str = QUEUE) -> str:
    return page_text(browser.get(address))


def as_first(client: Client, world: World) -> Client:
    sign_in(client, world.first)
    return client


def test_several_kinds_are_read_together_and_decided_with_one_press(
    client: Client, world: World
) -> None:
    right, row = world.ask_right(), seat(world)
    browser = as_first(client, world)
    assert "3 things wait for you." not in text_of(browser)
    assert "Confirm Ana Agencia for Agency of Ana Agencia" in text_of(browser)
    together = read_together(browser, row, right)
    words = page_text(together)
    # Each with its line, with what happens then, and nothing is decided yet.
    assert LETTER in words and "Nothing yet. It also needs:" in words
    assert "In seven days, or at once when another organisation agrees too." in words
    assert "Unticked: a government." in words
    assert not row.confirmations.exists()
    assert "You agreed to 2 things." in agree_together(browser, together, row, right)
    assert row.confirmations.count() == 1
    assert Grant.objects.get(pk=right.pk).confirmations.count() == 1
    assert "You have" not in text_of(browser) and "Ana Agencia" not in text_of(browser)
    assert "Ana Agencia" in text_of(browser, f"{QUEUE}?show=others")


def test_what_the_first_found_in_a_source_shows_after_ones_own_comparison(
    client: Client, client_of: Any, world: World
) -> None:
    rows = [
        make_commitment(
            world.event, state="draft", source_title="A law", source_url="https://law.example.org/"
        )
        for _number in range(3)
    ]
    first, second = as_first(client, world), client_of(world.second)
    pages = [QUEUE, *(page_of(row) for row in rows)]
    before = [text_of(second, page) for page in pages]
    agree(first, rows[0])
    press(first, page_of(rows[1]), page_of(rows[1]), "Decline", reason="Its year is 2019.")
    assert [text_of(second, page) for page in pages] == before
    assert "agreed on" in text_of(first, page_of(rows[0]))
    found = text_of(first, page_of(rows[1]))
    assert "declined on 2 March 2026: Its year is 2019." in found
    agree(second, rows[0])
    press(second, page_of(rows[1]), page_of(rows[1]), "Decline", reason="As in the source.")
    organisation = world.first.grants.get().on_behalf_of
    assert f"{organisation} agreed on" in text_of(second, page_of(rows[0]))
    assert "Its year is 2019." in text_of(second, page_of(rows[1]))


def test_who_ticks_nothing_is_told_so_and_still_reads_the_same(
    client: Client, world: World
) -> None:
    row, other = seat(world), seat(world, "Ben Agencia")
    browser = as_first(client, world)
    together = read_together(browser, row, other)
    answer = press(browser, together, f"{QUEUE}agree/", d=[])
    assert "You ticked nothing, so nothing is decided." in page_text(answer)
    assert not row.confirmations.exists()
    assert "You agreed to 2 things." in agree_together(browser, answer, row, other)


def test_row_without_a_letter_is_decided_by_itself(client: Client, world: World) -> None:
    row, other = seat(world, nomination=""), seat(world, organisation=make_government("MY"))
    Participation.objects.filter(pk=other.pk).update(nomination="")
    Organisation.history.update(history_date=NOON - timedelta(days=31))
    browser = as_first(client, world)
    assert f'value="participation:{row.pk}"' not in browser.get(QUEUE).content.decode()
    together = browser.post(f"{QUEUE}together/", {"d": value_of(row, other)})
    assert 'name="shown' not in together.content.decode()
    words = page_text(together)
    assert "To be read alone 2" in words and "icked 1" not in words
    assert "Nothing to read together." in words and "Look at" not in text_of(browser)
    forged = {"d": value_of(row), f"shown-{value_of(row)}": shown_on(browser, row)}
    browser.post(f"{QUEUE}agree/", forged)
    assert not row.confirmations.exists()
    assert "You agreed to 1 thing." in agree(browser, row)


def test_first_page_counts_what_the_queue_lists_also_of_people_who_differ(
    client: Client, world: World
) -> None:
    organisation = make_organisation(name="Agency", kind="agency")
    alike, declined, own, suspended, signed = (
        [seat(world, f"{what} {number}", organisation=organisation) for number in range(2)]
        for what in ("Alike", "Declined", "Own", "Suspended", "Signed")
    )
    body = world.first.grants.get().on_behalf_of
    Participation.objects.filter(pk=suspended[0].pk).update(
        suspended_at=NOON, suspended_by=world.first, suspended_for=body
    )
    Delegate.objects.filter(pk=own[0].delegate_id).update(invitation_email=world.first.email)
    browser = as_first(client, world)
    agree(browser, signed[0])
    decline(declined[0], by=world.first, reason="Not in the letter.", at=NOON)
    left = [*alike, declined[1], own[1], suspended[1], signed[1]]
    listed = browser.get(QUEUE).content.decode()
    chosen = re.findall(r'value="participation:([\d,]+)"', listed)
    assert sorted(",".join(chosen).split(",")) == sorted(str(row.pk) for row in left)
    start = page_text(browser.get("/admin/"))
    assert f"{len(left)} Decide" in start


def shown_on(browser: Client, row: Participation) -> str:
    page = browser.get(page_of(row)).content.decode()
    return str(re.findall(r'name="shown" value="(\w+)"', page)[0])


def test_people_of_one_letter_are_one_row(client: Client, world: World) -> None:
    organisation = make_organisation(name="Agency", kind="agency")
    rows = [seat(world, f"Person {number}", organisation=organisation) for number in range(3)]
    browser = as_first(client, world)
    listed = browser.get(QUEUE)
    assert "Confirm 3 people for Agency" in page_text(listed)
    assert not any(page_of(row) in listed.content.decode() for row in rows)
    chosen = "participation:" + ",".join(str(row.pk) for row in rows)
    together = press(browser, QUEUE, f"{QUEUE}together/", d=chosen)
    assert "3 things to read together." in page_text(together)
    assert "You agreed to 2 things." in agree_together(browser, together, *rows[:2])
    assert [row.confirmations.count() for row in rows] == [1, 1, 0]
    assert page_of(rows[2]) in browser.get(QUEUE).content.decode()
    others = browser.get(f"{QUEUE}?show=others")
    assert "Confirm 2 people for Agency" in page_text(others)
    assert page_of(rows[0]) not in others.content.decode()


def test_all_that_is_signed_is_read_together_or_all_of_one_kind(
    client: Client, world: World, client_of: Any
) -> None:
    texts = [
        make_commitment(world.event, state="draft", source_title=title)
        for title in ("A law", "A law", "A law", "A speech")
    ]
    ministry = make_government("MY")
    people = [seat(world, name, organisation=ministry) for name in ("Ana Agencia", "Omar Other")]
    make_invitation_request(world.event)  # read on a page of its own
    agree(client_of(world.cohost), people[1])
    for item in (texts[0], people[0]):
        agree(client_of(world.second), item)
    browser = as_first(client, world)
    words = text_of(browser)
    # Also the one that someone has compared: what they found shows after the own comparison.
    assert "Compare 3 commitments with “A law”" in words
    # Of one letter, but not of the same who are missing.
    assert "Confirm Ana Agencia for" in words and "Confirm Omar Other for" in words
    for chosen, number in (("", 6), ("participation", 2)):
        listed = browser.get(QUEUE, {"kind": chosen})
        words = page_text(press(browser, listed, f"{QUEUE}together/", all=chosen))
        assert f"{number} things to read together." in words and "Unticked 2" in words
        assert "To be read alone" not in words


@pytest.mark.parametrize(
    "why",
    [
        "a government",
        "it was suspended",
        "it changed since it was asked",
        "a new organisation, on record since 2 March 2026",
    ],
)
def test_row_that_needs_care_starts_unticked(client: Client, world: World, why: str) -> None:
    row: Any
    if why == "a government":
        row = seat(world, organisation=make_government("MY"))
    elif why == "it was suspended":
        row = seat(world, suspended_at=NOON, suspended_for=world.australia)
    elif why == "it changed since it was asked":
        row = world.ask_right()
        Grant.objects.filter(pk=row.pk).update(valid_until=date(2026, 5, 1))
        assert decline(row, by=world.second, reason="Which year?", at=NOON)
    else:
        row = seat(world)
    together = read_together(as_first(client, world), row)
    assert re.search(rf"Unticked: [^.]*{why}", page_text(together))
    assert "checked" not in together.content.decode()
    Organisation.history.update(history_date=NOON - timedelta(days=31))
    is_ticked = "checked" in read_together(client, row).content.decode()
    assert is_ticked == why.startswith("a new organisation")


def test_what_changed_since_it_was_read_is_left_out(client: Client, world: World) -> None:
    row, other = seat(world), seat(world, "Omar Other")
    browser = as_first(client, world)
    together = read_together(browser, row, other)
    row.delegate.write(name="Impostor", user=None)
    words = agree_together(browser, together, row, other)
    assert "You agreed to 1 thing." in words
    assert "1 is not decided: it changed after you opened the page" in words
    assert not row.confirmations.exists() and other.confirmations.count() == 1


def test_declined_with_a_reason_it_stays_open_for_others_and_is_taken_up_later(
    client: Client, world: World, client_of: Any
) -> None:
    row = seat(world)
    browser = as_first(client, world)
    empty = press(browser, page_of(row), page_of(row), "Decline")
    assert "This field is required." in page_text(empty) and not Act.objects.exists()
    answer = press(browser, page_of(row), page_of(row), "Decline", reason="Not in the letter")
    assert "You declined." in page_text(answer)
    assert "Ana Agencia" not in text_of(browser)
    assert "Ana Agencia" in text_of(browser, f"{QUEUE}?show=declined")
    # Those who decide read why; to others it looks as if no one had answered.
    second = client_of(world.second)
    assert "Ana Agencia" in text_of(second) and "Not in the letter" in text_of(second, page_of(row))
    own = client_of(world.holder("cochair", row.organisation, "own@example.org"))
    words = text_of(own, page_of(row))
    assert "It needs a co-chair or co-host" in words and "declined" not in words
    assert "You agreed to 1 thing." in agree(browser, row)
    assert DECLINED not in text_of(browser, f"{QUEUE}?show=others")  # one's own is no news
    # What happened to an item of another kind that has the same number is not its own.
    row.acts.update(item_id=world.ask_right().pk)
    assert "Give" in text_of(browser)


def test_what_someone_declined_starts_unticked_and_is_read_again(
    client: Client, world: World, client_of: Any
) -> None:
    row, text = seat(world), make_commitment(world.event, state="draft", source_title="A law")
    Organisation.history.update(history_date=NOON - timedelta(days=31))
    browser, second = as_first(client, world), client_of(world.second)
    together = read_together(browser, row, text)
    alone = browser.get(page_of(row))
    assert page_html(together).count("checked") == 2
    for item in (row, text):
        press(second, page_of(item), page_of(item), "Decline", reason="Not in it")
    # What was found in a source shows after the own comparison.
    assert text_of(browser).count(DECLINED) == 1
    words = agree_together(browser, together, row, text)
    assert "You agreed to 1 thing." in words and "1 is not decided: it changed" in words
    assert "1 is not decided" in page_text(press(browser, alone, page_of(row), "Agree"))
    assert not row.confirmations.exists()
    together = read_together(browser, row)
    assert "checked" not in page_html(together)
    assert "Unticked: someone declined it: open it to read why." in page_text(together)
    assert "You agreed to 1 thing." in agree_together(browser, together, row)


def test_who_asked_reads_that_someone_declined(
    client: Client, world: World, client_of: Any
) -> None:
    change, browser = world.ask_change(), as_first(client, world)
    assert DECLINED not in text_of(browser, f"{QUEUE}?show=others")
    second = client_of(world.second)
    press(second, page_of(change), page_of(change), "Decline", reason="It is the old name")
    assert DECLINED in text_of(browser, f"{QUEUE}?show=others")
    assert "It is the old name" in text_of(browser, page_of(change))


def test_who_asked_withdraws(client: Client, world: World) -> None:
    change, browser = world.ask_change(), as_first(client, world)
    assert not offers(browser, change)
    withdrawn = press(browser, page_of(change), page_of(change), "Withdraw")
    assert "You withdrew this request." in page_text(withdrawn)
    assert "It has ended." in text_of(browser, page_of(change))


def test_no_one_reads_of_another_roundtable(world: World, client_of: Any) -> None:
    row, right = seat(world), world.ask_right()
    event = make_event(code="ELSE", slug="else")
    holder = make_holder(event, "else@example.org", on_behalf_of=make_government("NZ"))
    other = client_of(holder)
    for item in (row, right):
        assert other.get(page_of(item)).status_code == 404
        for value in (value_of(item), f"{value_of(item)}²", f"{value_of(item)},{'9' * 19}"):
            assert other.post(f"{QUEUE}together/", {"d": value})["Location"] == QUEUE
    assert "Ana" not in text_of(other)


def test_addresses_of_former_pages_lead_on(client: Client, world: World) -> None:
    right, change = world.ask_right(), world.ask_change()
    browser = as_first(client, world)
    for former, item in (
        (f"/admin/participants/grant/{right.pk}/decide/", right),
        (f"/admin/participants/organisationchange/{change.pk}/change/", change),
    ):
        assert browser.get(former)["Location"] == page_of(item)
    for listed in ("outcomes/progressupdate", "participants/invitationrequest"):
        assert browser.get(f"/admin/{listed}/?waits=me")["Location"] == QUEUE
    assert browser.get(f"{QUEUE}agree/")["Location"] == QUEUE
    assert browser.get(f"{QUEUE}nothing/1/").status_code == 404


def test_one_digest_a_day_says_what_waits_and_what_was_decided(
    world: World, deliver: Any, clock: Any, client_of: Any
) -> None:
    right, row = world.ask_right(), world.ask_participation()
    assert deliver() == []  # no one is told at once of what only waits

    def digests() -> dict[str, str]:
        before = len(deliver())
        call_command("send_reminders", verbosity=0)
        return {
            mail.to[0]: mail.body
            for mail in deliver()[before:]
            if mail.subject.startswith("What waits at the co-chairs’ desk")
        }

    first = digests()
    assert "RT: Participations 1" in first["first@example.org"]
    assert "RT: Rights 1" in first["second@example.org"]
    assert "Ana" not in str(first) and digests() == {}
    clock.shift(timedelta(hours=1))
    for user in (world.first, world.second):
        agree(client_of(user), right)
    agree(client_of(world.first), row)
    clock.shift(timedelta(days=1))
    second = digests()
    assert "RT: Rights 1, decided: Government MY\n" in second["confirmer@example.org"]
    assert "RT: Participations 1" in second["confirmer@example.org"]
    clock.shift(timedelta(hours=1))
    agree(client_of(world.second), world.ask_change())
    clock.shift(timedelta(days=1))
    third = digests()["confirmer@example.org"]
    assert "RT: Organisations 1, on 10 March 2026, unless someone stops it: Shelter\n" in third
    clock.shift(timedelta(days=1))
    assert digests() == {}
    viewer = permissions_of(world.confirmer, NOON.date())
    assert viewer
    for days, number in ((7, 1), (8, 0)):
        assert len([*about_to_be(viewer, NOON + timedelta(days=days), NOON)]) == number
