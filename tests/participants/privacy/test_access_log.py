"""A person reads who looked; co-chairs learn of a run of looks, once a day."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin import site
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from participants.models import Audience, Delegate, Grant, Organisation, RevealBudget, User
from participants.privacy import access_log, visibility
from participants.privacy.access_log import AccessRecord
from participants.privacy.erasure import erase_delegate
from roundtable.audit import log as audit
from roundtable.mail.models import QueuedEmail
from roundtable.models import AuditEntry, AuditKey, Event
from tests.conftest import FULL
from tests.factories import (
    NOON,
    make_affiliation,
    make_delegate,
    make_event,
    make_grant,
    make_holder,
    make_organisation,
    make_participation,
    make_role,
    make_user,
)
from tests.page_text import page_html
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]


@pytest.fixture
@recorded
def ministry(event: Event) -> Organisation:
    ministry = make_organisation(slug="ministry", name="Ministry of Examples")
    make_role(event, organisation=ministry)
    return ministry


def look_at(delegate: Delegate, **fields: Any) -> AuditEntry:
    given: dict[str, Any] = {"action": "reveal", "at": NOON, "subject": delegate}
    audit.record(**given | fields)
    return AuditEntry.objects.latest("sequence")


def all_of(delegate: Delegate) -> list[AccessRecord]:
    return access_log.describe_entries(access_log.access_entries(delegate), delegate)


# What a person reads ----------------------------------------------------------------------


def test_entry_names_organisation_without_person(
    delegate: Delegate, quiet_delegate: Delegate, ministry: Organisation
) -> None:
    look_at(delegate, actor=quiet_delegate.user, organisation="ministry")
    look_at(quiet_delegate)
    look_at(delegate, action="pause")
    assert all_of(delegate) == [
        AccessRecord(
            at=NOON,
            action="Opened your contact details",
            organisation="Ministry of Examples",
            is_by_cochair=False,
            name="",
        )
    ]
    for action in ("vcard", "export", "confirm participation"):
        look_at(delegate, action=action)
    assert [look.action for look in all_of(delegate)][:2] == [
        "Exported a list that includes your name",
        "Downloaded your contact card",
    ]


def test_cochair_entry_names_cochair_or_else_the_organisation(
    delegate: Delegate, cochair: User, ministry: Organisation
) -> None:
    look_at(delegate, actor=cochair, organisation="ministry", detail="as co-chair")
    look_at(delegate, actor=cochair, detail="as co-chair")

    def named() -> list[tuple[bool, str, str]]:
        return [(look.is_by_cochair, look.name, look.cochair) for look in all_of(delegate)]

    nameless = [(True, "", "A co-chair"), (True, "", "A co-chair, for Ministry of Examples")]
    assert named() == nameless  # without a profile
    chair = make_delegate(name="Chandra Chair", user=cochair)
    assert named() == [(True, "Chandra Chair", "Chandra Chair, co-chair")] * 2
    erase_delegate(chair, by=None, at=NOON)
    assert named() == nameless


def test_unpublished_organisation_is_named_to_permitted_reader(delegate: Delegate) -> None:
    hidden = make_organisation(slug="hidden", name="Hidden Shelter")
    look_at(delegate, organisation="hidden")
    assert [look.organisation for look in all_of(delegate)] == [
        "an organisation that is not public"
    ]
    make_affiliation(delegate, organisation=hidden)
    assert [look.organisation for look in all_of(delegate)] == ["Hidden Shelter"]


def test_cochair_reveal_is_marked_at_time_of_reveal(
    delegate: Delegate, cochair: User, event: Event
) -> None:
    make_participation(make_delegate(name="Chandra Chair", user=cochair), event)
    visibility.reveal(cochair, delegate.handle, NOON)
    Grant.objects.filter(user=cochair).delete()  # the grant has ended since
    assert [look.name for look in all_of(delegate)] == ["Chandra Chair"]


def test_tampered_log_is_not_shown_as_own(
    client_of: Sign, delegate: Delegate, quiet_delegate: Delegate
) -> None:
    look_at(delegate)
    AuditKey.objects.update(subject=f"participants.delegate:{quiet_delegate.pk}")
    assert all_of(quiet_delegate) == []
    page = client_of(quiet_delegate).get("/me/looks/").content.decode()
    assert "The record of who opened or downloaded your details was changed without" in page
    assert "No one has opened or downloaded your details so far." not in page


def test_cochair_is_not_confused_with_another(delegate: Delegate, cochair: User) -> None:
    make_delegate(name="Chandra Chair", user=cochair)
    other = make_delegate(name="Other Person")
    look_at(delegate, actor=cochair, detail="as co-chair")
    key = AuditKey.objects.filter(subject=f"participants.user:{cochair.pk}")
    assert key.update(subject=f"participants.user:{other.user_id}") == 1
    assert [look.cochair for look in all_of(delegate)] == ["A co-chair"]


def test_page_needs_six_queries(
    delegate: Delegate, ministry: Organisation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(3):
        cochair = make_user()
        make_delegate(user=cochair)
        look_at(delegate, actor=cochair, organisation="ministry", detail="as co-chair")
    with django_assert_num_queries(6):
        assert len(all_of(delegate)) == 3


def test_entries_of_last_thirty_days_are_counted(client_of: Sign, delegate: Delegate) -> None:
    for days in (0, 29, 30, 31):
        look_at(delegate, at=NOON - timedelta(days=days))
    assert access_log.recent_access_count(delegate, NOON) == 2
    client = client_of(delegate)
    assert "</a>: 0 times in the last 30 days" in page_html(client.get("/me/"))
    look_at(delegate, at=timezone.now())
    assert "</a>: 1 time in the last 30 days" in page_html(client.get("/me/"))


def test_log_is_paginated_and_visible_to_owner_only(
    client_of: Sign, delegate: Delegate, outsider: Delegate, ministry: Organisation
) -> None:
    for _number in range(21):
        look_at(delegate, organisation="ministry")
    client = client_of(delegate)
    first = client.get("/me/looks/").content.decode()
    assert first.count("Opened your contact details") == 20
    assert first.count("Ministry of Examples") == 20
    assert "2 March 2026, 12:00 (UTC)" in first
    second = client.get("/me/looks/?page=2").content.decode()
    assert second.count("Opened your contact details") == 1
    assert client.get("/me/looks/?page=9").status_code == 400
    assert client.get("/me/looks/?who=1").status_code == 400
    assert "Opened" not in client_of(outsider).get("/me/looks/").content.decode()


def test_empty_log_shows_message(client_of: Sign, delegate: Delegate) -> None:
    page = client_of(delegate).get("/me/looks/").content.decode()
    assert "No one has opened or downloaded your details so far." in page
    assert "We keep entries for 730 days." in page


# Exports ----------------------------------------------------------------------------------


def test_admin_exports_name_no_person() -> None:
    """Those that begin to must log each person in it, as the list of participants does."""
    exporting = [admin for admin in site._registry.values() if hasattr(admin, "resource_classes")]
    assert {admin.opts.model_name for admin in exporting} == {"commitment", "organisation"}
    for admin in exporting:
        for resource in admin.resource_classes:
            for field in resource().get_export_fields():
                words = set(field.column_name.split("_"))
                assert not {"user", "delegate", "focal", "author", "approved"} & words


# A run of looks ---------------------------------------------------------------------------

IN_A_ROW = 200 if FULL else 50  # of which thirty are within the limit


@pytest.fixture
@recorded
def viewer(event: Event, cochair: User) -> Delegate:
    person = make_delegate(name="Rika Runner")
    make_participation(person, event, confirmed_by=cochair)
    return person


@pytest.fixture
@recorded
def shown(event: Event) -> list[Delegate]:
    """Many people whom the viewer may see."""
    people = []
    confirmer = make_user()
    body = make_organisation()
    for number in range(IN_A_ROW):
        person = make_delegate(name=f"Shown {number:03}", listed_to=Audience.PARTICIPANTS)
        make_participation(person, event, confirmed_by=confirmer, organisation=body)
        people.append(person)
    return people


def user_of(delegate: Delegate) -> User:
    assert delegate.user is not None
    return delegate.user


def open_profiles(
    viewer: Delegate | User, number: int, *, apart: timedelta, start: datetime = NOON
) -> None:
    """Looks at someone so often, as the portal would record it."""
    seen, user = make_delegate(), user_of(viewer) if isinstance(viewer, Delegate) else viewer
    for count in range(number):
        at = start + count * apart
        assert RevealBudget.spend(user, at.date())
        look_at(seen, actor=user, at=at, action="vcard" if count % 2 else "reveal")
        access_log.notify_access_burst(user, at)


def emails() -> list[QueuedEmail]:
    return list(QueuedEmail.objects.filter(dedup_key__startswith="looks:").order_by("pk"))


@pytest.mark.crawl
def test_many_reveals_in_a_row_alert_cochairs(
    client_of: Sign, viewer: Delegate, shown: list[Delegate]
) -> None:
    client = client_of(viewer)
    answers = [
        client.post(reverse("delegate-reveal", args=[person.handle])).status_code
        for person in shown
    ]
    assert answers == [200] * 30 + [429] * (IN_A_ROW - 30)
    (email,) = emails()
    assert email.recipient == "cochair@example.org"
    assert email.subject == "Many profiles were opened"
    assert (
        "Someone connected with Roundtable 2024, May 2024 (RT2024) has opened 10 profiles"
    ) in email.text
    assert "see who it is and ask that person." in " ".join(email.text.split())
    seat = viewer.participations.get()
    assert f"/admin/participants/participation/{seat.pk}/change/" in email.text
    assert "Rika" not in email.text
    assert "Shown" not in email.text


def test_ten_reveals_in_ten_minutes_trigger_alert(viewer: Delegate) -> None:
    for _number in range(10):
        look_at(viewer, actor=make_user())  # of the own profile, which do not count
    open_profiles(viewer, 9, apart=timedelta(minutes=1))
    assert emails() == []
    open_profiles(viewer, 1, apart=timedelta(0), start=NOON + timedelta(minutes=9, seconds=59))
    assert [email.recipient for email in emails()] == ["cochair@example.org"]


def test_slowly_spent_budget_triggers_alert(viewer: Delegate, settings: Settings) -> None:
    settings.REVEALS_PER_DAY = 12
    open_profiles(viewer, 11, apart=timedelta(minutes=30))
    assert emails() == []
    open_profiles(viewer, 1, apart=timedelta(0), start=NOON + timedelta(hours=8))
    assert "has opened 12 profiles today" in emails()[0].text
    settings.REVEALS_PER_DAY = 2
    open_profiles(viewer, 2, apart=timedelta(hours=1), start=NOON + timedelta(days=1))
    assert len(emails()) == 2


def test_one_alert_email_a_day(viewer: Delegate) -> None:
    open_profiles(viewer, 14, apart=timedelta(seconds=1))
    open_profiles(viewer, 12, apart=timedelta(seconds=1), start=NOON + timedelta(hours=6))
    assert len(emails()) == 1
    open_profiles(viewer, 12, apart=timedelta(seconds=1), start=NOON + timedelta(days=1))
    assert len(emails()) == 2


def test_each_cochair_of_the_own_events_gets_one_alert(viewer: Delegate, cochair: User) -> None:
    other, second = make_event(), make_event()
    make_grant(make_user("other.chair@example.org"), other)
    make_participation(viewer, other, confirmed=False)
    make_grant(cochair, second)
    make_participation(viewer, second)
    open_profiles(viewer, 10, apart=timedelta(seconds=1))
    assert [email.recipient for email in emails()] == ["cochair@example.org"]


def test_alert_email_does_not_reveal_protected_delegates(event: Event, cochair: User) -> None:
    for is_protected in (False, True):
        person = make_delegate(name="Rika Runner")
        given = {"is_protected_from_desk": is_protected}
        make_participation(person, event, confirmed_by=cochair, **given)
        open_profiles(person, 10, apart=timedelta(seconds=1))
    plain, protected = (
        [re.sub(r"participation/\d+/", "", text) for text in (email.subject, email.text)]
        for email in emails()
    )
    assert plain == protected
    assert "Rika" not in " ".join(plain)


def test_alert_email_links_are_permitted(cochair: User, event: Event) -> None:
    person = make_delegate(name="Rika Runner")
    make_participation(person, make_event())
    make_grant(user_of(person), event, role=Grant.Role.READER)
    without_profile = make_holder(event, role=Grant.Role.READER)
    for viewer in (person, without_profile):
        open_profiles(viewer, 10, apart=timedelta(seconds=1))
        email = emails()[-1]
        assert (email.recipient, "/admin/" in email.text) == ("cochair@example.org", False)
        assert "ask the other co-chairs." in " ".join(email.text.split())
    assert len(emails()) == 2


def test_ordinary_reveal_needs_one_query(
    viewer: Delegate, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        access_log.notify_access_burst(user_of(viewer), NOON)
