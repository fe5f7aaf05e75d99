"""The party confirms, or refuses, what others entered for it. Until then, it is not the party's."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from outcomes.models import CommitmentParty, EditorialState, ProgressUpdate
from outcomes.reporting.disputes import tell_desk_of_withdrawal
from outcomes.reporting.submission import email_writer
from participants.models import User
from roundtable.audit import log as audit
from roundtable.web.row_keys import find_row


def unconfirmed(party: CommitmentParty) -> list[ProgressUpdate]:
    """What others entered for the party, and it has neither confirmed nor refused; newest first."""
    return [row for row in _entered(party) if row.refused_hash != row.content_hash]


def may_be_refused(update: ProgressUpdate) -> bool:
    """Whether it claims to be the party's text. A public source may say what it says."""
    return update.received_on is not None or update.awaits_party


def _entered(party: CommitmentParty) -> QuerySet[ProgressUpdate]:
    rows = ProgressUpdate.objects.recorded().filter(party=party)
    return rows.exclude(state=EditorialState.DRAFT).order_by("-recorded_at", "-pk")


@transaction.atomic
def confirm_update(
    party: CommitmentParty, *, key: str, content_hash: str, by: User | None, at: datetime
) -> bool:
    """From now on, it is the party's report. False if it changed since the party read it."""
    row = _locked(party, key, content_hash)
    if row is None:
        return False
    row.claim_for_party(confirmed_at=at)
    row.revision += 1
    row.save()
    for dispute in row.disputes.unsettled():
        tell_desk_of_withdrawal(dispute, at=at)
    row.disputes.withdraw(at)
    row.refresh_latest()
    audit.record(action="confirm report", at=at, actor=by, detail=str(row))
    return True


@transaction.atomic
def refuse_update(
    party: CommitmentParty, *, key: str, content_hash: str, by: User | None, at: datetime
) -> bool:
    """No one can publish this text, and we tell its author.

    False if it changed since the party read it, or was taken from a public source.
    """
    row = _locked(party, key, content_hash)
    if row is None or not may_be_refused(row):
        return False
    row.refused_hash = content_hash
    row.request_change(note=_("The party did not confirm this text."), at=at)
    audit.record(action="refuse report", at=at, actor=by, detail=str(row))
    _tell_author(row, at)
    return True


def _locked(party: CommitmentParty, key: str, content_hash: str) -> ProgressUpdate | None:
    CommitmentParty.objects.select_for_update().get(pk=party.pk)
    row = find_row(_entered(party).select_for_update(of=("self",)), key)
    return row if row and row.content_hash == content_hash else None


def _tell_author(row: ProgressUpdate, at: datetime) -> None:
    if row.author is None:
        return
    page = reverse("admin:outcomes_progressupdate_change", args=[row.pk])
    email_writer(
        row.author,
        dedup_key=f"refused {row.pk} {row.revision}",
        template="outcomes/reporting/emails/report_refused",
        context={"reference": row.commitment.reference, "url": f"{settings.PORTAL_URL}{page}"},
        at=at,
    )
