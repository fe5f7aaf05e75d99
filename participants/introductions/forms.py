"""The form to request an introduction."""

from django import forms
from django.utils.translation import gettext_lazy as _

from participants.models import Introduction


class IntroductionForm(forms.ModelForm):  # type: ignore[type-arg]
    """The message to the person who is asked."""

    class Meta:
        model = Introduction
        fields = ["message"]
        labels = {"message": _("Why would you like to reach this person?")}
        help_texts = {"message": _("The person can read this before they answer.")}
        widgets = {"message": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["message"].required = True
