"""Settings, read from the environment. docs/operations.md lists every variable.

A missing setting stops the start with one sentence that names it.
"""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from import_export.formats.base_formats import CSV, XLSX

from roundtable.environment import (
    env,
    host_of,
    identity_provider,
    is_email_address,
    optional,
    parse_clamd_address,
    parse_database_url,
    parse_sentry_address,
    parse_syslog_address,
    parse_web_address,
    require_encryption,
    required,
    retention_days,
    split_names,
    sqlite_database,
    stop_unreadable,
)

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = env.bool("DEBUG", default=False)
# For all files that the portal writes: SQLite database, uploads, mail in development.
DATA_DIR = Path(env.str("DATA_DIR", default="") or BASE_DIR / "var")

# For links in emails.
if DEBUG:
    PORTAL_URL = env.str("PORTAL_URL", default="") or "http://localhost:8000"
else:
    PORTAL_URL = required("PORTAL_URL", "the portal's address, such as https://portal.example.org")
PORTAL_URL = PORTAL_URL.rstrip("/")

if DEBUG:
    SECRET_KEY = env.str("SECRET_KEY", default="for-development-only-" + "x" * 40)
    ALLOWED_HOSTS = split_names(env.str("ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]"))
else:
    SECRET_KEY = required("SECRET_KEY", "a long random text that no one else knows")
    ALLOWED_HOSTS = split_names(env.str("ALLOWED_HOSTS", default="")) or [host_of(PORTAL_URL)]
# Former keys, to decrypt what was encrypted with them.
SECRET_KEY_FALLBACKS = split_names(env.str("SECRET_KEY_FALLBACKS", default=""))
if DEBUG:
    ERASURE_KEY = env.str("ERASURE_KEY", default="for-development-only-" + "y" * 40)
    ERASURE_LEDGER = Path(env.str("ERASURE_LEDGER", default="") or DATA_DIR / "erasures.log")
else:
    ERASURE_KEY = required("ERASURE_KEY", "another long random text, kept outside the database")
    ERASURE_LEDGER = Path(
        required("ERASURE_LEDGER", "a file that is not restored with a backup of the database")
    )
if DEBUG:
    SEAL_KEY = env.str("SEAL_KEY", default="for-development-only-" + "z" * 40)
else:
    SEAL_KEY = required("SEAL_KEY", "a third long random text, for the seals of the log and texts")
SEAL_KEY_FALLBACKS = split_names(env.str("SEAL_KEY_FALLBACKS", default=""))
if DEBUG:
    DATA_KEY = env.str("DATA_KEY", default="for-development-only-" + "w" * 40)
else:
    DATA_KEY = required("DATA_KEY", "a fourth long random text, with which the data is encrypted")
# Former keys, to open what they sealed until reseal was run.
DATA_KEY_FALLBACKS = split_names(env.str("DATA_KEY_FALLBACKS", default=""))
SEAL_LEDGER = Path(env.str("SEAL_LEDGER", default="") or ERASURE_LEDGER.with_name("seals.log"))
CSRF_TRUSTED_ORIGINS = split_names(env.str("CSRF_TRUSTED_ORIGINS", default=""))

# Who runs this portal. No one consents to sharing details if no one is responsible for them.
ARRANGEMENT_URL = optional(
    "ARRANGEMENT_URL", parse_web_address, "", example="https://example.org/arrangement"
)
MAIL_PROVIDER = env.str("MAIL_PROVIDER", default="")
BACKUP_PROVIDER = env.str("BACKUP_PROVIDER", default="")
ERROR_PROVIDER = env.str("ERROR_PROVIDER", default="")
OPERATOR_NAME = env.str("OPERATOR_NAME", default="")
SERVER_COUNTRY = env.str("SERVER_COUNTRY", default="")
if DEBUG:
    ARRANGEMENT_URL = ARRANGEMENT_URL or "https://example.org/made-up-arrangement"
    OPERATOR_NAME = OPERATOR_NAME or "Made-up office, for development"
    SERVER_COUNTRY = SERVER_COUNTRY or "Made-up country"
    CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="") or "made-up-contact@example.org"
    DATA_CONTROLLER = env.str("DATA_CONTROLLER", default="") or "Made-up office, for development"
else:
    CONTACT_EMAIL = required("CONTACT_EMAIL", "the address that people write to with questions")
    DATA_CONTROLLER = required(
        "DATA_CONTROLLER", "the name and postal address of who is responsible for personal data"
    )
    if not is_email_address(CONTACT_EMAIL):
        stop_unreadable("CONTACT_EMAIL", example="office@example.org")
# Where backups are written, and the public key for them, in the age format.
BACKUP_FOLDER = env.str("BACKUP_FOLDER", default="")
BACKUP_RECIPIENT = env.str("BACKUP_RECIPIENT", default="")
# What a program on another machine sends to read /healthz and /readyz.
MONITOR_TOKEN = env.str("MONITOR_TOKEN", default="")
# How many profiles one account may open in a day (UTC), and how many days the log is kept.
REVEALS_PER_DAY = optional("REVEALS_PER_DAY", env.int, 30, example="30")
LOG_RETENTION_DAYS = optional("LOG_RETENTION_DAYS", retention_days, 730, example="730")

INSTALLED_APPS = [
    "roundtable",
    "participants",
    "outcomes",
    "roundtable.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_countries",
    "django_tasks",
    "django_tasks_db",
    "import_export",
    "simple_history",
]

# If one is set, people can sign in with an organisation's own identity provider.
_PROVIDER = identity_provider()
vars().update(_PROVIDER)
INSTALLED_APPS += _PROVIDER["OIDC_APPS"]

MIDDLEWARE = [
    "roundtable.logs.RequestLogMiddleware",
    "roundtable.web.db_retry.RetryMiddleware",
    # Before all that a kept page need not go through; after the retry, which may repeat it.
    "roundtable.cache.responses.ResponseCacheMiddleware",
    # Before all that can answer: static files, redirects to HTTPS and refusals.
    "csp.middleware.CSPMiddleware",
    "roundtable.web.middleware.IsolationMiddleware",
    "roundtable.web.middleware.BodyLimitMiddleware",
    # Before all that stores something.
    "roundtable.web.middleware.PassingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    # The hash of a page is that of its text before it is compressed.
    "roundtable.web.middleware.CacheControlMiddleware",
    "roundtable.web.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "roundtable.web.kept_forms.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "roundtable.web.kept_forms.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    # After allauth's middleware, which it uses.
    "participants.accounts.second_factor.SecondFactorMiddleware",
    "participants.accounts.sessions.SessionMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "roundtable.web.limits.LimitMiddleware",
    "roundtable.web.idempotency.IdempotencyMiddleware",
]

ROOT_URLCONF = "roundtable.urls"
WSGI_APPLICATION = "roundtable.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "roundtable.web.template_loader.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                ),
            ],
            "builtins": ["roundtable.templatetags.account_mark"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "roundtable.web.context_processors.portal",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # finds templates/django/forms

# Data ---------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": optional(
        "DATABASE_URL", parse_database_url, None, example="postgres://user:password@host:5432/name"
    )
    or sqlite_database(DATA_DIR)
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        # In seconds, to open the file. After a process was killed, the next one holds it briefly.
        "timeout": 20,
        # What is deleted is overwritten in the file.
        # More than the 2 MB that SQLite keeps, but each thread has its own; in KiB.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        # From here on, roundtable/database/lock_wait.py waits instead; in milliseconds.
        "PRAGMA secure_delete=ON; PRAGMA cache_size=-4000; PRAGMA busy_timeout=50;",
    }
    # Kept open: to open the file again, SQLite makes two more, which a full disk refuses.
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    # Seconds. A host that drops packets must not block a visitor for longer than a retry does.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MEDIA_ROOT = DATA_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "roundtable.web.middleware.BoundedUploadHandler",
]

# People -------------------------------------------------------------------------------

AUTH_USER_MODEL = "participants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "me"
LOGOUT_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "participants.accounts.adapters.InvitationOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "participants.accounts.adapters.account_display_name"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_FORMS = {
    "login": "participants.accounts.forms.SignInForm",
    "request_login_code": "participants.accounts.forms.RequestCodeForm",
    "confirm_login_code": "participants.accounts.forms.CodeForm",
    "confirm_email_verification_code": "participants.accounts.forms.AddressCodeForm",
}
MFA_FORMS = {
    "authenticate": "participants.accounts.forms.FactorForm",
    "reauthenticate": "participants.accounts.forms.FactorAgainForm",
    "generate_recovery_codes": "participants.accounts.forms.RecoveryCodesForm",
    "add_webauthn": "participants.accounts.forms.NewPasskeyForm",
    "login_webauthn": "participants.accounts.forms.PasskeySignInForm",
    "authenticate_webauthn": "participants.accounts.forms.PasskeyForm",
    "reauthenticate_webauthn": "participants.accounts.forms.PasskeyAgainForm",
}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_RESEND_COUNT = 1
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_MAX_EMAIL_ADDRESSES = 2
# Codes have limits of their own: see participants/accounts/sign_in_limits.py.
# allauth's count each request of a network, so one person there would lock out all others.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "request_login_code": None,
    "login_failed": "5/5m/key",  # codes of a second factor, by account
}
MFA_RATE_LIMITS = {"webauthn_login": None}  # a passkey cannot be guessed
MFA_ADAPTER = "participants.accounts.adapters.EncryptedFactorsAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Roundtable"
ALLAUTH_TRUSTED_PROXY_COUNT = optional("TRUSTED_PROXY_COUNT", env.int, 0, example="1")

# Shared by all processes: an authenticator code must not work once in each.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "roundtable_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Mail ---------------------------------------------------------------------------------

if DEBUG:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "outbox"
    DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Roundtable <portal@example.org>")
else:
    required("EMAIL_URL", "the mail server, such as smtp+tls://user:password@host:587")
    require_encryption("EMAIL_URL", plain=("smtp",), advice="write smtp+tls://")
    vars().update(
        optional("EMAIL_URL", env.email_url, None, example="smtp+tls://user:password@host:587")
    )
    EMAIL_TIMEOUT = 15
    DEFAULT_FROM_EMAIL = required("DEFAULT_FROM_EMAIL", "the sender address of emails")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Who gets an email about an error of the portal.
ADMINS = [("", address) for address in split_names(env.str("ERROR_EMAILS", default=""))]
# `manage.py db_worker --backend mail` processes the mail queue; imports need another worker.
TASKS = {
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
    "mail": {"BACKEND": "django_tasks_db.DatabaseBackend"},
    "imports": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "small"],
        "OPTIONS": {
            "first_task": "outcomes.imports.tasks.resume_interrupted",
            # The worker starts a second process for it, so small files do not wait for a large one.
            "second_queue": "small",
        },
    },
}

# Languages ----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["roundtable.formats"]
TIME_ZONE = "UTC"

# Static and uploaded files ------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default="") or BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_MIMETYPES = {".svg": "image/svg+xml; charset=utf-8"}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "evidence": {  # served by one view only, which checks permissions each time
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "evidence", "directory_permissions_mode": 0o700},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# A virus scanner for files of evidence, if there is one.
CLAMD_ADDRESS = optional(
    "CLAMD_URL", parse_clamd_address, None, example="unix:///run/clamav/clamd.ctl"
)

# Security -----------------------------------------------------------------------------

# A cookie with this prefix can come from this host alone, over HTTPS.
_COOKIE_PREFIX = "" if DEBUG else "__Host-"
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrftoken"
MESSAGE_COOKIE_NAME = f"{_COOKIE_PREFIX}messages"
KNOWN_BROWSER_COOKIE = f"{_COOKIE_PREFIX}known_browser"
SESSION_COOKIE_AGE = 8 * 60 * 60
MESSAGE_STORAGE = "participants.accounts.sessions.MessageStorage"
CSRF_FAILURE_VIEW = "roundtable.web.kept_forms.csrf_failure"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6_000  # a statement of 1,900 sentences, three fields each
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not DEBUG)
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]  # a program on this machine asks without TLS
SECURE_HSTS_SECONDS = 0 if DEBUG else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
# A host that is once in the lists of browsers stays there for months.
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
# Django asks for its own middleware by name; ours extends it.
SILENCED_SYSTEM_CHECKS = ["security.W003"]
if not SECURE_HSTS_PRELOAD:
    SILENCED_SYSTEM_CHECKS.append("security.W021")
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # The QR code of a second factor is a data: image.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, *_PROVIDER["OIDC_ORIGIN"]],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Spreadsheets -------------------------------------------------------------------------

IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_SKIP_ADMIN_CONFIRM = False
IMPORT_EXPORT_FORMATS = [CSV, XLSX]

# Log ----------------------------------------------------------------------------------

_SYSLOG = optional("SYSLOG", parse_syslog_address, {}, example="udp://localhost:514")
require_encryption("SENTRY_DSN", plain=("http",), advice="write https://")
SENTRY_DSN = env.str("SENTRY_DSN", default="")
_SENTRY = optional("SENTRY_DSN", parse_sentry_address, {}, example="https://KEY@HOST/NUMBER")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "roundtable.logs.JsonFormatter"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", **({} if DEBUG else {"formatter": "json"})},
        "email": {"class": "roundtable.logs.ErrorEmailHandler", "formatter": "json"},
        "nowhere": {"class": "logging.NullHandler"},
        **_SYSLOG,
        **_SENTRY,
    },
    "loggers": {
        # Without Django's own handler, which emails whole requests.
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {
            "handlers": [],
            "level": "INFO" if DEBUG else "WARNING",
            "propagate": True,
        },
        # Scanners constantly request other host names. They get a 400.
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
        "roundtable.security": {"level": "INFO"},
    },
    "root": {
        "handlers": ["console", *_SYSLOG, *_SENTRY, *(["email"] if ADMINS else [])],
        "level": "INFO" if DEBUG else "WARNING",
    },
}
