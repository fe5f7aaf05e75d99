"""The URLs of the portal."""

from allauth.account.decorators import secure_admin_login
from allauth.account.urls import urlpatterns as account_pages
from django.apps import apps
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from roundtable.monitoring import views as monitoring
from roundtable.web import well_known

# Must come before `admin.site.urls` is read, or the admin keeps its own password form.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# No one has a password, so password pages are excluded; another page reauthenticates people.
LEFT_OUT = ("password", "account_reauthenticate")

urlpatterns: list[URLPattern | URLResolver] = [
    path(".well-known/security.txt", well_known.security_txt, name="security-txt"),
    path("robots.txt", well_known.robots_txt, name="robots-txt"),
    path("favicon.ico", well_known.favicon, name="favicon"),
    path("healthz", monitoring.healthz, name="healthz"),
    path("readyz", monitoring.readyz, name="readyz"),
]
urlpatterns += i18n_patterns(
    path(
        "accounts/",
        include(
            [page for page in account_pages if not any(word in page.name for word in LEFT_OUT)]
        ),
    ),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
    path("", include("participants.accounts.urls")),
    path("", include("participants.urls")),
    path("", include("outcomes.urls")),
    prefix_default_language=False,
)

handler400 = "roundtable.web.db_retry.bad_request"
handler429 = "roundtable.web.limits.after_a_minute"  # allauth asks for it
handler500 = "roundtable.web.db_retry.server_error"

if apps.is_installed("allauth.socialaccount"):
    urlpatterns += i18n_patterns(
        path("", include("participants.accounts.oidc_urls")), prefix_default_language=False
    )
if settings.DEBUG:
    urlpatterns += [path("outbox/", include("roundtable.mail.outbox"))]
