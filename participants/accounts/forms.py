"""Forms to sign in and to leave an organisation."""

import json
from datetime import date
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    ConfirmEmailVerificationCodeForm,
    ConfirmLoginCodeForm,
    LoginForm,
    RequestLoginCodeForm,
)
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.utils.http import base36_to_int
from django.utils.translation import gettext_lazy as _

from participants.accounts.account_changes import find_former_account
from participants.accounts.addresses import sign_in_addresses
from participants.accounts.codes import is_code
from participants.accounts.departure import current_affiliations_of
from participants.accounts.second_factor import use_recovery_code
from participants.accounts.sign_in_limits import wait_for_code
from participants.accounts.timing_protection import pad_account_lookup, pad_address_lookup
from participants.models import Affiliation, Delegate, User
from roundtable.allauth_compat import LOGIN_SESSION_KEY
from roundtable.logs import log_security_event
from roundtable.web.limits import WAIT_KEY, refuse, waiting_time


class CodeLimitMixin(forms.Form):
    """Refuses to send codes too often. A recovery code gets past what strangers did."""

    recovery_code = forms.CharField(
        label=_("Recovery code"),
        required=False,
        max_length=40,
        widget=forms.HiddenInput,
        help_text=_("If you saved recovery codes, enter one of them. Then we send you a code now."),
    )

    def find_former(self, address: str) -> User | None:
        """The account that a factor of before can open, if a change closed it.

        Raises ValidationError if no code is sent to the address now.
        """
        # Known and unknown addresses must take the same time.
        pad_address_lookup(address)
        former = find_former_account(address)
        wait = wait_for_code(context.request, address)
        entered = self.cleaned_data["recovery_code"]
        if not wait or (entered and use_recovery_code(address, entered)):
            return former
        self.fields["recovery_code"].widget = forms.TextInput(attrs={"autocomplete": "off"})
        log_security_event("too many codes", context.request)
        refuse(context.request, wait)
        raise ValidationError(
            _(
                "Too many codes were requested for this address. Wait %(wait)s, then try again. A "
                "passkey works immediately, and so do a recovery code and a browser in which you "
                "signed in before."
            ),
            params={"wait": waiting_time(wait)},
        )


class SignInForm(CodeLimitMixin, LoginForm):
    """Asks for the sign-in address."""

    field_order = ("login", "recovery_code")
    user: User | None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors:
            former = self.find_former(values["login"])
            self.user = self.user or former
        return values


class RequestCodeForm(CodeLimitMixin, RequestLoginCodeForm):
    """Asks where to send another code."""

    field_order = ("email", "recovery_code")
    _user: User | None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors:
            former = self.find_former(values["email"])
            self._user = self._user or former
        return values


class RecoveryCodesForm(GenerateRecoveryCodesForm):
    """Makes recovery codes, also for someone without an app or a passkey."""

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = self.cleaned_data
        return values


class HashedCodeMixin:
    """Compares the code with its hash in the session."""

    expected_code: str
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not is_code(code, self.expected_code or ""):
            log_security_event("wrong code", context.request, **_account_of_sign_in())
            raise get_adapter().validation_error("incorrect_code")
        return code


def _account_of_sign_in() -> dict[str, int]:
    """The account that someone tries to open; empty for an address of no one."""
    waiting = context.request.session.get(LOGIN_SESSION_KEY) or {}
    return {"account": base36_to_int(waiting["user_pk"])} if waiting.get("user_pk") else {}


class FactorFormMixin:
    """Logs a wrong code of an app or a recovery code."""

    user: User

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            log_security_event("wrong second factor", context.request, account=self.user.pk)
            raise
        return code


class FactorForm(FactorFormMixin, AuthenticateForm):
    """Asks for the second factor, to sign in."""


class FactorAgainForm(FactorFormMixin, ReauthenticateForm):
    """Asks for the second factor once more."""


# What the package raises for an answer that no browser gives.
PASSKEY_ERRORS = (ValidationError, AttributeError, LookupError, TypeError, ValueError)
MAX_BRACKETS = 50  # the answer of a browser has about ten


class PasskeyDecoder(json.JSONDecoder):
    """Also refuses what would end in another error: deep nesting, and huge numbers."""

    def decode(self, text: str, *args: Any) -> Any:
        if text.count("[") + text.count("{") > MAX_BRACKETS:
            raise json.JSONDecodeError("Too many brackets", "", 0)
        try:
            return super().decode(text, *args)
        except ValueError as problem:
            raise json.JSONDecodeError("No JSON", "", 0) from problem


class DecodePasskeyMixin(forms.Form):
    """Reads a passkey's answer with PasskeyDecoder."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].decoder = PasskeyDecoder  # type: ignore[attr-defined]


class PasskeyFormMixin(DecodePasskeyMixin):
    """Logs a passkey that was refused; of whom is not known if it signs in alone."""

    user: User | None

    def clean_credential(self) -> Authenticator:
        try:
            passkey: Authenticator = super().clean_credential()  # type: ignore[misc]
        except PASSKEY_ERRORS as problem:
            if WAIT_KEY in context.request.META:
                raise
            account = self.user.pk if self.user else None
            log_security_event("wrong passkey", context.request, account=account)
            raise ValidationError(
                _("This passkey was not accepted. Try again, or use another one.")
            ) from problem
        return passkey


class NewPasskeyForm(DecodePasskeyMixin, AddWebAuthnForm):
    """Adds a passkey."""

    def clean(self) -> dict[str, Any]:
        try:
            values = super().clean() or {}
        except PASSKEY_ERRORS as problem:
            raise ValidationError(_("This passkey could not be added. Try again.")) from problem
        return values


class PasskeySignInForm(PasskeyFormMixin, LoginWebAuthnForm):
    """Asks for a passkey alone, to sign in."""


class PasskeyForm(PasskeyFormMixin, AuthenticateWebAuthnForm):
    """Asks for a passkey as the second factor, to sign in."""


class PasskeyAgainForm(PasskeyFormMixin, ReauthenticateWebAuthnForm):
    """Asks for a passkey once more."""


class AddressCodeForm(HashedCodeMixin, ConfirmEmailVerificationCodeForm):
    """Asks for the code that confirms a new address."""


class CodeForm(HashedCodeMixin, ConfirmLoginCodeForm):
    """Asks for the sign-in code."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        # Known and unknown addresses must take the same time.
        pad_account_lookup(context.request)
        super().__init__(*arguments, **options)


class ReauthenticationCodeForm(forms.Form):
    """Asks for the code that confirms an action."""

    code = forms.CharField(
        label=_("Code from the email"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )


class LeaveOrganisationForm(forms.Form):
    """The address to remove, and the organisation that the person left."""

    address = forms.ChoiceField(label=_("The address you had there"), widget=forms.RadioSelect)
    work = forms.ModelChoiceField(
        label=_("The organisation you left"),
        queryset=Affiliation.objects.none(),
        widget=forms.RadioSelect,
        empty_label=_("It is not in this list"),
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
        # Preselect the only choice.
        rows = list(work.queryset[:2])
        if len(rows) == 1:
            self.initial["work"] = rows[0].pk
