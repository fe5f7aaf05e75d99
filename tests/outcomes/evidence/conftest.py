"""A report that files are added to, and PDFs that are checked without a process of their own."""

import pytest

from roundtable.uploads import pdf
from roundtable.uploads.pdf_objects import unsafe_name
from tests.outcomes.reporting.conftest import party, path

__all__ = ["party", "path"]


@pytest.fixture
def pdf_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting a process for each PDF would take longer than the tests."""
    monkeypatch.setattr(
        pdf, "run_limited", lambda _module, content: (unsafe_name(content) or "").encode()
    )
