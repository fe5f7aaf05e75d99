"""The pages about people and organisations."""

from participants.directory.profile_views import me, me_preview
from participants.directory.views import (
    delegate_detail,
    delegate_list,
    delegate_reveal,
    delegate_vcard,
)
from participants.introductions.views import answer_introduction, ask_introduction, my_introductions
from participants.onboarding.views import (
    invitation,
    invite_me,
    invite_me_sent,
    welcome,
    welcome_erase,
    welcome_not_me,
    welcome_sharing,
)
from participants.organisations.views import organisation_list
from participants.privacy.views import (
    erase_me,
    erased,
    hide_by_link,
    hide_me,
    my_audience,
    my_consent,
    my_consent_notice,
    my_consent_text,
    my_consent_withdraw,
    my_data,
    my_data_json,
    my_data_zip,
    my_looks,
    my_review,
    review_by_link,
    show_me,
)

__all__ = [
    "answer_introduction",
    "ask_introduction",
    "delegate_detail",
    "delegate_list",
    "delegate_reveal",
    "delegate_vcard",
    "erase_me",
    "erased",
    "hide_by_link",
    "hide_me",
    "invitation",
    "invite_me",
    "invite_me_sent",
    "me",
    "me_preview",
    "my_audience",
    "my_consent",
    "my_consent_notice",
    "my_consent_text",
    "my_consent_withdraw",
    "my_data",
    "my_data_json",
    "my_data_zip",
    "my_introductions",
    "my_looks",
    "my_review",
    "organisation_list",
    "review_by_link",
    "show_me",
    "welcome",
    "welcome_erase",
    "welcome_not_me",
    "welcome_sharing",
]
