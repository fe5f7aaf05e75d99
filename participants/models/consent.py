"""What people agreed to, in which words, and when."""

import hashlib
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate


class ConsentNotice(models.Model):
    """One wording of what somebody agrees to; it never changes, a later one gets a new version."""

    class Purpose(models.TextChoices):
        """What the consent is for."""

        SHARING = "sharing", _("Sharing contact details")

    purpose = models.CharField(
        _("purpose"), max_length=20, choices=Purpose.choices, help_text=_("What is agreed to.")
    )
    version = models.PositiveSmallIntegerField(
        _("version"), help_text=_("Counts from 1; the highest one is asked for.")
    )
    language = models.CharField(
        _("language"), max_length=12, help_text=_("The language of this wording, such as en.")
    )
    text = models.TextField(_("text"), help_text=_("The notice word for word."))
    sha256 = models.CharField(
        _("SHA-256"), max_length=64, help_text=_("Of the text in UTF-8: shows that it is the same.")
    )

    class Meta:
        verbose_name = _("consent notice")
        verbose_name_plural = _("consent notices")
        ordering = ["purpose", "-version", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "version", "language"], name="consent_notice_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.version} ({self.language})"

    @staticmethod
    def digest(text: str) -> str:
        """The SHA-256 of a text, as 64 hexadecimal digits."""
        return hashlib.sha256(text.encode()).hexdigest()


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Consents are only ever added; erasing a person goes round this, by the base manager."""

    def update(self, **kwargs: Any) -> int:
        """Raises TypeError: what was agreed stays."""
        raise TypeError("Consents are never changed; add another one.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Raises TypeError: what was agreed stays."""
        raise TypeError("Consents are never deleted; only an erasure takes them along.")


class Consent(models.Model):
    """One act of a person's consent: given, renewed or withdrawn. Rows are only ever added."""

    class Action(models.TextChoices):
        """What was done."""

        GIVEN = "given", _("Given")
        RENEWED = "renewed", _("Renewed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class By(models.TextChoices):
        """Who did it, and how."""

        OWNER = "owner", _("You, signed in")
        LINK = "link", _("You, with the link in a message")
        REVIEW = "review", _("The yearly review, as you did not answer")

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="consents",
        verbose_name=_("delegate"),
        help_text=_("Whose consent it is."),
    )
    notice = models.ForeignKey(
        ConsentNotice,
        on_delete=models.PROTECT,
        related_name="consents",
        verbose_name=_("notice"),
        help_text=_("The wording, with its version and language."),
    )
    action = models.CharField(
        _("what"), max_length=10, choices=Action.choices, help_text=_("What was done.")
    )
    by = models.CharField(
        _("by whom"), max_length=10, choices=By.choices, help_text=_("Who did it, and how.")
    )
    at = models.DateTimeField(_("when"), help_text=_("The moment of the act."))

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=["given", "renewed", "withdrawn"]),
                name="consent_action_valid",
            ),
            models.CheckConstraint(
                condition=Q(by__in=["owner", "link", "review"]), name="consent_method_valid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.at:%Y-%m-%d}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Adds the row. Raises TypeError where it is stored already: what was agreed stays."""
        if self.pk:
            raise TypeError("A consent is never changed; add another one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Raises TypeError: only an erasure takes a consent along."""
        raise TypeError("A consent is never deleted; only an erasure takes it along.")
