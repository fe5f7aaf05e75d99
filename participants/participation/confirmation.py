"""Who takes part is confirmed by two people of two organisations, never of the person's own."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from participants.accounts.addresses import mask_address
from participants.accounts.emails import email_account, email_delegate
from participants.accounts.sessions import end_sessions
from participants.decisions.engine import ask, drop_changed, sign
from participants.decisions.independence import PARTICIPATION
from participants.decisions.kind import Shown, Signer, acts_of_model, register
from participants.models import (
    Act,
    Audience,
    Capacity,
    Delegate,
    DelegationChange,
    Invitation,
    Letter,
    ListClosure,
    Organisation,
    OrganisationKind,
    Participation,
    ParticipationConfirmation,
    User,
)
from participants.models.organisation_change import kind_and_country
from participants.participation.requirement import AboutDelegation, lock_events
from participants.permissions import (
    ConfirmingRight,
    EventPermissions,
    body_of,
    involved_condition,
    login_addresses,
    people_of,
    permissions_of,
    visible_participations,
    was_suspended_by_others,
)
from roundtable.audit import log as audit
from roundtable.models import Event

# So long, those who share something can narrow it before a late participant sees it.
NOTICE_PERIOD = timedelta(days=7)


class Participations(AboutDelegation[Participation]):
    """That a person takes part for an organisation."""

    model = Participation
    signature = ParticipationConfirmation
    subject = "participation"
    independence = PARTICIPATION
    is_void_if_changed = True
    related = (
        "delegate",
        "event",
        "organisation",
        "letter__organisation",
        "suspended_by",
        "suspended_for",
    )
    label = _lazy("Participations")
    effect = _lazy("They then see what is shared with everyone at the meeting.")

    def undecided(self, at: datetime) -> QuerySet[Participation]:
        return self.rows().filter(confirmed_at=None)

    def to_decide(self, at: datetime) -> QuerySet[Participation]:
        """Also what one person confirmed before two were required."""
        alone = ParticipationConfirmation.objects.filter(capacity=Capacity.ALONE)
        return self.rows().filter(Q(confirmed_at=None) | Q(pk__in=alone.values("participation")))

    def due(self, at: datetime) -> QuerySet[Participation]:
        return self.undecided(at).filter(acts__what=Act.What.FAILED).distinct()

    def lock(self, primary_keys: Iterable[int]) -> list[Participation]:
        """The stored rows: an erasure may just have removed some, which must not come back."""
        ids = list(primary_keys)
        people = Participation.objects.filter(pk__in=ids).values_list("delegate", flat=True)
        Delegate.lock_all(people)
        return super().lock(ids)

    def lock_to_sign(self, primary_keys: Iterable[int]) -> list[Participation]:
        """A list is not closed at the same moment."""
        ids = list(primary_keys)
        lock_events(Participation.objects.filter(pk__in=ids))
        return self.lock(ids)

    def visible(self, viewer: EventPermissions) -> QuerySet[Participation]:
        rows = visible_participations(viewer).select_related(*self.related)
        return rows if viewer.is_operator else rows.filter(event__in=viewer.confirmable)

    def shown(self, items: Sequence[Participation], viewer: EventPermissions) -> list[Shown]:
        found, events = super().shown(items, viewer), {row.event_id for row in items}
        known = [
            row
            for row in self.visible(viewer).filter(event__in=events)
            if viewer.can_see(row.delegate)
        ]
        addresses = addresses_of(known)
        others = hosts_of_others(known, addresses)
        for row, shown in zip(items, found, strict=True):
            shown.mailbox = mask_address(addresses.get(row.pk, ""))
            if other := others.get(row.pk):
                why = _("people of %s have such an address") % other.name
                shown.caution = "; ".join(str(each) for each in (shown.caution, why) if each)
        return found

    def show(self, row: Participation, viewer: EventPermissions) -> Shown:
        organisation, is_named = row.organisation, viewer.can_see(row.delegate)
        # A nomination can say who a person is.
        line = row.nomination if is_named else _("You confirm the seat, not the name.")
        if not line and any(given.capacity == Capacity.ALONE for given in self.stored(row)):
            line = _("One person confirmed it, before two were required.")
        facts: list[tuple[str, str]] = [
            (_("Kind of organisation"), kind_and_country(organisation)),
            (_("Roundtable"), str(row.event)),
            (_("Letter"), row.letter.origin if row.letter else ""),
            (_("Its line") if row.letter else _("Nominated by"), line),
        ]
        if row.suspended_at:
            by = row.suspended_for.name if row.suspended_for else _("The operator")
            facts += [(_("Suspended by"), by), (_("Reason"), row.suspension_reason)]
        why = [_("it was suspended")] if row.suspended_at else []
        nominated_in: Any = row.nomination
        letter_page, reading = "", ("", "")
        if not line and viewer.may_edit(row.event_id):
            page = reverse("admin:participants_delegate_change", args=[row.delegate_id])
            reading = (_("Enter the letter about this person, and its line"), page)
        if row.letter:
            nominated_in = row.letter_id
            letter_page = reverse("admin:participants_letter_change", args=[row.letter_id])
            if row.letter.organisation_id != row.organisation_id:
                why.insert(0, _("%s wrote the letter") % row.letter.organisation.name)
        group = (row.event_id, row.organisation_id, nominated_in, is_named, row.suspended_at)
        sentence = _("Confirm one seat of %(organisation)s")
        if is_named:
            sentence = _("Confirm %(person)s for %(organisation)s")
        return Shown(
            sentence % {"person": row.delegate, "organisation": organisation.name},
            line=line,
            facts=facts,
            caution="; ".join(why),
            letter=str(row.letter or ""),
            letter_page=letter_page,
            reading=reading,
            group=group if line else None,
            together=partial(_several, organisation.name),
        )

    def since(self, item: Participation) -> datetime:
        return item.waits_since

    def words_when_asked(self, item: Participation) -> str:
        return item.organisation.name

    def change(self, item: Participation) -> str:
        asked = self._asked(item)
        if asked is None:
            return ""
        has_joined = asked.content_hash == item.content_hash_as_invited
        if asked.content_hash != self.content_hash(item) and not has_joined:
            if asked.reason not in ("", item.organisation.name):
                return _("it was asked for %s") % asked.reason
            return _("the name, the address or the kind of organisation changed")
        if asked.bundle and asked.bundle.letter_id != item.letter_id:
            return _("it was asked with another letter")
        return ""

    def page_hash(self, item: Participation) -> str:
        return f"{item.content_hash} {item.letter_id} {item.nomination}"

    def refuses(self, item: Participation, signer: Signer) -> bool:
        """No one confirms themselves, nor brings back what their organisation suspended."""
        return is_own_profile(item.delegate, signer.user, signer.own_addresses) or (
            item.suspended_at is not None and not _may_answer_suspension(item, signer)
        )

    def alike(
        self, rows: QuerySet[Participation], signer: Signer
    ) -> Iterator[tuple[int, Hashable]]:
        """Only of what the person is no part of. Operators wait for each."""
        if signer.user.is_superuser:
            return
        columns = "event", "organisation", "delegate__user", "delegate__invitation_email"
        for pk, *key, user, address in rows.filter(suspended_at=None).values_list("pk", *columns):
            if user != signer.user.pk and address.lower() not in signer.own_addresses:
                yield pk, tuple(key)

    def is_made(self, item: Participation, at: datetime) -> bool:
        return item.confirmed_at is not None

    def make(self, item: Participation, at: datetime) -> None:
        if item.confirmed_at:
            return  # one person had confirmed it before two were required
        _count_for_exclusions(item)
        is_frozen = DelegationChange.objects.is_frozen(item.event, item.organisation)
        item.frozen_at = at if is_frozen else None
        counts = "returned" if item.took_effect_at else "confirmed"
        tell_person(item, "frozen" if is_frozen else counts, at)
        item.confirmed_at, item.suspended_at, item.suspension_reason = at, None, ""
        item.took_effect_at = item.took_effect_at or at
        closed = ListClosure.objects.filter(event=item.event, closed_at__isnull=False)
        if not is_frozen and closed.exists():
            item.details_open_on = (at + NOTICE_PERIOD).date()
        item.full_clean()
        item.save()

    def after_sign(
        self, signed: Sequence[Participation], made: Sequence[Participation], at: datetime
    ) -> None:
        alone = ParticipationConfirmation.objects.filter(
            participation__in=made, capacity=Capacity.ALONE
        )
        counted_before = set(alone.values_list("participation", flat=True))
        for event in {row.event for row in made}:
            of_event = [row for row in made if row.event == event]
            renewed = [row for row in of_event if row.pk in counted_before]
            late = [row for row in of_event if row not in renewed and row.details_open_on]
            if late:
                tell_who_shares(event, late, at)
            if renewed:
                day = (at + NOTICE_PERIOD).date()
                _tell_who_excludes(event, day, key=str(at.date()), at=at)

    def void(self, item: Participation, at: datetime) -> None:
        _check_effect(item)

    def record(
        self, verb: str, item: Participation, by: User | None, at: datetime, **more: Any
    ) -> None:
        right: ConfirmingRight = more["right"]
        audit.record(
            action=f"{verb} participation",
            at=at,
            actor=by,
            subject=item.delegate,
            organisation=right.organisation.slug if right.organisation else "",
            detail=f"{item.event.code} as {right.capacity}",
        )


def _several(organisation: str, number: int) -> str:
    words = {"number": number, "organisation": organisation}
    sentence = ngettext(
        "Confirm %(number)d person for %(organisation)s",
        "Confirm %(number)d people for %(organisation)s",
        number,
    )
    return sentence % words


PARTICIPATIONS = register(Participations())
RELATED = PARTICIPATIONS.related


@transaction.atomic
def confirm_participations(
    *, participations: Iterable[Participation], by: User, at: datetime
) -> list[Participation]:
    """Records the user's confirmation of those that they may confirm, and returns these.

    Each counts once the second one that is required is there.
    """
    rows = PARTICIPATIONS.lock_to_sign([row.pk for row in participations])
    return sign(PARTICIPATIONS, {row.pk: row.content_hash for row in rows}, by=by, at=at)


def confirm_entered(
    participations: Iterable[Participation], *, by: User, at: datetime
) -> list[Participation]:
    """A co-chair who enters a participation has read it, and need not confirm it on another page.

    Returns those that the rules let them confirm: never of their own organisation.
    """
    participations = list(participations)
    ask_for(participations, by=by, at=at)
    permissions = permissions_of(by, at.date())
    if permissions is None:
        return []
    entered = [row for row in participations if permissions.may_decide(row.event_id)]
    return confirm_participations(participations=entered, by=by, at=at) if entered else []


def ask_for(participations: Sequence[Participation], *, by: User | None, at: datetime) -> None:
    """Each once: what changes afterwards is shown beside it."""
    asked = acts_of_model(Participation).filter(what=Act.What.ASKED)
    known = set(asked.filter(item_id__in=[row.pk for row in participations]).values_list("item_id"))
    of_letter: dict[Letter | None, list[Participation]] = {}
    for row in participations:
        if (row.pk,) not in known:
            of_letter.setdefault(row.letter, []).append(row)
    for letter, rows in of_letter.items():
        ask(rows, by=by, at=at, letter=letter)


def addresses_of(rows: Sequence[Participation]) -> dict[int, str]:
    """By participation: where the invitation went, or the mailbox that accepted it.

    Whose that is, those who confirm must know. Invitations to other roundtables are not theirs
    to know.
    """
    accepted = Invitation.objects.filter(
        delegate__in=[row.delegate_id for row in rows],
        event__in=[row.event_id for row in rows],
        answer=Invitation.Answer.ACCEPTED,
    )
    found = {
        (delegate, event): email
        for delegate, event, email in accepted.order_by("answered_at", "pk").values_list(
            "delegate", "event", "email"
        )
    }
    return {
        row.pk: found.get((row.delegate_id, row.event_id), "")
        if row.delegate.user_id
        else row.delegate.invitation_email
        for row in rows
    }


def hosts_of_others(
    rows: Sequence[Participation], addresses: Mapping[int, str]
) -> dict[int, Organisation]:
    """By participation, the one organisation of which at least two others have such an address.

    Where a colleague at the roundtable has one too, nothing is odd about it.
    """
    by_host = defaultdict(set)
    for row in rows:
        host = addresses[row.pk].rpartition("@")[2].lower()
        by_host[row.event_id, host].add((row.delegate_id, row.organisation_id))
    organisations = {row.organisation_id: row.organisation for row in rows}
    found = {}
    for row in rows:
        host = addresses[row.pk].rpartition("@")[2].lower()
        others = {pair for pair in by_host[row.event_id, host] if pair[0] != row.delegate_id}
        used_by = {organisation for _person, organisation in others}
        if host and len(others) > 1 and len(used_by) == 1 and row.organisation_id not in used_by:
            found[row.pk] = organisations[used_by.pop()]
    return found


def tell_who_shares(event: Event, late: Sequence[Participation], at: datetime) -> None:
    """Everyone whose details these participants will see can narrow this before.

    `late` were added after the list was closed. If it is empty, the list was closed now.
    """
    with_participants = (Audience.PARTICIPANTS, Audience.CONSTITUENCY)
    took_part = Participation.objects.confirmed_or_frozen().filter(event=event)
    sharing = Delegate.objects.filter(
        Q(listed_to__in=with_participants) | Q(channels__audience__in=with_participants),
        pk__in=took_part.values("delegate"),
    ).exclude(pk__in=[row.delegate_id for row in late])
    content = sorted((row.pk, row.content_hash, row.nomination) for row in late)
    numbers = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    for person in sharing.select_related("user").distinct():
        email_delegate(
            person,
            dedup_key=f"late:{event.pk}:{numbers}:{at.isoformat()}:{person.pk}",
            template="participants/participation/emails/late_participants",
            context={
                "event": event,
                "number": len(late),
                "day": (at + NOTICE_PERIOD).date(),
                "url": f"{settings.PORTAL_URL}{reverse('me')}",
            },
            at=at,
        )


def _count_for_exclusions(row: Participation) -> None:
    """From now on, who excludes all organisations of these confirmations excludes the person."""
    valid = row.confirmations.filter(content_hash=row.content_hash)
    ParticipationConfirmation.with_earlier.filter(
        participation=row, before_suspension=True
    ).delete()
    row.confirmations.update(has_effect=False)
    valid.exclude(capacity=Capacity.ALONE).update(has_effect=True)


@transaction.atomic
def count_renewed_confirmations(*, at: datetime) -> int:
    """Exclusions count two confirmations instead of the earlier one, a week after the notice.

    Returns the number of participations.
    """
    earlier = ParticipationConfirmation.objects.filter(capacity=Capacity.ALONE, has_effect=True)
    counted = 0
    confirmed = Participation.objects.confirmed_or_frozen()
    for row in _locked(confirmed.filter(confirmations__in=earlier)):
        newest = max(row.confirmations.values_list("confirmed_at", flat=True))
        if newest <= at - NOTICE_PERIOD and is_sufficient(row):
            _count_for_exclusions(row)
            counted += 1
    return counted


def tell_of_earlier_confirmations(*, at: datetime) -> int:
    """After the upgrade, tells once who exclude someone that confirmations count for this.

    Returns the number of emails.
    """
    earlier = ParticipationConfirmation.objects.filter(capacity=Capacity.ALONE, has_effect=True)
    events = Event.objects.filter(participations__confirmations__in=earlier).distinct()
    return sum(_tell_who_excludes(event, None, key="upgrade", at=at) for event in events)


def _tell_who_excludes(event: Event, day: date | None, *, key: str, at: datetime) -> int:
    """From this day, more people may see something of theirs; without one, fewer do."""
    took_part = Participation.objects.confirmed_or_frozen().filter(event=event).values("delegate")
    excluding = Delegate.objects.filter(pk__in=took_part, exceptions__isnull=False)
    emails = [
        email_delegate(
            person,
            dedup_key=f"exclusions:{key}:{event.pk}:{person.pk}",
            template="participants/participation/emails/exclusions_changed",
            context={
                "event": event,
                "day": day,
                "url": f"{settings.PORTAL_URL}{reverse('my-audience')}",
            },
            at=at,
        )
        for person in excluding.select_related("user").distinct()
    ]
    return sum(email is not None for email in emails)


def tell_person(row: Participation, what: str, at: datetime) -> None:
    if row.delegate.user is None:
        return
    email_account(
        row.delegate.user,
        dedup_key=f"participation {row.pk} {what} {at.isoformat()}",
        template="participants/participation/emails/participation_changed",
        context={
            "event": row.event,
            "what": what,
            "url": f"{settings.PORTAL_URL}{reverse('me')}",
        },
        at=at,
    )


def is_sufficient(participation: Participation) -> bool:
    """Whether it is confirmed by the two who are required."""
    return PARTICIPATIONS.is_agreed(participation, PARTICIPATIONS.given(participation))


def has_effect(
    participation: Participation, confirmations: Iterable[ParticipationConfirmation]
) -> bool:
    """Also true for what one person confirmed before two were required."""
    content_hash = participation.content_hash
    valid = [row for row in confirmations if row.content_hash == content_hash]
    counted = [row for row in valid if row.capacity != Capacity.ALONE]
    return len(counted) < len(valid) or PARTICIPATIONS.is_agreed(participation, counted)


@transaction.atomic
def void_changed_confirmations(participations: Iterable[Participation]) -> None:
    """What was confirmed before a change of person or organisation must be confirmed again."""
    for row in drop_changed(PARTICIPATIONS, _locked(participations)):
        _check_effect(row)


@transaction.atomic
def recheck_confirmations(organisation: Organisation, at: datetime) -> None:
    """After the organisation changed: what it confirmed may now be its own government's.

    Tells those who must be confirmed again.
    """
    concerned = list(_concerned_by(organisation))
    counted = {row.pk for row in concerned if row.confirmed_at}
    void_changed_confirmations(concerned)
    for row in _locked(concerned):
        _check_effect(row)
        if row.pk in counted and row.confirmed_at is None:
            tell_person(row, "void", at)


def _concerned_by(*organisations: Organisation) -> QuerySet[Participation]:
    """For one of them, or confirmed on behalf of one."""
    rows = Participation.objects.filter(
        Q(organisation__in=organisations) | Q(confirmations__on_behalf_of__in=organisations)
    )
    return rows.select_related(*RELATED).distinct()


def participations_to_confirm_again(
    before: Organisation, after: Organisation, on: date
) -> list[Participation]:
    """Those that no longer count once `after` takes the place of `before`.

    `after` is another entry, or the same one with another kind or country.
    """
    rows = _concerned_by(before, after).filter(confirmed_at__isnull=False)
    rows = rows.order_by("event", "pk").prefetch_related("confirmations__on_behalf_of")
    replaced = _with_replaced(rows, before, after, on)
    return [row for row, confirmations in replaced if not has_effect(row, confirmations)]


@transaction.atomic
def keep_merged_confirmations(
    *, target: Organisation, duplicate: Organisation, at: datetime
) -> list[Participation]:
    """Before a merge that others confirmed: they said that both entries are one organisation.

    Returns those that move with their confirmations.
    """
    rows = _locked(_concerned_by(duplicate, target))
    moved = {row.pk for row in rows if row.organisation_id == duplicate.pk}
    kept = []
    for row, confirmations in _with_replaced(rows, duplicate, target, at.date()):
        row.confirmations.exclude(pk__in=[given.pk for given in confirmations]).delete()
        if row.pk in moved and row.confirmations.update(content_hash=row.content_hash):
            kept.append(row)
    return kept


def _with_replaced(
    rows: Iterable[Participation], before: Organisation, after: Organisation, on: date
) -> Iterator[tuple[Participation, list[ParticipationConfirmation]]]:
    """Each row, and the confirmations that stay valid, as they are afterwards; stores nothing."""
    is_same = (before.kind, before.country) == (after.kind, after.country)
    if after.kind == OrganisationKind.GOVERNMENT and not after.country:
        is_same = False  # may be another government
    # The people of the other entry turn out to be of the same organisation.
    colleagues: dict[int, set[int]] = {}
    if before.pk != after.pk and body_of(before) != body_of(after):
        for one, other in ((before, after), (after, before)):
            people = people_of(Organisation.objects.filter(pk=other.pk), on)
            colleagues[one.pk] = set(people.values_list("pk", flat=True))
    for row in rows:
        own = colleagues.get(row.organisation_id, set())
        content_hash = row.content_hash
        valid = [
            confirmation
            for confirmation in row.confirmations.all()
            if confirmation.content_hash == content_hash and confirmation.by_id not in own
        ]
        if row.organisation_id == before.pk:
            row.organisation = after
            valid = valid if is_same else []
        for confirmation in valid:
            confirmation.content_hash = row.content_hash
            if confirmation.on_behalf_of_id == before.pk:
                confirmation.on_behalf_of = after
        yield row, valid


def _locked(participations: Iterable[Participation]) -> list[Participation]:
    return PARTICIPATIONS.lock([row.pk for row in participations])


def void_confirmations(person: Delegate) -> None:
    """After the record was emptied, it is not known who will have it next."""
    for row in _locked(person.participations.all()):
        row.confirmations.all().delete()
        if row.confirmed_at:
            _lose_effect(row)


def valid_confirmations(person: Delegate) -> list[int]:
    """Ids of the confirmations of what is the case now."""
    return [
        confirmation.pk
        for row in _locked(person.participations.all())
        for confirmation in row.confirmations.filter(content_hash=row.content_hash)
    ]


def keep_confirmations(person: Delegate, valid: Collection[int]) -> None:
    """After the person joined, what was valid before is about the account."""
    for row in _locked(person.participations.all()):
        row.confirmations.filter(pk__in=valid).update(content_hash=row.content_hash)
    void_changed_confirmations(person.participations.all())


@transaction.atomic
def split_shared_person(person: Delegate, permissions: EventPermissions) -> None:
    """Before an editor changes someone who has not joined: others keep that person as it was.

    Roundtables that the editor cannot see get a record of their own. If fields were locked instead,
    or the change reached them, the editor would learn of them, or change whom they invited.
    """
    unseen = Participation.with_ended.filter(delegate=person)
    unseen = unseen.exclude(event__in=permissions.readable)
    if permissions.is_operator or person.user_id is not None or not unseen.exists():
        return
    stored = Delegate.objects.select_for_update().get(pk=person.pk)
    valid = valid_confirmations(stored)
    values = {
        field.name: getattr(stored, field.name)
        for field in Delegate._meta.concrete_fields
        if field.name not in ("id", "handle")
    }
    kept = Delegate(**values)
    kept.full_clean()
    kept.save()
    known = Organisation.objects.filter(involved_condition(permissions.readable))
    for row in stored.affiliations.filter(organisation__in=known):
        row.pk, row.delegate, row._state.adding = None, kept, True
        row.save()
    stored.affiliations.exclude(organisation__in=known).update(delegate=kept)
    stored.invitations.exclude(event__in=permissions.readable).update(delegate=kept)
    tasks = stored.focal_point_for.exclude(commitment__event__in=permissions.readable)
    tasks.update(focal_point=kept)
    unseen.update(delegate=kept)
    keep_confirmations(kept, valid)


def withdraw_own_confirmations(person: Delegate, user: User) -> None:
    """No one confirms their own participation. It was not known that it was theirs."""
    for row in _locked(person.participations.filter(confirmations__by=user)):
        row.confirmations.filter(by=user).delete()
        _check_effect(row)


def _check_effect(row: Participation) -> None:
    if row.confirmed_at and not has_effect(row, row.confirmations.all()):
        _lose_effect(row)


def _lose_effect(row: Participation) -> None:
    row.confirmed_at = row.details_open_on = None
    row.full_clean()
    row.save()


@transaction.atomic
def suspend_participation(
    *, participation: Participation, reason: str, by: User, at: datetime, has_left: bool = False
) -> bool:
    """One confirmer suspends at once, and we tell the person. To return takes two others.

    What two brought back, the same organisation does not suspend again. `has_left` says that the
    person left the organisation. Returns False if the user may not do this.
    """
    row, signer = next(iter(PARTICIPATIONS.lock([participation.pk])), None), Signer(by, at)
    if row is None:
        return False
    rights = signer.rights_at(row.event, PARTICIPATION)
    was_suspended = row.suspended_by_id or row.suspended_for_id
    if (
        row.confirmed_at is None
        or is_own_profile(row.delegate, by, signer.own_addresses)
        or not rights
        or (was_suspended and not _may_answer_suspension(row, signer))
    ):
        return False
    row.confirmations.update(before_suspension=True)
    row.suspended_at, row.suspended_by, row.suspended_for = at, by, rights[0].organisation
    row.suspension_reason = reason
    _lose_effect(row)
    if row.delegate.user:
        end_sessions(row.delegate.user)
    tell_person(row, "left" if has_left else "suspended", at)
    audit.record(
        action="suspend participation", at=at, actor=by, subject=row.delegate, detail=row.event.code
    )
    return True


@transaction.atomic
def end_participation(*, participation: Participation, by: User, at: datetime) -> bool:
    """A second person, of another organisation, ends what the first one suspended.

    Exceptions still match it. Returns False if the user may not do this.
    """
    row, signer = next(iter(PARTICIPATIONS.lock([participation.pk])), None), Signer(by, at)
    if (
        row is None
        or row.suspended_at is None
        or not signer.rights_at(row.event, PARTICIPATION)
        or not _may_answer_suspension(row, signer)
    ):
        return False
    row.ended_at = at
    row.full_clean()
    row.save()
    tell_person(row, "ended", at)
    audit.record(
        action="end participation", at=at, actor=by, subject=row.delegate, detail=row.event.code
    )
    return True


def _may_answer_suspension(row: Participation, signer: Signer) -> bool:
    return was_suspended_by_others(row, signer.own_bodies, signer.bodies_of)


def is_own_profile(delegate: Delegate, user: User, own_addresses: set[str] | None = None) -> bool:
    """Also true if the invitation address is one of the user's own addresses."""
    if delegate.user_id == user.pk:
        return True
    invited = delegate.invitation_email.lower()
    return bool(invited) and invited in (
        login_addresses(user) if own_addresses is None else own_addresses
    )
