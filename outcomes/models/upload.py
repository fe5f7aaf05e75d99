"""A file that somebody brings in: what is to become of it, and how far that has come."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from participants.models import User
from roundtable.models import Event


def new_key() -> str:
    """Twenty characters that nobody guesses."""
    return get_random_string(20, "abcdefghjkmnpqrstuvwxyz23456789")


class Upload(models.Model):
    """A file on its way in. The file itself lies in a private folder and goes with this row."""

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", _("waiting for the worker")
        ASKS = "asks", _("asks what its columns are")
        SHOWN = "shown", _("shows what it would do")
        DONE = "done", _("stored")

    class Wants(models.TextChoices):
        """What the worker is to do."""

        LOOK = "look", _("look at it")
        STORE = "store", _("store it")

    key = models.CharField(
        _("key"), max_length=20, unique=True, default=new_key, help_text=_("Stands in addresses.")
    )
    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="uploads",
        verbose_name=_("account"),
        help_text=_("Who brings it in. Nobody else sees it."),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("roundtable"),
        help_text=_("Which roundtable a file of some sheets belongs to."),
    )
    uploaded_at = models.DateTimeField(_("uploaded"), help_text=_("When it came."))
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, help_text=_("How far it has come.")
    )
    wants = models.CharField(
        _("next"), max_length=8, choices=Wants.choices, help_text=_("What the worker is to do.")
    )
    run = models.PositiveIntegerField(
        _("run"), default=0, help_text=_("Counts what the worker was asked; an older one is void.")
    )
    claimed_at = models.DateTimeField(
        _("begun"), null=True, blank=True, help_text=_("When a worker began with this run.")
    )
    choices: Any = models.JSONField(
        _("choices"),
        default=dict,
        help_text=_("Which column is what by its number, and what was answered about rows."),
    )
    ended_at = models.DateTimeField(
        _("ended"), null=True, blank=True, help_text=_("When it was stored.")
    )

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["uploaded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "asks", "shown", "done"]),
                name="upload_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="done", ended_at__isnull=False)
                | (~Q(state="done") & Q(ended_at=None)),
                name="upload_done_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return self.key
