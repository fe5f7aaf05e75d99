"""The emails between the author and the approvers of a text."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command
from django.utils import timezone

from outcomes.models import CommitmentParty, ProgressUpdate
from outcomes.reporting.links import create_report_link
from outcomes.reporting.review import (
    approve_texts,
    checkable,
    may_review,
    request_text_changes,
)
from outcomes.reporting.submission import notify_author
from participants.models import Consent, Delegate, EmailLink, User
from participants.permissions import permissions_of
from participants.privacy import consent
from roundtable.audit.models import AuditEntry
from roundtable.models import Event
from tests.email_links import LinkClient
from tests.factories import (
    NOON,
    make_affiliation,
    make_commitment,
    make_delegate,
    make_event,
    make_grant,
    make_holder,
    make_organisation,
    make_participation,
    make_party,
    make_update,
    make_user,
)
from tests.fixture_types import Sign
from tests.follow_up_factories import (
    make_assessment,
    make_offer,
    make_response,
)
from tests.mail_queue import deliver_mail
from tests.outcomes.reporting.test_reports import FORM, newest, seen_on
from tests.outcomes.reporting.test_rounds import desk_text
from tests.outcomes.test_outcomes_admin import filled, run_admin_action
from tests.page_text import page_text

pytestmark = pytest.mark.django_db
NOTE = "Leave out Casa Azul."


def submitted_update(party: CommitmentParty) -> ProgressUpdate:
    """What the focal point submitted through the link in an email."""
    path = urlsplit(create_report_link(party, at=timezone.now())).path
    seen = seen_on(LinkClient(), path)
    answer = LinkClient().post(
        path,
        FORM
        | {"act": "hand-in", "version": seen, "has_no_personal_details": "on", "text": "Zq words."},
    )
    assert answer.status_code == 302
    return newest(party)


def path_in(mail: EmailMultiAlternatives) -> str:
    """The only URL in an email."""
    found = re.search(r"^https://portal\.example\.org(\S+)$", str(mail.body), re.MULTILINE)
    assert found
    return found[1]


def test_no_one_is_told_at_once_that_a_text_waits(
    event: Event, cochair: User, party: CommitmentParty
) -> None:
    make_grant(make_user("editor@example.org"), event, role="editor")
    submitted_update(party)
    assert deliver_mail() == []
    call_command("send_reminders", verbosity=0)
    (mail,) = [mail for mail in deliver_mail() if "What waits" in mail.subject]
    assert mail.to == ["cochair@example.org"]
    assert "RT2024: Reports 1" in str(mail.body) and "Zq words" not in str(mail.message())


def test_focal_point_reads_review_note_without_signing_in(
    client_of: Sign, cochair: User, focal_point: Delegate, party: CommitmentParty
) -> None:
    update = submitted_update(party)
    before = len(deliver_mail())
    said = run_admin_action(
        client_of(cochair), ProgressUpdate, "ask_for_changes", update.pk, note=NOTE
    )
    assert "You asked for a change to 1 text." in said
    (mail,) = deliver_mail()[before:]
    assert focal_point.user and mail.to == [focal_point.user.email]
    assert mail.subject == "A change of your text is requested"
    assert "Casa Azul" not in str(mail.message()) and "Zq words" not in str(mail.message())
    page = page_text(LinkClient().get(path_in(mail)))
    assert NOTE in page and "Zq words." in page


def test_draft_sends_no_email_and_author_is_told_of_publication(
    client_of: Sign, cochair: User, party: CommitmentParty
) -> None:
    path = urlsplit(create_report_link(party, at=timezone.now())).path
    LinkClient().post(path, FORM | {"act": "draft", "version": seen_on(LinkClient(), path)})
    assert newest(party).state == "draft" and deliver_mail() == []
    update = submitted_update(party)
    before = len(deliver_mail())
    run_admin_action(client_of(cochair), ProgressUpdate, "approve", update.pk)
    assert newest(party).is_approved
    (mail,) = deliver_mail()[before:]
    assert (mail.to, mail.subject) == (
        ["focal@example.org"],
        "Your text was checked and is public",
    )
    assert party.commitment.get_absolute_url() in mail.body


def test_current_focal_point_is_notified_instead_of_former(
    cochair: User, event: Event, focal_point: Delegate, party: CommitmentParty
) -> None:
    update = submitted_update(party)
    other = make_delegate(name="Other Point", user=make_user("other@example.org"))
    make_participation(other, event, confirmed_by=cochair)
    party.request_focal_point(other)
    party.accept(timezone.now())
    before = len(deliver_mail())
    request_text_changes(rows=[update], note=NOTE, by=cochair, at=timezone.now())
    (mail,) = deliver_mail()[before:]
    assert mail.to == ["other@example.org"]
    assert NOTE in page_text(LinkClient().get(path_in(mail)))


@pytest.mark.parametrize("gone", ["paused", "closed", "nobody"])
def test_hidden_or_erased_delegate_gets_no_email_or_link(
    cochair: User, focal_point: Delegate, party: CommitmentParty, gone: str
) -> None:
    update = submitted_update(party)
    assert focal_point.user
    if gone == "paused":
        consent.hide_profile(focal_point, by=Consent.By.OWNER, at=timezone.now())
    elif gone == "closed":
        User.objects.filter(pk=focal_point.user.pk).update(is_active=False)
    else:
        party.decline()
    before, links = len(deliver_mail()), EmailLink.objects.of("report").count()
    request_text_changes(rows=[update], note=NOTE, by=cochair, at=timezone.now())
    assert newest(party).state == "change-requested"
    assert [
        mail for mail in deliver_mail()[before:] if mail.subject.startswith("The co-chairs ask")
    ] == []
    assert EmailLink.objects.of("report").count() <= links


@pytest.mark.usefixtures("recorded_templates")
def test_cochair_author_gets_admin_link(
    client_of: Sign, event: Event, cochair: User, party: CommitmentParty
) -> None:
    editor = make_user("editor@example.org")
    make_grant(editor, event, role="editor")
    update = make_update(party.commitment, approved=False, reported_by="recorded")
    update.author = editor
    update.submit(at=timezone.now())
    request_text_changes(rows=[update], note=NOTE, by=cochair, at=timezone.now())
    (mail,) = deliver_mail()
    assert mail.to == ["editor@example.org"]
    page = path_in(mail)
    browser = client_of(editor)
    assert NOTE in desk_text(browser, page)
    form = filled(browser, page, text="Other words.", has_no_personal_details="on")
    assert browser.post(page, form).status_code == 302
    update.refresh_from_db()
    assert (update.state, update.text) == ("submitted", "Other words.")
    assert {mail.to[0] for mail in deliver_mail()} == {"editor@example.org", "focal@example.org"}


@pytest.mark.parametrize("make", [make_response, make_offer, make_assessment])
def test_author_of_other_text_gets_link_to_its_page(
    client_of: Sign, operator: User, make: Callable[..., Any]
) -> None:
    row = make(approved=False)
    person = make_delegate(user=make_user("author@example.org"))
    make_participation(person, row.event, organisation=row.organisation, confirmed_by=operator)
    chair = make_holder(row.event, "chair@example.org")
    row.author = person.user
    row.submit(at=timezone.now())
    assert f" of {row.organisation} " in page_text(client_of(chair).get("/admin/decide/"))
    request_text_changes(rows=[row], note=NOTE, by=operator, at=timezone.now())
    mail = deliver_mail()[-1]
    assert mail.to == ["author@example.org"]
    assert NOTE in page_text(client_of(person).get(path_in(mail)))


def test_current_representative_is_notified_instead_of_former_author(
    operator: User, event: Event
) -> None:
    row = make_assessment(commitment=event.commitments.all()[0], approved=False)
    notify_author(row, at=timezone.now())
    assert deliver_mail() == []  # no one wrote it
    people = []
    for key in ("gone", "stays"):
        person = make_delegate(user=make_user(f"{key}@example.org"))
        make_participation(person, event, organisation=row.organisation, confirmed_by=operator)
        people.append(person)
    make_affiliation(people[0], organisation=row.organisation, until=date(2020, 1, 1))
    row.author = people[0].user
    row.submit(at=timezone.now())
    before = len(deliver_mail())
    request_text_changes(rows=[row], note=NOTE, by=operator, at=timezone.now())
    assert [mail.to for mail in deliver_mail()[before:]] == [["stays@example.org"]]


def make_report(**fields: Any) -> ProgressUpdate:
    return make_update(make_commitment(), **fields)


@pytest.mark.parametrize("make", [make_report, make_response, make_offer, make_assessment])
def test_only_submitted_texts_are_decided_about_by_who_decides_here(
    make: Callable[..., Any],
) -> None:
    row, draft = make(approved=False), make(approved=False)
    row.submit(at=NOON)
    cochair_elsewhere, cochair = make_holder(row.event, role="editor"), make_holder(draft.event)
    make_grant(cochair_elsewhere, make_event(), role="cochair")
    for text, by in ((row, cochair_elsewhere), (row, make_user()), (draft, cochair)):
        assert approve_texts(rows=[text], by=by, at=NOON) == []
        assert request_text_changes(rows=[text], note=NOTE, by=by, at=NOON) == []
    row.refresh_from_db()
    draft.refresh_from_db()
    assert (row.state, draft.state) == ("submitted", "draft")


@pytest.mark.parametrize("make", [make_response, make_offer, make_assessment])
def test_no_one_checks_texts_of_their_own_organisation_or_of_a_colleague(
    make: Callable[..., Any],
) -> None:
    colleague = make_delegate()
    rows = {
        "of others": make(approved=False, author=make_user()),
        "without an author": make(approved=False),
        "of their own organisation": make(approved=False),
        "of a colleague": make(approved=False, author=colleague.user),
    }
    own = rows["of their own organisation"].organisation
    make_affiliation(colleague, organisation=own)
    checker, operator = make_user(), make_user(is_superuser=True)
    for row in rows.values():
        row.submit(at=NOON)
        make_grant(checker, row.event, role="editor", on_behalf_of=own)
    for user, checked in ((checker, ["of others", "without an author"]), (operator, list(rows))):
        rights = permissions_of(user, NOON.date())
        assert rights is not None
        found = checkable(type(row)._default_manager.all(), rights)
        assert set(found) == {rows[name] for name in checked}
        for name, row in rows.items():
            assert may_review(rights, row) == (name in checked)
    assert rights is not None and not may_review(rights, make(approved=False))


def test_no_one_checks_a_report_that_a_colleague_edited(event: Event) -> None:
    own, colleague, checker = make_organisation(), make_delegate(), make_user()
    make_affiliation(colleague, organisation=own)
    make_grant(checker, event, role="editor", on_behalf_of=own)
    rights = permissions_of(checker, NOON.date())
    assert rights is not None
    update = make_update(make_commitment(event), approved=False)
    of_own = make_commitment(event)
    make_update(of_own, party=make_party(of_own, organisation=own), approved=False)
    rows = ProgressUpdate.objects.filter(commitment__event=event, state="draft")
    assert list(checkable(rows, rights)) == [update]
    update.edited_by.add(make_user())
    assert list(checkable(rows, rights)) == [update]
    assert colleague.user is not None
    update.edited_by.add(colleague.user)
    assert not checkable(rows, rights).exists()


@pytest.mark.parametrize(
    ("make", "kind"),
    [(make_response, "response"), (make_offer, "offer"), (make_assessment, "assessment")],
)
def test_decisions_are_logged_with_whom_they_were_for(make: Callable[..., Any], kind: str) -> None:
    first, second = make(approved=False), make(approved=False)
    cochair, ministry = make_user(), make_organisation(slug="ministry")
    for row in (first, second):
        row.submit(at=NOON)
        make_grant(cochair, row.event, on_behalf_of=ministry)
    assert approve_texts(rows=[first], by=cochair, at=NOON) == [first]
    assert request_text_changes(rows=[second], note=NOTE, by=cochair, at=NOON) == [second]
    assert list(
        AuditEntry.objects.order_by("pk").values_list("action", "organisation", "detail")
    ) == [
        (f"approve {kind}", "ministry", f"{first.event.code}: {first.log_name}"),
        (f"ask for changes to {kind}", "ministry", f"{second.event.code}: {second.log_name}"),
    ]


@pytest.mark.parametrize("make", [make_response, make_offer, make_assessment])
def test_editor_of_a_known_organisation_asks_for_a_change(make: Callable[..., Any]) -> None:
    row, known, unknown = make(approved=False), make_user(), make_user()
    row.submit(at=NOON)
    make_grant(known, row.event, role="editor", on_behalf_of=make_organisation())
    make_grant(unknown, row.event, role="editor")
    assert request_text_changes(rows=[row], note=NOTE, by=unknown, at=NOON) == []
    assert request_text_changes(rows=[row], note=NOTE, by=known, at=NOON) == [row]


@pytest.mark.parametrize("make", [make_response, make_offer, make_assessment])
def test_text_that_is_gone_or_changed_since_it_was_read_is_not_decided_about(
    make: Callable[..., Any],
) -> None:
    row, user = make(approved=False), make_user()
    row.submit(at=NOON)
    make_grant(user, row.event)
    read = type(row).objects.get(pk=row.pk)
    row.request_change(note=NOTE, at=NOON)
    with pytest.raises(ValidationError, match="changed"):
        approve_texts(rows=[read], by=user, at=NOON)
    row.delete()
    with pytest.raises(ValidationError, match="changed"):
        approve_texts(rows=[read], by=user, at=NOON)
