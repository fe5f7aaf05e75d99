"""What people agreed to, in which words, and when."""

import hashlib
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate
from participants.models.person_model import UnnamedModel
from participants.models.personal_data import ShownTo

END_OF_SHORT_TEXT = "\n* * *\n"


class ConsentNotice(models.Model):
    """One version of what people agree to. Never change one; add a version."""

    class Purpose(models.TextChoices):
        SHARING = "sharing", _("Sharing contact details")

    purpose = models.CharField(
        _("purpose"),
        max_length=20,
        choices=Purpose.choices,
        help_text=_("What people are asked to agree to."),
    )
    version = models.PositiveSmallIntegerField(
        _("version"), help_text=_("Starts at 1. People are asked to agree to the highest version.")
    )
    language = models.CharField(
        _("language"), max_length=12, help_text=_("The language of this text, for example en.")
    )
    text = models.TextField(_("text"), help_text=_("The exact text of the notice."))
    sha256 = models.CharField(
        _("SHA-256"),
        max_length=64,
        help_text=_("The SHA-256 of the text in UTF-8. It shows that the text is the same."),
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
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def in_short(self) -> str:
        """The title and six sentences; empty in versions that have none."""
        return self.text.rpartition(END_OF_SHORT_TEXT)[0]

    @property
    def in_full(self) -> str:
        return self.text.rpartition(END_OF_SHORT_TEXT)[2]


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Consents are only added. An erasure deletes them with the base manager."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError("Consents are never changed; add another one.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("Consents are never deleted; only an erasure takes them along.")


class Consent(models.Model):
    """A person gave, renewed or withdrew consent. Rows are only added."""

    class Action(models.TextChoices):
        GIVEN = "given", _("Given")
        RENEWED = "renewed", _("Renewed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class By(models.TextChoices):
        OWNER = "owner", _("You, signed in")
        LINK = "link", _("You, with the link in an email")
        REVIEW = "review", _("The yearly review, because you did not answer")
        NOTICE = "notice", _("The portal, because you did not agree to the new notice")

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="consents",
        verbose_name=_("delegate"),
        help_text=_("The delegate this consent belongs to."),
    )
    notice = models.ForeignKey(
        ConsentNotice,
        on_delete=models.PROTECT,
        related_name="consents",
        verbose_name=_("notice"),
        help_text=_("The text of the notice, with its version and language."),
    )
    action = models.CharField(
        _("action"), max_length=10, choices=Action.choices, help_text=_("What was done.")
    )
    by = models.CharField(
        _("done by"), max_length=10, choices=By.choices, help_text=_("Who did it, and how.")
    )
    at = models.DateTimeField(_("date and time"), help_text=_("The date and time of the action."))

    objects = ConsentQuerySet.as_manager()

    personal_data = (ShownTo("delegate", "consents", _("Your consent"), "notice action by at"),)

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
                condition=Q(by__in=["owner", "link", "review", "notice"]),
                name="consent_method_valid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.at:%Y-%m-%d}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("A consent is never changed; add another one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("A consent is never deleted; only an erasure takes it along.")


class ConsentRequest(UnnamedModel):
    """A person was asked to agree to a new version of the notice.

    It is open until the person answers, or until everything they share goes back to “Only me”.
    """

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="consent_requests",
        verbose_name=_("delegate"),
        help_text=_("The delegate who was asked."),
    )
    version = models.PositiveSmallIntegerField(
        _("version"), help_text=_("The version of the notice.")
    )
    asked_on = models.DateField(_("asked on"), help_text=_("The day of the first email."))
    narrows_on = models.DateField(
        _("“Only me” from"),
        help_text=_("Without an answer, everything goes back to “Only me” on this day."),
    )
    reminded_on = models.DateField(
        _("reminded on"), null=True, blank=True, help_text=_("The day of the second email.")
    )
    closed_on = models.DateField(
        _("closed on"),
        null=True,
        blank=True,
        help_text=_("The day of the answer, or when everything went back to “Only me”."),
    )

    personal_data = (
        ShownTo(
            "delegate",
            "consent_requests",
            _("Requests to agree to a new notice"),
            "version asked_on narrows_on reminded_on closed_on",
        ),
    )

    class Meta:
        verbose_name = _("request to agree to a new notice")
        verbose_name_plural = _("requests to agree to a new notice")
        ordering = ["delegate", "asked_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["delegate", "version"], name="consent_request_unique"),
            models.UniqueConstraint(
                fields=["delegate"],
                condition=Q(closed_on=None),
                name="consent_request_one_open",
            ),
            models.CheckConstraint(
                condition=Q(narrows_on__gt=F("asked_on")), name="consent_request_gives_time"
            ),
        ]
