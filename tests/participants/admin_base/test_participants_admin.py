"""The co-chairs' desk: who finds what there, and what it never shows."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse

from outcomes.models import Commitment, Outcome, ProgressUpdate, Statement
from participants.admin_base.base import GrantScopedAdmin
from participants.models import Audience, Delegate, Grant, Organisation, Participation, User
from roundtable.audit.models import AuditEntry, AuditKey
from roundtable.models import Event, Series
from tests.conftest import FULL
from tests.decide import agree, offers, page_of
from tests.factories import (
    NOON,
    make_addressee,
    make_affiliation,
    make_channel,
    make_commitment,
    make_delegate,
    make_document,
    make_event,
    make_evidence,
    make_grant,
    make_group,
    make_holder,
    make_organisation,
    make_participation,
    make_party,
    make_role,
    make_statement,
    make_theme,
    make_update,
    make_user,
)
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[[User | Delegate], Client]

# All that the desk shows; pages of other models are absent.
SHOWN = {
    *("Series", "Event", "MailBatch", "Organisation", "OrganisationChange", "Group", "Delegate"),
    *("DelegationChange", "Letter"),
    *("Participation", "InvitationRequest", "Introduction", "ParticipantList", "User", "Grant"),
    *("Statement", "Outcome", "Synonyms", "Theme", "Commitment", "Milestone", "ProgressUpdate"),
    *("Response", "Offer", "Assessment", "ReportingRound"),
}
CANARIES = ["canary-channel", "canary-about", "canary-post", "canary-signin", "kanarisch"]


@pytest.fixture
@recorded
def admin_event(db: None) -> Event:
    """A roundtable with one row of each kind, and a person who shares nothing with the admin."""
    event = make_event(code="DESK", slug="desk", title="Desk roundtable", is_public=False)
    organisation = make_organisation(name="Desk organisation", slug="desk-organisation")
    make_role(event, organisation=organisation)
    make_document(event)
    statement = make_statement(event, published=False)
    point = statement.outcomes.filter(parent__isnull=False).first()
    assert point is not None
    make_addressee(point, group=make_group())
    point.themes.add(make_theme())
    commitment = make_commitment(event, reference="DESK-C1", text="Desk commitment")
    commitment.outcomes.add(point)
    person = make_delegate(
        name="Desk Delegate",
        user=make_user("canary-signin@example.org"),
        listed_to=Audience.EVERYONE,
        about="canary-about",
        post="canary-post",
    )
    person.languages.create(language="de")
    make_channel(person, value="canary-channel@example.org", audience=Audience.EVERYONE)
    make_participation(person, event, organisation=organisation, confirmed=False)
    make_affiliation(person, organisation=organisation)
    party = make_party(commitment, organisation=organisation, focal_point=person)
    update = make_update(commitment, party=party, approved=False)
    make_evidence(update)
    update.submit(at=NOON)
    return event


def rows_of(event: Event) -> dict[type, int]:
    """The number of one row of each kind that belongs to a roundtable."""
    commitment = event.commitments.get()
    update = commitment.updates.get()
    point = event.statement.outcomes.filter(parent__isnull=False).first()
    participation = event.participations.get()
    assert point is not None
    return {
        Event: event.pk,
        Series: event.series_id,
        Organisation: participation.organisation_id,
        Delegate: participation.delegate_id,
        Participation: participation.pk,
        Statement: event.statement.pk,
        Outcome: point.pk,
        Commitment: commitment.pk,
        ProgressUpdate: update.pk,
    }


def page(model: type, name: str, *args: object) -> str:
    """The address of a page of the admin."""
    meta = model._meta  # type: ignore[attr-defined]
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=args)


def holder(event: Event, role: str, **fields: object) -> User:
    organisation = make_organisation(is_demonstration=event.is_demonstration)
    given: dict[str, Any] = {"role": role, "on_behalf_of": organisation} | fields
    return make_holder(event, **given)


def test_admin_shows_these_models_and_no_other() -> None:
    assert {model.__name__ for model in admin.site._registry} == SHOWN


def test_admin_has_no_other_urls(client_of: Sign, operator: User) -> None:
    client = client_of(operator)
    for path in ("autocomplete/", "password_change/", "r/1/1/", "account/emailaddress/"):
        assert client.get(f"/admin/{path}").status_code == 404, path


def test_admin_rejects_user_without_a_grant_in_force(
    client_of: Sign, admin_event: Event, delegate: Delegate
) -> None:
    ended = holder(admin_event, "cochair", valid_until=date(2024, 12, 31))
    later = holder(admin_event, "editor", valid_from=date(2100, 1, 1))
    own = page(Event, "change", admin_event.pk)
    for user in (delegate, ended, later):
        client = client_of(user)
        for address in ("/admin/", "/admin/login/", page(Delegate, "changelist"), own):
            assert client.get(address).status_code == 403, address


ROLES = ["operator", "cochair", "editor", "reader", "elsewhere"]


def person(role: str, event: Event) -> User:
    """An operator, a co-chair of another roundtable, or someone with a grant for this one."""
    if role == "operator":
        return make_user("operator@example.org", is_superuser=True)
    if role == "elsewhere":
        return holder(make_event(code="ELSE", title="Else"), "cochair")
    return holder(event, role)


# Unless at full size, of those with fewer rights none is asked.
SOME_ROLES = [
    pytest.param(role, marks=[pytest.mark.prove] if role in ("editor", "reader") else [])
    for role in ROLES
]
# Sentences of every page that mention contact details and show none.
OF_DETAILS = (
    "People share their own contact details themselves.",
    "You may use contact details only to reach the person about the roundtable.",
)


@pytest.mark.walk
@pytest.mark.parametrize("role", SOME_ROLES)
def test_desk_shows_rows_of_granted_events_and_nothing_that_people_share(
    client_of: Sign, admin_event: Event, role: str
) -> None:
    client, is_here = client_of(person(role, admin_event)), role != "elsewhere"
    answers = [client.get(f"/admin/{app}") for app in ("", "participants/", "outcomes/")]
    for model, pk in rows_of(admin_event).items():
        listed = client.get(page(model, "changelist"))
        assert listed.status_code == 200, model
        assert (pk in [row.pk for row in listed.context["cl"].result_list]) == is_here, model
        assert (admin_event.title in listed.content.decode()) <= is_here, model
        names = ("change", "history", "delete")
        change, history, delete = (client.get(page(model, name, pk)) for name in names)
        assert change.status_code == (200 if is_here else 404), model
        keeps_history = model not in (Delegate, Participation)
        assert history.status_code == (200 if is_here and keeps_history else 404), model
        unknown = client.get(page(model, "delete", 10**6)).status_code
        may_be = (200, 403) if is_here else {unknown} & {403, 404}
        assert delete.status_code in may_be, model
        answers += [listed, change, history, delete, client.get(page(model, "add"))]
    handle = admin_event.participations.get().delegate.handle
    for answer in answers:
        text = answer.content.decode()
        for private in (*CANARIES, handle, "listed_to"):
            assert private not in text, (answer.request["PATH_INFO"], private)
        for sentence in OF_DETAILS:
            text = text.replace(sentence, "")
        assert "ontact detail" not in text, answer.request["PATH_INFO"]


class CountingAdmin(GrantScopedAdmin):
    """Shows more of each row, and nothing else."""

    event_path = "pk"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.visible_rows(request).annotate(number=Count("participations"))
        return rows


@pytest.mark.parametrize("role", ["cochair", "elsewhere"])
def test_lists_show_the_rows_that_are_counted(
    admin_event: Event, rf: RequestFactory, role: str
) -> None:
    request = rf.get("/")
    request.user = person(role, admin_event)
    found = CountingAdmin(Event, admin.site).get_queryset(request)
    assert [row.number for row in found.filter(pk=admin_event.pk)] == [1] * (role == "cochair")
    for shown in admin.site._registry.values():
        assert isinstance(shown, GrantScopedAdmin)
        lists = [shown.visible_rows(request), shown.get_queryset(request)]
        listed, counted = ({row.pk for row in rows} for rows in lists)
        assert listed == counted, shown


@pytest.mark.walk
def test_add_forms_offer_no_rows_of_other_events(client_of: Sign, admin_event: Event) -> None:
    client = client_of(person("elsewhere", admin_event))
    for model in admin.site._registry:
        response = client.get(page(model, "add"))
        assert response.status_code in (200, 403), model
        for hidden in ("Desk roundtable", "Desk organisation", "Desk Delegate", "DESK-C1"):
            assert hidden not in response.content.decode(), model


def test_accounts_and_grants_are_for_operators_only(client_of: Sign, admin_event: Event) -> None:
    for role in ("editor", "reader", "cochair"):
        user = holder(admin_event, role)
        client = client_of(user)
        for model, pk in ((User, user.pk), (Grant, user.grants.get().pk)):
            for name, args in (("add", ()), ("change", (pk,)), ("delete", (pk,))):
                assert client.get(page(model, name, *args)).status_code == 403, (role, name)
        assert client.get(page(User, "changelist")).status_code == 403


def test_list_of_delegates_is_neither_filtered_nor_searched_by_hidden_fields(
    client_of: Sign, admin_event: Event, operator: User
) -> None:
    browser, people = client_of(operator), page(Delegate, "changelist")
    for query in [
        "listed_to=everyone",
        "about__startswith=c",
        "handle__startswith=a",
        "user__email__startswith=c",
        "channels__value__startswith=c",
        "participations__event=1",
        "is_demonstration=0",
    ]:
        assert browser.get(f"{people}?{query}").status_code == 400, query

    joined = admin_event.participations.get().delegate
    joined.write(invitation_email="invited@example.org")
    guest = make_delegate(name="Desk Guest", user=None, invitation_email="invited@example.org")
    make_participation(guest, admin_event)
    hidden = ("canary-about", "canary-channel", "canary-signin", "everyone")
    for words, found in [*((words, []) for words in hidden), ("Desk Gu", [guest])]:
        response = browser.get(people, {"q": words})
        assert list(response.context["cl"].result_list) == found, words
    # The address of someone who joined is no longer the co-chairs' to read.
    response = browser.get(people, {"q": "invited@"})
    assert list(response.context["cl"].result_list) == [guest]


@pytest.mark.walk
def test_lists_handle_malformed_query_string(
    client_of: Sign, admin_event: Event, operator: User
) -> None:
    browser = client_of(operator)
    queries = ["p=abc", "roundtable=%00", "roundtable=abc", "q=%00", "o=99", "e=1", "nonsense=1"]
    for number, model in enumerate(sorted(admin.site._registry, key=str)):
        asked = queries if FULL or model is Participation else [queries[number % len(queries)]]
        for query in asked:
            address = page(model, "changelist") + f"?{query}"
            assert browser.get(address).status_code in (200, 400), address


def test_filter_by_other_event_finds_nothing(client_of: Sign, admin_event: Event) -> None:
    other = make_event(code="OTHER")
    both = admin_event.participations.get().delegate
    make_participation(both, other)
    client = client_of(holder(admin_event, "cochair"))
    response = client.get(page(Delegate, "changelist"), {"roundtable": other.pk})
    assert list(response.context["cl"].result_list) == []
    assert other.title not in response.content.decode()


def test_cochair_confirms_participations_of_others(client_of: Sign, admin_event: Event) -> None:
    row = admin_event.participations.get()
    for role in ("editor", "reader"):
        assert not offers(client_of(person(role, admin_event)), row)
    elsewhere = client_of(person("elsewhere", admin_event)).get(page_of(row))
    assert elsewhere.status_code == 404
    assert row.delegate.user is not None
    make_grant(row.delegate.user, admin_event, on_behalf_of=make_organisation())
    assert not offers(client_of(row.delegate), row)
    user = holder(admin_event, "cochair")
    assert "You agreed to 1 thing." in agree(client_of(user), row)
    assert row.confirmations.get().by == user
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail) == ("confirm participation", "DESK as cochair")


def added(
    event: Event | None = None, organisation: Organisation | None = None, **changes: object
) -> dict[str, object]:
    """What a browser sends to add a person."""
    sent: dict[str, object] = {
        "name": "New Person",
        "participations-TOTAL_FORMS": 1,
        "participations-INITIAL_FORMS": 0,
        "affiliations-TOTAL_FORMS": 1,
        "affiliations-INITIAL_FORMS": 0,
    }
    if event and organisation:
        sent["participations-0-event"] = event.pk
        sent["participations-0-organisation"] = organisation.pk
    return sent | changes


def test_new_delegate_belongs_to_event_of_viewer(client_of: Sign, admin_event: Event) -> None:
    client, add = client_of(holder(admin_event, "editor")), page(Delegate, "add")
    organisation = admin_event.participations.get().organisation
    text = client.post(add, added()).content.decode()
    assert "Add a participation in one of your roundtables. Every person must belong to" in text
    for event, status in ((make_event(), 200), (admin_event, 302)):
        assert client.post(add, added(event, organisation)).status_code == status
    found = Delegate.objects.get(name="New Person")
    assert (found.listed_to, found.user) == (Audience.ONLY_ME, None)
    assert found.participations.get().event == admin_event


def test_demo_delegate_cannot_join_real_organisation(client_of: Sign, admin_event: Event) -> None:
    demonstration = make_event(is_demonstration=True)
    sent = added(demonstration, make_organisation(is_demonstration=True))
    client, add = client_of(holder(demonstration, "cochair")), page(Delegate, "add")
    real = {"affiliations-0-organisation": make_organisation().pk}
    text = client.post(add, sent | real).content.decode()
    assert "Made-up people belong to made-up organisations only. Choose another" in text
    assert client.post(add, sent).status_code == 302
    assert Delegate.objects.get(name="New Person").is_demonstration


def test_neither_editor_nor_cochair_undoes_a_confirmation(
    client_of: Sign, admin_event: Event
) -> None:
    row = admin_event.participations.get()
    row.confirmed_at = row.took_effect_at = NOON
    row.save()
    existing = {
        "participations-INITIAL_FORMS": 1,
        "participations-0-id": row.pk,
        "participations-0-delegate": row.delegate_id,
    }
    sent = added(admin_event, make_organisation(), **existing)
    address = page(Delegate, "change", row.delegate_id)
    for role in ("editor", "cochair"):
        client = client_of(holder(admin_event, role))
        text = client.post(address, sent | {"participations-0-DELETE": "on"}).content.decode()
        assert "This participation was confirmed, so you cannot remove it" in text
        assert client.post(address, sent).status_code == 302
        assert admin_event.participations.get().organisation == row.organisation


def test_admin_log_contains_no_names(client_of: Sign, admin_event: Event, operator: User) -> None:
    guest = make_delegate(name="Guest", user=None)
    make_participation(guest, admin_event, confirmed=False)
    client = client_of(operator)
    assert client.post(page(Delegate, "delete", guest.pk), {"post": "yes"}).status_code == 302
    assert not LogEntry.objects.exists()
    assert AuditEntry.objects.get().action == "delete delegate"
    assert not AuditKey.objects.filter(subject=f"participants.delegate:{guest.pk}").exists()


def test_operator_deletes_only_events_that_no_one_counts_on(
    client_of: Sign, operator: User
) -> None:
    client = client_of(operator)
    empty, attended, published = (make_event() for _ in range(3))
    make_statement(empty, published=False)
    # What someone took part for matches the exceptions of others.
    make_participation(make_delegate(), attended, confirmed=False)
    make_statement(published)
    for event in (empty, attended, published):
        client.post(page(Event, "delete", event.pk), {"post": "yes"})
    assert set(Event.objects.all()) == {attended, published}


def test_history_shows_no_sign_in_address(
    client_of: Sign, admin_event: Event, operator: User
) -> None:
    change = [{"changed": {"fields": ["Title"]}}]
    LogEntry.objects.log_actions(operator.pk, [admin_event], CHANGE, change, single_object=True)
    client = client_of(holder(admin_event, "cochair"))
    text = client.get(page(Event, "history", admin_event.pk)).content.decode()
    assert "An operator" in text
    assert operator.email not in text
