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

    reading: Any = models.JSONField(
        _("reading"),
        null=True,
        blank=True,
        help_text=_(
            "How a list of commitments was read, until each is compared with the download of "
            "another person."
        ),
    )
    undo_asked_at = models.DateTimeField(
        _("undo asked for"),
        null=True,
        blank=True,
        help_text=_("When someone asked to undo the import."),
    )
    undo_asked_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
        help_text=_("Who asked to undo the import."),
    )
    undone_at = models.DateTimeField(
        _("undone"), null=True, blank=True, help_text=_("When the import was undone.")
    )

    personal_data = (
        ShownTo(
            "user",
            "uploads",
            _("Files that you uploaded for import"),
            "event file_name source uploaded_at state finished_at undo_asked_at undone_at",
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
        REMOVED = "removed", _("removed")

    class Kept(models.TextChoices):
        """Why undoing the import left it as it is."""

        PUBLIC = "public", _("everyone can read it, or could")
        USED = "used", _("something was added to it since")
        CHANGED = "changed", _("it was changed since")
        JOINED = "joined", _("the person was invited, confirmed or has an account")
        FORBIDDEN = "forbidden", _("you may not change it")
        OTHER = "other", _("an undo does not reach things of this kind")

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
        help_text=_("Whether the import added, changed or removed it."),
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
    kept = models.CharField(
        _("stays"),
        max_length=16,
        choices=Kept.choices,
        blank=True,
        default="",
        help_text=_("Why undoing the import left it as it is."),
    )

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        ordering = ["pk"]
        indexes = [models.Index(fields=["model", "object_id"], name="imported_row_object")]
        constraints = [
            models.CheckConstraint(
                condition=Q(result__in=["added", "changed", "removed"]),
                name="imported_row_result_valid",
            ),
            models.CheckConstraint(
                condition=Q(
                    kept__in=["", "public", "used", "changed", "joined", "forbidden", "other"]
                ),
                name="imported_row_kept_valid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"


class ImportRecipe(models.Model):
    """How a person said that lists of one shape become rows of the portal. It names no people."""

    name = models.CharField(_("name"), max_length=80, help_text=_("What the recipe is called."))
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("roundtable"),
        help_text=_("Those who may edit this roundtable may use the recipe."),
    )
    shape = models.CharField(
        _("shape"), max_length=64, help_text=_("A hash of the headings of the list.")
    )
    content: Any = models.JSONField(
        _("content"), help_text=_("Heading row, columns, words, organisations and constants.")
    )
    used_at = models.DateTimeField(_("last used"), help_text=_("When it was last used."))

    class Meta:
        verbose_name = _("recipe for imports")
        verbose_name_plural = _("recipes for imports")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["event", "name"], name="import_recipe_unique"),
        ]

    def __str__(self) -> str:
        return self.name
