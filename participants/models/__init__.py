"""People, organisations and what they share."""

from participants.models.consent import Consent, ConsentNotice
from participants.models.contact import ContactChannel, RevealBudget
from participants.models.delegate import Audience, Delegate, DelegateLanguage
from participants.models.exception import AudienceException
from participants.models.former import FormerHandle, FormerSlug
from participants.models.group import Group, members_of
from participants.models.introduction import Introduction
from participants.models.invitation import Invitation, InvitationRequest
from participants.models.keeping import Erasure, ReviewStep
from participants.models.listing import ParticipantList
from participants.models.organisation import (
    Constituency,
    EventRole,
    Kind,
    Organisation,
    RecordedCount,
    check_made_up,
)
from participants.models.participation import Affiliation, Participation
from participants.models.recovery import FactorReset
from participants.models.user import Grant, User

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
