"""The agreed text, the commitments and their progress."""

from outcomes.models.agreement import Circulation, Reply, SignOff
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
from outcomes.models.corrigendum import Corrigendum, Rewording
from outcomes.models.editorial import Editorial, State
from outcomes.models.evidence import Evidence
from outcomes.models.follow import FOLLOWED, Follow
from outcomes.models.offer import Offer, OfferedStep
from outcomes.models.outcome import Outcome, OutcomeAddressee
from outcomes.models.party import CommitmentParty
from outcomes.models.progress import ProgressUpdate, Step
from outcomes.models.related import Milestone, RelatedText
from outcomes.models.reporting_requests import (
    Handover,
    Reminder,
    ReportingRound,
    ReportLink,
    RoundRequest,
)
from outcomes.models.response import Assessment, Response
from outcomes.models.statement import Document, Statement, StatementVersion, Theme
from outcomes.models.upload import Upload

__all__ = [
    "ENDED",
    "FOLLOWED",
    "UNFULFILLED",
    "Assessment",
    "Circulation",
    "Commitment",
    "CommitmentParty",
    "Corrigendum",
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
    "Reply",
    "ReportLink",
    "ReportingRound",
    "Response",
    "Rewording",
    "RoundRequest",
    "SignOff",
    "State",
    "Statement",
    "StatementVersion",
    "Status",
    "Step",
    "Theme",
    "Upload",
    "fresh",
    "overdue",
    "years_before",
]
