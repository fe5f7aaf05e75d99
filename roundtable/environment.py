"""Reads settings from the environment; what cannot be read stops the start with one sentence."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def required(name: str, purpose: str) -> str:
    """The variable's value.

    Raises SystemExit with one sentence where it is not set.
    """
    value = os.environ.get(name, "").strip()
    if not value:
        sys.exit(f"Roundtable cannot start: set {name} ({purpose}). The README says how.")
    return value


def optional(name: str, parse: Callable[[str], Any], default: Any, example: str) -> Any:
    """What `read` makes of the variable, or the default where it is empty or not set.

    Raises SystemExit with one sentence where it cannot be read. The sentence does not repeat the
    value, which may hold a password.
    """
    if not os.environ.get(name, "").strip():
        return default
    try:
        value = parse(name)
    except (ImproperlyConfigured, ValueError):
        value = None
    if value in (None, {}):
        sys.exit(f"Roundtable cannot start: {name} cannot be read; write it like {example}.")
    return value


def retention_days(name: str) -> int:
    """The number of days that the variable holds.

    Raises ValueError where it is less than 31: the log says who has been a co-chair for a month.
    """
    number: int = env.int(name)
    if number < 31:
        raise ValueError(name)
    return number


def split_names(text: str) -> list[str]:
    """The names in a text that has commas between them."""
    return [name.strip() for name in text.split(",") if name.strip()]


def parse_database_url(name: str) -> dict[str, Any]:
    """The database behind the URL that the variable holds.

    Raises ImproperlyConfigured where it is neither PostgreSQL nor SQLite.
    """
    if not os.environ[name].startswith(("postgres://", "postgresql://", "sqlite://")):
        raise ImproperlyConfigured(name)
    config: dict[str, Any] = env.db_url(name)
    return config


def sqlite_database(folder: Path) -> dict[str, Any]:
    """An SQLite database in the folder, which is made where it is missing.

    Raises SystemExit with one sentence where nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        sys.exit(f"Roundtable cannot start: {folder} cannot be made ({problem.strerror}).")
    if not os.access(folder, os.W_OK):
        sys.exit(f"Roundtable cannot start: nothing can be written in {folder}.")
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "roundtable.sqlite3"}


def identity_provider() -> dict[str, Any]:
    """What the settings need to know of the provider; nobody signs up there.

    `OIDC_APPS` are the apps that it takes, `OIDC_ORIGIN` is where a form may lead to. Raises
    SystemExit with one sentence where it is set by half.
    """
    if not env.str("OIDC_SERVER_URL", default="") and not env.str("OIDC_CLIENT_ID", default=""):
        return {"OIDC_SERVER_URL": "", "OIDC_APPS": [], "OIDC_ORIGIN": []}
    server = required("OIDC_SERVER_URL", "such as https://login.example.org").rstrip("/")
    parts = urlsplit(server)
    app = {
        "provider_id": "organisation",
        "name": env.str("OIDC_NAME", default="") or parts.hostname,
        "client_id": required("OIDC_CLIENT_ID", "what the provider calls the portal"),
        "secret": required("OIDC_CLIENT_SECRET", "the secret of that client"),
        "settings": {"server_url": server},
    }
    return {
        "OIDC_SERVER_URL": server,
        "OIDC_APPS": ["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"],
        "OIDC_ORIGIN": [f"{parts.scheme}://{parts.netloc}"],
        "SOCIALACCOUNT_ADAPTER": "participants.accounts.oidc.ExistingAccountsAdapter",
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION": True,
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}},
    }
