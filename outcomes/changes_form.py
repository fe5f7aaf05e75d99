"""Since when, and of which roundtable, changes are asked for."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outcomes.commitments.as_of import AsOfField, check_day
from outcomes.commitments.filters import offer, public_events
from roundtable.query_forms import ListForm


class ChangesForm(ListForm):
    """Since when the log of changes is read, and of which roundtable."""

    since = AsOfField()
    event = forms.ChoiceField(
        label=_("Roundtable"),
        required=False,
        error_messages={"invalid_choice": _("There is no such roundtable.")},
    )

    def __init__(self, data: Any, today: date) -> None:
        super().__init__(data)
        self.today = today
        self.fields["since"].label = _("Since")
        offer(self, "event", _("All roundtables"), public_events())

    def clean_since(self) -> date | None:
        """Raises ValidationError for a day that has not come yet."""
        return check_day(self.cleaned_data["since"], self.today)
