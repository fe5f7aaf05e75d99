"""A lost second factor, taken off by two people together."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from participants.models.user import User


class FactorReset(models.Model):
    """One person asks to take off somebody's second factor, another one agrees."""

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="factor_resets",
        verbose_name=_("account"),
        help_text=_("Who lost the second factor."),
    )
    reason = models.CharField(
        _("reason"),
        max_length=200,
        help_text=_("How you made sure that it is this person, for example by a telephone call."),
    )
    asked_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("asked by"),
        help_text=_("The other co-chair, or the operator."),
    )
    asked_at = models.DateTimeField(_("asked"), help_text=_("When it was asked for."))
    agreed_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agreed by"),
        help_text=_("The other of the two. Nobody agrees with themselves."),
    )
    agreed_at = models.DateTimeField(
        _("agreed"), null=True, blank=True, help_text=_("From then on the factor is off.")
    )

    class Meta:
        verbose_name = _("reset of a second factor")
        verbose_name_plural = _("resets of second factors")
        ordering = ["-asked_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_by=None) | Q(agreed_by=None) | ~Q(asked_by=F("agreed_by")),
                name="factor_reset_by_two",
                violation_error_message=_("Somebody else has to agree."),
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(agreed_at=None), name="factor_reset_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
