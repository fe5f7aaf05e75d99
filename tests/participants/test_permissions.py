"""Rights of operators, co-chairs, editors and readers, at their roundtable and elsewhere."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from outcomes.models import Outcome
from participants.models import (
    Capacity,
    Delegate,
    Invitation,
    Organisation,
    OrganisationKind,
    Proposal,
    User,
)
from participants.permissions import (
    ConfirmingRight,
    EventPermissions,
    acting_capacity,
    acting_organisation,
    affects_audiences,
    bodies_of,
    can_edit_visible_events_of,
    confirming_rights,
    confirming_rights_by_event,
    event_of_holders,
    events_held_for,
    events_of_organisation,
    has_settled_name,
    has_two_holders,
    independent_right,
    involved_condition,
    may_decide,
    may_edit_organisation,
    may_enter_admin,
    people_with_address,
    permissions_of,
    role_needs_confirmation,
    stand_in,
    visible_organisations,
    visible_participations,
    visible_people,
)
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_addressee,
    make_affiliation,
    make_commitment,
    make_comparison,
    make_delegate,
    make_event,
    make_government,
    make_grant,
    make_group,
    make_holder,
    make_invitation,
    make_organisation,
    make_participation,
    make_party,
    make_proposal,
    make_role,
    make_series,
    make_statement,
    make_user,
)
from tests.follow_up_factories import make_assessment, make_offer, make_response
from tests.silence_procedure import (
    make_circulation,
    make_corrigendum,
    make_reply,
    make_sign_off,
    make_version,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
YESTERDAY = date(2026, 3, 1)
Link = Callable[[Event, Organisation], object]


def point_of(event: Event) -> Outcome:
    return make_statement(event, points=1).outcomes.points().get()


def respond(event: Event, body: Organisation) -> None:
    """By an organisation that is no longer an addressee."""
    point = point_of(event)
    addressee = make_addressee(point, organisation=body)
    make_response(outcome=point, organisation=body, approved=False)
    addressee.delete()


def employ_participant(event: Event, body: Organisation) -> Delegate:
    person = make_delegate(user=None)
    make_participation(person, event)
    make_affiliation(person, organisation=body)
    return person


def propose_employer(event: Event, body: Organisation) -> Proposal:
    person = make_delegate()
    make_participation(person, event)
    return make_proposal(person, organisation=body)


DIRECT_LINKS: dict[str, Link] = {
    "role": lambda event, body: make_role(event, organisation=body),
    "participation": lambda event, body: make_participation(
        make_delegate(user=None), event, organisation=body
    ),
    "party": lambda event, body: make_party(make_commitment(event), organisation=body),
    "addressee": lambda event, body: make_addressee(point_of(event), organisation=body),
    "response": respond,
    "assessment": lambda event, body: make_assessment(
        commitment=make_commitment(event), organisation=body, approved=False
    ),
    "offer": lambda event, body: make_offer(
        outcome=point_of(event), organisation=body, approved=False
    ),
    "offer to join": lambda event, body: make_offer(
        commitment=make_commitment(event, is_open=True), organisation=body, approved=False
    ),
    "reply": lambda event, body: make_reply(
        make_circulation(make_version(make_statement(event, published=False))), organisation=body
    ),
    "signature": lambda event, body: make_sign_off(
        make_version(make_statement(event, published=False)), organisation=body
    ),
    "grant": lambda event, body: make_grant(make_user(), event, on_behalf_of=body),
    "offer to a statement": lambda event, body: make_offer(
        statement=make_statement(event), outcome=None, organisation=body, approved=False
    ),
    "comparison of a statement": lambda event, body: make_comparison(make_statement(event), body),
    "comparison of a correction": lambda event, body: make_comparison(
        make_corrigendum(make_statement(event)), body
    ),
    "comparison of a commitment": lambda event, body: make_comparison(make_commitment(event), body),
}
LINKS = DIRECT_LINKS | {"employer": employ_participant, "proposed employer": propose_employer}


def rights_of(user: User) -> EventPermissions:
    rights = permissions_of(user, TODAY)
    assert rights is not None
    return rights


@pytest.mark.parametrize(
    ("role", "edits", "decides", "confirms", "invites"),
    [
        ("reader", False, False, False, False),
        ("editor", True, False, False, False),
        ("cochair", True, True, True, True),
        ("cohost", False, False, True, False),
        ("confirmer", False, False, True, True),
    ],
)
def test_grant_gives_rights_at_its_roundtable_alone(
    role: str, edits: bool, decides: bool, confirms: bool, invites: bool
) -> None:
    here, elsewhere = make_event(), make_event()
    user = make_holder(here, role=role, on_behalf_of=make_organisation())
    rights = rights_of(user)
    assert not rights.is_operator
    for event, holds in ((here, True), (elsewhere, False)):
        assert rights.may_read(event.pk) == holds
        assert rights.may_edit(event.pk) == (edits and holds)
        assert may_decide(user, event, NOON) == (decides and holds)
        assert may_decide(user, make_statement(event), NOON) == (decides and holds)
    assert not (rights.may_read(None) or rights.may_edit(None) or rights.may_decide(None))
    assert (rights.can_edit_any, rights.can_decide_any) == (edits, decides)
    assert (rights.can_confirm_any, rights.can_invite_any) == (confirms, invites)
    assert rights.confirmable == ({here.pk} if confirms else set())
    assert bool(confirming_rights_by_event(user, TODAY)) == confirms
    assert may_enter_admin(user)


def test_cochair_who_acts_for_no_organisation_confirms_nothing() -> None:
    user = make_holder(make_event())
    assert not rights_of(user).can_confirm_any
    assert confirming_rights_by_event(user, TODAY) == {}


def test_operator_has_every_right_without_a_grant_and_confirms_by_none() -> None:
    operator, event = make_user(is_superuser=True), make_event(is_public=False)
    make_grant(operator, make_event(), role="confirmer", on_behalf_of=make_organisation())
    rights = rights_of(operator)
    assert rights.is_operator and may_enter_admin(operator)
    assert rights.may_read(event.pk) and rights.may_edit(event.pk)
    assert may_decide(operator, make_statement(event), NOON)
    assert rights.can_edit_any and rights.can_decide_any
    assert rights.can_invite_any and rights.can_confirm_any
    body = make_role(event).organisation
    assert may_edit_organisation(rights, body)
    assert body in visible_organisations(rights)
    assert not rights.confirmable and not rights.constituencies
    assert [right.capacity for right in stand_in(operator)] == [Capacity.OPERATOR]
    operator.is_active = False
    assert stand_in(operator) == stand_in(make_user()) == []


def test_account_without_a_grant_has_no_rights() -> None:
    event, closed = make_event(), make_user(is_active=False)
    make_grant(closed, event)
    for user in (make_user(), closed, AnonymousUser()):
        assert permissions_of(user, TODAY) is None
        assert not may_decide(user, event, NOON)
        assert not may_enter_admin(user)


def test_user_acts_for_the_organisation_of_a_grant_in_force_at_that_roundtable() -> None:
    user, here, elsewhere, third = make_user(), make_event(), make_event(), make_event()
    make_grant(user, here)
    make_grant(user, here, role="editor", on_behalf_of=make_organisation(slug="here"))
    make_grant(user, elsewhere, on_behalf_of=make_organisation(slug="elsewhere"))
    make_grant(user, third)
    assert [acting_organisation(user, event.pk, TODAY) for event in (here, elsewhere, third)] == [
        *("here", "elsewhere", "")
    ]
    body = make_organisation(slug="former")
    former = make_holder(here, on_behalf_of=body, valid_until=YESTERDAY)
    assert acting_organisation(former, here.pk, TODAY) == ""
    assert acting_organisation(former, here.pk, YESTERDAY) == "former"
    assert acting_capacity(former, make_delegate(), TODAY) == ("", "")


def test_cochair_acts_for_whom_a_grant_names_and_not_for_an_employer() -> None:
    user, here, there, person = make_user(), make_event(), make_event(), make_delegate()
    for event in (here, there):
        make_participation(person, event)
    make_affiliation(make_delegate(user=user), organisation=make_organisation(slug="office"))
    assert acting_capacity(user, person, TODAY) == ("office", "")
    make_grant(user, here)
    assert acting_capacity(user, person, TODAY) == ("office", "as co-chair")
    make_grant(user, there, on_behalf_of=make_organisation(slug="ministry"))
    assert acting_capacity(user, person, TODAY) == ("ministry", "as co-chair")
    assert acting_capacity(user, make_delegate(), TODAY) == ("office", "")


def test_others_act_for_an_employer_up_to_the_last_day_else_for_whom_a_grant_names() -> None:
    user, event = make_user(), make_event()
    person = make_participation(make_delegate(), event).delegate
    assert acting_capacity(user, person, TODAY) == ("", "")
    make_grant(user, event, role="editor", on_behalf_of=make_organisation(slug="ministry"))
    assert acting_capacity(user, person, TODAY) == ("ministry", "")
    office = make_organisation(slug="office")
    make_affiliation(make_delegate(user=user), organisation=office, until=TODAY)
    assert acting_capacity(user, person, TODAY) == ("office", "")
    assert acting_capacity(user, person, TODAY + timedelta(days=1)) == ("ministry", "")


def test_rights_to_confirm_are_those_of_each_roundtable_in_the_order_of_the_grants() -> None:
    user, here, there = make_user(), make_event(), make_event()
    first, second = make_organisation(), make_organisation()
    make_grant(user, here, role="cohost", on_behalf_of=first)
    make_grant(user, there, role="confirmer", on_behalf_of=second)
    make_grant(user, here, role="cochair", on_behalf_of=second)
    make_grant(make_user(), here, on_behalf_of=first)
    make_grant(user, there, on_behalf_of=first, valid_until=YESTERDAY)
    assert confirming_rights_by_event(user, TODAY) == {
        here.pk: [
            ConfirmingRight(Capacity.COHOST, first),
            ConfirmingRight(Capacity.COCHAIR, second),
        ],
        there.pk: [ConfirmingRight(Capacity.CONFIRMER, second)],
    }
    assert confirming_rights(user, make_event(), TODAY) == []


def test_no_one_confirms_what_their_own_organisation_is_involved_in() -> None:
    event, own, other = make_event(), make_organisation(), make_organisation()
    by, colleague, stranger = make_user(), make_delegate(), make_delegate()
    make_grant(by, event, on_behalf_of=own)
    make_affiliation(colleague, organisation=own)
    make_affiliation(stranger, organisation=other)
    assert colleague.user is not None and stranger.user is not None
    asked = partial(independent_right, by, on=TODAY)
    right = ConfirmingRight(Capacity.COCHAIR, own)
    assert asked([event], people=[], organisations=[]) == right
    assert asked([make_event(), event], people=[stranger.user], organisations=[other]) == right
    assert asked([make_event()], people=[], organisations=[]) is None
    assert asked([event], people=[by], organisations=[]) is None
    assert asked([event], people=[colleague.user], organisations=[]) is None
    assert asked([event], people=[], organisations=[other, own]) is None


def test_holders_of_a_roundtable_are_those_of_the_last_one_until_it_has_two_cochairs() -> None:
    series = make_series()
    oldest, old, new, other, left = (
        make_event(series=series, starts_on=date(year, 5, 1), ends_on=date(year, 5, 2))
        for year in (2018, 2020, 2022, 2019, 2021)
    )
    for event in (oldest, old):
        for _ in range(2):
            make_grant(make_user(), event, on_behalf_of=make_organisation())
    make_grant(make_user(), other)  # acts for no organisation
    make_grant(make_user(is_active=False), left, on_behalf_of=make_organisation())
    elsewhere = make_event(starts_on=date(2021, 5, 1), ends_on=date(2021, 5, 2))
    make_grant(make_user(), elsewhere, on_behalf_of=make_organisation())
    assert [event_of_holders(event, TODAY) for event in (oldest, old, new, other)] == [
        *(oldest, old, old, oldest)
    ]
    assert events_held_for(frozenset([old.pk]), TODAY) == {new.pk, left.pk}
    assert events_held_for(frozenset([oldest.pk]), TODAY) == {other.pk}
    assert role_needs_confirmation(new, "cochair", TODAY)
    make_grant(make_user(), new, on_behalf_of=make_organisation())
    assert event_of_holders(new, TODAY) == old
    make_grant(make_user(), new, role="reader", on_behalf_of=make_organisation())
    assert event_of_holders(new, TODAY) == old
    make_grant(make_user(), new, role="confirmer", on_behalf_of=make_organisation())
    assert event_of_holders(new, TODAY) == old
    second = make_grant(make_user(), new, on_behalf_of=make_organisation())
    assert event_of_holders(new, TODAY) == new
    second.suspended_at = NOON
    second.save()
    assert event_of_holders(new, TODAY) == new  # else a suspension brings the others back
    assert not has_two_holders(other, TODAY)
    blank = Event(series=series)
    assert event_of_holders(blank, TODAY) is blank
    assert not has_two_holders(blank, TODAY)
    unsaved = Event(series=series, starts_on=date(2024, 5, 1))
    assert event_of_holders(unsaved, TODAY) == new
    assert not role_needs_confirmation(make_event(), "cochair", TODAY)
    assert not role_needs_confirmation(new, "observer", TODAY)


def test_user_acts_for_the_latest_employer_else_for_whom_they_represented_last() -> None:
    user = make_user()
    own = make_delegate(user=user)
    for year, slug in ((2018, "first"), (2022, "last"), (2020, "between")):
        event = make_event(starts_on=date(year, 5, 1), ends_on=date(year, 5, 2))
        make_participation(own, event, organisation=make_organisation(slug=slug))
    unconfirmed = make_event(starts_on=date(2023, 5, 1), ends_on=date(2023, 5, 2))
    make_participation(own, unconfirmed, confirmed=False)
    make_grant(user, make_event(), on_behalf_of=make_organisation(slug="granted"))
    make_affiliation(make_delegate(), since=date(2023, 1, 1))
    assert acting_capacity(user, make_delegate(), TODAY) == ("last", "")
    for since, slug in ((None, "unknown"), (date(2020, 1, 1), "new"), (date(2019, 1, 1), "old")):
        make_affiliation(own, organisation=make_organisation(slug=slug), since=since)
    assert acting_capacity(user, make_delegate(), TODAY) == ("new", "")


def test_bodies_of_a_user_are_all_that_count_against_confirming() -> None:
    user = make_user()
    own = make_delegate(user=user)
    past, removed, works, acts, sat, left = (make_organisation() for _ in range(6))
    make_affiliation(own, organisation=past, until=YESTERDAY)
    make_affiliation(own, organisation=removed, removed_at=NOON)
    make_affiliation(own, organisation=works, until=TODAY)
    make_grant(user, make_event(), role="reader", on_behalf_of=acts)
    make_participation(own, make_event(), organisation=sat, confirmed=False)
    make_participation(own, make_event(), organisation=left, ended_at=NOON)
    for other in (make_organisation(), make_organisation()):
        make_affiliation(make_delegate(), organisation=other)
        make_grant(make_user(), make_event(), on_behalf_of=other)
    ministry = make_government("FJ")
    make_affiliation(own, organisation=ministry)
    assert bodies_of(user, TODAY) == {
        ("government", "FJ"),
        *(("organisation", str(row.pk)) for row in (removed, works, acts, sat, left)),
    }


def test_cochair_sees_people_of_the_roundtable_and_operators_all_of_them() -> None:
    user, here = make_user(), make_event()
    make_grant(user, here)
    seen, protected, elsewhere = make_delegate(), make_delegate(), make_delegate()
    make_participation(seen, here)
    make_participation(protected, here, is_protected_from_desk=True)
    make_participation(elsewhere, make_event())
    rights, operators = rights_of(user), rights_of(make_user(is_superuser=True))
    everyone = [seen, protected, elsewhere]
    assert set(visible_people(rights)) == set(people_with_address(rights)) == {seen}
    assert [rights.can_see(person) for person in everyone] == [True, False, False]
    assert [operators.can_see(person) for person in everyone] == [True] * 3
    assert set(visible_people(operators)) == set(everyone)
    assert set(people_with_address(operators)) == {seen, elsewhere}
    # The row is there for everyone who reads the roundtable.
    numbers = [rights, operators]
    assert [visible_participations(row).count() for row in numbers] == [2, 3]


def test_what_a_person_chooses_moves_no_row_at_the_desk() -> None:
    user, here = make_user(), make_event()
    make_grant(user, here)
    people = [make_delegate(), make_delegate()]
    for person, is_protected in zip(people, (False, True), strict=True):
        make_participation(person, here, is_protected_from_desk=is_protected)
    choices: list[dict[str, Any]] = [
        {"hidden_at": NOON},
        {"is_protected": True},
        {"consented_at": None},
        {"new_address_agreed_at": NOON},
    ]
    for chosen in choices:
        for person in people:
            person.write(**chosen)
        rights = rights_of(user)
        assert set(people_with_address(rights)) == set(visible_people(rights)) == {people[0]}
        assert visible_participations(rights).count() == 2


def test_protected_person_is_seen_by_whoever_invited_last() -> None:
    first, last, event = make_user(), make_user(), make_event()
    person = make_delegate()
    make_participation(person, event, is_protected_from_desk=True)
    for number, user in enumerate((first, last)):
        make_grant(user, event)
        make_invitation(
            person,
            event,
            invited_by=user,
            answer=Invitation.Answer.ACCEPTED,
            answered_at=NOON + timedelta(days=number),
        )
    assert [person in visible_people(rights_of(user)) for user in (first, last)] == [False, True]
    Invitation.objects.filter(invited_by=last).update(answer=Invitation.Answer.NOT_ME)
    assert [person in visible_people(rights_of(user)) for user in (first, last)] == [True, False]


@pytest.mark.parametrize(("role", "sees"), [("cochair", True), ("editor", True), ("reader", False)])
def test_protected_person_is_seen_by_whoever_entered_them_and_may_still_edit(
    role: str, sees: bool
) -> None:
    user, other, event = make_user(), make_user(), make_event()
    make_grant(user, event, role=role)
    make_grant(other, event)
    person = make_delegate()
    make_participation(person, event, is_protected_from_desk=True, entered_by=user)
    assert (person in visible_people(rights_of(user))) == sees
    assert person not in visible_people(rights_of(other))


def test_protected_person_is_seen_at_another_roundtable_where_the_desk_names_them() -> None:
    here, there, person = make_event(), make_event(), make_delegate()
    make_participation(person, here)
    make_participation(person, there, is_protected_from_desk=True)
    viewers = []
    for events in ([here], [there], [here, there]):
        viewers.append(user := make_user())
        for event in events:
            make_grant(user, event)
    assert [person in visible_people(rights_of(user)) for user in viewers] == [True, False, True]


def make_confirmers(event: Event, kinds: list[str]) -> list[User]:
    """One after the other, each of an organisation of its own."""
    users = [make_user() for _ in kinds]
    for user, kind in zip(users, kinds, strict=True):
        make_grant(user, event, role="confirmer", on_behalf_of=make_organisation(kind=kind))
    return users


def test_two_confirmers_of_the_constituency_see_a_protected_person() -> None:
    event, person = make_event(), make_delegate()
    make_participation(person, event, is_protected_from_desk=True)
    one, two, three, agency = make_confirmers(event, ["civil-society"] * 3 + ["agency"])
    # A second confirmer of the first organisation counts as the first one.
    own = one.grants.get().on_behalf_of
    make_grant(colleague := make_user(), event, role="confirmer", on_behalf_of=own)
    # Elsewhere, others confirm.
    make_confirmers(make_event(), ["civil-society"])
    viewers = [one, two, three, agency, colleague]
    for people in (visible_people, people_with_address):
        seen = [person in people(rights_of(user)) for user in viewers]
        assert seen == [True, True, False, False, False]


def test_no_one_sees_a_protected_person_as_confirmer_of_the_own_organisation() -> None:
    event, people = make_event(), [make_delegate(), make_delegate()]
    one, two, three, four = make_confirmers(event, ["civil-society"] * 4)
    for person, confirmer in zip(people, (one, three), strict=True):
        own = confirmer.grants.get().on_behalf_of
        make_participation(person, event, organisation=own, is_protected_from_desk=True)
    seen = [
        [person in visible_people(rights_of(user)) for user in (one, two, three, four)]
        for person in people
    ]
    assert seen == [[False, True, True, False], [True, True, False, False]]


@pytest.mark.parametrize("name", LINKS)
def test_organisation_belongs_to_the_roundtable_it_is_linked_to(name: str) -> None:
    event, elsewhere, body = make_event(is_public=False), make_event(), make_organisation()
    LINKS[name](event, body)
    make_role(elsewhere)
    unlinked = make_organisation()
    assert events_of_organisation(body) == {event.pk}
    for place, is_linked in ((event, True), (elsewhere, False)):
        seen = visible_organisations(rights_of(make_holder(place, role="reader")))
        assert (body in seen) == is_linked
        assert unlinked in seen
        known_directly = Organisation.objects.filter(involved_condition(frozenset([place.pk])))
        assert (body in known_directly) == (is_linked and name in DIRECT_LINKS)


def test_employer_is_seen_unless_the_person_took_part_elsewhere_too() -> None:
    event, body = make_event(is_public=False), make_organisation()
    person = employ_participant(event, body)
    rights = rights_of(make_holder(event, role="reader"))
    assert body in visible_organisations(rights)
    make_participation(person, make_event())
    assert body not in visible_organisations(rights)


def test_organisation_of_another_roundtable_is_seen_once_public() -> None:
    elsewhere = make_event(is_public=False)
    rights = rights_of(make_holder(make_event(), role="reader"))
    body = make_role(elsewhere).organisation
    # Work of a person who took part in nothing opens no way to it.
    make_affiliation(make_delegate(), organisation=body)
    assert body not in visible_organisations(rights)
    elsewhere.is_public = True
    elsewhere.save()
    assert body in visible_organisations(rights)


def test_organisation_is_edited_by_editors_of_all_its_roundtables() -> None:
    here, body = make_event(), make_organisation()
    rights = rights_of(make_holder(here, role="editor"))
    assert may_edit_organisation(rights, body), "it belongs to none so far"
    make_role(here, organisation=body)
    assert may_edit_organisation(rights, body)
    make_role(make_event(), organisation=body)
    assert not may_edit_organisation(rights, body)
    reader = rights_of(make_holder(here, role="reader"))
    assert not may_edit_organisation(reader, make_organisation())


def test_roundtable_that_the_editor_cannot_see_locks_no_organisation() -> None:
    """A locked page would tell that the organisation takes part there."""
    here, quiet = make_event(), make_event(is_public=False)
    rights = rights_of(make_holder(here, role="editor"))
    body, unknown = make_role(here).organisation, make_role(quiet).organisation
    make_role(quiet, organisation=body)
    make_participation(make_delegate(), quiet, organisation=body)
    assert may_edit_organisation(rights, body)
    # That the whole organisation is not known here is no reason to let it be changed.
    assert not may_edit_organisation(rights, unknown)


def test_person_is_edited_by_editors_of_all_roundtables_they_see() -> None:
    user, here, person = make_user(), make_event(), make_delegate()
    make_grant(user, here, role="editor")
    rights, operators = rights_of(user), rights_of(make_user(is_superuser=True))
    make_participation(person, here)
    assert can_edit_visible_events_of(person, rights)
    make_participation(person, make_event())  # the editor must not notice
    assert can_edit_visible_events_of(person, rights)
    make_participation(person, there := make_event())
    make_grant(user, there, role="reader")
    assert not can_edit_visible_events_of(person, rights_of(user))
    assert can_edit_visible_events_of(person, operators)


def test_organisation_with_people_or_a_role_decides_audiences() -> None:
    other = make_organisation()
    for way in ("role", "participation", "grant", "employer", "party"):
        body = make_organisation()
        assert not affects_audiences(body)
        LINKS[way](make_event(), body)
        assert affects_audiences(body), way
        assert not affects_audiences(other)


def test_name_is_settled_once_a_person_or_a_public_text_counts_on_it() -> None:
    body, group = make_organisation(), make_group()
    assert not has_settled_name(body)
    assert not has_settled_name(group)
    make_participation(make_delegate(user=None), make_event(), organisation=body)
    party = make_party(make_commitment(), group=group)
    assert has_settled_name(body)
    assert has_settled_name(group)
    assert not has_settled_name(make_group())
    party.delete()
    assert not has_settled_name(group)


@pytest.mark.parametrize("at_risk", [False, True])
def test_organisation_at_risk_is_invited_by_its_confirmer_alone(at_risk: bool) -> None:
    here, elsewhere = make_event(), make_event()
    body = make_organisation(is_name_published=not at_risk)
    cochair = make_holder(here)
    confirmer, other = make_confirmers(here, ["civil-society", "agency"])
    for user, may in ((cochair, not at_risk), (confirmer, at_risk), (other, False)):
        rights = rights_of(user)
        assert rights.may_invite(here.pk, body) == may
        assert not rights.may_invite(elsewhere.pk, body)


def test_public_body_of_a_government_decides_audiences() -> None:
    """People exclude it, and with it all bodies of its country."""
    for kind in (OrganisationKind.GOVERNMENT, OrganisationKind.AGENCY):
        body = make_organisation(kind=kind, country="AU")
        assert not affects_audiences(body)
        make_assessment(commitment=make_commitment(make_event()), organisation=body)
        assert affects_audiences(body) == (kind == OrganisationKind.GOVERNMENT)


def test_colleagues_are_the_user_and_people_of_the_same_organisations() -> None:
    body, user, operator = make_organisation(), make_user(), make_user(is_superuser=True)
    make_grant(user, make_event(), on_behalf_of=body)
    colleague = make_delegate()
    make_affiliation(colleague, organisation=body)
    make_participation(make_delegate(), make_event())
    assert ids_of(user, colleague.user) == set(rights_of(user).colleagues)
    assert rights_of(operator).colleagues == [operator.pk]


def ids_of(*users: User | None) -> set[int]:
    return {user.pk for user in users if user}


def test_colleagues_of_an_official_are_all_of_that_government_and_no_one_else() -> None:
    government = {"kind": OrganisationKind.GOVERNMENT, "country": "MY"}
    user, event = make_user(), make_event()
    make_grant(user, event, on_behalf_of=make_organisation(**government))
    police, embassy = make_organisation(**government), make_organisation(**government)
    works, took_part, acts, left = make_delegate(), make_delegate(), make_user(), make_delegate()
    make_affiliation(works, organisation=police, until=TODAY)
    make_participation(took_part, event, organisation=embassy)
    make_grant(acts, make_event(), on_behalf_of=embassy)
    make_affiliation(left, organisation=police, until=YESTERDAY)
    make_grant(make_user(), event, on_behalf_of=embassy, valid_until=YESTERDAY)
    for kind, country in (
        (OrganisationKind.GOVERNMENT, "ID"),
        (OrganisationKind.AGENCY, "MY"),
        (OrganisationKind.CIVIL_SOCIETY, "MY"),
    ):
        elsewhere = make_organisation(kind=kind, country=country)
        make_affiliation(make_delegate(), organisation=elsewhere)
    assert ids_of(user, works.user, took_part.user, acts) == set(rights_of(user).colleagues)


def test_colleagues_of_someone_of_no_known_organisation_are_all_others_of_none() -> None:
    user, known, operator = make_user(), make_delegate(), make_user(is_superuser=True)
    make_grant(user, make_event(), role="editor")
    make_affiliation(known)
    unknown = make_user()
    colleagues = set(rights_of(user).colleagues)
    assert ids_of(user, unknown) == colleagues
    assert not ids_of(known.user, operator) & colleagues


def test_who_no_longer_decides_does_not_see_protected_people_invited_there() -> None:
    user, event = make_user(), make_event()
    invited = make_grant(user, event)
    make_grant(user, event, role="reader")
    person, of_others = make_delegate(), make_delegate()
    for each in (person, of_others):
        make_participation(each, event, is_protected_from_desk=True)
    make_invitation(
        person, event, invited_by=user, answer=Invitation.Answer.ACCEPTED, answered_at=NOON
    )
    for last_day, seen in ((None, [person]), (YESTERDAY, [])):
        invited.valid_until = last_day
        invited.save()
        assert list(visible_people(rights_of(user))) == seen
