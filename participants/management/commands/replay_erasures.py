"""Erasing again whoever a restored backup brought back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.models import Delegate, Erasure, InvitationRequest, User
from participants.privacy.erasure import erase_account, erase_delegate
from participants.privacy.erasure_ledger import (
    ErasureMark,
    WrongErasureKeyError,
    account_identifier,
    append_to_ledger,
    check_erasure_key,
    compute_mark,
    read_ledger,
    save_mark,
    saved_marks,
)

MarkTimes = dict[tuple[str, str], datetime]  # kind and mark, and when it was last made


@dataclass
class ReplayResult:
    """How much a replay did, and the numbers of the lines that it could not read."""

    people: int = 0
    accounts: int = 0
    requests: int = 0
    rows: int = 0
    lines: int = 0
    damaged: list[int] = field(default_factory=list)


def replay_erasures(*, at: datetime) -> ReplayResult:
    """Makes file and table agree, and erases again all that they mark; a second time does nothing.

    People are known by their handles, accounts by their own mark. Addresses alone are trusted for
    what is older than the erasure: somebody may have been invited again since. Raises OtherKey,
    and does nothing, where the ledger was written with another key.
    """
    result = ReplayResult()
    mark_times = _synchronise_ledger(result)
    for delegate in Delegate.objects.filter(erased_at=None).order_by("pk"):
        if erased_at := _erased_at(mark_times, Erasure.Kind.HANDLE, delegate.handle):
            erase_delegate(delegate, by=None, at=erased_at, replayed_at=at)
            result.people += 1
    for user in User.objects.select_related("delegate").order_by("pk"):
        erased_at = _erased_at(
            mark_times, Erasure.Kind.ACCOUNT, account_identifier(user)
        ) or _erased_at(mark_times, Erasure.Kind.ADDRESS, user.email)
        if erased_at and user.joined_at < erased_at:
            _erase_user_again(user, erased_at, at)
            result.accounts += 1
    for request in InvitationRequest.objects.order_by("pk"):
        erased_at = _erased_at(mark_times, Erasure.Kind.ADDRESS, request.email)
        if erased_at and request.requested_at < erased_at:
            request.delete()
            result.requests += 1
    return result


def _synchronise_ledger(result: ReplayResult) -> MarkTimes:
    in_file: set[ErasureMark] = set()
    for number, mark in read_ledger():
        if mark:
            in_file.add(mark)
        else:
            result.damaged.append(number)
    in_table = set(saved_marks())
    check_erasure_key(in_file | in_table)
    with transaction.atomic():
        for mark in sorted(in_file - in_table):
            save_mark(mark)
    append_to_ledger(sorted(in_table - in_file))
    result.rows, result.lines = len(in_file - in_table), len(in_table - in_file)
    return {(mark.kind, mark.mark): mark.at for mark in sorted(in_file | in_table)}


def _erased_at(mark_times: MarkTimes, kind: str, value: str) -> datetime | None:
    return mark_times.get((kind, compute_mark(kind, value)))


def _erase_user_again(user: User, erased_at: datetime, at: datetime) -> None:
    delegate = getattr(user, "delegate", None)
    if delegate:
        erase_delegate(delegate, by=None, at=erased_at, replayed_at=at)
    else:
        erase_account(user, by=None, at=erased_at, replayed_at=at)


class Command(BaseCommand):
    """Reads the ledger of erasures, file and table, and erases again."""

    help = "Erases again whoever a restored backup brought back. Run it after every restore."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints what was done.

        Raises CommandError where lines of the file are damaged, after all others were applied, and
        where the ledger was written with another key, before anything is done.
        """
        try:
            done = replay_erasures(at=timezone.now())
        except WrongErasureKeyError:
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
