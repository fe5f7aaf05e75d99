"""What the OpenAPI document promises is what the API does, whatever a program sends."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from outcomes.api import api as module
from roundtable.web.limits import Limit
from tests.conftest import FULL

pytestmark = [pytest.mark.django_db, pytest.mark.each_database, pytest.mark.crawl]
EXAMPLES = 100 if FULL else 8  # for each operation
HEADERS = {"X-Forwarded-Proto": "https", "Accept-Encoding": "identity"}
schema: Any = schemathesis.openapi.from_dict(module.api.get_openapi_schema())
portal = get_wsgi_application()
schema.app = lambda environ, start: portal({**environ, "REMOTE_ADDR": "127.0.0.1"}, start)
OPERATIONS = {found.ok().label: found.ok() for found in schema.get_all_operations()}


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """A server closes the connection to the database after a request, and with it the test's."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_description_names_each_operation() -> None:
    assert [*OPERATIONS] == [
        "GET /api/v1/roundtables",
        "GET /api/v1/roundtables/{name}",
        "GET /api/v1/points",
        "GET /api/v1/points/{roundtable}/{number}",
        "GET /api/v1/commitments",
        "GET /api/v1/commitments/{name}",
        "GET /api/v1/reports",
        "GET /api/v1/responses",
        "GET /api/v1/organisations",
        "GET /api/v1/organisations/{name}",
    ]


@pytest.mark.usefixtures("commitment", "kept_connection")
@pytest.mark.parametrize("name", OPERATIONS)
def test_answers_are_as_described(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(module, "API_LIMIT", Limit("API", 1_000_000, 60))

    @given(case=OPERATIONS[name].as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=[*HealthCheck],
        phases=[Phase.explicit, Phase.generate],
    )
    def ask(case: Any) -> None:
        # A name that no record has is a mistake, which no description of the API can know.
        case.call_and_validate(
            base_url="http://testserver",
            headers=HEADERS,
            excluded_checks=[positive_data_acceptance],
        )

    ask()
