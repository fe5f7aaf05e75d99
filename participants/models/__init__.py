"""People, organisations and what they share."""

from participants.models.consent import Consent, ConsentNotice
from participants.models.contact import AudienceException, ContactChannel, RevealBudget
from participants.models.delegate import Audience, Delegate, DelegateLanguage
from participants.models.introduction import Introduction
from participants.models.invitation import Invitation, InvitationRequest
from participants.models.organisation import (
    Constituency,
    EventRole,
    Group,
    Kind,
    Organisation,
    RecordedCount,
    check_made_up,
    members_of,
)
from participants.models.participant_list import ParticipantList
from participants.models.participation import Affiliation, Participation
from participants.models.redirects import FormerHandle, FormerSlug
from participants.models.retention import Erasure, ReviewStep
from participants.models.user import FactorReset, Grant, User

__all__ = [
    "Affiliation",
    "Audience",
    "AudienceException",
    "Consent",
    "ConsentNotice",
    "Constituency",
    "ContactChannel",
    "Delegate",
    "DelegateLanguage",
    "Erasure",
    "EventRole",
    "FactorReset",
    "FormerHandle",
    "FormerSlug",
    "Grant",
    "Group",
    "Introduction",
    "Invitation",
    "InvitationRequest",
    "Kind",
    "Organisation",
    "ParticipantList",
    "Participation",
    "RecordedCount",
    "RevealBudget",
    "ReviewStep",
    "User",
    "check_made_up",
    "members_of",
]
