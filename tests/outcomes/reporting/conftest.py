"""A party that reports, and the link in the email to its focal point."""

from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from outcomes.models import CommitmentParty
from outcomes.reporting.links import create_report_link
from participants.models import Delegate
from roundtable.models import Event


@pytest.fixture
def party(event: Event, focal_point: Delegate) -> CommitmentParty:
    """Has an approved report for 1 March 2025, and a focal point who accepted."""
    return event.commitments.get(reference="RT2024-C1").parties.get()


@pytest.fixture
def path(party: CommitmentParty) -> str:
    """Where its focal point reports."""
    return urlsplit(create_report_link(party, at=timezone.now())).path
