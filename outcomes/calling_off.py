"""Calling mail off that is on hold: what its letters were to do is undone as well."""

from datetime import datetime

from django.db import transaction

from outcomes.models import ReportLink, RoundRequest
from participants.models import User
from participants.onboarding.invitations import end_links
from participants.permissions import acts_for, rights_of
from roundtable.audit import log as audit
from roundtable.mail.batches import Batch
from roundtable.mail.batches import call_off as remove_letters


@transaction.atomic
def call_off(*, batch: Batch, by: User, at: datetime) -> bool:
    """Nothing of the batch is sent, and links in it end; false where it has left, or one may not.

    An invitation stops working, and the one that it replaced works again; who was asked again
    counts as not asked, and may be asked anew.
    """
    rights = rights_of(by, at.date())
    if rights is None or not rights.may_decide(batch.event.pk):
        return False
    causes = remove_letters(batch, at=at)
    if causes is None:
        return False
    end_links(causes, at=at)
    if batch.act == Batch.Act.REMIND:
        requests = RoundRequest.objects.filter(round__event=batch.event, nudged_at=batch.made_at)
        links = ReportLink.objects.filter(party__round_requests__in=requests, revoked_at=None)
        links.filter(made_at=batch.made_at).update(revoked_at=at)
        requests.update(nudged_at=None)
    audit.record(
        act="call off letters",
        at=at,
        actor=by,
        organisation=acts_for(by, batch.event.pk, at.date()),
        detail=f"{batch.event.code} {batch.act}",
    )
    return True
