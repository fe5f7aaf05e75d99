"""What an update rests on: an address, or a file in a private store."""

from typing import Any

from django.core.files.storage import Storage, storages
from django.db import models, transaction
from django.db.models import Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from outcomes.models.editorial import EditorialState
from outcomes.models.progress import ProgressUpdate

KEY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Which evidence someone may see."""

    def published(self) -> "EvidenceQuerySet":
        """What is public and stands under an approved update of a public roundtable."""
        return self.filter(
            is_public=True,
            update__state=EditorialState.APPROVED,
            update__commitment__event__is_public=True,
        )


def generate_evidence_key() -> str:
    """A key for the address of a file, which nobody guesses."""
    return get_random_string(20, KEY_ALPHABET)


def evidence_storage() -> Storage:
    """Where files lie that no web server hands out by itself."""
    return storages["evidence"]


class Evidence(models.Model):
    """What an update rests on: a page elsewhere, or a file."""

    key = models.CharField(
        _("key"),
        max_length=20,
        unique=True,
        default=generate_evidence_key,
        editable=False,
        help_text=_("Names the file in its address."),
    )
    update = models.ForeignKey(
        ProgressUpdate,
        on_delete=models.CASCADE,
        related_name="evidence",
        verbose_name=_("update"),
        help_text=_("The update that it supports."),
    )
    title = models.CharField(_("title"), max_length=200, help_text=_("What it is."))
    url = models.URLField(_("address"), blank=True, help_text=_("Where it stands."))
    file = models.FileField(
        _("file"),
        storage=evidence_storage,
        max_length=60,
        blank=True,
        help_text=_("Instead of an address."),
    )
    media_type = models.CharField(
        _("kind of file"),
        max_length=100,
        blank=True,
        editable=False,
        help_text=_("As its content shows, whatever its name says."),
    )
    dated_on = models.DateField(
        _("date"), null=True, blank=True, help_text=_("The date it bears. Empty if none.")
    )
    is_public = models.BooleanField(
        _("public"),
        default=False,
        help_text=_("Shown to everyone, search engines included, once the update is approved."),
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["update", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(url="") & ~Q(file="")) | (~Q(url="") & Q(file="")),
                name="evidence_is_one_address_or_one_file",
                violation_error_message=_("Give an address or a file, not both."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Takes it away, and its file once that is certain."""
        name, store = self.file.name, self.file.storage
        deleted = super().delete(*args, **kwargs)
        if name:
            transaction.on_commit(lambda: store.delete(name))
        return deleted
