"""Addresses about one's own account, besides those that allauth brings."""

from django.urls import path

from participants.views import accounts

urlpatterns = [
    path("accounts/reauthenticate/", accounts.reauthenticate, name="account_reauthenticate"),
    path("accounts/mailbox/", accounts.mailbox, name="account_mailbox"),
    path("me/left/", accounts.left, name="me-left"),
]
