"""Writes that are asked for twice and done once: the key of a form, and the answer it got."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AnsweredWrite(models.Model):
    """The answer that a form with this key got, so that the same one sent again changes nothing."""

    key = models.CharField(
        _("key"), max_length=64, unique=True, help_text=_("SHA-256 of the form's key and who sent.")
    )
    at = models.DateTimeField(_("when"), db_index=True, help_text=_("When it was answered."))
    request = models.CharField(
        _("request"), max_length=64, help_text=_("SHA-256 of the address and what was sent.")
    )
    location = models.TextField(
        _("leads to"),
        blank=True,
        help_text=_("Where the answer sent the browser. Never what a page showed."),
    )

    class Meta:
        verbose_name = _("answered write")
        verbose_name_plural = _("answered writes")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
