"""Admin of requests for a new address, by those who may confirm the person's participation."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from participants.accounts.address_requests import RELATED
from participants.admin_base.fields import request_permissions
from participants.admin_base.filters import PendingFilter
from participants.admin_base.private import PrivateAdmin
from participants.models import AddressRequest
from participants.participation.address_requests import (
    address_request_error,
    agree_to_address,
    agreeable,
    participations_with_account,
    request_address,
    stop_as_confirmer,
)
from participants.participation.confirmation import missing_confirmation
from participants.permissions import EventPermissions, visible_people

STEPS = (
    _(
        "First ask the person to sign in with another address, or with a passkey. Then they can "
        "change the address themselves."
    ),
    _(
        "If they cannot, speak to them by telephone or face to face. Someone who controls their "
        "mailbox could send you such a request too."
    ),
    _(
        "Two people of two organisations decide, as for the person's participation, and never for "
        "their own organisation. You are the first one."
    ),
    _(
        "We tell the person now, and again when the second one agrees. Then the profile is hidden "
        "for seven days. The person stops the request by signing in."
    ),
    _(
        "After seven days the new address replaces the earlier one, and all sessions end. The "
        "second factor stays."
    ),
)


def _list_steps() -> str:
    items = format_html_join("", "<li>{}</li>", ((step,) for step in STEPS))
    return format_html("<ol>{}</ol>", items)


class AddressRequestForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whose mailbox is lost, the new address, and how the requester identified the person."""

    permissions: EventPermissions  # of the requester

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        if "email" in self.fields:
            # The model leaves it empty once the request is decided.
            self.fields["email"].required = True

    def clean_participation(self) -> Any:
        row, by = self.cleaned_data["participation"], self.permissions.user
        if problem := address_request_error(participation=row, by=by, at=timezone.now()):
            raise ValidationError(problem)
        return row


@admin.register(AddressRequest)
class AddressRequestAdmin(PrivateAdmin):
    """New addresses for people who lost their mailbox."""

    event_path = "participation__event"
    unavailable = ("change", "delete")  # past requests explain past addresses
    saving_is_audited = True
    form = AddressRequestForm
    fieldsets = [
        (
            None,
            {
                "fields": ["participation", "email", "reason"],
                "description": lazy(_list_steps, str)(),
            },
        )
    ]
    list_display = ["person", "roundtable", "email", "reason", "requested_at", "state"]
    list_display_links = None
    list_select_related = RELATED
    list_filter = [PendingFilter]
    actions = ["agree", "stop"]

    def limit_to_events(self, rows: QuerySet[Any], events: frozenset[int]) -> QuerySet[Any]:
        return rows.filter(participation__event__in=events)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        permissions = request_permissions(request)
        rows = super().get_queryset(request)
        if not permissions.is_operator:
            # Only those who may decide see the new address. While it is awaited, the person is in
            # no other list, but these can still stop it.
            rows = self.limit_to_events(rows, permissions.confirmable).filter(
                Q(participation__delegate__in=visible_people(permissions))
                | Q(agreed_at__isnull=False)
            )
        # No one decides about their own account.
        return rows.exclude(user=permissions.user).prefetch_related(
            "confirmations__on_behalf_of", "confirmations__by"
        )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        permissions = request_permissions(request)
        if obj is None or permissions.is_operator:
            return permissions.can_confirm_any
        return self.event_id_of(obj) in permissions.confirmable

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request_permissions(request).can_confirm_any

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        # The actions check each row.
        return request_permissions(request).can_confirm_any

    def filter_pending(self, rows: QuerySet[Any], permissions: EventPermissions) -> QuerySet[Any]:
        waiting = rows.filter(closed_at=None, agreed_at=None).select_related(*RELATED)
        ids = agreeable(waiting, permissions.user, timezone.now())
        return rows.filter(pk__in=ids)

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        return participations_with_account(request_permissions(request))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        stored = request_address(
            participation=obj.participation,
            email=obj.email,
            reason=obj.reason,
            by=request_permissions(request).user,
            at=timezone.now(),
        )
        obj.pk = stored.pk

    @admin.display(description=_("person"))
    def person(self, row: AddressRequest) -> str:
        return str(row.delegate)

    @admin.display(description=_("roundtable"))
    def roundtable(self, row: AddressRequest) -> str:
        return row.event.code

    @admin.display(description=_("state"))
    def state(self, row: AddressRequest) -> str:
        if row.closed_at:
            return row.get_outcome_display()
        if row.agreed_at:
            return str(_("Agreed. The person has seven days to stop it."))
        return missing_confirmation(row, row.confirmations.all())

    @admin.action(description=_("Agree to the new address"), permissions=["confirm"])
    def agree(self, request: HttpRequest, queryset: QuerySet[AddressRequest]) -> None:
        by, at, rows = request_permissions(request).user, timezone.now(), list(queryset)
        done = sum(agree_to_address(request=row, by=by, at=at) for row in rows)
        self.report_counts(
            request,
            done=done,
            success=ngettext_lazy(
                "You agreed to %d new address. The person has seven days to stop it.",
                "You agreed to %d new addresses. Each person has seven days to stop it.",
            ),
            skipped=len(rows) - done,
            warning=ngettext_lazy(
                "%d request is not changed. It needs someone of another organisation, who could "
                "confirm the person's participation.",
                "%d requests are not changed. They need someone of another organisation, who "
                "could confirm the person's participation.",
            ),
        )

    @admin.action(description=_("Stop the request"), permissions=["confirm"])
    def stop(self, request: HttpRequest, queryset: QuerySet[AddressRequest]) -> None:
        by, at, rows = request_permissions(request).user, timezone.now(), list(queryset)
        done = sum(stop_as_confirmer(request=row, by=by, at=at) for row in rows)
        self.report_counts(
            request,
            done=done,
            success=ngettext_lazy("%d request is stopped.", "%d requests are stopped."),
            skipped=len(rows) - done,
            warning=ngettext_lazy(
                "%d request is not changed. It is closed, or you have no right there.",
                "%d requests are not changed. They are closed, or you have no right there.",
            ),
        )
