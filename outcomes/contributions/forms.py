"""Forms for texts of organisations that another organisation checks."""

from copy import copy
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from outcomes.datasets.columns import Dataset
from outcomes.datasets.tables import ASSESSMENTS, OFFERED_MILESTONES, OFFERS, RESPONSES
from outcomes.models import Assessment, Offer, OfferedMilestone, Response
from outcomes.models.editorial import EditorialState, EditorialText
from outcomes.reporting.joins import ask_leads
from outcomes.reporting.pii_scan import find_contact_details
from participants.models import User
from roundtable.web.row_keys import KeyedInlineFormSet


class EditorialTextForm(forms.ModelForm):  # type: ignore[type-arg]
    """Saves a draft or submits it; submission checks for personal details."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    confirmed_contacts = forms.CharField(required=False, widget=forms.HiddenInput)
    error_css_class = "has-error"
    day_field = ""  # name of the field with the day that the text is about
    dataset: Dataset  # approval makes its wordings public

    def __init__(self, data: QueryDict | None, instance: EditorialText, on: date) -> None:
        self.stored = copy(instance)
        self.is_stale = False
        self.found_contacts: list[str] = []
        self.is_submitted = bool(data and data.get("act") == "hand-in")
        self.on = on
        given = data.copy() if data is not None else None
        super().__init__(given, instance=instance, initial={"version": version_of(instance)})
        for field in self.fields.values():
            if isinstance(field, forms.TypedChoiceField):
                choices: Any = field.choices
                field.choices = [("", _("Choose …")), *(pair for pair in choices if pair[0])]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day = cleaned.get(self.day_field)
        # In the author's time zone, it may already be tomorrow.
        if day and day > self.on + timedelta(days=1):
            self.add_error(
                self.day_field, _("This day is in the future. Choose today or an earlier day.")
            )
        version, confirmed = cleaned.pop("version", ""), cleaned.pop("confirmed_contacts", "")
        self._set_hidden_value("version", version_of(self.stored))
        if version != version_of(self.stored):
            self.is_stale = True
            raise ValidationError(
                _(
                    "Someone at your organisation saved this after you opened it. Your text is "
                    "not saved yet. Compare both versions, then save again."
                )
            )
        if self.is_submitted:
            self._check_personal_details(cleaned, confirmed)
        return cleaned

    def public_text(self, cleaned: dict[str, Any]) -> str:
        return "\n".join(str(cleaned.get(name) or "") for name in self.dataset.free_texts)

    def add_error(self, field: str | None, error: Any) -> None:
        # Errors on fields that the form does not have become non-field errors; Django would raise.
        if field is None and hasattr(error, "error_dict"):
            for name, mistakes in error.error_dict.items():
                super().add_error(name if name in self.fields else None, mistakes)
        else:
            super().add_error(field, error)

    def _check_personal_details(self, cleaned: dict[str, Any], confirmed: str) -> None:
        if not cleaned.get("has_no_personal_details"):
            self.add_error(
                "has_no_personal_details",
                _("Read your text again. If it names no person and no shelter, tick this box."),
            )
        found = find_contact_details(self.public_text(cleaned))
        self._set_hidden_value("confirmed_contacts", "\n".join(found))
        if found and confirmed.split() != "\n".join(found).split():
            self.found_contacts = found
            raise ValidationError(
                _(
                    "Everyone will read this text, and it seems to contain someone's address or "
                    "phone number. Delete it, or submit again if it may be public."
                )
            )

    def _set_hidden_value(self, name: str, value: str) -> None:
        assert isinstance(self.data, QueryDict)
        self.data[name] = value


def version_of(row: EditorialText) -> str:
    """Identifies the saved text, to detect conflicts."""
    return f"{row.pk}-{row.revision}" if row.pk else "new"


def pending_text(rows: "QuerySet[Any]") -> Any:
    """The latest text that is not approved yet, or None."""
    return rows.exclude(state=EditorialState.APPROVED).order_by("-pk").first()


def save_text(form: EditorialTextForm, *, by: User, at: datetime) -> None:
    row: Any = form.save(commit=False)
    row.author = by
    if form.is_submitted:
        row.submit(at=at)
        if isinstance(row, Offer) and row.is_joining:
            ask_leads(row, at=at)
    else:
        row.save_draft()


def _textarea(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ResponseForm(EditorialTextForm):
    """An answer to a recommendation."""

    dataset = RESPONSES
    day_field = "answered_on"

    class Meta:
        model = Response
        fields = [*RESPONSES.fields, "has_no_personal_details"]
        widgets = {"stance": forms.Select, "text": _textarea(6), "answered_on": _date_input()}


class AssessmentForm(EditorialTextForm):
    """An assessment by an organisation that is not a party."""

    dataset = ASSESSMENTS
    day_field = "assessed_on"

    class Meta:
        model = Assessment
        fields = [*ASSESSMENTS.fields, "has_no_personal_details"]
        widgets = {"finding": forms.Select, "text": _textarea(6), "assessed_on": _date_input()}


class OfferForm(EditorialTextForm):
    """An offer of a commitment under a point."""

    dataset = OFFERS
    milestones = ""  # titles from the formset on the same page

    class Meta:
        model = Offer
        fields = [*OFFERS.fields, "has_no_personal_details"]
        widgets = {"text": _textarea(4), "due_on": _date_input()}
        labels = {"is_open": _("Other organisations can ask to join")}

    def public_text(self, cleaned: dict[str, Any]) -> str:
        return f"{super().public_text(cleaned)}\n{self.milestones}"


class JoinOfferForm(EditorialTextForm):
    """A request to join a commitment."""

    dataset = OFFERS

    class Meta:
        model = Offer
        fields = ["text", "has_no_personal_details"]
        widgets = {"text": _textarea(4)}

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if self.is_submitted and isinstance(self.stored, Offer) and self.stored.is_declined(text):
            raise ValidationError(
                _("The lead declined this text. Change it before you submit it again.")
            )
        return text


class DeclineJoinForm(forms.Form):
    """Why a lead declines a request to join."""

    note = forms.CharField(
        label=_("Why do you decline?"),
        required=False,
        max_length=2000,
        help_text=_("Optional. We send this to the author. The co-chairs' desk can read it too."),
        widget=_textarea(3),
    )

    def clean_note(self) -> str:
        note: str = self.cleaned_data["note"]
        if find_contact_details(note):
            raise ValidationError(
                _("This seems to contain someone's address or phone number. Delete it.")
            )
        return note


class OfferedMilestoneForm(forms.ModelForm):  # type: ignore[type-arg]
    """A milestone of an offer."""

    error_css_class = "has-error"

    class Meta:
        model = OfferedMilestone
        fields = OFFERED_MILESTONES.fields
        widgets = {"due_on": _date_input()}


OfferedMilestoneFormSet = forms.inlineformset_factory(
    Offer,
    OfferedMilestone,
    form=OfferedMilestoneForm,
    formset=KeyedInlineFormSet,
    extra=2,
    max_num=8,
    validate_max=True,
    absolute_max=8,
)
