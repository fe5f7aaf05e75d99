"""The stamp differs after each change of what anyone may see, and never before it shows."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.test import Client

from outcomes.models import Commitment, Document, Outcome, ProgressUpdate, Theme
from participants.models import (
    Audience,
    Consent,
    ConsentNotice,
    ContactChannel,
    Delegate,
    Introduction,
    Invitation,
    Organisation,
    SlugRedirect,
    User,
)
from participants.privacy.consent import hide_profile, renew_consent
from roundtable.cache import public_stamp
from roundtable.cache.private_part import PrivatePart
from roundtable.cache.public_stamp import MAX_ROWS, TABLE, read_stamp
from roundtable.database import triggers
from roundtable.database.schema import own_apps
from roundtable.models import Event
from roundtable.web.limits import LimitCount
from tests.factories import (
    NOON,
    make_channel,
    make_commitment,
    make_consent_request,
    make_delegate,
    make_event,
    make_introduction,
    make_invitation,
    make_notice,
    make_organisation,
    make_series,
    make_statement,
    make_theme,
    make_update,
    make_user,
)
from tests.participants.accounts.test_reauthentication import newest_code
from tests.shared_database import shared_database
from tests.sign_in import forget_limits

__all__ = ["shared_database"]  # fixture
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.each_database]
needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time"
)


@pytest.fixture(autouse=True)
def stamp_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever earlier tests did to the database."""
    monkeypatch.setattr(public_stamp, "_silent_until", 0.0)
    monkeypatch.setattr(public_stamp, "_next_check", 0.0)


@pytest.fixture
def other(shared_database: None) -> Iterator[Any]:
    """A second connection; it begins its transactions by itself."""
    public_stamp.install(DEFAULT_DB_ALIAS)
    found = connections.create_connection(DEFAULT_DB_ALIAS)
    yield found
    found.close()


def run(using: Any, sql: str) -> None:
    with using.cursor() as cursor:
        cursor.execute(sql)


# The tables ------------------------------------------------------------------------------


def test_each_table_changes_the_stamp_or_has_a_reason_not_to() -> None:
    reasons = {model.__name__: reason for model, reason, _part in public_stamp.own_models()}
    parts = {model.__name__: part for model, _reason, part in public_stamp.own_models() if part}
    listed: dict[str, str] = {}
    partly: dict[str, PrivatePart] = {}
    for label in own_apps():
        listed |= getattr(apps.get_app_config(label), "never_public", {})
        partly |= getattr(apps.get_app_config(label), "partly_public", {})
    assert {name: reason for name, reason in reasons.items() if reason} == listed
    assert parts == partly and not listed.keys() & partly.keys()
    assert all(len(reason) > 7 for reason in [*listed.values(), *(p.what for p in partly.values())])
    assert len(reasons) == sum(1 for _model in public_stamp.own_models())
    watched = {one.table for one in public_stamp.wanted_triggers(connection.vendor)}
    assert len(watched) == len(reasons) - len(listed) > 60
    conditional = {
        one.table for one in public_stamp.wanted_triggers(connection.vendor) if one.condition
    }
    assert len(conditional) == len(partly)


# Changes ---------------------------------------------------------------------------------


def add_in_bulk() -> None:
    Document.objects.bulk_create(
        [Document(event=Event.objects.get(), title=str(number)) for number in range(3)]
    )


def update_in_bulk() -> None:
    rows = list(Organisation.objects.all())
    for row in rows:
        row.description = "Changed"
    Organisation.objects.bulk_update(rows, ["description"])


CHANGES: dict[str, Callable[[], object]] = {
    "a row is added": lambda: make_organisation(),
    "rows are added in bulk": add_in_bulk,
    "a row is saved": lambda: Event.objects.get().save(),
    "rows are updated": lambda: Event.objects.update(title="Changed"),
    "rows are updated in bulk": update_in_bulk,
    "rows are updated by SQL": lambda: run(connection, "UPDATE outcomes_outcome SET text = 'x'"),
    "a link is added": lambda: Outcome.objects.all()[0].themes.add(Theme.objects.latest("pk")),
    "rows are deleted": lambda: SlugRedirect.objects.all().delete(),
    "rows are deleted by SQL": lambda: run(
        connection, "DELETE FROM outcomes_theme WHERE id = (SELECT min(id) FROM outcomes_theme)"
    ),
}


def assert_stamp_changes_with(changes: dict[str, Callable[[], object]]) -> None:
    for name, change in changes.items():
        before = read_stamp()
        change()
        assert None not in (before, read_stamp()) and read_stamp() != before, name


def test_stamp_changes_with_each_kind_of_change() -> None:
    make_statement(make_event())
    make_theme(), make_theme()
    SlugRedirect.objects.create(slug="former", organisation=make_organisation())
    assert_stamp_changes_with(CHANGES)


def person() -> Delegate:
    return Delegate.objects.get(name="Dewi")


def rows(model: type[Any], **values: Any) -> Callable[[], object]:
    """Changes all rows without loading them."""
    return lambda: model.objects.update(**values)


def invite() -> None:
    make_invitation(person(), Event.objects.get(), key="key", invited_by=None)
    Invitation.objects.update(revoked_at=NOON)


def introduce() -> None:
    make_introduction(*Delegate.objects.all()[:2], accepted=False)
    Introduction.objects.update(first_accepted_at=NOON, second_accepted_at=NOON)
    Introduction.objects.all().delete()


def agree() -> None:
    renew_consent(person(), notice=ConsentNotice.objects.get(), by=Consent.By.OWNER, at=NOON)
    make_consent_request(person())


def sign_in_with_code() -> None:
    browser = Client()
    browser.post("/accounts/login/", {"login": "dewi@example.org"})
    answer = browser.post("/accounts/login/code/confirm/", {"code": newest_code()})
    assert answer.status_code == 302 and browser.get("/me/").status_code == 200


def write_draft() -> None:
    made = make_update(Commitment.objects.get(), approved=False, state="draft")
    made.text = "Not public"
    made.save_draft()
    run(connection, f"DELETE FROM outcomes_progressupdate WHERE id = {made.pk}")


def write_private_channel() -> None:
    channel = make_channel(person(), audience=Audience.PARTICIPANTS)
    ContactChannel.objects.filter(pk=channel.pk).update(audience=Audience.ONLY_ME)
    run(connection, f"DELETE FROM participants_contactchannel WHERE id = {channel.pk}")


def undo() -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        Event.objects.update(title="Not kept")
        raise ZeroDivisionError


PRIVATE: dict[str, Callable[[], object]] = {
    "a limit is counted": lambda: LimitCount.objects.create(key="x", ends_at=NOON),
    "a change is undone": undo,
    "someone signs in": sign_in_with_code,
    "a password is set": rows(User, password="!new"),
    "a draft is written": write_draft,
    "a contact detail is private": write_private_channel,
    "someone is invited": invite,
    "two people are introduced": introduce,
    "someone agrees again": agree,
}
# One after the other.
NEARLY_PRIVATE: dict[str, Callable[[], object]] = {
    "an account is closed": rows(User, is_active=False),
    "an account is added": lambda: make_user(),
    "a draft is submitted": lambda: draft().submit(at=NOON),
    "a draft is approved in bulk": lambda: ProgressUpdate.objects.update(
        state="approved", submitted_at=NOON, approved_at=NOON, approved_by=person().user
    ),
    "a contact detail is for everyone": lambda: make_channel(person(), audience="everyone"),
    "it becomes public": lambda: shared("participants").update(audience="everyone"),
    "a public one is deleted": lambda: shared("everyone")[0].delete(),
    "others are no longer public": lambda: shared("everyone").update(audience="only_me"),
    "someone listed to everyone agrees again": lambda: Delegate.objects.filter(name="Open").update(
        consented_at=NOON
    ),
    "someone is listed to everyone": lambda: person().write(listed_to=Audience.EVERYONE),
    "someone is listed to fewer": lambda: Delegate.objects.update(listed_to=Audience.ONLY_ME),
    "someone is added": lambda: make_delegate(),
    "someone is hidden": lambda: hide_profile(person(), by=Consent.By.OWNER, at=NOON),
}


def draft() -> ProgressUpdate:
    return ProgressUpdate.objects.get(state="draft")


def shared(audience: str) -> Any:
    return ContactChannel.objects.filter(audience=audience)


def make_people() -> None:
    make_notice()
    make_update(make_commitment(make_event()), approved=False, state="draft")
    dewi = make_delegate(name="Dewi", user=make_user("dewi@example.org"))
    make_channel(dewi, audience="participants")
    public = make_delegate(name="Open", listed_to=Audience.EVERYONE)
    make_channel(public, audience="everyone")


def test_stamp_changes_only_with_what_is_nearly_private() -> None:
    make_people()
    forget_limits()
    before = read_stamp()
    for name, change in PRIVATE.items():
        change()
        assert read_stamp() == before is not None, name
    assert_stamp_changes_with(NEARLY_PRIVATE)


def test_each_other_column_is_compared() -> None:
    wanted = public_stamp.wanted_triggers(connection.vendor)
    for model, _reason, part in public_stamp.own_models():
        if part and part.columns:
            conditions = [one.condition for one in wanted if one.table == model._meta.db_table]
            compared = " ".join(conditions)
            columns = {
                f.column for f in model._meta.concrete_fields if f'OLD."{f.column}"' in compared
            }
            assert {f.column for f in model._meta.concrete_fields} - columns == part.columns


def test_stamp_changes_if_only_a_part_of_a_transaction_is_undone() -> None:
    make_event(title="Before")
    before = read_stamp()
    with transaction.atomic():
        undo()
        Event.objects.update(title="Kept")
        # It may be undone.
        assert read_stamp() is None
    assert None not in (before, read_stamp()) and read_stamp() != before


def test_stamp_never_returns_to_an_earlier_one() -> None:
    seen = {read_stamp()}
    for _number in range(3 * MAX_ROWS):
        make_series()
        seen.add(read_stamp())
    assert len(seen) == 3 * MAX_ROWS + 1 and None not in seen
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLE}")
        assert cursor.fetchone()[0] <= MAX_ROWS


# Several connections ---------------------------------------------------------------------


def test_stamp_changes_with_the_commit_of_another_connection(other: Any) -> None:
    make_event(title="Before")
    before = read_stamp()
    other.set_autocommit(False)
    run(other, "UPDATE roundtable_event SET title = 'After'")
    assert read_stamp() == before and Event.objects.get().title == "Before"
    other.commit()
    assert read_stamp() != before and Event.objects.get().title == "After"


@needs_postgresql
def test_earlier_change_that_is_committed_later_changes_the_stamp(other: Any) -> None:
    """A counter that moves before the commit would mark the page without it as new."""
    first, second = make_event(title="A"), make_event(title="B")
    other.set_autocommit(False)
    run(other, f"UPDATE roundtable_event SET title = 'A2' WHERE id = {first.pk}")
    # Does not wait for the other one, as it would for a counter in one row.
    run(connection, "SET lock_timeout = '2s'")
    Event.objects.filter(pk=second.pk).update(title="B2")
    between = read_stamp()
    assert set(Event.objects.values_list("title", flat=True)) == {"A", "B2"}
    other.commit()
    assert None not in (between, read_stamp()) and read_stamp() != between


@needs_postgresql
def test_rows_of_the_stamp_are_replaced_while_another_transaction_is_open(other: Any) -> None:
    event = make_event()
    other.set_autocommit(False)
    for _number in range(MAX_ROWS):
        make_series()
    # This one replaces the rows, and does not end.
    run(other, f"UPDATE roundtable_event SET title = 'Slow' WHERE id = {event.pk}")
    run(connection, "SET lock_timeout = '2s'")
    seen = {read_stamp()}
    for _number in range(2 * MAX_ROWS):
        make_series()
        seen.add(read_stamp())
    other.commit()
    seen.add(read_stamp())
    assert len(seen) == 2 * MAX_ROWS + 2


# Where it is not known -------------------------------------------------------------------


def test_there_is_no_stamp_without_triggers() -> None:
    assert read_stamp() and "roundtable.W003" not in found_by_checks()
    wanted, sha256 = public_stamp._plan(DEFAULT_DB_ALIAS)
    triggers.replace(public_stamp.NAME, wanted[1:], sha256, DEFAULT_DB_ALIAS)
    public_stamp._next_check = 0.0
    assert read_stamp() is None and "roundtable.W003" in found_by_checks()
    public_stamp.install(DEFAULT_DB_ALIAS)
    assert read_stamp() and "roundtable.W003" not in found_by_checks()


def found_by_checks() -> set[str]:
    return {str(found.id) for found in run_checks(tags=["database"], databases=["default"])}


def test_there_is_no_stamp_while_migrations_run() -> None:
    before = read_stamp()
    public_stamp.suspend(DEFAULT_DB_ALIAS, plan=[])
    assert read_stamp() == before
    public_stamp.suspend(DEFAULT_DB_ALIAS, plan=["a migration"])
    make_event()
    assert read_stamp() is None
    public_stamp.install(DEFAULT_DB_ALIAS)
    assert read_stamp() not in (None, before)


def test_database_that_does_not_answer_is_not_asked_again_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [100.0]
    monkeypatch.setattr(public_stamp, "monotonic", lambda: clock[0])
    before = read_stamp()
    with monkeypatch.context() as patched:
        patched.setattr(public_stamp, "READ", "SELECT * FROM no_such_table")
        assert before and read_stamp() is None
    assert read_stamp() is None
    clock[0] += public_stamp.PAUSE
    assert read_stamp() == before
