"""All that two organisations agree on, of each kind in each state."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from outcomes.models import Commitment
from outcomes.organisations import changes
from participants.accounts.grants import hand_over_grant, request_grant, suspend_grant
from participants.decisions.engine import ask, decline, make_due, sign, stop, withdraw
from participants.decisions.kind import kind_of
from participants.models import (
    Delegate,
    DelegationChange,
    EventRole,
    Grant,
    Organisation,
    OrganisationChange,
    OrganisationKind,
    Participation,
    User,
)
from participants.participation import delegation_changes
from participants.participation.closure import agree_to_close, list_hash
from participants.participation.confirmation import suspend_participation
from roundtable.models import Event
from tests.factories import (
    make_commitment,
    make_delegate,
    make_event,
    make_government,
    make_grant,
    make_organisation,
    make_participation,
    make_role,
    make_statement,
    make_user,
)
from tests.silence_procedure import make_corrigendum

What = OrganisationChange.What


class Table:
    """Those who decide at a roundtable. What is asked `before` ends on the day of the release."""

    def __init__(self, operator: User, at: datetime) -> None:
        self.operator, self.at = operator, at
        self.before = at - timedelta(days=60)
        self.holders: list[tuple[User, Organisation, str]] = []
        for role, office in (
            ("cochair", make_government("FJ")),
            ("cochair", make_government("TO")),
            ("cochair", make_government("WS")),
            ("cohost", make_organisation(kind=OrganisationKind.AGENCY)),
            ("confirmer", make_organisation()),
        ):
            self.holders.append((make_user(), office, role))
        self.first, self.second, self.third, self.host, self.confirmer = (
            user for user, _office, _role in self.holders
        )
        self.event = self.add_event("DECIDE")

    def add_event(self, code: str) -> Event:
        event = make_event(code=code, slug=code.lower(), is_public=False)
        for user, office, role in self.holders:
            make_grant(user, event, role=role, on_behalf_of=office)
        return event

    def sign(self, item: Any, *users: User, at: datetime | None = None) -> None:
        kind = kind_of(item)
        for user in users:
            stored = kind.model._default_manager.get(pk=item.pk)
            shown = {item.pk: kind.content_hash(stored)}
            assert sign(kind, shown, by=user, at=at or self.at), f"{item} is not {user}'s to sign"


def fill(operator: User, at: datetime) -> None:
    table = Table(operator, at)
    _ask_before(table)
    make_due(at)
    _add_participations(table)
    _add_rights(table)
    _add_changes(table)
    _add_closings(table)
    _add_comparisons(table)
    _add_freezings(table)


def _seat(table: Table, organisation: Organisation | None = None, **fields: Any) -> Participation:
    office = organisation or make_government("NR")
    entered: dict[str, Any] = {"entered_at": table.before, "confirmed": False}
    event = fields.pop("event", table.event)
    return make_participation(make_delegate(), event, organisation=office, **entered | fields)


def _right(table: Table, at: datetime | None = None) -> Grant:
    row = Grant(
        user=make_user(),
        event=table.event,
        role=Grant.Role.EDITOR,
        on_behalf_of=make_organisation(),
        valid_from=date(2026, 1, 1),
        reason="Edits the record.",
    )
    return request_grant(grant=row, by=table.third, at=at or table.at)


def _change(
    table: Table, what: What = What.NAME, at: datetime | None = None, **fields: Any
) -> OrganisationChange:
    given: dict[str, Any] = {"what": what, "reason": "Letter of 3 March"}
    organisation = _involved(table, fields.pop("is_name_published", what != What.PUBLISH))
    if what == What.NAME:
        given["name"] = "Another Name"
    if what == What.MERGE:
        given["target"] = _involved(table)
    if what in (What.GIVE_ROLE, What.END_ROLE):
        given = {"event": table.event, "role": EventRole.Role.COHOST} | given
    if what == What.END_ROLE:
        make_role(table.event, organisation=organisation, role=EventRole.Role.COHOST)
    row = OrganisationChange(organisation=organisation, **given | fields)
    return changes.request_change(change=row, by=table.third, at=at or table.at)


def _involved(table: Table, is_name_published: bool = True) -> Organisation:
    office = make_organisation(is_name_published=is_name_published)
    make_role(table.event, organisation=office)
    return office


def _freeze(
    table: Table,
    by: User,
    office: Organisation,
    at: datetime | None = None,
    what: str = DelegationChange.What.FREEZE,
) -> DelegationChange:
    row = DelegationChange(
        event=table.event, organisation=office, what=what, reason="Letter of 3 March"
    )
    return delegation_changes.request_change(change=row, by=by, at=at or table.at)


def _delegation(table: Table, kind: str = OrganisationKind.GOVERNMENT) -> Organisation:
    office = make_organisation(kind=kind, country="NR" if kind == "government" else "")
    make_participation(make_delegate(), table.event, organisation=office)
    return office


def _ask_before(table: Table) -> None:
    """What ends today, and what is in force by silence."""
    before = table.before
    _right(table, before)
    _change(table, at=before)
    _freeze(table, table.first, _delegation(table), before)
    ended = table.add_event("ENDED")
    assert agree_to_close(event=ended, by=table.first, shown_hash=list_hash(ended), at=before)
    table.sign(_right(table, before), table.first, at=before)
    table.sign(_change(table, at=before), table.first, at=before)


def _add_participations(table: Table) -> None:
    rows = [_seat(table) for _number in range(3)]
    asked_for = table.holders[0][1]
    ask(rows, by=table.first, organisation=asked_for, reason="Of 3 March", at=table.at)
    table.sign(rows[1], table.first)
    assert decline(rows[2], by=table.second, reason="Left the ministry.", at=table.at)
    civil = {"organisation": make_organisation()}
    table.sign(_seat(table, **civil), table.host, table.confirmer)
    table.sign(_seat(table), table.operator, table.host)
    for is_confirmed_again in (False, True):
        row = _confirmed(table)
        assert suspend_participation(participation=row, reason="Left.", by=table.third, at=table.at)
        if is_confirmed_again:
            table.sign(row, table.first)
    changed, failing = _seat(table), _seat(table)
    for row in (changed, failing):
        table.sign(row, table.first)
    Organisation.objects.filter(pk=changed.organisation_id).update(country="PW")
    Delegate.objects.filter(pk=failing.delegate_id).update(is_demonstration=True)
    table.sign(failing, table.second)
    _confirmed(table).delete()


def _confirmed(table: Table) -> Participation:
    row = _seat(table)
    table.sign(row, table.first, table.second)
    row.refresh_from_db()
    return row


def _add_rights(table: Table) -> None:
    asked, waits, refused, stopped, withdrawn, failing, suspended = (
        _right(table) for _number in range(7)
    )
    assert asked.effective_on is None
    for row in (waits, stopped, failing):
        table.sign(row, table.first)
    assert decline(refused, by=table.first, reason="Not known here.", at=table.at)
    stopped.refresh_from_db()
    assert suspend_grant(grant=stopped, reason="Wait.", by=table.second, at=table.at)
    assert withdraw(withdrawn, by=table.third, at=table.at)
    Organisation.objects.filter(slug=getattr(failing.on_behalf_of, "slug", "")).update(
        is_demonstration=True
    )
    table.sign(failing, table.second)
    table.sign(suspended, table.host, table.confirmer)
    suspended.refresh_from_db()
    assert suspend_grant(grant=suspended, reason="Wait.", by=table.second, at=table.at)
    held = make_grant(make_user(), table.event, on_behalf_of=make_organisation(), role="reader")
    on = (table.at + timedelta(days=9)).date()
    new = hand_over_grant(grant=held, to=make_user(), on=on, by=table.third, at=table.at)
    table.sign(new, table.first)


def _add_changes(table: Table) -> None:
    for what in What:
        fields: dict[str, Any] = {"kind": "agency"} if what == What.KIND else {}
        _change(table, what, **fields)
        table.sign(_change(table, what, **fields), table.first, table.host)
    for kind in OrganisationKind:
        if kind != OrganisationKind.CIVIL_SOCIETY:
            country = "NR" if kind == OrganisationKind.GOVERNMENT else ""
            table.sign(_change(table, What.KIND, kind=kind, country=country), table.confirmer)
    back = _change(table, What.KIND, kind=OrganisationKind.OTHER)
    table.sign(back, table.first, table.second)
    change = OrganisationChange(
        what=What.KIND,
        kind=OrganisationKind.CIVIL_SOCIETY,
        organisation=Organisation.objects.get(pk=back.organisation_id),
        reason="Letter of 4 March",
    )
    changes.request_change(change=change, by=table.third, at=table.at)
    stopped, withdrawn, failing = (
        _change(table, What.GIVE_ROLE, role=EventRole.Role.COCHAIR) for _number in range(3)
    )
    assert stop(stopped, by=table.first, at=table.at)
    assert withdraw(withdrawn, by=table.third, at=table.at)
    make_role(table.event, organisation=failing.organisation, role=EventRole.Role.COCHAIR)
    table.sign(failing, table.first, table.second)


def _add_closings(table: Table) -> None:
    cases: Iterable[tuple[str, list[User]]] = (
        ("ONE", [table.first]),
        ("CLOSED", [table.first, table.host]),
        ("BYTWO", [table.operator, table.confirmer]),
    )
    for code, users in cases:
        event = table.add_event(code)
        make_participation(make_delegate(), event)
        for user in users:
            assert agree_to_close(event=event, by=user, shown_hash=list_hash(event), at=table.at)
        if code == "CLOSED":  # afterwards, details open after seven days
            table.sign(_seat(table, event=event), table.first, table.second)
    event = table.add_event("OTHER")
    assert agree_to_close(event=event, by=table.first, shown_hash=list_hash(event), at=table.at)
    make_participation(make_delegate(), event)


def _add_comparisons(table: Table) -> None:
    for code, users in (("SONE", [table.first]), ("STWO", [table.first, table.operator])):
        event = table.add_event(code)
        statement = make_statement(event, points=0, published=False, source_title="A text")
        table.sign(statement, *users)
    for number in range(3):
        statement = make_statement(table.add_event(f"COR{number}"), source_title="A text")
        correction = make_corrigendum(statement, source="A text")
        table.sign(correction, *[table.first, table.second][:number])
    for number in range(3):
        row = make_commitment(table.event, state="draft", source_title="A text")
        table.sign(row, *[table.first, table.host][:number])
    changed, erased = (
        make_commitment(table.event, state="draft", source_title="A text") for _number in range(2)
    )
    table.sign(changed, table.first)
    table.sign(erased, table.second)
    Commitment.objects.filter(pk=changed.pk).update(text="Train all officers")
    erased.comparisons.update(by=None)


def _add_freezings(table: Table) -> None:
    for office in (_delegation(table), _delegation(table)):
        table.sign(_freeze(table, table.first, office), table.second)
    table.sign(
        _freeze(table, table.first, office, what=DelegationChange.What.BRING_BACK), table.second
    )
    civil = _delegation(table, OrganisationKind.CIVIL_SOCIETY)
    table.sign(_freeze(table, table.host, civil), table.confirmer)
    earlier = table.at - timedelta(days=20)
    table.sign(_freeze(table, table.host, _delegation(table), earlier), table.operator)
    refused, withdrawn = (_freeze(table, table.first, _delegation(table)) for _number in range(2))
    assert decline(refused, by=table.second, reason="Their letter stands.", at=table.at)
    assert withdraw(withdrawn, by=table.first, at=table.at)
