"""The settings that tests run with: those of production, but without TLS.

They stand whatever the environment says, save for DATABASE_URL.
"""

import os

os.environ.update(
    DEBUG="false",
    SECRET_KEY="for-tests-only-" + "x" * 40,
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    EMAIL_URL="memorymail://",
    PORTAL_URL="https://portal.example.org",
    DEFAULT_FROM_EMAIL="Roundtable <portal@example.org>",
    CONTACT_EMAIL="office@example.org",
    DATA_CONTROLLER="The office, Example Street 1",
    OPERATOR_NAME="The office",
    SERVER_COUNTRY="Switzerland",
    ARRANGEMENT_URL="https://office.example.org/arrangement",
    SECURE_SSL_REDIRECT="false",
    ERASURE_KEY="erasures-in-tests-only-" + "x" * 40,
    SEAL_KEY="seals-in-tests-only-" + "x" * 40,
    DATA_KEY="data-in-tests-only-" + "x" * 40,
    # Nowhere: each test gets a file of its own.
    ERASURE_LEDGER="no-such-folder/erasures.log",
)
for name in (
    "BACKUP_FOLDER",
    "BACKUP_RECIPIENT",
    "BEHIND_TLS_PROXY",
    "CLAMD_URL",
    "CSRF_TRUSTED_ORIGINS",
    "DATA_DIR",
    "ERROR_EMAILS",
    "HSTS_PRELOAD",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_NAME",
    "OIDC_SERVER_URL",
    "LOG_RETENTION_DAYS",
    "MONITOR_TOKEN",
    "BACKUP_PROVIDER",
    "ERROR_PROVIDER",
    "MAIL_PROVIDER",
    "REVEALS_PER_DAY",
    "DATA_KEY_FALLBACKS",
    "SEAL_KEY_FALLBACKS",
    "SEAL_LEDGER",
    "SECRET_KEY_FALLBACKS",
    "SENTRY_DSN",
    "STATIC_ROOT",
    "SYSLOG",
    "TRUSTED_PROXY_COUNT",
):
    os.environ.pop(name, None)

os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

from roundtable.settings import *  # noqa: E402, F403
from roundtable.settings import DATABASES  # noqa: E402

# Without TLS, a browser rejects the names of cookies that production uses.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "sessionid", "csrftoken"
MESSAGE_COOKIE_NAME, KNOWN_BROWSER_COOKIE = "messages", "known_browser"
# Tests of pages and emails that name them set them.
CONTACT_EMAIL = DATA_CONTROLLER = ""
# Nothing is collected for a test: files are found where they stand.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "evidence": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# A connection that outlives its test would keep the test database from being removed.
DATABASES["default"]["CONN_MAX_AGE"] = 0
