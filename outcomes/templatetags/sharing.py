"""What one can do with a record, and what the head of its page tells programs."""

import json
from datetime import date
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from outcomes.changes.scope import ChangeTarget
from outcomes.changes.topics import Topic, absolute_url, topic_for
from outcomes.commitments.summary import Summary
from outcomes.exports.citations import citation
from outcomes.exports.linked_data import linked_data
from outcomes.models import Commitment, Outcome
from participants.demonstration import ScopeForm
from roundtable.filters.facets import FacetForm
from roundtable.filters.query_forms import QueryForm
from roundtable.models import Event

register = template.Library()
MAX_DESCRIPTION = 300  # characters
# Within a script element, only these could end it.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.inclusion_tag("outcomes/exports/_record_head.html")
def record_head(row: ChangeTarget, summary: Summary | str) -> dict[str, Any]:
    """Title, description and picture for who shares the page, and the same for programs."""
    return {
        "url": absolute_url(topic_for(row).path),
        "title": _title(row),
        "description": Truncator(str(summary)).chars(MAX_DESCRIPTION),
        "image": _image(row),
        # What is made up is no event of this world.
        "linked_data": "" if _is_demonstration(row) else _as_json(linked_data(row, str(summary))),
    }


@register.inclusion_tag("outcomes/exports/_acts.html", takes_context=True)
def record_acts(context: Context, row: ChangeTarget, summary: Summary) -> dict[str, Any]:
    """Cite, download, share and follow it; costs two more queries for signed-in users."""
    topic = topic_for(row)
    as_of_query = context.get("as_of_query") or ""
    return {
        "row": row,
        "citation": citation(topic),
        "address": absolute_url(topic.path) + as_of_query,
        "shared": f"{_title(row)} — {summary}",
        "as_of": context.get("as_of"),
        "as_of_query": as_of_query,
        "file": topic.path.removesuffix("/"),
        "others": _other_files(topic, as_of_query),
        "user": context.get("user"),
        "is_preview": context.get("is_preview"),
    }


@register.simple_tag
def with_filters(form: QueryForm, summary: Summary) -> str:
    """The sentence after the filters by which its commitments were found."""
    chips = form.chips if isinstance(form, FacetForm) else []
    found = [f"{chip.label}: {chip.value}" for chip in chips]
    if isinstance(form, ScopeForm) and form.is_demonstration:
        found.insert(0, _("Demonstration"))
    return " — ".join([*found, str(summary)])


@register.simple_tag(takes_context=True)
def day_shown(context: Context) -> date:
    """The day as of which the page says what it says."""
    return context.get("as_of") or timezone.localdate()


def _other_files(topic: Topic, as_of_query: str) -> list[dict[str, str]]:
    """Besides that of the record itself."""
    row = topic.row
    if isinstance(row, Event):
        of_event = f"?event={row.slug}"
        # An agreed text is the same on each day.
        of_day = as_of_query.replace("?", "&")
        return [
            {"label": _("Its points:"), "file": "/outcomes", "query": of_event},
            {"label": _("Its commitments:"), "file": "/commitments", "query": of_event + of_day},
        ]
    if isinstance(row, Commitment):
        label, name = _("Its reports:"), "reports"
    elif isinstance(row, Outcome) and row.kind == Outcome.Kind.RECOMMENDATION:
        label, name = _("Its answers:"), "responses"
    else:
        return []
    return [{"label": label, "file": f"{topic.path}{name}", "query": as_of_query}]


def event_of(row: Any) -> Event | None:
    if isinstance(row, Outcome):
        return row.statement.event
    if isinstance(row, Commitment):
        return row.event
    return row if isinstance(row, Event) else None


def _is_demonstration(row: Any) -> bool:
    return (event_of(row) or row).is_demonstration


def _title(row: Any) -> str:
    title = topic_for(row).name
    if isinstance(row, Commitment):
        title = f"{row.reference}: {Truncator(row.text).chars(100)}"
    return _("%s (demonstration)") % title if _is_demonstration(row) else title


def _image(row: Any) -> str:
    topic = topic_for(row)
    if topic.kind not in ("event", "commitment"):
        return ""
    return absolute_url(reverse(f"{topic.kind}-image", args=[topic.key]))


def _as_json(content: dict[str, Any]) -> SafeString:
    text = json.dumps(content, ensure_ascii=False).translate(_ESCAPES)
    return mark_safe(text)
