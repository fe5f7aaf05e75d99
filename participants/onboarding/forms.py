"""Forms for people who join, and for requests for an invitation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from participants.directory.audience_preview import AudiencePreview
from participants.models import Delegate, InvitationRequest
from participants.privacy.forms import AgreementForm, audience_field
from roundtable.models import Event


class SharingForm(AgreementForm):
    """The audience of the listing, and consent to the notice."""

    def __init__(self, *args: Any, audience_preview: AudiencePreview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["listed_to"] = audience_field(
            _("Who can see you in the directory"), audience_preview
        )

    def save_choice(self, person: Delegate) -> None:
        person.write(listed_to=self.cleaned_data["listed_to"])


class InvitationRequestForm(forms.ModelForm):  # type: ignore[type-arg]
    """A request for an invitation from someone who took part."""

    class Meta:
        model = InvitationRequest
        fields = ["event", "name", "organisation", "email", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        event: Any = self.fields["event"]
        event.queryset = Event.objects.published()
        event.empty_label = _("Choose")
        event.help_text = _("The roundtable you took part in.")
        for name, token in (("name", "name"), ("organisation", "organization"), ("email", "email")):
            self.fields[name].widget.attrs["autocomplete"] = token
