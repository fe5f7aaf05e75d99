"""Who asks for what: the roles, the objects, and the table of every answer.

The table is permission_matrix.txt.

A line of the table: the address's name, the objects, the methods, and one answer for each role.
An answer is a status; "in" is a redirect to the sign-in page, and a dash means that the role has
no such object.
"""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from outcomes.changes import pdf
from outcomes.changes.subscriptions import unsubscribe_url_for
from outcomes.imports.lists.recipe import propose
from outcomes.imports.readers.pages import SourceFile
from outcomes.imports.storage import create_upload, write_json
from outcomes.models import (
    Commitment,
    CommitmentParty,
    Offer,
    Statement,
    Undertaking,
    Upload,
)
from outcomes.reporting.links import create_report_link
from outcomes.reporting.proposals import link_url
from participants.accounts import emails
from participants.models import (
    Audience,
    Delegate,
    EmailLink,
    InvitationRequest,
    Organisation,
    Proposal,
    User,
)
from participants.privacy import retention
from roundtable.mail.batches import create_batch
from roundtable.models import Event
from tests.email_links import LinkClient, page_of
from tests.factories import (
    NOON,
    make_addressee,
    make_affiliation,
    make_channel,
    make_commitment,
    make_consent,
    make_delegate,
    make_delegation_change,
    make_event,
    make_evidence,
    make_grant,
    make_introduction,
    make_invitation,
    make_invitation_request,
    make_letter,
    make_organisation,
    make_organisation_change,
    make_participant_list,
    make_participation,
    make_party,
    make_proposal,
    make_role,
    make_statement,
    make_synonyms,
    make_theme,
    make_update,
    make_user,
)
from tests.follow_up_factories import (
    make_assessment,
    make_milestone,
    make_offer,
    make_response,
    make_round,
    make_undertaking,
)
from tests.sign_in import forget_limits
from tests.silence_procedure import make_circulation, make_reply
from tests.test_urls import MAP
from tests.url_patterns import url_patterns

TABLE_PATH = Path(__file__).with_name("permission_matrix.txt")
ROLES = [
    "visitor",
    "participant",
    "quiet delegate",
    "outsider",
    "focal point",
    "co-chair",
    "co-chair elsewhere",
    "operator",
    "confirmer",
]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]
NO_OBJECT = "-"
Cell = tuple[str, str, str, str]  # address, object, method, role
UNKNOWN_PK = 2**31 - 1


@dataclass
class Cast:
    """Who looks, and what there is to look at."""

    users: dict[str, User | None] = field(default_factory=dict)
    own: dict[str, Delegate] = field(default_factory=dict)  # by role
    others: dict[str, Delegate] = field(default_factory=dict)  # by what they are
    events: dict[str, Event] = field(default_factory=dict)

    def delegate(self, role: str) -> Delegate | None:
        return self.own.get(role)


def make_cast() -> Cast:
    cast = Cast()
    for key, is_public in (("here", True), ("elsewhere", True), ("hidden", False)):
        event = make_event(code=key.upper(), slug=key, title=key, is_public=is_public)
        statement = make_statement(event)
        for row in statement.outcomes.all():
            row.save()  # so that there is a version to restore
        make_theme(slug=f"theme-{key}")
        commitment = make_commitment(event, reference=f"{event.code}-C1", text="Train officers.")
        commitment.outcomes.add(statement.outcomes.filter(parent__isnull=False)[0])
        make_update(commitment)
        make_milestone(commitment=commitment)
        make_party(commitment)
        office = make_organisation(slug=f"office-{key}")
        make_role(event, organisation=office)
        make_organisation_change(office)
        make_delegation_change(event, organisation=office)
        _make_submissions(office, statement)
        make_invitation_request(event)
        make_participant_list(event)
        make_letter(event, organisation=office)
        create_batch(event=event, action="invite", at=NOON)
        make_round(event=event)
        soon = timezone.now() + timedelta(days=9)
        circulation = make_circulation(statement.versions.get(), deadline=soon)
        make_reply(circulation, organisation=office)
        cast.events[key] = event
    make_synonyms()
    here, elsewhere = cast.events["here"], cast.events["elsewhere"]
    _make_roles(cast, here, elsewhere)
    _make_others(cast, here)
    for delegate in cast.own.values():
        _make_own_rows(delegate, here)
    return cast


@pytest.fixture(scope="module")
def cast_once(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, ledgers: Path
) -> Iterator[Cast]:
    """The cast, for all roles."""
    folder = override_settings(DATA_DIR=ledgers)
    with django_db_blocker.unblock(), transaction.atomic(), folder:
        yield make_cast()
        transaction.set_rollback(True)


@pytest.fixture
def quick_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that makes PDFs immediately."""
    monkeypatch.setattr(pdf, "can_render_pdf", lambda: True)
    monkeypatch.setattr(pdf, "render_pdf", lambda html, style: b"%PDF-1.7")


def _make_submissions(office: Organisation, statement: Statement) -> None:
    """What an organisation submitted, not yet decided by a co-chair."""
    point = statement.outcomes.get(number="1.a")
    make_addressee(point, organisation=office)
    make_response(outcome=point, organisation=office, approved=False).submit(at=NOON)
    make_offer(outcome=point, organisation=office, approved=False).submit(at=NOON)
    commitment = statement.event.commitments.get()
    commitment.is_open = True
    commitment.save()
    make_assessment(commitment=commitment, organisation=office, approved=False).submit(at=NOON)


def _make_roles(cast: Cast, here: Event, elsewhere: Event) -> None:
    cast.users["visitor"] = None
    for role, listed_to, event in (
        ("participant", Audience.EVERYONE, here),
        ("quiet delegate", Audience.ONLY_ME, here),
        ("outsider", Audience.PARTICIPANTS, elsewhere),
        ("focal point", Audience.PARTICIPANTS, here),
    ):
        delegate = make_delegate(name=role.title(), listed_to=listed_to)
        is_for_office = role == "participant"
        office = (
            Organisation.objects.get(slug="office-here") if is_for_office else make_organisation()
        )
        make_participation(delegate, event, organisation=office)
        make_channel(delegate, audience=Audience.PARTICIPANTS)
        cast.own[role], cast.users[role] = delegate, delegate.user
    # Own people also read what is recorded in the name of their organisation.
    office = cast.own["focal point"].participations.get().organisation
    party = make_party(here.commitments.get(), organisation=office)
    party.request_focal_point(cast.own["focal point"])
    party.accept(NOON)
    for role, event in (("co-chair", here), ("co-chair elsewhere", elsewhere)):
        user = cast.users[role] = make_user()
        make_grant(user, event, on_behalf_of=make_organisation())
    cast.users["operator"] = make_user(is_superuser=True)
    confirmer = cast.users["confirmer"] = make_user()
    make_grant(confirmer, here, role="confirmer", on_behalf_of=make_organisation())


def _make_others(cast: Cast, here: Event) -> None:
    for key, fields in (
        ("open", {"listed_to": Audience.EVERYONE}),
        ("inside", {"listed_to": Audience.PARTICIPANTS}),
        ("hidden", {}),
        ("paused", {"listed_to": Audience.EVERYONE, "hidden_at": NOON}),
        ("protected", {"listed_to": Audience.INTRODUCED, "is_protected": True}),
    ):
        person = cast.others[key] = make_delegate(name=key.title(), **fields)
        make_participation(person, here)
        make_affiliation(person)
        make_proposal(person)
        make_proposal(person, kind=Proposal.Kind.MERGE, duplicate=make_delegate(user=None))
        make_invitation_request(here, nominated_by=person.user, nominated_for=make_organisation())
        make_channel(person, audience=Audience.EVERYONE)
    erased = cast.others["erased"] = make_delegate(user=None)
    make_participation(erased, here)
    Delegate.objects.filter(pk=erased.pk).update(name="", erased_at=NOON)
    deleted = cast.others["deleted"] = make_delegate()
    Delegate.objects.filter(pk=deleted.pk).delete()
    hidden = cast.others["hidden"]
    make_introduction(hidden, cast.others["inside"], accepted=False, first_accepted_at=NOON)
    make_party(here.commitments.get()).request_focal_point(hidden)
    guest = make_delegate(user=None, invitation_email="guest@example.org")
    make_participation(guest, here)
    fresh = {"email": "guest@example.org", "expires_at": NOON.replace(year=9999)}
    for key, answer in (("open", {}), ("answered", {"answer": "not-me", "answered_at": NOON})):
        make_invitation(guest, here, key=f"{key}-invitation", **fresh | answer)
    links = EmailLink.objects.of(EmailLink.Purpose.INVITATION)
    links.update(expires_at=fresh["expires_at"])


def _make_own_rows(delegate: Delegate, here: Event) -> None:
    """What only its owner may answer or change."""
    make_consent(delegate)
    make_introduction(
        make_delegate(listed_to=Audience.EVERYONE),
        delegate,
        accepted=False,
        first_accepted_at=NOON,
    )
    number = here.commitments.count() + 1
    commitment = make_commitment(here, reference=f"{here.code}-C{number}", text="Asked")
    make_party(commitment).request_focal_point(delegate)
    make_affiliation(delegate, organisation=delegate.participations.get().organisation)
    make_proposal(delegate)
    make_proposal(delegate, kind=Proposal.Kind.MERGE, duplicate=make_delegate(user=None))
    make_invitation_request(here, nominated_by=delegate.user, nominated_for=make_organisation())


@functools.cache
def patterns_by_name() -> dict[str, str]:
    """The pattern of each address by its name; one without a name is named by its pattern."""
    found = {}
    for path, entry in url_patterns():
        name = f"admin:{entry.name}" if path.startswith("admin/") and entry.name else entry.name
        found[name or path] = path
    return found


def object_paths(name: str, pattern: str, cast: Cast, role: str) -> dict[str, str | None]:
    """The address for each object that it can be about; None where this role has none."""
    if "<path:object_id>" in pattern and name not in OBJECT_PATHS:
        return _row_paths(pattern, cast)
    if "<slug:handle>" in pattern:
        own = cast.delegate(role)
        people: dict[str, Delegate | None] = {"own": own, **cast.others}
        return {
            key: f"/{pattern.replace('<slug:handle>', person.handle)}" if person else None
            for key, person in people.items()
        }
    if name in OBJECT_PATHS:
        return OBJECT_PATHS[name](cast, cast.delegate(role))
    if pattern.startswith("admin/"):
        return {"it": f"/{ADMIN_PATHS.get(pattern, pattern)}"}
    return {"it": MAP[name].path}


# Values for the regular expressions of the admin.
ADMIN_PATHS = {
    "admin/^(?P<app_label>participants|outcomes|roundtable)/$": "admin/participants/",
    "admin/(?P<url>.*)$": "admin/nothing/",
}


def _row_paths(pattern: str, cast: Cast) -> dict[str, str | None]:
    """A row of the co-chair's own roundtable, of another one, of a hidden one, and none."""
    _admin, app, name = pattern.split("/")[:3]
    model = next(
        model
        for model in admin.site._registry
        if (model._meta.app_label, model._meta.model_name) == (app, name)
    )
    pks = {key: _row_pk(model, cast, key) for key in ("here", "elsewhere", "hidden")}
    return {
        key: f"/{pattern.replace('<path:object_id>', str(pk))}".replace(
            "<bounded_int:number>", str(_history_pk(model, pk))
        )
        for key, pk in {**pks, "deleted": UNKNOWN_PK}.items()
        if pk
    }


def _history_pk(model: Any, pk: int) -> int:
    """The first version of a row whose history is kept."""
    history = model.history.filter(id=pk) if hasattr(model, "history") else None
    return (
        (history.order_by("history_id").values_list("history_id", flat=True).first() or 1)
        if history
        else 1
    )


EVENT_LOOKUPS = {
    "user": "delegate__participations__event",
    "grant": "event",
    "invitationrequest": "event",
    "introduction": "proposed_by__grants__event",
    "organisation": "roles__event",
    "delegate": "participations__event",
    "letter": "event",
    "participation": "event",
    "delegationchange": "event",
    "organisationchange": "organisation__roles__event",
    "participantlist": "event",
    "mailbatch": "event",
    "commitment": "event",
    "milestone": "commitment__event",
    "event": "pk",
    "series": "events",
    "statement": "event",
    "outcome": "statement__event",
    "progressupdate": "commitment__event",
    "response": "outcome__statement__event",
    "reportinground": "event",
    "offer": "outcome__statement__event",
    "assessment": "commitment__event",
}


def _row_pk(model: type[models.Model], cast: Cast, key: str) -> int | None:
    path = EVENT_LOOKUPS.get(model._meta.model_name or "")
    rows: models.QuerySet[Any] = model._default_manager.order_by("pk")
    if path:
        rows = rows.filter(**{path: cast.events[key].pk})
    elif key != "here":  # it belongs to no roundtable
        return None
    row = rows.first()
    return row.pk if row else None


def _slug_paths(start: str, rest: str = "") -> dict[str, str | None]:
    keys = ("here", "hidden", "deleted")
    return {key: f"{start}{key}{rest}" for key in keys}


def _own_and_other_paths(path: str, own: object, other: object) -> dict[str, str | None]:
    return {
        "own": path.format(own) if own else None,
        "other's": path.format(other),
        "deleted": path.format(UNKNOWN_PK),
    }


def _event_paths(page: str) -> Callable[[Cast, Delegate | None], dict[str, str | None]]:
    def paths(cast: Cast, _own: Delegate | None) -> dict[str, str | None]:
        numbers = {key: event.pk for key, event in cast.events.items()} | {"deleted": UNKNOWN_PK}
        return {key: f"/admin/participants/{page}/{number}/" for key, number in numbers.items()}

    return paths


def _first_value(rows: "models.QuerySet[Any] | None", name: str = "handle") -> object:
    return rows.values_list(name, flat=True).first() if rows is not None else None


def _nomination_of(person: Delegate | None) -> object:
    user = person.user if person else None
    return user and InvitationRequest.objects.get(nominated_by=user).pk


PathsOf = Callable[[Cast, Delegate | None], dict[str, str | None]]


def _proposal_paths(kind: Proposal.Kind, path: str) -> PathsOf:
    return lambda cast, own: _own_and_other_paths(
        path,
        _first_value(own.proposals.filter(kind=kind) if own else None),
        cast.others["open"].proposals.get(kind=kind).handle,
    )


def _link_paths(path_of: Any, cast: Cast, own: Delegate | None) -> dict[str, str | None]:
    """Links from emails to oneself, to someone else, and to a deleted person."""
    at = timezone.now()
    other = urlsplit(path_of(cast.others["inside"], at)).path
    deleted = make_delegate()
    path = urlsplit(path_of(deleted, at)).path
    deleted.delete()
    return {
        "own": urlsplit(path_of(own, at)).path if own else None,
        "other's": other,
        "deleted": path,
        "not-opened": page_of(LinkClient(), other),
    }


ACCEPTED = {"focal_point_accepted_at__isnull": False}


def _report_link_paths(cast: Cast, _own: Delegate | None) -> dict[str, str | None]:
    """Links to report for the focal point: one that works, and those that do no more."""
    party = CommitmentParty.objects.get(focal_point=cast.own["focal point"], **ACCEPTED)
    now = timezone.now()
    works = urlsplit(create_report_link(party, at=now)).path
    ended = urlsplit(create_report_link(party, at=now - timedelta(days=31))).path
    taken = urlsplit(create_report_link(party, at=now)).path
    links = EmailLink.objects.of(EmailLink.Purpose.REPORT, party)
    EmailLink.objects.filter(pk=links.latest("pk").pk).revoke(now)
    not_opened = page_of(LinkClient(), works)
    return {"works": works, "ended": ended, "taken": taken, "not-opened": not_opened}


def _undertakings(cast: Cast) -> dict[str, Undertaking]:
    """What the focal point is asked: one that works, and those that do no more."""
    person, at = cast.own["focal point"], timezone.now()
    rows = {}
    for key, fields in (
        ("works", {}),
        ("ended", {"created_at": at - timedelta(days=61), "expires_at": at - timedelta(days=1)}),
        ("taken", {"ended_at": at}),
    ):
        row = make_commitment(cast.events["here"], state="proposed", proposed_at=at)
        organisation = person.participations.get().organisation
        party = make_party(row, organisation=organisation, focal_point=person)
        given: dict[str, Any] = {"created_at": at, "expires_at": at + timedelta(days=60)}
        rows[key] = make_undertaking(party, **given | fields)
    return rows


def _proposal_link_paths(cast: Cast, _own: Delegate | None) -> dict[str, str | None]:
    """Links to answer for a party."""
    paths = {key: urlsplit(link_url(row)).path for key, row in _undertakings(cast).items()}
    return {**paths, "not-opened": page_of(LinkClient(), paths["works"])}


def _asked_party_paths(cast: Cast, _own: Delegate | None) -> dict[str, str | None]:
    """The same signed in."""
    numbers = {key: row.party_id for key, row in _undertakings(cast).items()}
    numbers["deleted"] = UNKNOWN_PK
    return {key: f"/me/commitments/{number}/proposal/" for key, number in numbers.items()}


def _join_paths(cast: Cast, own: Delegate | None) -> dict[str, str | None]:
    """Requests to join, of which the focal point's organisation leads the first."""
    here, elsewhere = (
        make_offer(commitment=Commitment.objects.get(reference=f"{key.upper()}-C1"), approved=False)
        for key in ("here", "elsewhere")
    )
    for row in (here, elsewhere):
        row.submit(at=NOON)
    asked = here.pk if own == cast.own["focal point"] else None
    return _own_and_other_paths("/me/commitments/joins/{}/", asked, elsewhere.pk)


def _feed_paths(start: str, rest: str) -> Callable[[Cast, Delegate | None], dict[str, str | None]]:
    """A feed, calendar or file of what has a page."""
    return lambda _cast, _own: _slug_paths(start, rest)


def _unsubscribe_link_paths(cast: Cast, _own: Delegate | None) -> dict[str, str | None]:
    """The link in emails to a person who can follow something, and one that was changed."""
    user = cast.others["inside"].user
    assert user
    works = urlsplit(unsubscribe_url_for(user, timezone.now())).path
    return {"works": works, "not-opened": page_of(LinkClient(), works)}


def _evidence_paths(cast: Cast, _own: Delegate | None) -> dict[str, str | None]:
    """Evidence that is public, that is not, of an update that waits, and of a hidden roundtable."""
    paths: dict[str, str | None] = {"deleted": "/evidence/abcdefghjkmnpqrstuvw/"}
    for name, event, is_public, approved in (
        ("public", "here", True, True),
        ("private", "here", False, True),
        ("waiting", "here", True, False),
        ("hidden", "hidden", True, True),
    ):
        update = make_update(cast.events[event].commitments.all()[0], approved=approved)
        file = ContentFile(b"%PDF-1.4", "made-up.pdf")
        row = make_evidence(
            update, url="", file=file, media_type="application/pdf", is_public=is_public
        )
        paths[name] = f"/evidence/{row.key}/"
    return paths


def _admin_evidence_paths(cast: Cast, _own: Delegate | None) -> dict[str, str | None]:
    """Files of updates that wait, of the co-chair's roundtable and of others, of a draft, none."""
    paths: dict[str, str | None] = {}
    for key, event in {**cast.events, "draft": cast.events["here"]}.items():
        update = make_update(event.commitments.all()[0], approved=False)
        if key != "draft":
            update.submit(at=NOON)
        file = ContentFile(b"%PDF-1.4", "made-up.pdf")
        row = make_evidence(
            update, url="", file=file, media_type="application/pdf", is_public=False
        )
        paths[key] = f"/admin/outcomes/progressupdate/{update.pk}/evidence/{row.key}/"
    return paths | {"deleted": f"/admin/outcomes/progressupdate/{UNKNOWN_PK}/evidence/abcdefghjk/"}


def _statement_paths(cast: Cast, path: Callable[[Statement], str]) -> dict[str, str | None]:
    """An address about the statement of each roundtable, and about none."""
    found: dict[str, str | None] = {key: path(row.statement) for key, row in cast.events.items()}
    return found | {"deleted": path(Statement())}


def _upload_paths(rest: str) -> Callable[[Cast, Delegate | None], dict[str, str | None]]:
    """Previewed files of a co-chair and an operator, and one that is deleted."""

    def paths(cast: Cast, _own: Delegate | None) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for key, role in (("cochair's", "co-chair"), ("operator's", "operator")):
            user = cast.users[role]
            assert user
            upload = create_upload(user=user, chunks=[b"Title\n"], event=None, at=NOON)
            Upload.objects.filter(pk=upload.pk).update(state=Upload.State.PREVIEWED)
            if rest == "left/":  # of a list
                source = SourceFile({"": [["Title"], ["Minutes"]]}, is_single_table=True)
                write_json(upload, "pages", source.to_json())
                write_json(upload, "recipe", propose(source).to_json())
            if rest == "undo/":
                done = {"state": Upload.State.DONE, "finished_at": NOON}
                Upload.objects.filter(pk=upload.pk).update(event=cast.events["here"], **done)
            found[key] = f"/admin/roundtable/event/workbook/in/{upload.key}/{rest}"
        return found | {"deleted": f"/admin/roundtable/event/workbook/in/abcdefghjk/{rest}"}

    return paths


def _office_paths(act: str) -> PathsOf:
    def paths(cast: Cast, _own: Delegate | None) -> dict[str, str | None]:
        numbers = dict(Organisation.objects.values_list("slug", "pk"))
        return {
            key: f"/admin/participants/organisationchange/{act}/"
            f"{numbers.get(f'office-{key}', UNKNOWN_PK)}/"
            for key in (*cast.events, "deleted")
        }

    return paths


OBJECT_PATHS: dict[str, PathsOf] = {
    "event-detail": lambda _cast, _own: _slug_paths("/roundtables/", "/"),
    "event-brief": lambda _cast, _own: _slug_paths("/roundtables/", "/brief/"),
    "event-brief-pdf": lambda _cast, _own: _slug_paths("/roundtables/", "/brief.pdf"),
    "outcome-detail": lambda _cast, _own: _slug_paths("/outcomes/", "/1.a/"),
    "commitment-detail": lambda _cast, _own: _slug_paths("/commitments/", "-c1/"),
    "organisation-detail": lambda _cast, _own: _slug_paths("/organisations/office-", "/"),
    "statement-text": lambda _cast, _own: _slug_paths("/roundtables/", "/statement.txt"),
    "statement-version": lambda _cast, _own: _slug_paths("/roundtables/", "/statement-1.txt"),
    "my-circulation": lambda cast, _own: _statement_paths(
        cast,
        lambda row: f"/me/texts/{row.versions.get().circulation.pk if row.pk else UNKNOWN_PK}/",
    ),
    "admin:outcomes_statement_version": lambda cast, _own: _statement_paths(
        cast, lambda row: f"/admin/outcomes/statement/{row.pk or UNKNOWN_PK}/versions/1/"
    ),
    "my-response": lambda _cast, _own: _slug_paths("/me/answers/", "/1.a/"),
    "my-offer": lambda cast, own: _own_and_other_paths(
        "/me/offers/{}/",
        _first_value(
            Offer.objects.filter(organisation__participations__delegate=own) if own else None, "pk"
        ),
        Offer.objects.get(outcome__statement__event=cast.events["elsewhere"]).pk,
    ),
    "new-statement-offer": lambda _cast, _own: _slug_paths("/me/offers/new/", "/"),
    "new-offer": lambda _cast, _own: _slug_paths("/me/offers/new/", "/1.a/"),
    "report-as-member": lambda _cast, _own: _slug_paths("/me/commitments/", "-c1/for/agency/"),
    "join-commitment": lambda _cast, _own: _slug_paths("/me/offers/join/", "-c1/"),
    "my-assessment": lambda _cast, _own: _slug_paths("/me/assessments/", "-c1/"),
    **{
        f"{kind}-{name}": _feed_paths(start, end + ending)
        for kind, (start, end) in {
            "event": ("/roundtables/", ""),
            "outcome": ("/outcomes/", "/1.a"),
            "commitment": ("/commitments/", "-c1"),
            "organisation": ("/organisations/office-", ""),
        }.items()
        for name, ending in (
            ("feed", ".atom"),
            ("calendar", ".ics"),
            ("record", ".csv"),
            ("bibtex", ".bib"),
        )
        if (kind, name) != ("organisation", "bibtex")
    },
    "api-event": _feed_paths("/api/v1/roundtables/", ""),
    "api-outcome": _feed_paths("/api/v1/points/", "/1.a"),
    "api-commitment": _feed_paths("/api/v1/commitments/", "-c1"),
    "api-organisation": _feed_paths("/api/v1/organisations/office-", ""),
    "event-image": _feed_paths("/roundtables/", ".png"),
    "commitment-image": _feed_paths("/commitments/", "-c1.png"),
    "commitment-reports": _feed_paths("/commitments/", "-c1/reports.csv"),
    "outcome-responses": _feed_paths("/outcomes/", "/1.a/responses.csv"),
    "my-channel-audience": lambda cast, own: _own_and_other_paths(
        "/me/audience/{}/",
        _first_value(own.channels.all() if own else None),
        cast.others["open"].channels.get().handle,
    ),
    "focal-point-request": lambda cast, own: _own_and_other_paths(
        "/me/commitments/{}/",
        _first_value(
            CommitmentParty.objects.public().filter(focal_point=own).order_by("-pk")
            if own
            else None,
            "pk",
        ),
        CommitmentParty.objects.get(focal_point=cast.others["hidden"]).pk,
    ),
    "report": lambda cast, own: _own_and_other_paths(
        "/me/commitments/{}/report/",
        _first_value(
            CommitmentParty.objects.filter(focal_point=own, **ACCEPTED) if own else None, "pk"
        ),
        CommitmentParty.objects.get(focal_point=cast.others["hidden"]).pk,
    ),
    "recorded-texts": lambda cast, own: _own_and_other_paths(
        "/me/commitments/{}/recorded/",
        _first_value(
            CommitmentParty.objects.filter(organisation__participations__delegate=own)
            if own
            else None,
            "pk",
        ),
        CommitmentParty.objects.get(focal_point=cast.others["hidden"]).pk,
    ),
    **{
        name: _proposal_paths(kind, path)
        for name, kind, path in (
            ("answer-proposal", Proposal.Kind.WORKPLACE, "/me/entries/{}/"),
            ("answer-merge", Proposal.Kind.MERGE, "/me/entries/{}/merge/"),
        )
    },
    "withdraw-nomination": lambda cast, own: _own_and_other_paths(
        "/me/nominations/{}/withdraw/", _nomination_of(own), _nomination_of(cast.others["open"])
    ),
    "remove-workplace": lambda cast, own: _own_and_other_paths(
        "/me/workplaces/{}/",
        own.affiliations.get().key if own else None,
        cast.others["open"].affiliations.get().key,
    ),
    "leave-roundtable": lambda cast, own: _own_and_other_paths(
        "/me/roundtables/{}/",
        own.participations.all()[0].key if own else None,
        cast.others["open"].participations.all()[0].key,
    ),
    "answer-introduction": lambda cast, own: _own_and_other_paths(
        "/me/introductions/{}/",
        _first_value(own.introductions_as_second.all() if own else None),
        cast.others["inside"].introductions_as_second.get().handle,
    ),
    "invitation": lambda _cast, _own: {
        **{key: f"/links/{key}-invitation/" for key in ("open", "answered")},
        "not-opened": page_of(LinkClient(), "/links/open-invitation/"),
    },
    "open-link": lambda _cast, _own: {
        "known": "/links/open-invitation/",
        "unknown": "/links/no-such-key/",
    },
    "secret-calendar": lambda _cast, _own: {"unknown": "/my-calendar/no-such-key.ics"},
    "hide-by-link": lambda cast, own: _link_paths(emails.hide_url, cast, own),
    "report-by-link": _report_link_paths,
    "proposal-by-link": _proposal_link_paths,
    "my-proposal": _asked_party_paths,
    "join-request": _join_paths,
    "unsubscribe-by-link": _unsubscribe_link_paths,
    "evidence-file": _evidence_paths,
    "admin:outcomes_progressupdate_evidence": _admin_evidence_paths,
    # Nothing is carried over to a roundtable that is over: to one to come, see test_carry_over.
    "admin:carry_over": lambda cast, _own: {
        key: f"/admin/carry-over/{cast.events[key].pk if key in cast.events else UNKNOWN_PK}/"
        for key in ("here", "elsewhere", "deleted")
    },
    "admin:start_next": lambda cast, _own: {
        key: f"/admin/start-next/{cast.events[key].pk if key in cast.events else UNKNOWN_PK}/"
        for key in ("here", "elsewhere", "deleted")
    },
    "admin:decide_one": lambda cast, _own: {
        key: path and path.replace("/admin/participants/grant/", "/admin/decide/grant/")
        for key, path in _row_paths("admin/participants/grant/<path:object_id>/", cast).items()
    },
    "admin:participants_participation_close": _event_paths("participation/close"),
    "admin:participants_organisationchange_role": _event_paths("organisationchange/role"),
    "admin:participants_organisationchange_kind": _office_paths("kind"),
    "admin:participants_organisationchange_name": _office_paths("name"),
    "admin:participants_organisationchange_publish": _office_paths("publish"),
    "admin:roundtable_event_upload": _upload_paths(""),
    "admin:roundtable_event_upload_page": _upload_paths("1/"),
    "admin:roundtable_event_rows_left": _upload_paths("left/"),
    "admin:roundtable_event_undo_import": _upload_paths("undo/"),
    "admin:roundtable_event_compare_import": _upload_paths("compare/"),
    "review-by-link": lambda cast, own: _link_paths(retention.review_url, cast, own),
}


def request_status(browser: Client, name: str, method: str, path: str) -> str:
    """What the table would say; nothing that the request changed is kept."""
    forget_limits()
    client = Client if name == "open-link" else LinkClient
    fresh = client(raise_request_exception=False)
    fresh.cookies.load({name: cookie.value for name, cookie in browser.cookies.items()})
    with transaction.atomic():
        response = fresh.generic(method, path)
        if response.streaming:  # read to its end, it closes its file
            assert b"".join(response) is not None
        transaction.set_rollback(True)
    leads_to = urlsplit(response.headers.get("Location", "")).path
    if leads_to in ("/accounts/login/", "/admin/login/") and response.status_code == 302:
        return "in"
    return str(response.status_code)


def expected_statuses() -> dict[Cell, str]:
    """Every cell of permission_matrix.txt."""
    found: dict[Cell, str] = {}
    for line in TABLE_PATH.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, things, methods, *answers = line.split()
        assert len(answers) == len(ROLES), line
        for thing in things.split(","):
            for method in methods.split(","):
                for role, status in zip(ROLES, answers, strict=True):
                    cell = name, thing, method, role
                    assert cell not in found, cell
                    found[cell] = status
    return found


def table_lines(cells: dict[Cell, str]) -> Iterator[str]:
    """The cells as the table writes them."""
    names = list(dict.fromkeys(name for name, *_rest in cells))
    for name in names:
        by_answers: dict[tuple[str, ...], dict[str, list[str]]] = defaultdict(dict)
        things = dict.fromkeys(thing for of, thing, *_rest in cells if of == name)
        for thing in things:
            for method in METHODS:
                row = tuple(cells.get((name, thing, method, role), "?") for role in ROLES)
                if set(row) != {"?"}:
                    by_answers[row].setdefault(thing, []).append(method)
        for row, found in by_answers.items():
            by_methods: dict[str, list[str]] = defaultdict(list)
            for thing, methods in found.items():
                by_methods[",".join(methods)].append(thing)
            for methods_text, those in by_methods.items():
                yield f"{name} {','.join(those)} {methods_text} {' '.join(row)}"
