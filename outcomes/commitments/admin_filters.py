"""Filters of the lists of commitments, their steps and their updates."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outcomes.models import Handover, overdue_q, years_before
from outcomes.reporting.rounds import silent_commitments


class AttentionFilter(admin.SimpleListFilter):
    """Commitments by what somebody should see to."""

    title = _("to see to")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Late, silent, never reported on, and given back."""
        return [
            ("overdue", _("Overdue")),
            ("silent", _("Silent: two rounds unanswered")),
            ("never", _("Never reported on")),
            ("given-back", _("Task given back")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that were asked for."""
        on = timezone.localdate()
        if self.value() is None:
            return queryset
        if self.value() == "overdue":
            return queryset.filter(overdue_q(on))
        if self.value() == "silent":
            return silent_commitments(queryset, on)
        if self.value() == "never":
            return queryset.filter(latest_update=None)
        given_back = Handover.objects.filter(resolved_at=None, party__focal_point=None)
        if self.value() == "given-back":
            return queryset.filter(pk__in=given_back.values("party__commitment"))
        return queryset.none()


class ReachedFilter(admin.SimpleListFilter):
    """Steps that were reached, that are ahead, and that are late."""

    title = _("reached")
    parameter_name = "reached"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Yes, not yet, and late."""
        return [("yes", _("Reached")), ("no", _("Not yet")), ("late", _("Late"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that were asked for."""
        if self.value() is None:
            return queryset
        if self.value() == "yes":
            return queryset.filter(reached_on__isnull=False)
        waiting: QuerySet[Any] = queryset.filter(reached_on=None)
        if self.value() == "late":
            return waiting.filter(due_on__lt=timezone.localdate())
        return waiting if self.value() == "no" else queryset.none()


class ReportAgeFilter(admin.SimpleListFilter):
    """Updates by how long ago the day lies that they report on."""

    title = _("as of")
    parameter_name = "as-of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Within a year, two years, and before."""
        return [
            ("year", _("Within a year")),
            ("two-years", _("One to two years ago")),
            ("before", _("Longer ago")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that were asked for."""
        if self.value() is None:
            return queryset
        on = timezone.localdate()
        year, two_years = years_before(on, 1), years_before(on, 2)
        if self.value() == "year":
            return queryset.filter(reported_on__gt=year)
        if self.value() == "two-years":
            return queryset.filter(reported_on__gt=two_years, reported_on__lte=year)
        is_known = self.value() == "before"
        return queryset.filter(reported_on__lte=two_years) if is_known else queryset.none()
