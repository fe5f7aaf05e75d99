"""What people write about how they sign in."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from participants.accounts.addresses import addresses_of
from participants.accounts.departure import current_work
from participants.models import Affiliation, Delegate, User


class FreshCodeForm(forms.Form):
    """The code from a message."""

    code = forms.CharField(
        label=_("Code from the message"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )


class LeftForm(forms.Form):
    """Which address somebody has no longer, and where the person worked with it."""

    address = forms.ChoiceField(label=_("The address that you had there"), widget=forms.RadioSelect)
    work = forms.ModelChoiceField(
        label=_("The organisation that you have left"),
        queryset=Affiliation.objects.none(),
        widget=forms.RadioSelect,
        empty_label=_("It does not stand here"),
        blank=True,
        required=False,
    )

    def __init__(self, *args: Any, user: User, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = addresses_of(user)
        address: Any = self.fields["address"]
        address.choices = [(email, email) for email in own]
        delegate = Delegate.objects.filter(user=user).first()
        work: Any = self.fields["work"]
        if delegate is None or not current_work(delegate, on).exists():
            del self.fields["work"]
            return
        work.queryset = current_work(delegate, on)
        work.label_from_instance = lambda row: str(row.organisation)
        # Where there is one choice alone, it is made.
        rows = list(work.queryset[:2])
        if len(rows) == 1:
            self.initial["work"] = rows[0].pk
