"""What the head of a record's page tells programs: what it says, and what to show of it."""

import json
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from outcomes.changes.scope import ChangeTarget
from outcomes.changes.topics import absolute_url, topic_for
from outcomes.commitments.summary import Summary
from outcomes.exports.linked_data import linked_data
from outcomes.models import Commitment, Outcome
from roundtable.models import Event

register = template.Library()
MAX_DESCRIPTION = 300  # characters
# Within a script element, only these could end it.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.inclusion_tag("outcomes/exports/_record_head.html")
def record_head(row: ChangeTarget, summary: Summary | str) -> dict[str, Any]:
    """Title, description and picture for who shares the page, and the same for programs."""
    made_up: Any = _event_of(row) or row
    is_demonstration = made_up.is_demonstration
    title = _title(row)
    if is_demonstration:
        title = _("%s (demonstration)") % title
    return {
        "url": absolute_url(topic_for(row).path),
        "title": title,
        "description": Truncator(str(summary)).chars(MAX_DESCRIPTION),
        "image": _image(row),
        # What is made up is no event of this world.
        "linked_data": "" if is_demonstration else _as_json(linked_data(row, str(summary))),
    }


def _event_of(row: Any) -> Event | None:
    if isinstance(row, Outcome):
        return row.statement.event
    if isinstance(row, Commitment):
        return row.event
    return row if isinstance(row, Event) else None


def _title(row: Any) -> str:
    if isinstance(row, Commitment):
        return f"{row.reference}: {Truncator(row.text).chars(100)}"
    return topic_for(row).name


def _image(row: Any) -> str:
    topic = topic_for(row)
    if topic.kind not in ("event", "commitment"):
        return ""
    return absolute_url(reverse(f"{topic.kind}-image", args=[topic.key]))


def _as_json(content: dict[str, Any]) -> SafeString:
    text = json.dumps(content, ensure_ascii=False).translate(_ESCAPES)
    return mark_safe(text)
