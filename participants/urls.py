"""Addresses of people, organisations, and of one's own profile."""

from django.urls import path

from participants import views

urlpatterns = [
    path("directory/", views.delegate_list, name="delegate-list"),
    path("directory/<slug:handle>/", views.delegate_detail, name="delegate-detail"),
    path("directory/<slug:handle>/show/", views.delegate_reveal, name="delegate-reveal"),
    path("directory/<slug:handle>.vcf", views.delegate_vcard, name="delegate-vcard"),
    path("organisations/", views.organisation_list, name="organisation-list"),
    path("me/", views.me, name="me"),
    path("me/preview/", views.me_preview, name="me-preview"),
    path("me/consent/", views.my_consent, name="my-consent"),
    path("me/consent/withdraw/", views.my_consent_withdraw, name="my-consent-withdraw"),
    path("me/consent.txt", views.my_consent_text, name="my-consent-text"),
    path(
        "me/consent/<int:version>/<slug:language>/",
        views.my_consent_notice,
        name="my-consent-notice",
    ),
    path("directory/<slug:handle>/introduce/", views.ask_introduction, name="ask-introduction"),
    path("me/audience/", views.my_audience, name="my-audience"),
    path("me/audience/<slug:key>/", views.my_audience, name="my-channel-audience"),
    path("me/introductions/", views.my_introductions, name="my-introductions"),
    path("me/introductions/<slug:key>/", views.answer_introduction, name="answer-introduction"),
    path("me/data/", views.my_data, name="my-data"),
    path("me/data.json", views.my_data_json, name="my-data-json"),
    path("me/data.zip", views.my_data_zip, name="my-data-zip"),
    path("me/erase/", views.erase_me, name="me-erase"),
    path("erased/", views.erased, name="erased"),
    path("me/looks/", views.my_looks, name="my-looks"),
    path("me/hide/", views.hide_me, name="me-hide"),
    path("me/show/", views.show_me, name="me-show"),
    path("me/review/", views.my_review, name="my-review"),
    path("review/<str:token>/", views.review_by_link, name="review-by-link"),
    path("hide/<str:token>/", views.hide_by_link, name="hide-by-link"),
    path("invitations/<slug:token>/", views.invitation, name="invitation"),
    path("invite-me/", views.invite_me, name="invite-me"),
    path("invite-me/sent/", views.invite_me_sent, name="invite-me-sent"),
    path("welcome/", views.welcome, name="welcome"),
    path("welcome/sharing/", views.welcome_sharing, name="welcome-sharing"),
    path("welcome/not-me/", views.welcome_not_me, name="welcome-not-me"),
    path("welcome/erase/", views.welcome_erase, name="welcome-erase"),
]
