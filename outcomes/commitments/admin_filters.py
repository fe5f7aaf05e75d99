"""Admin list filters of commitments and milestones."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outcomes.models import Handover, overdue_q
from outcomes.reporting.disputes import open_disputes
from outcomes.reporting.rounds import silent_q
from participants.admin_base.filters import ChoiceFilter


class AttentionFilter(ChoiceFilter):
    """Commitments that need attention."""

    title = _("attention needed")
    parameter_name = "standing"
    options = [
        ("overdue", _("Past its due date")),
        ("silent", _("No answer in two reporting rounds")),
        ("never", _("Never reported on")),
        ("given-back", _("Task returned")),
        ("disputed", _("A party does not recognise a text")),
    ]

    def rows(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(needs_attention(value, timezone.localdate()))


def needs_attention(value: str, on: date) -> Q:
    """Of commitments, those that the filter shows for this value."""
    if value == "overdue":
        return overdue_q(on)
    if value == "silent":
        return silent_q(on)
    if value == "never":
        return Q(latest_update=None)
    if value == "disputed":
        return Q(Exists(open_disputes(OuterRef("pk"))))
    given_back = Handover.objects.filter(resolved_at=None, party__focal_point=None)
    return Q(pk__in=given_back.values("party__commitment"))


class ReachedFilter(ChoiceFilter):
    """Milestones by whether they are reached or late."""

    title = _("reached")
    parameter_name = "reached"
    options = [("yes", _("Reached")), ("no", _("Not yet")), ("late", _("Past its due date"))]

    def rows(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        rows = queryset.filter(reached_on__isnull=value != "yes")
        return rows.filter(due_on__lt=timezone.localdate()) if value == "late" else rows
