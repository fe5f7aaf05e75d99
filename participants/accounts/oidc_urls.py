"""URLs for sign-in at an identity provider, used only if one is configured."""

from django.urls import include, path

from participants.accounts import views

urlpatterns = [
    path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path(
        "accounts/not-signed-in/",
        views.provider_login_cancelled,
        name="socialaccount_login_cancelled",
    ),
]
