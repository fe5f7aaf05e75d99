"""The co-chairs' desk in a real browser: nothing refused, nothing for axe to find, all in sight."""

import os
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from participants.models import (
    Delegate,
    Introduction,
    Participation,
    ParticipationConfirmation,
    User,
)
from roundtable.models import Event
from tests.browser import pages, portal
from tests.browser.checks import OVERFLOW_SCRIPT, axe_violations, resize
from tests.browser.conftest import Visit
from tests.conftest import FULL
from tests.factories import make_delegate, make_participation, make_user

Visitor = Callable[..., Visit]

CLIPPED = """[...document.querySelectorAll(".form-row :is(input, select, textarea)")]
    .filter((field) => field.getBoundingClientRect().right > innerWidth - 8)
    .map((field) => field.name)"""

CUT_OFF = """[...document.querySelectorAll("#result_list p")]
    .filter((line) => line.scrollHeight > line.clientHeight + 1)
    .map((line) => line.innerText)"""

# Each page in both; in the short run a quarter of the pages in one, and a quarter in the other.
SHOWN = [(*how, part) for how in ((1280, "light"), (360, "dark")) for part in range(4)]

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.usefixtures("database"),
]


@pytest.fixture
def cochair() -> User:
    """Signs in as the co-chair of the demonstration who introduced two people."""
    proposer = Introduction.objects.get(proposed_by__delegate=None).proposed_by
    assert proposer is not None
    return proposer


@pytest.fixture
def operator() -> User:
    """Sees every page there is."""
    return make_user("desk-operator@example.org", is_superuser=True)


@pytest.mark.parametrize(("width", "scheme", "part"), SHOWN if FULL else [SHOWN[1], SHOWN[7]])
def test_every_admin_page_is_accessible(
    visit: Visitor, operator: User, width: int, scheme: str, part: int
) -> None:
    seen = visit("/admin/", who=operator, width=width, scheme=scheme)
    faults = []
    for number, (name, address) in enumerate(list(pages.admin_pages().items())[part::4]):
        # axe, which takes the most time, checks one page in eight; at full size each page.
        faults += look(seen.open(address), name, f"{width}-{scheme}", asks=FULL or number % 8 == 0)
    assert faults == []


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(360, "dark"), pytest.param(1280, "light", marks=pytest.mark.prove)],
)
def test_every_cochair_page_is_accessible(
    visit: Visitor, cochair: User, width: int, scheme: str
) -> None:
    seen = visit("/admin/", who=cochair, width=width, scheme=scheme)
    faults = []
    page = seen.open(reverse("admin:participants_introduction_changelist"))
    assert page.locator("#result_list > li").count() == 1
    assert page.locator("#result_list a").count() == 0
    faults += look(page, "introductions", f"{width}-{scheme}")
    page = seen.open(reverse("admin:participants_participation_code"))
    faults += look(page, "change-code", f"{width}-{scheme}")
    for action in ("invite", "left"):
        page = seen.open(reverse("admin:participants_delegate_changelist"))
        page.locator("[type=checkbox][name=select_across]").check()
        page.locator("select[name=action]").select_option(action)
        page.get_by_role("button", name="Go").click()
        page.get_by_role("link", name="Back").last.wait_for()
        faults += look(page, action, f"{width}-{scheme}", asks=FULL or action == "left")
    page = seen.open(reverse("admin:participants_delegate_changelist"))
    for number in range(2):
        page.locator("input.action-select").nth(number).check()
    page.locator("select[name=action]").select_option("merge_two_people")
    page.get_by_role("button", name="Go").click()
    page.locator("h1").wait_for()
    faults += look(page, "merge", f"{width}-{scheme}")
    for model, action in (("outcome", "change_themes"), ("commitment", "end")):
        page = seen.open(reverse(f"admin:outcomes_{model}_changelist"))
        page.locator("[type=checkbox][name=select_across]").check()
        page.locator("select[name=action]").select_option(action)
        page.get_by_role("button", name="Go").click()
        page.get_by_role("button", name="Continue").wait_for()
        faults += look(page, action, f"{width}-{scheme}", asks=FULL or action == "end")
    assert faults == []


def test_list_of_a_meeting_is_short(visit: Visitor, cochair: User) -> None:
    event = pages.demonstration()
    number = event.participations.count()
    for _ in range(number, 33):
        make_participation(make_delegate(is_demonstration=True), event)
    address = f"{reverse('admin:participants_participation_changelist')}?roundtable={event.pk}"
    page = visit(address, who=cochair, width=360, javascript=False).page
    assert page.locator("#result_list > li").count() == 33
    heights = []
    for width in (360, 1280):
        resize(page, width)
        assert page.evaluate(OVERFLOW_SCRIPT) == ""
        assert page.evaluate(CUT_OFF) == []
        heights.append(page.evaluate("document.documentElement.scrollHeight"))
    assert max(heights) <= 3000, heights


def look(page: Page, name: str, how: str, *, asks: bool = True) -> list[str]:
    """What is wrong with the page; a picture of it where pictures are wanted."""
    faults = []
    page.wait_for_load_state()
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{how}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    clipped = page.evaluate(CLIPPED)
    if wide > 0 or clipped:
        faults.append(f"{name} is too wide by {wide}px: {clipped}")
    if asks:
        # The bar at the foot of a shorter window covers a part of some row.
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": page.evaluate("innerWidth"), "height": height})
    return faults + [f"{name}: {fault}" for fault in (axe_violations(page) if asks else [])]


def test_participation_is_confirmed_by_keyboard(visit: Visitor, cochair: User) -> None:
    waiting = Participation.objects.filter(event=pages.demonstration())
    ParticipationConfirmation.objects.all().delete()
    waiting.update(confirmed_at=None, details_open_on=None)
    of_one = waiting.filter(organisation__name__startswith="Harbour Legal Aid").order_by("pk")[:1]
    waiting.filter(pk__in=list(of_one.values_list("pk", flat=True))).update(nomination="Letter")
    page = visit(reverse("admin:decide"), who=cochair).page
    row = page.get_by_role("listitem").filter(has_text="Harbour Legal Aid").first
    row.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Look at the ticked ones").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="This is what you decide").wait_for()
    expect(page.get_by_role("checkbox").first).to_be_checked()
    page.get_by_role("button", name="Agree to the ticked ones").focus()
    page.keyboard.press("Enter")
    page.get_by_text("You agreed to 1 thing.").wait_for()
    assert ParticipationConfirmation.objects.filter(participation__in=waiting).count() == 1


def test_person_is_added_without_javascript(
    restored: None, chromium: Browser, address: str, cochair: User
) -> None:
    event: Event = pages.demonstration()
    context = portal.new_context(chromium, address, who=cochair, javascript=False)
    page = context.new_page()
    page.goto(reverse("admin:participants_delegate_add"))
    page.locator("#id_name").fill("Lê Văn Tám")
    page.locator("#id_participations-0-event").select_option(str(event.pk))
    organisation = event.participations.order_by("pk")[0].organisation
    page.locator("#id_participations-0-organisation").select_option(str(organisation.pk))
    page.locator("input[name=_save]").click()
    page.locator("ul.messages").wait_for()
    added = Delegate.objects.get(name="Lê Văn Tám")
    assert added.is_demonstration
    assert added.participations.get().event == event
    context.close()
