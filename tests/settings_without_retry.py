"""The settings of production without the retry, to measure what the retry changes."""

from roundtable.settings import *  # noqa: F403
from roundtable.settings import MIDDLEWARE

MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("roundtable.web.db_retry.")]
