"""Registers the admin of people, organisations and accounts."""

from participants.accounts.admin import FactorResetAdmin, UserAdmin
from participants.accounts.grant_admin import GrantAdmin
from participants.introductions.admin import IntroductionAdmin
from participants.onboarding.admin import InvitationRequestAdmin
from participants.organisations.admin import GroupAdmin, OrganisationAdmin
from participants.participation.admin import DelegateAdmin, ParticipationAdmin
from participants.participation.participant_list_admin import ParticipantListAdmin

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
