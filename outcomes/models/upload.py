"""Files that someone imports, and the state of each import."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from participants.models import User
from participants.models.personal_data import ShownTo
from roundtable.models import Event


def generate_upload_key() -> str:
    # Part of a web address, so no one must be able to guess it.
    return get_random_string(20, "abcdefghjkmnpqrstuvwxyz23456789")


class Upload(models.Model):
    """A file to import. The file is in a private folder and is deleted with this row."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting to be processed")
        PREVIEWED = "previewed", _("preview ready")
        DONE = "done", _("imported")

    class Task(models.TextChoices):
        PREVIEW = "preview", _("preview")
        IMPORT = "import", _("import")

    key = models.CharField(
        _("key"),
        max_length=20,
        unique=True,
        default=generate_upload_key,
        help_text=_("Used in web addresses."),
    )
    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="uploads",
        verbose_name=_("account"),
        help_text=_("The person who imports the file. No one else sees it."),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("roundtable"),
        help_text=_(
            "The roundtable that the file belongs to, if the file has only some of the sheets."
        ),
    )
    file_name = models.CharField(
        _("file"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("The name of the file, as it was chosen."),
    )
    source = models.CharField(
        _("where it comes from"),
        max_length=300,
        blank=True,
        default="",
        help_text=_("The address of a page, or who sent the file and when."),
    )
    uploaded_at = models.DateTimeField(_("uploaded"), help_text=_("When the file was uploaded."))
    state = models.CharField(
        _("state"),
        max_length=16,
        choices=State.choices,
        help_text=_("The current state of the import."),
    )
    next_task = models.CharField(
        _("next task"),
        max_length=16,
        choices=Task.choices,
        help_text=_("What the background worker does next."),
    )
    run = models.PositiveIntegerField(
        _("run"),
        default=0,
        help_text=_(
            "Counts the tasks given to the background worker. Only the newest one is valid."
        ),
    )
    claimed_at = models.DateTimeField(
        _("started"),
        null=True,
        blank=True,
        help_text=_("When the background worker started this run."),
    )
    choices: Any = models.JSONField(
        _("choices"),
        default=dict,
        help_text=_("How far the import is, and the answers about rows."),
    )
    finished_at = models.DateTimeField(
        _("ended"), null=True, blank=True, help_text=_("When the file was imported.")
    )

    personal_data = (
        ShownTo(
            "user",
            "uploads",
            _("Files that you uploaded for import"),
            "event file_name source uploaded_at state finished_at",
        ),
    )

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["uploaded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "previewed", "done"]),
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


class ImportedRow(models.Model):
    """What a row of a file became, to find it again and to undo it.

    It has no cells of the file. `key` is a hash of the number that the row has in its list.
    """

    class Result(models.TextChoices):
        ADDED = "added", _("added")
        CHANGED = "changed", _("changed")

    upload = models.ForeignKey(
        Upload,
        on_delete=models.CASCADE,
        related_name="imported_rows",
        verbose_name=_("import"),
        help_text=_("The import that stored it."),
    )
    model = models.CharField(_("kind"), max_length=40, help_text=_("What the row became."))
    object_id = models.BigIntegerField(_("number"), help_text=_("The number of what it became."))
    result = models.CharField(
        _("result"),
        max_length=8,
        choices=Result.choices,
        help_text=_("Whether the import added or changed it."),
    )
    key = models.CharField(
        _("key"),
        max_length=64,
        blank=True,
        default="",
        help_text=_("A hash of the number that the row has in its list."),
    )
    values: Any = models.JSONField(
        _("values"), default=dict, help_text=_("Before and after the import, of what it changed.")
    )

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        ordering = ["pk"]
        indexes = [models.Index(fields=["model", "object_id"], name="imported_row_object")]
        constraints = [
            models.CheckConstraint(
                condition=Q(result__in=["added", "changed"]), name="imported_row_result_valid"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"
