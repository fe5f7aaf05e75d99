"""Made-up people: accounts, profiles, invitations and introductions."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar

from django.db import models

from outcomes.models import CommitmentParty
from participants.accounts.addresses import set_sign_in_address
from participants.accounts.second_factor import add_authenticator_app
from participants.introductions.lifecycle import (
    accept_introduction,
    propose_introduction,
    request_introduction,
)
from participants.models import (
    Affiliation,
    AudienceException,
    Consent,
    ContactChannel,
    Delegate,
    DelegateLanguage,
    Grant,
    Invitation,
    InvitationRequest,
    Organisation,
    Participation,
    User,
)
from participants.onboarding.acceptance import accept_invitation, decline_invitation
from participants.onboarding.invitations import VALID_FOR, invitation_url
from participants.onboarding.requests import submit_request
from participants.participation.closure import agree_to_close, list_hash
from participants.participation.confirmation import confirm_participations
from participants.privacy import visibility
from participants.privacy.audience_choice import set_audience
from participants.privacy.consent import current_notice, renew_consent
from roundtable.models import Event

AnyModel = TypeVar("AnyModel", bound=models.Model)
Row = dict[str, Any]
HANDLE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def noon(day: date) -> datetime:
    """Noon of a day, in UTC."""
    return datetime.combine(day, time(12), UTC)


def save_valid(row: AnyModel) -> AnyModel:
    # The database checks constraints and relations: to check them here as well would take as long
    # as all other work for the demonstration.
    relations = {field.name for field in row._meta.concrete_fields if field.is_relation}
    row.full_clean(exclude=relations, validate_constraints=False)
    row.save()
    return row


def add_staff(rows: list[Row], event: Event) -> list[User]:
    """Returns the co-chairs."""
    before = event.starts_on - timedelta(days=60)
    cochairs = []
    for row in rows:
        user = get_or_create_user(row["email"], before)
        add_authenticator_app(user)
        organisation = Organisation.objects.get(slug=row["organisation"])
        grant = Grant(user=user, event=event, role=row["role"], on_behalf_of=organisation)
        grant.valid_from = grant.effective_on = before
        save_valid(grant)
        if grant.role == Grant.Role.COCHAIR:
            cochairs.append(user)
    return cochairs


def get_or_create_user(email: str, day: date) -> User:
    user = User.objects.filter(email=email).first() or User(email=email, joined_at=noon(day))
    set_sign_in_address(user, email)
    return user


def set_handles(event: Event) -> None:
    """Profiles have the same address in every copy of the demonstration."""
    random = Random(event.slug)
    for delegate in Delegate.objects.filter(participations__event=event).order_by("pk"):
        delegate.write(handle="".join(random.choices(HANDLE_LETTERS, k=10)))


def add_people(content: Row, event: Event, *, cochairs: list[User], on: date) -> None:
    participations = event.participations.select_related("delegate", "event", "organisation")
    confirmed = participations.exclude(delegate__invitation_email__in=content["unconfirmed"])
    confirmed_at = noon(event.ends_on + timedelta(days=5))
    for user in User.objects.filter(grants__event=event).order_by("pk"):
        confirm_participations(participations=confirmed, by=user, at=confirmed_at)
    for user in cochairs:
        agree_to_close(event=event, by=user, shown_hash=list_hash(event), at=confirmed_at)
    by_email = {row.delegate.invitation_email: row for row in participations}
    joined_on = event.ends_on + timedelta(days=12)
    for number, row in enumerate(content["people"]):
        participation = by_email[row["email"]]
        invitation = _invite(participation.delegate, event, by=cochairs[0], on=joined_on)
        user = get_or_create_user(row["email"], joined_on)
        delegate = accept_invitation(
            invitation=invitation, user=user, notice=current_notice("en"), at=noon(joined_on)
        )
        assert delegate is not None
        _fill_profile(delegate, participation, row, at=noon(joined_on))
        _ask_to_report(delegate, participation, row, at=noon(event.ends_on + timedelta(days=40)))
        renewed_at = noon(on - timedelta(days=20 + number * 5))
        renew_consent(delegate, notice=current_notice("en"), by=Consent.By.OWNER, at=renewed_at)


def _invite(delegate: Delegate, event: Event, *, by: User, on: date) -> Invitation:
    # `send_invitation` would email a key that no one knows. This one is easy to guess, which is
    # safe: made-up people are never on a portal in use.
    key = f"demonstration-{delegate.invitation_email.partition('@')[0]}"
    invitation = save_valid(
        Invitation(
            delegate=delegate,
            event=event,
            email=delegate.invitation_email,
            invited_by=by,
            invited_at=noon(on),
            expires_at=noon(on) + VALID_FOR,
        )
    )
    invitation_url(invitation, key)
    return invitation


def _fill_profile(
    delegate: Delegate, participation: Participation, row: Row, *, at: datetime
) -> None:
    affiliation = delegate.affiliations.get()
    if earlier := row.get("worked_before_at"):
        moved = date(participation.event.starts_on.year - 2, 9, 1)
        affiliation.since = moved
        save_valid(affiliation)
        organisation = Organisation.objects.get(slug=earlier)
        since, until = date(moved.year - 3, 2, 1), moved - timedelta(days=1)
        save_valid(
            Affiliation(delegate=delegate, organisation=organisation, since=since, until=until)
        )
    delegate.write(
        post=affiliation.post,
        about=row.get("about", ""),
        listed_to=row["listed_to"],
        is_protected=row.get("is_protected", False),
    )
    for language in row["languages"]:
        save_valid(DelegateLanguage(delegate=delegate, language=language))
    for channel in row.get("channels", []):
        save_valid(ContactChannel(delegate=delegate, **channel))
    organisations = Organisation.objects.filter(slug__in=row.get("excluded_organisations", []))
    exceptions = [AudienceException(delegate=delegate, organisation=one) for one in organisations]
    exceptions += [
        AudienceException(delegate=delegate, constituency=one)
        for one in row.get("excluded_constituencies", [])
    ]
    if exceptions:
        set_audience(delegate, None, audience=row["listed_to"], exceptions=exceptions, at=at)


def _ask_to_report(
    delegate: Delegate, participation: Participation, row: Row, *, at: datetime
) -> None:
    accepted = row.get("reports_on", [])
    parties = CommitmentParty.objects.filter(
        commitment__event=participation.event,
        commitment__reference__in=[*accepted, *row.get("asked_to_report_on", [])],
        organisation=participation.organisation,
    )
    for party in parties.select_related("commitment"):
        party.request_focal_point(delegate)
        if party.commitment.reference in accepted:
            party.accept(at)


def add_invitations(content: Row, event: Event, *, by: User, on: date) -> None:
    for row in content["invitations"]:
        delegate = Delegate.objects.get(invitation_email=row["email"])
        day = on - timedelta(days=row["days_ago"])
        invitation = _invite(delegate, event, by=by, on=day)
        if row.get("is_wrong_person"):
            decline_invitation(invitation=invitation, by=None, at=noon(day + timedelta(days=1)))
        if row.get("has_signed_in"):  # sees the welcome page at the next sign-in
            get_or_create_user(row["email"], on)
    for row in content["invitation_requests"]:
        at = noon(on - timedelta(days=row.pop("days_ago")))
        submit_request(invitation_request=InvitationRequest(event=event, **row), at=at)


def add_introductions(content: Row, *, by: User, on: date) -> None:
    """`by` proposes those that the first person cannot request."""
    people = {
        row.invitation_email: row
        for row in Delegate.objects.filter(user__isnull=False).select_related("user")
    }
    for row in content["introductions"]:
        first, second = people[row["first"]], people[row["second"]]
        day = on - timedelta(days=row["days_ago"])
        if row.get("is_proposed"):
            introduction = propose_introduction(
                first=first, second=second, by=by, message=row["message"], at=noon(day)
            )
            accept_introduction(introduction, by=first, at=noon(day))
        else:
            requested = request_introduction(
                by=first, handle=second.handle, message=row["message"], at=noon(day)
            )
            assert requested is not None
            introduction = requested
        if row["is_accepted"]:
            accept_introduction(introduction, by=second, at=noon(day + timedelta(days=1)))
    for row in content["profile_views"]:
        viewer = people[row["by"]].user if "by" in row else by
        assert viewer is not None
        handle = people[row["of"]].handle
        visibility.reveal(viewer, handle, noon(on - timedelta(days=row["days_ago"])))
