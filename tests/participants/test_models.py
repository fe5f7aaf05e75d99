"""What may be stored of people and organisations, and what spans their tables."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import models, transaction

from participants.models import (
    Audience,
    Consent,
    Constituency,
    ContactChannel,
    DelegateLanguage,
    Erasure,
    EventRole,
    Grant,
    Kind,
    Organisation,
    ParticipantList,
    Participation,
    RecordedCount,
    RevealBudget,
    ReviewStep,
    User,
)
from tests.constraints import (
    Breaking,
    again,
    assert_database_refuses,
    assert_words_refuse,
    changed,
    constraints_of,
)
from tests.factories import (
    NOON,
    make_affiliation,
    make_channel,
    make_commitment,
    make_consent,
    make_delegate,
    make_event,
    make_exception,
    make_factor_reset,
    make_grant,
    make_group,
    make_introduction,
    make_invitation,
    make_invitation_request,
    make_list,
    make_notice,
    make_organisation,
    make_participation,
    make_party,
    make_role,
    make_user,
)

pytestmark = pytest.mark.django_db


def saved(row: models.Model) -> models.Model:
    row.save()
    return row


def unsaved(row: models.Model, **fields: Any) -> models.Model:
    """Another one like it; the stored one cannot be changed."""
    return changed(again(row), **fields)


def _list_by_one() -> ParticipantList:
    row = make_list(make_event())
    row.decided_by, row.decided_at = row.asked_by, NOON
    return row


def _reset_by_one() -> models.Model:
    by = make_user()
    return changed(make_factor_reset(make_user(), asked_by=by), agreed_by=by, agreed_at=NOON)


def _introduced_to_oneself() -> models.Model:
    row = make_introduction(make_delegate(), make_delegate())
    return changed(row, second=row.first)


def _introduced_the_other_way_round() -> models.Model:
    row = make_introduction(make_delegate(), make_delegate())
    return changed(again(row), first=row.second, second=row.first)


BREAKING: Breaking = {
    "affiliation_ends_after_it_begins": lambda: changed(
        make_affiliation(make_delegate()), since=date(2020, 1, 2), until=date(2020, 1, 1)
    ),
    "channel_audience_known": lambda: changed(make_channel(make_delegate()), audience="world"),
    "channel_has_a_value": lambda: changed(make_channel(make_delegate()), value=""),
    "channel_kind_known": lambda: changed(make_channel(make_delegate()), kind="fax"),
    "channel_once": lambda: again(make_channel(make_delegate())),
    "delegate_has_a_name": lambda: changed(make_delegate(), name=""),
    "consent_act_known": lambda: unsaved(make_consent(make_delegate()), act="sold"),
    "consent_by_known": lambda: unsaved(make_consent(make_delegate()), by="anyone"),
    "consent_notice_once": lambda: again(make_notice()),
    "delegate_erased_leaves_nothing": lambda: changed(make_delegate(), erased_at=NOON),
    "delegate_listed_only_with_account": lambda: changed(
        make_delegate(user=None), consented_at=NOON, listed_to=Audience.PARTICIPANTS
    ),
    "delegate_listed_only_with_consent": lambda: changed(
        make_delegate(), consented_at=None, listed_to=Audience.PARTICIPANTS
    ),
    "delegate_listed_to_known": lambda: changed(make_delegate(), listed_to="world"),
    "delegate_protected_is_unlisted": lambda: changed(
        make_delegate(), is_protected=True, listed_to=Audience.PARTICIPANTS
    ),
    "erasure_once": lambda: again(saved(Erasure(kind=Erasure.Kind.HANDLE, mark="a" * 64, at=NOON))),
    "event_role_known": lambda: changed(make_role(make_event()), role="king"),
    "event_role_once": lambda: again(make_role(make_event())),
    "exception_names_one": lambda: changed(make_exception(make_delegate()), country="TH"),
    "exception_once": lambda: again(make_exception(make_delegate(), country="TH")),
    "factor_reset_by_two": lambda: _reset_by_one(),
    "factor_reset_one_open": lambda: again(make_factor_reset(make_user())),
    "grant_ends_after_it_begins": lambda: changed(
        make_grant(make_user(), make_event()), valid_until=date(2023, 12, 31)
    ),
    "grant_once": lambda: again(make_grant(make_user(), make_event())),
    "grant_role_known": lambda: changed(make_grant(make_user(), make_event()), role="king"),
    "group_made_of_known": lambda: changed(make_group(), made_of="friends"),
    "introduction_of_two_people": lambda: _introduced_to_oneself(),
    "introduction_once_at_a_time": lambda: _introduced_the_other_way_round(),
    "invitation_answered_at_some_time": lambda: changed(
        make_invitation(make_delegate(), make_event()), answer="agreed"
    ),
    "invitation_one_open": lambda: changed(
        again(make_invitation(make_delegate(), make_event())), token_hash="b" * 64
    ),
    "invitation_request_decided_at_some_time": lambda: changed(
        make_invitation_request(make_event()), decision="invited"
    ),
    "language_once": lambda: again(
        saved(DelegateLanguage(delegate=make_delegate(), language="th"))
    ),
    "organisation_kind": lambda: changed(make_organisation(), kind="club"),
    "participant_list_by_two": lambda: _list_by_one(),
    "participant_list_fetched_once_agreed": lambda: changed(
        make_list(make_event()), expires_at=NOON
    ),
    "participant_list_has_a_purpose": lambda: changed(make_list(make_event()), purpose=""),
    "participation_confirmed_by_someone_at_some_time": lambda: changed(
        make_participation(make_delegate(), make_event(), confirmed=False), confirmed_at=NOON
    ),
    "participation_once": lambda: again(make_participation(make_delegate(), make_event())),
    "recorded_count_most": lambda: RecordedCount(
        event=make_event(), kind=Kind.GOVERNMENT, number=2001
    ),
    "recorded_count_kind": lambda: RecordedCount(event=make_event(), kind="club", number=3),
    "recorded_count_once": lambda: again(
        saved(RecordedCount(event=make_event(), kind=Kind.GOVERNMENT, number=13))
    ),
    "reveal_budget_once": lambda: again(
        saved(RevealBudget(user=make_user(), day=date(2026, 3, 2)))
    ),
    "review_step_once": lambda: again(
        saved(ReviewStep(delegate=make_delegate(), since=NOON.date(), step="asked", on=NOON.date()))
    ),
    "user_email_unique_in_any_case": lambda: User(
        email=make_user().email.upper(), password="!unusable"
    ),
}


def test_constraints_are_all_tried() -> None:
    assert sorted(BREAKING) == constraints_of("participants")


@pytest.mark.parametrize("name", BREAKING)
def test_constraint_holds_in_the_database(name: str) -> None:
    assert_database_refuses(BREAKING[name](), name)


@pytest.mark.parametrize("name", BREAKING)
def test_constraint_is_explained_before_saving(name: str) -> None:
    assert_words_refuse(BREAKING[name]())


def test_consent_is_never_changed() -> None:
    row = make_consent(make_delegate())
    row.act = "withdrawn"
    with pytest.raises(TypeError, match="add another"):
        row.save()


def test_consents_are_never_changed_or_deleted_by_the_many() -> None:
    person = make_delegate()
    row = make_consent(person)
    for change in (
        lambda: Consent.objects.update(by="link"),
        lambda: Consent.objects.filter(act="given").update(by="link"),
        lambda: person.consents.update(by="link"),
        lambda: Consent.objects.bulk_update([row], ["by"]),
        lambda: Consent.objects.all().delete(),
        lambda: person.consents.all().delete(),
        row.delete,
    ):
        with pytest.raises(TypeError, match="never"), transaction.atomic():
            change()
    assert person.consents.get().by == "owner"


def test_confirmer_without_a_time_is_refused() -> None:
    row = make_participation(make_delegate(), make_event(), confirmed=False)
    row.confirmed_by = make_user()
    assert_database_refuses(row, "participation_confirmed_by_someone_at_some_time")


@pytest.mark.parametrize("made_up", [True, False])
def test_made_up_and_real_never_meet_in_a_role(made_up: bool) -> None:
    row = EventRole(
        event=make_event(is_demonstration=not made_up),
        organisation=make_organisation(is_demonstration=made_up),
        role=EventRole.Role.COHOST,
    )
    with pytest.raises(ValidationError, match="What is made up belongs to demonstrations only"):
        row.full_clean()


@pytest.mark.parametrize(
    ("event", "delegate", "organisation"),
    [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1) if not a == b == c],
)
def test_made_up_and_real_never_meet_in_a_participation(
    event: int, delegate: int, organisation: int
) -> None:
    row = Participation(
        event=make_event(is_demonstration=bool(event)),
        delegate=make_delegate(is_demonstration=bool(delegate)),
        organisation=make_organisation(is_demonstration=bool(organisation)),
    )
    with pytest.raises(ValidationError, match="What is made up belongs to demonstrations only"):
        row.full_clean()


@pytest.mark.parametrize("made_up", [True, False])
def test_made_up_and_real_never_meet_in_an_affiliation(made_up: bool) -> None:
    delegate = make_delegate(is_demonstration=made_up)
    with pytest.raises(ValidationError, match="Made-up people belong to made-up organisations"):
        make_affiliation(delegate, organisation=make_organisation(is_demonstration=not made_up))


def test_made_up_people_take_part_in_demonstrations() -> None:
    delegate = make_delegate(is_demonstration=True)
    make_affiliation(delegate)
    row = make_participation(delegate, make_event(is_demonstration=True))
    assert row.organisation.is_demonstration


def test_new_delegate_shares_nothing() -> None:
    delegate = make_delegate()
    assert delegate.listed_to == Audience.ONLY_ME
    assert ContactChannel(delegate=delegate).audience == Audience.ONLY_ME
    assert not delegate.channels.exists()


def test_handles_are_random_and_easily_read() -> None:
    handles = {make_delegate(user=None).handle for _ in range(50)}
    assert len(handles) == 50
    assert not set("".join(handles)) & set("il01o")


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u202e\u2066", "\t\n", "\u0301"])
def test_name_that_shows_nothing_is_refused(name: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        make_delegate(name=name)
    assert "name" in refusal.value.message_dict


@pytest.mark.parametrize("name", ["ดวงใจ", "မောင်မောင်", "محمد", "李小龍", "O’Neil-Ó", "ދިވެހި"])
def test_name_may_be_in_any_script(name: str) -> None:
    delegate = make_delegate(name=name)
    delegate.refresh_from_db()
    assert delegate.name == name


def test_channel_is_kept_in_its_usual_form() -> None:
    channel = make_channel(make_delegate(), kind="phone", value=" +62 (21) 5555-0100 ")
    assert channel.value == "+622155550100"


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("email", "nobody", "valid email"),
        ("site", "javascript:alert(1)", "beginning with https://"),
        ("site", "example.org", "beginning with https://"),
        ("phone", "021 5555 0100", "Begin with +"),
        ("mobile", "+62 123", "too short or too long"),
        ("whatsapp", "+62 " + "5" * 30, "too long"),
        ("signal", "+x", "Begin with +"),
    ],
)
def test_channel_that_leads_nowhere_is_refused(kind: str, value: str, words: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        make_channel(make_delegate(), kind=kind, value=value)
    assert words in " ".join(refusal.value.message_dict["value"])


def test_channel_never_prints_its_value() -> None:
    channel = make_channel(make_delegate(), value="dewi.private@example.org")
    assert "dewi" not in f"{channel} {channel!r}"


def test_reveal_budget_is_spent_once_each(settings: Any) -> None:
    settings.REVEALS_PER_DAY = 2
    user, today, tomorrow = make_user(), date(2026, 3, 2), date(2026, 3, 3)
    assert [RevealBudget.spend(user, today) for _ in range(4)] == [True, True, False, False]
    assert RevealBudget.objects.get().used == 2
    assert RevealBudget.spend(user, tomorrow)
    assert RevealBudget.spend(make_user(), today)


def test_grant_holds_from_its_first_to_its_last_day() -> None:
    grant = make_grant(
        make_user(), make_event(), valid_from=date(2024, 1, 10), valid_until=date(2024, 1, 20)
    )
    days = {9: False, 10: True, 20: True, 21: False}
    for day, holds in days.items():
        assert Grant.objects.active(date(2024, 1, day)).filter(pk=grant.pk).exists() is holds


@pytest.mark.parametrize("made_up", [True, False])
def test_made_up_and_real_never_meet_in_a_grant(made_up: bool) -> None:
    event = make_event(is_demonstration=not made_up)
    make_grant(make_user(), event)
    for same in (True, False):
        behalf = make_organisation(is_demonstration=made_up is not same)
        if same:
            make_grant(make_user(), event, on_behalf_of=behalf)
        else:
            with pytest.raises(ValidationError, match="What is made up"):
                make_grant(make_user(), event, on_behalf_of=behalf)


@pytest.mark.parametrize("number", [None, 0, 2000])
def test_number_that_a_roundtable_can_have_is_kept(number: int | None) -> None:
    row = RecordedCount(event=make_event(), kind=Kind.GOVERNMENT, number=number)
    row.full_clean()
    row.save()
    assert RecordedCount.objects.get().number == number


def test_number_that_is_a_slip_is_refused_in_words() -> None:
    row = RecordedCount(event=make_event(), kind=Kind.GOVERNMENT, number=200_000)
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    assert refusal.value.message_dict == {"number": ["Write at most 2000."]}


def test_grant_without_an_end_holds() -> None:
    make_grant(make_user(), make_event(), valid_from=date(2024, 1, 10))
    assert Grant.objects.active(date(2099, 1, 1)).exists()


def test_account_that_is_closed_has_no_rights() -> None:
    user = make_user(is_superuser=True, is_active=False)
    make_grant(user, make_event())
    assert (user.is_staff, user.has_perm("any"), user.has_module_perms("any")) == (False,) * 3


def test_co_chair_enters_the_admin_by_grant_alone() -> None:
    user = make_user()
    assert not user.is_staff
    make_grant(user, make_event())
    assert user.is_staff
    assert not user.has_perm("participants.change_contactchannel")


def test_account_is_made_in_small_letters_and_without_a_password() -> None:
    user = User.objects.create_user(" Dewi@Example.ORG ")
    assert user.email == "dewi@example.org"
    assert not user.has_usable_password()
    with pytest.raises(ValueError, match="needs an e-mail address"):
        User.objects.create_user("")


def test_password_given_to_an_operator_is_not_kept() -> None:
    user = User.objects.create_superuser("operator@example.org", "secret")
    assert user.is_superuser
    assert not user.check_password("secret")


def test_every_kind_has_a_constituency() -> None:
    seats = {kind: make_organisation(kind=kind).constituency for kind in Kind}
    assert seats[Kind.NATIONAL_SOCIETY] == seats[Kind.MOVEMENT] == Constituency.RED_CROSS
    assert set(seats.values()) == set(Constituency)


def test_published_organisations_stand_behind_something_public() -> None:
    public, hidden = make_event(), make_event(is_public=False)
    with_role = make_role(public).organisation
    with_commitment = make_party(make_commitment(public)).organisation
    make_role(hidden)
    make_party(make_commitment(hidden))
    make_organisation()
    assert set(Organisation.objects.published()) == {with_role, with_commitment}


def test_organisation_that_is_needed_cannot_be_deleted() -> None:
    role = make_role(make_event())
    with pytest.raises(models.ProtectedError):
        role.organisation.delete()
