"""Whether a request to report that waited may leave, and to which address."""

from datetime import datetime

from django.db import transaction

from outcomes.digests import answered_for, takes_letters
from outcomes.models import ReportingRound, ReportLink
from outcomes.reporting import links_in
from outcomes.rounds import CAUSE, unanswered, write_to_all
from participants.accounts.addresses import mailbox_of
from participants.models import Delegate
from roundtable.mail.batches import recheck
from roundtable.mail.queue import Letter

# What ends the cause of a letter that went in place of another one.
ANEW = "anew"


@recheck(CAUSE)
@transaction.atomic
def asked_in_round(letter: Letter, at: datetime) -> str:
    """The mailbox of the focal point, where all that the letter asks for is to be asked still.

    Where a part of it was answered or given back meanwhile, another letter asks for the rest.
    """
    of, number, *more = letter.cause.removeprefix(CAUSE).split()
    again = bool(more) and more[0] != ANEW
    person = Delegate.objects.select_related("user").filter(pk=number).first()
    reporting_round = ReportingRound.objects.filter(pk=of).first()
    if not (person and person.user and reporting_round and takes_letters(person)):
        return ""
    links = links_in(letter.text, made_at=letter.queued_at, at=at)
    working = [link for link in links if link and link.delegate_id == person.pk]
    requests = unanswered(reporting_round, again=again)
    parties = answered_for().filter(
        pk__in=requests.filter(party__in=[link.party_id for link in working]).values("party")
    )
    rest = list(parties.select_related("focal_point__user").order_by("pk"))
    if len(rest) == len(links):
        return mailbox_of(person.user)
    # Nobody has them.
    ReportLink.objects.filter(pk__in=[link.pk for link in working]).update(revoked_at=at)
    cause = f"{letter.cause} {ANEW}"
    write_to_all(rest, of=reporting_round, again=again, at=at, cause=cause)
    return ""
