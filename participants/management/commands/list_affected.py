"""Command that lists whose data an account opened or downloaded, for who must tell them."""

from argparse import ArgumentParser
from collections import defaultdict
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.accounts.addresses import delivery_address
from participants.models import Delegate, User
from participants.privacy.access_log import AccessAction
from roundtable.audit import log as audit
from roundtable.audit.models import AuditEntry, AuditKey
from roundtable.management.dates import parse_day


class Command(BaseCommand):
    """Only on the server: the desk shows no whole address of anyone."""

    help = (
        "Lists the people whose details an account opened or downloaded since a day, from the "
        "log, with addresses and languages. Without an account: everyone of whom the database has "
        "an address."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", nargs="?", help="A sign-in address of the account.")
        parser.add_argument("--since", type=parse_day, metavar="YYYY-MM-DD", default=date.min)

    def handle(self, *args: Any, account: str | None, since: date, **options: Any) -> None:
        if account is None:
            self._list_everyone()
            return
        user = User.objects.filter(emailaddress__email__iexact=account).first()
        user = user or User.objects.filter(email__iexact=account).first()
        if user is None:
            raise CommandError(_("No account has this address."))
        audit.record(action="list affected", at=timezone.now(), subject=user)
        found: defaultdict[str, list[AuditEntry]] = defaultdict(list)
        entries = AuditEntry.objects.filter(
            actor__in=audit.valid_keys(user), action__in=AccessAction.values
        )
        for entry in entries.order_by("sequence"):
            if entry.at.date() >= since:
                found[entry.subject].append(entry)
        people = _people_by_key(found)
        for key, rows in found.items():
            if key in people:
                what = ", ".join(f"{row.action} {row.at:%Y-%m-%d %H:%M}" for row in rows)
                self.stdout.write(f"{_whom_to_tell(people[key])}: {what}")
        self._write_number(len(found))
        if unknown := len(found.keys() - people.keys()):
            text = ngettext("%d person was erased since.", "%d people were erased since.", unknown)
            self.stdout.write(text % unknown)

    def _write_number(self, number: int) -> None:
        text = ngettext("In all: %d person.", "In all: %d people.", number)
        self.stdout.write(text % number)

    def _list_everyone(self) -> None:
        audit.record(action="list affected", at=timezone.now())
        people = Delegate.objects.filter(erased_at=None).select_related("user")
        rows = User.objects.filter(delegate=None).order_by("pk")
        found = {
            _whom_to_tell(person)
            for person in people.prefetch_related("languages")
            if _address_of(person)
        }
        found |= {address for user in rows if (address := delivery_address(user))}
        for whom in sorted(found):
            self.stdout.write(whom)
        self._write_number(len(found))


def _people_by_key(keys: dict[str, Any]) -> dict[str, Delegate]:
    prefix = f"{Delegate._meta.label_lower}:"
    rows = AuditKey.objects.filter(key__in=keys, subject__startswith=prefix)
    numbers = {
        row.key: int(row.subject.removeprefix(prefix)) for row in rows if row.has_valid_signature
    }
    rows_of_people = Delegate.objects.select_related("user").prefetch_related("languages")
    people = rows_of_people.in_bulk(list(numbers.values()))
    return {key: people[number] for key, number in numbers.items() if number in people}


def _address_of(person: Delegate) -> str:
    own = delivery_address(person.user) if person.user else ""
    return own or person.invitation_email


def _whom_to_tell(person: Delegate) -> str:
    """The address, and the languages to write in."""
    languages = ", ".join(row.language for row in person.languages.all())
    return (_address_of(person) or "–") + (f" ({languages})" if languages else "")
