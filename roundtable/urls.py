"""The addresses of the portal."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

# Must come before `admin.site.urls` is read, or the admin keeps its own password form.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = i18n_patterns(
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("participants.urls")),
    path("", include("outcomes.urls")),
    prefix_default_language=False,
)

if settings.DEBUG:
    urlpatterns += [path("outbox/", include("roundtable.outbox"))]
