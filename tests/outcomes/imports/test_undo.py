"""An import is undone: what it added and changed goes back, what someone built on stays."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from outcomes.imports.tasks import resume_interrupted
from outcomes.models import Commitment, ImportedRow, Upload
from participants.models import Delegate, Organisation, Participation, User
from roundtable.models import AuditEntry, Event
from tests.factories import (
    compare_with_source,
    make_delegate,
    make_event,
    make_holder,
    make_invitation,
    make_participation,
    make_update,
    make_user,
)
from tests.fixture_types import Sign
from tests.form_fields import form_fields
from tests.import_pages import (
    UPLOAD_URL,
    admin_text,
    check_list,
    csv,
    import_list,
    preview_file,
    run_import_worker,
)
from tests.page_text import page_html
from tests.roundtable_files import database_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
PLEDGES = ("No,Pledge,Who,Year", "P-1,Train all officers.,port,2019", "P-2,Meet.,harbour,2020")
# What an import leaves behind even if all of it is undone.
TRACES = {
    *("roundtable.AuditEntry", "roundtable.AuditHead", "roundtable.AuditKey"),
    *("roundtable.IdempotencyKey", "outcomes.ImportedRow", "participants.Erasure"),
}


@pytest.fixture
def browser(client_of: Sign, editor: User) -> Client:
    return client_of(editor)


def import_rows(browser: Client, talk: Event, *lines: str, **changed: str) -> None:
    answer = preview_file(browser, csv(*lines), talk, name="list.csv")
    if changed:
        answer = check_list(browser, answer, **changed)
    import_list(browser, answer)
    assert Upload.objects.latest("pk").state == Upload.State.DONE


def undo_newest(browser: Client) -> str:
    """Follows the first link “Undo” of the list of past imports, and presses; what is said."""
    address = re.search(r'href="([^"]+/undo/)"', page_html(browser.get(UPLOAD_URL)))
    assert address
    page = browser.get(address[1])
    sent = {name: found[0] for name, found in form_fields(page_html(page)).items()}
    answer = browser.post(address[1], sent)
    assert answer.status_code == 302
    run_import_worker()
    return admin_text(browser.get(answer["Location"]))


def kept_rows() -> dict[str, Any]:
    rows = database_rows()
    return {
        label: found
        for label, found in rows.items()
        if label not in TRACES and "Historical" not in label
    }


def test_people_organisations_and_commitments_are_taken_back(browser: Client, talk: Event) -> None:
    before = kept_rows()
    people = ("Participant;Employer;E-mail", "Rita Sen;Quay Union;rita@example.org", "Omar;port;")
    import_rows(browser, talk, *people, rest="new", rest_kind="government")
    assert Organisation.objects.filter(name="Quay Union").exists()
    assert Participation.objects.filter(delegate__name="Rita Sen").exists()
    said = undo_newest(browser)
    assert "The import is undone." in said and "What stays" not in said
    assert not Organisation.objects.filter(name="Quay Union").exists()
    assert not Delegate.objects.filter(name__in=["Rita Sen", "Omar"]).exists()
    import_rows(browser, talk, *PLEDGES)
    undo_newest(browser)
    after = kept_rows()
    assert {label for label in before if before[label] != after[label]} <= {
        "participants.Act",  # asked, then gone
        "participants.Bundle",
        "outcomes.ImportRecipe",
    }
    assert not ImportedRow.objects.exists()
    assert AuditEntry.objects.filter(action="undo import", detail="TALK1").count() == 2
    # Nothing is left to undo, and the list says so.
    said = admin_text(browser.get(UPLOAD_URL))
    assert said.count("Undone") == 2 and "Undo " not in said.replace("Undone", "")


def test_changed_values_go_back_unless_changed_since(browser: Client, talk: Event) -> None:
    import_rows(browser, talk, *PLEDGES)
    again = [
        line.replace("Train all", "Train most").replace("Meet.", "Meet again.") for line in PLEDGES
    ]
    import_rows(browser, talk, *again)
    second = Commitment.objects.get(text="Meet again.")
    second.text = "Meet twice."
    second.save()
    said = undo_newest(browser)
    assert "1 commitments: it was changed since" in said
    assert talk.commitments.filter(text="Train all officers.").exists()
    assert talk.commitments.filter(text="Meet twice.").exists()
    # The first import: one of its two was changed by the second and by hand, one is as it was.
    said = undo_newest(browser)
    assert "2 commitments: it was changed since" in said
    assert talk.commitments.filter(text="Train all officers.").exists()


@pytest.mark.parametrize("built", ["public", "compared", "focal point", "report"])
def test_commitment_on_which_something_was_built_stays(
    built: str, browser: Client, talk: Event
) -> None:
    import_rows(browser, talk, *PLEDGES)
    first = Commitment.objects.get(text="Train all officers.")
    if built == "public":
        Commitment.objects.filter(pk=first.pk).update(state="public")
    elif built == "compared":
        compare_with_source(first)
    elif built == "focal point":
        first.parties.update(focal_point=make_delegate())
    else:
        make_update(first, approved=False)
    said = undo_newest(browser)
    assert "What stays, and why 1 commitments:" in said
    assert talk.commitments.filter(pk=first.pk).exists()
    assert not talk.commitments.filter(text="Meet.").exists()


def test_people_who_were_invited_joined_or_are_elsewhere_stay(browser: Client, talk: Event) -> None:
    lines = [f"Person {n};port;p{n}@example.org" for n in range(4)]
    import_rows(browser, talk, "Participant;Employer;E-mail", *lines)
    invited, joined, elsewhere, new = Delegate.objects.filter(name__startswith="Person ").order_by(
        "name"
    )
    make_invitation(delegate=invited, event=talk, email=invited.invitation_email)
    joined.write(user=make_user())
    make_participation(elsewhere, make_event(), confirmed=False)
    said = undo_newest(browser)
    assert "3 delegates: the person was invited, confirmed or has an account" in said
    assert [*Delegate.objects.filter(name__startswith="Person ").order_by("name")] == [
        invited,
        joined,
        elsewhere,
    ]
    assert not Delegate.objects.filter(pk=new.pk).exists()


def test_new_organisation_that_someone_used_stays(browser: Client, talk: Event) -> None:
    people = ("Participant;Employer", "Rita Sen;Quay Union", "Omar;Sea Office")
    import_rows(browser, talk, *people, rest="new", rest_kind="government")
    union = Organisation.objects.get(name="Quay Union")
    make_participation(make_delegate(), talk, organisation=union)
    said = undo_newest(browser)
    assert "1 organisations: something was added to it since" in said
    assert Organisation.objects.filter(pk=union.pk).exists()
    assert not Organisation.objects.filter(name="Sea Office").exists()


def test_removed_parties_and_points_come_back(browser: Client, talk: Event) -> None:
    head = "No,Pledge,Who,Outcomes"
    import_rows(browser, talk, head, "P-1,Train all.,port,1.a", "P-2,Meet.,harbour,1.a")
    import_rows(browser, talk, head, "P-1,Train all.,harbour,1.b", "P-2,Meet.,harbour,1.a")
    stored = talk.commitments.get(text="Train all.")

    def said() -> tuple[list[str], list[str]]:
        parties = sorted(str(row) for row in stored.parties.all())
        return parties, [point.number for point in stored.outcomes.all()]

    assert said() == (["Harbour Clinic"], ["1.b"])
    undo_newest(browser)
    assert said() == (["Port Authority"], ["1.a"])


def test_other_editor_of_the_roundtable_may_undo_and_no_one_else(
    browser: Client, talk: Event, client_of: Sign
) -> None:
    import_rows(browser, talk, *PLEDGES)
    address = f"{UPLOAD_URL}{Upload.objects.get().key}/undo/"
    stranger = client_of(make_holder(make_event()))
    assert stranger.get(address).status_code == 404
    assert stranger.post(address).status_code == 404
    assert Upload.objects.get().undo_asked_at is None
    assert "The import is undone." in undo_newest(client_of(make_holder(talk)))
    assert not talk.commitments.filter(text="Meet.").exists()


def test_undo_goes_on_after_a_kill_and_twice_does_nothing(browser: Client, talk: Event) -> None:
    import_rows(browser, talk, *PLEDGES)
    Upload.objects.update(undo_asked_at=timezone.now(), undo_asked_by=Upload.objects.get().user)
    resume_interrupted.enqueue()
    resume_interrupted.enqueue()
    run_import_worker()
    assert Upload.objects.get().undone_at
    assert not talk.commitments.filter(text="Meet.").exists()
    assert AuditEntry.objects.filter(action="undo import").count() == 0  # asked once, above
    browser.post(f"{UPLOAD_URL}{Upload.objects.get().key}/undo/")
    assert AuditEntry.objects.filter(action="undo import").count() == 0


def test_person_who_lost_the_right_undoes_nothing(
    browser: Client, talk: Event, editor: User
) -> None:
    import_rows(browser, talk, *PLEDGES)
    browser.post(f"{UPLOAD_URL}{Upload.objects.get().key}/undo/")
    editor.grants.all().delete()
    run_import_worker()
    assert talk.commitments.filter(text="Meet.").exists()
    assert {row.kept for row in ImportedRow.objects.all()} == {"forbidden"}
