"""Agreeing to a notice, to the very words that were shown."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from participants.models import ConsentNotice

READ_AGAIN = _("The notice has changed since you opened this page. Read it again, then agree.")


def agreement_field(*, required: bool) -> forms.BooleanField:
    """The box that says that one has read the notice and agrees."""
    return forms.BooleanField(
        label=_("I have read the notice and agree"),
        required=required,
        error_messages={"required": _("Tick the box if you agree. Without it nothing is shared.")},
    )


class AgreementForm(forms.Form):
    """A person's yes to the notice that the page showed.

    The page sends the notice's SHA-256 along as `wording`.
    """

    agree = agreement_field(required=True)

    def __init__(self, data: Any, notice: ConsentNotice) -> None:
        super().__init__(data)
        self.notice = notice

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where other words were shown than those that hold by now."""
        if self.data.get("wording") != self.notice.sha256:
            raise ValidationError(READ_AGAIN)
        return self.cleaned_data


class ReviewForm(AgreementForm):
    """One press: all is still right, under the notice that the page showed."""

    agree = None  # type: ignore[assignment]
