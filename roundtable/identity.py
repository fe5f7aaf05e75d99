"""The settings of an organisation's own identity provider, where one is set."""

from typing import Any
from urllib.parse import urlsplit

from roundtable.environment import env, required


def identity_provider() -> dict[str, Any]:
    """What the settings need to know of the provider; nobody signs up there.

    `OIDC_APPS` are the apps that it takes, `OIDC_ORIGIN` is where a form may lead to. Raises
    SystemExit with one sentence where it is set by half.
    """
    if not env.str("OIDC_SERVER_URL", default="") and not env.str("OIDC_CLIENT_ID", default=""):
        return {"OIDC_SERVER_URL": "", "OIDC_APPS": [], "OIDC_ORIGIN": []}
    server = required("OIDC_SERVER_URL", "such as https://login.example.org").rstrip("/")
    where = urlsplit(server)
    app = {
        "provider_id": "organisation",
        "name": env.str("OIDC_NAME", default="") or where.hostname,
        "client_id": required("OIDC_CLIENT_ID", "what the provider calls the portal"),
        "secret": required("OIDC_CLIENT_SECRET", "the secret of that client"),
        "settings": {"server_url": server},
    }
    return {
        "OIDC_SERVER_URL": server,
        "OIDC_APPS": ["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"],
        "OIDC_ORIGIN": [f"{where.scheme}://{where.netloc}"],
        "SOCIALACCOUNT_ADAPTER": "participants.providers.ExistingAccountsOnly",
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION": True,
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}},
    }
