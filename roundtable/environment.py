"""Reads settings from the environment. An invalid value stops the start with one sentence."""

import os
import sys
from collections.abc import Callable, Container
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

env = environ.Env()


def required(name: str, purpose: str) -> str:
    """Exits with one sentence if the variable is not set."""
    value = os.environ.get(name, "").strip()
    if not value:
        sys.exit(f"Roundtable cannot start: set {name} ({purpose}). See docs/operations.md.")
    return value


def optional(name: str, parse: Callable[[str], Any], default: Any, example: str) -> Any:
    """The parsed variable, or the default if it is empty or not set.

    `parse` gets the name of the variable. Exits with one sentence if the value cannot be read.
    """
    if not os.environ.get(name, "").strip():
        return default
    try:
        value = parse(name)
    except (ImproperlyConfigured, ValueError):
        value = None
    if value in (None, {}):
        stop_unreadable(name, example)
    return value


def stop_unreadable(name: str, example: str) -> NoReturn:
    # Without the value, which may contain a password.
    sys.exit(f"Roundtable cannot start: {name} cannot be read; write it like {example}.")


def is_email_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def require_encryption(name: str, *, plain: Container[str], advice: str) -> None:
    """Exits with one sentence if the address has one of these schemes and is on another machine."""
    parts = urlsplit(os.environ.get(name, "").strip())
    if parts.scheme in plain and not is_local(parts.hostname):
        sys.exit(f"Roundtable cannot start: {name} is not encrypted; {advice}.")


def host_of(address: str) -> str:
    return urlsplit(address).hostname or stop_unreadable(
        "PORTAL_URL", example="https://portal.example.org"
    )


def is_local(host: str | None) -> bool:
    """Whether it is this machine; without a host, it is a socket."""
    return not host or host in ("localhost", "127.0.0.1", "::1") or host.startswith("/")


def retention_days(name: str) -> int:
    """Raises ValueError for less than 31 days."""
    number: int = env.int(name)
    # The log must show each change of an account for as long as it can be undone.
    if number < 31:
        raise ValueError(name)
    return number


def split_names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def parse_database_url(name: str) -> dict[str, Any]:
    """Raises ImproperlyConfigured if it is neither PostgreSQL nor SQLite."""
    if not os.environ[name].startswith(("postgres://", "postgresql://", "sqlite://")):
        raise ImproperlyConfigured(name)
    config: dict[str, Any] = env.db_url(name)
    parts = urlsplit(os.environ[name])
    options = dict(parse_qsl(parts.query))
    host = parts.hostname or options.get("host", "")
    is_verified = options.get("sslmode") == "verify-full"
    if parts.scheme != "sqlite" and not is_local(host) and not is_verified:
        sys.exit(
            f"Roundtable cannot start: {name} does not check the certificate of the database; "
            "append ?sslmode=verify-full&sslrootcert=/path/to/ca.pem."
        )
    return config


def parse_syslog_address(name: str) -> dict[str, Any]:
    """The handler "syslog", for udp://localhost:514, tcp://localhost:514 or the path of a socket.

    Raises ValueError for other addresses: syslog is not encrypted.
    """
    address = os.environ[name]
    parts = urlsplit(address)
    kinds = {"udp": "ext://socket.SOCK_DGRAM", "tcp": "ext://socket.SOCK_STREAM"}
    if address.startswith("/"):
        where: dict[str, Any] = {"address": address}
    elif parts.scheme in kinds and parts.hostname and is_local(parts.hostname):
        where = {"address": (parts.hostname, parts.port or 514), "socktype": kinds[parts.scheme]}
    else:
        raise ValueError(name)
    handler = {"class": "logging.handlers.SysLogHandler", "facility": "daemon", "formatter": "json"}
    return {"syslog": handler | where}


def parse_web_address(name: str) -> str:
    address: str = env.str(name)
    if not address.startswith(("https://", "http://")):
        raise ValueError(name)
    return address


def parse_sentry_address(name: str) -> dict[str, Any]:
    """The handler "sentry". Raises ValueError if it is no address of a project there."""
    dsn = os.environ[name].strip()
    parts = urlsplit(dsn)
    if not (parts.hostname and parts.username and parts.path.rpartition("/")[2]):
        raise ValueError(name)
    return {"sentry": {"class": "roundtable.sentry.SentryHandler", "dsn": dsn, "formatter": "json"}}


def parse_clamd_address(name: str) -> str | tuple[str, int]:
    """The path of a socket, or a host and port, for unix:///run/clamd or tcp://127.0.0.1:3310.

    Raises ValueError for other addresses: the protocol is not encrypted.
    """
    parts = urlsplit(os.environ[name].strip())
    if parts.scheme == "unix" and not parts.netloc and parts.path:
        return parts.path
    if parts.scheme == "tcp" and parts.hostname in ("127.0.0.1", "localhost") and parts.port:
        return parts.hostname, parts.port
    raise ValueError(name)


def sqlite_database(folder: Path) -> dict[str, Any]:
    """Creates the folder if needed. Exits with one sentence if it is not writable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        sys.exit(f"Roundtable cannot start: {folder} cannot be created ({problem.strerror}).")
    if not os.access(folder, os.W_OK):
        sys.exit(f"Roundtable cannot start: {folder} is not writable.")
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "roundtable.sqlite3"}


def identity_provider() -> dict[str, Any]:
    """Settings for an identity provider. It creates no accounts.

    `OIDC_APPS` are the apps that it needs, `OIDC_ORIGIN` is where forms may redirect to. Exits with
    one sentence if only some of its variables are set.
    """
    if not env.str("OIDC_SERVER_URL", default="") and not env.str("OIDC_CLIENT_ID", default=""):
        return {"OIDC_SERVER_URL": "", "OIDC_APPS": [], "OIDC_ORIGIN": []}
    server = required("OIDC_SERVER_URL", "such as https://login.example.org").rstrip("/")
    require_encryption("OIDC_SERVER_URL", plain=("http",), advice="write https://")
    parts = urlsplit(server)
    app = {
        "provider_id": "organisation",
        "name": env.str("OIDC_NAME", default="") or parts.hostname,
        "client_id": required("OIDC_CLIENT_ID", "the portal's client ID at the provider"),
        "secret": required("OIDC_CLIENT_SECRET", "the client secret from the provider"),
        "settings": {
            "server_url": server,
            # The signed ID token says who it is; a recent sign-in there is asked for.
            "fetch_userinfo": False,
            "auth_params": {"max_age": "28800"},
        },
    }
    return {
        "OIDC_SERVER_URL": server,
        "OIDC_APPS": ["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"],
        "OIDC_ORIGIN": [f"{parts.scheme}://{parts.netloc}"],
        "SOCIALACCOUNT_ADAPTER": "participants.accounts.oidc.ExistingAccountsAdapter",
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}},
    }
