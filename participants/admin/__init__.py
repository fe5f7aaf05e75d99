"""The admin of people, organisations and accounts."""

from participants.admin.accounts import GrantAdmin, UserAdmin
from participants.admin.introductions import IntroductionAdmin
from participants.admin.invitations import InvitationRequestAdmin
from participants.admin.organisations import GroupAdmin, OrganisationAdmin
from participants.admin.people import DelegateAdmin, ParticipationAdmin

__all__ = [
    "DelegateAdmin",
    "GrantAdmin",
    "GroupAdmin",
    "IntroductionAdmin",
    "InvitationRequestAdmin",
    "OrganisationAdmin",
    "ParticipationAdmin",
    "UserAdmin",
]
