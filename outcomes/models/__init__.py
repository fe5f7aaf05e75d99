"""The agreed text, the commitments and their progress."""

from outcomes.models.agreement import Circulation, CirculationReply, SignOff
from outcomes.models.commitment import (
    ENDED_STATUSES,
    UNFULFILLED_STATUSES,
    Basis,
    Commitment,
    CommitmentState,
    Freshness,
    ImplementationStatus,
    freshness_of,
    freshness_q,
    overdue_q,
    years_before,
)
from outcomes.models.corrigendum import Corrigendum, Rewording
from outcomes.models.dispute import Dispute
from outcomes.models.editorial import EditorialState, EditorialText
from outcomes.models.evidence import Evidence
from outcomes.models.follow import SUBSCRIPTION_TARGETS, CalendarAddress, Subscription
from outcomes.models.offer import LeadAnswer, Offer, OfferedMilestone
from outcomes.models.outcome import Outcome, OutcomeAddressee
from outcomes.models.party import CommitmentParty, members_of_groups
from outcomes.models.progress import CompletionLevel, ProgressUpdate, ReportedBy, own_voice
from outcomes.models.related import Milestone, RelatedText
from outcomes.models.reporting_requests import Handover, Reminder, ReportingRound, RoundRequest
from outcomes.models.response import Assessment, Response
from outcomes.models.source_comparison import SourceComparison
from outcomes.models.statement import Document, Statement, Theme
from outcomes.models.synonyms import Synonyms
from outcomes.models.undertaking import Undertaking
from outcomes.models.upload import ImportedRow, ImportRecipe, Upload
from outcomes.models.version import StatementVersion

__all__ = [
    "ENDED_STATUSES",
    "SUBSCRIPTION_TARGETS",
    "UNFULFILLED_STATUSES",
    "Assessment",
    "Basis",
    "CalendarAddress",
    "Circulation",
    "CirculationReply",
    "Commitment",
    "CommitmentParty",
    "CommitmentState",
    "CompletionLevel",
    "Corrigendum",
    "Dispute",
    "Document",
    "EditorialState",
    "EditorialText",
    "Evidence",
    "Freshness",
    "Handover",
    "ImplementationStatus",
    "ImportRecipe",
    "ImportedRow",
    "LeadAnswer",
    "Milestone",
    "Offer",
    "OfferedMilestone",
    "Outcome",
    "OutcomeAddressee",
    "ProgressUpdate",
    "RelatedText",
    "Reminder",
    "ReportedBy",
    "ReportingRound",
    "Response",
    "Rewording",
    "RoundRequest",
    "SignOff",
    "SourceComparison",
    "Statement",
    "StatementVersion",
    "Subscription",
    "Synonyms",
    "Theme",
    "Undertaking",
    "Upload",
    "freshness_of",
    "freshness_q",
    "members_of_groups",
    "overdue_q",
    "own_voice",
    "years_before",
]
