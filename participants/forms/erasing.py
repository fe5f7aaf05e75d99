"""The word that one types before one is erased."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class EraseForm(forms.Form):
    """A word to type, so that nobody is erased by a slip of the finger."""

    word = forms.CharField(
        label=_("Type the word “erase”"),
        max_length=40,
        error_messages={"required": _("Type the word “erase” if you want to go.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def clean_word(self) -> str:
        """Raises ValidationError for another word."""
        word: str = self.cleaned_data["word"].strip()
        # Translators: the word that one types to be erased, as named in the label.
        if word.casefold().strip("“”\"'") != gettext("erase").casefold():
            raise forms.ValidationError(_("This is another word. Type “erase”, nothing else."))
        return word
