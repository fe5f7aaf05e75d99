"""What the page of results shows of each record that was found."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_countries import countries

from outcomes.commitments.queries import findings_shown, parties_shown, with_disputes
from outcomes.commitments.status import finding_labels, findings_of, with_findings
from outcomes.models import (
    Assessment,
    Commitment,
    Document,
    Evidence,
    Outcome,
    ProgressUpdate,
    RelatedText,
    Response,
    Theme,
)
from outcomes.search.kinds import FORMER_NAMES, Kind, Section
from outcomes.search.marks import Marker
from participants.models import Organisation
from roundtable.models import Event
from roundtable.templatetags.portal import event_dates, event_place

MAX_TITLE = 600  # characters


@dataclass(frozen=True)
class Result:
    """One record. Matches are marked in its title, its text and what is below them."""

    url: str
    title: SafeString
    section: Section | None = None
    reference: str = ""
    text: str = ""
    below: str = ""
    commitment: Commitment | None = None  # with its status, and its disputes
    disputes: tuple[str, ...] = ()


def load_results(found: Iterable[tuple[Kind, int]], marker: Marker, on: date) -> list[Result]:
    """In the same order. Reads each record by the rule of what is public."""
    found = list(found)
    results: dict[tuple[int, int], Result] = {}
    for kind in {kind.number: kind for kind, _pk in found}.values():
        prepare, show = _SHOWN[kind.name]
        ids = [pk for other, pk in found if other is kind]
        rows = prepare(kind.rows.filter(pk__in=ids).order_by(), on)
        for row in rows:
            results[kind.number, row.pk] = replace(show(row, marker), section=kind.section)
    return [results[key] for kind, pk in found if (key := (kind.number, pk)) in results]


def country_results(codes: Iterable[str], marker: Marker) -> list[Result]:
    url = reverse("organisation-list")
    return [
        Result(
            url=f"{url}?country={code}{marker.scope}",
            title=marker.mark(countries.name(code)),
            below=SafeString(_("Organisations of this country")),
        )
        for code in codes
    ]


def _whole(marker: Marker, text: str) -> SafeString:
    """The text as agreed, unless it fills the page."""
    return marker.mark(text) if len(text) <= MAX_TITLE else marker.excerpt(text)


def _dotted(*parts: Any) -> SafeString:
    return format_html_join(" · ", "{}", ((part,) for part in parts if part))


def _best(marker: Marker, *texts: str) -> SafeString:
    """The sentence with a match, from the first text that has one; else of the first text."""
    given = [text for text in texts if text]
    return marker.excerpt(next(filter(marker.is_in, given), given[0] if given else ""))


def _event(event: Event, marker: Marker) -> Result:
    statement = getattr(event, "statement", None)
    is_published = statement is not None and statement.state == statement.State.PUBLISHED
    texts = [event.summary]
    if statement is not None and is_published:
        texts += [statement.introduction]
    return Result(
        url=event.get_absolute_url(),
        reference=event.code,
        title=marker.mark(event.title),
        text=_best(marker, *texts),
        below=_dotted(
            marker.mark(str(event.series)), event_dates(event), marker.mark(event_place(event))
        ),
    )


def _point(point: Outcome, marker: Marker) -> Result:
    event = point.statement.event
    before = format_html("{} ", _whole(marker, point.parent.text)) if point.parent else ""
    return Result(
        url=point.get_absolute_url(),
        reference=point.number,
        title=format_html("{}{}", before, _whole(marker, point.text)),
        below=format_html("{}", event),
    )


def _commitment(commitment: Commitment, marker: Marker) -> Result:
    parties: Any = commitment.parties.all()
    names = format_html_join(", ", "{}", ((marker.mark(party.public_name),) for party in parties))
    return Result(
        url=commitment.get_absolute_url(),
        reference=commitment.reference,
        title=_whole(marker, commitment.text),
        below=_dotted(names, format_html("{}", commitment.event)),
        commitment=commitment,
        disputes=tuple(row.sentence for party in parties for row in party.public_disputes[:1]),
    )


def _report(update: ProgressUpdate, marker: Marker) -> Result:
    row: Any = update
    labels = finding_labels(findings_of(update.commitment))
    texts = (update.text, update.obstacles, update.next_steps, update.reason, update.source)
    return Result(
        url=update.commitment.get_absolute_url(),
        reference=update.commitment.reference,
        title=_dotted(
            marker.mark(update.party.public_name),
            marker.mark(with_findings(update.get_status_display(), labels)),
        ),
        text=_best(marker, *texts),
        below=_dotted(date_format(update.reported_on), format_html("{}", update.commitment.event)),
        disputes=tuple(dispute.sentence for dispute in row.public_disputes[:1]),
    )


def _response(response: Response, marker: Marker) -> Result:
    event = response.outcome.statement.event
    return Result(
        url=response.outcome.get_absolute_url(),
        reference=response.outcome.number,
        title=_dotted(
            marker.mark(response.organisation.public_name),
            marker.mark(response.get_stance_display()),
        ),
        text=_best(marker, response.text, response.source),
        below=_dotted(date_format(response.answered_on), format_html("{}", event)),
    )


def _assessment(assessment: Assessment, marker: Marker) -> Result:
    event = assessment.commitment.event
    return Result(
        url=assessment.commitment.get_absolute_url(),
        reference=assessment.commitment.reference,
        title=_dotted(
            marker.mark(assessment.organisation.public_name),
            marker.mark(assessment.get_finding_display()),
        ),
        text=_best(marker, assessment.text, assessment.source),
        below=_dotted(date_format(assessment.assessed_on), format_html("{}", event)),
    )


def _document(document: Document, marker: Marker) -> Result:
    return Result(
        url=document.event.get_absolute_url(),
        reference=document.event.code,
        title=marker.mark(document.title),
        below=_dotted(marker.mark(document.publisher), format_html("{}", document.event)),
    )


def _evidence(evidence: Evidence, marker: Marker) -> Result:
    commitment = evidence.update.commitment
    return Result(
        url=commitment.get_absolute_url(),
        reference=commitment.reference,
        title=marker.mark(evidence.title),
        below=_dotted(_("Evidence for a report"), format_html("{}", commitment.event)),
    )


def _related_text(related: RelatedText, marker: Marker) -> Result:
    target: Outcome | Commitment | None = related.outcome or related.commitment
    assert target is not None
    is_point = isinstance(target, Outcome)
    event = target.statement.event if isinstance(target, Outcome) else target.event
    return Result(
        url=target.get_absolute_url(),
        reference=target.number if isinstance(target, Outcome) else target.reference,
        title=marker.mark(related.title),
        text=_best(marker, related.quote, related.source),
        below=_dotted(
            _("Related to a point") if is_point else _("Related to a commitment"),
            format_html("{}", event),
        ),
    )


def _theme(theme: Theme, marker: Marker) -> Result:
    return Result(
        url=f"{reverse('outcome-list')}?theme={theme.slug}{marker.scope}",
        title=marker.mark(theme.name),
        text=_best(marker, theme.source),
        below=SafeString(_("Points with this theme")),
    )


def _organisation(organisation: Organisation, marker: Marker) -> Result:
    row: Any = organisation
    former = _("Formerly: %s") % row.former if marker.is_in(row.former) else ""
    return Result(
        url=organisation.get_absolute_url(),
        reference=organisation.short_name,
        title=marker.mark(organisation.public_name),
        text=_best(marker, organisation.description),
        below=_dotted(
            marker.mark(organisation.get_kind_display()),
            marker.mark(organisation.country.name),
            marker.mark(former),
        ),
    )


def _plain(*related: str) -> Callable[[QuerySet[Any], date], QuerySet[Any]]:
    def prepare(rows: QuerySet[Any], on: date) -> QuerySet[Any]:
        return rows.select_related(*related)

    return prepare


def _with_parties(rows: QuerySet[Any], on: date) -> QuerySet[Any]:
    return rows.select_related("event").prefetch_related(parties_shown(on), findings_shown())


def _with_former_names(rows: QuerySet[Any], on: date) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.annotate(former=FORMER_NAMES)
    return found


def _with_disputes(rows: QuerySet[Any], on: date) -> QuerySet[Any]:
    reports = rows.select_related("commitment__event", "party__organisation", "party__group")
    return with_disputes(reports.prefetch_related(findings_shown("commitment__assessments")), on)


_SHOWN: dict[str, tuple[Callable[[QuerySet[Any], date], QuerySet[Any]], Callable[..., Result]]] = {
    "roundtable": (_plain("series", "statement"), _event),
    "point": (_plain("parent", "statement__event"), _point),
    "commitment": (_with_parties, _commitment),
    "report": (_with_disputes, _report),
    "response": (_plain("outcome__statement__event", "organisation"), _response),
    "assessment": (_plain("commitment__event", "organisation"), _assessment),
    "document": (_plain("event"), _document),
    "evidence": (_plain("update__commitment__event"), _evidence),
    "related text": (_plain("outcome__statement__event", "commitment__event"), _related_text),
    "theme": (_plain(), _theme),
    "organisation": (_with_former_names, _organisation),
}
