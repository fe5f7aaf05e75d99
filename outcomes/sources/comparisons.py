"""A text that is recorded from a source is public once two organisations compared it with that.

All bodies of one government are one organisation. Who entered or edited the text may be one of the
two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.models import Commitment, CommitmentState, SourceComparison, StatementVersion
from outcomes.sources.emails import ask_others_to_compare
from outcomes.sources.hashes import RecordedText, source_hash
from participants.decisions.independence import COMPARING, DECIDING
from participants.decisions.kind import Signer
from participants.models import Grant, Organisation, OrganisationChange, User
from participants.permissions import CAPACITIES, Body, EventPermissions, body_of
from roundtable.audit import log as audit

# Content that is confirmed by the release that ships it: the statement and the commitments of 2018,
# and the statement of the demonstration. A test compares them with the files. The first is of
# release 0.1.0, which had no address of the source; a corrected statement keeps that source.
RELEASED = frozenset(
    {
        "5ec85ce39483d043d3a8269485aa876dfb3bdcf25afdaf1f404be9bafde76149",  # 0.1.0
        "396aa17153f6715a46809f3bebc8816099242c46ef53e44930ce5c68b227c337",  # 2018
        "5539845f01fc67ea029a226c27a4a113ba3a9f339fb847a3319fa63c2d4d7354",  # demonstration
        "e99c4c20d983c98157ed4fd657a60519eee2a670cada15c798c4e0bdbf0c6384",  # BP2018-C1
        "919546f39edb2ad8cb01e6df63b194b9c3d7fd2ab947d5a5b4d5740972b4d5c2",  # BP2018-C2
    }
)
COMPARING_ROLES = COMPARING.roles | {
    role for role, capacity in CAPACITIES.items() if capacity in DECIDING
}


@transaction.atomic
def record_comparison(
    text: RecordedText, *, shown_hash: str, by: User, at: datetime
) -> SourceComparison:
    """`shown_hash` is the `source_hash` of what the person compared.

    Raises ValidationError if it is not the present one, or if the person may not compare it.
    """
    rows: Any = type(text)._default_manager
    stored = rows.select_for_update(of=("self",)).filter(pk=text.pk).first()
    if stored is None or source_hash(stored) != shown_hash:
        raise ValidationError(
            _("The text or its source changed after you opened this page. Compare it again.")
        )
    organisation = organisation_to_compare_for(stored, by, at)
    counted = pending_comparisons(stored)
    stored.comparisons.exclude(pk__in=[row.pk for row in counted]).delete()
    row = SourceComparison(
        **{text._meta.model_name or "": stored},
        by=by,
        on_behalf_of=organisation,
        confirmed_at=at,
        content_hash=shown_hash,
    )
    row.full_clean()
    row.save()
    audit.record(
        action="compare with source",
        at=at,
        actor=by,
        organisation=organisation.slug if organisation else "",
        detail=f"{stored.event.code} {shown_hash}",
    )
    if not counted:
        ask_others_to_compare(row, at=at)
    return row


def remind_missing_comparisons(*, at: datetime) -> int:
    """Returns the number of emails about texts that one organisation has compared."""
    first = SourceComparison.objects.filter(
        Q(statement__state="draft")
        | Q(corrigendum__state="draft")
        | Q(commitment__state="draft", commitment__parties_told_at=None)
    )
    queued = 0
    for row in first.select_related(
        "statement__event", "corrigendum__statement__event", "commitment__event"
    ):
        text = row.statement or row.corrigendum or row.commitment
        assert text is not None
        if pending_comparisons(text) == [row]:
            queued += ask_others_to_compare(row, at=at)
    return queued


def organisation_to_compare_for(
    text: RecordedText, user: User, at: datetime
) -> Organisation | None:
    """For whom the user may compare the text now; None is an operator, who acts for none.

    Raises ValidationError, with the reason, if the user may not.
    """
    if isinstance(text, Commitment) and not text.is_source_known:
        raise ValidationError(
            _(
                "No source is recorded for this commitment, so no one can compare it. Add its "
                "source, then compare it."
            )
        )
    grants = user.grants.active(at.date()).filter(
        event=text.event, role__in=COMPARING_ROLES, on_behalf_of__isnull=False
    )
    organisations: list[Organisation | None] = []
    if user.is_active:
        rows = grants.select_related("on_behalf_of").order_by("pk")
        organisations = [row.on_behalf_of for row in rows]
        if not organisations and user.is_superuser:
            organisations = [None]
    if not organisations:
        raise ValidationError(
            _(
                "Only someone with a right to edit or to confirm, who acts for an organisation, "
                "can compare this text. Ask a co-chair."
            )
        )
    signer, given = Signer(user, at), pending_comparisons(text)
    repeats = any(signer.repeats(row) for row in given)
    if repeats or (organisations == [None] and any(row.on_behalf_of is None for row in given)):
        raise ValidationError(
            _(
                "Someone of an organisation that you act for or work for has already compared this "
                "text. A person of another organisation must compare it too."
            )
        )
    return organisations[0]


def _body(row: SourceComparison) -> Body | None:
    return body_of(row.on_behalf_of) if row.on_behalf_of else None


def commitments_to_compare(
    commitments: QuerySet[Commitment], permissions: EventPermissions, at: datetime
) -> list[Commitment]:
    """Drafts that wait for a comparison by the user's organisation, those of one source together.

    For a list: `organisation_to_compare_for` decides.
    """
    drafts = commitments.filter(state=CommitmentState.DRAFT, parties_told_at=None)
    user = permissions.user
    if not user.is_superuser:
        grants = user.grants.active(at.date()).filter(role__in=COMPARING_ROLES)
        drafts = drafts.filter(event__in=grants.exclude(on_behalf_of=None).values("event"))
    rows = drafts.select_related("event").prefetch_related(
        "comparisons__on_behalf_of",
        "outcomes",
        "milestones",
        "parties__organisation",
        "parties__group",
    )
    found = []
    for row in rows.order_by("event", "source_url", "source_title", "pk"):
        given = [
            comparison.content_hash
            for comparison in row.comparisons.all()
            if comparison.by_id == user.pk or _body(comparison) in permissions.bodies
        ]
        if not given or source_hash(row) not in given:
            found.append(row)
    return found


def valid_comparisons(text: RecordedText, wording: str = "") -> list[SourceComparison]:
    """Those of the present content, or of the version with this wording."""
    rows = text.comparisons.filter(content_hash=source_hash(text, wording))
    return list(rows.select_related("on_behalf_of", "by"))


def pending_comparisons(text: RecordedText) -> list[SourceComparison]:
    """Without those of a person whose right is suspended now."""
    suspended = Grant.objects.filter(event=text.event, suspended_at__isnull=False)
    users = set(suspended.values_list("user", flat=True))
    return [row for row in valid_comparisons(text) if row.by_id not in users]


def are_sufficient(rows: Iterable[SourceComparison]) -> bool:
    return any(_body(first) != _body(second) for first, second in combinations(rows, 2))


def is_released(text: RecordedText, wording: str = "") -> bool:
    if source_hash(text, wording) in RELEASED:
        return True
    return isinstance(text, Commitment) and source_hash(text, names=_first_names(text)) in RELEASED


def _first_names(commitment: Commitment) -> dict[int | None, str]:
    """By id, the names of its parties before other organisations confirmed another one."""
    changes = OrganisationChange.objects.filter(
        what=OrganisationChange.What.NAME,
        done_at__isnull=False,
        organisation__in=commitment.parties.values("organisation"),
    )
    return dict(changes.order_by("-done_at", "-pk").values_list("organisation", "former_name"))


def is_publishable(text: RecordedText) -> bool:
    return is_released(text) or are_sufficient(pending_comparisons(text))


def check_compared(text: RecordedText) -> None:
    """Raises ValidationError if the text may not be public yet. The caller locks the text."""
    if not is_publishable(text):
        raise ValidationError(
            _(
                "Two people of two organisations must compare this text with its source before it "
                "is published. They do this on the page “Compare with the source”."
            )
        )


@dataclass(frozen=True)
class SourceCheck:
    """Who compared a published text with its source."""

    comparisons: Sequence[SourceComparison]
    is_released: bool
    is_earlier: bool  # public before two were required

    @property
    def is_missing(self) -> bool:
        return not (self.comparisons or self.is_released or self.is_earlier)


def source_check(version: StatementVersion) -> SourceCheck:
    """Of a version that was not signed in the portal."""
    text = version.corrigendum or version.statement
    rows = valid_comparisons(text, version.text)
    return SourceCheck(
        comparisons=rows if are_sufficient(rows) else [],
        is_released=is_released(version.statement, version.text),
        is_earlier=version.published_before_comparisons,
    )


def commitment_source_check(commitment: Commitment, day: date | None = None) -> SourceCheck:
    """Of a commitment that is recorded from a source, by that day. A made-up one has none."""
    rows = valid_comparisons(commitment)
    if day:
        rows = [row for row in rows if timezone.localdate(row.confirmed_at) <= day]
    return SourceCheck(
        comparisons=rows if are_sufficient(rows) else [],
        is_released=commitment.event.is_demonstration or is_released(commitment),
        is_earlier=False,
    )
