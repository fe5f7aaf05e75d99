"""How long personal data is kept: the yearly review, and erasure."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate
from participants.models.personal_data import ShownTo


class RetentionAction(models.Model):
    """One stage of a person's yearly review. Each stage happens once in a review."""

    class Action(models.TextChoices):
        CONFIRMATION_REQUESTED = "requested", _("Asked whether everything is still correct")
        MADE_PRIVATE = "made-private", _("Changed every contact detail to “Only me”")
        WARNED = "warned", _("Warned that the profile will be erased")
        WARNED_AGAIN = "warned-again", _("Warned a second time")

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="retention_actions",
        verbose_name=_("delegate"),
        help_text=_("The delegate whose profile is reviewed."),
    )
    review_started_on = models.DateField(
        _("last confirmed on"), help_text=_("The time for this review is counted from this day.")
    )
    action = models.CharField(
        _("step"), max_length=15, choices=Action.choices, help_text=_("What was done.")
    )
    taken_on = models.DateField(_("day"), help_text=_("The day it was done."))

    personal_data = (
        ShownTo(
            "delegate",
            "retention_actions",
            _("Yearly reviews"),
            "review_started_on action taken_on",
        ),
    )

    class Meta:
        verbose_name = _("yearly review stage")
        verbose_name_plural = _("yearly review stages")
        ordering = ["delegate", "taken_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["delegate", "review_started_on", "action"], name="retention_action_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taken_on}: {self.get_action_display()}"


class Erasure(models.Model):
    """A mark of what was erased, so that it is erased again from a restored backup.

    The mark is an HMAC with a key outside the database, so access to the database is not enough to
    find out whose address it was.
    """

    class Kind(models.TextChoices):
        HANDLE = "handle", _("handle")
        ADDRESS = "address", _("address")
        ACCOUNT = "account", _("account")
        KEY = "key", _("the key only")

    kind = models.CharField(
        _("made from"),
        max_length=10,
        choices=Kind.choices,
        help_text=_("What the mark was made from."),
    )
    mark = models.CharField(
        _("mark"), max_length=64, help_text=_("HMAC-SHA-256 as hexadecimal digits.")
    )
    at = models.DateTimeField(_("date and time"), help_text=_("When it was erased."))

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "mark", "at"], name="erasure_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"
