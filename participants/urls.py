"""URLs of people, organisations and the signed-in person's profile."""

from django.urls import path

from participants import me_views
from participants.directory import views as directory
from participants.email_links import views as email_links
from participants.introductions import views as introductions
from participants.models import EmailLink
from participants.onboarding import views as onboarding
from participants.organisations import views as organisations
from participants.privacy import hiding_views as hiding
from participants.privacy import views as privacy
from participants.privacy.personal_data import views as personal_data
from participants.proposals import views as proposals

urlpatterns = [
    path("directory/", directory.delegate_list, name="delegate-list"),
    path("directory/<slug:handle>/", directory.delegate_detail, name="delegate-detail"),
    path("directory/<slug:handle>/show/", directory.delegate_reveal, name="delegate-reveal"),
    path("directory/<slug:handle>.vcf", directory.delegate_vcard, name="delegate-vcard"),
    path("organisations/", organisations.organisation_list, name="organisation-list"),
    path("me/", me_views.me, name="me"),
    path("me/entries/<slug:key>/", proposals.answer_proposal, name="answer-proposal"),
    path("me/workplaces/<slug:key>/", proposals.remove_workplace, name="remove-workplace"),
    path("me/roundtables/<slug:key>/", proposals.leave_roundtable, name="leave-roundtable"),
    path("me/preview/", me_views.me_preview, name="me-preview"),
    path("me/consent/", privacy.my_consent, name="my-consent"),
    path("me/consent/withdraw/", privacy.my_consent_withdraw, name="my-consent-withdraw"),
    path("me/consent.txt", privacy.my_consent_text, name="my-consent-text"),
    path(
        "me/consent/<bounded_int:version>/<slug:language>/",
        privacy.my_consent_notice,
        name="my-consent-notice",
    ),
    path(
        "directory/<slug:handle>/introduce/",
        introductions.request_introduction,
        name="request-introduction",
    ),
    path("me/audience/", privacy.my_audience, name="my-audience"),
    path("me/audience/<slug:key>/", privacy.my_audience, name="my-channel-audience"),
    path("me/introductions/", introductions.my_introductions, name="my-introductions"),
    path(
        "me/introductions/<slug:key>/",
        introductions.answer_introduction,
        name="answer-introduction",
    ),
    path("me/nominations/", onboarding.my_nominations, name="my-nominations"),
    path(
        "me/nominations/<bounded_int:number>/withdraw/",
        onboarding.withdraw_nomination,
        name="withdraw-nomination",
    ),
    path("me/data/", personal_data.my_data, name="my-data"),
    path("me/data.json", personal_data.my_data_json, name="my-data-json"),
    path("me/data.zip", personal_data.my_data_zip, name="my-data-zip"),
    path("me/erase/", privacy.erase_me, name="me-erase"),
    path("erased/", privacy.erased, name="erased"),
    path("me/looks/", privacy.my_access_log, name="my-access-log"),
    path("me/hide/", privacy.hide_me, name="me-hide"),
    path("me/paper-code/", hiding.my_hiding_code, name="my-hiding-code"),
    path("hide/", hiding.hide_by_code, name="hide-by-code"),
    path("me/show/", privacy.show_me, name="me-show"),
    path("me/review/", privacy.my_review, name="my-review"),
    path("links/", email_links.link_closed, name="link-closed"),
    path("close-links/", email_links.close, name="close-links"),
    path("links/<str:key>/", email_links.open_email_link, name="open-link"),
    path("review/<bounded_int:number>/", privacy.review_by_link, name="review-by-link"),
    path("hide/<bounded_int:number>/", privacy.hide_by_link, name="hide-by-link"),
    path("invitations/<bounded_int:number>/", onboarding.invitation, name="invitation"),
    # Links in emails of release 0.1.0.
    path(
        "review/<str:key>/",
        email_links.open_email_link,
        {"former": EmailLink.Purpose.REVIEW},
        name="former-review-link",
    ),
    path(
        "hide/<str:key>/",
        email_links.open_email_link,
        {"former": EmailLink.Purpose.HIDE},
        name="former-hide-link",
    ),
    path("invitations/<str:key>/", email_links.open_email_link, name="former-invitation-link"),
    path("invite-me/", onboarding.request_invitation, name="request-invitation"),
    path("invite-me/sent/", onboarding.request_invitation_done, name="request-invitation-done"),
    path("welcome/", onboarding.welcome, name="welcome"),
    path("welcome/sharing/", onboarding.welcome_sharing, name="welcome-sharing"),
    path("welcome/codes/", onboarding.welcome_codes, name="welcome-codes"),
    path("welcome/not-me/", onboarding.welcome_decline, name="welcome-decline"),
    path("welcome/erase/", onboarding.welcome_erase, name="welcome-erase"),
]
