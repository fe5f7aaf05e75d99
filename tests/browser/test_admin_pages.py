"""The co-chairs' desk in a real browser: nothing refused, nothing for axe to find, all in sight."""

import os
from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page

from outcomes.models import Assessment, Milestone, ProgressUpdate, Response
from participants.models import (
    Delegate,
    Grant,
    Introduction,
    InvitationRequest,
    ParticipantList,
    Participation,
    User,
)
from roundtable.models import Event
from tests.browser import pages, portal
from tests.browser.checks import axe_violations
from tests.browser.conftest import Visit
from tests.conftest import FULL
from tests.factories import make_user

Visitor = Callable[..., Visit]

CLIPPED = """[...document.querySelectorAll(".form-row :is(input, select, textarea)")]
    .filter((field) => field.getBoundingClientRect().right > innerWidth - 8)
    .map((field) => field.name)"""

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


def addresses() -> dict[str, str]:
    """A name and an address for each kind of page of the admin."""
    event = pages.demonstration()
    participation = event.participations.order_by("pk")[0]
    update = ProgressUpdate.objects.filter(commitment__event=event).order_by("pk")[0]
    rows = {
        "roundtable_event": event.pk,
        "roundtable_series": event.series_id,
        "participants_organisation": participation.organisation_id,
        "participants_delegate": participation.delegate_id,
        "participants_participation": participation.pk,
        "participants_user": Grant.objects.all()[0].user_id,
        "participants_grant": Grant.objects.all()[0].pk,
        "participants_invitationrequest": InvitationRequest.objects.order_by("pk")[0].pk,
        "outcomes_statement": event.statement.pk,
        "outcomes_outcome": event.statement.outcomes.points()[0].pk,
        "outcomes_commitment": update.commitment_id,
        "outcomes_milestone": Milestone.objects.order_by("pk")[0].pk,
        "outcomes_progressupdate": update.pk,
        "outcomes_reportinground": event.reporting_rounds.order_by("pk")[0].pk,
        "outcomes_response": Response.objects.filter(state="submitted").order_by("pk")[0].pk,
        "outcomes_assessment": Assessment.objects.order_by("pk")[0].pk,
    }
    found = {"index": reverse("admin:index"), "app": "/admin/outcomes/"}
    for name, pk in rows.items():
        found[f"{name}-list"] = reverse(f"admin:{name}_changelist")
        found[f"{name}-change"] = reverse(f"admin:{name}_change", args=[pk])
    for name in (
        "roundtable_event",
        "participants_delegate",
        "participants_introduction",
        "participants_factorreset",
        "outcomes_commitment",
        "outcomes_reportinground",
    ):
        found[f"{name}-add"] = reverse(f"admin:{name}_add")
    found["offers"] = reverse("admin:outcomes_offer_changelist")
    waits = ProgressUpdate.objects.filter(state="submitted").order_by("pk")[0]
    found["approval"] = reverse("admin:outcomes_progressupdate_change", args=[waits.pk])
    commitment = [rows["outcomes_commitment"]]
    found["delete"] = reverse("admin:outcomes_commitment_delete", args=commitment)
    found["history"] = reverse("admin:outcomes_commitment_history", args=commitment)
    past = event.history.earliest("history_id").history_id
    found["put-back"] = reverse("admin:roundtable_event_restore", args=[event.pk, past])
    found["event-history"] = reverse("admin:roundtable_event_history", args=[event.pk])
    grant = [rows["participants_grant"]]
    found["hand-over"] = reverse("admin:participants_grant_handover", args=grant)
    asked = ParticipantList(
        event=event,
        purpose="Badges",
        requested_at=timezone.now(),
        watermark="m",
        canary_email="m@b.org",
    )
    asked.save()
    found["participant-list"] = reverse(
        "admin:participants_participantlist_change", args=[asked.pk]
    )
    found["participant-lists"] = reverse("admin:participants_participantlist_changelist")
    found["mail-on-hold"] = reverse("admin:roundtable_mailbatch_changelist")
    found["export"] = reverse("admin:outcomes_commitment_export")
    found["people-workbook"] = reverse("admin:roundtable_event_people_workbook", args=[event.pk])
    found["workbook"] = reverse("admin:roundtable_event_import")
    found["resets"] = reverse("admin:participants_factorreset_changelist")
    pk = event.statement.pk
    for name in ("text", "agreement", "corrigendum"):
        found[f"statement-{name}"] = reverse(f"admin:outcomes_statement_{name}", args=[pk])
    found["statement-version"] = reverse("admin:outcomes_statement_version", args=[pk, 1])
    found["popup"] = reverse("admin:participants_organisation_add") + "?_popup=1"
    return found


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_every_admin_page_is_accessible(
    visit: Visitor, operator: User, part: int, width: int, scheme: str
) -> None:
    # One page of two at each width; all of them at full size.
    if not FULL and part % 2 == (width == 360):
        return
    seen = visit("/admin/", who=operator, width=width, scheme=scheme)
    faults = []
    for number, (name, address) in enumerate(list(addresses().items())[part::4]):
        # axe, which takes the most time, looks at one of four; at full size at all of them.
        faults += look(seen.open(address), name, f"{width}-{scheme}", asks=FULL or number % 4 == 0)
    assert faults == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_every_cochair_page_is_accessible(
    visit: Visitor, cochair: User, width: int, scheme: str
) -> None:
    seen = visit("/admin/", who=cochair, width=width, scheme=scheme)
    faults = []
    page = seen.open(reverse("admin:participants_introduction_changelist"))
    assert page.locator("#result_list tbody tr").count() == 1
    assert page.locator("#result_list tbody a").count() == 0
    faults += look(page, "introductions", f"{width}-{scheme}")
    for action in ("invite", "left"):
        page = seen.open(reverse("admin:participants_delegate_changelist"))
        page.locator("#action-toggle").check()
        page.locator("select[name=action]").select_option(action)
        page.get_by_role("button", name="Go").click()
        page.get_by_role("link", name="Back").last.wait_for()
        faults += look(page, action, f"{width}-{scheme}")
    page = seen.open(reverse("admin:participants_delegate_changelist"))
    for number in range(2):
        page.locator("input.action-select").nth(number).check()
    page.locator("select[name=action]").select_option("merge_two_people")
    page.get_by_role("button", name="Go").click()
    page.locator("h1").wait_for()
    faults += look(page, "merge", f"{width}-{scheme}")
    for model, action in (("outcome", "change_themes"), ("commitment", "end")):
        page = seen.open(reverse(f"admin:outcomes_{model}_changelist"))
        page.locator("#action-toggle").check()
        page.locator("select[name=action]").select_option(action)
        page.get_by_role("button", name="Go").click()
        page.get_by_role("button", name="Continue").wait_for()
        faults += look(page, action, f"{width}-{scheme}")
    assert faults == []


def look(page: Page, name: str, how: str, *, asks: bool = True) -> list[str]:
    """What is wrong with the page; a picture of it where pictures are wanted."""
    faults = []
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{how}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    clipped = page.evaluate(CLIPPED)
    if wide > 0 or clipped:
        faults.append(f"{name} is too wide by {wide}px: {clipped}")
    return faults + [f"{name}: {fault}" for fault in (axe_violations(page) if asks else [])]


def test_participation_is_confirmed_by_keyboard(visit: Visitor, cochair: User) -> None:
    waiting = Participation.objects.filter(event=pages.demonstration())
    waiting.update(confirmed_by=None, confirmed_at=None)
    page = visit(reverse("admin:participants_participation_changelist"), who=cochair).page
    page.locator("input.action-select").first.focus()
    page.keyboard.press("Space")
    page.locator("select[name=action]").select_option("confirm")
    page.locator("select[name=action]").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("1 participation is confirmed.").wait_for()
    assert waiting.confirmed().count() == 1


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
    page.locator("ul.messagelist").wait_for()
    added = Delegate.objects.get(name="Lê Văn Tám")
    assert added.is_demonstration
    assert added.participations.get().event == event
    context.close()
