"""One account, or two, try everything at the desk: others keep their identity and their secrets.

Each adversary opens pages of the desk at random, sends their forms with random changes, reads the
mailboxes it has, and signs in to whatever account these mailboxes open.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone
from lxml import html

from participants.accounts.grants import end_old_suspensions
from participants.models import (
    Affiliation,
    Audience,
    Constituency,
    Delegate,
    Grant,
    Organisation,
    OrganisationChange,
    OrganisationKind,
    User,
)
from participants.permissions import bodies_with_rights
from participants.privacy import visibility
from participants.privacy.audiences import get_viewer
from tests.conftest import FULL, FULL_WALKS
from tests.factories import (
    make_affiliation,
    make_channel,
    make_delegate,
    make_event,
    make_exception,
    make_government,
    make_grant,
    make_organisation,
    make_participation,
    make_user,
)
from tests.sign_in import forget_limits

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
Sign = Callable[..., Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]
SEEDS = range(2 if FULL_WALKS else 1)
ACTS = 100 if FULL else 10
PEOPLE_PAGES = [
    "/admin/participants/delegate/",
    "/admin/participants/participation/",
    "/admin/participants/delegationchange/",
    "/admin/participants/organisation/",
    "/admin/participants/organisationchange/",
    "/admin/participants/grant/",
    "/admin/participants/user/",
    "/admin/participants/invitationrequest/",
    "/admin/participants/introduction/",
    "/admin/participants/factorreset/",
]


@dataclass
class Form:
    """A form of a page: what it sends untouched, and what its fields offer."""

    action: str
    is_post: bool
    values: dict[str, list[str]] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


def read_page(text: str) -> tuple[list[Form], list[str]]:
    """The forms of a page, and its links within the desk."""
    document = html.document_fromstring(text)
    links = [link for link in document.xpath("//a/@href") if link.startswith("/admin/")]
    # Who signs out can do nothing more.
    forms = [form for form in document.forms if "logout" not in form.get("action", "")]
    return [_read_form(form) for form in forms], links


def _read_form(form: Any) -> Form:
    found = Form(form.get("action", ""), form.method == "POST")
    values, offered = found.values, found.offered
    for control in form.xpath(".//button | .//input | .//select | .//textarea"):
        name, value = control.get("name", ""), control.get("value", "")
        kind = control.get("type", "text")
        if control.tag == "select":
            options = control.xpath(".//option")
            chosen = [option for option in options if option.get("selected") is not None]
            offered[name] = [option.get("value", "") for option in options]
            values[name] = [option.get("value", "") for option in chosen or options[:1]]
        elif control.tag == "textarea":
            values[name] = [control.text or ""]
        elif control.tag == "button" or kind == "submit":
            found.buttons += [(name, value)] if kind != "button" else []
        elif kind in ("checkbox", "radio") and name:
            offered.setdefault(name, []).append(value or "on")
            if control.get("checked") is not None:
                values.setdefault(name, []).append(value or "on")
        elif kind != "file" and name:
            values.setdefault(name, []).append(value)
    return found


class World:
    """A roundtable whose list is closed; a shelter's worker is at risk of the first government.

    With `next_one`, the same people have the same rights at the next roundtable too.
    """

    def __init__(self, *, next_one: bool = False) -> None:
        self.event = make_event(code="RT", slug="rt", title="Roundtable")
        self.events = [self.event]
        if next_one:
            days = {"starts_on": date(2027, 5, 1), "ends_on": date(2027, 5, 2)}
            self.events.append(make_event(series=self.event.series, **days))
        self.indonesia, self.australia = (make_government(country) for country in ("ID", "AU"))
        self.police = make_government("ID", "Police")
        self.shelter = make_organisation(name="Shelter", kind=OrganisationKind.CIVIL_SOCIETY)
        self.network = make_organisation(name="Network", kind=OrganisationKind.CIVIL_SOCIETY)
        self.office = make_organisation(name="Office", kind=OrganisationKind.AGENCY)
        self.holders = {
            "first": self._holder("first", "cochair", self.indonesia),
            "colleague": self._holder("colleague", "editor", self.police),
            "second": self._holder("second", "cochair", self.australia),
            "host": self._holder("host", "cohost", self.office),
            "confirmer": self._holder("confirmer", "confirmer", self.network),
            "operator": make_user("operator@example.org", is_superuser=True),
        }
        self.victims = [
            self._victim("Asha", Audience.PARTICIPANTS, constituency=Constituency.GOVERNMENTS),
            self._victim("Binh", Audience.CONSTITUENCY),
            self._victim(
                "Chea", Audience.INTRODUCED, listed_to=Audience.INTRODUCED, is_protected=True
            ),
            self._victim("Dara", Audience.PARTICIPANTS, hidden_at=timezone.now()),
        ]
        self.secrets = {
            channel.value for person in self.victims for channel in person.channels.all()
        }

    def _holder(self, name: str, role: str, organisation: Organisation) -> User:
        user = make_user(f"{name}@example.org")
        person = make_delegate(name=name.title(), user=user)
        for event in self.events:
            make_grant(user, event, role=role, on_behalf_of=organisation)
            make_participation(person, event, organisation=organisation)
        return user

    def _victim(
        self, name: str, audience: str, *, constituency: str = "", **fields: Any
    ) -> Delegate:
        person = make_delegate(
            name=name,
            user=make_user(f"{name}@shelter.example"),
            **{"listed_to": Audience.PARTICIPANTS} | fields,
        )
        make_participation(person, self.event, organisation=self.shelter)
        make_affiliation(person, organisation=self.shelter)
        make_channel(person, value=f"secret-{name}@shelter.example", audience=audience)
        if constituency:
            make_exception(person, constituency=constituency)
        return person

    def identities(self) -> list[tuple[Any, ...]]:
        """What no one but its owner changes; the desk may hide someone, by name, at once."""
        found = []
        for person in Delegate.objects.filter(pk__in=[row.pk for row in self.victims]):
            assert person.user is not None, person.name
            addresses = EmailAddress.objects.filter(user=person.user).order_by("pk")
            works = Affiliation.objects.filter(delegate=person, until=None)
            found.append(
                (
                    person.name,
                    person.handle,
                    person.user_id,
                    person.user.is_active,
                    person.user.email,
                    person.listed_to,
                    person.is_protected,
                    person.erased_at,
                    tuple(addresses.values_list("email", "verified")),
                    tuple(person.exceptions.values_list("organisation", "constituency")),
                    tuple(works.values_list("organisation", "post")),
                    tuple((row.value, row.audience) for row in person.channels.all()),
                )
            )
        return found


class Adversary:
    """Some accounts, the mailboxes that are theirs, and what these mailboxes open."""

    start_pages = PEOPLE_PAGES

    def __init__(self, users: list[User], client_of: Sign, rng: random.Random) -> None:
        self.client_of, self.rng = client_of, rng
        self.mailboxes = {user.email for user in users} | {"sock@evil.example"}
        self.clients = {user.pk: client_of(user) for user in users}
        self.page = ""

    def accounts(self) -> list[User]:
        addresses = EmailAddress.objects.filter(email__in=self.mailboxes, verified=True)
        owners = User.objects.filter(pk__in=addresses.values("user"))
        return list(owners | User.objects.filter(email__in=self.mailboxes))

    def read_mail(self, mails: list[EmailMultiAlternatives]) -> None:
        for mail in mails:
            if mail.to[0] not in self.mailboxes:
                continue
            for path in re.findall(r"https?://[^/\s]+(/invitations/[^\s\"]+)", str(mail.body)):
                visitor = Client()
                forms, _links = read_page(visitor.get(path, follow=True).content.decode())
                for form in forms:
                    if form.is_post:
                        self.send(visitor, path, form)

    def send(self, client: Client, path: str, form: Form) -> None:
        values = {name: list(given) for name, given in form.values.items()}
        self._mutate(form, values)
        if form.buttons:
            name, value = self.rng.choice(form.buttons)
            values.update({name: [value]} if name else {})
        where = urlsplit(urljoin(path, form.action)).path if form.action else path
        answer = client.post(where, values)
        assert answer.status_code < 500, (where, values)
        self.page = urljoin(where, answer.headers.get("Location", "")) or where
        if answer.status_code == 200:
            # A page that asks once more.
            for again in read_page(answer.content.decode())[0]:
                if again.is_post and again.values != form.values:
                    self.send_untouched(client, where, again)
                    return

    def send_untouched(self, client: Client, path: str, form: Form) -> None:
        values = dict(form.values)
        if form.buttons and form.buttons[0][0]:
            values[form.buttons[0][0]] = [form.buttons[0][1]]
        if "reason" in values:
            values["reason"] = ["x"]
        where = urlsplit(urljoin(path, form.action)).path if form.action else path
        answer = client.post(where, values)
        assert answer.status_code < 500, (where, values)

    def _mutate(self, form: Form, values: dict[str, list[str]]) -> None:
        names = [name for name in {**form.values, **form.offered} if name not in KEPT]
        for name in self.rng.sample(names, min(len(names), self.rng.randint(1, 6))):
            if offered := form.offered.get(name):
                number = self.rng.randint(1, min(3, len(offered)))
                values[name] = self.rng.sample(offered, number)
            elif "email" in name or "address" in name:
                values[name] = ["sock@evil.example"]
            elif "date" in name or "valid" in name or name.endswith(("since", "until", "on")):
                values[name] = [self.rng.choice(["", timezone.localdate().isoformat()])]
            elif name.endswith(("-id", "TOTAL_FORMS", "INITIAL_FORMS")):
                continue
            else:
                values[name] = [self.rng.choice(["", "Asha", "Sock", "x"])]

    def act(self) -> None:
        forget_limits()  # how often one may try is another test's question
        client = self.some_client()
        path = self.page if self.page and self.rng.random() < 0.3 else self._some_page(client)
        answer = client.get(path)
        assert answer.status_code < 500, path
        if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
            self.page = ""
            return
        forms, links = read_page(answer.content.decode())
        forms = [form for form in forms if form.is_post]
        if forms and self.rng.random() < 0.8:
            self.send(client, path, self.rng.choice(forms))
        else:
            self.page = self.rng.choice(links) if links else ""

    def some_client(self) -> Client:
        key = self.rng.choice([user.pk for user in self.accounts()])
        if key not in self.clients:
            self.clients[key] = self.client_of(User.objects.get(pk=key))
        return self.clients[key]

    def _some_page(self, client: Client) -> str:
        start = self.rng.choice(self.start_pages)
        if self.rng.random() < 0.2:
            return f"{start}add/"
        answer = client.get(start)
        if answer.status_code != 200:
            return "/admin/"
        _forms, links = read_page(answer.content.decode())
        rows = [link for link in links if link.startswith(start) and "?" not in link]
        return self.rng.choice([start, *rows])


# To change these only makes a form invalid.
KEPT = {"csrfmiddlewaretoken", "idempotency_key", "shown", "revision"}


def seen(users: list[User], world: World) -> set[str]:
    """Which secrets these accounts can read now."""
    today, found = timezone.localdate(), set[str]()
    for user in users:
        viewer = get_viewer(user, today)
        for person in world.victims:
            profile = visibility.find_profile(viewer, person.handle, today, revealed=True)
            found |= {row.value for row in profile.channels} if profile else set()
    return found & world.secrets


# In the short run none who could do no more than others, or than with one of them.
at_length = pytest.mark.prove
ADVERSARIES = [
    pytest.param(["first"], id="one co-chair", marks=at_length),
    pytest.param(["operator"], id="one operator"),
    pytest.param(["first", "colleague"], id="two accounts of one government"),
    pytest.param(["first", "second"], id="two co-chairs together"),
    pytest.param(["host"], id="one co-host", marks=at_length),
    pytest.param(["confirmer"], id="one confirmer"),
]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("names", ADVERSARIES)
def test_adversary_learns_and_changes_nothing(
    client_of: Sign, deliver: Deliver, names: list[str], seed: int
) -> None:
    world = World()
    adversary = Adversary([world.holders[name] for name in names], client_of, random.Random(seed))
    before, known = world.identities(), seen(adversary.accounts(), world)
    rights = set(Grant.objects.active(timezone.localdate()).values_list("pk", flat=True))
    for _number in range(ACTS):
        adversary.act()
        adversary.read_mail(deliver())
        assert world.identities() == before
        assert seen(adversary.accounts(), world) <= known
        today = set(Grant.objects.active(timezone.localdate()).values_list("pk", flat=True))
        assert today <= rights
        assert not OrganisationChange.objects.filter(done_at__isnull=False).exists()


class Suspender(Adversary):
    """Reads and sends what cuts others off."""

    start_pages = ["/admin/participants/grant/", "/admin/participants/participation/"]

    def suspend_all(self, world: World) -> None:
        """By the page that asks for a reason, whether or not another one offers it."""
        for grant in Grant.objects.filter(event__in=world.events).order_by("pk"):
            address = f"/admin/participants/grant/{grant.pk}/suspend/"
            self.some_client().post(address, {"reason": "x"})


# Each is one organisation at most. Two together may end a right: that is what it takes.
CUTTING_OFF = [
    pytest.param(["first"], id="one co-chair", marks=at_length),
    pytest.param(["confirmer"], id="one confirmer", marks=at_length),
    pytest.param(["first", "colleague"], id="two accounts of one government"),
    pytest.param(["operator", "first"], id="operator and co-chair"),
    pytest.param(["operator", "confirmer"], id="operator and confirmer"),
]


# The first of two is like one alone, so that in the short run two are enough.
at_one_or_two = pytest.mark.parametrize(
    "next_one",
    [
        pytest.param(False, id="one roundtable", marks=at_length),
        pytest.param(True, id="two roundtables"),
    ],
)


def try_to_cut_others_off(
    world: World, names: list[str], client_of: Sign, seed: int
) -> list[Grant]:
    """Returns the rights of all others. Whatever was done, two organisations keep rights."""
    users = [world.holders[name] for name in names]
    adversary = Suspender(users, client_of, random.Random(seed))
    today = timezone.localdate()
    for number in range(ACTS):
        if number % 5 == 0:
            adversary.suspend_all(world)
        adversary.act()
        for event in world.events:
            active = Grant.objects.active(today).filter(event=event).exclude(role="editor")
            assert len(bodies_with_rights(active)) > 1
    return list(Grant.objects.exclude(user__in=users).order_by("pk"))


@at_one_or_two
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("names", CUTTING_OFF)
def test_one_organisation_cuts_no_one_off_for_good(
    client_of: Sign, names: list[str], seed: int, next_one: bool
) -> None:
    world = World(next_one=next_one)
    rights = try_to_cut_others_off(world, names, client_of, seed)
    later = timezone.now() + timedelta(days=7)
    end_old_suspensions(at=later)
    for grant in rights:
        grant.refresh_from_db()
        assert grant.suspended_at is None, grant.role
        assert grant.valid_until is None or grant.valid_until >= later.date(), grant.role


@at_one_or_two
@pytest.mark.parametrize("names", [["first", "second"], ["confirmer", "first"]], ids=" ".join)
def test_two_organisations_leave_two_with_rights(
    client_of: Sign, names: list[str], next_one: bool
) -> None:
    try_to_cut_others_off(World(next_one=next_one), names, client_of, 1)
