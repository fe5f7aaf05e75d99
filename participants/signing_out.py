"""Ending a person's sessions from the inside."""

from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest

from participants.models import User


def end_sessions(user: User) -> None:
    """Ends each session of the account, on every device."""
    # Django seals sessions with this field. A list of sessions alone could miss one.
    user.set_unusable_password()
    user.save(update_fields=["password"])
    UserSession.objects.filter(user=user).delete()


def keep_session(request: HttpRequest) -> None:
    """Keeps the session that asks, after `end_sessions` was called for its own account."""
    assert isinstance(request.user, User)
    request.user.refresh_from_db(fields=["password"])
    update_session_auth_hash(request, request.user)
    UserSession.objects.create_from_request(request)
