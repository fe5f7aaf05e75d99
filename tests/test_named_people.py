"""How the admin names people: by display_name(), whatever refers to them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.test import Client
from django.utils import timezone

from outcomes.models import (
    Assessment,
    Commitment,
    Offer,
    ProgressUpdate,
    ReportingRound,
    Response,
)
from participants.display_names import display_name
from participants.models import (
    Delegate,
    DelegationChange,
    Grant,
    Introduction,
    InvitationRequest,
    Letter,
    OrganisationChange,
    ParticipantList,
    Participation,
    User,
)
from participants.permissions import permissions_of
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_addressee,
    make_delegate,
    make_delegation_change,
    make_event,
    make_grant,
    make_introduction,
    make_invitation_request,
    make_letter,
    make_organisation,
    make_organisation_change,
    make_participant_list,
    make_participation,
    make_role,
    make_update,
    make_user,
)
from tests.follow_up_factories import make_assessment, make_offer, make_response, make_round
from tests.outcomes.test_outcomes_admin import filled, page

pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
NAME, ADDRESS = "Zq Elsewhere", "@zq-elsewhere.example"
# By model, a row of the roundtable that the co-chair may open.
ROWS: dict[type[models.Model], Callable[[Event, User], Any]] = {
    Grant: lambda event, _by: make_grant(make_user(), event, role="editor"),
    Delegate: lambda event, _by: make_participation(make_delegate(), event).delegate,
    Participation: lambda event, _by: make_participation(make_delegate(), event),
    Introduction: lambda event, by: make_introduction(
        *(make_participation(make_delegate(), event).delegate for _number in "ab"), proposed_by=by
    ),
    InvitationRequest: lambda event, _by: make_invitation_request(
        event, decision="refused", decided_at=NOON, nominated_for=make_organisation()
    ),
    OrganisationChange: lambda event, _by: make_organisation_change(make_role(event).organisation),
    DelegationChange: lambda event, _by: make_delegation_change(event),
    Letter: lambda event, _by: make_letter(event),
    ParticipantList: lambda event, _by: make_participant_list(event, decided_at=NOON),
    ProgressUpdate: lambda event, _by: make_update(event.commitments.all()[0]),
    Response: lambda event, _by: make_response(
        outcome=point(event),
        organisation=make_addressee(point(event), organisation=make_organisation()).organisation,
    ),
    Offer: lambda event, _by: make_offer(outcome=point(event)),
    Assessment: lambda event, _by: make_assessment(commitment=event.commitments.all()[0]),
    ReportingRound: lambda event, _by: make_round(event=event),
}


def point(event: Event) -> Any:
    return event.statement.outcomes.filter(parent__isnull=False)[0]


def references(model: Any) -> list[str]:
    """The fields of a model that name a person."""
    fields = model._meta.concrete_fields
    return [field.name for field in fields if field.related_model in (User, Delegate)]


def registered_models() -> list[Any]:
    return [model for model in admin.site._registry if references(model)]


def stranger() -> Delegate:
    """Someone of another roundtable, with an account and a right there."""
    address = f"{Delegate.objects.count()}{ADDRESS}"
    person = make_delegate(name=NAME, user=make_user(address), invitation_email=address)
    there = make_event(is_public=False)
    make_participation(person, there)
    assert person.user is not None
    make_grant(person.user, there, on_behalf_of=make_organisation(short_name="Zq Office"))
    return person


def texts(browser: Client, row: Any) -> dict[str, str]:
    """All pages of the admin about a row, and how the ones with forms answer."""
    model = type(row)
    found = {"changelist": browser.get(page(model, "changelist"))}
    for name in ("change", "history", "delete"):
        found[name] = browser.get(page(model, name, row.pk))
    found["add"] = browser.get(page(model, "add"))
    return {name: answer.content.decode() for name, answer in found.items()}


def test_each_reference_to_a_person_is_asked_about() -> None:
    assert set(ROWS) == set(registered_models())
    # The history shows what was stored, so none of these may be a person.
    kept = [model for model in apps.get_models() if model.__name__.startswith("Historical")]
    assert kept
    for model in kept:
        assert references(model) in ([], ["history_user"]), model


# Whose row it is, or who may open it: with someone else here, the rest may not be shown at all.
ALONE = {"user", "delegate", "proposed_by"}
REFERENCES = [(model, [name]) for model in ROWS for name in references(model) if name in ALONE]
REFERENCES += [
    (model, others)
    for model in ROWS
    if (others := [name for name in references(model) if name not in ALONE])
]
VIEWERS = ["cochair", "editor", "confirmer"]
# Who confirms the participation of someone protected is meant to read the name.
MEANT = (Participation, ["delegate"], "confirmer")
# Unless at full size, a co-chair reads each, and the others every third.
READ = [
    pytest.param(
        *reference,
        role,
        marks=[pytest.mark.prove] if place and number % 3 != place else [],
        id=f"{reference[0].__name__}-{'-'.join(reference[1])}-{role}",
    )
    for number, reference in enumerate(REFERENCES)
    for place, role in enumerate(VIEWERS)
    if (*reference, role) != MEANT
]


@pytest.mark.parametrize(("model", "fields", "role"), READ)
def test_stranger_is_never_named(
    client_of: Sign, event: Event, model: Any, fields: list[str], role: str
) -> None:
    viewer = make_user()
    make_grant(viewer, event, role=role, on_behalf_of=make_organisation())
    row = ROWS[model](event, viewer)
    values: dict[str, Any] = {}
    for field in fields:
        person = stranger()
        is_person = model._meta.get_field(field).related_model is Delegate
        values[field] = person if is_person else person.user
    if model is Delegate:
        person.write(user=None)
    if model is Participation:
        values["is_protected_from_desk"] = True
    model._base_manager.filter(pk=row.pk).update(**values)
    for name, text in texts(client_of(viewer), row).items():
        for words in (NAME, ADDRESS, "Zq Office"):
            assert words not in text, name


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (Grant, "user"),
        (ParticipantList, "requested_by"),
        (Participation, "delegate"),
    ],
)
def test_columns_and_pages_use_display_name(
    client_of: Sign, event: Event, cochair: User, model: Any, field: str
) -> None:
    """As for a person of the viewer's own roundtable, who is at once somebody else's."""
    row = ROWS[model](event, cochair)
    person = make_delegate(name="Zq Known")
    make_participation(person, event)
    make_participation(person, make_event(is_public=False))
    value = person if field == "delegate" else person.user
    if model is Participation:
        Participation.objects.filter(delegate=person, event=event).delete()
    model._base_manager.filter(pk=row.pk).update(**{field: value})
    assert "Zq Known" in texts(client_of(cochair), row)["changelist"]


@pytest.mark.parametrize("is_public", [True, False])
def test_people_without_a_common_roundtable_are_not_named(
    event: Event, cochair: User, is_public: bool
) -> None:
    viewer = permissions_of(cochair, timezone.localdate())
    person = stranger()
    Event.objects.exclude(pk=event.pk).update(is_public=is_public)
    assert person.user is not None
    number = person.user.pk
    assert display_name(person, viewer) == "A person who is not shown here"
    assert display_name(person.user, viewer) == f"Someone of another roundtable (account {number})"
    make_grant(person.user, event, role="editor", on_behalf_of=make_organisation(short_name="Sea"))
    assert display_name(person.user, viewer) == f"editor, for Sea (account {number})"
    make_participation(person, event)
    viewer = permissions_of(cochair, timezone.localdate())
    assert display_name(person.user, viewer) == display_name(person, viewer) == NAME


@pytest.mark.usefixtures("recorded_templates")
def test_focal_point_who_is_not_shown_stays(
    client_of: Sign, event: Event, cochair: User, focal_point: Delegate
) -> None:
    party = focal_point.focal_point_for.get()
    focal_point.participations.update(is_protected_from_desk=True)
    browser, address = client_of(cochair), page(Commitment, "change", party.commitment_id)
    text = browser.get(address).content.decode()
    (field,) = re.findall(r'<select name="parties-0-focal_point".*?</select>', text, re.DOTALL)
    assert "A person who is not shown here" in field
    assert focal_point.name not in text and f'value="{focal_point.pk}"' not in field
    assert browser.post(address, filled(browser, address, place_in_source="3")).status_code == 302
    party.refresh_from_db()
    assert (party.focal_point, party.focal_point_accepted_at) == (focal_point, NOON)
    # Someone else can be asked instead.
    other = make_delegate()
    make_participation(other, event, organisation=party.organisation)
    sent = filled(browser, address, **{"parties-0-focal_point": other.pk})
    assert browser.post(address, sent).status_code == 302
    party.refresh_from_db()
    assert (party.focal_point, party.focal_point_accepted_at) == (other, None)
