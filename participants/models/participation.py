"""Where people work, and when they took part."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate
from participants.models.organisation import Organisation, validate_same_demonstration
from participants.models.user import User
from roundtable.models import Event


class Affiliation(models.Model):
    """Where a delegate works or worked. Past affiliations count too."""

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="affiliations",
        verbose_name=_("delegate"),
        help_text=_("The delegate who works or worked there."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="affiliations",
        verbose_name=_("organisation"),
        help_text=_("The organisation where the person works or worked."),
    )
    post = models.CharField(
        _("post"), max_length=200, blank=True, help_text=_("What the person does or did there.")
    )
    since = models.DateField(
        _("from"), null=True, blank=True, help_text=_("Leave empty if not recorded.")
    )
    until = models.DateField(
        _("to"), null=True, blank=True, help_text=_("Leave empty if the person still works there.")
    )

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ["delegate", "organisation__name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gte=F("since")),
                name="affiliation_ends_after_it_begins",
                violation_error_message=_(
                    "The end date is before the start date. Correct one of the dates."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegate}, {self.organisation}"

    def clean(self) -> None:
        if self.delegate_id and self.organisation_id:
            if self.delegate.is_demonstration != self.organisation.is_demonstration:
                raise ValidationError(
                    _(
                        "Made-up people belong to made-up organisations only. Choose another "
                        "organisation."
                    )
                )


class ParticipationQuerySet(models.QuerySet["Participation"]):
    """Which participations count. Deleting through it deletes: an erasure keeps nothing."""

    def confirmed(self) -> "ParticipationQuerySet":
        return self.filter(confirmed_at__isnull=False)


_ParticipationManager = models.Manager.from_queryset(ParticipationQuerySet)


class PresentParticipations(_ParticipationManager["Participation"]):
    """Leaves out those that have ended: only exceptions and their owner know of them.

    Lookups across relations, such as participations__event, do not use it.
    """

    def get_queryset(self) -> ParticipationQuerySet:
        rows: Any = super().get_queryset()
        found: ParticipationQuerySet = rows.filter(ended_at=None)
        return found


class Participation(models.Model):
    """A delegate's part in a roundtable. It counts once a co-chair has confirmed it.

    If a confirmed one is removed, the row stays as ended: exceptions still match it.
    """

    delegate = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="participations",
        verbose_name=_("delegate"),
        help_text=_("The delegate who took part."),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="participations",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable where the person took part."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="participations",
        verbose_name=_("organisation at the time"),
        help_text=_("The organisation the person represented at the roundtable."),
    )
    capacity = models.CharField(
        _("capacity"),
        max_length=100,
        blank=True,
        help_text=_("For example head of delegation. Leave empty if not recorded."),
    )
    confirmed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
        help_text=_("The co-chair who confirmed it. No one can confirm their own participation."),
    )
    confirmed_at = models.DateTimeField(
        _("confirmed"), null=True, blank=True, help_text=_("When it was confirmed.")
    )
    ended_at = models.DateTimeField(
        _("removed"),
        null=True,
        blank=True,
        editable=False,
        help_text=_(
            "When it was removed after it was confirmed. It then counts for nothing but exclusions."
        ),
    )

    objects = PresentParticipations()
    with_ended = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["event", "delegate"]
        constraints = [
            models.UniqueConstraint(
                fields=["delegate", "event"],
                condition=Q(ended_at=None),
                name="participation_unique",
                violation_error_message=_(
                    "This person already takes part in this roundtable. Choose another person."
                ),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="participation_confirmed_has_decider_and_date",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(confirmed_at__isnull=False),
                name="participation_ended_was_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegate}, {self.event}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Ends a confirmed one, so that no one leaves a past behind that others exclude."""
        if self.confirmed_at is None:
            return super().delete(*args, **kwargs)
        if self.ended_at is None:
            self.ended_at = timezone.now()
            self.save(update_fields=["ended_at"])
        return 0, {}

    def clean(self) -> None:
        if self.delegate_id and self.event_id and self.organisation_id:
            validate_same_demonstration(self.event, self.delegate.is_demonstration)
            validate_same_demonstration(self.event, self.organisation.is_demonstration)
