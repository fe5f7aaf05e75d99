"""Consents, excluded audiences, introductions, invitations and profile views of made-up people."""

from datetime import date, timedelta

from outcomes.demo.people import Person, demo_organisation, get_or_create_user, noon, save_valid
from participants.models import (
    AudienceException,
    Consent,
    Constituency,
    Delegate,
    Introduction,
    Invitation,
    InvitationRequest,
    User,
)
from participants.onboarding.invitations import VALID_FOR
from participants.privacy import visibility
from participants.privacy.consent import current_notice, give_consent, renew_consent
from roundtable.models import Event

# Days between the invitation and the last day of progress; other people are not invited.
INVITED_DAYS_AGO = {"binita": 2, "bounmy": 3, "kavitha": 30, "pema": 20}
INVITATION_REQUESTS = [
    (
        "Thandiwe Dlamini",
        "Harbour Lights Shelter (example)",
        "thandiwe@example.org",
        "I spoke in the second session, about shelters.",
    ),
    ("Luka Horvat", "Agency for Decent Work (example)", "luka@example.org", ""),
]


def add_invitations(event: Event, *, by: User, on: date) -> None:
    for delegate in Delegate.objects.filter(user__isnull=False, participations__event=event):
        assert delegate.user is not None
        _invite(delegate, event, by, delegate.user.joined_at.date(), Invitation.Answer.ACCEPTED)
    for key, days in INVITED_DAYS_AGO.items():
        delegate = Delegate.objects.get(invitation_email=f"{key}@example.org")
        _invite(delegate, event, by, on - timedelta(days=days), "")
    _decline_as_wrong_person("pema@example.org")
    # Has entered the code, and sees the welcome page at the next sign-in.
    get_or_create_user("bounmy@example.org", on)
    for number, (name, works_for, email, note) in enumerate(INVITATION_REQUESTS, start=1):
        save_valid(
            InvitationRequest(
                event=event,
                name=name,
                organisation=works_for,
                email=email,
                note=note,
                requested_at=noon(on - timedelta(days=number)),
            )
        )


def _invite(delegate: Delegate, event: Event, by: User, day: date, answer: str) -> None:
    key = delegate.invitation_email.partition("@")[0]
    save_valid(
        Invitation(
            delegate=delegate,
            event=event,
            email=delegate.invitation_email,
            # Easy to guess, which is safe: made-up people are never on a portal in use.
            token_hash=Invitation.digest(f"demonstration-{key}"),
            invited_by=by,
            invited_at=noon(day),
            expires_at=noon(day) + VALID_FOR,
            answer=answer,
            answered_at=noon(day) if answer else None,
        )
    )


def _decline_as_wrong_person(email: str) -> None:
    invitation = Invitation.objects.get(email=email)
    invitation.answer = Invitation.Answer.NOT_ME
    invitation.answered_at = invitation.invited_at + timedelta(days=1)
    save_valid(invitation)
    # As `decline_invitation` does, but without an audit entry, because no one did it.
    Invitation.objects.filter(pk=invitation.pk).update(email="")
    Delegate.objects.filter(invitation_email=email).update(invitation_email="")


# Sender, recipient, days before the last day of progress, message, whether it was accepted.
INTRODUCTIONS = [
    ("ayse", "delegate", 4, "We both help crews. May I call you about a ship in your port?", False),
    ("delegate", "meiling", 9, "I would like to hear about recruitment without fees.", False),
    ("delegate", "sunita", 40, "A family asks for news of a fisher.", True),
]
# Proposed by a co-chair, because one of the two is protected.
PROPOSED_INTRODUCTION = ("delegate", "aung", 30, "You take over from each other at night.")
PROFILE_VIEWS = [("nasrin", 26), ("khin", 12), ("fatima", 3)]


def add_sharing(people: list[Person], *, by: User, on: date) -> None:
    for number, person in enumerate(people):
        if person.listed_to:
            _give_consent(_delegate(person.key), on - timedelta(days=20 + number * 5))
        for word in person.leaves_out:
            is_constituency = word in Constituency.values
            save_valid(
                AudienceException(
                    delegate=_delegate(person.key),
                    constituency=word if is_constituency else "",
                    organisation=None if is_constituency else demo_organisation(word),
                )
            )
    for first, second, days, message, is_accepted in INTRODUCTIONS:
        _introduce(first, second, on - timedelta(days=days), message, is_accepted)
    first, second, days, message = PROPOSED_INTRODUCTION
    _introduce(first, second, on - timedelta(days=days), message, True, by=by)
    handle = _delegate("delegate").handle
    visibility.reveal(by, handle, noon(on - timedelta(days=33)))
    for key, days in PROFILE_VIEWS:
        user = _delegate(key).user
        assert user is not None
        visibility.reveal(user, handle, noon(on - timedelta(days=days)))


def _delegate(key: str) -> Delegate:
    return Delegate.objects.select_related("user").get(user__email=f"{key}@example.org")


def _give_consent(delegate: Delegate, renewed_on: date) -> None:
    assert delegate.user is not None
    notice = current_notice("en")
    give_consent(delegate, notice=notice, by=Consent.By.OWNER, at=delegate.user.joined_at)
    renew_consent(delegate, notice=current_notice("en"), by=Consent.By.OWNER, at=noon(renewed_on))


def _introduce(
    first: str, second: str, day: date, message: str, is_accepted: bool, by: User | None = None
) -> None:
    asking, asked = _delegate(first), _delegate(second)
    save_valid(
        Introduction(
            first=asking,
            second=asked,
            proposed_by=by or asking.user,
            message=message,
            proposed_at=noon(day),
            first_accepted_at=noon(day) if is_accepted or not by else None,
            second_accepted_at=noon(day + timedelta(days=1)) if is_accepted else None,
        )
    )
