"""Forms for people who join, and for requests for an invitation."""

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from participants.directory.profile_forms import ProfileDetailsForm
from participants.models import Audience, Invitation, InvitationRequest
from participants.models.invitation import validate_own_words
from participants.onboarding.nominations import NominationPlace
from participants.privacy.audience_preview import AudiencePreview
from participants.privacy.forms import AgreementForm, audience_field
from roundtable.models import Event


class WelcomeForm(ProfileDetailsForm):
    """First whether lists leave the person out, then what the co-chairs wrote."""

    class Meta(ProfileDetailsForm.Meta):
        fields = ["is_protected", *ProfileDetailsForm.Meta.fields]


class SharingForm(AgreementForm):
    """The audience of the listing, and consent to the notice."""

    def __init__(
        self,
        *args: Any,
        audience_preview: AudiencePreview,
        is_protected: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        field: Any = audience_field(_("Who can see you in the directory"), audience_preview)
        if is_protected:
            allowed = (Audience.ONLY_ME, Audience.INTRODUCED)
            field.choices = [(value, name) for value, name in field.choices if value in allowed]
        self.fields["listed_to"] = field


class OwnWordsForm(forms.Form):
    """What the inviter adds to the email. It is sent only as the preview showed it."""

    own_words = Invitation._meta.get_field("own_words").formfield(
        widget=forms.Textarea(attrs={"rows": 5}),
        validators=[validate_own_words],  # a form field does not take over those of the model
        help_text=_(
            "The email contains them after the first sentence. Write plain text, without web "
            "addresses, email addresses and phone numbers. If you write something, you first see "
            "the email with your words. Select the button again to send it."
        ),
    )
    previewed = forms.CharField(widget=forms.HiddenInput, required=False)
    shown_words = ""  # in the preview

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        # Browsers send other line ends than we do.
        words, previewed = (
            "\n".join(cleaned.get(name, "").splitlines()) for name in ("own_words", "previewed")
        )
        if self.sends_email(cleaned) and not self.has_error("own_words") and words != previewed:
            self.add_error(
                "own_words", _("Nothing is sent yet. Read the email with your words, then send it.")
            )
            data = cast("QueryDict", self.data).copy()
            data[self.add_prefix("previewed")] = words
            self.data = data
        cleaned["own_words"] = self.shown_words = words
        return cleaned

    def sends_email(self, cleaned: dict[str, Any]) -> bool:
        return True


class NominationForm(forms.ModelForm):  # type: ignore[type-arg]
    """A person who is to take part for the nominator's organisation."""

    place = forms.ChoiceField(
        label=_("Roundtable and organisation"),
        help_text=_("You can nominate people for the organisation that you take part for."),
    )

    class Meta:
        model = InvitationRequest
        fields = ["name", "email", "post", "capacity"]
        help_texts = {
            "name": _("Write the name as the person does, in any script."),
            "email": _("If the co-chairs invite the person, we send the invitation there."),
        }

    field_order = ["place", "name", "email", "post", "capacity"]

    def __init__(self, *args: Any, places: list[NominationPlace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.key: place for place in places}
        field: Any = self.fields["place"]
        field.choices = [
            (
                key,
                _("%(event)s, for %(organisation)s")
                % {"event": place.event, "organisation": place.organisation},
            )
            for key, place in self.places.items()
        ]

    def clean_place(self) -> NominationPlace:
        return self.places[self.cleaned_data["place"]]


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
