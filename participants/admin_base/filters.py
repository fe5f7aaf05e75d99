"""List filters of the admin. They name only roundtables that the viewer may see."""

from collections.abc import Sequence
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


class ChoiceFilter(admin.SimpleListFilter):
    """A filter whose subclass says what each choice shows. Any other value shows no rows."""

    options: Sequence[tuple[str, Any]] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        self.permissions, self.model_admin = request_permissions(request), model_admin
        return self.options

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        # This also rejects the id of a roundtable that the viewer may not see.
        return self.rows(queryset, value) if value in dict(self.lookup_choices) else queryset.none()

    def rows(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        raise NotImplementedError


class EventFilter(ChoiceFilter):
    """Rows of one roundtable."""

    title = _("roundtable")
    parameter_name = "roundtable"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        super().lookups(request, model_admin)
        events = Event.objects.all()
        if not self.permissions.is_operator:
            events = events.filter(pk__in=self.permissions.readable)
        return [(str(event.pk), str(event)) for event in events]

    def rows(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model_admin.limit_to_events(queryset, frozenset([int(value)]))
        return rows


class ConfirmedFilter(ChoiceFilter):
    """Participations by whether they are confirmed."""

    title = _("confirmed")
    parameter_name = "confirmed"
    options = [("yes", _("Confirmed")), ("no", _("Waiting"))]

    def rows(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(confirmed_at__isnull=value != "yes")


class InvitationFilter(ChoiceFilter):
    """People by the state of the latest invitation that the viewer may know about."""

    title = _("invitation")
    parameter_name = "invitation"
    options = [
        ("none", _("Not invited")),
        ("unanswered", _("Not answered")),
        ("agreed", _("Accepted")),
        ("not-me", _("Answered “This is not me”")),
    ]

    def rows(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        sent = Invitation.objects.filter(delegate=OuterRef("pk"))
        if not self.permissions.is_operator:
            sent = sent.filter(event__in=self.permissions.readable)
        newest = Subquery(sent.order_by("-invited_at", "-pk").values("pk")[:1])
        rows: QuerySet[Any] = queryset.alias(newest_invitation=newest)
        if value == "none":
            return rows.filter(newest_invitation=None)
        if value == "unanswered":
            found = Invitation.objects.filter(answer="", revoked_at=None)
        else:
            found = Invitation.objects.filter(answer=value)
        return rows.filter(newest_invitation__in=found.values("pk"))


class GrantValidityFilter(ChoiceFilter):
    """Grants by whether they are valid today."""

    title = _("validity")
    parameter_name = "holds"
    options = [
        ("ends-soon", _("Ends within 30 days")),
        ("today", _("Valid today")),
        ("later", _("Starts later")),
        ("over", _("Ended")),
    ]

    def rows(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        on = timezone.localdate()
        if value == "later":
            return queryset.filter(valid_from__gt=on)
        if value == "over":
            return queryset.filter(valid_until__lt=on)
        valid: QuerySet[Any] = queryset.active(on)  # type: ignore[attr-defined]
        return valid if value == "today" else valid.filter(valid_until__lte=on + ENDING_SOON)
