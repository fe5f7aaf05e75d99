"""Hiding someone who cannot sign in now: with a code on paper, or by anyone at the desk.

Whoever does it learns nothing: no answer, and not the time that it takes, tells whether the person
is here. Only the person reads how, and by which organisation, it was done.
"""

from contextlib import suppress
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from participants.models import (
    Consent,
    Delegate,
    HidingCode,
    HidingWay,
    Organisation,
    Participation,
    User,
)
from participants.models.hiding import CODE_ALPHABET, CODE_LENGTH
from participants.models.redirects import merged_delegates
from participants.permissions import EventPermissions
from participants.privacy.consent import hide_profile
from roundtable.audit import log as audit
from roundtable.audit.models import AuditEntry
from roundtable.text.name_folding import name_words


class _UndoneError(Exception):
    """Takes back what was done only to take as long."""


@transaction.atomic
def make_code(delegate: Delegate, *, at: datetime) -> str:
    """A new code, in groups of four; an earlier one stops working. It cannot be read again."""
    delegate.lock()
    code = get_random_string(CODE_LENGTH, CODE_ALPHABET)
    values = {"code_hash": HidingCode.digest(code), "made_at": at}
    HidingCode.objects.update_or_create(delegate=delegate, defaults=values)
    audit.record(action="make hiding code", at=at, actor=delegate.user, subject=delegate)
    return "-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


@transaction.atomic
def hide_by_code(code: str, *, at: datetime) -> None:
    _hide(dict.fromkeys(_people_of(code), ""), by=HidingWay.CODE, at=at)


@transaction.atomic
def hide_by_code_at_desk(code: str, *, permissions: EventPermissions, at: datetime) -> None:
    organisation = next(iter(_organisations_by_event(permissions).values()), "")
    _hide(dict.fromkeys(_people_of(code), organisation), by=HidingWay.DESK, at=at)
    _record_try(permissions, at)


@transaction.atomic
def hide_by_name(name: str, *, permissions: EventPermissions, at: datetime) -> None:
    """Hides everyone of this full name at the viewer's roundtables.

    Of two people with one name, both: either may be meant, and the other one can show themselves
    again.
    """
    organisations = _organisations_by_event(permissions)
    rows = Participation.objects.all()
    if not permissions.is_operator:
        rows = rows.filter(event__in=permissions.readable)
    columns = rows.order_by("pk").values_list(
        "delegate", "event", "delegate__name", "delegate__name_latin"
    )
    words = name_words(name)
    people = {
        number: organisations.get(event, "")
        for number, event, *names in columns
        if words in map(name_words, names)
    }
    _hide(people if words else {}, by=HidingWay.DESK, at=at)
    _record_try(permissions, at)


def _people_of(code: str) -> list[int]:
    rows = HidingCode.objects.filter(code_hash=HidingCode.digest(code))
    return list(rows.values_list("delegate", flat=True))


def _organisations_by_event(permissions: EventPermissions) -> dict[int, str]:
    """The short names of those that the viewer acts for."""
    grants = permissions.user.grants.active(permissions.on).exclude(on_behalf_of=None)
    return dict(grants.order_by("-pk").values_list("event", "on_behalf_of__slug"))


def _record_try(permissions: EventPermissions, at: datetime) -> None:
    """Whether or not someone was hidden, and without saying who."""
    audit.record(action="ask to hide", at=at, actor=permissions.user)


def _hide(organisations: dict[int, str], *, by: HidingWay, at: datetime) -> None:
    """Hides these people, each for an organisation.

    If no one is found, a made-up person is hidden, and that is taken back: it is the same work.
    """
    numbers = [*organisations] or [0]
    Delegate.lock_all(numbers)
    rows = Delegate.objects.filter(pk__in=numbers, hidden_at=None, erased_at=None)
    people = list(rows.select_related("user").order_by("pk"))
    with audit.written_last():
        for person in people:
            hide_profile(person, by=by, at=at, organisation=organisations[person.pk])
    with suppress(_UndoneError), transaction.atomic():
        decoy = _add_decoy(at)
        if not any(person.user_id for person in people):
            with audit.written_last():
                hide_profile(decoy, by=by, at=at)
        raise _UndoneError


def _add_decoy(at: datetime) -> Delegate:
    address = f"{get_random_string(12).lower()}@made-up.invalid"
    user = User(email=address, joined_at=at)
    user.set_unusable_password()
    user.save()
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    decoy = Delegate.objects.create(name=address, user=user)
    for row in (user, decoy):  # as the log knows others
        audit.get_or_create_key(row)
    return decoy


def how_hidden(delegate: Delegate) -> str:
    """For the person alone; empty if the log no longer says it."""
    keys = audit.valid_keys(*merged_delegates(delegate))
    entries = AuditEntry.objects.filter(subject__in=keys, action="pause")
    entry = entries.order_by("-sequence").first()
    if entry is None:
        return ""
    if entry.detail == HidingWay.CODE:
        return _("It was hidden with your paper code.")
    if entry.detail == Consent.By.LINK:
        return _("It was hidden with the link in one of your emails.")
    if entry.detail != HidingWay.DESK:
        return ""
    slug = Q(slug=entry.organisation) | Q(slug_redirects__slug=entry.organisation)
    organisation = Organisation.objects.filter(slug).first()
    if organisation is None:
        return _("It was hidden at the co-chairs' desk, by someone who acts for no organisation.")
    text = _("It was hidden at the co-chairs' desk, for this organisation: %(organisation)s.")
    return text % {"organisation": organisation.public_name}
