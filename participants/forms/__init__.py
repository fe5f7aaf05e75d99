"""What people write, and what they ask lists for."""

from participants.directory.forms import (
    CardForm,
    DirectoryForm,
    OrganisationFilterForm,
    country_choices,
)
from participants.directory.profile_forms import (
    ChannelFormSet,
    DetailsForm,
    PreviewForm,
    ProfileForm,
    with_saved_choices,
)
from participants.introductions.forms import IntroductionForm
from participants.onboarding.forms import InviteMeForm, SharingForm
from participants.privacy.forms import AgreementForm, EraseForm, ReviewForm, WhoForm

__all__ = [
    "AgreementForm",
    "CardForm",
    "ChannelFormSet",
    "DetailsForm",
    "DirectoryForm",
    "EraseForm",
    "IntroductionForm",
    "InviteMeForm",
    "OrganisationFilterForm",
    "PreviewForm",
    "ProfileForm",
    "ReviewForm",
    "SharingForm",
    "WhoForm",
    "country_choices",
    "with_saved_choices",
]
