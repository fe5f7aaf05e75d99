"""The agreed text, the commitments and their progress."""

from outcomes.models.commitment import ENDED, Commitment, CommitmentParty, Status
from outcomes.models.outcome import Outcome, OutcomeAddressee
from outcomes.models.progress import Evidence, ProgressUpdate
from outcomes.models.statement import Document, Statement, Theme

__all__ = [
    "ENDED",
    "Commitment",
    "CommitmentParty",
    "Document",
    "Evidence",
    "Outcome",
    "OutcomeAddressee",
    "ProgressUpdate",
    "Statement",
    "Status",
    "Theme",
]
