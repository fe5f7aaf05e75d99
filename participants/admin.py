"""Imports all admin modules of this app, so that Django registers their classes."""

# ruff: noqa: F401
import participants.accounts.admin
import participants.accounts.grant_admin
import participants.introductions.admin
import participants.onboarding.admin
import participants.onboarding.delegate_admin
import participants.organisations.admin
import participants.participation.admin
import participants.participation.delegation_change_admin
import participants.participation.letter_admin
import participants.participation.participant_list_admin
