"""Each form, sent from the page that holds it, in each state of the session.

The resolver names each address that takes a POST. People walk to the forms by links, as visitors,
holders of an emailed link, delegates and at the desk, fill in what must be filled in, and press
each button: just signed in, some minutes or hours later, without the second factor, signed out, and
with the token of an earlier session; in the short run each form just signed in and every second one
in one more of these. A new address without a form fails here, and so does a form that is refused at
once, an error page, and an answer that loses what was written.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from outcomes.changes.subscriptions import unsubscribe_url_for
from outcomes.models import CommitmentParty
from outcomes.reporting.links import create_report_link
from outcomes.reporting.proposals import link_url
from outcomes.statements import signing
from participants.accounts import emails
from participants.models import (
    Delegate,
    EventRole,
    Proposal,
    RetentionAction,
    User,
)
from participants.privacy import retention
from tests.conftest import FULL, ON_POSTGRES
from tests.factories import (
    NOON,
    hold_list,
    make_account_change,
    make_commitment,
    make_event,
    make_grant,
    make_group,
    make_organisation,
    make_party,
    make_role,
    make_statement,
    make_update,
    make_user,
)
from tests.follow_up_factories import make_milestone, make_offer, make_undertaking
from tests.form_walk import SIGNS_IN, STATES, Answer, Person, Walk
from tests.import_pages import check_list, import_list, preview_file
from tests.permission_matrix import (
    Cast,
    expected_statuses,
    make_cast,
    patterns_by_name,
    quick_pdf,
)
from tests.sign_in import add_authenticator, sign_in
from tests.silence_procedure import (
    AFTER_DEADLINE,
    agreement_url,
    circulate_draft,
    make_agreement_case,
    make_corrigendum,
)

__all__ = ["quick_pdf"]  # fixture
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
# Addresses that answer a POST although no page has a form for them.
WITHOUT_FORM = {
    "admin:index": "shows the same by each method",
    "admin:app_list": "shows the same by each method",
    "admin:*_history": "shows the same by each method",
    "admin/*/<path:object_id>/": "leads to the page of the row",
    "admin/(?P<url>.*)$": "no page is there",
    "admin:outcomes_*_compare": "leads to the page that decides it",
    "admin:login": "leads to where everyone signs in",
    "admin:logout": "leads to where everyone signs out",
    "admin:roundtable_event_upload_page": "more rows of a preview, with the form of its first page",
    "account_signup": "says that no one can sign up",
    "mfa_download_recovery_codes": "the file of a link",
}
# Their buttons say so.
DROPS_TEXT = {"admin:outcomes_statement_discard_corrigendum"}
# Pages that Django makes for each table; one without a button only shows its rows.
OF_EACH_TABLE = re.compile(r"admin:\w+_(changelist|add|change|delete)")


@pytest.mark.crawl
@pytest.mark.longest
@pytest.mark.django_db
@pytest.mark.usefixtures("quick_pdf")
def test_forms_as_sent(record_property: Callable[[str, object], None]) -> None:
    walk = Walk(states_each=1 if ON_POSTGRES else len(STATES) if FULL else 2)
    first: set[str] = set()
    with time_machine.travel(NOW, tick=False):
        for person in people():
            first |= set(person.first)
            walk.send_all(person)
    broken = [str(answer) for answer in walk.answers if is_broken(answer)]
    assert not walk.broken_pages + broken, "\n".join(walk.broken_pages + broken)
    # In one state each, no one comes to the pages behind some forms.
    if not ON_POSTGRES:
        assert routes_without_form(walk) == []
        assert {path for path in first - walk.links if not path.startswith("/links/")} == set()
    record_property("forms, once for each button", len(walk.sent))
    record_property("forms sent", len(walk.answers))


def is_broken(answer: Answer) -> bool:
    # 400: the page says what to correct.
    is_refused = answer.state == STATES[0] and answer.status > 400
    is_lost = answer.is_lost and answer.form.route not in DROPS_TEXT
    return is_refused or is_lost or answer.status >= 500


def routes_without_form(walk: Walk) -> list[str]:
    """Those that take a POST, have no form on any page, and no reason for that."""
    answers: dict[tuple[str, str], set[str]] = {}
    for (name, _thing, method, _role), status in expected_statuses().items():
        answers.setdefault((name, method), set()).add(status)
    found = {answer.form.route for answer in walk.answers}
    opened = {route for _kind, route in walk.opened}
    return [
        name
        for name, pattern in patterns_by_name().items()
        if "405" not in answers[name, "POST"]
        and not found & {name, pattern}
        and not any(fnmatch(name, known) for known in WITHOUT_FORM)
        and not (
            OF_EACH_TABLE.fullmatch(name) and (name in opened or "200" not in answers[name, "GET"])
        )
    ]


def people() -> Iterator[Person]:
    """One after the other; what only some of them need is made just before."""
    cast = make_cast()
    here, focal_point = cast.events["here"], cast.own["focal point"]
    Proposal.objects.filter(kind=Proposal.Kind.MERGE).update(proposed_by=cast.users["co-chair"])
    here.commitments.update(is_open=True)
    office = focal_point.participations.get().organisation
    make_role(here, organisation=office, role=EventRole.Role.PARTICIPANT)
    make_party(make_commitment(here), group=make_group(member_rule="participants"))
    party = CommitmentParty.objects.get(commitment__reference="HERE-C1", organisation=office)
    make_offer(commitment=party.commitment, approved=False).submit(at=NOON)
    guarded = make_user(SIGNS_IN)
    add_authenticator(guarded)
    # Who enters a code too late comes to the second page.
    yield Person(None, ["/", reverse("account_request_login_code")], "visitor")
    yield from holders(focal_point, party)
    yield from delegates(cast, party)
    add_passkey(guarded)
    RecoveryCodes.activate(guarded)
    yield Person(
        guarded,
        ["/accounts/2fa/"],
        "delegate with a second factor",
        within="/accounts/2fa/",
        first=("/accounts/2fa/webauthn/reauthenticate/",),
    )
    invited = make_user("guest@example.org")
    link = "/links/open-invitation/"
    yield Person(invited, ["/welcome/"], "invited person", within="/welcome/", first=(link,))
    yield from desk(cast)
    yield from agreement()


def holders(delegate: Delegate, party: CommitmentParty) -> Iterator[Person]:
    """Of links in emails."""
    at = timezone.now()
    asked = make_commitment(party.commitment.event, state="proposed", proposed_at=at)
    asked_party = make_party(asked, organisation=party.organisation, focal_point=delegate)
    undertaking = make_undertaking(asked_party, created_at=at, expires_at=at + timedelta(days=60))
    assert delegate.user
    for link in (
        create_report_link(party, at=at),
        link_url(undertaking),
        retention.review_url(delegate, at),
        emails.hide_url(delegate, at),
        unsubscribe_url_for(delegate.user, at),
        "/links/open-invitation/",
    ):
        yield Person(None, [urlsplit(link).path], "holder of a link", within="/links/")


def delegates(cast: Cast, party: CommitmentParty) -> Iterator[Person]:
    user, paused = cast.own["participant"].user, cast.others["paused"]
    assert user
    elsewhere = Client()
    sign_in(elsewhere, user)
    key = elsewhere.session.session_key
    UserSession.objects.create(user=user, session_key=key, ip="192.0.2.1")
    profile = f"/directory/{cast.others['inside'].handle}/"
    recorded = f"/me/commitments/{party.pk}/recorded/"
    yield Person(user, ["/"], "delegate", first=(profile,))
    user = cast.own["focal point"].user
    assert user
    EmailAddress.objects.create(user=user, email="second@example.org", verified=True)
    make_grant(user, cast.events["here"], role="editor", must_accept=True, effective_on=None)
    yield Person(user, ["/me/", "/me/commitments/"], "delegate", first=(recorded, "/me/left/"))
    values = {"email": "", "waits_from": NOON, "made_at": NOON, "former": "sealed"}
    make_account_change(make_user(), kind="factor", account=paused.user, **values)
    started, asked = retention.review_start(paused), RetentionAction.Action.CONFIRMATION_REQUESTED
    paused.retention_actions.create(review_started_on=started, action=asked, taken_on=started)
    yield Person(paused.user, ["/me/"], "delegate")


def add_passkey(user: User) -> None:
    key = ES256({1: 2, 3: ES256.ALGORITHM, -1: 1, -2: bytes(32), -3: bytes(32)})
    own = AttestedCredentialData.create(bytes(16), b"made up", key)
    data = AuthenticatorData.create(bytes(32), AuthenticatorData.FLAG(0x45), 0, own)
    asked = CollectedClientData.create("webauthn.create", b"made up", "https://portal.example.org")
    credential = {
        "id": websafe_encode(b"made up"),
        "rawId": websafe_encode(b"made up"),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(asked),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }
    kept = {"name": "Telephone", "credential": credential}
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=kept)


def desk(cast: Cast) -> Iterator[Person]:
    """Co-chairs, operators and confirmers, with one row for each thing that they can do."""
    here, seat = cast.events["here"], cast.own["participant"].participations.get()
    cochair = cast.users["co-chair"]
    assert cochair and seat.delegate.user
    draft = make_commitment(here, state="draft", source_title="Communiqué")
    make_party(draft, organisation=seat.organisation, focal_point=seat.delegate)
    submitted = make_update(here.commitments.order_by("pk")[0], approved=False)
    submitted.submit(at=NOON)
    unnamed = make_organisation(is_name_published=False, kind="civil-society")
    make_role(here, organisation=unnamed)
    day = NOW.date() + timedelta(days=90)
    make_event(series=here.series, starts_on=day, ends_on=day)
    held = hold_list(cochair, here)
    recorded = make_event(is_public=False)
    make_grant(cochair, recorded, on_behalf_of=cochair.grants.get().on_behalf_of)
    statement = make_statement(recorded, published=False, source_title="The report")
    point = statement.outcomes.points()[0]
    waiting = make_grant(
        make_user(), here, role="confirmer", on_behalf_of=make_organisation(), effective_on=None
    )
    editing = make_grant(make_user(), here, role="editor")
    suspended = make_grant(
        make_user(), here, role="editor", suspended_at=NOW, suspended_for=make_organisation()
    )
    first = [
        agreement_url(statement),
        reverse("admin:participants_participantlist_change", args=[held.pk]),
        reverse("admin:outcomes_progressupdate_change", args=[submitted.pk]),
        *(
            reverse("admin:decide_one", args=["grant", row.pk])
            for row in (waiting, editing, suspended)
        ),
        reverse("admin:participants_grant_suspend", args=[editing.pk]),
    ]
    changed: list[tuple[str, Any, str]] = [
        ("participants_organisation", unnamed, "description"),
        ("roundtable_event", here, "venue"),
        ("outcomes_commitment", draft, "text"),
        ("outcomes_statement", statement, "title"),
        ("outcomes_outcome", point, "place_in_source"),
        ("outcomes_milestone", make_milestone(commitment=draft), "title"),
    ]
    for name, row, field in changed:
        row.save()
        setattr(row, field, f"{getattr(row, field)} too")
        row.save()
        past = row.history.order_by("history_id")[0]
        first += [
            reverse(f"admin:{name}_change", args=[row.pk]),
            reverse(f"admin:{name}_restore", args=[row.pk, past.history_id]),
        ]
    browser = Client()
    sign_in(browser, cochair)
    rows = ["No,Pledge", "P-1,Train all officers.", "P-2,Meet again."]
    past = preview_file(browser, "\n".join(rows).encode(), here, "pledges.csv")
    import_list(browser, check_list(browser, past, source="https://example.org/pledges.csv"))
    yield at_the_desk(cochair, "/admin/", first=first)
    unused = reverse("admin:participants_user_change", args=[make_user().pk])
    yield at_the_desk(cast.users["operator"], "/admin/", kind="operator", first=[unused])
    yield at_the_desk(cast.users["confirmer"], "/admin/")
    table = f"Name,Organisation\nAna Adler,{seat.organisation.name}\n".encode()
    preview = preview_file(browser, table, here, "people.csv")
    yield at_the_desk(cochair, preview.wsgi_request.path)


def at_the_desk(
    user: User | None, *starts: str, kind: str = "co-chair", first: list[str] | None = None
) -> Person:
    return Person(user, [*starts], kind, within="/admin/", first=tuple(first or []))


def agreement() -> Iterator[Person]:
    """A statement on its way."""
    case = make_agreement_case()
    statement, page = case.statement, agreement_url(case.statement)
    text = reverse("admin:outcomes_statement_text", args=[statement.pk])
    first = [f"{text}?delete={statement.outcomes.points()[0].pk}", page]
    yield at_the_desk(case.first, page, first=first)
    sha256 = circulate_draft(case).version.sha256
    yield at_the_desk(case.first, page)
    for user in (case.first, case.second):
        signing.sign(statement, sha256=sha256, by=user, at=AFTER_DEADLINE)
    yield at_the_desk(case.first, page)
    statement.refresh_from_db()
    signing.publish_signed(statement, by=case.first, at=AFTER_DEADLINE)
    statement.refresh_from_db()
    make_corrigendum(statement)
    yield at_the_desk(
        case.first, reverse("admin:outcomes_statement_corrigendum", args=[statement.pk])
    )
