"""Introductions: two people agree that each can contact the other."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate, handle_field
from participants.models.user import User


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    """Which introductions are valid."""

    def accepted(self) -> "IntroductionQuerySet":
        """Accepted by both sides and ended by neither."""
        return self.filter(
            first_accepted_at__isnull=False,
            second_accepted_at__isnull=False,
            first_ended_at=None,
            second_ended_at=None,
        )

    def between(self, one: Delegate, other: Delegate) -> "IntroductionQuerySet":
        return self.filter(Q(first=one, second=other) | Q(first=other, second=one))

    def of(self, delegate: Delegate) -> "IntroductionQuerySet":
        return self.filter(Q(first=delegate) | Q(second=delegate))


class Introduction(models.Model):
    """A proposal that two people contact each other. It is valid once both have accepted.

    If one of them asked for it, that person is `first` and has already accepted. If one side
    refuses or ends it, the other side is not told and still sees that it is waiting.
    """

    handle = handle_field(
        _("Identifies it in web addresses. A number would show how many there are.")
    )
    first = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="introductions_as_first",
        verbose_name=_("first person"),
        help_text=_(
            "One of the two people. If one of them asked for the introduction, it is that person."
        ),
    )
    second = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="introductions_as_second",
        verbose_name=_("second person"),
        help_text=_("The other one of the two people."),
    )
    proposed_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("proposed by"),
        help_text=_("The account that proposed it: the first person or a co-chair."),
    )
    message = models.TextField(
        _("reason for the introduction"),
        max_length=600,
        blank=True,
        help_text=_(
            "What both people should know before they answer. Do not write any address here."
        ),
    )
    proposed_at = models.DateTimeField(_("proposed at"), help_text=_("When it was proposed."))
    first_accepted_at = models.DateTimeField(
        _("accepted by the first person at"),
        null=True,
        blank=True,
        help_text=_("Empty if this person has not accepted yet."),
    )
    second_accepted_at = models.DateTimeField(
        _("accepted by the second person at"),
        null=True,
        blank=True,
        help_text=_("Empty if this person has not accepted yet."),
    )
    first_ended_at = models.DateTimeField(
        _("ended by the first person at"),
        null=True,
        blank=True,
        help_text=_("Empty if this person has not refused or ended it."),
    )
    second_ended_at = models.DateTimeField(
        _("ended by the second person at"),
        null=True,
        blank=True,
        help_text=_("Empty if this person has not refused or ended it."),
    )

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")
        ordering = ["-proposed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(first=F("second")), name="introduction_of_two_people"
            ),
            models.UniqueConstraint(
                Least("first", "second"),
                Greatest("first", "second"),
                # A co-chair who proposes it must not learn that one of the two asked before.
                "proposed_by",
                condition=Q(first_ended_at=None, second_ended_at=None),
                name="introduction_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
