"""What people agree to, the record of it, and taking it back."""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import transaction
from django.test import Client
from django.utils.html import escape

from participants.models import Consent, ConsentNotice, ContactChannel, Delegate, User
from participants.privacy import consent
from participants.privacy.erasure import erase_delegate
from participants.privacy.verify import find_consent_faults
from roundtable.audit import log as audit
from roundtable.audit.mirror import bring_up_to_date
from roundtable.models import AuditEntry, AuditKey, Event
from roundtable.web.limits import LimitCount
from tests.factories import (
    NOON,
    make_channel,
    make_consent,
    make_delegate,
    make_participation,
)
from tests.page_text import page_html
from tests.recorded_fixtures import recorded, rows_of

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
OWNER = Consent.By.OWNER
LATER = NOON + timedelta(days=3)


def all_rows() -> dict[str, list[Any]]:
    """Every row of every table, without those that say when someone was here."""
    return {
        model._meta.label: list(rows_of(model).values())
        for model in apps.get_models()
        if model._meta.app_label not in ("sessions", "usersessions") and model is not LimitCount
    }


@pytest.fixture
@recorded
def newcomer(event: Event, cochair: User) -> Delegate:
    """Has an account, took part, and has not agreed so far."""
    newcomer = make_delegate(name="Nora New", consented_at=None, reviewed_on=None)
    make_participation(newcomer, event, confirmed_by=cochair)
    make_channel(newcomer, value="nora@example.org")
    return newcomer


@pytest.fixture
def notices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of notices that a test may rewrite."""
    (tmp_path / "sharing-1.en.txt").write_text("I agree.\n")
    (tmp_path / "notes.txt").write_text("No notice.")
    monkeypatch.setattr(consent, "NOTICE_DIR", tmp_path)
    return tmp_path


# The notice -----------------------------------------------------------------------------


def test_notice_contains_required_information() -> None:
    notice = consent.current_notice("en")
    assert (notice.purpose, notice.version, notice.language) == ("sharing", 4, "en")
    assert notice.sha256 == hashlib.sha256(notice.text.encode()).hexdigest()
    for sentence in (
        "We keep what you share for this purpose only.",
        "The name and address of the organisation responsible for this portal are below this",
        "- The address you sign in with.",
        "- Only me: only you.",
        "- Everyone at the meeting, governments too:",
        "Co-chairs see whether you accepted the invitation, not what you share.",
        "see your name, organisation, post and whether you joined, even if you share nothing.",
        "- Anyone on the internet: anyone who opens this site, including search engines and every",
        "Copies that others made before then cannot be recalled.",
        "- Withdraw your consent:",
        "remains only if five or more people took part for it.",
        "12 months after they entered you for a roundtable or last invited you.",
        "Until you agree, you cannot share more, but you can always share less.",
        "After 11 months, we ask you",
        "If you do not answer within 30 days, everything goes back to Only me.",
        "Send questions or complaints there too: it is no address of a government.",
    ):
        assert sentence in notice.text, sentence
    assert max(len(line) for line in notice.text.splitlines()) < 500
    assert all(ord(character) < 127 for character in notice.text)


def test_profile_has_settings_that_notice_links_to(
    delegate: Delegate, client_of: Callable[..., Client]
) -> None:
    text = consent.current_notice("en").text
    page = client_of(delegate).get("/me/").content.decode()
    names = set(re.findall(r"on Your profile, under ([A-Z][a-z ]+)\.", text))
    assert names == {"Your consent", "Your data"}
    assert [name for name in names if f">{name}</a>" not in page] == []


def test_consent_is_stored_on_first_acceptance_not_on_reading(newcomer: Delegate) -> None:
    notice = consent.current_notice("en")
    assert notice.pk is None
    assert not ConsentNotice.objects.exists()
    consent.give_consent(newcomer, notice=notice, by=OWNER, at=NOON)
    consent.give_consent(make_delegate(), notice=notice, by=OWNER, at=NOON)
    stored = ConsentNotice.objects.get()
    assert (stored.text, stored.sha256) == (notice.text, notice.sha256)
    assert consent.current_notice("en").pk == stored.pk


def test_notice_comes_in_the_language_or_in_english(notices: Path) -> None:
    (notices / "sharing-1.id.txt").write_text("Saya setuju.")
    for language, chosen in (
        ("en", "en"),
        ("id", "id"),
        ("ID", "id"),
        ("id-x", "id"),
        ("th", "en"),
        ("zh-hans", "en"),
    ):
        assert consent.current_notice(language).language == chosen
    # The newest is required even if it is not translated.
    (notices / "sharing-2.en.txt").write_text("I agree to more.")
    (notices / "sharing-10.en.txt").write_text("I agree to most.")
    for language in ("en", "id"):
        notice = consent.current_notice(language)
        assert (notice.version, notice.language, notice.text) == (10, "en", "I agree to most.")


@pytest.mark.parametrize("change", ["file", "row", "digest"])
def test_changed_notice_is_rejected_and_reported(
    notices: Path, newcomer: Delegate, change: str
) -> None:
    consent.give_consent(newcomer, notice=consent.current_notice("en"), by=OWNER, at=NOON)
    (notices / "sharing-1.en.txt").write_bytes(b"I agree.\r\n\r\n")  # is no change
    assert consent.current_notice("en").text == "I agree."
    assert run_checks(databases=["default"], tags=["database"]) == []
    if change == "file":
        (notices / "sharing-1.en.txt").write_text("I agree to everything.")
    elif change == "row":
        ConsentNotice.objects.update(text="I agree to everything.")
    else:
        ConsentNotice.objects.update(sha256="0" * 64)
    with pytest.raises(consent.NoticeChangedError, match=r"sharing-1\.en\.txt is not the text"):
        consent.current_notice("en")
    with pytest.raises(SystemCheckError, match=r"sharing-1\.en\.txt is not the text"):
        call_command("check", databases=["default"])


def test_version_without_english_and_no_notice_are_reported(notices: Path) -> None:
    (notices / "sharing-2.id.txt").write_text("Saya setuju.")
    missing = "Version 2 of the consent notice is missing in English"
    with pytest.raises(SystemCheckError, match=missing):
        call_command("check")
    for path in notices.glob("sharing-*"):
        path.unlink()
    with pytest.raises(SystemCheckError, match="There is no consent notice"):
        call_command("check")


def test_concurrent_consents_keep_their_own_notice(newcomer: Delegate) -> None:
    mine, other = (
        ConsentNotice(
            purpose="sharing",
            version=7,
            language="en",
            text=text,
            sha256=ConsentNotice.digest(text),
        )
        for text in ("Mine.", "Other.")
    )
    consent.give_consent(newcomer, notice=mine, by=OWNER, at=NOON)
    with pytest.raises(consent.NoticeChangedError):
        consent.give_consent(newcomer, notice=other, by=OWNER, at=NOON)
    assert ConsentNotice.objects.get().text == "Mine."
    assert Consent.objects.count() == 1


# The acts -------------------------------------------------------------------------------


def entries() -> list[tuple[str, str, bool]]:
    """What, with which detail, and whether someone did it."""
    rows = AuditEntry.objects.values_list("action", "detail", "actor")
    return [(act, detail, bool(actor)) for act, detail, actor in rows]


def test_each_consent_act_adds_row_and_log_entry(newcomer: Delegate) -> None:
    notice = consent.current_notice("en")
    consent.give_consent(newcomer, notice=notice, by=OWNER, at=NOON)
    newcomer.refresh_from_db()
    assert (newcomer.consented_at, newcomer.reviewed_on) == (NOON, date(2026, 3, 2))
    assert newcomer.listed_to == "only_me"
    consent.renew_consent(newcomer, notice=notice, by=Consent.By.LINK, at=LATER)
    newcomer.refresh_from_db()
    assert (newcomer.consented_at, newcomer.reviewed_on) == (LATER, date(2026, 3, 5))
    consent.withdraw_consent(newcomer, by=Consent.By.REVIEW, at=LATER)
    newcomer.refresh_from_db()
    assert (newcomer.consented_at, newcomer.reviewed_on) == (None, date(2026, 3, 5))
    assert [
        (row.action, row.by, row.at, row.notice.version) for row in newcomer.consents.all()
    ] == [
        ("given", "owner", NOON, 4),
        ("renewed", "link", LATER, 4),
        ("withdrawn", "review", LATER, 4),
    ]
    assert entries() == [
        ("consent given", "sharing 4 en owner", True),
        ("consent renewed", "sharing 4 en link", True),
        ("consent withdrawn", "sharing 4 en review", False),
    ]


def test_withdrawal_hides_everything_and_deletes_nothing(
    delegate: Delegate, focal_point: Delegate
) -> None:
    agreed = make_consent(delegate).notice
    delegate.write(post="Head of Protection", about="Ask me.")
    withdrawn = consent.withdraw_consent(delegate, by=OWNER, at=LATER)
    assert withdrawn is not None and withdrawn.notice == agreed
    delegate.refresh_from_db()
    assert (delegate.listed_to, delegate.consented_at) == ("only_me", None)
    assert [(row.value, row.audience) for row in delegate.channels.order_by("pk")] == [
        ("dewi.open@example.org", "only_me"),
        ("dewi.inside@example.org", "only_me"),
        ("dewi.private@example.org", "only_me"),
    ]
    assert (delegate.name, delegate.post) == ("Dewi Lestari", "Head of Protection")
    assert delegate.about == "Ask me."
    assert delegate.participations.count() == 1
    focal_point.refresh_from_db()
    assert focal_point.listed_to == "participants" and focal_point.consented_at == NOON
    assert focal_point.channels.get().audience == "participants"
    shy = make_delegate(is_protected=True, listed_to="introduced")
    consent.withdraw_consent(shy, by=OWNER, at=LATER)
    shy.refresh_from_db()
    assert (shy.is_protected, shy.listed_to) == (True, "only_me")


def test_withdrawing_without_consent_adds_no_row(newcomer: Delegate) -> None:
    ContactChannel.objects.update(audience="participants")
    assert consent.withdraw_consent(newcomer, by=OWNER, at=LATER) is None
    assert (Consent.objects.count(), AuditEntry.objects.count()) == (0, 0)
    assert newcomer.channels.get().audience == "only_me"


def test_consent_record_is_append_only(delegate: Delegate) -> None:
    row = make_consent(delegate)
    row.at = LATER
    with pytest.raises(TypeError):
        row.save()


def test_consent_is_not_stored_when_log_fails(
    newcomer: Delegate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_given: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(audit, "record", fail)
    notice = consent.current_notice("en")
    with pytest.raises(RuntimeError):
        consent.give_consent(newcomer, notice=notice, by=OWNER, at=NOON)
    newcomer.refresh_from_db()
    assert newcomer.consented_at is None
    assert (Consent.objects.count(), ConsentNotice.objects.count()) == (0, 0)


# /me/consent/ ---------------------------------------------------------------------------


def test_person_reads_accepts_and_withdraws_consent(client_of: Sign, newcomer: Delegate) -> None:
    browser = client_of(newcomer)
    page = browser.get("/me/consent/").content.decode()
    assert "Participants and visitors see nothing about you until you agree." in page
    assert "You have not agreed, and you have not withdrawn your consent." in page
    assert "Withdraw my consent" not in page
    notice = consent.current_notice("en")
    assert escape("Sharing your contact details") in page
    answer = browser.post("/me/consent/", {"agree": "on", "notice_sha256": notice.sha256})
    assert (answer.status_code, answer["Location"]) == (302, "/me/consent/")
    newcomer.refresh_from_db()
    assert newcomer.consented_at is not None
    page = page_html(browser.get("/me/consent/"))
    assert "Thank you. Your consent is recorded." in page
    assert "Withdraw my consent" in page
    assert '<strong>Given</strong> · <span class="soft">You, signed in</span>' in page
    assert '<a href="/me/consent/4/en/">Notice, version 4</a>, English' in page
    assert 'name="agree"' not in page
    Delegate.objects.update(listed_to="everyone")
    answer = browser.post("/me/consent/withdraw/")
    assert (answer.status_code, answer["Location"]) == (302, "/me/consent/")
    newcomer.refresh_from_db()
    assert newcomer.listed_to == "only_me" and not newcomer.consented_at
    page = browser.get("/me/consent/").content.decode()
    assert (
        "Your consent is withdrawn. Participants and visitors see nothing about you until" in page
    )
    assert "<strong>Withdrawn</strong>" in page


def test_consent_requires_checkbox_and_shown_notice(client_of: Sign, newcomer: Delegate) -> None:
    browser = client_of(newcomer)
    shown = consent.current_notice("en").sha256
    changed = "The consent notice has changed since you opened this page."
    before = all_rows()
    for path, given, sentence in (
        (
            "/me/consent/",
            {"notice_sha256": shown},
            "Tick the box if you agree. If you do not agree, nothing changes.",
        ),
        ("/me/consent/", {"agree": "on"}, changed),
        ("/me/consent/", {"agree": "on", "notice_sha256": "0" * 64}, changed),
        ("/me/", sent(agree="on", notice_sha256="0" * 64), changed),
    ):
        answer = browser.post(path, given)
        assert answer.status_code == 400
        assert sentence in answer.content.decode()
        assert all_rows() == before


def test_new_notice_version_renews_consent(
    client_of: Sign, newcomer: Delegate, notices: Path
) -> None:
    consent.give_consent(newcomer, notice=consent.current_notice("en"), by=OWNER, at=NOON)
    browser = client_of(newcomer)
    assert "You agreed on 2 March 2026." in browser.get("/me/consent/").content.decode()
    (notices / "sharing-2.en.txt").write_text("I agree to all.")
    page = browser.get("/me/consent/").content.decode()
    assert "The consent notice has changed since you agreed." in page
    digest = hashlib.sha256(b"I agree to all.").hexdigest()
    browser.post("/me/consent/", {"agree": "on", "notice_sha256": digest})
    assert [(row.action, row.notice.version) for row in newcomer.consents.all()] == [
        ("given", 1),
        ("renewed", 2),
    ]
    assert "I agree.</p>" in browser.get("/me/consent/1/en/").content.decode()


def test_only_own_notices_are_found(client_of: Sign, newcomer: Delegate) -> None:
    other = make_consent(make_delegate()).notice
    browser = client_of(newcomer)
    assert browser.get(f"/me/consent/{other.version}/en/").status_code == 404
    assert browser.get("/me/consent/2/en/").status_code == 404


def test_downloaded_record_contains_full_notices(client_of: Sign, newcomer: Delegate) -> None:
    notice = consent.current_notice("en")
    consent.give_consent(
        newcomer, notice=notice, by=OWNER, at=datetime(2026, 3, 2, 12, 34, tzinfo=UTC)
    )
    make_consent(make_delegate())
    answer = client_of(newcomer).get("/me/consent.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="my-consent.txt"'
    text = answer.content.decode()
    given = (
        "2 March 2026, 12:34 (UTC)\nGiven: You, signed in\nNotice, version 4, English\n"
        "Fingerprint of the text (SHA-256): "
    )
    assert f"{given}{notice.sha256}\n" in text
    assert notice.text in text
    assert text.count("UTC") == 1


def test_get_changes_nothing(client_of: Sign, newcomer: Delegate, delegate: Delegate) -> None:
    consent.give_consent(delegate, notice=consent.current_notice("en"), by=OWNER, at=NOON)
    for person in (newcomer, delegate):
        browser = client_of(person)
        before = all_rows()
        for path in ("/me/", "/me/consent/", "/me/consent.txt", "/me/consent/withdraw/"):
            assert browser.get(path).status_code in (200, 302)
        browser.get("/me/consent/2/en/")
        assert all_rows() == before


# /me/ -----------------------------------------------------------------------------------


def sent(**fields: str) -> dict[str, str]:
    return {
        "name": "Nora New",
        "post": "Typed just now",
        "listed_to": "participants",
        "channel-TOTAL_FORMS": "0",
        "channel-INITIAL_FORMS": "0",
    } | fields


def test_sharing_without_consent_is_rejected_and_input_kept(
    client_of: Sign, newcomer: Delegate
) -> None:
    browser = client_of(newcomer)
    before = all_rows()
    answer = browser.post("/me/", sent())
    page = page_html(answer)
    assert answer.status_code == 400
    assert "Read the notice below and tick “I have read the notice and agree”" in page
    assert 'value="Typed just now"' in page
    start = page.index('name="listed_to" value="participants"')
    assert " checked" in page[start : page.index(">", start)]
    assert all_rows() == before


def test_consent_can_be_given_with_profile_form(client_of: Sign, newcomer: Delegate) -> None:
    browser = client_of(newcomer)
    # To share nothing needs no consent.
    assert browser.post("/me/", sent(listed_to="only_me")).status_code == 302
    newcomer.refresh_from_db()
    assert (newcomer.post, newcomer.consented_at) == ("Typed just now", None)
    digest = consent.current_notice("en").sha256
    answer = browser.post("/me/", sent(agree="on", notice_sha256=digest, post="Later"))
    assert answer.status_code == 302
    newcomer.refresh_from_db()
    assert (newcomer.post, newcomer.listed_to) == ("Later", "participants")
    assert newcomer.consented_at is not None
    assert newcomer.consents.get().action == "given"
    assert "I have read the notice" not in browser.get("/me/").content.decode()


def test_privacy_page_states_log_retention(client: Client) -> None:
    """As the notice promises."""
    assert "We keep it for 730 days." in client.get("/privacy/").content.decode()


# Consents in the log ------------------------------------------------------------------------


@pytest.fixture
def agreed(newcomer: Delegate) -> Delegate:
    """A person who agreed, renewed and withdrew, as the portal records it."""
    notice = consent.current_notice("en")
    for count, act in enumerate((consent.give_consent, consent.renew_consent)):
        at = NOON + timedelta(days=count)
        act(newcomer, notice=notice, by=Consent.By.OWNER, at=at)
    consent.withdraw_consent(newcomer, by=Consent.By.LINK, at=NOON + timedelta(days=2))
    return newcomer


def sentence_about(delegate: Delegate) -> list[str]:
    key = AuditKey.objects.get(subject=f"participants.delegate:{delegate.pk}").key
    return [f"The consents of {key} differ from those in the log."]


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "withdrawn"},
        {"by": "link"},
        {"at": NOON + timedelta(hours=1)},
        {"notice": 987654},
    ],
)
def test_changed_consent_is_detected(agreed: Delegate, fields: dict[str, Any]) -> None:
    assert find_consent_faults() == []
    ConsentNotice.objects.create(
        pk=987654, purpose="sharing", version=9, language="en", text="Other"
    )
    Consent._base_manager.filter(action="given").update(**fields)
    assert find_consent_faults() == sentence_about(agreed)


def test_added_and_deleted_consents_are_detected(agreed: Delegate) -> None:
    for action in ("given", "renewed", "withdrawn"):
        with transaction.atomic():
            Consent._base_manager.filter(action=action).delete()
            assert find_consent_faults() == sentence_about(agreed)
            transaction.set_rollback(True)
    make_consent(agreed)
    assert find_consent_faults() == sentence_about(agreed)
    make_consent(make_delegate())
    assert find_consent_faults() == [
        "There is a consent of a person who is not in the log.",
        *sentence_about(agreed),
    ]
    erase_delegate(agreed, by=None, at=NOON + timedelta(days=3))
    Consent._base_manager.exclude(delegate=agreed).delete()
    assert not Consent.objects.exists() and find_consent_faults() == []


def test_command_lists_inconsistent_consents(agreed: Delegate) -> None:
    bring_up_to_date([])
    call_command("verify", stdout=StringIO())
    Consent._base_manager.filter(action="withdrawn").delete()
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", stderr=err)
    assert err.getvalue().splitlines() == sentence_about(agreed)


def test_consents_older_than_log_are_not_reported(agreed: Delegate) -> None:
    audit.prune_entries(before=NOON + timedelta(days=2), at=NOON + timedelta(days=3))
    assert find_consent_faults() == []
    Consent._base_manager.filter(action="withdrawn").delete()
    assert find_consent_faults() == sentence_about(agreed)


@pytest.mark.parametrize(
    ("name", "sha256"),
    [
        ("sharing-1", "1cb18c48d97720fcf95bc19876e4f3fb6ea8c6b421d43fe116930eae720406db"),
        ("sharing-2", "985e8da9f1bbbe8e1470030a84782732f8b7098e47356afc1371ce01b08f247c"),
        ("sharing-3", "10521d3e7870d6d504adb3c19259019510ab10529dfcf039102d3eee91bd67ba"),
    ],
)
def test_notice_that_people_agreed_to_never_changes(name: str, sha256: str) -> None:
    text = (consent.NOTICE_DIR / f"{name}.en.txt").read_bytes()
    assert hashlib.sha256(text).hexdigest() == sha256
