"""A letter in which an organisation says who acts for it. It names people, so few may read it."""

from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from participants.models.organisation import Organisation
from participants.models.personal_data import ShownTo
from participants.models.user import User
from roundtable.models import Event
from roundtable.uploads.sealed_files import SealedStorage

# Among the private files of the portal, which no web server serves.
LETTER_STORAGE = SealedStorage("evidence")


def letter_storage() -> SealedStorage:
    return LETTER_STORAGE


class Letter(models.Model):
    """Of each person, those who decide read its line about that person, never the whole."""

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="letters",
        verbose_name=_("organisation"),
        help_text=_("The organisation that wrote it."),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="letters",
        verbose_name=_("roundtable"),
        help_text=_("The roundtable for which it names people."),
    )
    dated_on = models.DateField(_("date"), help_text=_("The date on the letter."))
    file = models.FileField(
        _("file"),
        storage=letter_storage,
        max_length=60,
        blank=True,
        editable=False,
        help_text=_("The letter itself. Empty once it was deleted."),
    )
    media_type = models.CharField(
        _("file type"),
        max_length=100,
        blank=True,
        editable=False,
        help_text=_("The type found in the content of the file, not in its name."),
    )
    entered_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("entered by"),
        help_text=_("The person who entered it. No one else can open the file."),
    )
    entered_at = models.DateTimeField(
        _("entered"), default=timezone.now, editable=False, help_text=_("When it was entered.")
    )

    personal_data = (
        ShownTo(
            "entered_by",
            "letters_entered",
            _("Letters of organisations that you entered"),
            "organisation event dated_on entered_at",
        ),
    )

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-dated_on", "-pk"]

    def __str__(self) -> str:
        return _gettext("Letter of %s") % self.origin

    @property
    def origin(self) -> str:
        # After a name in Arabic letters, a date would be shown in parts.
        return f"{date_format(self.dated_on)}, {self.organisation.name}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.delete_file()
        return super().delete(*args, **kwargs)

    def forget_file(self) -> None:
        """The row stays: it says where the lines about people are from."""
        self.delete_file()
        self.save(update_fields=["file"])

    def delete_file(self) -> None:
        """Deletes the file once the transaction ends. The row must still be saved."""
        name, store = self.file.name, self.file.storage
        self.file = ""
        if name:
            # Only once it is certain that the row no longer needs it.
            transaction.on_commit(lambda: store.delete(name))
