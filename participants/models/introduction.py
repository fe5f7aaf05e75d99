"""Introductions: two people who agreed that each may be reached by the other."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from participants.models.delegate import Delegate, generate_handle
from participants.models.user import User


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    """Which introductions hold."""

    def accepted(self) -> "IntroductionQuerySet":
        """Those that both sides accepted and neither ended."""
        return self.filter(
            first_accepted_at__isnull=False,
            second_accepted_at__isnull=False,
            first_ended_at=None,
            second_ended_at=None,
        )

    def between(self, one: Delegate, other: Delegate) -> "IntroductionQuerySet":
        """Those of these two people."""
        return self.filter(Q(first=one, second=other) | Q(first=other, second=one))

    def of(self, delegate: Delegate) -> "IntroductionQuerySet":
        """Those that this person is a side of."""
        return self.filter(Q(first=delegate) | Q(second=delegate))


class Introduction(models.Model):
    """Somebody proposes that two people reach each other; it holds once both accepted.

    Where one of the two asks for it, that one is `first` and has accepted already. Each side ends
    or refuses it for itself: the other one is not told, and goes on reading that it waits.
    """

    handle = models.CharField(
        _("handle"),
        max_length=10,
        unique=True,
        default=generate_handle,
        editable=False,
        help_text=_("Stands for it in addresses, where a number would tell how many there are."),
    )
    first = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="introductions_as_first",
        verbose_name=_("one side"),
        help_text=_("One of the two; who asked, if one of them did."),
    )
    second = models.ForeignKey(
        Delegate,
        on_delete=models.CASCADE,
        related_name="introductions_as_second",
        verbose_name=_("other side"),
        help_text=_("The other of the two."),
    )
    proposed_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("proposed by"),
        help_text=_("Who proposed it: the first side or a co-chair."),
    )
    message = models.TextField(
        _("why"),
        max_length=600,
        blank=True,
        help_text=_("What both should know before they answer. Write no address in it."),
    )
    proposed_at = models.DateTimeField(_("proposed"), help_text=_("When it was proposed."))
    first_accepted_at = models.DateTimeField(
        _("accepted by one side"), null=True, blank=True, help_text=_("Empty: not yet.")
    )
    second_accepted_at = models.DateTimeField(
        _("accepted by the other side"), null=True, blank=True, help_text=_("Empty: not yet.")
    )
    first_ended_at = models.DateTimeField(
        _("ended by one side"), null=True, blank=True, help_text=_("Empty: not refused or ended.")
    )
    second_ended_at = models.DateTimeField(
        _("ended by the other side"),
        null=True,
        blank=True,
        help_text=_("Empty: not refused or ended."),
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
