"""One account, or two, try everything at the desk: each party keeps its voice.

The adversaries of test_adversaries.py, on the pages of reports, commitments and offers, with their
bulk actions and with imports of files. No party does anything meanwhile.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from outcomes.imports.records.snapshot import event_content
from outcomes.imports.workbook.export import write_workbook
from outcomes.models import (
    Commitment,
    CommitmentParty,
    Dispute,
    ImplementationStatus,
    Offer,
    ProgressUpdate,
    Undertaking,
)
from outcomes.reporting import publication
from outcomes.sources.comparisons import are_sufficient, valid_comparisons
from outcomes.sources.hashes import source_hash, undertaking_hash
from participants.models import User
from participants.organisations import admin as organisations_admin
from participants.permissions import bodies_of, body_of
from tests.factories import (
    make_addressee,
    make_commitment,
    make_delegate,
    make_dispute,
    make_evidence,
    make_group,
    make_organisation,
    make_participation,
    make_party,
    make_role,
    make_statement,
    make_update,
    make_user,
)
from tests.follow_up_factories import make_offer, make_response, make_undertaking
from tests.import_pages import confirm_import, preview_file
from tests.page_text import page_html
from tests.sign_in import forget_limits
from tests.test_adversaries import (
    ACTS,
    ADVERSARIES,
    KEPT,
    SEEDS,
    Adversary,
    Form,
    World,
    read_page,
)

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
Sign = Callable[..., Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]
NOW = datetime(2026, 9, 3, 12, tzinfo=UTC)
LONG_AGO = date(2025, 1, 10)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW) as moved:
        yield moved


class VoiceWorld(World):
    """Belize reports, undertakes, offers and disputes; no adversary takes part for it."""

    def __init__(self) -> None:
        super().__init__()
        belize: dict[str, Any] = {"kind": "government", "country": "BZ"}
        self.belize = make_organisation(name="Government of Belize", slug="belize", **belize)
        self.user = make_user("farah@belize.example")
        self.speaker = make_delegate(name="Farah", user=self.user)
        make_participation(self.speaker, self.event, organisation=self.belize)
        self.point = make_statement(self.event).outcomes.filter(parent__isnull=False)[0]
        make_role(self.event, organisation=self.belize)
        make_addressee(self.point, organisation=self.belize)
        recorded = self._commitment("Pay for shelters")
        self._reports(recorded)
        self._commitment("Train judges", state="draft")
        asked = self._commitment("Open a school", state="proposed", proposed_at=timezone.now())
        make_undertaking(asked.parties.get(), expires_at=timezone.now() + timedelta(days=50))
        undertaken = self._commitment("Plant trees", basis="undertaken", is_open=True)
        for commitment in (recorded, undertaken):
            commitment.milestones.create(title="A first step", due_on=date(2027, 1, 1))
        self.group = make_group(name="Governments")
        make_addressee(self.point, group=self.group)
        make_undertaking(undertaken.parties.get(), answer="accepted", answered_at=timezone.now())
        make_update(undertaken, status="planning", text="A plan is written.")
        for state in ("draft", "public"):
            disputed = self._commitment(f"Close a prison ({state})", state=state)
            make_dispute(disputed.parties.get(), disputed_on=LONG_AGO)
        offered: dict[str, Any] = {
            "organisation": self.belize,
            "author": self.user,
            "approved": False,
        }
        offered |= {"state": "submitted", "submitted_at": timezone.now()}
        make_offer(outcome=self.point, text="Buy ten boats.", **offered)
        make_response(outcome=self.point, text="We agree.", **offered)
        self.words = {
            (row.party_id, row.content_hash)
            for row in ProgressUpdate.objects.exclude(party_hash="")
        }
        self.sentences = {row.pk: [shown(row)] for row in Commitment.objects.published()}
        # What Belize submitted may be checked and published meanwhile.
        with transaction.atomic():
            for row in ProgressUpdate.objects.of_party().filter(state="submitted"):
                row.approve(by=self.holders["second"], at=timezone.now())
                self.sentences[row.commitment_id].append(shown(row.commitment))
            transaction.set_rollback(True)
        self.contents = {row.pk: undertaking_hash(row) for row in Commitment.objects.public()}
        self.statuses = statuses()
        self.disputes = list(Dispute.objects.order_by("pk"))

    def _commitment(self, text: str, **fields: Any) -> Commitment:
        row = make_commitment(self.event, text=text, **fields)
        party = make_party(row, organisation=self.belize)
        party.request_focal_point(self.speaker)
        if row.is_public:
            party.accept(timezone.now())
        return row

    def _reports(self, row: Commitment) -> None:
        """Public, submitted, edited by the desk, and recorded by others."""
        first, second = (self.holders[name] for name in ("first", "second"))
        by_party: dict[str, Any] = {"author": self.user, "by": second}
        make_update(row, status="planning", reported_on=date(2025, 1, 1), **by_party)
        newest = make_update(
            row,
            status="in-progress",
            reported_on=date(2025, 4, 1),
            text="Five are built.",
            obstacles="Rain",
            **by_party,
        )
        make_evidence(newest)
        newest.claim_for_party()
        newest.save()
        sent: dict[str, Any] = {
            "approved": False,
            "state": "submitted",
            "submitted_at": timezone.now(),
        }
        sent |= {"author": self.user}
        make_update(row, reported_on=date(2025, 5, 1), text="Seven are built.", **sent)
        edited = make_update(
            row, reported_on=date(2025, 5, 2), text="Eight are built.", source="Budget", **sent
        )
        edited.text = "Nine are built."
        edited.record_for_party()
        edited.author = first
        edited.save()
        edited.edited_by.add(first)
        by_desk: dict[str, Any] = {"reported_by": "recorded", "author": first}
        public = make_update(row, status="fulfilled", text="A gazette says so.", **by_desk)
        make_dispute(public, disputed_on=LONG_AGO)
        make_update(row, text="A newspaper says so.", **(sent | by_desk))

    def is_theirs(self, party: CommitmentParty, users: list[User]) -> bool:
        """Whether one of the accounts itself speaks for the party."""
        own = {body for user in users for body in bodies_of(user, timezone.localdate())}
        return party.organisation is None or body_of(party.organisation) in own


# What a form is filled in with.
WORDS = {
    "text": "Sock",
    "obstacles": "Sock",
    "note": "Change it.",
    "reason": "Sock",
    "source": "https://sock.example/",
    "source_title": "Sock",
    "title": "Sock",
    "reference": "RT-C99",
    "name": "Sock",
    "short_name": "Sock",
    "reported_on": "2025-06-01",
    "due_on": "2027-06-01",
}


class Writer(Adversary):
    """Also runs bulk actions and imports files."""

    lists = [
        *["/admin/outcomes/progressupdate/"] * 4,
        *["/admin/outcomes/commitment/"] * 2,
        "/admin/outcomes/offer/",
        "/admin/outcomes/response/",
        "/admin/outcomes/milestone/",
    ]
    start_pages = [
        *lists,
        "/admin/roundtable/event/",
        *["/admin/participants/organisation/"] * 3,
        "/admin/participants/organisationchange/",
        "/admin/participants/group/",
        "/me/commitments/",
    ]

    def __init__(self, world: VoiceWorld, *given: Any) -> None:
        super().__init__(*given)
        self.world = world

    def _mutate(self, form: Form, values: dict[str, list[str]]) -> None:
        """Few fields, so that most forms stay valid."""
        for name in {**form.values, **form.offered}:
            given = (form.values.get(name) or [""])[0]
            # What is empty in a row of its own stays so: most are not filled in.
            chance = 0.1 if (given and name != "name") or "-" in name else 0.7
            if name in KEPT or self.rng.random() > chance:
                continue
            if offered := [value for value in form.offered.get(name, ()) if value]:
                values[name] = [self.rng.choice(offered)]
            elif name in WORDS:
                values[name] = [f"{given} {WORDS[name]}".strip()]

    def act(self) -> None:
        chance = self.rng.random()
        if chance < 0.05:
            self._import()
        elif chance < 0.5:
            self._run_action()
        else:
            super().act()

    def _run_action(self) -> None:
        """One action of a list with some of its rows, and the page that asks once more."""
        forget_limits()
        client, path = self.some_client(), self.rng.choice(self.lists)
        answer = client.get(path)
        if answer.status_code != 200:
            return
        for form in read_page(answer.content.decode())[0]:
            actions, rows = form.offered.get("action"), form.offered.get("_selected_action")
            if not (actions and rows):
                continue
            chosen = self.rng.sample(rows, min(self.rng.choice([1, 1, 2]), len(rows)))
            decisions = sorted({"approve", "ask_for_changes"} & set(actions)) * 2
            action = self.rng.choice([*decisions, *filter(None, actions)])
            sent = {"action": action, "_selected_action": chosen}
            # With a note, nothing is published.
            sent |= {"note": "Change it."} if action == "ask_for_changes" else {}
            answer = client.post(path, {**form.values, **sent})
            assert answer.status_code < 500, (path, sent)
            if answer.status_code == 200:
                for again in read_page(answer.content.decode())[0]:
                    if again.is_post and "action" in again.values:
                        self.send(client, path, again)

    def _import(self) -> None:
        """The roundtable's file, with some of its words changed."""
        client, world = self.some_client(), self.world
        content = event_content(world.event)
        for table in ("commitments", "updates"):
            for row in self.rng.sample(content.get(table, []), 2):
                name = self.rng.choice(sorted(set(row) - {"reference", "slug"}))
                if isinstance(row[name], list):
                    row[name] = [self.rng.choice(["belize", world.shelter.slug])]
                elif name == "status":
                    row[name] = self.rng.choice(ImplementationStatus.values)
                elif isinstance(row[name], str):
                    row[name] = self.rng.choice(["Sock", "approved", "submitted"])
        content["updates"].append(
            content["updates"][0]
            | {"state": "submitted", "reported_on": date(2025, 6, 1), "text": "Sock"}
            | {"status": "fulfilled", "source": "https://example.org/x", "reason": "x"}
        )
        upload = client.get("/admin/roundtable/event/workbook/in/")
        if upload.status_code == 200:
            answer = preview_file(client, write_workbook(content), world.event)
            if 'name="digest"' in page_html(answer):
                confirm_import(client, answer)


def is_unchanged(world: VoiceWorld, row: Commitment) -> bool:
    return world.contents.get(row.pk) == undertaking_hash(row)


def shown(commitment: Commitment) -> tuple[str, set[str]]:
    """What everyone reads as the party's status, and the sentences of its reports."""
    text = Client().get(commitment.get_absolute_url()).content.decode()
    sections = {}
    for heading in ("What the party reports", "What was reported"):
        section = text.partition(f"<h2>{heading}</h2>")[2].partition("</section>")[0]
        sections[heading] = re.split(r"\s*<[^>]*>\s*", section)
    latest, reports = sections.values()
    return " ".join(latest), set(reports)


def statuses() -> dict[str, set[int]]:
    """By status, the commitments that have it according to their party."""
    found: dict[str, set[int]] = defaultdict(set)
    for row in Commitment.objects.published().exclude(latest_status=""):
        found[row.latest_status].add(row.pk)
    return found


def check_voices(world: VoiceWorld, users: list[User]) -> None:
    """What is shown as the voice of Belize is its own."""
    theirs = {
        party.commitment_id
        for party in CommitmentParty.objects.select_related("organisation")
        if world.is_theirs(party, users)
    }
    for report in ProgressUpdate.objects.of_party().approved().exclude(commitment__in=theirs):
        said = report.party_hash if report.is_placeholder else report.content_hash
        assert (report.party_id, said) in world.words, report.text
    edited = ProgressUpdate.objects.recorded().approved().exclude(party_hash="")
    assert not edited.exists(), "edited, and the party has not confirmed it"
    for status, found in statuses().items():
        assert found - theirs <= world.statuses[status], status
    for row in Commitment.objects.public():
        was_public = is_unchanged(world, row)
        is_compared = are_sufficient(valid_comparisons(row))
        assert was_public or is_compared or is_undertaken(world, row, users), row.text
        assert not row.is_undertaken or is_undertaken(world, row, users), row.text
    for dispute in world.disputes:
        check_dispute(dispute)
    for named in (world.belize, world.group):
        assert type(named)._default_manager.get(pk=named.pk).name == named.name


def check_pages(world: VoiceWorld) -> None:
    """Everyone reads the same status and sentences, or one that says why there is none."""
    for row in Commitment.objects.published():
        if is_unchanged(world, row):
            latest, reports = shown(row)
            assert latest in {latest for latest, _reports in world.sentences[row.pk]}
            known = {text for _latest, reports in world.sentences[row.pk] for text in reports}
            assert {text for text in reports - known if "being revised" not in text} == set()


def is_undertaken(world: VoiceWorld, row: Commitment, users: list[User]) -> bool:
    """Whether each party accepted or offered exactly this text itself."""
    asked = Undertaking.objects.current().filter(party__commitment=row, answer="accepted")
    accepted = {one.party_id for one in asked if one.content_hash == undertaking_hash(row)}
    offers = Offer.objects.filter(commitment=row, state="approved")
    offered = {one.organisation_id for one in offers if one.author in (world.user, *users)}
    parties = list(row.parties.all())
    return bool(parties) and all(
        party.pk in accepted or party.organisation_id in offered for party in parties
    )


def check_dispute(before: Dispute) -> None:
    """It ended only if the text is gone, or is another one."""
    row = Dispute.objects.filter(pk=before.pk).first()
    if row is None:
        kind = CommitmentParty if before.party_id else ProgressUpdate
        assert not kind.objects.filter(pk=before.party_id or before.update_id).exists()
    elif row.settled_at:
        text = row.update.content_hash if row.update else source_hash(row.text_party.commitment)
        assert row.settled_how == "replaced" and text != before.content_hash
        shown_today = Dispute.objects.public_on(timezone.localdate())
        assert row.party or shown_today.filter(pk=row.pk).exists(), "another wording ended it"


def run(world: VoiceWorld, adversary: Writer, users: list[User], deliver: Deliver) -> None:
    for number in range(ACTS):
        adversary.act()
        adversary.read_mail(deliver())
        check_voices(world, users)
        if number % 10 == 9:
            check_pages(world)


@pytest.mark.usefixtures("uploads")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("names", ADVERSARIES)
def test_no_account_changes_the_voice_of_a_party(
    client_of: Sign, deliver: Deliver, clock: Any, names: list[str], seed: int
) -> None:
    world = VoiceWorld()
    users = [world.holders[name] for name in names]
    run(world, Writer(world, users, client_of, random.Random(seed)), users, deliver)
    for days in (15, 61):  # silence publishes nothing
        clock.move_to(NOW + timedelta(days=days))
        call_command("make_due_changes", "--clock-is-right")
        check_voices(world, users)
        check_pages(world)


def _nothing(*_given: Any, **_named: Any) -> None:
    return None


# Mistakes that the test must notice: where, the name, and what stands there instead.
MISTAKES: dict[str, tuple[Any, str, Any]] = {
    "what the party did not submit is published": (ProgressUpdate, "_check_voice", _nothing),
    "no edited report waits for the party": (
        ProgressUpdate,
        "awaits_party",
        property(lambda _update: False),
    ),
    "an older report takes the place of a returned one": (
        ProgressUpdate,
        "_keep_place",
        _nothing,
    ),
    "a changed commitment stays public": (publication, "withdraw", _nothing),
    "one account changes a settled name": (organisations_admin, "has_settled_name", _nothing),
}


@pytest.mark.prove
@pytest.mark.usefixtures("uploads")
@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_in_a_rule_of_voices_is_noticed(
    client_of: Sign, deliver: Deliver, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    owner, attribute, replacement = MISTAKES[name]
    monkeypatch.setattr(owner, attribute, replacement)
    with pytest.raises(AssertionError):
        # Anew each time: in the end, the desk has hidden all that could be wrong.
        for seed in range(20):
            with transaction.atomic():
                world = VoiceWorld()
                users = [world.holders["first"], world.holders["second"]]
                run(world, Writer(world, users, client_of, random.Random(seed)), users, deliver)
                transaction.set_rollback(True)
