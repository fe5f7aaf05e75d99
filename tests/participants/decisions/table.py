"""What each role can do about each decision in each state, as people find it at the desk.

Nothing here knows how a decision is stored: acts are sent through the pages, and what became true
is read from what the decision is about. `python -m pytest tests/participants/decisions` with
WRITE_TABLE=1 writes table.txt anew; read each line that changed.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from outcomes.models import Corrigendum, SourceComparison, Statement
from participants.models import (
    DelegationChange,
    Grant,
    ListClosureConfirmation,
    Organisation,
    OrganisationChange,
    ParticipantList,
    Participation,
    User,
)
from tests.decide import page_of
from tests.email_links import LinkClient
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_government,
    make_organisation,
    make_participation,
    make_party,
    make_statement,
    make_user,
)
from tests.form_fields import forms_of
from tests.meetings import Meeting
from tests.sign_in import forget_limits, sign_in

TABLE_PATH = Path(__file__).with_name("table.txt")
ADMIN = "/admin/participants/"


class World(Meeting):
    """Someone of each role, and one of everything that can be decided about."""

    def __init__(self) -> None:
        super().__init__("cohost", "confirmer")
        self.shelter = make_organisation(name="Shelter", kind="civil-society", country="MY")
        self.ministry = make_government("MY", "Ministry")
        self.double = make_organisation(name="The shelter", kind="civil-society", country="MY")
        agency = make_organisation(name="Agency", kind="agency")
        secretariat = make_organisation(name="Secretariat", kind="agency")
        person = make_delegate()
        for organisation in (self.shelter, self.double):
            make_participation(make_delegate(), self.event, organisation=organisation)
        self.users: dict[str, User] = {
            "co-chair ID": self.first,
            "co-chair ID, another body": self.holder("cochair", make_government("ID", "Police")),
            "co-chair AU": self.second,
            "co-chair AU, second account": self.holder("cochair", self.australia),
            "co-host": self.cohost,
            "confirmer civil society": self.confirmer,
            "confirmer agencies": self.holder("confirmer", agency),
            "editor": self.holder("editor", secretariat),
            "reader": self.holder("reader", make_organisation(name="Readers")),
            "co-chair MY": self.holder("cochair", make_government("MY", "Office")),
            "co-chair Shelter": self.holder("cochair", self.shelter),
            "operator": make_user(is_superuser=True),
            "participant": self._account(make_participation(person, self.event)),
        }
        self.entered: dict[str, Any] = {"confirmed": False, "entered_at": NOON - timedelta(days=28)}
        self.statement = make_statement(self.event, published=False, source_title="Communiqué")
        self.successor = make_user()

    @staticmethod
    def _account(row: Participation) -> User:
        assert row.delegate.user
        return row.delegate.user


@dataclass
class Item:
    """One thing to be decided, with the browser of each role."""

    kind: "Kind"
    world: World
    row: Any
    cookies: dict[str, Any]
    token: str = ""  # of what is confirmed now, as someone reads it who may

    def browser(self, role: str) -> Client:
        fresh = LinkClient(raise_request_exception=False)
        fresh.cookies.load({name: morsel.value for name, morsel in self.cookies[role].items()})
        return fresh

    def shown(self, answer: Any) -> str:
        found = re.search(r'name="shown"\s+value="([^"]+)"', answer.content.decode())
        return found[1] if found else ""


Act = Callable[[Item, Client, str], None]


@dataclass
class Kind:
    """How a kind is decided about at the desk, and what is true of it."""

    name: str
    make: Callable[[World, Callable[[str], Client]], Any]
    acts: tuple[str, ...]
    read: Callable[[Item, Client], Any]  # the page that shows what is confirmed
    offered: Callable[[Item, Client], set[str]]
    send: Act
    truth: Callable[[World, Any], str]
    states: dict[str, list[tuple[str, str]]]


def post(browser: Client, address: str, page: Any, containing: str, **entered: Any) -> Any:
    """The page's own form with all its fields, or where it is absent what it would send."""
    forms = forms_of(page.content.decode()) if page.status_code == 200 else []
    fields = next((form.fields for form in forms if containing in form.fields), {})
    return browser.post(address, fields | entered, follow=True)


# Participations -------------------------------------------------------------------------------

PEOPLE = f"{ADMIN}participation/"


def offered_of_participation(item: Item, browser: Client) -> set[str]:
    page = browser.get(PEOPLE)
    text = page.content.decode()
    if page.status_code != 200 or not re.search(rf'value="{item.row.pk}"[^>]*action-select', text):
        return set()
    found = {act for act in ("suspend", "end") if re.search(rf'<option\s+value="{act}"', text)}
    return found | (offered_of_row(item, browser) & {"confirm"})


def send_about_participation(item: Item, browser: Client, act: str) -> None:
    if act == "confirm":
        send_about_row(item, browser, act)
        return
    chosen = {"action": act, "_selected_action": item.row.pk}
    answer = post(browser, PEOPLE, browser.get(PEOPLE), "select_across", **chosen)
    if act == "suspend":
        post(browser, PEOPLE, answer, "reason", **chosen, reason="A doubt")


def truth_of_participation(_world: World, row: Any) -> str:
    found = Participation.with_ended.get(pk=row.pk)
    if found.ended_at:
        return "ended"
    if found.confirmed_at:
        return "has effect"
    state = "suspended" if found.suspended_at else "no effect"
    return f"{state}, signed {found.confirmations.count()}"


def participation(name: str, of: str, first: str, second: str) -> Kind:
    made = [(first, "confirm"), (second, "confirm")]
    stopped = [*made, ("co-chair AU", "suspend")]
    return Kind(
        name,
        lambda world, _sign: make_participation(
            make_delegate(), world.event, organisation=getattr(world, of), **world.entered
        ),
        ("confirm", "suspend", "end"),
        page_of_row,
        offered_of_participation,
        send_about_participation,
        truth_of_participation,
        {
            "asked": [],
            "signed once": made[:1],
            "made": made,
            "suspended": stopped,
            "suspended, signed once again": [*stopped, ("co-host", "confirm")],
            "suspended for 30 days": [*stopped, ("wait", "30")],
            "ended": [*stopped, ("co-chair ID", "end")],
            "organisation renamed since signed once": [*made[:1], ("rename", of)],
            "organisation renamed since made": [*made, ("rename", of)],
        },
    )


# Rights ---------------------------------------------------------------------------------------


def request_right(world: World, sign: Callable[[str], Client]) -> Any:
    sent = {
        "user": world.successor.pk,
        "event": world.event.pk,
        "role": Grant.Role.COCHAIR,
        "on_behalf_of": world.ministry.pk,
        "reason": "Letter",
        "valid_from": NOON.date(),
    }
    browser, address = sign("operator"), f"{ADMIN}grant/add/"
    post(browser, address, browser.get(address), "reason", **sent)
    return Grant.objects.get(user=world.successor)


# By who asked, stopping is withdrawing.
CALLED = {"agree": "confirm", "withdraw": "stop"}


def offered_of_row(item: Item, browser: Client) -> set[str]:
    """The buttons and links of the page on which it is decided."""
    text = page_of_row(item, browser).content.decode()
    offered = set(re.findall(r'name="act(?:ion)?"\s+value="(\w+)"', text))
    found = (offered | {CALLED.get(act, act) for act in offered}) & set(item.kind.acts)
    return found | ({"suspend"} if f"{item.row.pk}/suspend/" in text else set())


def page_of_row(item: Item, browser: Client) -> Any:
    row = item.row
    own = f"{ADMIN}participantlist/{row.pk}/change/"
    return browser.get(own if isinstance(row, ParticipantList) else page_of(row))


def send_about_row(item: Item, browser: Client, act: str) -> None:
    grant, page = f"{ADMIN}grant/{item.row.pk}/", page_of(item.row)
    if act == "suspend":
        post(browser, f"{grant}suspend/", browser.get(f"{grant}suspend/"), "reason", reason="Doubt")
    elif act in ("restore", "end"):
        browser.post(f"{grant}decide/", {"act": act}, follow=True)
    else:
        shown = item.shown(browser.get(page)) or item.token
        sent = {"act": "agree" if act == "confirm" else act, "shown": shown}
        browser.post(page, sent, follow=True)


def truth_of_right(_world: World, row: Any) -> str:
    today, found = timezone.localdate(), Grant.objects.get(pk=row.pk)
    if Grant.objects.active(today).filter(pk=row.pk).exists():
        return "active"
    if found.valid_until and found.valid_until <= today:
        return "ended"
    state = "suspended" if found.suspended_at else "waits" if found.effective_on else "no effect"
    return f"{state}, signed {found.confirmations.count()}"


def right() -> Kind:
    signed = [("co-chair ID", "confirm"), ("co-chair AU", "confirm")]
    stopped = [*signed, ("co-chair ID", "suspend")]
    return Kind(
        "right",
        request_right,
        ("confirm", "suspend", "restore", "end"),
        page_of_row,
        offered_of_row,
        send_about_row,
        truth_of_right,
        {
            "asked": [],
            "asked 61 days ago": [("wait", "61")],
            "signed once": signed[:1],
            "signed once, 7 days later": [*signed[:1], ("wait", "7")],
            "stopped while waiting": [*signed[:1], ("co-host", "suspend")],
            "made": signed,
            "suspended": stopped,
            "restored": [*stopped, ("co-chair AU", "restore")],
            "suspended for 7 days": [*stopped, ("wait", "7")],
            "ended": [*stopped, ("co-chair AU", "end")],
            "organisation renamed since signed once": [*signed[:1], ("rename", "ministry")],
        },
    )


# Changes of organisations ---------------------------------------------------------------------


def request_kind(world: World, sign: Callable[[str], Client]) -> Any:
    browser, address = sign("co-chair ID"), f"{ADMIN}organisationchange/kind/{world.shelter.pk}/"
    sent = {"kind": "other", "country": "MY", "reason": "Its letter"}
    post(browser, address, browser.get(address), "reason", **sent)
    return OrganisationChange.objects.get()


def request_merge(world: World, sign: Callable[[str], Client]) -> Any:
    both = [world.shelter.pk, world.double.pk]
    entered: dict[str, Any] = {"action": "merge_two_organisations", "_selected_action": both}
    entered |= {"target": world.shelter.pk, "confirmed": "yes", "reason": "Same house"}
    sign("co-chair ID").post(f"{ADMIN}organisation/", entered)
    return OrganisationChange.objects.get()


def truth_of_change(world: World, row: Any) -> str:
    now = Organisation.objects.get(pk=world.shelter.pk)
    is_merged = not Organisation.objects.filter(pk=world.double.pk).exists()
    if now.kind != "civil-society" or is_merged:
        return "organisation changed"
    browser = LinkClient()
    sign_in(browser, world.users["operator"])
    page = browser.get(page_of(row)).content.decode()
    stopped = "stopped" if "Stopped on" in page else "unchanged"
    return f"{stopped}, signed {row.confirmations.count()}"


def change(what: str, request: Callable[[World, Callable[[str], Client]], Any]) -> Kind:
    signed = [("co-chair AU", "confirm"), ("co-host", "confirm")]
    return Kind(
        f"organisation: {what}",
        request,
        ("confirm", "stop"),
        page_of_row,
        offered_of_row,
        send_about_row,
        truth_of_change,
        {
            "asked": [],
            "asked 61 days ago": [("wait", "61")],
            "signed once": signed[:1],
            "signed once, 7 days later": [*signed[:1], ("wait", "7")],
            "made": signed,
            "stopped": [("co-chair AU", "stop")],
            "organisation renamed since signed once": [*signed[:1], ("rename", "shelter")],
        },
    )


# Delegations ----------------------------------------------------------------------------------


def request_freezing(world: World, sign: Callable[[str], Client]) -> Any:
    browser, address = sign("co-chair ID"), f"{ADMIN}delegationchange/add/"
    sent = {"organisation": world.shelter.pk, "event": world.event.pk, "what": "freeze"}
    post(browser, address, browser.get(address), "reason", **sent, reason="Its letter")
    return DelegationChange.objects.get()


def truth_of_freezing(_world: World, row: Any) -> str:
    row.refresh_from_db()
    state = "frozen" if row.done_at else "ended" if row.stopped_at else "open"
    return f"{state}, signed {row.confirmations.count()}"


def freezing() -> Kind:
    made = [("confirmer civil society", "confirm")]
    return Kind(
        "freezing a delegation",
        request_freezing,
        ("confirm", "stop"),
        page_of_row,
        offered_of_row,
        send_about_row,
        truth_of_freezing,
        {
            "asked": [],
            "asked 61 days ago": [("wait", "61")],
            "made": made,
            "withdrawn": [("co-chair ID", "stop")],
            "organisation renamed since asked": [("rename", "shelter")],
        },
    )


# Lists and texts ------------------------------------------------------------------------------


def request_list(world: World, sign: Callable[[str], Client]) -> Any:
    browser, address = sign("co-chair ID"), f"{ADMIN}participantlist/add/"
    post(browser, address, browser.get(address), "purpose", event=world.event.pk, purpose="Badges")
    return ParticipantList.objects.get()


def send_about_list(item: Item, browser: Client, act: str) -> None:
    address = f"{ADMIN}participantlist/"
    entered = {"action": act, "_selected_action": item.row.pk}
    browser.post(address, entered, follow=True)


def truth_of_list(_world: World, row: Any) -> str:
    row.refresh_from_db()
    return "open" if row.expires_at else "refused" if row.decided_at else "waits"


def shown_kind(
    name: str, act: str, row: Callable[[World], Any], page: str, truth: Any, states: Any
) -> Kind:
    """Of one page whose only form confirms what it shows."""

    def address(item: Item) -> str:
        return page.format(item.row.pk)

    def read(item: Item, browser: Client) -> Any:
        return browser.get(address(item), follow=True)

    def has_button(item: Item, browser: Client) -> set[str]:
        return {act} if item.shown(read(item, browser)) else set()

    def send(item: Item, browser: Client, _act: str) -> None:
        answer = read(item, browser)
        shown = item.shown(answer) or item.token
        post(browser, answer.request["PATH_INFO"], answer, "shown", shown=shown)

    return Kind(
        name, lambda world, _sign: row(world), (act,), read, has_button, send, truth, states
    )


def truth_of_closing(world: World, row: Any) -> str:
    browser = LinkClient()
    sign_in(browser, world.users["operator"])
    listed = f"close/{row.pk}/" in browser.get(PEOPLE).content.decode()
    number = ListClosureConfirmation.objects.filter(closure__event=row).count()
    return f"open, signed {number}" if listed else "closed"


def draft_correction(world: World) -> Any:
    """Returns its statement, whose page it is on."""
    statement = Statement.objects.get(pk=world.statement.pk)
    statement.publish(NOON)
    Corrigendum.objects.create(statement=statement, reason="A slip", source="Page 2")
    return statement


def draft_commitment(world: World) -> Any:
    row = make_commitment(world.event, state="draft", source_title="Budget speech")
    make_party(row, organisation=world.shelter)
    return row


def compared(name: str, way: str, row: Callable[[World], Any], page: str) -> Kind:
    def truth(_world: World, row: Any) -> str:
        return f"compared by {SourceComparison.objects.filter(**{way: row}).count()}"

    return shown_kind(f"comparing a {name}", "compare", row, page, truth, two("compare"))


STATEMENT = "/admin/outcomes/statement/{}/compare/"


def two(act: str, **more: Any) -> dict[str, list[tuple[str, str]]]:
    by = [("co-chair ID", act), ("co-chair AU", act)]
    return {"asked": [], "signed once": by[:1], "signed twice": by, **more}


KINDS = [
    participation(
        "participation of a government", "ministry", "co-chair ID", "confirmer civil society"
    ),
    participation(
        "participation of civil society", "shelter", "co-chair ID", "confirmer civil society"
    ),
    right(),
    change("kind", request_kind),
    change("merge", request_merge),
    freezing(),
    Kind(
        "participant list",
        request_list,
        ("agree", "refuse"),
        page_of_row,
        offered_of_row,
        send_about_list,
        truth_of_list,
        {
            "asked": [],
            "made": [("co-chair AU", "agree")],
            "declined": [("co-chair AU", "refuse")],
            "asked 61 days ago": [("wait", "61")],
        },
    ),
    shown_kind(
        "closing the list",
        "close",
        lambda world: world.event,
        f"{PEOPLE}close/{{}}/",
        truth_of_closing,
        two("close", **{"list changed since signed once": [("co-chair ID", "close"), ("add", "")]}),
    ),
    compared("text", "statement", lambda world: world.statement, STATEMENT),
    compared("correction", "corrigendum__statement", draft_correction, STATEMENT),
    compared("commitment", "commitment", draft_commitment, "/admin/decide/commitment/{}/"),
]


def take_steps(item: Item, steps: list[tuple[str, str]], clock: Any, sign: Any) -> None:
    for role, what in steps:
        if role == "wait":
            clock.shift(timedelta(days=int(what)))
            try:
                call_command("make_due_changes", "--clock-is-right", verbosity=0)
            except CommandError:  # it says that a change is not made
                continue
        elif role == "rename":
            row = getattr(item.world, what)
            Organisation.objects.filter(pk=row.pk).update(name="Renamed")
        elif role == "add":
            make_participation(make_delegate(), item.world.event)
        else:
            before = item.kind.truth(item.world, item.row)
            item.kind.send(item, sign(role), what)
            assert item.kind.truth(item.world, item.row) != before, (item.kind.name, role, what)


def cells_of(kind: Kind, world: World, clock: Any) -> list[tuple[str, str, str]]:
    """State, role, and what this role reads and can do there."""

    def sign(role: str) -> Client:
        browser = LinkClient(raise_request_exception=False)
        sign_in(browser, world.users[role])
        return browser

    found = []
    for state, steps in kind.states.items():
        clock.move_to(NOON)
        with transaction.atomic():
            item = Item(kind, world, kind.make(world, sign), {})
            take_steps(item, steps, clock, sign)
            before = kind.truth(world, item.row)
            item.cookies = {role: sign(role).cookies for role in world.users}
            offered = {role: kind.offered(item, item.browser(role)) for role in world.users}
            for role in world.users:
                item.token = item.token or item.shown(kind.read(item, item.browser(role)))
            for role in world.users:
                done = []
                for act in kind.acts:
                    forget_limits()
                    with transaction.atomic():
                        kind.send(item, item.browser(role), act)
                        after = kind.truth(world, item.row)
                        transaction.set_rollback(True)
                    if after != before:
                        hidden = "" if act in offered[role] else " (not offered)"
                        done.append(f"{act}{hidden} > {after}")
                    elif act in offered[role]:
                        done.append(f"{act} offered, refused")
                found.append((f"{state} [{before}]", role, "; ".join(done) or "-"))
            transaction.set_rollback(True)
    return found


def table_lines(kinds: list[Kind] = KINDS) -> list[str]:
    """One line for all roles with the same answer."""
    lines = []
    with time_machine.travel(NOON, tick=False) as clock:
        world = World()
        for kind in kinds:
            grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
            for state, role, answer in cells_of(kind, world, clock):
                grouped[state, answer].append(role)
            lines += [
                f"{kind.name} | {state} | {answer} | {', '.join(roles)}"
                for (state, answer), roles in grouped.items()
            ]
    return sorted(lines)
