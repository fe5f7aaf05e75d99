"""People decide at the same moment, or are cut off: `python -m tests.decision_races ROUNDS`.

On the database that DATABASE_URL names, else on one of its own. Ends with an error where something
is made twice, by fewer than are required or after its end, or where someone has signed twice.
"""

import os
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

folder = tempfile.TemporaryDirectory(prefix="roundtable-races-")
os.environ.update(DEBUG="true", DATA_DIR=folder.name, DJANGO_SETTINGS_MODULE="roundtable.settings")

import django  # noqa: E402

django.setup()

from django.core.exceptions import ValidationError  # noqa: E402
from django.db import connections  # noqa: E402
from django.urls import reverse  # noqa: E402

from outcomes.reporting.publication import COMMITMENT_COMPARISONS  # noqa: E402
from participants.accounts.grants import RIGHTS  # noqa: E402
from participants.decisions.engine import decline, make_due, retry, stop  # noqa: E402
from participants.models import (  # noqa: E402
    Act,
    DelegationChange,
    ListClosure,
    OrganisationChange,
)
from participants.participation.closure import agree_to_close, list_hash  # noqa: E402
from participants.permissions import body_of  # noqa: E402
from roundtable.audit import log as audit  # noqa: E402
from roundtable.audit.verify import find_log_faults  # noqa: E402
from roundtable.database.lock_wait import waiting_at_most  # noqa: E402
from tests.factories import (  # noqa: E402
    NOON,
    make_commitment,
    make_delegate,
    make_event,
    make_grant,
    make_organisation,
    make_participation,
)
from tests.participants.decisions.test_decisions import (  # noqa: E402
    CASES,
    ENTERED,
    Case,
    World,
    stored,
)
from tests.worker_kills import create_tables  # noqa: E402

Do = Callable[[], Any]
LATER = NOON + timedelta(days=7)


class ManyItems(World):
    """A meeting at which each item is about something else than those before."""

    def __init__(self) -> None:
        super().__init__()
        self.colleagues = {
            "second": self.holder("cochair", self.australia),
            "cohost": self.holder("cohost", self.office),
            "confirmer": self.holder("confirmer", self.network),
        }

    def ask_change(self) -> OrganisationChange:
        self.shelter = make_organisation()
        return super().ask_change()

    def ask_freezing(self) -> DelegationChange:
        self.shelter = make_organisation(kind="civil-society")
        make_participation(make_delegate(), self.event, organisation=self.shelter)
        return super().ask_freezing()

    def ask_participation(self) -> Any:
        shelter = make_organisation(kind="civil-society")
        entered: dict[str, Any] = {"confirmed": False, "entered_at": ENTERED}
        return make_participation(make_delegate(), self.event, organisation=shelter, **entered)

    def ask_closing(self) -> ListClosure:
        event = make_event()
        for user, organisation in (
            (self.first, self.indonesia),
            (self.second, self.australia),
            (self.colleagues["second"], self.australia),
        ):
            make_grant(user, event, on_behalf_of=organisation)
        make_participation(make_delegate(), event, organisation=self.shelter)
        assert agree_to_close(event=event, by=self.first, shown_hash=list_hash(event), at=NOON)
        return ListClosure.objects.get(event=event)

    def ask_comparing(self) -> Any:
        return make_commitment(self.event, state="draft", source_title="A law")


ALL_CASES = CASES | {
    "comparing": Case(
        COMMITMENT_COMPARISONS,
        ManyItems.ask_comparing,  # type: ignore[arg-type]
        ("first", "second"),
        "",
    )
}


class Round:
    """One item of one kind, and what is done about it at once."""

    def __init__(self, case: Case, world: ManyItems) -> None:
        self.case, self.kind, self.world = case, case.kind, world
        self.item = getattr(world, case.ask.__name__)()
        # A right that one confirmed is in force on its day, without a daily run.
        self.later = NOON if self.kind is RIGHTS else LATER

    def sign(self, signer: str, at: datetime = NOON) -> bool:
        return self.case.sign(self.world, self.item, signer, at)

    def sign_all(self) -> None:
        for signer in self.case.signers:
            self.sign(signer)

    def sign_all_but_last(self) -> None:
        for signer in self.case.signers[:-1]:
            assert self.sign(signer)

    def agree_without_making(self) -> None:
        """What everyone signed could not be made."""
        with replaced(self.kind, "make", refuse):
            self.sign_all()
        assert not self.is_made and self.count(Act.What.FAILED) == 1

    @property
    def last(self) -> str:
        return self.case.signers[-1]

    @property
    def is_made(self) -> bool:
        return self.kind.is_made(stored(self.item), self.later)

    def count(self, *what: str) -> int:
        number: int = self.item.acts.filter(what__in=what).count()
        return number

    def check_signatures(self) -> None:
        rows = list(self.kind.stored(stored(self.item)))
        bodies = [body_of(row.on_behalf_of) for row in rows]
        assert len({row.by_id for row in rows}) == len(set(bodies)) == len(rows), rows

    def check_made_once(self) -> None:
        self.check_signatures()
        assert self.is_made
        item = stored(self.item)
        assert self.kind.is_agreed(item, list(self.kind.stored(item)))
        assert self.kind.is_made_elsewhere or self.count(Act.What.MADE) == 1


class replaced:
    """One function of an object is replaced by another one."""

    def __init__(self, owner: Any, name: str, function: Callable[..., Any]) -> None:
        self.owner, self.name, self.function = owner, name, function

    def __enter__(self) -> None:
        self.before = getattr(self.owner, self.name)
        setattr(self.owner, self.name, self.function)

    def __exit__(self, *_problem: object) -> None:
        setattr(self.owner, self.name, self.before)


def refuse(_item: Any, _at: datetime) -> None:
    raise ValidationError("Not now")


def at_once(*acts: Do) -> list[bool]:
    """What each of them returned, in a process of its own."""
    connections.close_all()
    gate, opened = os.pipe()
    children = []
    for act in acts:
        pid = os.fork()
        if pid == 0:
            os.close(opened)
            os.read(gate, 1)
            code = 2
            try:
                code = int(bool(act()))
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        children.append(pid)
    os.close(gate)
    os.close(opened)
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
    assert set(codes) <= {0, 1}, codes
    return [bool(code) for code in codes]


# Races --------------------------------------------------------------------------------------


def all_sign(case: Round) -> None:
    """Each twice."""
    signers = [*case.case.signers] * 2
    done = at_once(*(lambda signer=signer: case.sign(signer) for signer in signers))
    assert sum(done) == len(case.case.signers), done
    case.check_made_once()


def colleagues_sign(case: Round) -> None:
    case.sign_all_but_last()
    case.world.colleague = case.world.colleagues[case.last]  # type: ignore[attr-defined]
    done = at_once(lambda: case.sign(case.last), lambda: case.sign("colleague"))
    assert sum(done) == 1, done
    case.check_made_once()


def sign_and_stop(case: Round) -> None:
    case.sign_all_but_last()
    asker = case.kind.asker(stored(case.item)) or case.world.first
    signed, stopped = at_once(
        lambda: case.sign(case.last), lambda: stop(stored(case.item), by=asker, at=NOON)
    )
    assert signed != stopped
    ended = case.count(Act.What.STOPPED, Act.What.WITHDRAWN)
    assert (case.is_made, ended) == (signed, int(stopped))
    if signed:
        case.check_made_once()
    else:
        make_due(LATER)
        assert not case.sign(case.last, LATER) and not case.is_made


def sign_and_decline(case: Round) -> None:
    case.sign_all_but_last()
    colleague = case.world.colleagues[case.last]
    signed, declined = at_once(
        lambda: case.sign(case.last),
        lambda: decline(stored(case.item), by=colleague, reason="Not known here", at=NOON),
    )
    assert signed and case.count(Act.What.DECLINED) == int(declined)
    case.check_made_once()


def two_daily_runs(case: Round) -> None:
    """The last one signs at the same time, if one signature was enough to begin a wait."""
    if case.kind.wait:
        assert case.sign(case.case.signers[0])
        done = at_once(
            lambda: make_due(LATER).made,
            lambda: make_due(LATER).made,
            lambda: case.sign(case.last, LATER),
        )
    else:
        case.agree_without_making()
        done = at_once(lambda: make_due(LATER).made, lambda: make_due(LATER).made)
    assert sum(done) == 1, done
    assert case.is_made and case.count(Act.What.MADE) == 1
    case.check_signatures()


def retries_and_daily_run(case: Round) -> None:
    case.agree_without_making()
    by = getattr(case.world, case.last)
    done = at_once(
        lambda: retry(stored(case.item), by=by, at=case.later),
        lambda: retry(stored(case.item), by=by, at=case.later),
        lambda: make_due(case.later).made,
    )
    assert sum(done) == 1, done
    case.check_made_once()


# Kills --------------------------------------------------------------------------------------


def die(*_given: Any, **_more: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def places_to_die(case: Round) -> dict[str, tuple[Any, str, Callable[..., Any]]]:
    """Between agreed and made, after making, and where the log is written, as last of all."""
    make = case.kind.make

    def die_after(item: Any, at: datetime) -> None:
        make(item, at)
        die()

    return {
        "before": (case.kind, "make", die),
        "after": (case.kind, "make", die_after),
        "log": (audit, "_append", die),
    }


def killed(act: Do, place: tuple[Any, str, Callable[..., Any]]) -> None:
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            with replaced(*place):
                act()
        finally:
            os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code == -signal.SIGKILL, code


def killed_while_signing(case: Round) -> None:
    """The signature is undone with the making; the next signature makes it."""
    case.sign_all_but_last()
    for place in places_to_die(case).values():
        killed(lambda: case.sign(case.last), place)
        assert not case.is_made and not case.count(Act.What.MADE)
    assert case.sign(case.last)
    case.check_made_once()


def killed_while_trying_again(case: Round) -> None:
    case.agree_without_making()
    by = getattr(case.world, case.last)

    def by_hand() -> bool:
        return retry(stored(case.item), by=by, at=case.later)

    def daily() -> int:
        return make_due(case.later).made

    for name, place in places_to_die(case).items():
        killed(by_hand if case.kind is RIGHTS or name == "before" else daily, place)
        assert not case.is_made and not case.count(Act.What.MADE)
    assert by_hand() if case.kind is RIGHTS else daily() == 1
    assert not daily() and not by_hand()
    case.check_made_once()


EVERY = [*ALL_CASES]
MADE_HERE = [*CASES]
RACES: dict[Callable[[Round], None], list[str]] = {
    all_sign: EVERY,
    colleagues_sign: EVERY,
    sign_and_stop: ["right", "change", "freezing"],
    sign_and_decline: EVERY,
    two_daily_runs: ["change", "participation", "closing", "freezing"],
    retries_and_daily_run: MADE_HERE,
    killed_while_signing: MADE_HERE,
    killed_while_trying_again: MADE_HERE,
}


def main(rounds: str) -> None:
    """So many rounds of each, by turns of each kind."""
    create_tables()
    reverse("home")  # else each process loads all pages while it holds SQLite's lock
    world, counted = ManyItems(), Counter[str]()
    for race, names in RACES.items():
        for number in range(int(rounds)):
            name = names[number % len(names)]
            try:
                # On a busy machine, six who wait for each other wait long.
                with waiting_at_most(600):
                    race(Round(ALL_CASES[name], world))
            except AssertionError as problem:
                problem.add_note(f"{race.__name__}: {name}")
                raise
            counted[race.__name__] += 1
    assert list(find_log_faults()) == []
    sys.stdout.write(f"Each once: {', '.join(f'{n} {race}' for race, n in counted.items())}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
