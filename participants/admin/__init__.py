"""The admin of people, organisations and accounts."""

from participants.admin.accounts import UserAdmin
from participants.admin.grants import GrantAdmin
from participants.admin.introductions import IntroductionAdmin
from participants.admin.invitations import InvitationRequestAdmin
from participants.admin.listing import ParticipantListAdmin
from participants.admin.organisations import GroupAdmin, OrganisationAdmin
from participants.admin.people import DelegateAdmin, ParticipationAdmin
from participants.admin.resets import FactorResetAdmin

__all__ = [
    "DelegateAdmin",
    "FactorResetAdmin",
    "GrantAdmin",
    "GroupAdmin",
    "IntroductionAdmin",
    "InvitationRequestAdmin",
    "OrganisationAdmin",
    "ParticipantListAdmin",
    "ParticipationAdmin",
    "UserAdmin",
]
