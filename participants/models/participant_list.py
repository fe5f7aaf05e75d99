"""The list of a roundtable's participants, given to one co-chair once another agreed."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from participants.models.user import User
from roundtable.models import Event


class ParticipantList(models.Model):
    """One request for the list; the people in it are read anew at each download, and not kept."""

    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="participant_lists",
        verbose_name=_("roundtable"),
        help_text=_("Whose confirmed participants it names."),
    )
    purpose = models.CharField(
        _("purpose"),
        max_length=300,
        help_text=_("What you need it for, for example badges for the next meeting."),
    )
    requested_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("asked by"),
        help_text=_("Who gets it, and nobody else."),
    )
    requested_at = models.DateTimeField(_("asked"), help_text=_("When it was asked for."))
    decided_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
        help_text=_("A co-chair for another organisation."),
    )
    decided_at = models.DateTimeField(
        _("decided"), null=True, blank=True, help_text=_("When that one said yes or no.")
    )
    expires_at = models.DateTimeField(
        _("can be fetched until"),
        null=True,
        blank=True,
        help_text=_("Seven days after the yes. Empty: nobody said yes."),
    )
    watermark = models.CharField(
        _("mark"),
        max_length=12,
        unique=True,
        help_text=_("Stands in each line of each copy, so that one knows whose copy it is."),
    )
    canary_name = models.CharField(
        _("made-up name"),
        max_length=100,
        help_text=_("One line of the list is of nobody: who writes to this person has the list."),
    )
    canary_email = models.EmailField(
        _("made-up address"), unique=True, help_text=_("At this portal's own domain.")
    )

    class Meta:
        verbose_name = _("list of participants")
        verbose_name_plural = _("lists of participants")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(purpose=""), name="participant_list_has_purpose"),
            models.CheckConstraint(
                condition=Q(requested_by=None)
                | Q(decided_by=None)
                | ~Q(requested_by=F("decided_by")),
                name="participant_list_by_two",
                violation_error_message=_("Somebody else has to agree."),
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(decided_at__isnull=False),
                name="participant_list_downloaded_after_approval",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event.code} · {self.purpose[:60]}"

    def is_downloadable(self, at: datetime) -> bool:
        """Whether somebody agreed to it, not longer than seven days ago."""
        return self.expires_at is not None and at < self.expires_at
