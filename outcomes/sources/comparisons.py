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
from django.db.models import Exists, Model, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from outcomes.models import (
    Commitment,
    Corrigendum,
    SourceComparison,
    Statement,
    StatementVersion,
)
from outcomes.sources.hashes import RecordedText, source_hash
from participants.decisions.engine import answer
from participants.decisions.independence import COMPARING
from participants.decisions.kind import Kind, Shown, Signer, kind_of, register
from participants.models import Act, Grant, OrganisationChange, User
from participants.participation.requirement import confirmation_body
from participants.permissions import ConfirmingRight, EventPermissions
from roundtable.audit import log as audit

AgreedText = Statement | Corrigendum

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
# The hash of a commitment has its reference, so no other one is confirmed.
RELEASED_REFERENCES = frozenset({"BP2018-C1", "BP2018-C2"})


class Comparisons(Kind[Any]):
    """That a text is the same as in its source. Who publishes it asks whether two say so."""

    signature = SourceComparison
    relation = "comparisons"
    independence = COMPARING
    is_made_elsewhere = True
    is_blind = True
    endings = frozenset()
    label = _lazy("Texts compared")
    effect = _lazy(
        "Two people of two organisations compare, word for word. Then it can be public. What "
        "others found shows after you decide."
    )

    def visible(self, viewer: EventPermissions) -> QuerySet[Any]:
        if viewer.is_operator:
            return self.rows()
        return self.rows().filter(**{f"{self.event_path}__in": viewer.readable})

    def undecided(self, at: datetime) -> QuerySet[Any]:
        return self.rows().filter(state="draft")

    def due(self, at: datetime) -> QuerySet[Any]:
        return self.rows().none()

    def content_hash(self, item: Any) -> str:
        return source_hash(item)

    def signatures(self) -> QuerySet[Any]:
        """Without those of a person whose right is suspended now."""
        event = OuterRef(f"{self.subject}__{self.event_path}")
        suspended = Grant.objects.awake().filter(
            user=OuterRef("by"), event=event, suspended_at__isnull=False
        )
        return super().signatures().exclude(Exists(suspended))

    def is_agreed(self, item: Any, given: Sequence[SourceComparison]) -> bool:
        return are_sufficient(given)

    def confirm(self, item: Any, right: ConfirmingRight, by: User, at: datetime) -> Any:
        """Those that do not count may be of the same person or organisation."""
        counted = [row.pk for row in self.given(item)]
        item.comparisons.exclude(pk__in=counted).delete()
        return super().confirm(item, right, by, at)

    def record(self, verb: str, item: Any, by: User | None, at: datetime, **more: Any) -> None:
        organisation = more["right"].organisation
        audit.record(
            action="compare with source",
            at=at,
            actor=by,
            organisation=organisation.slug if organisation else "",
            detail=f"{item.event.code} {self.content_hash(item)}",
        )


class StatementComparisons(Comparisons):
    """Of what a roundtable agreed elsewhere."""

    model: type[Model] = Statement
    detailed_by = Statement
    subject = "statement"
    related = ("event",)
    hashed: tuple[str, ...] = ("outcomes",)

    def show(self, item: AgreedText, viewer: EventPermissions) -> Shown:
        """A whole text is read on its own page."""
        statement = item.statement if isinstance(item, Corrigendum) else item
        sentence = _("Compare the text of %(event)s with its source")
        if isinstance(item, Corrigendum):
            sentence = _("Compare a correction of the text of %(event)s with its source")
        url = "" if isinstance(item, Corrigendum) else statement.source_url
        facts = [(_("Source"), source_of(item))]
        return Shown(
            sentence % {"event": statement.event}, facts=facts, reading=(_("Open the source"), url)
        )

    def since(self, item: AgreedText) -> datetime:
        """When it was entered; without a history of it, the last day of the roundtable."""
        entered: datetime = self.more(item)[0] or item.event.last_day_began_at
        return entered

    def read_more(self, items: Sequence[AgreedText]) -> dict[int, tuple[datetime | None, bool]]:
        """When each was entered, and whether it was circulated here."""
        path = self.event_path.removesuffix("event")
        versions: Any = Statement.history.filter(id=OuterRef(f"{path}pk")).order_by("history_date")
        circulated = StatementVersion.objects.filter(
            **{self.subject: OuterRef("pk")}, circulation__isnull=False
        )
        rows = self.model._default_manager.filter(pk__in=[item.pk for item in items])
        found = rows.values_list(
            "pk", Subquery(versions.values("history_date")[:1]), Exists(circulated)
        )
        return {pk: (entered, was_circulated) for pk, entered, was_circulated in found}

    def is_open(self, item: AgreedText, acts: Sequence[Act], at: datetime) -> bool:
        return can_be_compared(item)

    def is_made(self, item: AgreedText, at: datetime) -> bool:
        return item.state == Statement.State.PUBLISHED


register(StatementComparisons())


def latest_text(statement: Statement) -> AgreedText:
    """The last correction that is public, or the statement."""
    corrigenda = statement.corrigenda.filter(state=Statement.State.PUBLISHED)
    return corrigenda.order_by("-published_at", "-pk").first() or statement


def source_of(text: AgreedText) -> str:
    return text.source if isinstance(text, Corrigendum) else text.source_title


def can_be_compared(text: AgreedText) -> bool:
    """Not what is signed here, nor what was corrected since: that is another text."""
    statement = text.statement if isinstance(text, Corrigendum) else text
    return (
        statement.adoption == Statement.Adoption.SOURCE
        and bool(source_of(text))
        and (text.state == Statement.State.DRAFT or latest_text(statement) == text)
        and not kind_of(text).more(text)[1]
    )


def obstacle_to_comparing(text: RecordedText, user: User, at: datetime) -> str:
    """Empty if the user may compare the text now."""
    if isinstance(text, Commitment) and text.is_proposed:
        return _("This commitment is proposed to its parties. Wait for their answers.")
    if isinstance(text, Commitment) and not text.is_source_known:
        return _(
            "No source is recorded for this commitment, so no one can compare it. Add its source, "
            "then compare it."
        )
    signer = Signer(user, at)
    if answer(text, signer).right:
        return ""
    if not signer.rights_at(text.event, COMPARING):
        return _(
            "Only someone with a right to edit or to confirm, who acts for an organisation, can "
            "compare this text. Ask a co-chair."
        )
    return _(
        "Someone of an organisation that you act for or work for has already compared this text. A "
        "person of another organisation must compare it too."
    )


def valid_comparisons(text: RecordedText, wording: str = "") -> list[SourceComparison]:
    """Those of the present content, or of the version with this wording."""
    rows = text.comparisons.filter(content_hash=source_hash(text, wording))
    return list(rows.select_related("on_behalf_of", "by"))


def pending_comparisons(text: RecordedText) -> list[SourceComparison]:
    """Without those of a person whose right is suspended now."""
    return kind_of(text).given(text)


def are_sufficient(rows: Iterable[SourceComparison]) -> bool:
    bodies = map(confirmation_body, rows)
    return any(first != second for first, second in combinations(bodies, 2))


def may_be_released(reference: str) -> bool:
    """Whether a release confirms a wording of a commitment with this reference."""
    return reference in RELEASED_REFERENCES


def is_released(text: RecordedText, wording: str = "") -> bool:
    if isinstance(text, Commitment) and not may_be_released(text.reference):
        return False
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
                "is published. They do this on the page “Decide”."
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
