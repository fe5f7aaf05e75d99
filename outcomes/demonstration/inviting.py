"""Invitations in each state, and requests to be invited, for the co-chairs' desk to show."""

from datetime import date, timedelta

from outcomes.demonstration.people import account, noon, store
from participants.models import Delegate, Invitation, InvitationRequest, User
from participants.onboarding.invitations import VALID
from roundtable.models import Event

# How many days before the last one each was invited; others have not been.
DAYS_AGO = {"binita": 2, "bounmy": 3, "kavitha": 30, "pema": 20}
REQUESTS = [
    (
        "Thandiwe Dlamini",
        "Harbour Lights Shelter (example)",
        "thandiwe@example.org",
        "I spoke in the second session, about shelters.",
    ),
    ("Luka Horvat", "Agency for Decent Work (example)", "luka@example.org", ""),
]


def add_invitations(event: Event, *, by: User, on: date) -> None:
    """Some were invited, one of them is about to answer, and two people ask to be."""
    for delegate in Delegate.objects.filter(user__isnull=False, participations__event=event):
        assert delegate.user is not None
        _invite(delegate, event, by, delegate.user.joined_at.date(), Invitation.Answer.AGREED)
    for key, days in DAYS_AGO.items():
        delegate = Delegate.objects.get(invitation_email=f"{key}@example.org")
        _invite(delegate, event, by, on - timedelta(days=days), "")
    _say_not_me("pema@example.org")
    # Has entered the code, and finds the welcome on signing in.
    account("bounmy@example.org", on)
    for number, (name, works_for, email, note) in enumerate(REQUESTS, start=1):
        store(
            InvitationRequest(
                event=event,
                name=name,
                organisation=works_for,
                email=email,
                note=note,
                asked_at=noon(on - timedelta(days=number)),
            )
        )


def _invite(delegate: Delegate, event: Event, by: User, day: date, answer: str) -> None:
    key = delegate.invitation_email.partition("@")[0]
    store(
        Invitation(
            delegate=delegate,
            event=event,
            email=delegate.invitation_email,
            # Easily guessed: made-up people are never on a portal that is in use.
            token_hash=Invitation.digest(f"demonstration-{key}"),
            invited_by=by,
            invited_at=noon(day),
            expires_at=noon(day) + VALID,
            answer=answer,
            answered_at=noon(day) if answer else None,
        )
    )


def _say_not_me(email: str) -> None:
    invitation = Invitation.objects.get(email=email)
    invitation.answer = Invitation.Answer.NOT_ME
    invitation.answered_at = invitation.invited_at + timedelta(days=1)
    store(invitation)
    # As `joining.refuse` does, without an entry in the log: nobody did it.
    Invitation.objects.filter(pk=invitation.pk).update(email="")
    Delegate.objects.filter(invitation_email=email).update(invitation_email="")
