"""People, organisations and what they share."""

from participants.models.contact import ContactChannel, RevealBudget
from participants.models.delegate import (
    Affiliation,
    Audience,
    Delegate,
    DelegateLanguage,
    Participation,
)
from participants.models.organisation import (
    Constituency,
    EventRole,
    Group,
    Kind,
    Organisation,
    RecordedCount,
    check_made_up,
)
from participants.models.user import Grant, User

__all__ = [
    "Affiliation",
    "Audience",
    "Constituency",
    "ContactChannel",
    "Delegate",
    "DelegateLanguage",
    "EventRole",
    "Grant",
    "Group",
    "Kind",
    "Organisation",
    "Participation",
    "RecordedCount",
    "RevealBudget",
    "User",
    "check_made_up",
]
