"""Lists of participants, which one co-chair requests and another one approves."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from participants.models.personal_data import ShownTo
from participants.models.user import User, decided_by_another
from roundtable.models import Event


class ParticipantList(models.Model):
    """One request for the list. Its people are read at each download and not saved here."""

    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="participant_lists",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable whose confirmed participants are in the list."),
    )
    purpose = models.CharField(
        _("purpose"),
        max_length=300,
        help_text=_(
            "Why you need the list, and who else gets it: for example the venue, to make badges. "
            "Each person in the list reads this, so do not name anyone."
        ),
    )
    requested_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("requested by"),
        help_text=_("Only this person can download the list."),
    )
    requested_at = models.DateTimeField(_("requested at"), help_text=_("When it was requested."))
    decided_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
        help_text=_("A co-chair who acts for another organisation."),
    )
    decided_at = models.DateTimeField(
        _("decided at"), null=True, blank=True, help_text=_("When that co-chair agreed or refused.")
    )
    expires_at = models.DateTimeField(
        _("can be downloaded until"),
        null=True,
        blank=True,
        help_text=_("Seven days after the other co-chair agreed. Empty if no one agreed."),
    )
    personal_data = (
        ShownTo(
            "requested_by",
            "lists_requested",
            _("Lists of participants that you requested"),
            "event purpose requested_at decided_at expires_at",
        ),
        ShownTo(
            "decided_by",
            "lists_decided",
            _("Lists of participants that you decided on"),
            "event decided_at expires_at",
        ),
    )

    class Meta:
        verbose_name = _("list of participants")
        verbose_name_plural = _("lists of participants")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(purpose=""), name="participant_list_has_purpose"),
            decided_by_another("decided_by", name="participant_list_by_two"),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(decided_at__isnull=False),
                name="participant_list_downloaded_after_approval",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event.code} · {Truncator(self.purpose).words(10)}"

    def is_downloadable(self, at: datetime) -> bool:
        return self.expires_at is not None and at < self.expires_at
