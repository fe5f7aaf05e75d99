"""Addresses about one's own account, besides those that allauth brings."""

from django.urls import path

from participants.accounts import views

urlpatterns = [
    path("accounts/reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("accounts/mailbox/", views.mailbox, name="account_mailbox"),
    path("me/left/", views.left, name="me-left"),
]
