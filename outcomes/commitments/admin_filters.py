"""Admin list filters of commitments, milestones and progress updates."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outcomes.models import Freshness, Handover, freshness_q, overdue_q
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
    ages = {
        "year": Freshness.UNDER_A_YEAR,
        "two-years": Freshness.ONE_TO_TWO,
        "before": Freshness.OVER_TWO,
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(value, age.label) for value, age in self.ages.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        age = self.ages.get(str(self.value()))
        if age is None:
            return queryset.none()
        return queryset.filter(freshness_q(age, timezone.localdate(), "reported_on"))
