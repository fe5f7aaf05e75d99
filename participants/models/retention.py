"""How long what is known of a person is kept: the yearly review, and erasure."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate


class ReviewStep(models.Model):
    """One step of a person's yearly review, taken once for each time it comes round."""

    class Step(models.TextChoices):
        """What was done."""

        ASKED = "asked", _("Asked whether all is still right")
        NARROWED = "narrowed", _("Narrowed every channel to the person alone")
        WARNED = "warned", _("Warned that the profile will be erased")
        WARNED_AGAIN = "warned-again", _("Warned a second time")

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="review_steps",
        verbose_name=_("delegate"),
        help_text=_("Whose profile it is about."),
    )
    since = models.DateField(
        _("last found right"), help_text=_("The day that this review counts from.")
    )
    step = models.CharField(
        _("step"), max_length=15, choices=Step.choices, help_text=_("What was done.")
    )
    on = models.DateField(_("day"), help_text=_("The day on which it was done."))

    class Meta:
        verbose_name = _("step of a review")
        verbose_name_plural = _("steps of reviews")
        ordering = ["delegate", "on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["delegate", "since", "step"], name="review_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.on}: {self.get_step_display()}"


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
            models.UniqueConstraint(fields=["kind", "mark", "at"], name="erasure_once"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"
