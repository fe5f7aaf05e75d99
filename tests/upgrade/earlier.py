"""What was decided before one engine did it: added to an earlier database, and asked afterwards.

Each row is written in the tables of that time, with what it must be. The hashes are written out
here, so that they differ if the portal reads another content.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps as present
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from outcomes.models import Commitment, Statement
from outcomes.sources.comparisons import is_publishable, is_released
from participants.accounts.grants import is_suspended
from participants.decisions.engine import make_due
from participants.decisions.engine import state as state_of
from participants.decisions.kind import kind_named
from participants.models import Act, Grant, OrganisationChange, Participation
from participants.participation.confirmation import has_effect
from tests.upgrade.decisions import other_values, values

FIRST = {"participants": "0001_initial", "outcomes": "0001_initial"}
# The last ones before acts were kept, and comparisons were signatures like others.
LAST = {"participants": "0033_codes_on_paper", "outcomes": "0029_commitments_of_rounds"}


def is_earlier() -> bool:
    """Whether acts were not kept yet."""
    return ("participants", "0034_acts") not in MigrationExecutor(
        connection
    ).loader.applied_migrations


def sha(content: list[Any]) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


class Earlier:
    """The rows that are added, and what is known of those that were there."""

    def __init__(self, at: datetime) -> None:
        self.at, self.today = at, at.date()
        self.states: dict[tuple[str, int], tuple[str, int]] = {}
        self.has_effect: dict[int, bool] = {}
        self.suspended: set[int] = set()
        self.publishable: dict[tuple[str, int], bool] = {}
        self.names: dict[str, int] = {}
        self.number = 0
        self._add()

    def _add(self) -> None:
        """Between the migrations. The rest of them are still to be done."""
        self.apps = _apps(FIRST)
        self._add_first()
        self.first = values(self.apps)
        for app, name in LAST.items():
            call_command("migrate", app, name, verbosity=0)
        self.apps = _apps(LAST)
        self._make_world()
        self._add_participations()
        self._add_grants()
        self._add_changes()
        self._add_closures()
        self._add_comparisons()
        self.last = values(self.apps)

    def model(self, label: str) -> Any:
        app = "outcomes" if label in OUTCOMES else "participants"
        return self.apps.get_model("roundtable" if label == "Event" else app, label).objects

    def note(self, kind: str, row: Any, state: str, counted: int = 0, name: str = "") -> Any:
        self.states[kind, row.pk] = state, counted
        if name:
            self.names[name] = row.pk
        return row

    def user(self) -> int:
        self.number += 1
        email = f"earlier{self.number}@example.org"
        pk: int = self.model("User").create(email=email, password="!").pk
        return pk

    def person(self) -> Any:
        user = self.user()
        return self.model("Delegate").create(
            name=f"Earlier {user}", handle=f"ea{user:08}", user_id=user
        )

    def organisation(self, kind: str = "government", country: str = "") -> Any:
        self.number += 1
        return self.model("Organisation").create(
            slug=f"earlier-{self.number}", name=f"Earlier {self.number}", kind=kind, country=country
        )

    def _add_first(self) -> None:
        """Confirmed by someone who acts for an organisation, for a roundtable to come."""
        later = self.model("Event").get(code="AGR")
        later.starts_on = later.ends_on = self.today + timedelta(days=20)
        later.save()
        grant = self.model("Grant").filter(event=later).exclude(on_behalf_of=None)[0]
        self.confirmed_for = grant.on_behalf_of_id
        user = self.user()
        person = self.model("Delegate").create(name="Earlier", handle="eafirst", user_id=user)
        row = self.model("Participation").create(
            event=later,
            delegate=person,
            organisation=self.model("Organisation").get(slug="ag-shelter"),
            confirmed_at=self.at - timedelta(days=3),
            confirmed_by_id=grant.user_id,
        )
        self.names["confirmed for an organisation"] = row.pk
        self.names["roundtable to come"] = later.pk
        self.names["from a later day"] = (
            self.model("Grant")
            .create(
                event=later,
                user_id=user,
                role="reader",
                valid_from=self.today + timedelta(days=9),
            )
            .pk
        )

    def _make_world(self) -> None:
        event = self.model("Event").create(
            code="EARLIER",
            slug="earlier",
            title="Earlier",
            starts_on=date(2024, 5, 14),
            ends_on=date(2024, 5, 15),
            time_zone="Asia/Bangkok",
            is_public=False,
            series_id=self.model("Event").first().series_id,
        )
        self.event = event.pk
        self.chairs = []
        for country in ("FJ", "TO", "WS"):
            office, user = self.organisation(country=country), self.user()
            self.model("Grant").create(
                event_id=event.pk,
                user_id=user,
                role="cochair",
                on_behalf_of=office,
                valid_from=date(2024, 1, 1),
                effective_on=date(2024, 1, 1),
            )
            self.chairs.append((user, office.pk))

    def sign(self, label: str, number: int, content: str, days: int = 3, **fields: Any) -> None:
        """By so many of the co-chairs."""
        for user, office in self.chairs[:number]:
            given = {"by_id": user, "on_behalf_of_id": office, "capacity": "cochair"}
            given |= {"confirmed_at": self.at - timedelta(days=days), "content_hash": content}
            self.model(label).create(**given | fields)

    def _add_participations(self) -> None:
        since = self.at - timedelta(days=30)
        counts = {"confirmed_at": since, "took_effect_at": since}
        opened = {"details_open_on": self.today + timedelta(days=4)}
        gone = {
            "suspended_at": since,
            "took_effect_at": since,
            "suspended_by_id": self.chairs[2][0],
        }
        # Columns; signatures by how many, of which columns; state; how many count; has effect.
        cases: list[tuple[dict[str, Any], list[tuple[int, dict[str, Any]]], str, int, bool]] = [
            ({}, [], "ASKED", 0, False),
            ({}, [(1, {})], "ASKED", 1, False),
            ({}, [(2, {"content_hash": "0" * 64})], "ASKED", 0, False),
            (counts, [(2, {"has_effect": True})], "MADE", 2, True),
            (counts | opened, [(2, {"has_effect": True})], "MADE", 2, True),
            (counts, [(1, ALONE)], "MADE", 0, True),
            (counts, [(1, ALONE | {"on_behalf_of_id": None})], "MADE", 0, True),
            (counts, [(1, ALONE), (1, {})], "MADE", 1, True),
            (counts, [(1, ALONE), (2, {})], "MADE", 2, True),
            (counts, [(1, ALONE | {"content_hash": "0" * 64})], "MADE", 0, False),
            (gone, [(2, {"has_effect": True, "before_suspension": True})], "ASKED", 0, False),
            (gone, [(2, {"before_suspension": True}), (1, {})], "ASKED", 1, False),
            (counts | {"ended_at": since}, [(2, {"has_effect": True})], "MADE", 2, True),
        ]
        for columns, signatures, state, counted, effect in cases:
            person, office = self.person(), self.organisation(country="NR")
            row = self.model("Participation").create(
                event_id=self.event, delegate=person, organisation=office, **columns
            )
            identity = f"account {person.user_id}"
            content = sha([person.handle, identity, self.event, office.pk, "government", "NR"])
            for number, fields in signatures:
                self.sign(
                    "ParticipationConfirmation", number, content, **{"participation": row} | fields
                )
            self.note("participation", row, state, counted)
            self.has_effect[row.pk] = effect

    def _add_grants(self) -> None:
        soon, past = self.today + timedelta(days=4), self.today - timedelta(days=4)
        since = self.at - timedelta(days=90)
        holder = {"valid_until": soon - timedelta(days=1), "effective_on": date(2024, 1, 1)}
        stopped = {"suspended_at": self.at, "suspended_by_id": self.chairs[2][0]}
        cases: list[tuple[str, dict[str, Any], int, str, int]] = [
            ("asked", {}, 0, "ASKED", 0),
            ("asked by no one", {"requested_by_id": None}, 0, "ASKED", 0),
            ("waits", {"effective_on": soon}, 1, "WAITING", 1),
            ("its last day", {"effective_on": self.today}, 1, "MADE", 1),
            ("in force", {"effective_on": past}, 2, "MADE", 2),
            ("from the server", {"effective_on": past, "requested_by_id": None}, 0, "MADE", 0),
            ("stopped", stopped, 0, "ASKED", 0),
            ("stopped and confirmed once", stopped, 1, "ASKED", 1),
            ("suspended", {"effective_on": past} | stopped, 2, "MADE", 2),
            ("ended", {"effective_on": past, "valid_until": past}, 2, "MADE", 2),
            ("replaced", holder, 0, "MADE", 0),
            ("replaces", {"effective_on": soon}, 1, "WAITING", 1),
        ]
        for name, columns, number, state, counted in cases:
            given = {"requested_by_id": self.chairs[2][0], "granted_at": since} | columns
            given |= {"valid_from": date(2026, 1, 1), "role": "editor", "event_id": self.event}
            if name == "replaces":
                given["replaces_id"] = self.names["replaced"]
            office = self.organisation("civil-society")
            row = self.model("Grant").create(user_id=self.user(), on_behalf_of=office, **given)
            until = str(row.valid_until)
            content = sha([row.user_id, "EARLIER", "editor", office.pk, "2026-01-01", until])
            self.sign("GrantConfirmation", number, content, grant=row)
            self.note("grant", row, state, counted, name)
            if name == "suspended":
                self.suspended.add(row.pk)
        row = self.model("Grant").create(user_id=self.user(), **given | {"replaces_id": None})
        self.sign("GrantConfirmation", 1, "0" * 64, grant=row)
        self.note("grant", row, "WAITING", 0, "of another content")

    def _add_changes(self) -> None:
        target = self.organisation("civil-society")
        sorts: list[dict[str, Any]] = [
            {"what": "kind", "kind": "agency"},
            {"what": "name", "name": "Another Name", "short_name": "AN"},
            {"what": "merge", "target": target},
            {"what": "publish"},
            {"what": "give role", "event_id": self.event, "role": "cohost"},
            {"what": "end role", "event_id": self.event, "role": "cohost"},
        ]
        stages: list[tuple[str, dict[str, Any], int, str]] = [
            ("asked", {}, 0, "ASKED"),
            ("waits", {"effective_on": self.today + timedelta(days=4)}, 1, "WAITING"),
            ("done", {"done_at": self.at - timedelta(days=2)}, 2, "MADE"),
            ("stopped", {"stopped_at": self.at - timedelta(days=2)}, 1, "STOPPED"),
        ]
        for sort in sorts:
            for stage, columns, number, state in stages:
                organisation = self.organisation("civil-society")
                if sort["what"] == "publish" and stage != "done":
                    organisation.is_name_published = False
                    organisation.save()
                self.model("EventRole").create(
                    event_id=self.event,
                    organisation=organisation,
                    role="cohost" if sort["what"] == "end role" else "participant",
                    recorded_at=self.at,
                )
                given = {"reason": "Letter", "requested_by_id": self.chairs[2][0]}
                given |= {"requested_at": self.at - timedelta(days=90)} | sort | columns
                if (sort["what"], stage) == ("name", "done"):
                    given["former_name"] = "Former Name"
                row = self.model("OrganisationChange").create(organisation=organisation, **given)
                content = [row.what, row.kind, "", row.event_id, row.role, "Letter"]
                if row.what == "name":
                    content += ["Another Name", "AN", ""]
                for side in filter(None, (organisation, row.target)):
                    content += [side.pk, side.name, "civil-society", ""]
                self.sign("OrganisationChangeConfirmation", number, sha(content), change=row)
                self.note("organisationchange", row, state, number, f"{row.what}, {stage}")

    def _add_closures(self) -> None:
        """The list of each has one person."""
        cases: list[tuple[str, int, bool, str, int]] = [
            ("no one", 0, False, "ASKED", 0),
            ("one", 1, False, "ASKED", 1),
            ("of another list", 1, True, "ASKED", 0),
            ("closed", 2, False, "MADE", 2),
        ]
        for name, number, is_other, state, counted in cases:
            event = self.model("Event").get(pk=self.event)
            self.number += 1
            event.pk, event.code, event.slug = None, f"EA{self.number}", f"ea{self.number}"
            event.save()
            person, office = self.person(), self.organisation("civil-society")
            self.model("Participation").create(
                event=event,
                delegate=person,
                organisation=office,
                confirmed_at=self.at - timedelta(days=30),
                took_effect_at=self.at - timedelta(days=30),
            )
            identity = f"account {person.user_id}"
            seat = sha([person.handle, identity, event.pk, office.pk, "civil-society", ""])
            content = sha([event.code, *([] if is_other else [seat])])
            closed = self.at - timedelta(days=2) if state == "MADE" else None
            row = self.model("ListClosure").create(event=event, closed_at=closed)
            self.sign("ListClosureConfirmation", number, content, closure=row)
            self.note("listclosure", row, state, counted, f"list: {name}")

    def _add_comparisons(self) -> None:
        statement = self.model("Statement").create(
            event_id=self.event, title="Earlier text", source_title="Earlier source"
        )
        text = "Earlier text\nEARLIER, en\n\n"
        self._compare("statement", statement, sha([text, "Earlier source", ""]), [0], "ASKED", 1)
        public = self.model("Statement").get(event__code="ZQEVENT")
        correction = self.model("Corrigendum").create(
            statement=statement, reason="A slip", source="Earlier source"
        )
        content = sha([text, "Earlier source", "A slip", False])
        self._compare("corrigendum", correction, content, [0, 1], "AGREED", 2)
        self._compare("statement", public, "0" * 64, [0], "MADE", 0)
        # Who compared; of which content; state; how many count; enough.
        cases: list[tuple[list[int | None], str, str, int]] = [
            ([], "", "ASKED", 0),
            ([0], "", "ASKED", 1),
            ([0, 1], "", "AGREED", 2),
            ([0, None], "", "AGREED", 2),
            ([0, 1], "0" * 64, "ASKED", 0),
            ([-1, 1], "", "AGREED", 2),
        ]
        for number, (who, other, state, counted) in enumerate(cases):
            row = self.model("Commitment").create(
                event_id=self.event,
                reference=f"EARLIER-C{number}",
                text="Train the staff.",
                source_title="Earlier source",
                state="draft",
            )
            row_hash = sha([row.reference, row.text, "", "Earlier source", "", "", [], []])
            self._compare("commitment", row, other or row_hash, who, state, counted)

    def _compare(
        self, kind: str, row: Any, content: str, who: list[Any], state: str, counted: int
    ) -> None:
        """By these co-chairs; None is an operator, and -1 someone whose account was erased."""
        for number in who:
            user, office = self.chairs[number] if number is not None else (self.user(), None)
            self.model("SourceComparison").create(
                **{kind: row},
                compared_by_id=None if number == -1 else user,
                organisation_id=office,
                compared_at=self.at - timedelta(days=3),
                content_hash=content,
            )
        self.note(kind, row, state, counted)
        self.publishable[kind, row.pk] = counted > 1

    # Afterwards ------------------------------------------------------------------------------

    def wrong(self) -> Iterator[str]:
        """What is otherwise now."""
        yield from other_values(self.last)
        yield from self._wrong_states()
        yield from self._wrong_first()
        with transaction.atomic():
            later = list(self._wrong_later())
            transaction.set_rollback(True)
        yield from later

    def _wrong_states(self) -> Iterator[str]:
        for (name, pk), expected in self.states.items():
            kind = kind_named(name)
            assert kind
            row = kind.model._base_manager.get(pk=pk)
            given = kind.given(row)
            found = state_of(row, given, kind.acts(row), self.at).name, len(given)
            if found != expected:
                yield f"{name} {pk} was {expected}, is {found}"
        for row in Participation.with_ended.filter(pk__in=self.has_effect):
            if has_effect(row, row.confirmations.all()) != self.has_effect[row.pk]:
                yield f"effect of participation {row.pk}"
        if {
            row.pk for row in Grant.objects.all() if is_suspended(row, self.today)
        } != self.suspended:
            yield "other rights are suspended"
        for (name, pk), expected_one in self.publishable.items():
            text = present.get_model("outcomes", name)._base_manager.get(pk=pk)
            if is_publishable(text) != expected_one:
                yield f"{name} {pk} can be public: {not expected_one}"
        released = [*Statement.objects.filter(event__code="BP2018")]
        released += [*Commitment.objects.filter(reference__startswith="BP2018-C")]
        if len(released) != 3:
            yield f"{len(released)} texts of 2018"
        yield from (f"{row} is not released" for row in released if not is_released(row))

    def _wrong_first(self) -> Iterator[str]:
        """What one person confirmed in 0.1.0 counts, and says that it was one."""
        kind = kind_named("participation")
        assert kind
        for (label, pk, column), at in self.first.items():
            if (label, column) != ("participants.Participation", "confirmed_at") or at is None:
                continue
            row = Participation.with_ended.select_related(*kind.related).get(pk=pk)
            by = self.first[label, pk, "confirmed_by_id"]
            is_for_one = pk == self.names["confirmed for an organisation"]
            office = self.confirmed_for if is_for_one else None
            found = [
                (
                    each.by_id,
                    each.capacity,
                    each.on_behalf_of_id,
                    each.confirmed_at,
                    each.has_effect,
                )
                for each in row.confirmations.all()
            ]
            if found != [(by, "alone", office, at, True)]:
                yield f"confirmations of {pk}: {found}"
            if (row.confirmed_at, row.took_effect_at, row.details_open_on) != (at, at, at.date()):
                yield f"days of participation {pk}"
            if not has_effect(row, row.confirmations.all()) or kind.given(row):
                yield f"effect of participation {pk}"
        for (label, pk, column), day in self.first.items():
            if (label, column) == ("participants.Grant", "valid_from"):
                if Grant.objects.get(pk=pk).effective_on != day:
                    yield f"right {pk} is in force from another day"
        # These columns decide who signed and who checked.
        columns = (
            "sha256 signed_at signed_by_id state approved_by_id approved_at author_id revision"
        )
        columns += " decided_by_id decided_at requested_by_id"
        same = ("outcomes.", "participants.ParticipantList")
        yield from other_values(
            {
                key: value
                for key, value in self.first.items()
                if key[0].startswith(same) and key[2] in columns.split()
            }
        )

    def _wrong_later(self) -> Iterator[str]:
        """Requests end 60 days after the upgrade; what waits comes when it would have."""
        for days, ended in ((0, False), (59, False), (60, True)):
            make_due(self.at + timedelta(days=days))
            expired = Act.objects.filter(what=Act.What.EXPIRED)
            ids = {(row.item_type.model, row.item_id) for row in expired}
            asked = {
                key
                for key, (state, _counted) in self.states.items()
                if state == "ASKED" and key[0] in ("grant", "organisationchange", "listclosure")
            }
            # To these, no one agrees.
            asked -= {("listclosure", self.names[f"list: {name}"]) for name in UNASKED}
            if ended and asked - ids:
                yield f"after {days} days, these wait: {sorted(asked - ids)}"
            if not ended and ids:
                yield f"after {days} days, these ended: {sorted(ids)}"
            if days:
                row = Grant.objects.get(pk=self.names["replaces"])
                if (row.effective_on, row.replaces_id) != (
                    self.today + timedelta(days=4),
                    self.names["replaced"],
                ):
                    yield "the right that replaces another one"
        for sort in OrganisationChange.What:
            change = OrganisationChange.objects.get(pk=self.names[f"{sort}, waits"])
            if change.done_at is None:
                yield f"{sort} was not made: {[act.reason for act in change.acts.all()]}"
        if OrganisationChange.objects.get(pk=self.names["name, done"]).former_name != "Former Name":
            yield "a former name"


ALONE = {"capacity": "alone", "has_effect": True}
UNASKED = ("no one", "of another list")
OUTCOMES = ("Statement", "Corrigendum", "Commitment", "SourceComparison")


def _apps(names: dict[str, str]) -> Any:
    executor = MigrationExecutor(connection)
    return executor.loader.project_state(list(names.items())).apps
