"""Choosing an audience: each choice says who is inside, and who is left out."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from participants.directory.audience_preview import AudiencePreview
from participants.models import (
    Audience,
    AudienceException,
    ConsentNotice,
    Constituency,
    Delegate,
    Organisation,
)

IDLE_EXCEPTIONS_ERROR = _(
    "You leave somebody out. With “Everyone” that does nothing: anyone can sign out and look. Open "
    "“Leave somebody out” and choose “Everyone” there, or choose another audience."
)
PROTECTED_PROFILE_ERROR = _(
    "A protected profile is seen by people introduced to you at most. Choose “Only me” or “People "
    "introduced to me”, or untick “protected”."
)


class AudienceLabel(str):
    """The name of an audience, with who is inside as `words`."""

    words: str

    def __new__(cls, label: str, words: str) -> "AudienceLabel":
        """Made of both."""
        made = super().__new__(cls, label)
        made.words = words
        return made


class AudienceSelect(forms.RadioSelect):
    """One button for each audience; what it means is read out with it."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Names the sentence that stands beneath."""
        option = super().create_option(*args, **kwargs)
        if "id" in option["attrs"]:
            option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_who"
        return option


def audience_field(
    label: Any,
    audience_preview: AudiencePreview,
    *exceptions: Sequence[AudienceException],
    listed_to: str = "",
    help_text: Any = "",
) -> forms.ChoiceField:
    """The choice of an audience where these people are left out.

    For a channel `listed_to` is the audience of its listing.
    """
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        initial=Audience.ONLY_ME,
        choices=[
            (
                value,
                AudienceLabel(
                    str(name), audience_preview.describe(value, *exceptions, listed_to=listed_to)
                ),
            )
            for value, name in Audience.choices
        ],
        widget=AudienceSelect,
    )


def exceptions_for_channel(
    exceptions: Iterable[AudienceException], channel: int | None
) -> list[AudienceException]:
    """Those of the exceptions that belong to one channel, or with None to the listing."""
    return [row for row in exceptions if row.channel_id == channel]


class AudienceForm(forms.Form):
    """Who sees a listing or a channel, and who is left out of that."""

    organisations = forms.ModelMultipleChoiceField(
        label=_("Organisations"),
        queryset=Organisation.objects.none(),
        required=False,
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
    )
    countries = forms.MultipleChoiceField(
        label=_("Countries"), required=False, widget=forms.CheckboxSelectMultiple
    )
    constituencies = forms.MultipleChoiceField(
        label=_("Constituencies"),
        required=False,
        choices=Constituency.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    clear_exceptions = forms.BooleanField(
        label=_("Leave nobody out any more, and share with everyone"), required=False
    )

    def __init__(
        self,
        data: Any,
        *,
        audience_preview: AudiencePreview,
        organisations: QuerySet[Organisation],
        audience: str,
        saved_exceptions: Sequence[AudienceException],
        listing_exceptions: Sequence[AudienceException],
        has_agreed: bool,
        is_protected: bool = False,
        listed_to: str = "",
    ) -> None:
        """`saved` are the exceptions of what is chosen for, `listing` those that hold besides."""
        super().__init__(
            data,
            initial={
                "audience": audience,
                "organisations": [
                    row.organisation.slug for row in saved_exceptions if row.organisation
                ],
                "countries": [row.country.code for row in saved_exceptions if row.country],
                "constituencies": [
                    row.constituency for row in saved_exceptions if row.constituency
                ],
            },
        )
        self.has_agreed, self.is_protected = has_agreed, is_protected
        self.audience_preview, self.listing_exceptions, self.listed_to = (
            audience_preview,
            listing_exceptions,
            listed_to,
        )
        self.fields["audience"] = audience_field(
            _("Who can see it"),
            audience_preview,
            saved_exceptions,
            listing_exceptions,
            listed_to=listed_to,
        )
        self.order_fields(["audience"])
        listed: Any = self.fields["organisations"]
        listed.queryset = organisations
        codes = {row.country.code for row in organisations if row.country} | {
            row.country.code for row in saved_exceptions if row.country
        }
        choices: Any = self.fields["countries"]
        choices.choices = sorted(
            ((code, countries.name(code)) for code in codes), key=lambda choice: choice[1]
        )

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where nothing may be shared yet, or an exception would be idle."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        audience = cleaned.get("audience", Audience.ONLY_ME)
        if not self.has_agreed and audience != Audience.ONLY_ME:
            self.add_error("audience", _("Agree to the notice on your profile first."))
        if self.is_protected and audience not in (Audience.ONLY_ME, Audience.INTRODUCED):
            self.add_error("audience", PROTECTED_PROFILE_ERROR)
        has_exceptions = any(
            cleaned.get(name) for name in ("organisations", "countries", "constituencies")
        )
        if audience == Audience.EVERYONE and has_exceptions and not cleaned.get("clear_exceptions"):
            raise ValidationError(
                _(
                    "With “Everyone” nobody can be left out: anyone can sign out and look. Tick "
                    "“Leave nobody out any more”, or choose another audience."
                )
            )
        return cleaned

    def chosen_exceptions(self, delegate: Delegate, channel: int | None) -> list[AudienceException]:
        """The exceptions that were asked for, not yet stored; none with everyone.

        With only me they are idle, and kept for the day when the person shares again.
        """
        if self.cleaned_data["audience"] == Audience.EVERYONE:
            return []
        chosen = (
            [{"organisation": row} for row in self.cleaned_data["organisations"]]
            + [{"country": code} for code in self.cleaned_data["countries"]]
            + [{"constituency": word} for word in self.cleaned_data["constituencies"]]
        )
        return [AudienceException(delegate=delegate, channel_id=channel, **one) for one in chosen]

    def describe_audience(self, exceptions: Sequence[AudienceException]) -> str:
        """Who would see it, in words, with what is chosen now."""
        audience = self.cleaned_data["audience"]
        return self.audience_preview.describe(
            audience, exceptions, self.listing_exceptions, listed_to=self.listed_to
        )


NOTICE_CHANGED_ERROR = _(
    "The notice has changed since you opened this page. Read it again, then agree."
)


def agreement_field(*, required: bool) -> forms.BooleanField:
    """The box that says that one has read the notice and agrees."""
    return forms.BooleanField(
        label=_("I have read the notice and agree"),
        required=required,
        error_messages={"required": _("Tick the box if you agree. Without it nothing is shared.")},
    )


class AgreementForm(forms.Form):
    """A person's yes to the notice that the page showed.

    The page sends the notice's SHA-256 along as `wording`.
    """

    agree = agreement_field(required=True)

    def __init__(self, data: Any, notice: ConsentNotice) -> None:
        super().__init__(data)
        self.notice = notice

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where other words were shown than those that hold by now."""
        if self.data.get("notice_sha256") != self.notice.sha256:
            raise ValidationError(NOTICE_CHANGED_ERROR)
        return self.cleaned_data


class ReviewForm(AgreementForm):
    """One press: all is still right, under the notice that the page showed."""

    agree = None  # type: ignore[assignment]


class EraseForm(forms.Form):
    """A word to type, so that nobody is erased by a slip of the finger."""

    word = forms.CharField(
        label=_("Type the word “erase”"),
        max_length=40,
        error_messages={"required": _("Type the word “erase” if you want to go.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def clean_word(self) -> str:
        """Raises ValidationError for another word."""
        word: str = self.cleaned_data["word"].strip()
        # Translators: the word that one types to be erased, as named in the label.
        if word.casefold().strip("“”\"'") != gettext("erase").casefold():
            raise forms.ValidationError(_("This is another word. Type “erase”, nothing else."))
        return word
