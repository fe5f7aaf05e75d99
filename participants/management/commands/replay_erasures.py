"""Erasing again whoever a restored backup brought back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.models import Delegate, Erasure, InvitationRequest, User
from participants.privacy.erasure import erase, erase_account
from participants.privacy.erasure_ledger import (
    Mark,
    OtherKey,
    account_of,
    append,
    check_key,
    mark_of,
    read,
    store,
    stored,
)

Marked = dict[tuple[str, str], datetime]  # kind and mark, and when it was last made


@dataclass
class Replay:
    """How much a replay did, and the numbers of the lines that it could not read."""

    people: int = 0
    accounts: int = 0
    requests: int = 0
    rows: int = 0
    lines: int = 0
    damaged: list[int] = field(default_factory=list)


def replay(*, at: datetime) -> Replay:
    """Makes file and table agree, and erases again all that they mark; a second time does nothing.

    People are known by their handles, accounts by their own mark. Addresses alone are trusted for
    what is older than the erasure: somebody may have been invited again since. Raises OtherKey,
    and does nothing, where the ledger was written with another key.
    """
    done = Replay()
    marked = _agree(done)
    for delegate in Delegate.objects.filter(erased_at=None).order_by("pk"):
        if moment := _erased(marked, Erasure.Kind.HANDLE, delegate.handle):
            erase(delegate, by=None, at=moment, again_at=at)
            done.people += 1
    for user in User.objects.select_related("delegate").order_by("pk"):
        moment = _erased(marked, Erasure.Kind.ACCOUNT, account_of(user)) or _erased(
            marked, Erasure.Kind.ADDRESS, user.email
        )
        if moment and user.joined_at < moment:
            _erase_behind(user, moment, at)
            done.accounts += 1
    for request in InvitationRequest.objects.order_by("pk"):
        moment = _erased(marked, Erasure.Kind.ADDRESS, request.email)
        if moment and request.asked_at < moment:
            request.delete()
            done.requests += 1
    return done


def _agree(done: Replay) -> Marked:
    in_file: set[Mark] = set()
    for number, mark in read():
        if mark:
            in_file.add(mark)
        else:
            done.damaged.append(number)
    in_table = set(stored())
    check_key(in_file | in_table)
    with transaction.atomic():
        for mark in sorted(in_file - in_table):
            store(mark)
    append(sorted(in_table - in_file))
    done.rows, done.lines = len(in_file - in_table), len(in_table - in_file)
    return {(mark.kind, mark.mark): mark.at for mark in sorted(in_file | in_table)}


def _erased(marked: Marked, kind: str, value: str) -> datetime | None:
    return marked.get((kind, mark_of(kind, value)))


def _erase_behind(user: User, moment: datetime, at: datetime) -> None:
    delegate = getattr(user, "delegate", None)
    if delegate:
        erase(delegate, by=None, at=moment, again_at=at)
    else:
        erase_account(user, by=None, at=moment, again_at=at)


class Command(BaseCommand):
    """Reads the ledger of erasures, file and table, and erases again."""

    help = "Erases again whoever a restored backup brought back. Run it after every restore."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints what was done.

        Raises CommandError where lines of the file are damaged, after all others were applied, and
        where the ledger was written with another key, before anything is done.
        """
        try:
            done = replay(at=timezone.now())
        except OtherKey:
            raise CommandError(
                _(
                    "The ledger was written with another ERASURE_KEY, so nobody was erased. Start "
                    "the portal with that key and run this again."
                )
            ) from None
        self.stdout.write(
            _("Erased again: %(people)d by handle, %(accounts)d by account, %(requests)d requests.")
            % vars(done)
        )
        self.stdout.write(
            _("Ledger: %(rows)d marks added to the table, %(lines)d to the file.") % vars(done)
        )
        for number in done.damaged:
            self.stderr.write(_("Line %d of the ledger is damaged.") % number)
        if done.damaged:
            raise CommandError(_("All other lines were applied. Mend the file and run it again."))
