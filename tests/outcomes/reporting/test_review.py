"""The approval desk: what is pointed out, to whom, and what is decided there."""

from collections.abc import Callable

import pytest
from django.test import Client

from outcomes.models import Assessment, ProgressUpdate
from outcomes.reporting.pii_scan import find_names
from participants.models import Delegate, User
from roundtable.models import Event
from tests.factories import NOON, make_delegate, make_grant, make_organisation, make_update
from tests.follow_up_factories import make_assessment
from tests.outcomes.reporting.test_rounds import desk_text
from tests.outcomes.test_outcomes_admin import page, run_admin_action, signed
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
TEXT = "MARIA LOPEZ took calls on 0812 5555 0100 in the Casa Azul."


@pytest.fixture
@recorded
def submitted(event: Event) -> ProgressUpdate:
    """A submitted update that names a hidden person and a hidden house."""
    make_delegate(name="María del Carmen López", user=None)
    make_organisation(name="Casa Azul")
    update = make_update(event.commitments.all()[0], approved=False, text=TEXT)
    update.submit(at=NOON)
    return update


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We thank maria lopez.", ["maria lopez"]),
        ("López, María", ["López, María"]),
        ("María  del\nCarmen López spoke.", ["María del Carmen López"]),
        ("Marias Lopezes", []),
        ("Maria and the Lopez family", []),
        ("Łukasz Ørsted", ["Łukasz Ørsted"]),
        ("Lukasz Orsted", ["Lukasz Orsted"]),
        ("ขอบคุณสมชายใจดีมาก", ["สมชายใจดี"]),
        ("Held at CASA AZUL", ["CASA AZUL"]),
        ("Held by Organisation Known", []),
        ("", []),
    ],
)
def test_known_names_are_detected(event: Event, text: str, found: list[str]) -> None:
    for name in ("María del Carmen López", "Łukasz Ørsted", "สมชายใจดี"):
        make_delegate(name=name, user=None)
    make_organisation(name="Casa Azul")
    public = event.commitments.all()[0].parties.get().organisation
    assert public
    public.name = "Organisation Known"
    public.save()
    assert find_names(text) == found


def test_cochair_sees_detected_personal_data_and_approves(
    client_of: Sign, cochair: User, submitted: ProgressUpdate
) -> None:
    browser = client_of(cochair)
    text = desk_text(browser, page(ProgressUpdate, "change", submitted.pk))
    assert (
        "Check before approval Possible addresses and phone numbers 0812 5555 0100 "
        "People and hidden places recorded in this portal MARIA LOPEZ Casa Azul Do not repeat"
    ) in text
    assert "1 text is approved." in run_admin_action(
        browser, ProgressUpdate, "approve", submitted.pk
    )
    submitted.refresh_from_db()
    assert submitted.is_approved
    text = desk_text(browser, page(ProgressUpdate, "change", submitted.pk))
    assert "Check before approval" not in text


@pytest.mark.parametrize("role", ["editor", "reader"])
def test_detected_names_are_hidden_from_non_reviewers(
    client_of: Sign, event: Event, submitted: ProgressUpdate, role: str
) -> None:
    browser = signed(client_of, role, event)
    text = desk_text(browser, page(ProgressUpdate, "change", submitted.pk))
    assert "Check before approval" not in text and "hidden places" not in text


def test_detected_names_are_hidden_from_author(
    client_of: Sign, cochair: User, submitted: ProgressUpdate
) -> None:
    submitted.author = cochair
    submitted.save()
    text = desk_text(client_of(cochair), page(ProgressUpdate, "change", submitted.pk))
    assert (
        "You were the last to write this text. Ask another co-chair to check it. Names are "
        "never shown to an author."
    ) in text
    assert "Casa Azul Do not" not in text and "portal MARIA" not in text


def test_update_without_confirmation_cannot_be_approved(
    client_of: Sign, cochair: User, event: Event
) -> None:
    make_grant(cochair, event, role="editor")
    update = make_update(event.commitments.all()[0], approved=False, has_no_personal_details=False)
    update.author = cochair
    update.save()
    assert (
        "1 was not changed. This was already done, or you are not a co-chair of its roundtable."
    ) in run_admin_action(client_of(cochair), ProgressUpdate, "approve", update.pk)
    update.refresh_from_db()
    assert update.state == "draft"


def test_cochair_reviews_detected_names_of_other_texts(
    client_of: Sign, cochair: User, event: Event
) -> None:
    make_delegate(name="María López", user=None)
    row = make_assessment(
        commitment=event.commitments.all()[0], approved=False, text="Maria Lopez told us."
    )
    row.submit(at=NOON)
    browser, address = client_of(cochair), page(Assessment, "change", row.pk)
    assert "hidden places recorded in this portal Maria Lopez Do not repeat" in desk_text(
        browser, address
    )
    seen = browser.get(address).content.decode().split('name="version" value="')[1].split('"')[0]
    row.text = "Nobody told us."
    row.submit(at=NOON)
    sent = {"action": "approve", "_selected_action": row.pk, "version": seen}
    answer = browser.post(page(Assessment, "changelist"), sent, follow=True)
    assert (
        "This text changed after you opened it. Nothing is decided yet. Read the new "
        "version, then decide."
    ) in answer.content.decode()
    row.refresh_from_db()
    assert not row.is_approved
    assert "1 text is approved." in run_admin_action(browser, Assessment, "approve", row.pk)
