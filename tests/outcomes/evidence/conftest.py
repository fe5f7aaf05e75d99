"""A report that files are added to, and PDFs that are checked without a process of their own."""

from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from outcomes.evidence import pdf
from outcomes.evidence.pdf_objects import unsafe_name
from outcomes.models import CommitmentParty
from outcomes.reporting.links import create_report_link
from participants.models import Delegate
from roundtable.models import Event


@pytest.fixture
def pdf_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting a process for each PDF would take longer than the tests."""
    monkeypatch.setattr(
        pdf, "run_limited", lambda _module, content: (unsafe_name(content) or "").encode()
    )


@pytest.fixture
def party(event: Event, focal_point: Delegate) -> CommitmentParty:
    return event.commitments.get(reference="RT2024-C1").parties.get()


@pytest.fixture
def path(party: CommitmentParty) -> str:
    """Where its focal point reports."""
    return urlsplit(create_report_link(party, at=timezone.now())).path
