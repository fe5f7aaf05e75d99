"""Roundtable files that are wrong, odd or hostile: each loads, or is refused in words."""

import json
import re
from pathlib import Path
from unittest import mock

import pytest
from django.core.management import CommandError
from django.db import OperationalError
from django.test import Client

from outcomes.models import Outcome
from outcomes.models.outcome import letter_number
from tests.conftest import FULL
from tests.roundtable_files import (
    CORPUS,
    HEAD,
    POINTS,
    ROOT,
    SLUG,
    load_roundtable,
    rejection_messages,
    replace_text,
)

pytestmark = pytest.mark.django_db


TEN = (
    ('name = "Talks"', 'name = ""', "series.name", "It is empty."),
    (SLUG, f'{SLUG}\ntitel = "First talk"', "event.titel", "Did you mean “title”?"),
    ('time_zone = "Asia/Dhaka"', 'time_zone = "Asia/Daka"', "event.time_zone", "Asia/Bangkok"),
    ("starts_on = 2025-01-01", 'starts_on = "1 January"', "event.starts_on", "without quotes"),
    ('kind = "civil-society"', 'kind = "ngo"', "organisations(harbour).kind", "civil-society"),
    ('role = "cohost"', 'role = "host"', "organisations(harbour).roles(host).role", "“cohost”?"),
    ("number = 4", "number = -4", "counts(government).number", "greater than or equal to 0"),
    ('title = "Agenda"', 'title = "Agenda"\nurl = "agenda"', "documents(Agenda).url", "https://"),
    ('addressees = ["all", "port"]', 'addressees = ["al"]', f"{POINTS}(1.a).addressees", "“all”?"),
    ('leads = ["harbour", "port"]', 'leads = ["me"]', "commitments(TALK1-C1).leads", "“me” here"),
)


def test_each_error_gives_one_message(file: Path) -> None:
    for before, after, _where, _says in TEN:
        replace_text(file, before, after)
    sentences = rejection_messages(file)
    assert len(sentences) == len(TEN)
    for _before, _after, where, says in TEN:
        (found,) = [sentence for sentence in sentences if sentence.startswith(f"[{where}] ")]
        assert says in found


def test_multiline_names_are_rejected(file: Path) -> None:
    replace_text(file, 'name = "Talks"', 'name = "Two\\nlines"')
    assert rejection_messages(file) == ["[series.name] Write it on one line."]


# What each file of the corpus is refused for; nothing where it loads.
REFUSED = {
    "addresses.toml": ["event.source_url", "documents(Agenda).url"],
    "backwards.toml": ["event.ends_on"],
    "bom.toml": [],
    "crlf.toml": [],
    "empty.toml": ["series", "event"],
    "endless-number.toml": [""],
    "event-twice.toml": [""],
    "groups.toml": ["groups(all).slug"],
    "html.toml": [""],
    "impossible-day.toml": [""],
    "invisible.toml": ["event.title", "event.city"],
    "large-number.toml": ["counts(agency).number"],
    "no-point.toml": ["statement.state"],
    "not-toml.toml": [""],
    "not-utf8.toml": [""],
    "nul.toml": ["event.title"],
    "numbers.toml": [
        f"{POINTS}(#2).number",
        f"{POINTS}(first).number",
        f"{POINTS}(first).kind",
        "statement.lead_ins(#2).number",
        f"{POINTS}(2.a).number",
        f"{POINTS}(2.a).kind",
    ],
    "scripts.toml": [],
    "shapes.toml": ["series", "event", "themes", "organisations"],
    "spreadsheet.toml": [""],
    "strangers.toml": [
        f"{POINTS}(1.a).themes",
        f"{POINTS}(1.a).addressees",
        "commitments(CORPUS1-C1).leads",
        "commitments(CORPUS1-C1).outcomes",
        "commitments(CORPUS1-C1).partners",
    ],
    "terminal.toml": ["event.U+001B[2J", "event.title"],
    "too-long.toml": ["event.title", "event.city"],
    "types.toml": [
        "event.title",
        "event.starts_on",
        "event.ends_on",
        "event.is_public",
        "event.city",
    ],
    "unknown-keys.toml": ["organisation", "series.nmae", "event.titel"],
    "utf16.toml": [""],
}


def test_corpus_files_are_all_listed() -> None:
    assert sorted(path.name for path in (CORPUS / "roundtables").iterdir()) == sorted(REFUSED)
    assert b"\r\n" in (CORPUS / "roundtables" / "crlf.toml").read_bytes()


@pytest.mark.parametrize("name", REFUSED)
def test_corpus_loads_or_is_rejected_with_message(name: str) -> None:
    path = CORPUS / "roundtables" / name
    if not REFUSED[name]:
        assert load_roundtable(path) == "2 added, 0 changed, 0 removed, 0 unchanged.\n"
        return
    sentences = rejection_messages(path)
    found = [re.match(r"\[(.*?)\] [A-Z“]", sentence) for sentence in sentences]
    assert sorted(match[1] if match else "" for match in found) == sorted(REFUSED[name])
    assert all(sentence.endswith((".", "?", "…", "https://")) for sentence in sentences)
    assert all(sentence.isprintable() for sentence in sentences)


def quoted(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def naughty_file(texts: list[str]) -> str:
    """A roundtable whose points are these texts."""
    lines = [HEAD, "is_public = true", '[statement]\ntitle = "Naughty"\nstate = "published"']
    lines.append('[[statement.lead_ins]]\nnumber = "1"\ntext = "We agree:"')
    for number, text in enumerate(texts):
        lines.append(f'[[statement.lead_ins.points]]\nnumber = "1.{letter_number(number)}"')
        lines.append(f'kind = "principle"\ntext = {quoted(text)}')
    return "\n".join(lines)


def assert_stored_or_refused(texts: list[str], path: Path) -> int:
    """Every text is stored as it is, or refused by a sentence at its own place; how many are."""
    path.write_text(naughty_file(texts), "utf-8")
    places = [f"[{POINTS}(1.{letter_number(n)}).text] " for n in range(len(texts))]
    refused = rejection_messages(path)
    assert all(any(s.startswith(place) for place in places) for s in refused)
    good = [
        text
        for text, place in zip(texts, places, strict=True)
        if not any(s.startswith(place) for s in refused)
    ]
    path.write_text(naughty_file(good), "utf-8")
    load_roundtable(path)
    stored = [point.text for point in Outcome.objects.points()]
    assert stored == [text.strip() for text in good]
    assert Client().get("/roundtables/talk-1/").status_code == 200
    return len(texts) - len(good)


def test_naughty_strings(tmp_path: Path) -> None:
    texts = (CORPUS / "naughty.txt").read_text("utf-8").removesuffix("\n").split("\n")
    # None of these can be shown: NUL, a control character, nothing but blanks, nothing at all.
    bad = ["a\0b", "a\x1b[2J", "\u3000 \t", "", "\u200b"]
    assert assert_stored_or_refused([*texts, *bad], tmp_path / "own.toml") == len(bad)


@pytest.mark.walk
def test_large_list_of_naughty_strings(samples: Path, tmp_path: Path) -> None:
    texts = json.loads((samples / "hostile" / "naughty" / "blns.json").read_text("utf-8"))
    refused = assert_stored_or_refused(texts[:: 1 if FULL else 4], tmp_path / "large.toml")
    assert refused < 20 and (refused or not FULL)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    (sentence,) = rejection_messages(tmp_path / "none.toml")
    assert sentence == "We cannot read the file (No such file or directory). Check its name."
    (sentence,) = rejection_messages(tmp_path)
    assert sentence == "We cannot read the file (Is a directory). Check its name."


def test_oversized_file_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    path.write_text(HEAD + "# " + "x" * 1024 * 1024)
    (sentence,) = rejection_messages(path)
    assert sentence.startswith("The file is larger than 1 MB.")


def test_lists_in_lists(tmp_path: Path) -> None:
    path = tmp_path / "deep.toml"
    path.write_text("a = " + "[" * 100_000 + "]" * 100_000)
    (sentence,) = rejection_messages(path)
    assert sentence.startswith("The file has too many lists inside other lists.")


def test_unmigrated_database_gives_one_message(file: Path) -> None:
    problem = OperationalError("no such table: roundtable_event\nLINE 1: …")
    with (
        mock.patch("outcomes.management.commands.load_roundtable.load_file", side_effect=problem),
        pytest.raises(CommandError, match=r"no such table: roundtable_event\)\. Nothing"),
    ):
        load_roundtable(file)


def test_example_of_the_format_loads(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "data.md").read_text("utf-8")
    (example,) = re.findall(r"(?s)```toml\n(.*?)```", text)
    path = tmp_path / "example.toml"
    path.write_text(example, "utf-8")
    assert load_roundtable(path).startswith("15 added, 0 changed, ")
    assert load_roundtable(path).startswith("0 added, 0 changed, 0 removed, 15 unchanged")
