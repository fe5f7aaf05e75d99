"""The forms of signing in, which cost the same for known and unknown addresses."""

from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, LoginForm, RequestLoginCodeForm
from allauth.core import context

from participants.accounts.timing_protection import look_for_nobody, look_twice


class SignInForm(LoginForm):
    """The address to sign in with."""

    def clean(self) -> dict[str, Any]:
        """What was typed, after equal work."""
        values: dict[str, Any] = super().clean()
        if not self.errors:
            look_twice(values["login"])
        return values


class RequestCodeForm(RequestLoginCodeForm):
    """The address that another code is to go to."""

    def clean(self) -> dict[str, Any]:
        """What was typed, after equal work."""
        values: dict[str, Any] = super().clean()
        if not self.errors:
            look_twice(values["email"])
        return values


class CodeForm(ConfirmLoginCodeForm):
    """The code from the mail."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Does equal work first."""
        look_for_nobody(context.request)
        super().__init__(*arguments, **options)
