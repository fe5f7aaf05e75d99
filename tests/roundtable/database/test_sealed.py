"""What sealed columns hold shows in no byte of the database, and opens in its own row only."""

import random
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from pytest_django import Settings

from participants.models import ContactChannel, Delegate
from roundtable.checks import check_data_key, check_sealed_data
from roundtable.database import sealed
from roundtable.database.schema import require
from roundtable.encryption import DecryptionError, seal_head
from roundtable.uploads.sealed_files import SealedStorage
from tests.factories import make_channel, make_delegate

FORMER, NEW_KEY = "data-in-tests-only-" + "x" * 40, "another-data-key-" + "n" * 40
LOST = (
    "DATA_KEY does not open what the database keeps sealed; set the key with which it was sealed,"
    " or add that key to DATA_KEY_FALLBACKS."
)
REFUSAL = "The portal can no longer read this. Tell the people who run the portal."


def stored(row: models.Model, column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column} FROM {row._meta.db_table} WHERE id = %s",
            [row.pk],
        )
        return str(cursor.fetchone()[0])


def store(row: models.Model, column: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {row._meta.db_table} SET {column} = %s WHERE id = %s",
            [value, row.pk],
        )


@pytest.mark.django_db
def test_value_is_read_as_it_was_written_and_stored_sealed() -> None:
    row = make_channel(make_delegate(), kind="other", value="ação example")
    found = ContactChannel.objects.get()
    assert found.value == "ação example"
    assert "example" not in stored(row, "value") and stored(row, "value").isascii()
    # Each save seals it anew, and a row that is saved unread stays as it is.
    before = stored(row, "value")
    ContactChannel.objects.get().save(update_fields=["audience"])
    assert stored(row, "value") == before
    found.save()
    assert stored(row, "value") != before
    found.refresh_from_db()
    assert found.value == "ação example"


@pytest.mark.django_db
def test_value_moved_to_another_row_is_refused() -> None:
    mine, theirs = (make_channel(make_delegate()) for _ in range(2))
    store(mine, "value", stored(theirs, "value"))
    with pytest.raises(DecryptionError, match=REFUSAL):
        _ = ContactChannel.objects.get(pk=mine.pk).value


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["plain@example.org", "sealed1.", "sealed1.00000000.AAAA", "é.é"])
def test_what_is_not_sealed_is_refused(value: str) -> None:
    row = make_channel(make_delegate())
    store(row, "value", value)
    with pytest.raises(DecryptionError, match=REFUSAL):
        _ = ContactChannel.objects.get().value


@pytest.mark.django_db
def test_changed_value_is_refused() -> None:
    row = make_channel(make_delegate())
    sealed_value = stored(row, "value")
    place = random.Random(3).randrange(len(seal_head()), len(sealed_value) - 2)
    other = "A" if sealed_value[place] != "A" else "B"
    store(row, "value", sealed_value[:place] + other + sealed_value[place + 1 :])
    with pytest.raises(DecryptionError):
        _ = ContactChannel.objects.get().value


@pytest.mark.django_db
def test_database_is_asked_nothing_but_whether_there_is_a_value() -> None:
    make_channel(make_delegate(), value="someone@example.org")
    assert ContactChannel.objects.exclude(value="").count() == 1
    assert not ContactChannel.objects.filter(value="").exists()
    with pytest.raises(TypeError):
        ContactChannel.objects.filter(value="someone@example.org").exists()
    for lookup in ("iexact", "startswith", "in", "gt", "regex"):
        with pytest.raises(FieldError):
            ContactChannel.objects.filter(**{f"value__{lookup}": "someone@example.org"})
    with pytest.raises(TypeError), transaction.atomic():
        ContactChannel.objects.update(value="other@example.org")
    # Without its row it opens nothing, and shows nothing.
    assert str(ContactChannel.objects.values_list("value", flat=True).get()) == "(sealed)"


@pytest.mark.django_db
def test_lost_key_is_named_in_one_sentence(settings: Settings) -> None:
    make_channel(make_delegate())
    assert check_sealed_data(["default"]) == []
    settings.DATA_KEY = NEW_KEY
    (error,) = check_sealed_data(["default"])
    assert (error.msg, error.id) == (LOST, "roundtable.E004")
    with pytest.raises(SystemExit, match=f"Roundtable cannot start: {LOST}"):
        # As the web server asks before it starts, on a connection of its own.
        require()


@pytest.mark.parametrize("key", ["short", "SECRET_KEY", "ERASURE_KEY", "SEAL_KEY"])
def test_weak_key_is_named(settings: Settings, key: str) -> None:
    assert check_data_key() == []
    settings.DATA_KEY = getattr(settings, key, key)
    assert [one.id for one in check_data_key()] == ["roundtable.W006"]


@pytest.mark.django_db
def test_reseal_moves_everything_to_the_present_key(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    row = make_channel(make_delegate(), value="someone@example.org")
    settings.DATA_KEY, settings.DATA_KEY_FALLBACKS = NEW_KEY, [FORMER]
    assert not stored(row, "value").startswith(seal_head())
    call_command("reseal")
    assert "1 text is encrypted with the present key." in capsys.readouterr().out
    assert stored(row, "value").startswith(seal_head())
    settings.DATA_KEY_FALLBACKS = []
    assert ContactChannel.objects.get().value == "someone@example.org"
    call_command("reseal")
    assert "0 texts are encrypted" in capsys.readouterr().out
    settings.DATA_KEY = "a-third-key-" + "n" * 40
    with pytest.raises(CommandError, match="1 text cannot be read with the keys that are set"):
        call_command("reseal")


@pytest.mark.django_db(transaction=True)
def test_upgrade_seals_what_was_plain_and_goes_on_after_an_interruption(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [make_channel(make_delegate()) for _ in range(5)]
    # Someone may have written what looks as if it were sealed.
    plain = [f"{row.pk}@example.org" for row in rows[1:]] + [seal_head() + "AAAA"]
    for row, value in zip(rows, plain, strict=True):
        store(row, "value", value)
    monkeypatch.setattr(sealed, "BATCH_SIZE", 2)
    seal_text, calls = sealed.seal_text, []

    def interrupted(*args: str) -> str:
        calls.append(args)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return seal_text(*args)

    monkeypatch.setattr(sealed, "seal_text", interrupted)
    seal_all = sealed.seal_stored("participants", "contactchannel", "value")
    with connection.schema_editor(atomic=False) as editor:
        with pytest.raises(KeyboardInterrupt):
            seal_all(apps, editor)
        assert [stored(row, "value").startswith(seal_head()) for row in rows] == [
            *(True, True, False, False, True)
        ]
        seal_all(apps, editor)
    assert [row.value for row in ContactChannel.objects.order_by("pk")] == plain
    assert len(calls) == 4 + 3


@pytest.mark.parametrize("kind", [InMemoryStorage, FileSystemStorage])
def test_letter_is_stored_sealed_and_opens_under_its_name_only(
    settings: Settings, tmp_path: Path, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not by settings.STORAGES, which would make new storages for the tests that follow.
    inner = kind(location=tmp_path)
    monkeypatch.setattr(SealedStorage, "_files", inner)
    storage = SealedStorage("evidence")
    mine = storage.save("letter-mine.pdf", ContentFile(b"names of people"))
    theirs = storage.save("letter-theirs.pdf", ContentFile(b"others"))

    def content(name: str) -> bytes:
        with inner.open(name) as file:
            return bytes(file.read())

    assert b"people" not in content(mine)
    assert storage.open(mine).read() == b"names of people"
    settings.DATA_KEY, settings.DATA_KEY_FALLBACKS = NEW_KEY, [FORMER]
    assert [storage.reseal(mine), storage.reseal(mine)] == [True, False]
    settings.DATA_KEY_FALLBACKS = []
    assert storage.open(mine).read() == b"names of people"
    with pytest.raises(DecryptionError):
        storage.open(theirs)
    inner.delete(mine)
    moved = inner.save(mine, ContentFile(content(theirs)))
    settings.DATA_KEY = FORMER
    with pytest.raises(DecryptionError):
        storage.open(moved)
    # What was stored before, once and again.
    plain = inner.save("letter-plain.pdf", ContentFile(b"plain"))
    for _ in range(2):
        storage.seal_stored(plain)
        assert content(plain).startswith(seal_head().encode())
        assert storage.open(plain).read() == b"plain"
    storage.seal_stored("letter-lost.pdf")
    for name in (moved, theirs, plain):
        storage.delete(name)
    assert inner.listdir("")[1] == []


@pytest.mark.django_db
def test_handle_that_changes_takes_the_text_with_it() -> None:
    person = make_delegate(about="Ask me about rail")
    person.write(handle="another-handle"[:10])
    assert Delegate.objects.get().about == "Ask me about rail"
