"""Public objects that people can follow by feed, calendar or email."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from outcomes.changes.scope import ChangeTarget, scope_of
from outcomes.commitments.queries import findings_shown, own_reports, parties_shown
from outcomes.commitments.statistics import count_by_status
from outcomes.commitments.summary import (
    Summary,
    commitment_summary,
    organisation_summary,
    point_summary,
    progress_summary,
)
from outcomes.models import Commitment, Outcome, Theme
from participants.demonstration import QUERY
from participants.models import Organisation
from roundtable.filters.query_forms import QueryForm, encode_query
from roundtable.models import Event


@dataclass(frozen=True)
class Topic:
    """A public object, or the whole portal if `kind` is empty and `row` is None."""

    kind: str  # event, theme, organisation, outcome or commitment; a field of Subscription
    key: str  # identifies it in URLs, such as bp2018/1.a
    row: ChangeTarget | None
    is_demonstration: bool = False  # what the whole portal, or a theme, is about

    @property
    def name(self) -> str:
        if isinstance(self.row, Commitment):
            return self.row.reference
        if isinstance(self.row, Outcome):
            event, number = self.row.statement.event, self.row.number
            point, part = _("%(event)s, point %(number)s"), _("%(event)s, part %(number)s")
            return (point if self.row.parent_id else part) % {"event": event, "number": number}
        name = str(self.row) if self.row else _("Roundtable")
        return _("%s (demonstration)") % name if self.is_demonstration else name

    @property
    def path(self) -> str:
        if isinstance(self.row, Theme):
            scope = "&demonstration=yes" if self.is_demonstration else ""
            return f"{reverse('outcome-list')}?theme={self.key}{scope}"
        return self.row.get_absolute_url() if self.row else reverse("home") + self._scope

    @property
    def feed(self) -> str:
        return self._reverse("feed")

    @property
    def calendar(self) -> str:
        return self._reverse("calendar")

    def _reverse(self, name: str) -> str:
        path = f"{self.kind}-{name}" if self.row else name
        return reverse(path, args=self.key.split("/") if self.row else []) + self._scope

    @property
    def _scope(self) -> str:
        return QUERY if self.is_demonstration else ""


WHOLE_PORTAL = Topic("", "", None)


def followed_filters(form: QueryForm) -> str:
    """The filters of a list as a query string, without its order and its day; may be empty."""
    left_out = (*form.sort_fields, "as_of")
    values = {name: words for name, words in form.active_values().items() if name not in left_out}
    return encode_query(values) if values and form.is_valid() else ""


def absolute_url(path: str) -> str:
    return f"{settings.PORTAL_URL}{path}"


def public_rows(kind: str) -> "QuerySet[Any]":
    """The rows of this kind that have a public page."""
    if kind == "event":
        return Event.objects.published()
    if kind == "theme":
        points = Outcome.themes.through.objects.filter(
            outcome__in=Outcome.objects.published().order_by().values("pk")
        )
        return Theme.objects.filter(pk__in=points.values("theme"))
    if kind == "organisation":
        return Organisation.objects.published()
    if kind == "outcome":
        shown = Outcome.objects.published().exclude(Q(parent__isnull=False, parent__number=""))
        return shown.select_related("statement__event")
    return Commitment.objects.published().select_related("event")


def find_topic(kind: str, key: str) -> Topic | None:
    """The public object with this key in URLs, or None."""
    if not kind:
        return WHOLE_PORTAL
    named = {"slug": key}
    if kind == "commitment":
        named = {"reference": key.upper()}
    elif kind == "outcome":
        slug, _slash, number = key.partition("/")
        named = {"statement__event__slug": slug, "number": number.lower()}
    row = public_rows(kind).filter(**named).first()
    if row is None and kind == "organisation":  # it may be merged into another organisation
        row = public_rows(kind).filter(slug_redirects__slug=key).first()
    return topic_for(row) if row else None


def topic_for(row: ChangeTarget) -> Topic:
    if isinstance(row, Commitment):
        return Topic("commitment", row.reference.lower(), row)
    if isinstance(row, Outcome):
        return Topic("outcome", f"{row.statement.event.slug}/{row.number}", row)
    return Topic(row._meta.model_name or "", row.slug, row)


def topic_summary(topic: Topic, on: date) -> Summary:
    """The sentence with which its page opens, for feeds and emails."""
    row = topic.row
    if isinstance(row, Commitment):
        reported = ("latest_update__party__organisation", "latest_update__party__group")
        found = Commitment.objects.select_related("event", *reported)
        row = found.prefetch_related(parties_shown(on), findings_shown()).get(pk=row.pk)
        return commitment_summary(row, row.latest_update, on)
    counts = count_by_status(scope_of(row, topic.is_demonstration).commitments, on)
    if isinstance(row, Outcome):
        commitments = Commitment.objects.published()
        whole = commitments.answering_whole_statement(row.statement.event)
        return point_summary(row, counts, whole.count())
    if isinstance(row, Organisation):
        return organisation_summary(counts, own_reports(row).count())
    return progress_summary(counts, row.starts_on.year if isinstance(row, Event) else None)
