"""Roundtable files and what stands already: others' pages, people's corrections, hostile size."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.timezone import localtime

from outcomes.imports.records.loader import EVENTS_OF
from outcomes.imports.records.results import differs
from outcomes.imports.records.validation import clean_words
from outcomes.models import Outcome, Theme
from participants.models import Group, Organisation
from roundtable.models import Event, Series
from tests.conftest import FULL
from tests.factories import (
    make_addressee,
    make_event,
    make_group,
    make_organisation,
    make_outcome,
    make_role,
    make_series,
    make_statement,
    make_theme,
    make_user,
)
from tests.roundtable_files import (
    HEAD,
    POINTS,
    RECORD,
    SLUG,
    change,
    load,
    refusal,
    write_whole,
)

pytestmark = pytest.mark.django_db

OTHER = "[{}] Another roundtable has it too and says something else."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A roundtable file with something in each table."""
    return write_whole(tmp_path)


def used_series(event: Event) -> Series:
    """The series of the file, with another roundtable in it."""
    series = make_series(slug="talks", name="Other talks")
    event.series = series
    event.save()
    return series


def used_theme(event: Event) -> Theme:
    """The theme of the file, at a point of another roundtable."""
    theme = make_theme(slug="sea", name="At sea")
    make_outcome_of(event).themes.add(theme)
    return theme


def used_group(event: Event) -> Group:
    """The group of the file, addressed by a point of another roundtable."""
    group = make_group(slug="all", name="Everyone")
    make_addressee(make_outcome_of(event), group=group)
    return group


def used_organisation(event: Event) -> Organisation:
    """An organisation of the file, at another roundtable too."""
    organisation = make_organisation(slug="port", name="Harbour Board", kind="government")
    make_role(event, organisation=organisation)
    return organisation


def make_outcome_of(event: Event) -> Outcome:
    """A point of that roundtable."""
    statement = make_statement(event, published=False)
    lead_in = statement.outcomes.filter(parent=None).get()
    return make_outcome(statement, parent=lead_in, position=9)


@pytest.mark.parametrize(
    ("used", "where", "name"),
    [
        (used_series, "series.name", "Talks"),
        (used_theme, "themes(sea).name", "Work at sea"),
        (used_group, "groups(all).name", "All"),
        (used_organisation, "organisations(port).name", "Port Authority"),
    ],
)
def test_what_another_roundtable_has_too_is_not_changed(
    file: Path, used: Callable[[Event], Series | Group], where: str, name: str
) -> None:
    row = used(make_event())
    (sentence,) = refusal(file)
    assert sentence.startswith(OTHER.format(where))
    row.name = name  # the same values are fine
    row.save()
    assert load(file).startswith("19 added, 0 changed, ")


def test_what_no_other_roundtable_has_is_changed(file: Path) -> None:
    load(file)
    change(file, 'name = "All"', 'name = "Everyone"')
    change(file, 'name = "Port Authority"', 'name = "Port"')
    assert load(file).startswith("0 added, 2 changed, ")


@pytest.mark.parametrize("model", EVENTS_OF)
def test_ways_to_roundtables_end_at_one(model: type[models.Model]) -> None:
    for path in EVENTS_OF[model]:
        assert not model._default_manager.filter(**{f"{path}__in": Event.objects.all()}).exists()
    related = {relation.get_accessor_name() for relation in model._meta.related_objects}
    # A grant on behalf of an organisation shows nothing of it on a page, nor does who follows it;
    # a former short name only leads to it.
    silent = {"grants", "followers", "former_slugs"}
    assert {path.split("__")[0] for path in EVENTS_OF[model]} | silent >= related


def test_demonstration_does_not_change_the_record_of_2018(tmp_path: Path) -> None:
    load(RECORD)
    path = tmp_path / "made-up.toml"
    made_up = HEAD.replace("talks", "bali-process") + "is_demonstration = true\n"
    path.write_text(made_up, "utf-8")
    assert refusal(path)[0].startswith(OTHER.format("series.name"))
    group = '[[groups]]\nslug = "governments"\nname = "HACKED"\n'
    path.write_text(HEAD + "is_demonstration = true\n" + group, "utf-8")
    assert refusal(path)[0].startswith(OTHER.format("groups(governments).name"))


def test_groups_and_organisations_have_no_short_name_in_common(file: Path) -> None:
    make_group(slug="port")
    make_organisation(slug="all")
    assert refusal(file) == [
        "[groups(all).slug] An organisation has this short name. Choose another one.",
        "[organisations(port).slug] A group has this short name. Choose another one.",
    ]


@pytest.mark.parametrize("adoption", ["signed", "elsewhere"])
def test_no_file_says_that_a_statement_was_signed_here(file: Path, adoption: str) -> None:
    title = 'title = "What was agreed"'
    change(file, title, f'{title}\nadoption = "{adoption}"')
    sentence = {
        "signed": "Signatures here alone decide about this. Write: source.",
        "elsewhere": "“elsewhere” is not known here. Write one of: source, signed.",
    }
    assert refusal(file) == [f"[statement.adoption] {sentence[adoption]}"]
    load(change(file, adoption, "source"))


def test_each_change_says_what_stood_there(file: Path) -> None:
    load(file)
    change(file, 'title = "First talk"', 'title = "First talk on work at sea"')
    change(file, "number = 4", "number = 5")
    change(file, 'text = "listen first."', f'text = "listen first.{"." * 100} Then speak."')
    change(file, 'themes = ["sea"]\n', "")
    change(file, "due_on = 2026-01-01\n", "")
    change(file, 'addressees = ["all", "port"]', 'addressees = ["all"]')
    change(file, 'leads = ["harbour", "port"]', 'leads = ["harbour"]')
    change(file, '[[documents]]\ntitle = "Agenda"\n\n', "")
    first, *said = load(file).splitlines()
    assert first.startswith("0 added, 5 changed, 3 removed, ")
    assert said == [
        "Changed: [event.title] “First talk” -> “First talk on work at sea”.",
        "Changed: [counts(government).number] “4” -> “5”.",
        f"Changed: [{POINTS}(1.a).themes] “Work at sea” -> nothing.",
        f"Changed: [{POINTS}(1.b).text] “listen first.” -> “listen first.{'.' * 47}…”.",
        "Changed: [commitments(TALK1-C1).due_on] “2026-01-01” -> nothing.",
        "Removed: [documents] Agenda.",
        f"Removed: [{POINTS}(1.a).addressees] Port Authority.",
        "Removed: [commitments(TALK1-C1).leads] Port Authority.",
    ]


def test_far_into_a_text_the_difference_is_shown(file: Path) -> None:
    load(change(file, "listen first.", "a" * 100 + " one"))
    change(file, "a one", "a two")
    assert f"“…{'a' * 19} one” -> “…{'a' * 19} two”" in load(file)


def say_that_a_person_did_it(row: Event | Outcome) -> None:
    """Names an account at the last change of a row, as the admin does."""
    last = row.history.latest()
    last.history_user_id = make_user().pk
    last.save()


def test_corrections_by_people_are_named(file: Path) -> None:
    load(change(file, SLUG, f'{SLUG}\ncity = "Galle"\nvenue = "Hall"'))
    event = Event.objects.get()
    event.city = "Matara"
    event.save()
    say_that_a_person_did_it(event)
    point = Outcome.objects.get(number="1.a")
    point.themes.add(make_theme(name="Harbours"))
    say_that_a_person_did_it(point)
    change(file, 'venue = "Hall"', 'venue = "Great hall"')
    said = load(file)
    day = localtime(event.history.latest().history_date).date()
    note = f" A person had written the former on {day}: put it into the file if it was right.\n"
    assert f"Changed: [event.city] “Matara” -> “Galle”.{note}" in said
    assert "Changed: [event.venue] “Hall” -> “Great hall”.\n" in said
    assert f"[{POINTS}(1.a).themes] “Harbours, Work at sea” -> “Work at sea”.{note}" in said
    assert not differs(Event.objects.get(), "city", "Galle")

    change(file, 'city = "Galle"', 'city = "Kandy"')  # what the command wrote, no person did
    assert "Changed: [event.city] “Galle” -> “Kandy”.\n" in load(file)


@pytest.mark.parametrize(
    "key",
    [
        ".".join(["a"] * 40_000) + " = 1",
        f"[{' . '.join(['a'] * 20_000)}]",
        "x = { " + ".".join(['"a.a"'] * 20_000) + " = 1 }",
        ".".join(["'a'"] * 20_000) + " = 1",
    ],
)
def test_keys_of_very_many_parts(tmp_path: Path, key: str) -> None:
    path = tmp_path / "dotted.toml"
    path.write_text(HEAD + key, "utf-8")
    sentence = "Line 13 joins more than 30 words by dots. Write it more simply."
    assert refusal(path) == [sentence]


LONG = 900_000 if FULL else 200_000


@pytest.mark.parametrize("part", ["a", '"\\', '"', "a "])
def test_long_text_without_a_key_is_rejected_once(tmp_path: Path, part: str) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(part * (LONG // len(part)), "utf-8")
    assert len(refusal(path)) == 1


def test_word_that_a_long_list_repeats_is_rejected() -> None:
    words = [f"word-{number}" for number in range(30_000)]
    assert clean_words(words) == words
    with pytest.raises(ValidationError, match="“word-7” stands here twice"):
        clean_words([*words, "word-7"])
