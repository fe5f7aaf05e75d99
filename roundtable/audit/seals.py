"""Seals: HMAC-SHA-256 with SEAL_KEY, so that who writes to the database alone cannot make one."""

import hashlib
import hmac
import json
from collections.abc import Sequence

from django.conf import settings


def seal(purpose: str, content: Sequence[object]) -> str:
    """`purpose` keeps the seal of one kind of row from being used for another."""
    return _seal_with(settings.SEAL_KEY, purpose, content)


def sealing_key(made: str, purpose: str, content: Sequence[object]) -> int | None:
    """Which key made the seal: 0 is SEAL_KEY, then those of SEAL_KEY_FALLBACKS. None if none."""
    for number, key in enumerate((settings.SEAL_KEY, *settings.SEAL_KEY_FALLBACKS)):
        if hmac.compare_digest(made.encode(), _seal_with(key, purpose, content).encode()):
            return number
    return None


def _seal_with(key: str, purpose: str, content: Sequence[object]) -> str:
    text = json.dumps([purpose, *content], ensure_ascii=False)
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
