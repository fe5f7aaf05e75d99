"""Command that encrypts secrets of accounts and sealed columns with the present keys."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import ngettext

from participants.models import AccountChange, Letter
from participants.models.letter import LETTER_STORAGE
from roundtable.database.sealed import reseal, sealed_fields
from roundtable.encryption import DecryptionError, decrypt, encrypt, is_current

# What allauth keeps encrypted in `Authenticator.data`.
SECRETS = ("secret", "seed")
LISTS_OF_SECRETS = ("migrated_codes",)


@transaction.atomic
def reseal_factor(pk: int) -> bool:
    """Returns False if everything in it was encrypted with the present key already.

    Raises DecryptionError if no known key decrypts it.
    """
    row = Authenticator.objects.select_for_update().get(pk=pk)
    data = dict(row.data)
    for name in SECRETS:
        if name in data and not is_current(data[name]):
            data[name] = encrypt(decrypt(data[name]))
    for name in LISTS_OF_SECRETS:
        if name in data:
            data[name] = [
                text if is_current(text) else encrypt(decrypt(text)) for text in data[name]
            ]
    if data == row.data:
        return False
    row.data = data
    row.save(update_fields=["data"])
    return True


@transaction.atomic
def reseal_letter(pk: int) -> bool:
    """The same for the file of a letter, which no one can delete during it."""
    row = Letter.objects.select_for_update().filter(pk=pk).exclude(file="").first()
    try:
        return bool(row and LETTER_STORAGE.reseal(str(row.file.name)))
    except FileNotFoundError:  # deleted by now, or lost
        return False


@transaction.atomic
def reseal_former_values(pk: int) -> bool:
    """The same for what a change of an account keeps of before."""
    row = AccountChange.objects.select_for_update().get(pk=pk)
    if not row.former or is_current(row.former):
        return False
    row.former = encrypt(decrypt(row.former))
    row.save(update_fields=["former"])
    return True


class Command(BaseCommand):
    """Encrypts what an earlier key or an earlier cipher encrypted once more."""

    help = (
        "Encrypts apps, recovery codes and former values of accounts with the present SECRET_KEY, "
        "and sealed columns and letters with the present DATA_KEY, while the portal runs. Run it "
        "after an upgrade from 0.1.0, and after one of these keys was changed."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done, unreadable = 0, 0
        for model, reseal_row in (
            (Authenticator, reseal_factor),
            (AccountChange, reseal_former_values),
            (Letter, reseal_letter),
        ):
            for pk in model._default_manager.order_by("pk").values_list("pk", flat=True):
                try:
                    done += reseal_row(pk)
                except DecryptionError:
                    unreadable += 1
        for field in sealed_fields():
            resealed, lost = reseal(field)
            done, unreadable = done + resealed, unreadable + lost
        if options["verbosity"]:
            message = ngettext(
                "%(number)d text is encrypted with the present key.",
                "%(number)d texts are encrypted with the present key.",
                done,
            )
            self.stdout.write(message % {"number": done})
        if unreadable:
            message = ngettext(
                "%(number)d text cannot be read with the keys that are set.",
                "%(number)d texts cannot be read with the keys that are set.",
                unreadable,
            )
            raise CommandError(message % {"number": unreadable})
