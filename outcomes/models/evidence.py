"""Evidence for an update: a web address, or a file in private storage."""

from typing import Any

from django.core.files.storage import Storage, storages
from django.db import models, transaction
from django.db.models import Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from outcomes.models.editorial import EditorialState
from outcomes.models.progress import ProgressUpdate
from participants.models.personal_data import ShownTo

KEY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Which evidence someone may see."""

    def published(self) -> "EvidenceQuerySet":
        return self.filter(
            is_public=True,
            update__state=EditorialState.APPROVED,
            update__commitment__event__is_public=True,
        )


def generate_evidence_key() -> str:
    # Part of a web address, so no one must be able to guess it.
    return get_random_string(20, KEY_ALPHABET)


def evidence_storage() -> Storage:
    # No web server serves these files; one view does, and checks permissions.
    return storages["evidence"]


class Evidence(models.Model):
    """A web page or a file that supports an update."""

    key = models.CharField(
        _("key"),
        max_length=20,
        unique=True,
        default=generate_evidence_key,
        editable=False,
        help_text=_("Identifies the file in its web address."),
    )
    update = models.ForeignKey(
        ProgressUpdate,
        on_delete=models.CASCADE,
        related_name="evidence",
        verbose_name=_("update"),
        help_text=_("The update that this evidence supports."),
    )
    title = models.CharField(_("title"), max_length=200, help_text=_("What the page or file is."))
    url = models.URLField(
        _("address"), blank=True, help_text=_("The web address where it is published.")
    )
    file = models.FileField(
        _("file"),
        storage=evidence_storage,
        max_length=60,
        blank=True,
        help_text=_("A file instead of a web address."),
    )
    media_type = models.CharField(
        _("file type"),
        max_length=100,
        blank=True,
        editable=False,
        help_text=_("The type found in the content of the file, not in its name."),
    )
    dated_on = models.DateField(
        _("date"),
        null=True,
        blank=True,
        help_text=_("The date on the document or page. Leave empty if there is none."),
    )
    is_public = models.BooleanField(
        _("public"),
        default=False,
        help_text=_(
            "Tick this to show it to everyone, including search engines, once the update "
            "is checked."
        ),
    )

    objects = EvidenceQuerySet.as_manager()

    personal_data = (
        ShownTo(
            "update__author",
            "evidence",
            _("Pages and files with your reports"),
            "update__commitment__reference update__reported_on title url file media_type "
            "dated_on is_public",
            labels={"update__reported_on": _("Report as of")},
        ),
    )

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["update", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(url="") & ~Q(file="")) | (~Q(url="") & Q(file="")),
                name="evidence_is_one_address_or_one_file",
                violation_error_message=_("Enter a web address or choose a file, not both."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        name, store = self.file.name, self.file.storage
        deleted = super().delete(*args, **kwargs)
        if name:
            # Only once it is certain that the row is deleted.
            transaction.on_commit(lambda: store.delete(name))
        return deleted
