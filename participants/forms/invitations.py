"""What people write when they come in, and when they ask to be invited."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from participants.forms.consent import AgreementForm
from participants.forms.profile import AUDIENCE_CHOICES, ProfileForm
from participants.models import Audience, Delegate, InvitationRequest
from roundtable.models import Event


class DetailsForm(ProfileForm):
    """Whether what the co-chairs wrote is right, and what they do not know."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - {"name", "name_latin", "post", "about", "languages"}:
            del self.fields[name]


class SharingForm(AgreementForm):
    """Who may see that somebody is listed, and that they agree to the notice."""

    listed_to = forms.ChoiceField(
        label=_("Who may see that you are listed"),
        choices=AUDIENCE_CHOICES,
        initial=Audience.ONLY_ME,
        widget=forms.RadioSelect,
    )

    def put(self, person: Delegate) -> None:
        """Stores the choice of somebody who has agreed."""
        person.listed_to = self.cleaned_data["listed_to"]
        person.full_clean()
        person.save()


class InviteMeForm(forms.ModelForm):  # type: ignore[type-arg]
    """Says "I was there, invite me"."""

    class Meta:
        model = InvitationRequest
        fields = ["event", "name", "organisation", "email", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        event: Any = self.fields["event"]
        event.queryset = Event.objects.published()
        event.empty_label = _("Choose")
        for name, token in (("name", "name"), ("organisation", "organization"), ("email", "email")):
            self.fields[name].widget.attrs["autocomplete"] = token
