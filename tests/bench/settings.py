"""The settings of production, for a portal that a benchmark asks."""

from roundtable.settings import *  # noqa: F403
from roundtable.settings import DATABASES

ROOT_URLCONF = "tests.bench.urls"
REVEALS_PER_DAY = 10**6
# The processor time of a process that serves a connection is lost when both end.
DATABASES["default"]["CONN_MAX_AGE"] = None
