"""Forms for a person's own profile and its preview."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from participants.models import (
    Audience,
    AudienceException,
    ConsentNotice,
    ContactChannel,
    Delegate,
    DelegateLanguage,
)
from participants.models.channels import ChannelKind, clean_value, lacks_country_code
from participants.models.languages import LANGUAGE_CHOICES
from participants.privacy.audience_choice import OUTDATED_CONSENT_ERROR
from participants.privacy.audience_preview import AudiencePreview
from participants.privacy.audiences import is_within
from participants.privacy.forms import (
    IDLE_EXCEPTIONS_ERROR,
    NOTICE_CHANGED_ERROR,
    PROTECTED_PROFILE_ERROR,
    agreement_field,
    audience_field,
    exceptions_for_channel,
)
from roundtable.filters.query_forms import QueryForm
from roundtable.web.row_keys import KeyedInlineFormSet, row_key

ONLY_ME = Audience.ONLY_ME
CONSENT_REQUIRED_ERROR = _(
    "Read the notice below and tick “I have read the notice and agree”, or choose “Only me”."
)


class ProfileDetailsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a person writes about themselves."""

    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=LANGUAGE_CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The languages in which others can write to you."),
    )

    class Meta:
        model = Delegate
        fields = ["name", "name_latin", "post", "about"]
        widgets = {"about": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["languages"] = [row.language for row in self.instance.languages.all()]
        self.fields["name"].help_text = _("Write the name as you usually do, in any script.")
        for name, token in (("name", "name"), ("post", "organization-title")):
            self.fields[name].widget.attrs["autocomplete"] = token

    def save(self, commit: bool = True) -> Delegate:
        delegate: Delegate = self.instance
        delegate.write(**{name: self.cleaned_data[name] for name in self.Meta.fields})
        chosen = set(self.cleaned_data["languages"])
        delegate.languages.exclude(language__in=chosen).delete()
        for language in chosen - {row.language for row in delegate.languages.all()}:
            DelegateLanguage.objects.create(delegate=delegate, language=language)
        return delegate


class ProfileForm(ProfileDetailsForm):
    """Profile details, and who can see the listing."""

    class Meta(ProfileDetailsForm.Meta):
        fields = [*ProfileDetailsForm.Meta.fields, "listed_to", "is_protected"]

    def __init__(
        self,
        *args: Any,
        audience_preview: AudiencePreview,
        exceptions: Sequence[AudienceException] = (),
        notice: ConsentNotice | None = None,
        may_widen: bool = True,
        **kwargs: Any,
    ) -> None:
        """With a `notice`, the person has not agreed yet and can agree in this form."""
        super().__init__(*args, **kwargs)
        self.notice, self.may_widen = notice, may_widen
        if notice:
            self.fields["agree"] = agreement_field(required=False)
        self.own_exceptions = exceptions_for_channel(exceptions, None)
        self.saved_audience = audience_preview.name(self.instance.listed_to)
        self.saved_audience_words = audience_preview.describe(
            self.instance.listed_to, self.own_exceptions
        )
        self.fields["listed_to"] = audience_field(
            self.fields["listed_to"].label,
            audience_preview,
            self.own_exceptions,
            help_text=self.fields["listed_to"].help_text,
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        listed_to = cleaned.get("listed_to", ONLY_ME)
        if cleaned.get("is_protected") and listed_to not in (ONLY_ME, Audience.INTRODUCED):
            self.add_error("listed_to", PROTECTED_PROFILE_ERROR)
        elif listed_to == Audience.EVERYONE and self.own_exceptions:
            self.add_error("listed_to", IDLE_EXCEPTIONS_ERROR)
        elif not self.may_widen and not is_within(listed_to, self.initial["listed_to"]):
            self.add_error("listed_to", OUTDATED_CONSENT_ERROR)
        if self.notice is None:
            return cleaned
        if cleaned["agree"] and self.data.get("notice_sha256") != self.notice.sha256:
            self.add_error("agree", NOTICE_CHANGED_ERROR)
        elif not cleaned["agree"] and listed_to != ONLY_ME:
            self.add_error("listed_to", CONSENT_REQUIRED_ERROR)
        return cleaned


class ChannelForm(forms.ModelForm):  # type: ignore[type-arg]
    """A contact detail and who can see it."""

    # Shown only for a number without a country code.
    country = forms.ChoiceField(
        label=_("Country of this number"),
        required=False,
        choices=lambda: [("", _("Choose")), *countries],  # in the language of the reader
    )
    asks_for_country = False

    class Meta:
        model = ContactChannel
        fields = ["kind", "value", "audience"]
        widgets = {"value": forms.TextInput}

    def __init__(
        self,
        *args: Any,
        audience_preview: AudiencePreview,
        exceptions: Sequence[AudienceException] = (),
        listed_to: str = "",
        may_widen: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.may_widen = may_widen
        self.is_listed_to_no_one = listed_to == ONLY_ME
        self.saved_audience = audience_preview.name(self.instance.audience)
        if self.is_listed_to_no_one and self.instance.audience != ONLY_ME:
            self.saved_audience = gettext("No one yet")
        self.own_exceptions = (
            exceptions_for_channel(exceptions, self.instance.pk) if self.instance.pk else []
        )
        self.fields["audience"] = audience_field(
            _("Who can see it"),
            audience_preview,
            self.own_exceptions,
            exceptions_for_channel(exceptions, None),
            listed_to=listed_to,
            edits_listing=True,
        )
        self.fields["value"].widget.attrs |= {"autocomplete": "off", "dir": "auto"}
        self.fields["kind"].choices = [("", _("Choose")), *ChannelKind.choices]  # type: ignore[attr-defined]
        if not self.instance.pk:
            # An empty row is not a channel, even if a kind is selected.
            self.empty_permitted = True

    def has_changed(self) -> bool:
        if self.instance.pk:
            return super().has_changed()
        # A new row counts only if it has a value.
        return bool((self.data.get(self.add_prefix("value")) or "").strip())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("audience") == Audience.EVERYONE and self.own_exceptions:
            self.add_error("audience", IDLE_EXCEPTIONS_ERROR)
        elif not self.may_widen and not is_within(
            cleaned.get("audience", ONLY_ME), self.initial.get("audience", ONLY_ME)
        ):
            self.add_error("audience", OUTDATED_CONSENT_ERROR)
        if "kind" in cleaned and "value" in cleaned:
            country = cleaned.get("country", "")
            if not country and lacks_country_code(cleaned["kind"], cleaned["value"]):
                self._ask_for_country(cleaned["value"])
                return cleaned
            # Normalise the value, so that duplicates are found.
            with suppress(ValidationError):  # the model reports the error
                cleaned["value"] = clean_value(cleaned["kind"], cleaned["value"], country)
        return cleaned

    def _ask_for_country(self, number: str) -> None:
        self.asks_for_country = True
        data: Any = self.data
        data = self.data = data.copy()
        data[self.add_prefix("country")] = _country_of(self.instance.delegate)
        message = _("Choose the country of %(number)s below. We then add its country code.")
        self.add_error("value", message % {"number": number})


def _country_of(delegate: Delegate) -> str:
    """Where the person works or took part for; empty if it is not known."""
    work = delegate.affiliations.current(timezone.localdate()).select_related("organisation")
    rows = [*work, *delegate.participations.select_related("organisation")]
    return next((str(row.organisation.country) for row in rows if row.organisation.country), "")


class BaseChannelFormSet(KeyedInlineFormSet):
    """The contact details of one person, without duplicates."""

    default_error_messages = {
        "too_many_forms": ngettext_lazy(
            "You can add %(num)d contact detail at most. Remove some.",
            "You can add %(num)d contact details at most. Remove some.",
            "num",
        )
    }

    def clean(self) -> None:
        super().clean()
        known = self._added_meanwhile()
        for form in self.forms:
            cleaned = getattr(form, "cleaned_data", {})
            if cleaned.get("DELETE") or not cleaned.get("value"):
                continue
            detail = (cleaned.get("kind", ""), cleaned["value"])
            if detail in known:
                form.add_error("value", self.get_form_error())
            known.add(detail)

    def save(self, commit: bool = True) -> Any:
        """Within sharing_act(), whose lock keeps other windows from adding the same.

        The database cannot, because it does not see the details. Raises ValidationError.
        """
        if {(form.instance.kind, form.instance.value) for form in self} & self._added_meanwhile():
            raise ValidationError(self.get_form_error())
        return super().save(commit)

    def _added_meanwhile(self) -> set[tuple[str, str]]:
        """The details that were added in another window since this page was opened."""
        shown = [form.instance.pk for form in self.forms if form.instance.pk]
        others = ContactChannel.objects.filter(delegate=self.instance).exclude(pk__in=shown)
        return {(row.kind, row.value) for row in others}

    def get_form_error(self) -> str:
        return gettext("You have already added this contact detail.")


ChannelFormSet = forms.inlineformset_factory(
    Delegate,
    ContactChannel,
    form=ChannelForm,
    formset=BaseChannelFormSet,
    extra=2,
    max_num=12,
    validate_max=True,
    absolute_max=20,
)


def with_saved_audiences(data: QueryDict, delegate: Delegate, prefix: str) -> QueryDict:
    """The submitted data, with all audiences replaced by the saved ones."""
    merged = data.copy()
    merged["listed_to"] = delegate.listed_to
    merged.pop("is_protected", None)
    if delegate.is_protected:
        merged["is_protected"] = "on"
    saved = {row_key(row): row.audience for row in delegate.channels.all()}
    for name, value in data.items():
        if name.startswith(f"{prefix}-") and name.endswith("-id") and value in saved:
            merged[f"{name.removesuffix('-id')}-audience"] = saved[value]
    return merged


class PreviewForm(QueryForm):
    """The kind of viewer for a preview of one's own profile."""

    ANONYMOUS_VIEWER, PARTICIPANT, CONSTITUENCY = "visitor", "participant", "constituency"
    INTRODUCED, COCHAIR = "introduced", "cochair"

    viewer = forms.ChoiceField(
        label=_("View as"),
        required=False,
        choices=[
            (ANONYMOUS_VIEWER, _("A visitor")),
            (PARTICIPANT, _("A participant")),
            (CONSTITUENCY, _("A participant of my constituency")),
            (INTRODUCED, _("Someone I said yes to")),
            (COCHAIR, _("A co-chair")),
        ],
    )
