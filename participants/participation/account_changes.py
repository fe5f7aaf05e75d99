"""Who gives the code for a new sign-in address, and the daily run of changes of accounts.

One person who could confirm the participation speaks with its owner: neither of an organisation of
the owner, nor of one that an operator works for, because the operator enters the commands.
"""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.crypto import get_random_string

from participants.accounts.account_changes import (
    CODE_PERIOD,
    UNDO_PERIOD,
    WAITING_PERIOD,
    Kind,
    Outcome,
    end_change,
    make_change,
    open_changes,
    tell,
)
from participants.accounts.codes import hash_code
from participants.decisions.engine import answer
from participants.decisions.kind import Signer
from participants.models import (
    AccountChange,
    Affiliation,
    Capacity,
    Delegate,
    Organisation,
    User,
)
from participants.participation.confirmation import PARTICIPATIONS
from participants.permissions import Body, ConfirmingRight, bodies_of, body_of
from participants.privacy.erasure import erase_replaced_account
from roundtable.audit import log as audit
from roundtable.text.name_folding import normalise_for_search

# Without letters and digits that look alike.
CODE_CHARACTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
# Results of the daily run.
MADE, STOPPED, EXPIRED = "account made", "account stopped", "account expired"
FORMER_ERASED = "former account erased"


def right_to_give_code(by: User, person: Delegate, at: datetime) -> ConfirmingRight | None:
    """By which right the user could confirm one of the person's participations; None if by none."""
    signer = Signer(by, at)
    if by.is_superuser or signer.own_bodies & _bodies_concerned(person, at):
        return None
    for row in PARTICIPATIONS.rows().filter(delegate=person, confirmed_at__isnull=False):
        # Its confirmations do not matter, only whether the person could give one.
        right = answer(row, signer, []).right
        if right and right.capacity != Capacity.OPERATOR:
            return right
    return None


def _bodies_concerned(person: Delegate, at: datetime) -> set[Body]:
    """Of the person, also former ones: an ex-employer may read the mailbox. And of operators."""
    work = Affiliation.with_removed.filter(delegate=person).values("organisation")
    found = {body_of(row) for row in Organisation.objects.filter(pk__in=work)}
    operators = User.objects.filter(is_superuser=True, is_active=True)
    for user in operators | User.objects.filter(delegate=person):
        found |= bodies_of(user, at.date())
    return found


@transaction.atomic
def fetch_code(*, by: User, name: str, email: str, spoke: str, at: datetime) -> str:
    """A code for the change that gives this person this address.

    Empty, and logged, if there is none that waits for it, or the user may not fetch it.
    """
    changes = open_changes().select_for_update(of=("self",))
    waiting = changes.filter(kind=Kind.ADDRESS, waits_from=None, email__iexact=email.strip())
    for row in waiting.filter(requested_at__gt=at - CODE_PERIOD):
        person = Delegate.objects.filter(user=row.user).first()
        right = right_to_give_code(by, person, at) if person else None
        if person and right and _is_name_of(person, name):
            code = get_random_string(12, CODE_CHARACTERS)
            row.code_hash, row.code_by, row.code_at, row.spoke = hash_code(code), by, at, spoke
            row.full_clean()
            row.save()
            slug = right.organisation.slug if right.organisation else ""
            audit.record(action="fetch code", at=at, actor=by, subject=person, organisation=slug)
            return "-".join(code[start : start + 4] for start in (0, 4, 8))
    audit.record(action="fetch no code", at=at, actor=by)
    return ""


def _is_name_of(person: Delegate, name: str) -> bool:
    """Case, accents and the order of its parts make no difference."""
    return _parts(name) in [_parts(own) for own in (person.name, person.name_latin) if own]


def _parts(name: str) -> list[str]:
    return sorted(normalise_for_search(name).split())


def run_account_changes(*, at: datetime) -> Counter[str]:
    """Makes and ends what is due, and erases former accounts. Returns how many of each."""
    done: Counter[str] = Counter()
    changes = open_changes().order_by("pk")
    for row in changes.filter(waits_from=None, requested_at__lte=at - CODE_PERIOD):
        done[EXPIRED] += end_change(row, Outcome.EXPIRED, at=at)
    for row in changes.filter(made_at=None, waits_from__lte=at - WAITING_PERIOD):
        if _is_code_giver_gone(row, at):
            done[STOPPED] += end_change(row, Outcome.STOPPED, at=at)
        else:
            done[MADE if make_change(row, at=at) else STOPPED] += 1
    for row in changes.filter(made_at__lte=at - UNDO_PERIOD):
        erase_replaced_account(row.user, at=at)
        done[FORMER_ERASED] += 1
    undone = Q(outcome=Outcome.UNDONE, account__isnull=False)
    for row in AccountChange.objects.filter(undone).select_related("account"):
        assert row.account is not None
        erase_replaced_account(row.account, at=at)
        done[FORMER_ERASED] += 1
    for row in AccountChange.objects.filter(outcome=Outcome.UPGRADED).select_related("user"):
        _tell_once_of_upgrade(row, at)
    return done


def _is_code_giver_gone(row: AccountChange, at: datetime) -> bool:
    """Another holder of a right may have found an impostor since then."""
    person = Delegate.objects.filter(user=row.user).first()
    return row.kind == Kind.ADDRESS and not (
        person and row.code_by and right_to_give_code(row.code_by, person, at)
    )


@transaction.atomic
def _tell_once_of_upgrade(row: AccountChange, at: datetime) -> None:
    tell(row, Outcome.UPGRADED, at)
    row.delete()
