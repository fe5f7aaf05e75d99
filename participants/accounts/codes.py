"""Codes wait in a session as keyed hashes, so that no one enters what they read in the database."""

from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare, salted_hmac

from roundtable.allauth_compat import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
    LOGIN_SESSION_KEY,
    normalize_user_code,
)

PREFIX = "hash:"


def hash_code(code: str) -> str:
    digest = salted_hmac("emailed code", normalize_user_code(code), algorithm="sha256")
    return PREFIX + digest.hexdigest()


def is_code(entered: str, hashed: str) -> bool:
    return constant_time_compare(hash_code(entered), hashed)


def hash_waiting_codes(session: SessionBase) -> None:
    """allauth has put its codes there as they are."""
    stages = session.get(LOGIN_SESSION_KEY, {}).get("state", {}).get("stages", {})
    waiting: list[dict[str, Any]] = [
        stage["data"] for stage in stages.values() if isinstance(stage, dict) and "data" in stage
    ]
    waiting.append(session.get(EMAIL_VERIFICATION_CODE_SESSION_KEY, {}))
    for state in waiting:
        if (code := state.get("code")) and not code.startswith(PREFIX):
            state["code"] = hash_code(code)
            session.modified = True
