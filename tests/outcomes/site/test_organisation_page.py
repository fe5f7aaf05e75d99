"""The page of an organisation: what it undertook itself, and what its groups undertook."""

import pytest
from django.test import Client
from django.utils import timezone

from outcomes.commitments.queries import commitments_of_groups
from participants.models import Constituency, EventRole, Organisation, member_condition
from tests.factories import (
    make_commitment,
    make_event,
    make_group,
    make_organisation,
    make_party,
    make_role,
)
from tests.page_text import get_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]


def test_commitments_of_its_groups_are_listed_apart(client: Client) -> None:
    event = make_event(code="RT2024")
    aid = make_organisation(name="Example Aid", kind="civil-society", slug="example-aid")
    make_role(event, organisation=aid)
    own = make_commitment(event, text="Print leaflets", reference="RT2024-C1")
    make_party(own, organisation=aid)
    shared = make_commitment(event, text="Share contact details", reference="RT2024-C2")
    make_party(shared, group=make_group(name="Participants", member_rule="participants"))
    foreign = make_commitment(event, text="Issue visas", reference="RT2024-C3")
    make_party(foreign, group=make_group(name="Governments", member_rule="governments"))
    text = get_text(client, "/organisations/example-aid/")
    before, after = text.split("Commitments of its groups")
    assert "1 commitment. No party has reported on it yet." in before
    assert "Print leaflets" in before and "Share contact details" not in before
    assert (
        "A group that this organisation belonged to at the roundtable undertook these commitments."
        " They are not counted above. RT2024-C2 Share contact details Participants" in after
    )
    assert "Print leaflets" not in after and "Issue visas" not in text


def test_commitments_of_groups_need_a_public_roundtable(client: Client) -> None:
    event = make_event(code="SECRET", is_public=False)
    aid = make_organisation(name="Example Aid", slug="example-aid")
    make_role(event, organisation=aid)
    shared = make_commitment(event, text="Share contact details")
    make_party(shared, group=make_group(member_rule="participants"))
    assert not commitments_of_groups(aid, timezone.localdate())


def test_groups_of_an_organisation_are_those_that_count_it_as_a_member() -> None:
    event, elsewhere = make_event(), make_event()
    groups = [
        make_group(member_rule=word) for word in ("", "participants", "cochairs", *Constituency)
    ]
    made = {}
    for group in groups:
        made[group] = make_commitment(event)
        make_party(made[group], group=group)
    for kind in ("government", "civil-society", "national-society", "movement"):
        for role in (EventRole.Role.PARTICIPANT, EventRole.Role.COCHAIR):
            make_role(event, organisation=make_organisation(kind=kind), role=role)
        make_role(elsewhere, organisation=make_organisation(kind=kind))
    for organisation in Organisation.objects.all():
        members = {
            made[group].pk
            for group in groups
            if Organisation.objects.filter(
                member_condition(group.member_rule, event.pk), pk=organisation.pk
            )
        }
        found = commitments_of_groups(organisation, timezone.localdate())
        assert {row.pk for row in found} == members
