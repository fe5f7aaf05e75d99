"""Forms to choose an audience, to consent, and to erase one's data."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from participants.models import (
    Audience,
    AudienceException,
    ConsentNotice,
    Constituency,
    Delegate,
    Organisation,
)
from participants.privacy.audience_choice import OUTDATED_CONSENT_ERROR, AudienceChoice
from participants.privacy.audience_preview import AudiencePreview

STOP_EXCLUDING = _("Stop excluding people, and share with anyone on the internet")
IDLE_EXCEPTIONS_ERROR = format_lazy(
    _(
        "“{everyone}” includes the people you exclude. Choose other people. Or select “Exclude”, "
        "choose “{everyone}” and save. Then tick “{box}”."
    ),
    everyone=Audience.EVERYONE.label,
    box=STOP_EXCLUDING,
)
PROTECTED_PROFILE_ERROR = format_lazy(
    _("Your name is kept off lists. Choose “{only_me}” or “{introduced}”, or untick “{box}”."),
    only_me=Audience.ONLY_ME.label,
    introduced=Audience.INTRODUCED.label,
    box=_("Keep my name off lists"),
)


class AudienceLabel(str):
    """The name of an audience; `words` describes who is in it."""

    words: str

    def __new__(cls, label: str, words: str) -> "AudienceLabel":
        made = super().__new__(cls, label)
        made.words = words
        return made


class AudienceSelect(forms.RadioSelect):
    """Radio buttons whose descriptions screen readers read out."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        if "id" in option["attrs"]:
            option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_who"
        return option


def audience_field(
    label: Any,
    audience_preview: AudiencePreview,
    *exceptions: Sequence[AudienceException],
    listed_to: str = "",
    edits_listing: bool = False,
    help_text: Any = "",
) -> forms.ChoiceField:
    """For a channel, `listed_to` is the audience of its listing, which the form may edit too."""
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        initial=Audience.ONLY_ME,
        choices=[
            (
                value,
                AudienceLabel(
                    audience_preview.name(value),
                    audience_preview.describe(
                        value, *exceptions, listed_to=listed_to, edits_listing=edits_listing
                    ),
                ),
            )
            for value in Audience.values
        ],
        widget=AudienceSelect,
    )


def exceptions_for_channel(
    exceptions: Iterable[AudienceException], channel: int | None
) -> list[AudienceException]:
    """`channel` is None for the listing."""
    return [row for row in exceptions if row.channel_id == channel]


class AudienceForm(forms.Form):
    """The audience of a listing or a channel, and who is excluded."""

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
    clear_exceptions = forms.BooleanField(label=STOP_EXCLUDING, required=False)

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
        may_widen: bool = True,
        is_protected: bool = False,
        listed_to: str = "",
    ) -> None:
        """`saved_exceptions` belong to this row; `listing_exceptions` apply in addition.

        `may_widen` is false if the person has not agreed to the current notice.
        """
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
        self.has_agreed, self.is_protected, self.may_widen = has_agreed, is_protected, may_widen
        self.saved_choice = AudienceChoice.of(audience, saved_exceptions)
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
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        audience = cleaned.get("audience", Audience.ONLY_ME)
        if not self.has_agreed and audience != Audience.ONLY_ME:
            self.add_error(
                "audience", _("Agree to the notice on your profile first, then choose an audience.")
            )
        if self.is_protected and audience not in (Audience.ONLY_ME, Audience.INTRODUCED):
            self.add_error("audience", PROTECTED_PROFILE_ERROR)
        has_exceptions = any(
            cleaned.get(name) for name in ("organisations", "countries", "constituencies")
        )
        if audience == Audience.EVERYONE and has_exceptions and not cleaned.get("clear_exceptions"):
            raise ValidationError(
                gettext(
                    "With “%(everyone)s”, you cannot exclude people: anyone can sign out and view "
                    "it. Tick “%(box)s”, or choose other people."
                )
                % {"everyone": Audience.EVERYONE.label, "box": STOP_EXCLUDING}
            )
        if not self.may_widen and not self.errors:
            if self._choice().is_wider_than(self.saved_choice):
                self.add_error("audience", OUTDATED_CONSENT_ERROR)
        return cleaned

    def _choice(self) -> AudienceChoice:
        chosen = self.chosen_exceptions(Delegate(), None)
        return AudienceChoice.of(self.cleaned_data["audience"], chosen)

    def is_changed(self) -> bool:
        return self._choice() != self.saved_choice

    def chosen_exceptions(self, delegate: Delegate, channel: int | None) -> list[AudienceException]:
        """The chosen exceptions, not saved yet."""
        if self.cleaned_data["audience"] == Audience.EVERYONE:
            return []
        # With “Only me” they have no effect, but are kept for when the person shares again.
        chosen = (
            [{"organisation": row} for row in self.cleaned_data["organisations"]]
            + [{"country": code} for code in self.cleaned_data["countries"]]
            + [{"constituency": word} for word in self.cleaned_data["constituencies"]]
        )
        return [AudienceException(delegate=delegate, channel_id=channel, **one) for one in chosen]

    def describe_audience(self, exceptions: Sequence[AudienceException]) -> str:
        audience = self.cleaned_data["audience"]
        return self.audience_preview.describe(
            audience, exceptions, self.listing_exceptions, listed_to=self.listed_to
        )


NOTICE_CHANGED_ERROR = _(
    "The consent notice has changed since you opened this page. Read it again, then agree."
)


def agreement_field(*, required: bool) -> forms.BooleanField:
    return forms.BooleanField(
        label=_("I have read the notice and agree"),
        required=required,
        error_messages={
            "required": _("Tick the box if you agree. If you do not agree, nothing changes.")
        },
    )


class ReviewForm(forms.Form):
    """Confirms the profile under the notice on the page, which submits the notice's SHA-256."""

    def __init__(self, data: Any, notice: ConsentNotice) -> None:
        super().__init__(data)
        self.notice = notice

    def clean(self) -> dict[str, Any]:
        if self.data.get("notice_sha256") != self.notice.sha256:
            raise ValidationError(NOTICE_CHANGED_ERROR)
        return self.cleaned_data


class AgreementForm(ReviewForm):
    """Consent to the notice on the page."""

    agree = agreement_field(required=True)


def _code_field(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=_("Paper code"),
        required=required,
        max_length=40,
        help_text=_("12 letters and digits. Capitals, spaces and hyphens do not matter."),
        error_messages={"required": _("Enter the code that is on the paper.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class HidingCodeForm(forms.Form):
    """The code on someone's paper."""

    code = _code_field(required=True)


class DeskHidingForm(forms.Form):
    """Whom someone at the desk hides."""

    name = forms.CharField(
        label=_("Full name"),
        required=False,
        max_length=200,
        help_text=_(
            "Someone of your roundtables, with all their names. Capitals, accents and the order of "
            "the names do not matter."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    code = _code_field(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(cleaned.get("name")) == bool(cleaned.get("code")) and not self.errors:
            self.add_error("name", _("Enter a full name or a paper code, and not both."))
        return cleaned


class EraseForm(forms.Form):
    """Asks for a word, so that no one erases their data by accident."""

    word = forms.CharField(
        label=_("Type the word “erase”"),
        max_length=40,
        error_messages={
            "required": _("Type the word “erase” if you want to erase everything about you.")
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def clean_word(self) -> str:
        word: str = self.cleaned_data["word"].strip()
        # Translators: the word that one types to be erased, as named in the label.
        if word.casefold().strip("“”\"'") != gettext("erase").casefold():
            raise forms.ValidationError(
                _("You typed a different word. Type “erase” and nothing else.")
            )
        return word
