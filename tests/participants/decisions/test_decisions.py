"""What holds of everything that two organisations agree on, asked of each kind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from outcomes.models import SourceComparison
from outcomes.organisations.changes import CHANGES, request_change
from outcomes.reporting.publication import COMMITMENT_COMPARISONS
from outcomes.sources.hashes import source_hash
from participants.accounts.grants import RIGHTS, request_grant
from participants.decisions.engine import (
    Due,
    Refusal,
    State,
    add_act,
    decline,
    forget,
    forget_pending,
    make_due,
    retry,
    right,
    sign,
    state,
    stop,
    withdraw,
)
from participants.decisions.kind import Kind
from participants.models import (
    Act,
    Capacity,
    DelegationChange,
    Grant,
    ListClosure,
    Organisation,
    OrganisationChange,
    User,
)
from participants.participation.closure import CLOSINGS, agree_to_close, list_hash
from participants.participation.confirmation import PARTICIPATIONS
from participants.participation.delegation_changes import FREEZINGS
from participants.participation.delegation_changes import request_change as request_freezing
from participants.participation.digest import digest
from tests.decide import page_of
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_government,
    make_holder,
    make_organisation,
    make_participation,
    make_role,
    make_user,
)
from tests.form_fields import press
from tests.meetings import Meeting
from tests.page_text import page_text

pytestmark = pytest.mark.django_db
ENTERED = datetime(2026, 2, 2, 12, tzinfo=UTC)


class World(Meeting):
    def __init__(self) -> None:
        super().__init__("cohost", "confirmer")
        self.operator = make_user("runs@example.org", is_superuser=True)
        self.shelter = make_organisation(name="Shelter", country="MY")
        make_participation(make_delegate(), self.event, organisation=self.shelter)

    def ask_right(self) -> Grant:
        grant = Grant(
            user=make_user(),
            event=self.event,
            role=Grant.Role.READER,
            on_behalf_of=make_government("MY"),
            valid_from=NOON.date(),
            reason="Letter",
        )
        return request_grant(grant=grant, by=self.operator, at=NOON)

    def ask_change(self) -> OrganisationChange:
        change = OrganisationChange(
            organisation=self.shelter,
            what="give role",
            event=self.event,
            role="cohost",
            reason="Letter",
        )
        return request_change(change=change, by=self.first, at=NOON)

    def ask_participation(self) -> Any:
        shelter = make_organisation(name="Another shelter", kind="civil-society")
        return make_participation(
            make_delegate(),
            self.event,
            organisation=shelter,
            confirmed=False,
            entered_at=ENTERED,
        )

    def ask_closing(self) -> ListClosure:
        shown = list_hash(self.event)
        assert agree_to_close(event=self.event, by=self.first, shown_hash=shown, at=NOON)
        return ListClosure.objects.get()

    def ask_freezing(self) -> DelegationChange:
        change = DelegationChange(
            event=self.event, organisation=self.shelter, what="freeze", reason="Letter"
        )
        return request_freezing(change=change, by=self.first, at=NOON)


@dataclass(frozen=True)
class Case:
    kind: Kind[Any]
    ask: Callable[[World], Any]
    # Who signs it one after the other until it is made, and who may not.
    signers: tuple[str, ...]
    own: str

    def sign(self, world: World, item: Any, signer: str, at: datetime = NOON) -> bool:
        shown = {item.pk: self.kind.content_hash(stored(item))}
        return bool(sign(self.kind, shown, by=getattr(world, signer), at=at))


CASES = {
    "right": Case(RIGHTS, World.ask_right, ("first", "second"), "operator"),
    "change": Case(CHANGES, World.ask_change, ("second", "cohost"), "first"),
    "participation": Case(
        PARTICIPATIONS, World.ask_participation, ("first", "confirmer"), "operator"
    ),
    "closing": Case(CLOSINGS, World.ask_closing, ("second",), "first"),
    "freezing": Case(FREEZINGS, World.ask_freezing, ("confirmer",), "first"),
}
WAITING = ["right", "change"]
# And what the email says to who asked.
ENDING = {
    "right": "You requested a right at the co-chairs' desk.",
    "change": "You requested a change of an organisation.",
    "closing": "You agreed to close a list of participants.",
    "freezing": "You asked to freeze a delegation, or to bring it back.",
}


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def each(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", names or [*CASES], indirect=True)


def name_of(case: Case) -> str:
    return next(name for name, other in CASES.items() if other is case)


def stored(item: Any) -> Any:
    return type(item)._default_manager.get(pk=item.pk)


def state_of(item: Any, at: datetime = NOON) -> State:
    item = stored(item)
    given = next(case for case in CASES.values() if case.kind.model is type(item)).kind.given(item)
    return state(item, given, list(item.acts.all()), at)


def later(days: int) -> datetime:
    return NOON + timedelta(days=days)


# When it is made --------------------------------------------------------------------------


@each()
def test_request_alone_takes_no_force(case: Case, world: World) -> None:
    item = case.ask(world)
    add_act(item, Act.What.FAILED, NOON, reason="It was tried.")
    for days in (0, 7, 59):
        make_due(later(days))
        assert state_of(item, later(days)) == State.ASKED


@each()
def test_it_is_made_once_all_who_are_required_signed(case: Case, world: World) -> None:
    item = case.ask(world)
    for signer in case.signers:
        assert state_of(item) != State.MADE
        assert case.sign(world, item, signer)
        assert not case.sign(world, item, signer)
    assert state_of(item) == State.MADE
    asked = [] if case.kind is PARTICIPATIONS else ["asked"]
    assert [act.what for act in item.acts.all()] == [*asked, "made"]
    assert right(stored(item), world.cohost, NOON).reason == Refusal.DECIDED


@each(*WAITING)
def test_with_one_other_it_is_made_after_seven_days(
    case: Case, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = case.ask(world)
    assert case.sign(world, item, case.signers[0], later(55))
    make_due(later(61))  # longer than others without a signature wait
    assert state_of(item, later(61)) == State.WAITING
    make_due(later(62))
    assert state_of(item, later(62)) == State.MADE
    # Another run may list it just before.
    monkeypatch.setattr(case.kind, "due", lambda _at: case.kind.rows())
    assert make_due(later(62)) == Due()


@pytest.mark.parametrize(("days", "failed"), [(6, 0), (7, 1)])
def test_what_changed_while_it_waited_is_not_made(world: World, days: int, failed: int) -> None:
    """Until two agree again: no one stops a change by a new name that no one is told of."""
    change, case = world.ask_change(), CASES["change"]
    assert case.sign(world, change, "second")
    Organisation.objects.filter(pk=world.shelter.pk).update(name="Another name")
    due = make_due(later(days))
    assert (due.made, due.failed) == (0, failed)
    assert state_of(change, later(days)) == State.ASKED
    reasons = [act.reason for act in change.acts.filter(what=Act.What.FAILED)]
    assert reasons == ["It changed after it was confirmed."] * failed
    assert all(case.sign(world, change, signer, later(days)) for signer in case.signers)
    assert state_of(change, later(days)) == State.MADE


@each()
def test_signature_is_of_what_was_shown_and_counts_for_that_alone(case: Case, world: World) -> None:
    item = case.ask(world)
    assert not sign(case.kind, {item.pk: "0" * 64}, by=getattr(world, case.signers[0]), at=NOON)
    if not item.confirmations.exists():  # else who asked signed
        assert case.sign(world, item, case.signers[0])
    given = item.confirmations.get()
    assert case.kind.given(stored(item)) == [given]
    police = make_government(str(given.on_behalf_of.country), "Police")
    colleague = world.holder("cochair", police, "police@example.org")
    assert right(stored(item), colleague, NOON).reason == Refusal.SIGNED
    for earlier in ("0" * 64, Capacity.COCHAIR), (given.content_hash, Capacity.ALONE):
        item.confirmations.update(content_hash=earlier[0], capacity=earlier[1])
        assert case.kind.given(stored(item)) == []
        assert right(stored(item), given.by, NOON).right


@each()
def test_who_is_part_of_it_or_has_signed_is_told_why_not(case: Case, world: World) -> None:
    item = stored(case.ask(world))
    reader = world.holder("reader", make_government("NZ"), "reader@example.org")
    assert right(item, reader, NOON).reason == Refusal.NO_RIGHT
    own = right(item, getattr(world, case.own), NOON)
    expected = {"closing": Refusal.SIGNED, "freezing": Refusal.SIGNED, "participation": None}
    assert own.reason == expected.get(name_of(case), Refusal.OWN)


def test_making_that_fails_is_seen_and_tried_again(
    world: World, client_of: Callable[..., Client]
) -> None:
    change = world.ask_change()
    role = make_role(world.event, organisation=world.shelter, role="cohost")
    for signer in ("second", "cohost"):
        assert CASES["change"].sign(world, change, signer)
    assert state_of(change) == State.AGREED
    assert change.confirmations.count() == 2
    page = client_of(world.second).get(page_of(change))
    assert "it cannot be made now: This organisation already has this role." in " ".join(
        page.content.decode().split()
    )
    told = digest(world.second, later(1), since=later(-1))
    assert "RT: Organisations 1, agreed, and cannot be made now: Shelter" in told.decided
    for days in (1, 2):
        due = make_due(later(days))
        assert (due.made, due.failed) == (0, 1)
    assert change.acts.filter(what=Act.What.FAILED).count() == 1
    again = press(client_of(world.second), page_of(change), page_of(change), "Try again")
    assert "1 is not decided" in page_text(again)
    role.delete()
    again = press(client_of(world.second), page_of(change), page_of(change), "Try again")
    assert "It has its effect now." in page_text(again)
    assert state_of(change, later(3)) == State.MADE
    assert world.event.roles.filter(organisation=world.shelter, role="cohost").exists()


def test_texts_are_compared_by_two_and_published_elsewhere(world: World) -> None:
    row = make_commitment(world.event, state="draft", source_title="A law")
    kind, shown = COMMITMENT_COMPARISONS, {row.pk: source_hash(row)}
    entered = world.holder("editor", make_organisation())
    alone = make_holder(world.event, role="editor")
    another = make_user(is_superuser=True)
    assert not sign(kind, {row.pk: "0" * 64}, by=entered, at=NOON)
    assert right(row, alone, NOON).reason == Refusal.NO_RIGHT
    assert decline(row, by=entered, reason="Later", at=NOON)
    assert sign(kind, shown, by=world.operator, at=NOON)
    assert not sign(kind, shown, by=another, at=NOON)
    forget_pending(world.operator, world.event, NOON)
    assert state(row, kind.given(row), [], NOON) == State.ASKED
    forget(kind, SourceComparison.objects.all(), NOON)
    assert not kind.given(row)
    for user in (entered, world.second, world.cohost):
        assert sign(kind, shown, by=user, at=NOON)
    row = stored(row)
    assert state(row, kind.given(row), [], NOON) == State.MADE and row.is_public
    forget(kind, SourceComparison.objects.all(), NOON)
    assert len(kind.given(row)) == 3
    assert [act.what for act in row.acts.all()] == ["declined"]


# When it ends -----------------------------------------------------------------------------


@each(*ENDING)
def test_request_that_no_one_completed_ends_after_sixty_days(
    case: Case, world: World, deliver: Callable[[], list[EmailMultiAlternatives]]
) -> None:
    item = case.ask(world)
    before = len(deliver())
    assert make_due(later(59)).expired == 0
    assert make_due(later(60)).expired == 1
    assert make_due(later(61)).expired == 0
    asker = world.operator if case.kind is RIGHTS else world.first
    (mail,) = deliver()[before:]
    assert (mail.subject, mail.to) == ("Your request has ended", [asker.email])
    assert ENDING[name_of(case)] in " ".join(str(mail.body).split())
    assert item.confirmations.count() == (case.kind is FREEZINGS)  # who asked signed
    if case.kind is CLOSINGS:  # the next agreement is a new request
        assert case.sign(world, item, "first", later(61))
        assert make_due(later(120)).expired == 0 and make_due(later(121)).expired == 1
        return
    assert state_of(item, later(61)) == State.EXPIRED
    assert not case.sign(world, item, case.signers[0], later(61))
    again = case.ask(world)
    assert again.pk != item.pk and case.sign(world, again, case.signers[0])


@each(*ENDING)
def test_days_before_acts_were_kept_do_not_count(case: Case, world: World) -> None:
    item = case.ask(world)
    Act.objects.all().delete()
    for days, expired in ((100, 0), (159, 0), (160, 1)):
        assert make_due(later(days)).expired == expired
    assert item.acts.filter(what=Act.What.EXPIRED).count() == 1


@each()
def test_declined_and_unanswered_look_the_same(case: Case, world: World) -> None:
    item = case.ask(world)
    by = getattr(world, case.signers[0])
    assert not decline(item, by=by, reason="", at=NOON)
    reader = world.holder("reader", make_government("NZ"), "reader@example.org")
    assert not decline(item, by=reader, reason="No", at=NOON)
    assert decline(item, by=by, reason="We do not know them. " * 20, at=NOON)
    assert state_of(item) == State.ASKED and len(item.acts.last().reason) == 300
    # The next one can sign it, and so can whoever declined it.
    for signer in case.signers:
        assert case.sign(world, item, signer)
    assert state_of(item) == State.MADE


@each(*WAITING)
def test_only_whoever_asked_withdraws_it(case: Case, world: World) -> None:
    item = case.ask(world)
    asker: User = case.kind.asker(item)  # type: ignore[assignment]
    assert not withdraw(item, by=world.confirmer, at=NOON)
    assert withdraw(item, by=asker, at=NOON)
    assert state_of(item) == State.WITHDRAWN
    assert not stop(item, by=asker, at=NOON)
    assert not case.sign(world, item, case.signers[0])
    type(item)._default_manager.filter(pk=item.pk).delete()
    assert not stop(item, by=asker, at=NOON) and not retry(item, by=world.first, at=NOON)
    assert not decline(item, by=world.second, reason="Gone", at=NOON)


def test_right_in_force_stays_so_if_someone_confirms_it_again(world: World) -> None:
    """Its last day is earlier now, so what two confirmed has another hash."""
    grant, case = world.ask_right(), CASES["right"]
    for signer in case.signers:
        assert case.sign(world, grant, signer)
    Grant.objects.filter(pk=grant.pk).update(valid_until=date(2026, 5, 1))
    assert not case.sign(world, grant, "cohost")
    assert stored(grant).effective_on == NOON.date() and grant.confirmations.count() == 2
