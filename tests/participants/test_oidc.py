"""An organisation's own identity provider: there where it is set, and nowhere else."""

import re
import sys

import pytest
from django.test import Client

from tests.addresses import pages
from tests.processes import DOCUMENTED, manage, run


@pytest.mark.own_process
def test_provider_that_is_set_signs_people_in() -> None:
    """With settings of its own, and so in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += ["--nomigrations", "--ds=tests.settings_oidc", "tests/oidc_cases.py"]
    done = run(command, {})
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"(?m)^9 passed", done.stdout), done.stdout


@pytest.mark.own_process
@pytest.mark.parametrize("left_out", ["OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
def test_half_of_the_settings_is_one_sentence(left_out: str) -> None:
    given = {
        "OIDC_SERVER_URL": "https://login.example.org",
        "OIDC_CLIENT_ID": "roundtable",
        "OIDC_CLIENT_SECRET": "secret",
    }
    done = manage("check", **DOCUMENTED, **given | {left_out: ""})
    assert done.returncode == 1
    assert re.fullmatch(rf"Roundtable cannot start: set {left_out} \(.+\)\. .+\n", done.stderr)


@pytest.mark.django_db
def test_without_settings_there_is_nothing_of_it(client: Client) -> None:
    assert not [name for name in pages() if "social" in name or "openid" in name]
    answer = client.get("/accounts/login/")
    assert "Sign in with" not in answer.content.decode()
    assert "form-action 'self';" in answer["Content-Security-Policy"] + ";"
    for path in ("oidc/organisation/login/", "not-signed-in/", "social/", "3rdparty/"):
        assert client.get(f"/accounts/{path}").status_code == 404
