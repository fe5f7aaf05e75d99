"""URLs about one's own account, in addition to those of allauth."""

from django.urls import path

from participants.accounts import carry_over_views, views

urlpatterns = [
    path("accounts/reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("accounts/mailbox/", views.verify_mailbox, name="account_verify_mailbox"),
    path("accounts/sessions/", views.my_sessions, name="usersessions_list"),
    path("me/account-before/", views.undo_account_change, name="me-undo-account-change"),
    path("me/rights/", carry_over_views.my_rights, name="my-rights"),
    path("me/left/", views.leave_my_organisation, name="me-leave-organisation"),
]
