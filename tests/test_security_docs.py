"""docs/security.md says what is so: its tests exist, and its numbers and tables are right."""

import ast
import re

import pytest
from django.apps import apps
from django.conf import settings

from outcomes.changes.views import PDF_LIMIT
from outcomes.search.views import SEARCH_LIMIT
from participants.accounts import sessions, sign_in_limits
from participants.accounts.reauthentication import FRESH_CODES
from participants.accounts.views import ENTERED_CODES
from participants.directory.views import DIRECTORY_LIMIT
from participants.email_links import links
from participants.onboarding.views import INVITATION_CODES, INVITATION_REQUESTS
from roundtable.web.limits import Limit
from roundtable.web.middleware import MAX_BODY, MAX_BODY_WITH_FILE, MAX_FILE
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
# Django's own tables of rights, which the portal does not use, copies that keep the history of a
# table, and tables that only join two others.
LEFT_OUT = re.compile(r"auth\.Group|\w+\.Historical|\w+\.\w+_")


def test_each_named_test_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", TEXT))
    defined = {
        node.name
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    assert len(named) > 25 and named - defined == set()


def test_days_to_correct_are_the_same_everywhere() -> None:
    row = re.compile(r"(?m)^\| (.+) \| (\d+) days \| (\d+) days \|$")
    policy = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    days = row.findall(TEXT)
    assert [row[1:] for row in days] == [("2", "2"), ("2", "7"), ("2", "30")]
    assert row.findall(policy) == days
    page = (ROOT / "templates" / "outcomes" / "site" / "privacy.html").read_text(encoding="utf-8")
    section = page.partition('id="security"')[2].partition("<h2>")[0]
    assert re.findall(r"(\d+)\s+days", section) == ["2", "2", "7", "30"]


@pytest.mark.parametrize(
    ("limit", "line"),
    [
        (sign_in_limits.KNOWN_BROWSER, "| codes, in a browser that signed in with the address"),
        (sign_in_limits.STRANGER, "| codes for one address, from one network"),
        (sign_in_limits.STRANGER_IN_A_DAY, "| codes for one address, from one network"),
        (sign_in_limits.ADDRESS_IN_A_DAY, "| codes for one address, from anywhere"),
        (sign_in_limits.NETWORK, "| codes for any address, from one network"),
        (FRESH_CODES, "| fresh codes of one account"),
        (ENTERED_CODES, "| entered fresh codes"),
        (INVITATION_CODES, "| codes for an invitation"),
        (INVITATION_REQUESTS, "| requests for an invitation"),
        (SEARCH_LIMIT, "| searches"),
        (DIRECTORY_LIMIT, "| pages of the directory"),
        (PDF_LIMIT, "| briefs as PDF"),
    ],
)
def test_limit_is_the_one_that_applies(limit: Limit, line: str) -> None:
    [found] = [row for row in TEXT.splitlines() if row.startswith(line)]
    minutes = limit.seconds // 60
    words = {1: "1 minute", 24 * 60: "24 hours"}.get(minutes, f"{minutes} minutes")
    assert f"{limit.number} in {words}" in found


def test_other_numbers_are_those_that_apply() -> None:
    assert settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT == 10 * 60
    assert (sessions.LIFETIME, sessions.IDLE_AT_DESK) == (8 * 3600, 60 * 60)
    assert sessions.MAX_SESSIONS == 10
    assert (links.IDLE_TIME, links.SESSION_LIFETIME) == (60 * 60, 8 * 3600)
    megabytes = [size // 1024**2 for size in (MAX_BODY, MAX_BODY_WITH_FILE, MAX_FILE)]
    assert megabytes == [3, 100, 20]


def test_every_table_has_one_level() -> None:
    rows = re.findall(r"(?m)^\| (?:secret|personal|internal|public) \| .+? \| (.+) \|$", TEXT)
    named = [name for row in rows for name in row.split(", ")]
    models = {
        model.__name__
        for model in apps.get_models(include_auto_created=True)
        if not LEFT_OUT.match(model._meta.label)
    } | {"Group"}
    assert len(rows) == 4 and len(named) == len(set(named))
    assert set(named) == models
