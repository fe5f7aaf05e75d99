"""List filters of the admin. They name only roundtables that the viewer may see."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.admin_base.fields import request_permissions
from participants.models import Invitation
from roundtable.models import Event

ENDING_SOON = timedelta(days=30)


class EventFilter(admin.SimpleListFilter):
    """Rows of one roundtable."""

    title = _("roundtable")
    parameter_name = "roundtable"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        self.limit_to_events = model_admin.limit_to_events
        events = Event.objects.all()
        permissions = request_permissions(request)
        if not permissions.is_operator:
            events = events.filter(pk__in=permissions.readable)
        return [(str(event.pk), str(event)) for event in events]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        # Reject values that were not offered, such as the id of another roundtable.
        if self.value() not in [key for key, _title in self.lookup_choices]:
            return queryset.none()
        rows: QuerySet[Any] = self.limit_to_events(queryset, frozenset([int(str(self.value()))]))
        return rows


class ConfirmedFilter(admin.SimpleListFilter):
    """Participations by whether a co-chair confirmed them."""

    title = _("confirmed")
    parameter_name = "confirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Confirmed")), ("no", _("Waiting"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(confirmed_at__isnull=self.value() != "yes")


class PendingFilter(admin.SimpleListFilter):
    """Rows that wait for the viewer's decision, as counted on the admin index."""

    title = _("pending")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        self.permissions, self.filter_pending = (
            request_permissions(request),
            model_admin.filter_pending,
        )
        return [("me", _("Needs my decision"))] if self.permissions.can_decide_any else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        waiting: QuerySet[Any] = self.filter_pending(queryset, self.permissions)
        return waiting if self.value() == "me" else queryset.none()


class InvitationFilter(admin.SimpleListFilter):
    """People by the state of the latest invitation that the viewer may know about."""

    title = _("invitation")
    parameter_name = "invitation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        self.permissions = request_permissions(request)
        return [
            ("none", _("Not invited")),
            ("unanswered", _("Not answered")),
            ("agreed", _("Accepted")),
            ("not-me", _("Answered “This is not me”")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        sent = Invitation.objects.filter(delegate=OuterRef("pk"))
        if not self.permissions.is_operator:
            sent = sent.filter(event__in=self.permissions.readable)
        newest = Subquery(sent.order_by("-invited_at", "-pk").values("pk")[:1])
        rows: QuerySet[Any] = queryset.alias(newest_invitation=newest)
        if self.value() == "none":
            return rows.filter(newest_invitation=None)
        answer = {"unanswered": "", "agreed": "agreed", "not-me": "not-me"}.get(self.value() or "")
        with_answer = Invitation.objects.filter(answer=answer)
        if answer == "":
            with_answer = with_answer.filter(revoked_at=None)
        return rows.filter(newest_invitation__in=with_answer.values("pk"))


class GrantValidityFilter(admin.SimpleListFilter):
    """Grants by whether they are valid today."""

    title = _("validity")
    parameter_name = "holds"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("ends-soon", _("Ends within 30 days")),
            ("today", _("Valid today")),
            ("later", _("Starts later")),
            ("over", _("Ended")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        on = timezone.localdate()
        if self.value() is None:
            return queryset
        if self.value() == "later":
            return queryset.filter(valid_from__gt=on)
        if self.value() == "over":
            return queryset.filter(valid_until__lt=on)
        holding: QuerySet[Any] = queryset.active(on)  # type: ignore[attr-defined]
        if self.value() == "ends-soon":
            return holding.filter(valid_until__lte=on + ENDING_SOON)
        return holding if self.value() == "today" else queryset.none()
