"""Plain functions that make valid rows; whatever a test does not name is filled in."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, TypeVar

from allauth.account.models import EmailAddress
from django.db import models
from django.utils import timezone

from outcomes.models import (
    ENDED_STATUSES,
    Commitment,
    CommitmentParty,
    Corrigendum,
    Dispute,
    Document,
    Evidence,
    ImplementationStatus,
    Outcome,
    OutcomeAddressee,
    ProgressUpdate,
    ReportedBy,
    SourceComparison,
    Statement,
    StatementVersion,
    Synonyms,
    Theme,
)
from outcomes.models.outcome import letter_number
from outcomes.sources.hashes import source_hash
from participants.decisions.engine import sign
from participants.decisions.kind import kind_of
from participants.models import (
    AccountChange,
    Affiliation,
    Audience,
    AudienceException,
    Capacity,
    Consent,
    ConsentNotice,
    ConsentRequest,
    ContactChannel,
    Delegate,
    DelegationChange,
    EventRole,
    Grant,
    Group,
    Introduction,
    Invitation,
    InvitationRequest,
    Letter,
    Organisation,
    OrganisationChange,
    OrganisationKind,
    ParticipantList,
    Participation,
    ParticipationConfirmation,
    Proposal,
    User,
)
from participants.models.channels import ChannelKind
from participants.onboarding.invitations import invitation_url
from roundtable.models import Event, Series

AnyModel = TypeVar("AnyModel", bound=models.Model)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_numbers = count(1)
_versions = count(1)


def save(row: AnyModel) -> AnyModel:
    """Stores a row that a form would take too.

    Constraints, and whether there is what a row points to, are left to the database alone.
    """
    pointing = {field.name for field in row._meta.concrete_fields if field.is_relation}
    row.full_clean(exclude=pointing, validate_unique=False, validate_constraints=False)
    row.save()
    return row


def make_series(**fields: Any) -> Series:
    number = next(_numbers)
    return save(Series(**{"slug": f"series-{number}", "name": f"Series {number}"} | fields))


def make_event(**fields: Any) -> Event:
    number = next(_numbers)
    given: dict[str, Any] = {
        "code": f"EV{number}",
        "slug": f"event-{number}",
        "title": f"Roundtable {number}",
        "starts_on": date(2024, 5, 14),
        "ends_on": date(2024, 5, 15),
        "time_zone": "Asia/Bangkok",
        "is_public": True,
    } | fields
    return save(Event(series=given.pop("series", None) or make_series(), **given))


def make_organisation(**fields: Any) -> Organisation:
    number = next(_numbers)
    given: dict[str, Any] = {
        "slug": f"organisation-{number}",
        "name": f"Organisation {number}",
        "kind": OrganisationKind.CIVIL_SOCIETY,
    }
    return save(Organisation(**given | fields))


def make_government(country: str, name: str = "") -> Organisation:
    name = name or f"Government {country}"
    return make_organisation(name=name, kind=OrganisationKind.GOVERNMENT, country=country)


def make_group(**fields: Any) -> Group:
    number = next(_numbers)
    return save(Group(**{"slug": f"group-{number}", "name": f"Group {number}"} | fields))


def make_role(event: Event, **fields: Any) -> EventRole:
    organisation = fields.pop("organisation", None) or make_organisation(
        is_demonstration=event.is_demonstration
    )
    given: dict[str, Any] = {"role": EventRole.Role.PARTICIPANT} | fields
    return save(EventRole(event=event, organisation=organisation, **given))


def make_user(email: str = "", **fields: Any) -> User:
    """An account with its address verified, so that it can sign in."""
    user = User(email=email or f"person{next(_numbers)}@example.org", **fields)
    user.set_unusable_password()
    save(user)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_grant(user: User, event: Event, **fields: Any) -> Grant:
    """A grant in force, unless `effective_on=None`."""
    given: dict[str, Any] = {"role": Grant.Role.COCHAIR, "valid_from": date(2024, 1, 1)} | fields
    given = {"effective_on": given["valid_from"]} | given
    return save(Grant(user=user, event=event, **given))


def make_holder(event: Event, email: str = "", **fields: Any) -> User:
    """An account with a grant in force."""
    user = make_user(email)
    make_grant(user, event, **fields)
    return user


def make_delegate(**fields: Any) -> Delegate:
    """A delegate who agreed to the notice; `user=None` makes one who has never signed in."""
    given: dict[str, Any] = {"name": f"Delegate {next(_numbers)}"} | fields
    if "user" not in given:
        given["user"] = make_user()
    if given["user"]:
        given = {"consented_at": NOON, "reviewed_on": NOON.date()} | given
    return save(Delegate(**given))


def make_affiliation(delegate: Delegate, **fields: Any) -> Affiliation:
    organisation = fields.pop("organisation", None) or make_organisation(
        is_demonstration=delegate.is_demonstration
    )
    return save(Affiliation(delegate=delegate, organisation=organisation, **fields))


def make_proposal(delegate: Delegate, **fields: Any) -> Proposal:
    """A proposed workplace, unless another kind is given."""
    given: dict[str, Any] = {"kind": Proposal.Kind.WORKPLACE, "proposed_at": NOON} | fields
    if given["kind"] == Proposal.Kind.WORKPLACE and "organisation" not in given:
        given["organisation"] = make_organisation(is_demonstration=delegate.is_demonstration)
    return save(Proposal(delegate=delegate, **given))


def make_participation(
    delegate: Delegate, event: Event, *, confirmed: bool = True, **fields: Any
) -> Participation:
    given: dict[str, Any] = dict(fields)
    if "organisation" not in given:
        given["organisation"] = make_organisation(is_demonstration=event.is_demonstration)
    confirmed_by = given.pop("confirmed_by", None)
    if confirmed:
        opened = {"took_effect_at": NOON, "details_open_on": date(2024, 1, 1)}
        given = {"confirmed_at": NOON} | opened | given
    row = save(Participation(delegate=delegate, event=event, **given))
    if confirmed_by:
        make_confirmation(row, confirmed_by)
    return row


def make_confirmation(row: Participation, by: User, **fields: Any) -> ParticipationConfirmation:
    """The confirmation by one person alone, of before two were required."""
    given: dict[str, Any] = {
        "capacity": Capacity.ALONE,
        "confirmed_at": NOON,
        "has_effect": True,
    } | fields
    return save(
        ParticipationConfirmation(participation=row, by=by, content_hash=row.content_hash, **given)
    )


def make_channel(delegate: Delegate, **fields: Any) -> ContactChannel:
    given: dict[str, Any] = {
        "kind": ChannelKind.EMAIL,
        "value": f"channel{next(_numbers)}@example.org",
        "audience": Audience.ONLY_ME,
    }
    return save(ContactChannel(delegate=delegate, **given | fields))


def channel_with(value: str) -> Any:
    """The contact detail with this value, which the database cannot find; or None."""
    return next((row for row in ContactChannel.objects.all() if row.value == value), None)


def show_first(delegate: Delegate) -> None:
    """Lets civil society see a work contact, as governments must before they see theirs."""
    delegate.write(listed_to=Audience.PARTICIPANTS)
    make_channel(delegate, audience=Audience.PARTICIPANTS)


def make_exception(delegate: Delegate, **fields: Any) -> AudienceException:
    """Leaves someone out: of the listing, or of one channel if `channel` is given."""
    given: dict[str, Any] = dict(fields)
    if not {"organisation", "country", "constituency"} & set(given):
        given["organisation"] = make_organisation()
    return save(AudienceException(delegate=delegate, **given))


def make_introduction(
    first: Delegate, second: Delegate, *, accepted: bool = True, **fields: Any
) -> Introduction:
    given: dict[str, Any] = {"proposed_at": NOON, "proposed_by": first.user}
    if accepted:
        given |= {"first_accepted_at": NOON, "second_accepted_at": NOON}
    return save(Introduction(first=first, second=second, **given | fields))


def make_notice(**fields: Any) -> ConsentNotice:
    given: dict[str, Any] = {
        "purpose": ConsentNotice.Purpose.SHARING,
        # Beyond those that are written down, and no larger than PostgreSQL's column holds.
        "version": 1000 + next(_versions) % 30_000,
        "language": "en",
        "text": "I agree.",
    } | fields
    return save(ConsentNotice(sha256=ConsentNotice.digest(given["text"]), **given))


def make_consent(delegate: Delegate, **fields: Any) -> Consent:
    notice = fields.pop("notice", None) or make_notice()
    given: dict[str, Any] = {"action": Consent.Action.GIVEN, "by": Consent.By.OWNER, "at": NOON}
    return save(Consent(delegate=delegate, notice=notice, **given | fields))


def make_consent_request(delegate: Delegate, **fields: Any) -> ConsentRequest:
    given: dict[str, Any] = {
        "version": 2,
        "asked_on": NOON.date(),
        "narrows_on": NOON.date() + timedelta(days=30),
    }
    return save(ConsentRequest(delegate=delegate, **given | fields))


def make_invitation(delegate: Delegate, event: Event, **fields: Any) -> Invitation:
    """By a co-chair of the roundtable. With a `key`, there is also a link."""
    key = fields.pop("key", "")
    cochair = Grant.objects.filter(event=event, role=Grant.Role.COCHAIR).order_by("pk").first()
    if cochair is None and "invited_by" not in fields:
        cochair = make_grant(make_user(), event)
    given: dict[str, Any] = {
        "email": f"invited{next(_numbers)}@example.org",
        "invited_by": cochair.user if cochair else None,
        "invited_at": NOON,
        "expires_at": NOON + timedelta(days=14),
    }
    row: Invitation = save(Invitation(delegate=delegate, event=event, **given | fields))
    if key:
        invitation_url(row, key)
    return row


def make_invitation_request(event: Event, **fields: Any) -> InvitationRequest:
    given: dict[str, Any] = {
        "name": "Rima Asks",
        "organisation": "Example Shelter",
        "email": f"asks{next(_numbers)}@example.org",
        "requested_at": NOON,
    }
    return save(InvitationRequest(event=event, **given | fields))


def make_organisation_change(organisation: Organisation, **fields: Any) -> OrganisationChange:
    given: dict[str, Any] = {"what": "kind", "kind": "government", "reason": "Letter of 3 March"}
    given["requested_by"] = fields.pop("requested_by", None) or make_user()
    return save(OrganisationChange(organisation=organisation, **given | fields))


def make_delegation_change(event: Event, **fields: Any) -> DelegationChange:
    """A request to freeze a delegation, which waits for others."""
    given: dict[str, Any] = {"what": "freeze", "reason": "Letter of 3 March"} | fields
    given["requested_by"] = fields.pop("requested_by", None) or make_user()
    if "organisation" not in given:
        given["organisation"] = make_organisation(is_demonstration=event.is_demonstration)
    return save(DelegationChange(event=event, **given))


def make_account_change(user: User, **fields: Any) -> AccountChange:
    """Of the address, for which no one has fetched a code."""
    given: dict[str, Any] = {
        "kind": "address",
        "email": f"new{next(_numbers)}@example.org",
        "reason": "Lost the mailbox",
        "evidence": "Called",
        "requested_at": NOON,
    }
    return save(AccountChange(user=user, **given | fields))


def make_participant_list(event: Event, **fields: Any) -> ParticipantList:
    given = {"purpose": "Badges", "requested_by": make_user(), "requested_at": NOON}
    return save(ParticipantList(event=event, **given | fields))


def hold_list(user: User, event: Event) -> ParticipantList:
    """Lets a co-chair fetch the list of participants: another side has agreed a moment ago."""
    grant = user.grants.get(event=event)
    grant.on_behalf_of = grant.on_behalf_of or make_organisation()
    grant.save()
    now = timezone.now()
    return make_participant_list(
        event,
        requested_by=user,
        decided_by=make_user(),
        decided_at=now,
        expires_at=now + timedelta(days=7),
    )


def make_letter(event: Event, **fields: Any) -> Letter:
    """Without its file."""
    given = {"dated_on": date(2026, 3, 1), "entered_at": NOON} | fields
    given = given if "organisation" in given else {"organisation": make_organisation()} | given
    return save(Letter(event=event, **given))


def make_theme(**fields: Any) -> Theme:
    number = next(_numbers)
    return save(Theme(**{"slug": f"theme-{number}", "name": f"Theme {number}"} | fields))


def make_synonyms(words: str = "ferry, boat") -> Synonyms:
    return save(Synonyms(words=words))


def make_colleagues(participation: Participation) -> None:
    """As many others of the organisation as let an erasure keep a participation."""
    for _number in range(4):
        make_participation(
            make_delegate(user=None), participation.event, organisation=participation.organisation
        )


def make_statement(
    event: Event | None = None, *, points: int = 2, published: bool = True, **fields: Any
) -> Statement:
    """A statement with one lead-in and some points beneath it, stored without a history."""
    given: dict[str, Any] = {"title": "Outcome statement"} | fields
    statement = save(Statement(event=event or make_event(), **given))
    text, number = "Participants agreed to:", "1" if published else ""
    lead_in = Outcome(statement=statement, kind=Outcome.Kind.LEAD_IN, text=text, number=number)
    (lead_in,) = Outcome.objects.bulk_create([lead_in])
    Outcome.objects.bulk_create(
        Outcome(
            statement=statement,
            parent=lead_in,
            position=position,
            number=f"1.{letter_number(position - 1)}" if published else "",
            kind=Outcome.Kind.RECOMMENDATION,
            text=f"share what works ({next(_numbers)})",
        )
        for position in range(1, points + 1)
    )
    if published:
        mark_as_earlier(statement.publish(NOON))
    return statement


def mark_as_earlier(version: StatementVersion) -> None:
    """As one that was published before two organisations had to compare such texts."""
    version.published_before_comparisons = True
    version.set_seal()
    version.save()


def make_comparison(
    text: Statement | Corrigendum | Commitment, organisation: Organisation | None = None
) -> SourceComparison:
    return save(
        SourceComparison(
            **{str(text._meta.model_name): text},
            by=make_user(),
            on_behalf_of=organisation,
            confirmed_at=NOON,
            content_hash="0" * 64,
        )
    )


def compare_with_source(text: Statement | Corrigendum | Commitment) -> None:
    """Two people of two organisations that the roundtable has not had."""
    for _number in range(2):
        user, organisation = make_user(), make_organisation()
        make_grant(user, text.event, role=Grant.Role.EDITOR, on_behalf_of=organisation)
        assert sign(kind_of(text), {text.pk: source_hash(text)}, by=user, at=timezone.now())


def republish(commitment: Commitment) -> None:
    """Two organisations compared what changed, and no one of its parties is known."""
    row = Commitment.objects.get(pk=commitment.pk)
    compare_with_source(row)
    row.refresh_from_db()
    assert row.is_public


def make_outcome(statement: Statement, **fields: Any) -> Outcome:
    number = next(_numbers)
    given: dict[str, Any] = {
        "kind": Outcome.Kind.RECOMMENDATION,
        "text": f"share what works ({number})",
    } | fields
    return save(Outcome(statement=statement, **given))


def make_addressee(outcome: Outcome, **fields: Any) -> OutcomeAddressee:
    given: dict[str, Any] = fields or {"group": make_group()}
    return save(OutcomeAddressee(outcome=outcome, **given))


def make_document(event: Event, **fields: Any) -> Document:
    return save(Document(event=event, **{"title": f"Document {next(_numbers)}"} | fields))


def make_commitment(event: Event | None = None, **fields: Any) -> Commitment:
    event = event or make_event()
    number = next(_numbers)
    given: dict[str, Any] = {
        "reference": f"{event.code}-C{number}",
        "text": f"Train officers ({number})",
        "state": "public",
        "recorded_at": datetime.combine(event.starts_on, time(12), UTC),
    } | fields
    return save(Commitment(event=event, **given))


def make_party(commitment: Commitment, **fields: Any) -> CommitmentParty:
    given: dict[str, Any] = {"recorded_at": commitment.recorded_at} | fields
    if not {"organisation", "group"} & set(given):
        given["organisation"] = make_organisation(
            is_demonstration=commitment.event.is_demonstration
        )
    return save(CommitmentParty(commitment=commitment, **given))


def make_update(
    commitment: Commitment, *, approved: bool = True, by: User | None = None, **fields: Any
) -> ProgressUpdate:
    given: dict[str, Any] = {
        "reported_on": date(2025, 3, 1),
        "status": ImplementationStatus.IN_PROGRESS,
        "text": "Two courses were held.",
        "has_no_personal_details": True,
        "reported_by": ReportedBy.PARTY,
    } | fields
    if given["reported_by"] == ReportedBy.RECORDED:
        given = {"source": "https://example.org/source"} | given
    if given["status"] in ENDED_STATUSES:
        given = {"source": "https://example.org/report", "reason": "The law changed."} | given
    if "party" not in given:
        given["party"] = commitment.parties.first() or make_party(commitment)
    update = ProgressUpdate(commitment=commitment, **given)
    if update.is_of_party:
        update.claim_for_party()
    save(update)
    if approved:
        update.approve(by=by or make_user(), at=NOON)
    commitment.refresh_from_db()
    return update


def make_dispute(text: CommitmentParty | ProgressUpdate, **fields: Any) -> Dispute:
    """Of the text as it is now."""
    if isinstance(text, CommitmentParty):
        given: dict[str, Any] = {"party": text, "content_hash": source_hash(text.commitment)}
    else:
        given = {"update": text, "content_hash": text.content_hash}
    given = {"disputed_by": make_user(), "disputed_on": NOON.date()} | given | fields
    return save(Dispute(**given))


def make_evidence(update: ProgressUpdate, **fields: Any) -> Evidence:
    given: dict[str, Any] = {
        "title": "Report",
        "url": "https://example.org/report",
        "is_public": True,
    } | fields
    return save(Evidence(update=update, **given))
