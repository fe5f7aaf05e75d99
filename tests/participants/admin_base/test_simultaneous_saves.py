"""A form of the admin that is saved while the person chooses, or after it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin import ModelAdmin
from django.test import Client

from participants.accounts.addresses import set_sign_in_address
from participants.models import Audience, Consent, Delegate, User
from participants.participation.confirmation import confirm_participations
from participants.privacy import consent
from participants.privacy.audience_choice import set_audience
from participants.privacy.erasure import erase_delegate
from roundtable.models import Event
from tests.factories import NOON, make_colleagues, make_consent, make_participation, make_user
from tests.form_fields import form_fields

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
Fields = dict[str, Any]
OWNER = Consent.By.OWNER
SHARED = {
    "hidden_at": None,
    "consented_at": NOON,
    "listed_to": "everyone",
    "is_protected": False,
    "erased_at": None,
}


def page_of(row: Delegate | User) -> str:
    return f"/admin/participants/{row._meta.model_name}/{row.pk}/change/"


def opened(browser: Client, row: Delegate | User) -> Fields:
    """What the page would send untouched."""
    return fields_of(browser.get(page_of(row)).content.decode())


def fields_of(page: str) -> Fields:
    inline = "participations-TOTAL_FORMS"
    return form_fields(page, containing=inline if inline in page else "is_active")


def stored(row: Delegate | User, *names: str) -> Fields:
    return {name: getattr(type(row)._base_manager.get(pk=row.pk), name) for name in names}


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Does something after the admin has read the row, and before it saves the form."""

    def prepare(act: Callable[[], object]) -> None:
        read = ModelAdmin.get_object

        def read_then_act(admin: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            row = read(admin, request, *args, **kwargs)
            if request.method == "POST":
                act()
            return row

        monkeypatch.setattr(ModelAdmin, "get_object", read_then_act)

    return prepare


def hide(person: Delegate) -> None:
    consent.hide_profile(person, by=Consent.By.LINK, at=NOON)


def withdraw(person: Delegate) -> None:
    make_consent(person)
    consent.withdraw_consent(person, by=OWNER, at=NOON)


def narrow(person: Delegate) -> None:
    set_audience(person, None, audience=Audience.ONLY_ME, exceptions=[], at=NOON)


def protect(person: Delegate) -> None:
    person.listed_to, person.is_protected = Audience.INTRODUCED, True
    person.save_base(update_fields=["listed_to", "is_protected"])


CHOICES: dict[str, tuple[Callable[[Delegate], None], Fields]] = {
    "hide": (hide, {"hidden_at": NOON}),
    "withdraw": (withdraw, {"consented_at": None, "listed_to": "only_me"}),
    "narrow": (narrow, {"listed_to": "only_me"}),
    "protect": (protect, {"listed_to": "introduced", "is_protected": True}),
}


@pytest.mark.parametrize("choice", CHOICES)
def test_save_keeps_what_person_just_chose(
    client_of: Sign,
    cochair: User,
    delegate: Delegate,
    meanwhile: Callable[[Callable[[], object]], None],
    choice: str,
) -> None:
    choose, chosen = CHOICES[choice]
    browser = client_of(cochair)
    fields = opened(browser, delegate) | {"name_latin": "Dewi L."}
    meanwhile(lambda: choose(Delegate.objects.get(pk=delegate.pk)))
    assert browser.post(page_of(delegate), fields).status_code == 302
    assert stored(delegate, *SHARED) == SHARED | chosen
    # The name in Latin letters waits for the person.
    assert stored(delegate, "name_latin") == {"name_latin": ""}
    assert delegate.proposals.get().name_latin == "Dewi L."


def test_save_does_not_bring_erased_person_back(
    client_of: Sign,
    cochair: User,
    delegate: Delegate,
    meanwhile: Callable[[Callable[[], object]], None],
) -> None:
    delegate.participations.update(capacity="Speaker")
    make_colleagues(delegate.participations.get())
    browser = client_of(cochair)
    fields = opened(browser, delegate) | {"name_latin": "Dewi L."}

    def erase() -> None:
        erase_delegate(Delegate.objects.get(pk=delegate.pk), by=None, at=NOON)

    meanwhile(erase)
    answer = browser.post(page_of(delegate), fields)
    assert answer.status_code == 200
    assert "This person is erased. You can no longer change the entry." in answer.content.decode()
    empty = {"name": "", "name_latin": "", "invitation_email": "", "user_id": None}
    assert stored(delegate, *empty) == empty
    assert [part.capacity for part in delegate.participations.all()] == [""]


def test_deleted_person_is_not_found(
    client_of: Sign,
    cochair: User,
    delegate: Delegate,
    meanwhile: Callable[[Callable[[], object]], None],
) -> None:
    browser = client_of(cochair)
    fields = opened(browser, delegate)
    meanwhile(lambda: Delegate.objects.filter(pk=delegate.pk).delete())
    assert browser.post(page_of(delegate), fields).status_code == 404


def test_old_page_writes_only_what_was_changed_on_it(
    client_of: Sign, cochair: User, delegate: Delegate
) -> None:
    browser = client_of(cochair)
    fields = opened(browser, delegate) | {"name_latin": "Dewi L."}
    Delegate.objects.filter(pk=delegate.pk).update(
        name="Dewi Sri", invitation_email="d@example.org"
    )
    assert browser.post(page_of(delegate), fields).status_code == 302
    assert stored(delegate, "name", "name_latin", "invitation_email") == {
        "name": "Dewi Sri",
        "name_latin": "",
        "invitation_email": "d@example.org",
    }
    assert delegate.proposals.get().name_latin == "Dewi L."


def test_change_of_same_field_is_shown_before_it_is_replaced(
    client_of: Sign, cochair: User, delegate: Delegate
) -> None:
    browser = client_of(cochair)
    fields = opened(browser, delegate) | {"name_latin": "Dewi Lestari Putri"}
    Delegate.objects.filter(pk=delegate.pk).update(name_latin="Dewi Sri")
    answer = browser.post(page_of(delegate), fields)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert (
        "This changed after you opened the page. It is now “Dewi Sri”. Check your entry, then "
        "save again." in page
    )
    assert stored(delegate, "name_latin") == {"name_latin": "Dewi Sri"}
    again = fields_of(page)
    assert (again["name_latin"], again["initial-name_latin"]) == (
        ["Dewi Lestari Putri"],
        ["Dewi Sri"],
    )
    assert browser.post(page_of(delegate), again).status_code == 302
    assert stored(delegate, "name_latin") == {"name_latin": "Dewi Sri"}
    assert delegate.proposals.get().name_latin == "Dewi Lestari Putri"


def leave(user: User) -> None:
    set_sign_in_address(user, "home@example.org")


def close(user: User) -> None:
    user.is_active = False
    user.save_base(update_fields=["is_active"])


@pytest.mark.parametrize(
    ("act", "kept"),
    [(leave, {"email": "home@example.org"}), (close, {"is_active": False})],
)
def test_operator_does_not_undo_change_of_account(
    client_of: Sign,
    operator: User,
    meanwhile: Callable[[Callable[[], object]], None],
    act: Callable[[User], None],
    kept: Fields,
) -> None:
    user, browser = make_user("unused@example.org", last_login=None), client_of(operator)
    fields = opened(browser, user)
    meanwhile(lambda: act(User.objects.get(pk=user.pk)))
    assert browser.post(page_of(user), fields).status_code == 302
    as_before = {"email": "unused@example.org", "is_active": True}
    assert stored(user, "email", "is_active") == as_before | kept


def test_old_confirmation_does_not_bring_participation_back(
    event: Event, cochair: User, delegate: Delegate
) -> None:
    newcomer = Delegate(name="Nia")
    newcomer.save()
    row = make_participation(newcomer, event, confirmed=False, capacity="Speaker")
    erase_delegate(Delegate.objects.get(pk=newcomer.pk), by=None, at=NOON)
    later = NOON + timedelta(days=1)
    assert confirm_participations(participations=[row], by=make_user(), at=later) == []
    assert confirm_participations(participations=[row], by=cochair, at=later) == []
    assert not newcomer.participations.exists()
