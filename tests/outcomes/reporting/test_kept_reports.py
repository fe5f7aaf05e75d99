"""The upgrade keeps the reports that a party is known to have submitted, and marks the others."""

import importlib
from datetime import timedelta

import pytest
from django.test import Client

from outcomes.models import CommitmentParty, ProgressUpdate
from participants.models import User
from tests.email_links import EarlierApps
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_event,
    make_grant,
    make_participation,
    make_party,
    make_update,
    make_user,
)
from tests.follow_up_factories import make_report_link
from tests.page_text import get_text

pytestmark = pytest.mark.django_db
MIGRATION = importlib.import_module("outcomes.migrations.0007_keep_reports_of_parties")


def earlier_report(party: CommitmentParty, author: User | None) -> ProgressUpdate:
    """As before the upgrade: it is not stored who reported, and it counts for the party."""
    update = make_update(party.commitment, party=party, author=author, approved=False)
    update.submit(at=NOON - timedelta(days=1))
    update.approve(by=make_user(), at=NOON)
    ProgressUpdate.objects.filter(pk=update.pk).update(
        reported_by="recorded", party_hash="", submitter_unknown=True
    )
    return update


def migrated(update: ProgressUpdate) -> tuple[str, bool, str]:
    """Whose report it is after the upgrade, whether it is marked, and the status that counts."""
    MIGRATION.keep_reports(EarlierApps, None)
    update.refresh_from_db()
    commitment = update.commitment
    commitment.refresh_from_db()
    if update.is_of_party:
        assert update.party_hash == update.content_hash
        assert commitment.latest_update == update
    else:
        assert commitment.latest_recorded_update == update
    return update.reported_by, update.submitter_unknown, commitment.latest_status


@pytest.mark.parametrize("known_by", ["acceptance", "link", "participation"])
def test_report_of_representative_stays_the_party_s(known_by: str) -> None:
    delegate, party = make_delegate(), make_party(make_commitment())
    if known_by == "acceptance":
        party.request_focal_point(delegate)
        party.accept(NOON)
    elif known_by == "link":
        make_report_link(party, delegate)
    else:
        make_participation(delegate, party.commitment.event, organisation=party.organisation)
    update = earlier_report(party, delegate.user)
    assert migrated(update) == ("party", False, "in-progress")


def test_report_of_someone_unknown_or_at_the_desk_becomes_recorded(client: Client) -> None:
    party = make_party(make_commitment())
    event = party.commitment.event
    editor, both = make_user(), make_delegate()
    make_grant(editor, event, role="editor")
    make_participation(both, event, organisation=party.organisation)
    assert both.user
    make_grant(both.user, event)
    elsewhere = make_delegate()
    make_participation(elsewhere, event)
    for author in (None, editor, both.user, elsewhere.user, make_user(is_superuser=True)):
        update = earlier_report(party, author)
        assert migrated(update) == ("recorded", True, "")
        text = get_text(client, party.commitment.get_absolute_url())
        assert "What the party reports" not in text and "No party has reported." in text
        assert f"Recorded for {party}. The submitter is not known. Two courses were held." in text
        update.delete_with_evidence()


def test_ending_that_a_cochair_approved_at_once_becomes_recorded() -> None:
    delegate, party = make_delegate(), make_party(make_commitment())
    make_participation(delegate, party.commitment.event, organisation=party.organisation)
    update = earlier_report(party, delegate.user)
    ProgressUpdate.objects.update(submitted_at=NOON)
    assert migrated(update) == ("recorded", True, "")


def test_demonstration_reads_as_before() -> None:
    party = make_party(make_commitment(make_event(is_demonstration=True)))
    assert migrated(earlier_report(party, None)) == ("party", False, "in-progress")


def test_upgrade_can_be_reversed() -> None:
    update = earlier_report(make_party(make_commitment()), None)
    assert migrated(update) == ("recorded", True, "")
    MIGRATION.count_all_again(EarlierApps, None)
    update.commitment.refresh_from_db()
    assert update.commitment.latest_update == update
