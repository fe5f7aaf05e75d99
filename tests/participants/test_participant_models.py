"""What may be stored of people and organisations, and what spans their tables."""

from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import models, transaction

from participants.models import (
    Act,
    Audience,
    Bundle,
    Consent,
    Constituency,
    ContactChannel,
    Delegate,
    DelegateLanguage,
    DelegationChangeConfirmation,
    Erasure,
    EventRole,
    Grant,
    GrantConfirmation,
    Introduction,
    ListClosure,
    ListClosureConfirmation,
    Organisation,
    OrganisationChangeConfirmation,
    OrganisationKind,
    Participation,
    ParticipationConfirmation,
    Proposal,
    ProviderIdentity,
    RecordedCount,
    RetentionAction,
    RevealBudget,
    User,
)
from tests.constraints import (
    InvalidRows,
    assert_database_rejects,
    assert_rejected,
    constraints_of,
    duplicate_of,
    with_values,
)
from tests.email_links import make_email_link
from tests.factories import (
    NOON,
    make_account_change,
    make_affiliation,
    make_channel,
    make_commitment,
    make_consent,
    make_consent_request,
    make_delegate,
    make_delegation_change,
    make_event,
    make_exception,
    make_grant,
    make_group,
    make_introduction,
    make_invitation,
    make_invitation_request,
    make_letter,
    make_notice,
    make_organisation,
    make_organisation_change,
    make_participant_list,
    make_participation,
    make_party,
    make_proposal,
    make_role,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]


def saved(row: models.Model) -> models.Model:
    row.save()
    return row


def unsaved(row: models.Model, **fields: Any) -> models.Model:
    """Another one like it; the stored one cannot be changed."""
    return with_values(duplicate_of(row), **fields)


def _introduced_to_oneself() -> models.Model:
    row = make_introduction(make_delegate(), make_delegate())
    return with_values(row, second=row.first)


def _introduced_the_other_way_round() -> models.Model:
    row = make_introduction(make_delegate(), make_delegate())
    return with_values(duplicate_of(row), first=row.second, second=row.first)


def _act(**given: Any) -> models.Model:
    values: dict[str, Any] = {"what": "asked", "content_hash": "a" * 64, "at": NOON} | given
    if "bundle" not in values:
        values["bundle"] = saved(Bundle(asked_at=NOON))
    return saved(Act(item=make_grant(make_user(), make_event()), **values))


MAKERS: dict[str, Callable[..., models.Model]] = {
    "act": lambda **given: _act(**given),
    "account change": lambda **given: make_account_change(make_user(), **given),
    "affiliation": lambda **given: make_affiliation(make_delegate(), **given),
    "channel": lambda **given: make_channel(make_delegate(), **given),
    "consent request": lambda **given: make_consent_request(make_delegate(), **given),
    "count": lambda **given: saved(RecordedCount(event=make_event(), kind="government", **given)),
    "delegate": make_delegate,
    "exception": lambda **given: make_exception(make_delegate(), **given),
    "grant": lambda **given: make_grant(make_user(), make_event(), **given),
    "group": make_group,
    "invitation": lambda **given: make_invitation(make_delegate(), make_event(), **given),
    "invitation request": lambda **given: make_invitation_request(make_event(), **given),
    "link": make_email_link,
    "list": lambda **given: make_participant_list(make_event(), **given),
    "notice": make_notice,
    "organisation": make_organisation,
    "change": lambda **given: make_organisation_change(make_organisation(), **given),
    "delegation change": lambda **given: make_delegation_change(make_event(), **given),
    "participation": lambda **given: make_participation(make_delegate(), make_event(), **given),
    "nominated": lambda **given: _nominated(**given),
    "proposal": lambda **given: make_proposal(make_delegate(), **given),
    "role": lambda **given: make_role(make_event(), **given),
}
# What is confirmed by several, and the row that holds one confirmation of it.
CONFIRMED: dict[str, tuple[Callable[[], models.Model], type[models.Model]]] = {
    "grant": (MAKERS["grant"], GrantConfirmation),
    "change": (MAKERS["change"], OrganisationChangeConfirmation),
    "delegation_change": (MAKERS["delegation change"], DelegationChangeConfirmation),
    "closure": (lambda: saved(ListClosure(event=make_event())), ListClosureConfirmation),
    "participation": (MAKERS["participation"], ParticipationConfirmation),
}


def _nominated(**given: Any) -> Participation:
    event = make_event()
    given = {"letter": make_letter(event), "nomination": "Ms A", **given}
    return make_participation(make_delegate(), event, **given)


def _identity(subject: str = "4711") -> Any:
    user = make_user()
    return saved(
        ProviderIdentity(
            user=user,
            address=EmailAddress.objects.get(user=user),
            issuer="https://login.example.org",
            subject=subject,
            connected_at=NOON,
        )
    )


def _confirmed(subject: models.Model, kind: str, **fields: Any) -> models.Model:
    values: dict[str, Any] = {"by": make_user(), "confirmed_at": NOON, "content_hash": "a" * 64}
    return CONFIRMED[kind][1](**values | {"capacity": "cochair", kind: subject} | fields)


def _once_per_person(kind: str) -> models.Model:
    subject, by = CONFIRMED[kind][0](), make_user()
    for_two = [{"by": by, "on_behalf_of": make_organisation()} for _ in range(2)]
    saved(_confirmed(subject, kind, **for_two[0]))
    return _confirmed(subject, kind, **for_two[1])


def _once_per_organisation(kind: str) -> models.Model:
    subject, organisation = CONFIRMED[kind][0](), make_organisation()
    saved(_confirmed(subject, kind, on_behalf_of=organisation))
    return _confirmed(subject, kind, on_behalf_of=organisation)


def _operator_twice(kind: str) -> models.Model:
    subject = CONFIRMED[kind][0]()
    saved(_confirmed(subject, kind, capacity="operator"))
    return _confirmed(subject, kind, capacity="operator")


def _invalid_confirmations(name: str, kind: str) -> InvalidRows:
    return {
        f"{name}_for_organisation": lambda: _confirmed(CONFIRMED[kind][0](), kind),
        f"{name}_once_per_organisation": lambda: _once_per_organisation(kind),
        f"{name}_once_per_person": lambda: _once_per_person(kind),
        f"{name}_operator_once": lambda: _operator_twice(kind),
    }


# By constraint: a valid row, and what makes it invalid.
INVALID: dict[str, tuple[str, dict[str, Any]]] = {
    "act_asked_together": ("act", {"what": "stopped"}),
    "act_declined_has_reason": ("act", {"what": "declined", "bundle": None}),
    "account_change_address_has_code": ("account change", {"waits_from": NOON}),
    "account_change_closed_has_outcome": ("account change", {"outcome": "stopped"}),
    "account_change_made_has_waited": (
        "account change",
        {"kind": "factor", "email": "", "made_at": NOON, "former": "x"},
    ),
    "account_change_made_keeps_former": (
        "account change",
        {"kind": "factor", "email": "", "waits_from": NOON, "made_at": NOON},
    ),
    "account_change_open_has_address": ("account change", {"email": ""}),
    "affiliation_ends_after_it_begins": (
        "affiliation",
        {"since": date(2020, 1, 2), "until": date(2020, 1, 1)},
    ),
    "channel_audience_valid": ("channel", {"audience": "world"}),
    "channel_has_value": ("channel", {"value": ""}),
    "channel_kind_valid": ("channel", {"kind": "fax"}),
    "consent_request_gives_time": ("consent request", {"narrows_on": NOON.date()}),
    "delegate_erased_leaves_nothing": ("delegate", {"erased_at": NOON}),
    "delegate_has_name": ("delegate", {"name": ""}),
    "delegate_listed_only_with_account": ("delegate", {"user": None, "listed_to": "participants"}),
    "delegate_listed_only_with_consent": (
        "delegate",
        {"consented_at": None, "listed_to": "participants"},
    ),
    "delegate_listed_to_valid": ("delegate", {"listed_to": "world"}),
    "delegate_protected_is_unlisted": (
        "delegate",
        {"is_protected": True, "listed_to": "participants"},
    ),
    "email_link_ends_after_it_begins": ("link", {"expires_at": NOON}),
    "event_role_valid": ("role", {"role": "king"}),
    "exception_has_one_target": ("exception", {"country": "TH"}),
    "grant_confirmer_acts_for_organisation": ("grant", {"role": "confirmer"}),
    "delegation_change_done_or_stopped": (
        "delegation change",
        {"done_at": NOON, "stopped_at": NOON},
    ),
    "grant_ends_after_it_begins": ("grant", {"valid_until": date(2023, 12, 31)}),
    "grant_role_valid": ("grant", {"role": "king"}),
    "group_member_rule_valid": ("group", {"member_rule": "friends"}),
    "invitation_answered_has_date": ("invitation", {"answer": "agreed"}),
    "invitation_request_decided_has_date": ("invitation request", {"decision": "invited"}),
    "organisation_change_complete": ("change", {"kind": ""}),
    "organisation_change_done_or_stopped": ("change", {"done_at": NOON, "stopped_at": NOON}),
    "organisation_change_of_name_has_name": ("change", {"name": "Another"}),
    "organisation_kind": ("organisation", {"kind": "club"}),
    "participant_list_downloaded_after_approval": ("list", {"expires_at": NOON}),
    "participant_list_has_purpose": ("list", {"purpose": ""}),
    "participation_confirmed_took_effect": ("participation", {"took_effect_at": None}),
    "participation_ended_was_confirmed": (
        "participation",
        {"confirmed_at": None, "details_open_on": None, "took_effect_at": None, "ended_at": NOON},
    ),
    "participation_letter_has_its_line": ("nominated", {"nomination": ""}),
    "participation_opens_details_once_confirmed": ("participation", {"confirmed_at": None}),
    "participation_suspended_is_not_confirmed": ("participation", {"suspended_at": NOON}),
    "proposal_ends_after_it_begins": (
        "proposal",
        {"since": date(2020, 1, 2), "until": date(2020, 1, 1)},
    ),
    "proposal_has_its_subject": ("proposal", {"organisation": None}),
    "recorded_count_kind": ("count", {"kind": "club"}),
    "recorded_count_most": ("count", {"number": 2001}),
}
# By constraint: a row that may be there only once.
UNIQUE: dict[str, Callable[[], models.Model]] = {
    "account_change_one_open": MAKERS["account change"],
    "consent_notice_unique": make_notice,
    "consent_request_unique": lambda: MAKERS["consent request"](closed_on=NOON.date()),
    "erasure_unique": lambda: saved(Erasure(kind=Erasure.Kind.HANDLE, mark="a" * 64, at=NOON)),
    "delegation_change_once": MAKERS["delegation change"],
    "event_role_unique": MAKERS["role"],
    "exception_unique": lambda: MAKERS["exception"](country="TH"),
    "grant_unique": MAKERS["grant"],
    "invitation_one_open": MAKERS["invitation"],
    "language_unique": lambda: saved(DelegateLanguage(delegate=make_delegate(), language="th")),
    "organisation_change_of_role_once": lambda: MAKERS["change"](
        what="give role", kind="", role="cohost", event=make_event()
    ),
    "organisation_change_once": MAKERS["change"],
    "participation_unique": MAKERS["participation"],
    "proposal_one_name": lambda: MAKERS["proposal"](kind=Proposal.Kind.NAME_LATIN),
    "proposal_one_per_affiliation": lambda: MAKERS["proposal"](
        affiliation=make_affiliation(make_delegate())
    ),
    "proposal_one_per_duplicate": lambda: MAKERS["proposal"](
        kind=Proposal.Kind.MERGE, duplicate=make_delegate()
    ),
    "proposal_one_per_new_workplace": MAKERS["proposal"],
    "proposal_one_per_roundtable": lambda: MAKERS["proposal"](
        kind=Proposal.Kind.PARTICIPATION, event=make_event(), organisation=make_organisation()
    ),
    "recorded_count_unique": MAKERS["count"],
    "retention_action_unique": lambda: saved(
        RetentionAction(
            delegate=make_delegate(),
            review_started_on=NOON.date(),
            action="asked",
            taken_on=NOON.date(),
        )
    ),
    "reveal_budget_unique": lambda: saved(RevealBudget(user=make_user(), day=NOON.date())),
}


def _invalid(maker: str, values: dict[str, Any]) -> Callable[[], models.Model]:
    return lambda: with_values(MAKERS[maker](), **values)


def _twice(make: Callable[[], models.Model]) -> Callable[[], models.Model]:
    return lambda: duplicate_of(make())


BREAKING: InvalidRows = {
    **{name: _invalid(*row) for name, row in INVALID.items()},
    **{name: _twice(make) for name, make in UNIQUE.items()},
    **_invalid_confirmations("grant_confirmed", "grant"),
    **_invalid_confirmations("list_closure", "closure"),
    **_invalid_confirmations("delegation_change_confirmed", "delegation_change"),
    **_invalid_confirmations("organisation_change_confirmed", "change"),
    **_invalid_confirmations("participation_confirmed", "participation"),
    "consent_action_valid": lambda: unsaved(make_consent(make_delegate()), action="sold"),
    "consent_method_valid": lambda: unsaved(make_consent(make_delegate()), by="anyone"),
    "consent_request_one_open": lambda: unsaved(make_consent_request(make_delegate()), version=3),
    "identity_one_per_address": lambda: unsaved(_identity(), subject="other"),
    "identity_unique": lambda: unsaved(_identity(), address=_identity(subject="other").address),
    "introduction_of_two_people": _introduced_to_oneself,
    "introduction_one_at_a_time": _introduced_the_other_way_round,
    "invitation_request_nominated_for_organisation": lambda: with_values(
        make_invitation_request(make_event()), nominated_by=make_user()
    ),
    "participant_list_by_two": lambda: with_values(
        row := make_participant_list(make_event()), decided_by=row.requested_by, decided_at=NOON
    ),
    "user_email_unique_case_insensitive": lambda: User(
        email=make_user().email.upper(), password="!unusable"
    ),
}


def test_every_constraint_is_tested() -> None:
    assert sorted(BREAKING) == constraints_of("participants")


@pytest.mark.parametrize("name", BREAKING)
def test_constraint_holds_and_has_a_validation_message(name: str) -> None:
    assert_rejected(BREAKING[name](), name)


def test_one_person_signs_in_at_two_providers() -> None:
    _identity("1")
    _identity("2")
    row = _identity("3")
    saved(with_values(duplicate_of(row), issuer="https://other.example.org"))
    assert ProviderIdentity.objects.count() == 4


def test_confirmer_without_an_organisation_is_refused() -> None:
    for role in ("cohost", "confirmer"):
        row = with_values(make_grant(make_user(), make_event()), role=role)
        assert_database_rejects(row, "grant_confirmer_acts_for_organisation")


def test_grant_of_one_day_is_stored() -> None:
    day = NOON.date()
    make_grant(make_user(), make_event(), valid_from=day, valid_until=day).full_clean()


def test_two_people_are_introduced_again_after_an_end_and_by_another() -> None:
    states: list[dict[str, Any]] = [{"first_ended_at": NOON}, {"second_ended_at": NOON}]
    for fields in (*states, {"proposed_by": None}):
        row = make_introduction(make_delegate(), make_delegate(), **fields)
        again = make_introduction(row.first, row.second)
        again.full_clean()
        assert_database_rejects(duplicate_of(again), "introduction_one_at_a_time")


def test_consents_are_never_changed_or_deleted() -> None:
    person = make_delegate()
    row = make_consent(person)
    for change in (
        lambda: Consent.objects.update(by="link"),
        lambda: Consent.objects.filter(action="given").update(by="link"),
        lambda: person.consents.update(by="link"),
        lambda: Consent.objects.bulk_update([row], ["by"]),
        lambda: Consent.objects.all().delete(),
        lambda: person.consents.all().delete(),
        row.save,
        row.delete,
    ):
        with pytest.raises(TypeError, match="never"), transaction.atomic():
            change()
    assert person.consents.get().by == "owner"


@pytest.mark.parametrize("made_up", [True, False])
def test_entries_cannot_mix_demo_and_real(made_up: bool) -> None:
    event, person = make_event(is_demonstration=made_up), make_delegate(is_demonstration=made_up)
    same, other = (make_organisation(is_demonstration=kind) for kind in (made_up, not made_up))
    make_grant(make_user(), event)
    make_grant(make_user(), event, on_behalf_of=same)
    make_affiliation(person, organisation=same)
    for refused in (
        lambda: EventRole(event=event, organisation=other, role="cohost").full_clean(),
        lambda: make_grant(make_user(), event, on_behalf_of=other),
    ):
        with pytest.raises(ValidationError, match="Made-up entries belong to demonstrations"):
            refused()
    with pytest.raises(ValidationError, match="Made-up people belong to made-up organisations"):
        make_affiliation(person, organisation=other)


def test_participation_cannot_mix_demo_and_real() -> None:
    for of_event, of_person, of_organisation in product((False, True), repeat=3):
        row = Participation(
            event=make_event(is_demonstration=of_event),
            delegate=make_delegate(is_demonstration=of_person),
            organisation=make_organisation(is_demonstration=of_organisation),
        )
        if of_event == of_person == of_organisation:
            row.full_clean()
            continue
        with pytest.raises(ValidationError, match="Made-up entries belong to demonstrations"):
            row.full_clean()


def test_new_delegate_shares_nothing() -> None:
    delegate = make_delegate()
    assert delegate.listed_to == Audience.ONLY_ME
    assert ContactChannel(delegate=delegate).audience == Audience.ONLY_ME
    assert not delegate.channels.exists()


def test_handles_are_random_and_readable() -> None:
    handles = {make_delegate(user=None).handle for _ in range(50)}
    assert len(handles) == 50
    assert not set("".join(handles)) & set("il01o")


def test_name_has_a_visible_character_of_any_script() -> None:
    for name in ("", " ", "\u200b", "\u202e\u2066", "\t\n", "\u0301"):
        with pytest.raises(ValidationError) as refusal:
            make_delegate(name=name)
        assert "name" in refusal.value.message_dict
    for name in ("ดวงใจ", "မောင်မောင်", "محمد", "李小龍", "O’Neil-Ó", "ދިވެހި"):
        delegate = make_delegate(name=name)
        delegate.refresh_from_db()
        assert delegate.name == name


def test_channel_value_is_normalised() -> None:
    channel = make_channel(make_delegate(), kind="phone", value=" +62 (21) 5555-0100 ")
    assert channel.value == "+622155550100"


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("email", "nobody", "valid email"),
        ("site", "javascript:alert(1)", "starting with https://"),
        ("site", "example.org", "starting with https://"),
        ("phone", "021 5555 0100", "Start with +"),
        ("mobile", "+62 123", "too short or too long"),
        ("whatsapp", "+62 " + "5" * 30, "too long"),
        ("signal", "+x", "Start with +"),
    ],
)
def test_invalid_channel_is_rejected(kind: str, value: str, words: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        make_channel(make_delegate(), kind=kind, value=value)
    assert words in " ".join(refusal.value.message_dict["value"])


def test_channel_never_prints_its_value() -> None:
    channel = make_channel(make_delegate(), value="dewi.private@example.org")
    assert "dewi" not in f"{channel} {channel!r}"


def test_reveal_budget_is_spent_once_per_profile(settings: Any) -> None:
    settings.REVEALS_PER_DAY = 2
    user, today, tomorrow = make_user(), date(2026, 3, 2), date(2026, 3, 3)
    assert [RevealBudget.spend(user, today) for _ in range(4)] == [True, True, False, False]
    assert RevealBudget.objects.get().used == 2
    assert RevealBudget.spend(user, tomorrow)
    assert RevealBudget.spend(make_user(), today)


def test_recorded_count_is_not_known_or_plausible() -> None:
    for number in (None, 0, 2000):
        row = RecordedCount(event=make_event(), kind=OrganisationKind.GOVERNMENT, number=number)
        row.full_clean()
        row.save()
    row.number = 200_000
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    assert refusal.value.message_dict == {
        "number": ["This number is too high. Enter 2000 or less."]
    }


def test_grant_is_valid_once_it_is_confirmed_from_its_first_day_to_its_last() -> None:
    early, first, last = date(2024, 1, 5), date(2024, 1, 10), date(2024, 1, 20)
    event = make_event()
    make_grant(make_user(), event, valid_from=first, effective_on=early, valid_until=last)
    make_grant(make_user(), event, valid_from=early, effective_on=first)
    make_grant(make_user(), event, effective_on=None)
    days = {date(2024, 1, 9): 0, first: 2, last: 2, date(2024, 1, 21): 1, date(2099, 1, 1): 1}
    for day, number in days.items():
        assert Grant.objects.active(day).count() == number


def test_grant_is_given_again_for_a_later_time() -> None:
    row = make_grant(make_user(), make_event(), valid_until=date(2024, 6, 1))
    make_grant(row.user, row.event, valid_from=date(2025, 1, 1))
    assert Grant.objects.count() == 2


def test_grant_of_no_roundtable_is_refused_in_words() -> None:
    row = Grant(
        user=make_user(),
        role="cochair",
        on_behalf_of=make_organisation(),
        valid_from=date(2024, 1, 1),
    )
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    assert list(refusal.value.message_dict) == ["event"]


def test_account_is_changed_again_once_the_first_change_is_closed() -> None:
    row = make_account_change(make_user(), email="", closed_at=NOON, outcome="stopped")
    make_account_change(row.user)
    make_account_change(make_user())


def test_accounts_are_stored_in_small_letters_and_without_a_password() -> None:
    User.objects.create_user(" Ann@Example.org ")
    User.objects.create_superuser("Bea@example.org", "a password")
    stored = [(row.email, row.is_superuser) for row in User.objects.order_by("email")]
    assert stored == [("ann@example.org", False), ("bea@example.org", True)]
    assert not any(row.has_usable_password() for row in User.objects.all())
    with pytest.raises(ValueError, match="needs an email address"):
        User.objects.create_user("")


def test_account_opens_the_admin_by_a_grant_alone_and_until_it_is_closed() -> None:
    user, closed = make_user(), make_user(is_superuser=True, is_active=False)
    assert not user.is_staff
    for holder in (user, closed):
        make_grant(holder, make_event())
    assert user.is_staff
    assert not user.has_perm("participants.change_contactchannel")
    assert (closed.is_staff, closed.has_perm("any"), closed.has_module_perms("any")) == (False,) * 3


def test_introductions_between_two_people_are_those_of_both_in_either_order() -> None:
    one, other, third = make_delegate(), make_delegate(), make_delegate()
    row = make_introduction(one, other)
    make_introduction(one, third)
    make_introduction(other, third)
    make_introduction(third, one, proposed_by=make_user())
    make_introduction(make_delegate(), other)
    assert list(Introduction.objects.between(one, other)) == [row]
    assert list(Introduction.objects.between(other, one)) == [row]
    assert Introduction.objects.of(one).count() == 3
    assert Introduction.objects.of(other).count() == 3


def test_introduction_is_in_force_while_both_accepted_it_and_are_available() -> None:
    states: list[dict[str, Any]] = [
        {},
        {"first_accepted_at": None},
        {"second_accepted_at": None},
        {"first_ended_at": NOON},
        {"second_ended_at": NOON},
    ]
    row, *_others = [make_introduction(make_delegate(), make_delegate(), **made) for made in states]
    for person in (row.first, row.second):
        for field in ("hidden_at", "new_address_agreed_at"):
            Delegate.objects.filter(pk=person.pk).update(**{field: NOON})
            assert not Introduction.objects.in_force().exists()
            Delegate.objects.filter(pk=person.pk).update(**{field: None})
    assert [*Introduction.objects.accepted()] == [*Introduction.objects.in_force()] == [row]


def test_every_kind_has_a_constituency() -> None:
    seats = {kind: make_organisation(kind=kind).constituency for kind in OrganisationKind}
    assert (
        seats[OrganisationKind.NATIONAL_SOCIETY]
        == seats[OrganisationKind.MOVEMENT]
        == Constituency.RED_CROSS
    )
    assert set(seats.values()) == set(Constituency)


def test_published_organisations_have_public_records() -> None:
    public, hidden = make_event(), make_event(is_public=False)
    with_role = make_role(public).organisation
    with_commitment = make_party(make_commitment(public)).organisation
    make_role(hidden)
    make_party(make_commitment(hidden))
    make_organisation()
    assert set(Organisation.objects.published()) == {with_role, with_commitment}


def test_referenced_organisation_cannot_be_deleted() -> None:
    role = make_role(make_event())
    with pytest.raises(models.ProtectedError):
        role.organisation.delete()
