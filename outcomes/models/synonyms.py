"""Words that mean the same in the search."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Synonyms(models.Model):
    """Words or phrases that find the same."""

    words = models.CharField(
        _("words"),
        max_length=300,
        unique=True,
        help_text=_(
            "Words or phrases with commas between them, for example: hotline, helpline, telephone "
            "line. Who searches for one of them finds the others too. Singular and plural are the "
            "same."
        ),
    )

    class Meta:
        verbose_name = _("words with the same meaning")
        verbose_name_plural = _("words with the same meaning")
        ordering = ["words"]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="synonyms_have_words"),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def phrases(self) -> list[str]:
        return [phrase for part in self.words.split(",") if (phrase := part.strip())]

    def clean(self) -> None:
        if self.words and len(self.phrases) < 2:
            raise ValidationError({"words": _("Enter at least two words, with a comma between.")})
