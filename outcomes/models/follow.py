"""What people who sign in follow by mail."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.commitment import Commitment
from outcomes.models.outcome import Outcome
from outcomes.models.statement import Theme
from participants.models import Organisation, User
from roundtable.models import Event

SUBSCRIPTION_TARGETS = ("event", "theme", "organisation", "outcome", "commitment")


def _exactly_one_target() -> Q:
    """Exactly one of the columns is filled."""
    condition = Q()
    for chosen in SUBSCRIPTION_TARGETS:
        condition |= Q(**{f"{name}__isnull": name != chosen for name in SUBSCRIPTION_TARGETS})
    return condition


class Subscription(models.Model):
    """Somebody wants to be told by mail when something moves."""

    class Frequency(models.TextChoices):
        """How often."""

        AT_ONCE = "at-once", _("at once")
        WEEKLY = "weekly", _("once a week")

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="subscriptions",
        verbose_name=_("account"),
        help_text=_("Who is told."),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("roundtable"),
        help_text=_("All that moves at this roundtable."),
    )
    theme = models.ForeignKey(
        Theme,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("theme"),
        help_text=_("All that moves under this theme."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("organisation"),
        help_text=_("All that this organisation promised or answered."),
    )
    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("point"),
        help_text=_("All that moves under this point."),
    )
    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("commitment"),
        help_text=_("This commitment alone."),
    )
    frequency = models.CharField(
        _("how often"),
        max_length=8,
        choices=Frequency.choices,
        default=Frequency.WEEKLY,
        help_text=_("How often mail is sent at most."),
    )
    notified_until = models.DateTimeField(
        _("told until"), help_text=_("What moved after this moment stands in the next mail.")
    )

    class Meta:
        verbose_name = _("followed thing")
        verbose_name_plural = _("followed things")
        ordering = ["user", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=_exactly_one_target(), name="subscription_has_one_target"
            ),
            *[
                models.UniqueConstraint(
                    fields=["user", name],
                    condition=Q(**{f"{name}__isnull": False}),
                    name=f"subscription_{name}_unique",
                )
                for name in SUBSCRIPTION_TARGETS
            ],
            models.CheckConstraint(
                condition=Q(frequency__in=["at-once", "weekly"]),
                name="subscription_frequency_valid",
            ),
        ]

    def __str__(self) -> str:
        return str(next(filter(None, (getattr(self, name) for name in SUBSCRIPTION_TARGETS)), ""))
