"""Roundtable files and existing data: others' pages, people's corrections, hostile size."""

from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.timezone import localtime

from outcomes.imports.records.loader import EVENT_LOOKUPS
from outcomes.imports.records.results import differs
from outcomes.imports.records.validation import clean_words
from outcomes.models import Commitment, Outcome, Theme
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
    RECORD_2018,
    SLUG,
    load_roundtable,
    rejection_messages,
    replace_text,
)

pytestmark = pytest.mark.django_db

OTHER = "[{}] Another roundtable also uses this, with a different value."


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
def test_row_shared_with_other_event_is_not_changed(
    file: Path, used: Callable[[Event], Series | Group], where: str, name: str
) -> None:
    row = used(make_event())
    (sentence,) = rejection_messages(file)
    assert sentence.startswith(OTHER.format(where))
    row.name = name  # the same values are fine
    row.save()
    assert load_roundtable(file).startswith("19 added, 0 changed, ")


@pytest.mark.parametrize("model", EVENT_LOOKUPS)
def test_event_lookups_end_at_event(model: type[models.Model]) -> None:
    for path in EVENT_LOOKUPS[model]:
        assert not model._default_manager.filter(**{f"{path}__in": Event.objects.all()}).exists()
    related = {relation.get_accessor_name() for relation in model._meta.related_objects}
    # A grant on behalf of an organisation shows nothing of it on a page, nor does who follows it
    # or a change of it or its delegation; a former short name only leads to it.
    silent = {
        "grants",
        "subscriptions",
        "slug_redirects",
        "changes",
        "delegation_changes",
        "letters",
    }
    assert {path.split("__")[0] for path in EVENT_LOOKUPS[model]} | silent >= related


def test_demonstration_does_not_change_the_record_of_2018(tmp_path: Path) -> None:
    load_roundtable(RECORD_2018)
    path = tmp_path / "made-up.toml"
    made_up = HEAD.replace("talks", "bali-process") + "is_demonstration = true\n"
    path.write_text(made_up, "utf-8")
    assert rejection_messages(path)[0].startswith(OTHER.format("series.name"))
    group = '[[groups]]\nslug = "governments"\nname = "HACKED"\n'
    path.write_text(HEAD + "is_demonstration = true\n" + group, "utf-8")
    assert rejection_messages(path)[0].startswith(OTHER.format("groups(governments).name"))


def test_groups_and_organisations_share_no_slug(file: Path) -> None:
    make_group(slug="port")
    make_organisation(slug="all")
    assert rejection_messages(file) == [
        "[groups(all).slug] An organisation already has this short name. Choose another one.",
        "[organisations(port).slug] A group already has this short name. Choose another one.",
    ]


@pytest.mark.parametrize("adoption", ["signed", "elsewhere"])
def test_file_cannot_mark_statement_as_signed(file: Path, adoption: str) -> None:
    title = 'title = "What was agreed"'
    replace_text(file, title, f'{title}\nadoption = "{adoption}"')
    sentence = {
        "signed": "Only signatures in the portal decide this. Write: source.",
        "elsewhere": "We do not know “elsewhere” here. Write one of these: source, signed.",
    }
    assert rejection_messages(file) == [f"[statement.adoption] {sentence[adoption]}"]
    load_roundtable(replace_text(file, adoption, "source"))


def test_each_change_is_stored_and_shows_the_previous_value(file: Path) -> None:
    load_roundtable(file)
    for before, after in (
        ('title = "First talk"', 'title = "First talk on work at sea"'),
        ('name = "All"', 'name = "Everyone"'),  # of this roundtable only
        ('name = "Port Authority"', 'name = "Port"'),
        ("number = 4", "number = 5"),
        ('text = "listen first."', f'text = "listen first.{"." * 100} Then speak."'),
        ('themes = ["sea"]', "themes = []"),
        ("due_on = 2026-01-01", 'due_on = ""'),
        ('addressees = ["all", "port"]', 'addressees = ["all"]'),
        ('leads = ["harbour", "port"]', 'leads = ["harbour"]'),
    ):
        replace_text(file, before, after)
    first, *said = load_roundtable(file).splitlines()
    assert first.startswith("0 added, 7 changed, 2 removed, ")
    assert said == [
        "Changed: [event.title] “First talk” -> “First talk on work at sea”.",
        "Changed: [groups(all).name] “All” -> “Everyone”.",
        "Changed: [organisations(port).name] “Port Authority” -> “Port”.",
        "Changed: [counts(government).number] “4” -> “5”.",
        f"Changed: [{POINTS}(1.a).themes] “Work at sea” -> nothing.",
        f"Changed: [{POINTS}(1.b).text] “listen first.” -> “listen first.{'.' * 47}…”.",
        "Changed: [commitments(TALK1-C1).due_on] “2026-01-01” -> nothing.",
        f"Removed: [{POINTS}(1.a).addressees] Port.",
        "Removed: [commitments(TALK1-C1).leads] Port.",
    ]
    event, commitment = Event.objects.get(), Commitment.objects.get()
    assert (event.title, event.history.count()) == ("First talk on work at sea", 2)
    assert event.recorded_counts.get().number == 5
    first_point, second_point = Outcome.objects.points()
    assert second_point.text.endswith(" Then speak.") and not first_point.themes.exists()
    assert [str(one) for one in first_point.addressees.all()] == ["Everyone"]
    assert {str(party) for party in commitment.parties.all()} == {"Harbour Clinic", "Everyone"}
    assert commitment.due_on is None and Organisation.objects.filter(slug="port").exists()


def test_difference_late_in_text_is_shown(file: Path) -> None:
    load_roundtable(replace_text(file, "listen first.", "a" * 100 + " one"))
    replace_text(file, "a one", "a two")
    assert f"“…{'a' * 19} one” -> “…{'a' * 19} two”" in load_roundtable(file)


def say_that_a_person_did_it(row: Event | Outcome) -> None:
    """Names an account at the last change of a row, as the admin does."""
    last = row.history.latest()
    last.history_user_id = make_user().pk
    last.save()


def test_corrections_by_people_are_reported(file: Path) -> None:
    load_roundtable(replace_text(file, SLUG, f'{SLUG}\ncity = "Galle"\nvenue = "Hall"'))
    event = Event.objects.get()
    event.city = "Matara"
    event.save()
    say_that_a_person_did_it(event)
    point = Outcome.objects.get(number="1.a")
    point.themes.add(make_theme(name="Harbours"))
    say_that_a_person_did_it(point)
    replace_text(file, 'venue = "Hall"', 'venue = "Great hall"')
    said = load_roundtable(file)
    day = localtime(event.history.latest().history_date).date()
    note = f" A person wrote the earlier value on {day}. If it was correct, write it in the file.\n"
    assert f"Changed: [event.city] “Matara” -> “Galle”.{note}" in said
    assert "Changed: [event.venue] “Hall” -> “Great hall”.\n" in said
    assert f"[{POINTS}(1.a).themes] “Harbours, Work at sea” -> “Work at sea”.{note}" in said
    assert not differs(Event.objects.get(), "city", "Galle")

    replace_text(file, 'city = "Galle"', 'city = "Kandy"')  # what the command wrote, no person did
    assert "Changed: [event.city] “Galle” -> “Kandy”.\n" in load_roundtable(file)


@pytest.mark.parametrize(
    "key",
    [
        ".".join(["a"] * 40_000) + " = 1",
        f"[{' . '.join(['a'] * 20_000)}]",
        "x = { " + ".".join(['"a.a"'] * 20_000) + " = 1 }",
        ".".join(["'a'"] * 20_000) + " = 1",
    ],
)
def test_keys_with_too_many_parts_are_rejected(tmp_path: Path, key: str) -> None:
    path = tmp_path / "dotted.toml"
    path.write_text(HEAD + key, "utf-8")
    sentence = "Line 13 joins more than 30 words with dots. Write it more simply."
    assert rejection_messages(path) == [sentence]


LONG = 900_000 if FULL else 200_000


@pytest.mark.parametrize("part", ["a", '"\\', '"', "a "])
def test_long_text_without_a_key_is_rejected_once(tmp_path: Path, part: str) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(part * (LONG // len(part)), "utf-8")
    began = process_time()
    assert len(rejection_messages(path)) == 1
    assert process_time() - began < (10 if FULL else 5)


def test_word_that_a_long_list_repeats_is_rejected() -> None:
    words = [f"word-{number}" for number in range(30_000)]
    assert clean_words(words) == words
    with pytest.raises(ValidationError, match="“word-7” appears twice here"):
        clean_words([*words, "word-7"])
