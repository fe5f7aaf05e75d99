"""Filters of the admin's lists; none names a roundtable that the viewer may not see."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from roundtable.models import Event


class EventFilter(admin.SimpleListFilter):
    """The rows of one roundtable."""

    title = _("roundtable")
    parameter_name = "roundtable"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The viewer's roundtables."""
        self.within = model_admin.within
        events = Event.objects.all()
        mine = model_admin.rights_of(request)
        if not mine.is_operator:
            events = events.filter(pk__in=mine.readable)
        return [(str(event.pk), event.title) for event in events]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the chosen roundtable; none where the choice was not offered."""
        if self.value() is None:
            return queryset
        if self.value() not in [key for key, _title in self.lookup_choices]:
            return queryset.none()
        rows: QuerySet[Any] = self.within(queryset, frozenset([int(str(self.value()))]))
        return rows


class ConfirmedFilter(admin.SimpleListFilter):
    """Participations that a co-chair has confirmed, or those that wait for it."""

    title = _("confirmed")
    parameter_name = "confirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Yes and no."""
        return [("yes", _("Confirmed")), ("no", _("Waiting"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that were asked for."""
        if self.value() is None:
            return queryset
        return queryset.filter(confirmed_at__isnull=self.value() != "yes")
