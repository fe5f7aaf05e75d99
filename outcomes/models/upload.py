"""A file that somebody brings in: what is to become of it, and how far that has come."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from participants.models import User
from roundtable.models import Event


def generate_upload_key() -> str:
    """Twenty characters that nobody guesses."""
    return get_random_string(20, "abcdefghjkmnpqrstuvwxyz23456789")


class Upload(models.Model):
    """A file on its way in. The file itself lies in a private folder and goes with this row."""

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", _("waiting for the worker")
        NEEDS_MAPPING = "needs-mapping", _("asks what its columns are")
        PREVIEWED = "previewed", _("shows what it would do")
        DONE = "done", _("stored")

    class Task(models.TextChoices):
        """What the worker is to do."""

        PREVIEW = "preview", _("look at it")
        IMPORT = "import", _("store it")

    key = models.CharField(
        _("key"),
        max_length=20,
        unique=True,
        default=generate_upload_key,
        help_text=_("Stands in addresses."),
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
        _("state"), max_length=16, choices=State.choices, help_text=_("How far it has come.")
    )
    next_task = models.CharField(
        _("next"), max_length=16, choices=Task.choices, help_text=_("What the worker is to do.")
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
    finished_at = models.DateTimeField(
        _("ended"), null=True, blank=True, help_text=_("When it was stored.")
    )

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["uploaded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "needs-mapping", "previewed", "done"]),
                name="upload_state_valid",
            ),
            models.CheckConstraint(
                condition=Q(state="done", finished_at__isnull=False)
                | (~Q(state="done") & Q(finished_at=None)),
                name="upload_done_has_date",
            ),
        ]

    def __str__(self) -> str:
        return self.key
