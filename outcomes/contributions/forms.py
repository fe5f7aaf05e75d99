"""Forms for what somebody writes for an organisation, and a co-chair approves."""

from copy import copy
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from outcomes.models import Assessment, Offer, OfferedStep, Response
from outcomes.models.editorial import Editorial, State
from outcomes.reporting.pii_scan import contact_details_in
from outcomes.reporting.submission import hand_in
from participants.models import User


class WrittenForm(forms.ModelForm):  # type: ignore[type-arg]
    """Saves a draft, or hands it in: then it must be ticked, and what looks private looked at."""

    edition = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    error_css_class = "has-error"
    day = ""  # the field with the day that the text is about
    words: tuple[str, ...] = ("text", "source")  # which everyone is going to read

    def __init__(self, data: QueryDict | None, instance: Editorial, on: date) -> None:
        self.stored = copy(instance)
        self.is_stale = False
        self.pointed_out: list[str] = []
        self.is_handed_in = bool(data and data.get("act") == "hand-in")
        self.on = on
        given = data.copy() if data is not None else None
        super().__init__(given, instance=instance, initial={"edition": edition_of(instance)})
        for field in self.fields.values():
            if isinstance(field, forms.TypedChoiceField):
                choices: Any = field.choices
                field.choices = [("", _("Choose …")), *(pair for pair in choices if pair[0])]

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where a colleague saved meanwhile, or it cannot be handed in."""
        cleaned = super().clean() or self.cleaned_data
        day = cleaned.get(self.day)
        # It may be tomorrow already where the author is.
        if day and day > self.on + timedelta(days=1):
            self.add_error(self.day, _("That day is still to come. Choose today or earlier."))
        edition, seen = cleaned.pop("edition", ""), cleaned.pop("seen", "")
        self._keep("edition", edition_of(self.stored))
        if edition != edition_of(self.stored):
            self.is_stale = True
            raise ValidationError(
                _(
                    "Somebody at your organisation saved this after you opened it. Nothing of "
                    "yours is saved yet. Compare, then save again."
                )
            )
        if self.is_handed_in:
            self._look_through(cleaned, seen)
        return cleaned

    def said(self, cleaned: dict[str, Any]) -> str:
        """All that everyone is going to read."""
        return "\n".join(str(cleaned.get(name) or "") for name in self.words)

    def add_error(self, field: str | None, error: Any) -> None:
        """As usual; what is wrong with what the page does not ask stands above it."""
        if field is None and hasattr(error, "error_dict"):
            for name, mistakes in error.error_dict.items():
                super().add_error(name if name in self.fields else None, mistakes)
        else:
            super().add_error(field, error)

    def _look_through(self, cleaned: dict[str, Any], seen: str) -> None:
        if not cleaned.get("names_nobody"):
            self.add_error(
                "names_nobody",
                _("Read it again. If it names nobody and no shelter, tick this."),
            )
        found = contact_details_in(self.said(cleaned))
        self._keep("seen", "\n".join(found))
        if found and seen.split() != "\n".join(found).split():
            self.pointed_out = found
            raise ValidationError(
                _(
                    "Everyone will read this, and it looks like an address or a number of "
                    "somebody. Take it out, or hand it in again if it may be public."
                )
            )

    def _keep(self, name: str, value: str) -> None:
        """What the hidden field holds if the page comes again."""
        assert isinstance(self.data, QueryDict)
        self.data[name] = value


def edition_of(row: Editorial) -> str:
    """Which text somebody had before their eyes, so that nothing is overwritten unseen."""
    return f"{row.pk}-{row.revision}" if row.pk else "new"


def unsettled(rows: "QuerySet[Any]") -> Any:
    """The text that is still on its way to being shown, or None."""
    return rows.exclude(state=State.APPROVED).order_by("-pk").first()


def keep(form: WrittenForm, *, by: User, at: datetime) -> None:
    """Stores what a form holds that was found right, and hands it in where its author says so."""
    row: Any = form.save(commit=False)
    row.author = by
    if form.is_handed_in:
        hand_in(row, at=at)
    else:
        row.keep()


def _words(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AnswerForm(WrittenForm):
    """What an addressee answers to a recommendation."""

    day = "answered_on"

    class Meta:
        model = Response
        fields = ["stance", "text", "source", "answered_on", "names_nobody"]
        widgets = {"stance": forms.Select, "text": _words(6), "answered_on": _day()}


class AssessmentForm(WrittenForm):
    """What an organisation that is not a party found."""

    day = "assessed_on"

    class Meta:
        model = Assessment
        fields = ["finding", "text", "source", "assessed_on", "names_nobody"]
        widgets = {"finding": forms.Select, "text": _words(6), "assessed_on": _day()}


class OfferForm(WrittenForm):
    """What an organisation offers to do under a point."""

    words = ("text",)
    steps = ""  # in the words of the other form on the page

    class Meta:
        model = Offer
        fields = ["text", "due_on", "is_open", "names_nobody"]
        widgets = {"text": _words(4), "due_on": _day()}
        labels = {"is_open": _("Others may ask to join it")}

    def said(self, cleaned: dict[str, Any]) -> str:
        """With the steps."""
        return f"{super().said(cleaned)}\n{self.steps}"


class JoiningForm(WrittenForm):
    """What an organisation will do for a commitment that it joins."""

    words = ("text",)

    class Meta:
        model = Offer
        fields = ["text", "names_nobody"]
        widgets = {"text": _words(4)}


class StepForm(forms.ModelForm):  # type: ignore[type-arg]
    """One step on the way."""

    error_css_class = "has-error"

    class Meta:
        model = OfferedStep
        fields = ["title", "due_on"]
        widgets = {"due_on": _day()}


StepFormSet = forms.inlineformset_factory(
    Offer, OfferedStep, form=StepForm, extra=2, max_num=8, validate_max=True, absolute_max=8
)
