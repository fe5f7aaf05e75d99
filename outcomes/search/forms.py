"""The search form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outcomes.search.search import ALL_SECTIONS
from participants.demonstration import ScopeForm
from roundtable.filters.query_forms import ListForm

MAX_WORDS = 8


class SearchForm(ScopeForm, ListForm):
    """The search words, and a kind of result to read further."""

    q = forms.CharField(
        label=_("Search words"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("Kind of result"),
        required=False,
        choices=[("", _("All kinds")), *((row.name, row.title) for row in ALL_SECTIONS)],
        error_messages={
            "invalid_choice": _("There are no results of this kind. Choose another kind.")
        },
    )

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"]
        if len(set(text.split())) > MAX_WORDS:
            raise forms.ValidationError(
                _("Search for at most %(most)s words at a time."), params={"most": MAX_WORDS}
            )
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("page") and not cleaned.get("kind"):
            self.add_error("page", _("Choose a kind of result first."))
        return cleaned
