"""How long what is known of a person is kept: the yearly review, and erasure."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate


class RetentionAction(models.Model):
    """One step of a person's yearly review, taken once for each time it comes round."""

    class Action(models.TextChoices):
        """What was done."""

        CONFIRMATION_REQUESTED = "requested", _("Asked whether all is still right")
        MADE_PRIVATE = "made-private", _("Narrowed every channel to the person alone")
        WARNED = "warned", _("Warned that the profile will be erased")
        WARNED_AGAIN = "warned-again", _("Warned a second time")

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="retention_actions",
        verbose_name=_("delegate"),
        help_text=_("Whose profile it is about."),
    )
    review_started_on = models.DateField(
        _("last found right"), help_text=_("The day that this review counts from.")
    )
    action = models.CharField(
        _("step"), max_length=15, choices=Action.choices, help_text=_("What was done.")
    )
    taken_on = models.DateField(_("day"), help_text=_("The day on which it was done."))

    class Meta:
        verbose_name = _("step of a review")
        verbose_name_plural = _("steps of reviews")
        ordering = ["delegate", "taken_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["delegate", "review_started_on", "action"], name="retention_action_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taken_on}: {self.get_action_display()}"


class Erasure(models.Model):
    """A mark of what was erased, so that a restored backup is erased again.

    The mark is an HMAC with a key outside the database: who holds the database alone cannot find
    out whose address it was.
    """

    class Kind(models.TextChoices):
        """What the mark was made from."""

        HANDLE = "handle", _("handle")
        ADDRESS = "address", _("address")
        ACCOUNT = "account", _("account")
        KEY = "key", _("nothing but the key")

    kind = models.CharField(
        _("made from"), max_length=10, choices=Kind.choices, help_text=_("What was marked.")
    )
    mark = models.CharField(
        _("mark"), max_length=64, help_text=_("HMAC-SHA-256 as hexadecimal digits.")
    )
    at = models.DateTimeField(_("when"), help_text=_("When it was erased."))

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "mark", "at"], name="erasure_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"
