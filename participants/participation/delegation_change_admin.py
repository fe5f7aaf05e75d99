"""Admin of delegations that are frozen or brought back: asked for, and confirmed by others."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.admin_base.fields import request_permissions
from participants.admin_base.filters import EventFilter
from participants.admin_base.private import PrivateAdmin
from participants.models import DelegationChange
from participants.participation.delegation_changes import FREEZINGS, problem, request_change
from participants.participation.requirement import missing_confirmation
from participants.permissions import EventPermissions
from roundtable.models import Event


class DelegationChangeForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which delegation, what is to happen, and why."""

    permissions: EventPermissions  # of the person who asks

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            change = DelegationChange(**cleaned)
            change.validate_constraints()
            if found := problem(change, self.permissions.user, timezone.now()):
                raise ValidationError(found)
        return cleaned


@admin.register(DelegationChange)
class DelegationChangeAdmin(PrivateAdmin):
    """Requests of the viewer's roundtables, never about an organisation of the viewer."""

    event_path = "event"
    unavailable = ("change", "delete")
    saving_is_audited = True
    form = DelegationChangeForm
    fieldsets = [
        (
            None,
            {
                "fields": ["organisation", "event", "what", "reason"],
                "description": _(
                    "Once those who confirm a participation of this organisation agree, all its "
                    "participations at the roundtable open nothing, its rights and links there "
                    "end, and we tell its people. What was public stays public. If it is brought "
                    "back, rights and links do not come back by themselves."
                ),
            },
        )
    ]
    list_display = ["organisation", "event", "what", "reason", "requested_at", "state"]
    list_filter = [EventFilter]
    list_select_related = FREEZINGS.related
    search_fields = ["organisation__name", "reason"]
    search_help_text = _("Organisation or reason")

    def visible_rows(self, request: HttpRequest) -> QuerySet[DelegationChange]:
        return FREEZINGS.visible(request_permissions(request))

    def change_view(
        self, request: HttpRequest, object_id: str, *where: Any, **options: Any
    ) -> HttpResponse:
        row = self.row_or_404(request, object_id)
        return redirect("admin:decide_one", "delegationchange", row.pk)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request_permissions(request).can_confirm_any

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        permissions = request_permissions(request)
        if db_field.name == "event" and not permissions.is_operator:
            return Event.objects.filter(pk__in=permissions.confirmable)
        return super().get_field_queryset(db, db_field, request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        request_change(change=obj, by=request_permissions(request).user, at=timezone.now())

    @admin.display(description=_("state"))
    def state(self, row: DelegationChange) -> str:
        if row.done_at:
            return gettext("Made on %s") % date_format(row.done_at)
        if row.stopped_at:
            return gettext("Ended on %s") % date_format(row.stopped_at)
        return missing_confirmation(row)
