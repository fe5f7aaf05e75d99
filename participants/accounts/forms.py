"""What people write about how they sign in."""

from datetime import date
from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, LoginForm, RequestLoginCodeForm
from allauth.core import context
from django import forms
from django.utils.translation import gettext_lazy as _

from participants.accounts.addresses import sign_in_addresses
from participants.accounts.departure import current_affiliations_of
from participants.accounts.timing_protection import pad_account_lookup, pad_address_lookup
from participants.models import Affiliation, Delegate, User


class SignInForm(LoginForm):
    """The address to sign in with."""

    def clean(self) -> dict[str, Any]:
        """What was typed, after equal work."""
        values: dict[str, Any] = super().clean()
        if not self.errors:
            pad_address_lookup(values["login"])
        return values


class RequestCodeForm(RequestLoginCodeForm):
    """The address that another code is to go to."""

    def clean(self) -> dict[str, Any]:
        """What was typed, after equal work."""
        values: dict[str, Any] = super().clean()
        if not self.errors:
            pad_address_lookup(values["email"])
        return values


class CodeForm(ConfirmLoginCodeForm):
    """The code from the mail."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Does equal work first."""
        pad_account_lookup(context.request)
        super().__init__(*arguments, **options)


class ReauthenticationCodeForm(forms.Form):
    """The code from a message."""

    code = forms.CharField(
        label=_("Code from the message"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )


class LeaveOrganisationForm(forms.Form):
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
        own = sign_in_addresses(user)
        address: Any = self.fields["address"]
        address.choices = [(email, email) for email in own]
        delegate = Delegate.objects.filter(user=user).first()
        work: Any = self.fields["work"]
        if delegate is None or not current_affiliations_of(delegate, on).exists():
            del self.fields["work"]
            return
        work.queryset = current_affiliations_of(delegate, on)
        work.label_from_instance = lambda row: str(row.organisation)
        # Where there is one choice alone, it is made.
        rows = list(work.queryset[:2])
        if len(rows) == 1:
            self.initial["work"] = rows[0].pk
