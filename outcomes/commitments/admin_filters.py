"""Admin list filters of commitments, milestones and progress updates."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outcomes.models import Handover, overdue_q, years_before
from outcomes.reporting.rounds import silent_commitments


class AttentionFilter(admin.SimpleListFilter):
    """Commitments that need attention."""

    title = _("attention needed")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("overdue", _("Past its due date")),
            ("silent", _("No answer in two reporting rounds")),
            ("never", _("Never reported on")),
            ("given-back", _("Task returned")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
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
    """Milestones by whether they are reached or late."""

    title = _("reached")
    parameter_name = "reached"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Reached")), ("no", _("Not yet")), ("late", _("Past its due date"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        if self.value() == "yes":
            return queryset.filter(reached_on__isnull=False)
        waiting: QuerySet[Any] = queryset.filter(reached_on=None)
        if self.value() == "late":
            return waiting.filter(due_on__lt=timezone.localdate())
        return waiting if self.value() == "no" else queryset.none()


class ReportAgeFilter(admin.SimpleListFilter):
    """Progress updates by age of the day that they report on."""

    title = _("as of")
    parameter_name = "as-of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("year", _("Under a year ago")),
            ("two-years", _("One to two years ago")),
            ("before", _("Over two years ago")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
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
