"""The settings of serving in earnest without the retry, to measure what it is good for."""

from roundtable.settings import *  # noqa: F403
from roundtable.settings import MIDDLEWARE

MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("roundtable.db_retry.")]
