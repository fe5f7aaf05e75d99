"""What people follow by email, and in a calendar of their own."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outcomes.models.commitment import Commitment
from outcomes.models.outcome import Outcome
from outcomes.models.statement import Theme
from participants.models import Organisation, User
from participants.models.personal_data import ShownTo
from roundtable.models import Event

SUBSCRIPTION_TARGETS = ("event", "theme", "organisation", "outcome", "commitment")


def _exactly_one_target() -> Q:
    condition = Q()
    for chosen in SUBSCRIPTION_TARGETS:
        condition |= Q(**{f"{name}__isnull": name != chosen for name in SUBSCRIPTION_TARGETS})
    return condition


class Subscription(models.Model):
    """Something that a user follows by email."""

    class Frequency(models.TextChoices):
        AT_ONCE = "at-once", _("immediately")
        WEEKLY = "weekly", _("once a week")

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="subscriptions",
        verbose_name=_("account"),
        help_text=_("The account that receives the emails."),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("roundtable"),
        help_text=_("All changes at this roundtable."),
    )
    theme = models.ForeignKey(
        Theme,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("theme"),
        help_text=_("All changes under this theme."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("organisation"),
        help_text=_("All changes to the commitments and answers of this organisation."),
    )
    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("point"),
        help_text=_("All changes under this point."),
    )
    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("commitment"),
        help_text=_("Changes to this commitment only."),
    )
    frequency = models.CharField(
        _("how often"),
        max_length=8,
        choices=Frequency.choices,
        default=Frequency.WEEKLY,
        help_text=_("We send emails at most this often."),
    )
    notified_until = models.DateTimeField(
        _("notified until"), help_text=_("The next email contains all changes after this time.")
    )

    personal_data = (
        ShownTo(
            "user",
            "subscriptions",
            _("What you follow by email"),
            "event theme organisation outcome__statement__event outcome__number "
            "commitment__reference frequency notified_until",
        ),
    )

    class Meta:
        verbose_name = _("followed item")
        verbose_name_plural = _("followed items")
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
        if self.organisation:
            return self.organisation.public_name
        return str(next(filter(None, (getattr(self, name) for name in SUBSCRIPTION_TARGETS)), ""))


class CalendarAddress(models.Model):
    """The secret address of the calendar with someone's commitments. Only its hash is saved."""

    user = models.OneToOneField(
        User,
        on_delete=models.CASCADE,
        related_name="calendar_address",
        verbose_name=_("account"),
        help_text=_("Whose commitments the calendar has."),
    )
    key_hash = models.CharField(
        _("hash of the key"),
        max_length=64,
        unique=True,
        help_text=_("The SHA-256 of the key. The key itself is only in the address."),
    )
    created_at = models.DateTimeField(
        _("created at"), help_text=_("When the person made this address.")
    )

    personal_data = (
        ShownTo("user", "calendar_address", _("The address of your calendar"), "created_at"),
    )

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self) -> str:
        return f"calendar address {self.pk}"
