"""People, organisations and what they share."""

from participants.models.account_change import AccountChange
from participants.models.act import Act, Bundle
from participants.models.confirmation import (
    Capacity,
    GrantConfirmation,
    ListClosure,
    ListClosureConfirmation,
    ParticipationConfirmation,
)
from participants.models.consent import Consent, ConsentNotice, ConsentRequest
from participants.models.contact import AudienceException, ContactChannel, RevealBudget
from participants.models.delegate import Audience, Delegate, DelegateLanguage
from participants.models.delegation_change import DelegationChange, DelegationChangeConfirmation
from participants.models.email_link import BOUND_TO_ADDRESS, EmailLink
from participants.models.hiding import HidingCode, HidingWay
from participants.models.introduction import Introduction
from participants.models.invitation import Invitation, InvitationRequest
from participants.models.letter import Letter
from participants.models.organisation import (
    Constituency,
    EventRole,
    Group,
    Organisation,
    OrganisationKind,
    RecordedCount,
    member_condition,
    membership_condition,
    validate_same_demonstration,
)
from participants.models.organisation_change import (
    OrganisationChange,
    OrganisationChangeConfirmation,
)
from participants.models.participant_list import ParticipantList
from participants.models.participation import Affiliation, Participation
from participants.models.proposal import Proposal
from participants.models.redirects import HandleRedirect, SlugRedirect
from participants.models.retention import Erasure, RetentionAction
from participants.models.user import Grant, ProviderIdentity, User

__all__ = [
    "BOUND_TO_ADDRESS",
    "AccountChange",
    "Act",
    "Affiliation",
    "Audience",
    "AudienceException",
    "Bundle",
    "Capacity",
    "Consent",
    "ConsentNotice",
    "ConsentRequest",
    "Constituency",
    "ContactChannel",
    "Delegate",
    "DelegateLanguage",
    "DelegationChange",
    "DelegationChangeConfirmation",
    "EmailLink",
    "Erasure",
    "EventRole",
    "Grant",
    "GrantConfirmation",
    "Group",
    "HandleRedirect",
    "HidingCode",
    "HidingWay",
    "Introduction",
    "Invitation",
    "InvitationRequest",
    "Letter",
    "ListClosure",
    "ListClosureConfirmation",
    "Organisation",
    "OrganisationChange",
    "OrganisationChangeConfirmation",
    "OrganisationKind",
    "ParticipantList",
    "Participation",
    "ParticipationConfirmation",
    "Proposal",
    "ProviderIdentity",
    "RecordedCount",
    "RetentionAction",
    "RevealBudget",
    "SlugRedirect",
    "User",
    "member_condition",
    "membership_condition",
    "validate_same_demonstration",
]
