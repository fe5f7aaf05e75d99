"""The agreed text, the commitments and their progress."""

from outcomes.models.asking import Handover, Reminder, ReportingRound, ReportLink, RoundRequest
from outcomes.models.commitment import (
    ENDED,
    UNFULFILLED,
    Commitment,
    Freshness,
    Status,
    fresh,
    overdue,
    years_before,
)
from outcomes.models.editorial import Editorial, State
from outcomes.models.evidence import Evidence
from outcomes.models.following import FOLLOWED, Follow
from outcomes.models.offer import Offer, OfferedStep
from outcomes.models.outcome import Outcome, OutcomeAddressee
from outcomes.models.party import CommitmentParty
from outcomes.models.progress import ProgressUpdate, Step
from outcomes.models.related import Milestone, RelatedText
from outcomes.models.response import Assessment, Response
from outcomes.models.statement import Document, Statement, Theme

__all__ = [
    "ENDED",
    "FOLLOWED",
    "UNFULFILLED",
    "Assessment",
    "Commitment",
    "CommitmentParty",
    "Document",
    "Editorial",
    "Evidence",
    "Follow",
    "Freshness",
    "Handover",
    "Milestone",
    "Offer",
    "OfferedStep",
    "Outcome",
    "OutcomeAddressee",
    "ProgressUpdate",
    "RelatedText",
    "Reminder",
    "ReportLink",
    "ReportingRound",
    "Response",
    "RoundRequest",
    "State",
    "Statement",
    "Status",
    "Step",
    "Theme",
    "fresh",
    "overdue",
    "years_before",
]
