"""The demonstration: it has something of everything, is made once, and only in development."""

import unicodedata
from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, Q
from django.test import Client, override_settings
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoDbBlocker, Settings

from outcomes.demo.build import FIRST_DAY, LOADED_ON, WRITTEN_ON, move_day
from outcomes.demo.people import noon
from outcomes.models import (
    Assessment,
    Commitment,
    CommitmentParty,
    Evidence,
    ImplementationStatus,
    Milestone,
    Outcome,
    ProgressUpdate,
    RelatedText,
    ReportingRound,
    Response,
    StatementVersion,
    Theme,
)
from outcomes.reporting.rounds import with_counts
from participants.decisions.kind import cautions
from participants.email_links.links import link_for_key
from participants.models import (
    Audience,
    AudienceException,
    ContactChannel,
    Delegate,
    EmailLink,
    Grant,
    Introduction,
    Invitation,
    InvitationRequest,
    Organisation,
    OrganisationKind,
    Participation,
    User,
)
from participants.onboarding.invitations import find_open_invitation, pending_invitation_for
from participants.participation.confirmation import RELATED, is_sufficient
from participants.privacy import visibility
from roundtable.mail.models import QueuedEmail
from roundtable.models import AuditEntry, Event
from tests.conftest import FULL
from tests.page_text import page_text
from tests.roundtable_files import RECORD_2018, database_rows, load_demo, load_roundtable

pytestmark = pytest.mark.walk
ON = date(2026, 3, 1)


@pytest.fixture(scope="module")
def demo_data(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demonstration beside the roundtable of 2018, for all tests of this file."""
    reverse("home")  # reads the addresses: there are more of them with DEBUG
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(DEBUG=True):
            load_roundtable(RECORD_2018)
            assert load_demo(ON) == "The demonstration was added."
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo_event(demo_data: None, db: None, settings: Settings) -> Event:
    """The demonstration; what a test changes is undone after it."""
    settings.DEBUG = True
    return Event.objects.get(slug="demonstration")


def test_second_run_changes_nothing(demo_event: Event) -> None:
    before = database_rows()
    assert load_demo(ON) == "The demonstration already exists. Nothing was changed."
    call_command("demo", verbosity=0)
    assert database_rows() == before


def test_demo_data_is_not_linked_to_record_2018(demo_event: Event) -> None:
    record = Event.objects.get(code="BP2018")
    assert Delegate.objects.exists() and ProgressUpdate.objects.exists()
    assert not record.participations.exists() and not record.grants.exists()
    assert not record.roles.filter(organisation__is_demonstration=True).exists()
    own, points = record.commitments.all(), Outcome.objects.filter(statement__event=record)
    assert own.exists() and points.exists()
    made_up = Q(parties__organisation__is_demonstration=True) | Q(latest_update__isnull=False)
    assert not own.filter(made_up | Q(parties__focal_point__isnull=False)).exists()
    made_up = Q(addressees__organisation__is_demonstration=True) | Q(themes__isnull=False)
    assert not points.filter(made_up | Q(commitments__event__is_demonstration=True)).exists()
    assert load_roundtable(RECORD_2018) == "0 added, 0 changed, 0 removed, 68 unchanged.\n"


@pytest.mark.prove
def test_demo_data_is_deterministic(demo_event: Event) -> None:
    def drawn() -> list[tuple[object, ...]]:
        updates = ProgressUpdate.objects.order_by("pk")
        # Who answers “This is not me” gets a new handle, which no one can foresee.
        remaining = Delegate.objects.exclude(invitations__answer=Invitation.Answer.NOT_ME)
        return [
            *Delegate.objects.order_by("pk").values_list("name"),
            *remaining.order_by("pk").values_list("handle"),
            *updates.values_list("commitment__reference", "reported_on", "text", "state"),
        ]

    first = drawn()
    ProgressUpdate.objects.all().delete()
    Delegate.objects.all().delete()
    EmailLink.objects.all().delete()
    Commitment.objects.all().delete()
    Grant.objects.all().delete()
    StatementVersion.objects.all().delete()  # which no one deletes at the desk
    demo_event.delete()
    load_demo(ON)
    assert drawn() == first


def test_all_rows_are_marked_as_demonstration(demo_event: Event) -> None:
    assert demo_event.is_demonstration and demo_event.is_public
    assert "Demonstration" in demo_event.title
    assert set(Delegate.objects.values_list("is_demonstration", flat=True)) == {True}
    ours = Organisation.objects.filter(is_demonstration=True)
    assert {held.organisation for held in demo_event.roles.all()} == set(ours)
    assert all(organisation.name.endswith("(example)") for organisation in ours)
    assert all(organisation.slug.startswith("example-") for organisation in ours)
    assert set(ours.values_list("kind", flat=True)) == set(OrganisationKind)


def test_demo_addresses_are_reserved(demo_event: Event) -> None:
    values = [row.value for row in ContactChannel.objects.all()]
    fiction = ("+61491570", "+447700900", "+120255501", "https://example.org/")
    for value in values:
        assert value.startswith(fiction) or value.endswith("@example.org") or " " in value
    assert len(set(values)) == len(values)
    for model, field in ((User, "email"), (EmailAddress, "email"), (Delegate, "invitation_email")):
        # A person who answered "not me" no longer has one.
        for (address,) in model._default_manager.exclude(**{field: ""}).values_list(field):
            assert address.endswith("@example.org")
    assert not set(values) & set(User.objects.values_list("email", flat=True))


def test_people(demo_event: Event) -> None:
    with_account = Delegate.objects.filter(user__isnull=False)
    imported = Delegate.objects.filter(user=None)
    assert with_account.count() > 15 and imported.count() > 5
    assert set(imported.values_list("listed_to", flat=True)) == {Audience.ONLY_ME}
    assert not ContactChannel.objects.filter(delegate__in=imported).exists()
    confirmed = Participation.objects.confirmed()
    assert Participation.objects.count() > confirmed.count()
    for row in confirmed.select_related(*RELATED):
        assert row.confirmations.count() == 2 and is_sufficient(row), row
    assert not confirmed.filter(details_open_on=None).exists()
    for delegate in with_account.select_related("user"):
        assert delegate.user
        assert EmailAddress.objects.filter(
            user=delegate.user, email=delegate.user.email, verified=True, primary=True
        ).exists()


def test_names_in_many_scripts(demo_event: Event) -> None:
    scripts = set()
    for delegate in Delegate.objects.all():
        names = {unicodedata.name(c).split()[0] for c in delegate.name if c.isalpha()}
        scripts |= names
        assert bool(delegate.name_latin) == ("LATIN" not in names), delegate.name
    assert len(scripts) > 10
    assert max(len(delegate.name) for delegate in Delegate.objects.all()) > 100


AUDIENCES = {"only_me", "introduced", "constituency", "participants", "everyone"}


def test_audiences_in_every_mix(demo_event: Event) -> None:
    offered = (Audience.ONLY_ME, Audience.PARTICIPANTS, Audience.EVERYONE)
    mixes = set(ContactChannel.objects.values_list("delegate__listed_to", "audience"))
    assert mixes >= set(product(offered, offered))
    assert {audience for _listed_to, audience in mixes} == AUDIENCES
    assert {listed_to for listed_to, _audience in mixes} == AUDIENCES


def test_sharing_has_something_of_each(demo_event: Event) -> None:
    delegate = Delegate.objects.get(user__email="delegate@example.org")
    left_out = {
        str(row.organisation or row.constituency) for row in AudienceException.objects.all()
    }
    assert left_out == {"Bureau of Labour Mobility (example)", "governments"}
    (protected,) = Delegate.objects.filter(is_protected=True)
    listed = visibility.listed_delegates(visibility.ANONYMOUS_VIEWER, ON)
    assert not listed.filter(pk=protected.pk).exists()
    assert delegate.user is not None
    met = visibility.find_profile(
        visibility.get_viewer(delegate.user, ON), protected.handle, ON, revealed=True
    )
    assert met is not None and len(met.channels) == 1
    assert Introduction.objects.accepted().of(delegate).count() == 2
    open_ones = Introduction.objects.of(delegate).filter(second_accepted_at=None)
    assert open_ones.count() == 2
    assert [row.action for row in delegate.consents.all()] == ["given", "renewed"]
    listed = Delegate.objects.exclude(listed_to=Audience.ONLY_ME)
    assert not listed.filter(consents=None).exists()
    assert AuditEntry.objects.filter(action="reveal").count() == 4


def test_invitations_in_every_state(demo_event: Event) -> None:
    unanswered = Invitation.objects.filter(answer="")
    valid = unanswered.filter(expires_at__gt=noon(ON)).count()
    assert 0 < valid < unanswered.count()
    assert Invitation.objects.filter(answer="agreed").exists()
    refused = Invitation.objects.get(answer="not-me")
    assert refused.delegate.invitation_email == ""
    assert InvitationRequest.objects.filter(decision="", event=demo_event).count() == 2
    waiting = User.objects.get(email="bounmy@example.org")
    found = pending_invitation_for(waiting, noon(ON))
    assert found is not None and found.delegate.invitation_email == "bounmy@example.org"
    link = link_for_key("demonstration-binita")
    assert link and find_open_invitation(link, noon(ON)) is not None


def test_no_organisation_is_new_at_the_desk(demo_event: Event) -> None:
    """So that what the demonstration asks about starts ticked, as after a real roundtable."""
    bodies = Organisation.objects.filter(is_demonstration=True)
    assert set(map(str, cautions(bodies, ON).values())) == {"a government"}


def test_demo_editors_have_grants_for_demo_only(demo_event: Event) -> None:
    assert {
        (grant.user.email, grant.role, grant.event.slug)
        for grant in Grant.objects.select_related("user", "event")
    } == {
        ("cochair@example.org", "cochair", "demonstration"),
        ("cochair2@example.org", "cochair", "demonstration"),
        ("editor@example.org", "editor", "demonstration"),
        ("reader@example.org", "reader", "demonstration"),
        *(
            (f"confirmer-{who}{which}@example.org", "confirmer", "demonstration")
            for who in ("civil-society", "movement", "agencies", "others")
            for which in ("", "-2")
        ),
    }
    assert not Grant.objects.exclude(on_behalf_of__is_demonstration=True).exists()
    assert not User.objects.filter(is_superuser=True).exists()


def test_no_email_to_made_up_people_is_queued(demo_event: Event) -> None:
    assert not QueuedEmail.objects.exists()
    assert not DBTaskResult.objects.exists()


@pytest.mark.parametrize("on", [FIRST_DAY, WRITTEN_ON, date(2031, 5, 7)])
def test_days_in_the_files_are_moved_between_the_roundtable_and_the_last_day(on: date) -> None:
    days = [LOADED_ON + (WRITTEN_ON - LOADED_ON) * share / 4 for share in range(5)]
    moved = [move_day(day, on) for day in days]
    assert (moved[0], moved[-1]) == (LOADED_ON, on)
    assert moved == sorted(set(moved))


def test_delegate_to_sign_in_as(demo_event: Event) -> None:
    delegate = Delegate.objects.get(user__email="delegate@example.org")
    assert delegate.participations.confirmed().count() == 1
    assert delegate.about and delegate.post and delegate.languages.count() > 2
    assert {channel.audience for channel in delegate.channels.all()} == AUDIENCES
    asked = delegate.focal_point_for.all()
    assert sorted(bool(party.focal_point_accepted_at) for party in asked) == [False, True]


def test_statement_and_commitments(demo_event: Event) -> None:
    points = Outcome.objects.filter(statement__event=demo_event).points()
    assert not points.filter(themes=None).exists()
    assert not Theme.objects.filter(outcomes=None).exists()
    assert points.filter(addressees__organisation__isnull=False).exists()
    assert points.filter(addressees__group__isnull=False).exists()
    commitments = demo_event.commitments.all()
    references = {f"DEMO23-C{number}" for number in range(1, 61)}
    assert {commitment.reference for commitment in commitments} == references
    assert len({commitment.text for commitment in commitments}) == 60
    assert commitments.filter(due_on=None).exists()
    assert commitments.annotate(n=Count("outcomes")).filter(n__gt=1).exists()
    parties = CommitmentParty.objects.filter(commitment__event=demo_event)
    assert parties.filter(group__isnull=False).exists()
    assert {party.role for party in parties} == {"lead", "partner"}
    assert not points.filter(commitments=None).exists()
    steps = Milestone.objects.filter(commitment__event=demo_event)
    assert 0 < steps.filter(reached_on=None).count() < steps.count()
    assert commitments.filter(is_open=True).exists()
    assert RelatedText.objects.filter(outcome__statement__event=demo_event).exists()
    assert RelatedText.objects.filter(commitment__event=demo_event).exists()


def test_progress_over_three_years(demo_event: Event) -> None:
    commitments = list(demo_event.commitments.select_related("latest_update"))
    assert {commitment.status for commitment in commitments} == {None, *ImplementationStatus}
    assert demo_event.commitments.overdue(ON).exists()
    updates = ProgressUpdate.objects.all()
    assert {update.state for update in updates} == set(ProgressUpdate.State)
    assert {update.status for update in updates} == set(ImplementationStatus)
    days = sorted(update.reported_on for update in updates)
    assert demo_event.ends_on < days[0] and days[-1] <= ON
    assert (days[-1] - days[0]).days > 900
    deciders = {"cochair@example.org", "cochair2@example.org"}
    approved = updates.approved()
    assert {update.approved_by and update.approved_by.email for update in approved} == deciders
    assert not updates.filter(Q(approved_at__date__gt=ON) | Q(recorded_at__date__gt=ON)).exists()
    evidence = Evidence.objects.all()
    assert {row.is_public for row in evidence} == {True, False}
    assert all(row.url.startswith("https://example.org/") for row in evidence)
    asked = CommitmentParty.objects.filter(focal_point__isnull=False)
    assert {party.focal_point_accepted_at is None for party in asked} == {True, False}
    for party in asked.select_related("focal_point"):
        assert party.focal_point and party.focal_point.user_id
        assert party.focal_point.participations.confirmed().filter(event=demo_event).exists()


def test_answers_and_findings(demo_event: Event, client: Client, settings: Settings) -> None:
    settings.DEBUG = False  # else pages link to the outbox, which is not there in tests
    answers = Response.objects.filter(outcome__statement__event=demo_event)
    assert {row.stance for row in answers.approved()} == set(Response.Stance)
    assert answers.filter(state="submitted").exists()
    page = page_text(client.get("/progress/matrix/", {"event": "demonstration"}))
    given = answers.approved().count()
    assert f"{given} of 28 answers requested by recommendations have been given." in page
    found = Assessment.objects.filter(commitment__event=demo_event).approved()
    assert {row.finding for row in found} == set(Assessment.Finding)
    pages = [page_text(client.get(row.commitment.get_absolute_url())) for row in found]
    assert 3 <= sum("The party and the assessor differ:" in page for page in pages) < len(pages)


def test_some_parties_missed_two_rounds(
    demo_event: Event, client: Client, settings: Settings
) -> None:
    settings.DEBUG = False
    numbers = [
        (row.replied, row.asked)  # type: ignore[attr-defined]
        for row in with_counts(demo_event.reporting_rounds.order_by("opened_at"))
    ]
    assert len(numbers) == 3
    assert all(0 < replied < asked for replied, asked in numbers[:2])
    with time_machine.travel(noon(ON), tick=False):
        asked = demo_event.commitments.order_by("pk")[:: 1 if FULL else 2]
        pages = [page_text(client.get(row.get_absolute_url())) for row in asked]
    silent = ["No answer to two requests" in page for page in pages]
    assert 0 < sum(silent) < 20


def test_every_row_is_valid(demo_event: Event) -> None:
    rows = 0
    for manager in (
        *(ProgressUpdate, Evidence, ContactChannel, Participation, Grant, Delegate),
        *(Response, Assessment, Milestone, RelatedText, ReportingRound),
    ):
        for row in manager._default_manager.all()[:: 1 if FULL else 3]:
            row.full_clean()
            rows += 1
    assert rows > (200 if FULL else 70)
