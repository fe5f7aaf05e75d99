"""What the commands change_address and reset_factor have in common."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from participants.accounts.account_changes import (
    Outcome,
    end_change,
    find_owner,
    open_changes,
    request_change,
)
from participants.models import AccountChange, User


def add_change_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("person", help="An address of the person, or the handle of their page.")
    parser.add_argument("--reason", default="", help="Why the person needs the change.")
    parser.add_argument("--evidence", default="", help="What shows that this person asks for it.")
    parser.add_argument("--stop", action="store_true", help="Stop a change that is not made yet.")


def find_account_or_fail(person: str) -> User:
    user = find_owner(person)
    if user is None:
        raise CommandError(_("No one has the address or handle “%s”.") % person)
    return user


def request_or_fail(
    user: User,
    kind: AccountChange.Kind,
    at: datetime,
    *,
    email: str = "",
    reason: str,
    evidence: str,
    **_options: Any,
) -> None:
    if not (reason and evidence):
        raise CommandError(_("Enter --reason and --evidence."))
    try:
        request_change(user, kind, email=email, reason=reason, evidence=evidence, at=at)
    except ValidationError as problem:
        raise CommandError(" ".join(problem.messages)) from problem


def stop_or_fail(user: User, kind: AccountChange.Kind, at: datetime) -> None:
    change = open_changes().filter(user=user, kind=kind).first()
    if change is None or not end_change(change, Outcome.STOPPED, at=at):
        raise CommandError(_("No change of this account waits."))
