"""URLs for sign-in at an identity provider, used only if one is configured."""

from django.urls import path

from participants.accounts import oidc, views

# Named as allauth names them, because it leads there.
urlpatterns = [
    path("accounts/oidc/<str:provider_id>/login/", oidc.login, name="openid_connect_login"),
    path(
        "accounts/oidc/<str:provider_id>/login/callback/",
        oidc.callback,
        name="openid_connect_callback",
    ),
    path(
        "accounts/not-signed-in/",
        views.provider_login_cancelled,
        name="socialaccount_login_cancelled",
    ),
]
