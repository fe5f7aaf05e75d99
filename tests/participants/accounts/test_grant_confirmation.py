"""Rights at the desk: requested, confirmed by other organisations, announced, stopped."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outcomes.duplicates.organisations import apply_merge
from participants.accounts.grants import (
    RIGHTS,
    end_grant,
    end_old_suspensions,
    hand_over_grant,
    request_grant,
    suspend_grant,
)
from participants.decisions.engine import sign
from participants.models import Grant, Organisation, User
from participants.participation.digest import send_digests
from participants.permissions import may_decide
from participants.privacy.audiences import get_viewer
from roundtable.audit.models import AuditEntry
from tests.decide import agree, offers, page_of
from tests.factories import (
    NOON,
    make_delegate,
    make_event,
    make_government,
    make_grant,
    make_organisation,
    make_user,
)
from tests.form_fields import send_form
from tests.meetings import Meeting
from tests.page_text import page_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[..., Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]
LIST = "/admin/participants/grant/"


class Holders(Meeting):
    """And an operator."""

    def __init__(self) -> None:
        super().__init__("confirmer")
        self.operator = make_user("runs@example.org", is_superuser=True)

    def request(self, organisation: Organisation, *, by: User | None = None) -> Grant:
        grant = Grant(
            user=make_user(),
            event=self.event,
            role=Grant.Role.COCHAIR,
            on_behalf_of=organisation,
            valid_from=date(2026, 3, 1),
            reason="Letter of 1 March",
        )
        return request_grant(grant=grant, by=by or self.operator, at=NOON)


@pytest.fixture
def holders(db: None) -> Holders:
    return Holders()


def confirm(grant: Grant, by: User) -> bool:
    """As the page shows the right now."""
    return bool(sign(RIGHTS, {grant.pk: grant.content_hash}, by=by, at=NOON))


def suspend(grant: Grant, by: User) -> bool:
    return suspend_grant(grant=grant, reason="Doubt", by=by, at=NOON)


def effective_on(grant: Grant) -> date | None:
    grant.refresh_from_db()
    return grant.effective_on


def is_active(grant: Grant) -> bool:
    return Grant.objects.active(NOON.date()).filter(pk=grant.pk).exists()


def test_operator_alone_gives_no_right(
    holders: Holders, client_of: Sign, operator: User, deliver: Deliver
) -> None:
    second_self = make_user("second.self@example.org")
    sent = {
        "user": second_self.pk,
        "event": holders.event.pk,
        "role": "cochair",
        "on_behalf_of": holders.network.pk,
        "reason": "For myself",
        "valid_from": "2020-01-01",
    }
    browser = client_of(operator)
    assert browser.post(f"{LIST}add/", sent | {"reason": ""}).status_code == 200
    assert not second_self.grants.exists()
    assert browser.post(f"{LIST}add/", sent).status_code == 302
    grant = second_self.grants.get()
    assert (grant.effective_on, grant.requested_by) == (None, operator)
    assert not offers(browser, grant)
    assert client_of(second_self).get("/admin/").status_code in (302, 403)
    send_digests(at=timezone.now())
    told = {mail.to[0] for mail in deliver()}
    # The confirmer acts for the organisation that it is for.
    assert told == {"first@example.org", "second@example.org"}


def test_right_is_in_force_after_a_week_or_once_a_second_organisation_confirmed(
    holders: Holders, deliver: Deliver
) -> None:
    grant = holders.request(make_government("MY"))
    assert confirm(grant, holders.first) and not confirm(grant, holders.first)
    assert effective_on(grant) == date(2026, 3, 9)
    assert not may_decide(grant.user, holders.event, NOON)
    deliver()
    assert confirm(grant, holders.second)
    assert effective_on(grant) == date(2026, 3, 2)
    assert may_decide(grant.user, holders.event, NOON)
    mails = {mail.to[0]: str(mail.body) for mail in deliver()}
    assert "This is about your right as co-chair" in mails[grant.user.email]
    assert set(mails) == {grant.user.email}


def test_governments_without_a_country_count_as_one(holders: Holders) -> None:
    grant = holders.request(make_government("", "Nowhere"))
    other = holders.holder("cochair", make_government("", "Elsewhere"), "no@example.org")
    assert not confirm(grant, other)


def test_right_of_an_account_of_another_organisation_is_read_with_care(
    holders: Holders, client_of: Sign
) -> None:
    grant = holders.request(holders.office)
    Organisation.history.update(history_date=NOON - timedelta(days=60))
    page, browser = f"/admin/decide/grant/{grant.pk}/", client_of(holders.first)
    assert "Read with care" not in page_text(browser.get(page))
    held = make_grant(grant.user, make_event(), on_behalf_of=holders.network)
    # Rights at a roundtable of others are not theirs to know.
    assert "Read with care" not in page_text(browser.get(page))
    held.event = holders.event
    held.save()
    words = page_text(browser.get(page))
    assert "Read with care: this account has a right for Network." in words


def test_right_that_is_stopped_while_it_waits_must_be_confirmed_by_two(holders: Holders) -> None:
    grant = holders.request(make_government("MY"))
    confirm(grant, holders.first)
    assert suspend(grant, holders.confirmer)
    assert effective_on(grant) is None and not grant.confirmations.exists()
    assert end_old_suspensions(at=NOON + timedelta(days=30)) == 0
    confirm(grant, holders.first)
    assert effective_on(grant) is None
    confirm(grant, holders.second)
    assert effective_on(grant) == date(2026, 3, 2)
    actions = AuditEntry.objects.order_by("sequence").values_list("action", flat=True)
    assert list(actions) == [
        "request grant",
        "confirm grant",
        "suspend grant",
        *["confirm grant"] * 2,
    ]


def test_no_one_suspends_all_others(holders: Holders) -> None:
    """What a suspended holder confirmed no longer counts; a closed account is no holder."""
    waits = holders.request(make_government("MY"))
    assert confirm(waits, holders.confirmer)
    others = [user.grants.get() for user in (holders.first, holders.second)]
    confirmer = holders.confirmer.grants.get()
    assert suspend(confirmer, holders.operator)
    assert effective_on(waits) is None and not waits.confirmations.exists()
    for grant in others:
        assert not suspend(grant, holders.operator) and is_active(grant)
    Grant.objects.filter(pk=confirmer.pk).update(suspended_at=None)
    User.objects.filter(pk=holders.confirmer.pk).update(is_active=False)
    assert not [grant for grant in others if suspend(grant, holders.operator)]


def test_rights_of_a_new_roundtable_come_from_the_last_one(
    holders: Holders, client_of: Sign
) -> None:
    """Until it has two of its own."""
    days = {"starts_on": date(2027, 5, 1), "ends_on": date(2027, 5, 2)}
    following = make_event(series=holders.event.series, **days)
    here, elsewhere = (
        make_grant(make_user(), event, on_behalf_of=make_government("MY"), effective_on=None)
        for event in (following, make_event(**days))
    )
    page, browser = page_of(here), client_of(holders.first)
    assert page in browser.get(LIST).content.decode() and browser.get(page).status_code == 200
    assert confirm(here, holders.first) and not confirm(elsewhere, holders.first)
    for country in ("MY", "TH"):
        make_grant(make_user(), following, on_behalf_of=make_government(country, "Own"))
    browser = client_of(holders.first)
    assert page not in browser.get(LIST).content.decode()
    assert browser.get(page).status_code == 404


def test_right_cannot_be_made_longer(holders: Holders, client_of: Sign, operator: User) -> None:
    grant = make_grant(make_user(), holders.event, valid_until=date(2096, 6, 1))
    address = reverse("admin:participants_grant_change", args=[grant.pk])
    answer = client_of(operator).post(address, {"valid_until": "2097-06-01"})
    assert "A right cannot be made longer." in answer.content.decode()
    answer = client_of(operator).post(address, {"valid_until": "2020-01-01"})
    assert "This day is in the past." in answer.content.decode()
    client_of(operator).post(address, {"valid_until": "2096-05-01", "role": "editor"})
    grant.refresh_from_db()
    assert (grant.valid_until, grant.role) == (date(2096, 5, 1), "cochair")


def test_operator_makes_no_operator(client_of: Sign, operator: User) -> None:
    sent: dict[str, Any] = {"email": "new@example.org", "is_active": "on", "is_superuser": "on"}
    client_of(operator).post("/admin/participants/user/add/", sent)
    assert not User.objects.get(email="new@example.org").is_superuser


def test_cochair_confirms_and_stops_a_new_right_at_the_desk(
    holders: Holders, client_of: Sign
) -> None:
    grant = holders.request(make_government("MY"))
    User.objects.filter(pk=grant.user_id).update(email="rani@ministry.example")
    browser = client_of(holders.second)
    listed = browser.get(LIST).content.decode()
    page = page_of(grant)
    assert "Waits for another organisation" in listed and "ministry.example" not in listed
    assert page in listed
    shown = browser.get(page)
    # Who confirms reads whose mailbox it is.
    for words in ("Letter of 1 March", "Government MY", "r…@ministry.example"):
        assert words in shown.content.decode()
    own = holders.holder("cochair", make_government("MY", "Police"), "own@example.org")
    assert "ministry.example" not in client_of(own).get(page).content.decode()
    browser.post(page, {"act": "agree", "shown": "0" * 64})
    assert not grant.confirmations.exists()
    assert "You agreed to 1 thing." in agree(browser, grant)
    asked = browser.get(f"{LIST}{grant.pk}/suspend/")
    assert "This right is not in force yet. You stop it" in asked.content.decode()
    answer = send_form(browser, asked, containing="reason", reason="An impostor")
    assert "You suspended this right." in answer.content.decode()
    assert effective_on(grant) is None
    outsider = make_user("outside@example.org")
    make_grant(outsider, make_event(code="RX", slug="rx"), on_behalf_of=make_government("NZ"))
    assert client_of(outsider).get(page).status_code == 404


def test_operator_ends_no_right_at_once(holders: Holders, client_of: Sign, operator: User) -> None:
    """Otherwise one account takes the co-chairs away, or leaves no one who can confirm."""
    today = timezone.localdate()
    grant = holders.first.grants.get()
    address = reverse("admin:participants_grant_change", args=[grant.pk])
    browser = client_of(operator)
    early = browser.post(address, {"valid_until": today.isoformat()})
    assert "To stop a right at once, suspend it." in early.content.decode()
    in_time = (today + timedelta(days=7)).isoformat()
    browser.post(address, {"valid_until": in_time})
    grant.refresh_from_db()
    assert grant.valid_until == today + timedelta(days=7)
    holders.confirmer.grants.all().delete()
    last = holders.second.grants.get()
    address = reverse("admin:participants_grant_change", args=[last.pk])
    Grant.objects.filter(pk=grant.pk).update(suspended_at=NOON)
    refused = browser.post(address, {"valid_until": in_time})
    assert "Two organisations must keep a right there." in refused.content.decode()


@pytest.mark.parametrize("act", ["suspended", "given another last day"])
def test_successor_who_does_not_come_leaves_the_right_with_its_holder(
    holders: Holders, act: str
) -> None:
    """Otherwise a transfer ends a right, and the next one is stopped, or lasts a day."""
    held = holders.second.grants.get()
    assert held.valid_until is None
    day = date(2026, 5, 1)
    new = hand_over_grant(grant=held, to=make_user(), on=day, by=holders.operator, at=NOON)
    assert confirm(new, holders.first)
    held.refresh_from_db()
    assert held.valid_until == date(2026, 4, 30)
    if act == "suspended":
        assert suspend(new, holders.first)
    else:  # what was confirmed had another one
        assert end_grant(grant=new, on=day, by=holders.operator, at=NOON) == ""
    held.refresh_from_db()
    assert held.valid_until is None
    assert effective_on(new) is None and not new.confirmations.exists()


def test_merged_organisations_confirm_once(holders: Holders) -> None:
    grant = holders.request(make_government("MY"))
    double = make_organisation(name="The office", slug="double")
    other = holders.holder("cohost", double, "double@example.org")
    assert confirm(grant, other)
    Organisation.objects.filter(pk=double.pk).update(kind=holders.network.kind)
    apply_merge(target=holders.network, duplicate=double, by=holders.operator, at=NOON)
    assert effective_on(grant) is None and not grant.confirmations.exists()


def test_first_rights_come_from_a_logged_command(holders: Holders, deliver: Deliver) -> None:
    user = make_user("new@example.org")
    call_command("appoint", "new@example.org", "rt", "cochair", "office", verbosity=0)
    given = user.grants.get()
    assert given.effective_on == given.valid_from == timezone.localdate()
    # What has ended stays as it was; what is in force keeps its first day.
    Grant.objects.filter(pk=given.pk).update(
        valid_from=date(2020, 1, 1), effective_on=date(2020, 1, 1), valid_until=date(2020, 2, 1)
    )
    for _time in range(2):
        call_command("appoint", "new@example.org", "rt", "cochair", "office", verbosity=0)
        # On its last day, it is in force.
        user.grants.filter(valid_until=None).update(valid_until=timezone.localdate())
    days = user.grants.order_by("pk").values_list("valid_from", "valid_until")
    assert list(days) == [
        (date(2020, 1, 1), date(2020, 2, 1)),
        (timezone.localdate(), timezone.localdate()),
    ]
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"appoint"}
    assert "first@example.org" in {mail.to[0] for mail in deliver()}
    for wrong in (
        ("no@example.org", "rt", "cochair", "office"),
        ("new@example.org", "no", "cochair", "office"),
        ("new@example.org", "rt", "cochair", "no"),
    ):
        with pytest.raises(CommandError):
            call_command("appoint", *wrong, verbosity=0)


def test_first_cochair_is_invited_from_the_server(holders: Holders, deliver: Deliver) -> None:
    for wrong in ("no", "rt"):  # nothing is left of an account that gets no right
        with pytest.raises(CommandError):
            call_command("appoint", "Zq@example.org", wrong, "cochair", "no", invite=True)
    assert not User.objects.filter(email="zq@example.org").exists()
    for _time in range(2):
        call_command("appoint", "Zq@example.org", "rt", "cochair", "office", invite=True)
    account = User.objects.get(email="zq@example.org")
    assert account.grants.get().effective_on == timezone.localdate()
    told = [mail.subject for mail in deliver() if mail.to == ["zq@example.org"]]
    assert set(told) == {
        "A right at the co-chairs' desk is given",
        "Your account in the portal",
    }


def test_suspended_right_matches_exceptions_and_a_pending_one_does_not(holders: Holders) -> None:
    person = make_delegate(user=make_user())
    ministry = make_government("MY")
    assert person.user is not None
    grant = make_grant(person.user, holders.event, on_behalf_of=ministry)

    def excluded() -> bool:
        assert person.user is not None
        return ministry.pk in get_viewer(person.user, NOON.date()).organisations

    assert excluded() and suspend(grant, holders.first) and excluded()
    Grant.objects.filter(pk=grant.pk).update(
        suspended_at=None, effective_on=NOON.date() + timedelta(days=7)
    )
    assert not excluded()
