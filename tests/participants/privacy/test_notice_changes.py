"""A new version of the notice: asked on the profile and by email, no wider, then “Only me”."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command
from django.test import Client

from participants.models import (
    Audience,
    Consent,
    ConsentRequest,
    Delegate,
    User,
)
from participants.privacy import consent, notice_changes
from participants.privacy.audience_choice import set_audience
from participants.privacy.notice_changes import changed_paragraphs
from roundtable.mail.models import QueuedEmail
from roundtable.models import AuditEntry
from tests.factories import NOON, make_channel, make_delegate, make_exception, make_user
from tests.form_fields import form_fields
from tests.page_text import page_html, page_text
from tests.sign_in import record_email_code

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]

# The file appears on 1 June 2026.
ASKED = date(2026, 6, 1)
REMINDED = date(2026, 6, 24)
NARROWED = date(2026, 7, 1)
OUTDATED = "The notice has changed since you agreed."


@pytest.fixture
def notices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sharing-1.en.txt").write_text("We keep names.\n\nWe sell nothing.")
    monkeypatch.setattr(consent, "NOTICE_DIR", tmp_path)
    return tmp_path


def install_second_notice(notices: Path) -> None:
    (notices / "sharing-2.en.txt").write_text("We keep names and posts.\n\nWe sell nothing.")


def make_sharer(name: str, audience: str = "constituency") -> Delegate:
    """Agreed to the first notice on 2 March 2026."""
    user = make_user(f"{name.lower()}@example.org")
    person = make_delegate(name=name, user=user, listed_to=audience)
    make_channel(person, value=f"{name.lower()}.inside@example.org", audience=audience)
    notice = consent.current_notice("en")
    consent.give_consent(person, notice=notice, by=Consent.By.OWNER, at=NOON)
    return person


def run(on: date, deliver: Deliver | None = None) -> list[str]:
    """What the daily command prints on that day; then the worker sends."""
    out = StringIO()
    with time_machine.travel(datetime.combine(on, time(5), UTC), tick=False):
        call_command("review_profiles", "--clock-is-right", stdout=out)
        if deliver:
            deliver()
    return out.getvalue().splitlines()


def audiences(person: Delegate) -> list[str]:
    person.refresh_from_db()
    return [person.listed_to, *person.channels.values_list("audience", flat=True)]


def agree(client: Client) -> Any:
    page = client.get("/me/").content.decode()
    return client.post("/me/consent/", form_fields(page, "/me/consent/"))


def test_new_notice_reaches_everyone_who_agreed_to_the_earlier_one(
    notices: Path, client_of: Sign, deliver: Deliver
) -> None:
    agrees, ignores = make_sharer("Agrees"), make_sharer("Ignores")
    shares_nothing = make_sharer("Nothing", Audience.ONLY_ME)
    make_delegate(name="Never agreed", consented_at=None, reviewed_on=ASKED)
    assert run(ASKED - timedelta(days=1)) == ["Nothing is due."]
    install_second_notice(notices)
    assert run(ASKED, deliver) == ["Asked to agree to the new notice: 3"]
    assert run(ASKED, deliver) == ["Nothing is due."]
    with time_machine.travel(datetime(2026, 6, 10, 9, tzinfo=UTC), tick=False):
        assert agree(client_of(agrees)).status_code == 302
    assert run(REMINDED - timedelta(days=1)) == ["Nothing is due."]
    assert run(REMINDED, deliver) == ["Reminded of the new notice: 2"]
    assert run(REMINDED, deliver) == ["Nothing is due."]
    assert run(NARROWED - timedelta(days=1)) == ["Nothing is due."]
    assert audiences(ignores) == ["constituency", "constituency"]
    assert run(NARROWED, deliver) == ["Changed to “Only me”, without consent to the new notice: 2"]
    assert run(NARROWED, deliver) == ["Nothing is due."]
    assert audiences(agrees) == ["constituency", "constituency"]
    for person in (ignores, shares_nothing):
        assert audiences(person) == ["only_me", "only_me"]
        assert person.consented_at is None
    assert list(
        Consent.objects.order_by("pk").values_list(
            "delegate__name", "action", "by", "notice__version"
        )
    ) == [
        ("Agrees", "given", "owner", 1),
        ("Ignores", "given", "owner", 1),
        ("Nothing", "given", "owner", 1),
        ("Agrees", "renewed", "owner", 2),
        ("Ignores", "withdrawn", "notice", 1),
        ("Nothing", "withdrawn", "notice", 1),
    ]
    # The portal did it, so the log names no one who did.
    assert (
        list(AuditEntry.objects.filter(action="consent withdrawn").values_list("detail", "actor"))
        == [("sharing 1 en notice", "")] * 2
    )
    assert list(
        ConsentRequest.objects.order_by("pk").values_list(
            "version", "asked_on", "narrows_on", "reminded_on", "closed_on"
        )
    ) == [
        (2, ASKED, NARROWED, None, date(2026, 6, 10)),
        (2, ASKED, NARROWED, REMINDED, NARROWED),
        (2, ASKED, NARROWED, REMINDED, NARROWED),
    ]
    sent = [(email.to[0].partition("@")[0], email.subject) for email in deliver()]
    changed, reminder = "The notice has changed", "The notice has changed: a reminder"
    # Those of one moment are sent in any order.
    assert sorted(sent) == [
        ("agrees", changed),
        ("ignores", "Only you can see your profile"),
        ("ignores", changed),
        ("ignores", reminder),
        ("nothing", "Only you can see your profile"),
        ("nothing", changed),
        ("nothing", reminder),
    ]


def test_emails_are_the_same_whatever_someone_shares(notices: Path, deliver: Deliver) -> None:
    for name, audience in (("Wilma", Audience.EVERYONE), ("Zelda", Audience.ONLY_ME)):
        make_sharer(name, audience)
    install_second_notice(notices)
    for day in (ASKED, REMINDED, NARROWED):
        run(day, deliver)
    emails = deliver()
    texts = [str(email.body).split("/links/")[0] for email in emails]
    assert texts[::2] == texts[1::2] and len(texts) == 6
    for text in (*texts[:4], *(str(email.alternatives[0][0]) for email in emails[:4])):
        assert "If you have not agreed before 1 July 2026" in " ".join(text.split())
    for email in emails:
        for secret in ("inside", "Wilma", "Zelda", "Everyone"):
            assert secret not in str(email.body)


def test_profile_asks_first_and_shows_what_changed(notices: Path, client_of: Sign) -> None:
    person = make_sharer("Sita")
    browser = client_of(person)
    question = "The notice that you agreed to has changed."
    assert question not in page_text(browser.get("/me/"))
    install_second_notice(notices)
    assert "everything goes back to “Only me”, on a day that we email you." in page_text(
        browser.get("/me/")
    )
    run(ASKED)
    page = page_html(browser.get("/me/"))
    assert "If you do not agree to the new one before 1 July 2026, everything goes back to" in page
    assert page.index(question) < page.index("Hide everything now")
    assert "We keep names <ins>and posts</ins>." in page.replace("</ins> .", "</ins>.")
    assert "We sell nothing." in page  # in the full text
    answer = agree(browser)
    assert (answer.status_code, answer["Location"]) == (302, "/me/consent/")
    assert question not in page_text(browser.get("/me/"))
    last = person.consents.last()
    assert last is not None and (last.action, last.notice.version) == ("renewed", 2)


def sharing_form(browser: Client, **changes: str) -> dict[str, Any]:
    return form_fields(browser.get("/me/").content.decode(), containing="state") | changes


def test_outdated_consent_does_not_widen_on_the_profile(notices: Path, client_of: Sign) -> None:
    person = make_sharer("Sita", Audience.PARTICIPANTS)
    browser = client_of(person)
    install_second_notice(notices)
    for changes in (
        {"listed_to": "everyone"},
        {"channel-0-audience": "everyone"},
        {
            "channel-1-kind": "email",
            "channel-1-value": "new@example.org",
            "channel-1-audience": "introduced",
        },
    ):
        answer = browser.post("/me/", sharing_form(browser, **changes))
        assert answer.status_code == 400 and OUTDATED in page_text(answer)
        # The summary of errors links to the choice.
        assert f'href="#id_{list(changes)[-1]}' in page_html(answer)
        assert audiences(person) == ["participants", "participants"]
    # What is not shared further can be saved, and sharing less works.
    sent = sharing_form(browser, about="New words", listed_to="constituency")
    sent |= {"channel-0-audience": "introduced"}
    assert browser.post("/me/", sent).status_code == 302
    assert audiences(person) == ["constituency", "introduced"]
    assert person.about == "New words"
    agree(browser)
    sent = sharing_form(browser, **{"channel-0-audience": "everyone"})
    assert browser.post("/me/", sent).status_code == 302
    assert audiences(person) == ["constituency", "everyone"]
    chosen = AuditEntry.objects.filter(action="choose audience").order_by("sequence")
    assert [entry.detail for entry in chosen] == ["sharing 1", "sharing 2"]


def test_outdated_consent_does_not_widen_on_the_page_of_an_audience(
    notices: Path, client_of: Sign
) -> None:
    person = make_sharer("Sita", Audience.PARTICIPANTS)
    make_exception(person, constituency="governments")
    make_exception(person, constituency="agencies")
    browser = client_of(person)
    install_second_notice(notices)
    both = ["governments", "agencies"]
    for chosen in (
        {"audience": "everyone", "clear_exceptions": "on"},
        {"audience": "participants", "constituencies": ["governments"]},
        {"audience": "constituency", "constituencies": []},
    ):
        answer = browser.post("/me/audience/", chosen)
        assert answer.status_code == 400 and OUTDATED in page_text(answer)
    assert audiences(person)[0] == "participants" and person.exceptions.count() == 2
    more = {"audience": "participants", "constituencies": [*both, "civil-society"]}
    assert browser.post("/me/audience/", more).status_code == 302
    assert person.exceptions.count() == 3
    assert browser.post("/me/audience/", {"audience": "only_me"}).status_code == 302
    assert audiences(person)[0] == "only_me" and not person.exceptions.exists()


def test_rule_refuses_to_widen_without_any_form(notices: Path) -> None:
    person = make_sharer("Sita")
    channel = person.channels.get()
    install_second_notice(notices)
    for row in (None, channel):
        with pytest.raises(ValidationError, match=OUTDATED):
            set_audience(person, row, audience="participants", exceptions=[], at=NOON)
        assert audiences(person) == ["constituency", "constituency"]
    for row in (None, channel):
        set_audience(person, row, audience="introduced", exceptions=[], at=NOON)
    assert audiences(person) == ["introduced", "introduced"]


def test_hidden_profile_is_shown_again_only_under_the_new_notice(
    notices: Path, client_of: Sign
) -> None:
    person = make_sharer("Sita")
    client = client_of(person)
    client.post("/me/hide/")
    stale_page = client.get("/me/").content.decode()
    install_second_notice(notices)
    page = page_text(client.get("/me/"))
    assert "To show your profile again, agree to the new notice below first." in page
    assert "Show my profile again" not in page
    assert person.user
    record_email_code(client, person.user)
    client.post("/me/show/", form_fields(stale_page, "/me/show/"))
    person.refresh_from_db()
    assert person.hidden_at
    assert agree(client).status_code == 302
    page = client.get("/me/").content.decode()
    record_email_code(client, person.user)
    client.post("/me/show/", form_fields(page, "/me/show/"))
    person.refresh_from_db()
    assert person.hidden_at is None
    shown = AuditEntry.objects.get(action="resume")
    assert shown.detail == "sharing 2"


def test_review_and_new_notice_are_never_asked_together(notices: Path, deliver: Deliver) -> None:
    """A person in a review gets its email alone; who is asked about the notice, no review."""
    in_review, later = make_sharer("Review"), make_sharer("Later")
    Delegate.objects.filter(pk=later.pk).update(reviewed_on=date(2026, 3, 20))
    review_on, review_of_later = date(2027, 2, 2), date(2027, 2, 20)
    assert run(review_on) == ["Asked: 1"]
    install_second_notice(notices)
    assert run(date(2027, 2, 3)) == ["Asked to agree to the new notice: 1"]
    assert run(review_of_later) == ["Nothing is due."]
    assert run(date(2027, 2, 26)) == ["Reminded of the new notice: 1"]
    assert run(date(2027, 3, 4)) == ["Changed to “Only me”: 1"]
    done = "Changed to “Only me”, without consent to the new notice: 1"
    assert run(date(2027, 3, 5)) == [done]
    assert run(date(2027, 3, 6)) == ["Asked: 1"]
    assert audiences(in_review) == audiences(later) == ["only_me", "only_me"]
    assert QueuedEmail.objects.filter(dedup_key__startswith="notice").count() == 3


def test_another_version_keeps_the_stated_day(notices: Path, client_of: Sign) -> None:
    person, agrees = make_sharer("Sita"), make_sharer("Agrees")
    install_second_notice(notices)
    run(ASKED)
    with time_machine.travel(datetime(2026, 6, 10, 9, tzinfo=UTC), tick=False):
        agree(client_of(agrees))
    (notices / "sharing-3.en.txt").write_text("We keep names, posts and languages.")
    assert run(date(2026, 6, 20)) == ["Asked to agree to the new notice: 1"]
    assert run(REMINDED) == ["Reminded of the new notice: 1"]
    assert run(NARROWED) == ["Changed to “Only me”, without consent to the new notice: 1"]
    assert audiences(person) == ["only_me", "only_me"]
    assert audiences(agrees) == ["constituency", "constituency"]
    assert run(date(2026, 7, 20))[0].startswith("Changed to “Only me”, without consent")


def test_closed_account_is_narrowed_late_and_without_an_email(notices: Path) -> None:
    person = make_sharer("Sita")
    User.objects.filter(delegate=person).update(is_active=False)
    install_second_notice(notices)
    at = datetime.combine(ASKED, time(5), UTC)
    counts = notice_changes.run_notice_requests(on=ASKED, at=at, dry_run=True)
    assert counts == {"notice asked": 1, "unreached": 1}
    assert not ConsentRequest.objects.exists()
    unreached = "Of these, without a mailbox, so no email was sent: 1"
    assert run(ASKED) == ["Asked to agree to the new notice: 1", unreached]
    narrowed = "Changed to “Only me”, without consent to the new notice: 1"
    assert run(date(2026, 9, 1)) == [narrowed, unreached]  # no reminder after the day
    assert audiences(person) == ["only_me", "only_me"]
    assert not QueuedEmail.objects.exists()


def test_finding_who_is_asked_takes_one_query(
    notices: Path, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        make_sharer(f"Sharer{number}")
    at = datetime.combine(ASKED, time(5), UTC)
    with django_assert_num_queries(1):
        assert not notice_changes.run_notice_requests(on=ASKED, at=at)


def test_paragraphs_that_differ_are_found() -> None:
    [(before, after), (nothing, added)] = changed_paragraphs(
        "Same.\nWe keep names.\nSame again.", "Same.\nWe keep posts.\nSame again.\nNew."
    )
    assert [part.text.strip() for part in before if part.differs] == ["names"]
    assert [part.text.strip() for part in after if part.differs] == ["posts"]
    assert (nothing, [part.text for part in added]) == ([], ["New."])
