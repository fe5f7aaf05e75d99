"""An organisation's own identity provider: there where it is set, and nowhere else."""

import re
import sys

import pytest
from django.test import Client

from tests.processes import PRODUCTION_ENVIRONMENT, check_each, run
from tests.url_patterns import page_paths


@pytest.mark.own_process
def test_configured_provider_signs_in() -> None:
    """With settings of its own, and so in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += ["--nomigrations", "--ds=tests.settings_oidc", "tests/oidc_cases.py"]
    done = run(command, {})
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"(?m)^21 passed", done.stdout), done.stdout


@pytest.mark.own_process
def test_partial_settings_give_one_message() -> None:
    given = {
        "OIDC_SERVER_URL": "https://login.example.org",
        "OIDC_CLIENT_ID": "roundtable",
        "OIDC_CLIENT_SECRET": "secret",
    }
    results = check_each([PRODUCTION_ENVIRONMENT | given | {left_out: ""} for left_out in given])
    for left_out, done in zip(given, results, strict=True):
        assert done.returncode == 1
        assert re.fullmatch(rf"Roundtable cannot start: set {left_out} \(.+\)\. .+\n", done.stderr)


@pytest.mark.django_db
def test_oidc_is_absent_without_settings(client: Client) -> None:
    assert not [name for name in page_paths() if "social" in name or "openid" in name]
    answer = client.get("/accounts/login/")
    assert "Sign in with" not in answer.content.decode()
    assert "form-action 'self';" in answer["Content-Security-Policy"] + ";"
    for path in ("oidc/organisation/login/", "not-signed-in/", "social/", "3rdparty/"):
        assert client.get(f"/accounts/{path}").status_code == 404
