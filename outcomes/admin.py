"""Imports all admin modules of this app, so that Django registers them."""

from outcomes.commitments.admin import CommitmentAdmin
from outcomes.commitments.related_admin import MilestoneAdmin
from outcomes.contributions.admin import AssessmentAdmin, OfferAdmin, ResponseAdmin
from outcomes.duplicates.admin import merge_two_organisations, merge_two_people
from outcomes.reporting.admin import ProgressUpdateAdmin
from outcomes.reporting.batch_admin import BatchAdmin
from outcomes.reporting.rounds_admin import ReportingRoundAdmin
from outcomes.site.admin import EventAdmin, SeriesAdmin
from outcomes.statements.admin import OutcomeAdmin, StatementAdmin, ThemeAdmin

__all__ = [
    "AssessmentAdmin",
    "BatchAdmin",
    "CommitmentAdmin",
    "EventAdmin",
    "MilestoneAdmin",
    "OfferAdmin",
    "OutcomeAdmin",
    "ProgressUpdateAdmin",
    "ReportingRoundAdmin",
    "ResponseAdmin",
    "SeriesAdmin",
    "StatementAdmin",
    "ThemeAdmin",
    "merge_two_organisations",
    "merge_two_people",
]
