"""Answers about a list are kept for the next list of the same shape, and used by a command."""

from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from outcomes.imports.records.snapshot import event_content
from outcomes.imports.workbook.export import write_workbook
from outcomes.models import ImportRecipe, Upload
from participants.models import Delegate, User
from roundtable.models import Event
from tests.factories import make_event, make_holder
from tests.fixture_types import Sign
from tests.form_fields import form_fields
from tests.import_pages import (
    UPLOAD_URL,
    admin_text,
    check_list,
    csv,
    import_list,
    list_fields,
    preview_file,
)
from tests.page_text import page_html
from tests.roundtable_files import database_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
HEAD = "Who takes part;Their house;Sort"


@pytest.fixture
def browser(client_of: Sign, editor: User) -> Client:
    return client_of(editor)


def keep_answers(browser: Client, talk: Event, **more: str) -> None:
    """Imports a list that no one could read unaided, as a person does."""
    rows = csv("List of the day;;", HEAD, "Rita Sen;Port Auth;Lembaga", "TBC;Quay Union;Lembaga")
    answer = preview_file(browser, rows, talk, name="Visitors.csv")
    columns = {"column0": "name", "column1": "organisation", "column2": "new_kind"}
    answer = check_list(browser, answer, heading_row="1", kind="delegates")
    answer = check_list(browser, answer, **columns)
    names = {field.label: field.html_name for field in answer.context["form"]}
    given = {names["Port Auth"]: "port"}
    answer = check_list(browser, answer, **given, **more)
    assert list_fields(answer)["recipe_name"] == more.get("recipe_name", "Visitors")
    import_list(browser, answer)
    assert Delegate.objects.filter(name="Rita Sen").exists()


def test_next_list_of_the_shape_needs_no_answers(browser: Client, talk: Event) -> None:
    keep_answers(browser, talk)
    kept = ImportRecipe.objects.get()
    assert (kept.name, kept.event) == ("Visitors", talk)
    assert "Rita" not in str(kept.content) and "TBC" not in str(kept.content)
    rows = csv("Another day;;", HEAD, "Omar Said;Port Auth;Lembaga")
    answer = preview_file(browser, rows, talk, name="next.csv")
    said = admin_text(answer)
    assert "1 row: 1 to add" in said and "kept as “Visitors”" in said
    # Other headings are another shape.
    other = preview_file(browser, csv("Name;Employer", "Omar;port"), talk, name="third.csv")
    assert list_fields(other)["recipe_name"] == "third"


def test_answers_can_be_forgotten_or_not_kept(browser: Client, talk: Event) -> None:
    keep_answers(browser, talk)
    page = browser.get(UPLOAD_URL)
    assert "Visitors" in admin_text(page)
    sent = {
        name: found[0] for name, found in form_fields(page_html(page), containing="act").items()
    }
    browser.post(UPLOAD_URL, sent | {"recipe": str(ImportRecipe.objects.get().pk)})
    assert not ImportRecipe.objects.exists()
    browser.post(UPLOAD_URL, sent | {"recipe": "1 or more"})
    Delegate.objects.filter(name="Rita Sen").delete()
    keep_answers(browser, talk, recipe_name="")
    assert not ImportRecipe.objects.exists()


def test_kept_answers_are_those_of_the_roundtable(
    browser: Client, talk: Event, client_of: Sign
) -> None:
    keep_answers(browser, talk)
    other = make_event()
    stranger = client_of(make_holder(other))
    assert "Visitors" not in admin_text(stranger.get(UPLOAD_URL))
    stranger.post(UPLOAD_URL, {"act": "forget", "recipe": str(ImportRecipe.objects.get().pk)})
    assert ImportRecipe.objects.exists()
    rows = csv("Another day;;", HEAD, "Omar Said;Port Auth;Lembaga")
    answer = preview_file(stranger, rows, other, name="next.csv")
    assert "Visitors" not in admin_text(answer)


def run_command(path: Path, by: User, *given: str) -> str:
    said = StringIO()
    call_command("import_file", str(path), f"--by={by.email}", *given, stdout=said, stderr=said)
    return said.getvalue()


def test_command_imports_by_recipe(
    browser: Client, talk: Event, editor: User, tmp_path: Path
) -> None:
    keep_answers(browser, talk)
    path = tmp_path / "Visitors 2.csv"
    rows = csv("Day;;", HEAD, "Omar Said;Port Auth;Lembaga", "Lin;Unknown House;Lembaga")
    path.write_bytes(rows)
    given = ("--roundtable=TALK1", "--recipe=Visitors", "--source=By email")
    before = database_rows()
    said = run_command(path, editor, *given, "--check")
    assert "2 rows: 1 to add, 0 to change, 0 as on record, 0 new organisations." in said
    assert "Stays, row 4: “Unknown House” is not on record." in said
    assert database_rows() == before
    said = run_command(path, editor, *given)
    assert Delegate.objects.filter(name="Omar Said").exists()
    assert not Delegate.objects.filter(name="Lin").exists()
    assert Upload.objects.latest("pk").source == "By email"
    uploads = Upload.objects.count()
    with pytest.raises(CommandError, match="Nothing is imported"):
        run_command(path, editor, *given)
    for wrong, sentence in (
        (("--roundtable=TALK1", "--recipe=Other"), "No answers are kept as “Other”"),
        (("--roundtable=NONE", "--recipe=Visitors"), "may edit no roundtable"),
    ):
        with pytest.raises(CommandError, match=sentence):
            run_command(path, editor, *wrong)
    with pytest.raises(CommandError, match="No account with this address"):
        run_command(path, User(email="stranger@example.org"), *given)
    assert Upload.objects.count() == uploads


def test_command_needs_no_code_where_the_workbook_says_it(
    talk: Event, editor: User, tmp_path: Path
) -> None:
    content = event_content(talk)
    content["documents"] += [{"title": "Minutes"}]
    path = tmp_path / "talk.xlsx"
    path.write_bytes(write_workbook(content))
    assert "added 1, changed 0, unchanged" in run_command(path, editor)
    assert talk.documents.filter(title="Minutes").exists()
    path = tmp_path / "list.csv"
    path.write_bytes(csv("Participant;Employer", "Rita Sen;port"))
    with pytest.raises(CommandError, match="Say with --roundtable where the rows belong"):
        run_command(path, editor)
    with (
        patch("outcomes.management.commands.import_file.MAX_FILE_MEGABYTES", 0),
        pytest.raises(CommandError, match="The file is larger than 0 MB"),
    ):
        run_command(path, editor, "--roundtable=TALK1")
