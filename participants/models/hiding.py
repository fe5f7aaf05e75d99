"""Codes on paper with which people hide their profile without a mailbox."""

import hashlib
import unicodedata

from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate
from participants.models.personal_data import ShownTo

# Without letters and digits that look alike on paper.
CODE_ALPHABET = "ACDEFHJKMNPRTUWXY34679"
CODE_LENGTH = 12


class HidingWay(models.TextChoices):
    """How a profile was hidden by someone who did not sign in to it, besides by a link."""

    CODE = "code", _("Someone with the paper code")
    DESK = "desk", _("At the co-chairs' desk")


class HidingCode(models.Model):
    """The code of a person. Only its hash is saved."""

    delegate = models.OneToOneField(
        Delegate,
        on_delete=models.CASCADE,
        related_name="hiding_code",
        verbose_name=_("delegate"),
        help_text=_("Whom the code hides."),
    )
    code_hash = models.CharField(
        _("hash of the code"),
        max_length=64,
        unique=True,
        help_text=_("The SHA-256 of the code. The code itself is only on paper."),
    )
    made_at = models.DateTimeField(_("made at"), help_text=_("When the person made the code."))

    personal_data = (ShownTo("delegate", "hiding_code", _("Your paper code"), "made_at"),)

    class Meta:
        verbose_name = _("paper code")
        verbose_name_plural = _("paper codes")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name}, {self.made_at:%Y-%m-%d}"

    @staticmethod
    def digest(code: str) -> str:
        """The same for each way of writing the code: in any case, with spaces or hyphens."""
        text = unicodedata.normalize("NFKC", code).upper()
        return hashlib.sha256("".join(c for c in text if c.isalnum()).encode()).hexdigest()
