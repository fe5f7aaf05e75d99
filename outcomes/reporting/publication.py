"""When a recorded commitment becomes public, and what its parties hear before."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcomes.datasets.values import other_columns
from outcomes.models import (
    Basis,
    Commitment,
    CommitmentParty,
    CommitmentState,
    Dispute,
    EditorialState,
    ImportedRow,
    Undertaking,
    Upload,
)
from outcomes.reporting.focal_points import ask_focal_point, people_to_tell
from outcomes.reporting.submission import tell_parties
from outcomes.sources.comparisons import (
    Comparisons,
    is_publishable,
    is_released,
    may_be_released,
)
from outcomes.sources.hashes import source_hash, undertaking_hash
from participants.accounts.addresses import delivery_address
from participants.accounts.emails import email_delegate
from participants.decisions.kind import Shown, Signer, register
from participants.models import User
from participants.permissions import EventPermissions
from roundtable.audit import log as audit
from roundtable.mail.queue import enqueue
from roundtable.models import Event

# So long, a party can object before everyone reads what is recorded in its name.
NOTICE_PERIOD = timedelta(days=14)


class CommitmentComparisons(Comparisons):
    """Of a commitment. Once two have compared it, its parties are told."""

    model = Commitment
    subject = "commitment"
    related = ("event__statement",)
    hashed = ("outcomes", "milestones", "parties__organisation", "parties__group")

    def undecided(self, at: datetime) -> QuerySet[Any]:
        return super().undecided(at).filter(parties_told_at=None)

    def refuses(self, item: Commitment, signer: Signer) -> bool:
        """Without a source, there is nothing to compare with. Or its parties decide about it."""
        return item.is_proposed or not item.is_source_known

    def is_made(self, item: Commitment, at: datetime) -> bool:
        return item.is_public or item.parties_told_at is not None

    def read_more(self, items: Sequence[Commitment]) -> dict[int, Upload | None]:
        """The import that added each, if others can download the list."""
        rows = ImportedRow.objects.filter(
            model="commitment", object_id__in=[item.pk for item in items], result="added"
        )
        found = rows.filter(upload__reading__isnull=False).select_related("upload")
        return {item.pk: None for item in items} | {row.object_id: row.upload for row in found}

    def show(self, item: Commitment, viewer: EventPermissions) -> Shown:
        """All that the hash of the text reads stands beside its source."""
        imported: Upload | None = self.more(item)
        letter = letter_page = ""
        if imported:
            letter = _("Copied by the portal from %s") % imported.source
            letter_page = reverse("admin:roundtable_event_compare_import", args=[imported.key])
        source = " ".join([item.source_name, *filter(None, [item.source_details])])
        due = date_format(item.due_on) if item.due_on else "–"
        points = ", ".join(point.number for point in item.outcomes.all()) or "–"
        facts = [
            (_("Text"), item.text),
            (_("Address of the source"), item.source_url),
            (_("Copied by the portal from"), imported.source if imported else ""),
            (_("Consent to publication"), item.consent if item.is_letter else ""),
            (_("Parties"), "; ".join(_party_in_words(row) for row in item.parties.all()) or "–"),
            (_("Due"), due),
            (_("Points it answers"), points),
            *(
                (_("Milestone"), f"{row.title} ({date_format(row.due_on)})")
                for row in item.milestones.all()
            ),
            *other_columns(item),
        ]
        return Shown(
            _("Compare %s with its source") % item.reference,
            line=source if item.is_source_known else "",
            facts=facts,
            reading=(_("Open the source"), item.source_url),
            letter=letter,
            letter_page=letter_page,
            group=(
                *(item.event_id, item.source_kind, item.source_title, item.source_url),
                imported and imported.pk,
            ),
            together=partial(_several, item.source_name),
        )

    def since(self, item: Commitment) -> datetime:
        return item.recorded_at

    def after_sign(
        self, signed: Sequence[Commitment], made: Sequence[Commitment], at: datetime
    ) -> None:
        for item in signed:
            announce(item, at=at)


def day_of_publication(commitment: Commitment) -> date | None:
    """After its parties were told."""
    told = commitment.parties_told_at
    return timezone.localdate(told + NOTICE_PERIOD) if told else None


def _party_in_words(row: CommitmentParty) -> str:
    return f"{row} ({row.get_role_display()})"


def _several(source: str, number: int) -> str:
    sentence = ngettext(
        "Compare %(number)d commitment with “%(source)s”",
        "Compare %(number)d commitments with “%(source)s”",
        number,
    )
    return sentence % {"number": number, "source": source}


COMMITMENT_COMPARISONS = register(CommitmentComparisons())


@transaction.atomic
def announce(commitment: Commitment, *, at: datetime) -> None:
    """Tells them once two organisations have compared it; public at once if no one is known."""
    row = _lock(commitment)
    if row is None or row.parties_told_at or not is_publishable(row):
        return
    Dispute.objects.about_commitment(row).settle_former(source_hash(row), at)
    if _is_disputed(row):
        return
    row.parties_told_at = at
    row.save(update_fields=["parties_told_at"])
    is_known = False
    # Who wrote the letter agreed to its publication.
    day = None if row.is_letter else timezone.localdate(at + NOTICE_PERIOD)
    template = "outcomes/commitments/emails/recorded"
    for party in row.parties.select_related("organisation", "group"):
        dedup_key = f"recorded:{party.pk}:{source_hash(row)}:{at:%Y-%m-%d}"
        context = {"commitment": row, "event": row.event, "day": day}
        url = f"{settings.PORTAL_URL}{reverse('recorded-texts', args=[party.pk])}"
        for person in people_to_tell(party, at.date()):
            is_known |= bool(person.user and delivery_address(person.user))
            email_delegate(
                person,
                dedup_key=f"{dedup_key}:{person.pk}",
                template=template,
                context=context | {"url": url},
                at=at,
            )
        if mailbox := party.organisation and party.organisation.role_mailbox:
            is_known = True
            enqueue(dedup_key=dedup_key, to=mailbox, template=template, context=context, at=at)
    if day is None or not is_known:
        publish(row, at=at)


def publish_due_commitments(*, at: datetime) -> int:
    """Returns how many became public."""
    due = _drafts().filter(parties_told_at__lte=at - NOTICE_PERIOD)
    return sum(_publish_due(row, at) for row in due.order_by("pk"))


@transaction.atomic
def _publish_due(commitment: Commitment, at: datetime) -> bool:
    row = _lock(commitment)
    if row is None or row.parties_told_at is None or row.parties_told_at > at - NOTICE_PERIOD:
        return False
    if not is_publishable(row):
        # It changed since, or a comparison was withdrawn with a suspended right.
        row.parties_told_at = None
        row.save(update_fields=["parties_told_at"])
        return False
    if _is_disputed(row):
        return False
    publish(row, at=at)
    return True


def publish_released(event: Event, *, at: datetime) -> set[str]:
    """What ships with a release was compared before; made-up commitments have no source.

    Returns the references of what became public.
    """
    published = set()
    drafts = _drafts().filter(event=event)
    if not event.is_demonstration:
        references = drafts.values_list("reference", flat=True)
        drafts = drafts.filter(reference__in=[one for one in references if may_be_released(one)])
    for row in drafts.prefetch_related(*COMMITMENT_COMPARISONS.hashed):
        if (event.is_demonstration or is_released(row)) and not _is_disputed(row):
            publish(row, at=at)
            published.add(row.reference)
    return published


def withdraw_if_changed(commitment: Commitment, earlier_hash: str, *, by: User | None) -> bool:
    """What someone changed is compared or accepted again; the caller saves the row."""
    if not must_be_withdrawn(commitment, earlier_hash):
        return False
    withdraw(commitment, by=by)
    return True


def must_be_withdrawn(commitment: Commitment, earlier_hash: str) -> bool:
    """Whether it changed after it was public, proposed, or a draft that the parties were told of.

    `earlier_hash` is the `undertaking_hash` of before.
    """
    is_known = commitment.state != CommitmentState.DRAFT or commitment.parties_told_at
    return bool(is_known) and undertaking_hash(commitment) != earlier_hash


def withdraw(commitment: Commitment, *, by: User | None) -> None:
    """The caller saves the row, together with what changed: no one reads that in public.

    Links to accept it end, and no one undertook the next text.
    """
    at = timezone.now()
    if commitment.is_public:
        _tell_of_withdrawal(commitment, at=at)
    make_draft(commitment, at=at)
    audit.record(action="withdraw commitment", at=at, actor=by, detail=commitment.reference)


def _tell_of_withdrawal(commitment: Commitment, *, at: datetime) -> None:
    for party in commitment.parties.select_related("organisation", "group"):
        for person in people_to_tell(party, at.date()):
            email_delegate(
                person,
                dedup_key=f"withdrawn:{commitment.pk}:{person.pk}:{at:%Y-%m-%d}",
                template="outcomes/commitments/emails/withdrawn",
                context={
                    "reference": commitment.reference,
                    "event": commitment.event,
                    "url": f"{settings.PORTAL_URL}{commitment.get_absolute_url()}",
                },
                at=at,
            )


def make_draft(commitment: Commitment, *, at: datetime) -> None:
    """The caller saves the row."""
    commitment.state, commitment.basis = CommitmentState.DRAFT, Basis.RECORDED
    commitment.parties_told_at = commitment.proposed_at = None
    Undertaking.objects.filter(party__commitment=commitment).end(at)


def publish(commitment: Commitment, *, at: datetime) -> None:
    commitment.state = CommitmentState.PUBLIC
    # A corrected one is not new.
    if not commitment.was_public:
        commitment.recorded_at = at
    commitment.save()
    audit.record(action="publish commitment", at=at, detail=commitment.reference)
    waiting = commitment.updates.filter(state=EditorialState.SUBMITTED).select_related(
        "commitment", "party__focal_point__user"
    )
    tell_parties(waiting, at=at)
    for party in commitment.parties.filter(focal_point_accepted_at=None).exclude(focal_point=None):
        ask_focal_point(party, party.focal_point, at=at)


def _is_disputed(commitment: Commitment) -> bool:
    """Only its party can withdraw this; another text is compared, and the party told, again."""
    return Dispute.objects.about_commitment(commitment).open().exists()


def _drafts() -> QuerySet[Commitment]:
    return Commitment.objects.filter(state=CommitmentState.DRAFT).select_related("event")


def _lock(commitment: Commitment) -> Commitment | None:
    rows = _drafts().select_for_update(of=("self",))
    return rows.filter(pk=commitment.pk).first()
