"""A statement that two co-chairs bring to agreement, with everyone who takes part in that."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from outcomes.models import (
    Circulation,
    CirculationReply,
    Corrigendum,
    Outcome,
    Rewording,
    SignOff,
    Statement,
)
from outcomes.models.version import StatementVersion, save_version
from outcomes.statements import signing, silence_procedure
from participants.models import Delegate, EventRole, Organisation, User
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_delegate,
    make_event,
    make_grant,
    make_organisation,
    make_outcome,
    make_participation,
    make_role,
    make_statement,
    make_user,
    save,
)

CIRCULATED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
DEADLINE = CIRCULATED_AT + timedelta(days=7)
AFTER_DEADLINE = DEADLINE + timedelta(hours=1)


@dataclass
class AgreementCase:
    """Two co-chairs, two more organisations, and the draft that they are to agree on."""

    event: Event
    statement: Statement
    first: User  # acts for Indonesia
    second: User  # acts for Australia
    cochairs: list[Organisation]
    shelter: Organisation
    speaker: Delegate  # for the shelter
    ministry: Organisation  # none of its people can sign in


def make_agreement_case(**fields: Any) -> AgreementCase:
    """A roundtable that is not public yet, with a draft of two points."""
    event = make_event(**({"code": "AG", "slug": "agree", "is_public": False} | fields))
    names = ("Indonesia", "Australia")
    cochairs = [
        make_organisation(slug=f"ag-{name.lower()}", name=name, short_name=name, kind="government")
        for name in names
    ]
    users = []
    for office in cochairs:
        make_role(event, organisation=office, role=EventRole.Role.COCHAIR)
        users.append(make_user(f"{office.name.lower()}@example.org"))
        make_grant(users[-1], event, on_behalf_of=office)
    shelter = make_organisation(slug="ag-shelter", name="Example Shelter", short_name="Shelter")
    speaker = make_delegate(name="Sari Speaks", user=make_user("sari@example.org"))
    make_participation(speaker, event, organisation=shelter)
    ministry = make_organisation(
        slug="ag-ministry", name="Ministry of Silence", short_name="Ministry"
    )
    make_role(event, organisation=ministry)
    statement = make_statement(event, points=0, published=False, introduction="We met in Bali.")
    lead_in = statement.outcomes.get()
    for number, words in enumerate(("protect those who were trafficked", "share what works"), 1):
        make_outcome(statement, parent=lead_in, position=number, text=words)
    return AgreementCase(event, statement, users[0], users[1], cochairs, shelter, speaker, ministry)


def circulate_draft(case: AgreementCase) -> Circulation:
    """The draft, sent round."""
    found = silence_procedure.circulate(
        case.statement, deadline=DEADLINE, by=case.first, at=CIRCULATED_AT
    )
    case.statement.refresh_from_db()
    return found


def sign_draft(case: AgreementCase) -> Statement:
    """The draft, met with silence and signed by both."""
    version = circulate_draft(case).version
    for user in (case.first, case.second):
        signing.sign(case.statement, sha256=version.sha256, by=user, at=AFTER_DEADLINE)
    case.statement.refresh_from_db()
    return case.statement


def publish_draft(case: AgreementCase) -> Statement:
    """The same, published."""
    statement = sign_draft(case)
    signing.publish_signed(statement, by=case.first, at=AFTER_DEADLINE)
    statement.refresh_from_db()
    return statement


# At the desk --------------------------------------------------------------------------------


def agreement_url(statement: Statement) -> str:
    """The page on which a statement is agreed."""
    return reverse("admin:outcomes_statement_agreement", args=[statement.pk])


def step_url(statement: Statement, step: str) -> str:
    """What a button of that page is sent to."""
    return reverse(f"admin:outcomes_statement_{step}", args=[statement.pk])


def press_agreement_button(client: Client, statement: Statement, step: str, **sent: str) -> Any:
    """Opens the page and presses a button of it; the page that follows."""
    page = client.get(agreement_url(statement)).content.decode()
    hashes = re.findall(r'<code class="hash">(\w{64})</code>', page)
    given = {"sha256": hashes[-1] if hashes else ""} | sent
    return client.post(step_url(statement, step), given, follow=True)


# Rows by themselves ------------------------------------------------------------------------


def make_version(statement: Statement | None = None) -> StatementVersion:
    statement = statement or make_statement(published=False)
    return save_version(statement.pk, statement.canonical_text(), at=NOON)


def make_circulation(version: StatementVersion | None = None, **fields: Any) -> Circulation:
    given: dict[str, Any] = {"opened_at": NOON, "deadline": NOON + timedelta(days=7)} | fields
    return save(Circulation(version=version or make_version(), **given))


def make_reply(circulation: Circulation | None = None, **fields: Any) -> CirculationReply:
    organisation = fields.pop("organisation", None) or make_organisation()
    circulation = circulation or make_circulation()
    return save(CirculationReply(circulation=circulation, organisation=organisation, **fields))


def make_sign_off(version: StatementVersion | None = None, **fields: Any) -> SignOff:
    version = version or make_version()
    given: dict[str, Any] = {"sha256": version.sha256, "signed_at": NOON, "signer": make_user()}
    organisation = fields.pop("organisation", None) or make_organisation()
    return save(SignOff(version=version, organisation=organisation, **given | fields))


def make_corrigendum(statement: Statement | None = None, **fields: Any) -> Corrigendum:
    given: dict[str, Any] = {"reason": "A slip of the pen."} | fields
    return save(Corrigendum(statement=statement or make_statement(), **given))


def make_rewording(corrigendum: Corrigendum | None = None, **fields: Any) -> Rewording:
    corrigendum = corrigendum or make_corrigendum()
    point: Outcome = corrigendum.statement.outcomes.points()[0]
    given: dict[str, Any] = {"outcome": point, "before": point.text, "after": "other words"}
    return save(Rewording(corrigendum=corrigendum, **given | fields))
