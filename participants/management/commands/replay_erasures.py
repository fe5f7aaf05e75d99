"""Command that repeats erasures after a backup was restored."""

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
    append_missing_marks,
    check_erasure_key,
    compute_mark,
    read_ledger,
    save_mark,
    saved_marks,
)

MarkTimes = dict[tuple[str, str], datetime]  # (kind, mark) and the latest time it was made


@dataclass
class ReplayResult:
    """Counts of repeated erasures, of copied marks, and numbers of unreadable ledger lines."""

    people: int = 0
    accounts: int = 0
    requests: int = 0
    rows: int = 0
    lines: int = 0
    damaged: list[int] = field(default_factory=list)


def replay_erasures(*, at: datetime) -> ReplayResult:
    """Synchronises ledger file and table, then erases again everything they mark.

    Raises WrongErasureKeyError before any change if another key was used.
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
        # A newer account may belong to someone who was invited again with the same address.
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
    result.rows, result.lines = len(in_file - in_table), append_missing_marks()
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
    """Repeats the erasures in the ledger file and table."""

    help = "Erases again everyone whom a restored backup contains. Run it after every restore."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = replay_erasures(at=timezone.now())
        except WrongErasureKeyError:
            raise CommandError(
                _(
                    "The ledger was written with another ERASURE_KEY, so no one was erased. Start"
                    " the portal with that key, then run this command again."
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
            raise CommandError(
                _("All other lines were applied. Correct the file, then run this command again.")
            )
