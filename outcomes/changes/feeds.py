"""Atom feeds of public changes."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator

from outcomes.changes.log import change_log
from outcomes.changes.scope import ChangeTarget, FoundCommitments
from outcomes.changes.topics import Topic, absolute_url, topic_summary
from outcomes.changes.values import Change, ChangeKind, correction_sentence
from outcomes.commitments.summary import Summary

MAX_FEED_ENTRIES = 50  # per feed
FEED_START = datetime(2000, 1, 1, tzinfo=UTC)
# To find corrections, the whole history of the period is compared.
CORRECTIONS_KEPT_FOR = timedelta(days=90)
MAX_TITLE_LENGTH = 100
# Characters that XML 1.0 does not allow, even escaped.
_INVALID_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Feed(Atom1Feed):
    """Django's Atom feed with plain-text content and a fixed date when it is empty."""

    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else FEED_START

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, str]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "text"})


def topic_feed(topic: Topic, until: datetime) -> str:
    on = timezone.localdate(until)
    title = _("%s: changes") % topic.name
    summary = topic_summary(topic, on) if topic.row else None
    return build_feed(
        title, topic.path, topic.feed, summary, topic.row, until, topic.is_demonstration
    )


def build_feed(
    title: str,
    path: str,
    feed: str,
    summary: Summary | None,
    about: ChangeTarget | FoundCommitments | None,
    until: datetime,
    is_demonstration: bool = False,
) -> str:
    """`path` is that of the page about the same, `feed` its own."""
    found = _Feed(
        title=_xml_safe(title),
        link=absolute_url(path),
        description=None,
        subtitle=_xml_safe(str(summary)) if summary else None,
        language=get_language(),
        author_name=_("Roundtable"),
        feed_url=absolute_url(feed),
        feed_guid=_tag_uri(feed),
    )
    # From the beginning of a day, so that only a change or a new day changes the feed.
    today = until.replace(hour=0, minute=0, second=0, microsecond=0)
    changes = change_log(
        FEED_START,
        until,
        about,
        is_demonstration=is_demonstration,
        corrections_since=today - CORRECTIONS_KEPT_FOR,
    )
    for change in changes[:MAX_FEED_ENTRIES]:
        found.add_item(
            title=_xml_safe(entry_title(change)),
            link=absolute_url(change.url),
            description=None,  # type: ignore[arg-type]
            author_name=_xml_safe(change.by) or None,
            pubdate=change.at,
            updateddate=change.at,
            unique_id=_tag_uri(f"/{change.key}"),
            categories=[str(change.kind.label)],
            content=_xml_safe(_entry_content(change)),
        )
    return found.writeString("utf-8")


def entry_title(change: Change) -> str:
    is_correction = change.kind == ChangeKind.CORRECTION
    words = Truncator(change.subject if is_correction else change.state).chars(MAX_TITLE_LENGTH)
    if not change.reference:
        return f"{change.kind.label}: {words}"
    return f"{change.reference}, {change.kind.label}: {words}"


def _entry_content(change: Change) -> str:
    lines = [change.subject]
    if change.kind == ChangeKind.CORRECTION:
        lines.append(correction_sentence(change))
    elif change.after != change.subject:
        is_new = change.before in ("", change.after)
        known = change.state if is_new else f"{change.before} → {change.state}"
        lines.append(f"{change.field}: {known}")
    if change.day:
        lines.append(_("As of %s") % date_format(change.day))
    if change.by:
        lines.append(_("By %s") % change.by)
    lines += [change.text, *change.disputes, change.event]
    if change.is_demonstration:
        lines.append(_("Made up for the demonstration."))
    return "\n\n".join(line for line in lines if line)


def _tag_uri(path: str) -> str:
    # A tag URI stays the same if URLs change, so feed readers do not show entries twice.
    return f"tag:{urlsplit(settings.PORTAL_URL).hostname},2026:{path}"


def _xml_safe(text: str) -> str:
    return _INVALID_XML.sub(" ", text)
