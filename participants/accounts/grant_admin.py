"""Admin of grants. Operators edit and transfer them; co-chairs read those of their events."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from participants.accounts.addresses import find_account
from participants.accounts.grants import hand_over_grant, handover_problem
from participants.admin_base.base import RowPages
from participants.admin_base.fields import request_permissions
from participants.admin_base.filters import EventFilter, GrantValidityFilter
from participants.admin_base.private import PrivateAdmin
from participants.admin_base.site import render_page
from participants.models import Delegate, Grant, Participation


class HandoverForm(forms.Form):
    """The successor and the start date of a transferred grant."""

    email = forms.EmailField(
        label=_("Sign-in address of the successor"),
        help_text=_("If no account has this address, add the account first, without a grant."),
    )
    on = forms.DateField(
        label=_("Start date"),
        help_text=_(
            "The first day of the successor's grant. The current grant ends the day before."
        ),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, grant: Grant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grant = grant

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        cleaned["to"] = find_account(cleaned["email"])
        if cleaned["to"] is None:
            self.add_error(
                "email", _("No account uses this address to sign in. Add the account first.")
            )
            return cleaned
        problem = handover_problem(
            self.grant, to=cleaned["to"], on=cleaned["on"], today=timezone.localdate()
        )
        if problem:
            self.add_error(None, problem)
        return cleaned


@admin.register(Grant)
class GrantAdmin(PrivateAdmin):
    """Who may work on which roundtable, for whom, and for how long."""

    event_path = "event"
    cochairs_only = True
    operator_only = ("add", "change", "delete")
    change_form_template = "participants/accounts/admin/grant_change_form.html"
    change_list_template = "participants/accounts/admin/grant_change_list.html"
    fieldsets = [
        (
            None,
            {
                "fields": ["user", "event", "role", "on_behalf_of"],
                "description": _("The grant is valid for this roundtable only."),
            },
        ),
        (
            _("Dates"),
            {
                "fields": ["valid_from", "valid_until"],
                "description": _(
                    "The grant is valid from the first day to the last day, including both."
                ),
            },
        ),
    ]
    list_display = ["user", "event", "role", "on_behalf_of", "valid_from", "valid_until"]
    list_filter = [GrantValidityFilter, "role", EventFilter]
    list_select_related = ["user", "event", "on_behalf_of"]
    ordering = ["event", "role", "pk"]  # not by address, which co-chairs must not learn
    search_fields = ["event__title", "event__code", "on_behalf_of__name"]
    search_help_text = _(
        "Roundtable, or the organisation the person acts for. Operators can also search by address."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        permissions = request_permissions(request)
        rows = super().get_queryset(request)
        # Co-chairs see the profile only of people who took part in one of their roundtables.
        people = Delegate.objects.filter(erased_at=None)
        if not permissions.is_operator:
            participations = Participation.objects.filter(
                delegate=OuterRef("pk"), event__in=permissions.decidable
            )
            people = people.filter(Exists(participations))
        return rows.prefetch_related(Prefetch("user__delegate", queryset=people))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        permissions = request_permissions(request)
        # The page of a grant shows the account's address, so co-chairs see only the list.
        return permissions.can_decide_any if obj is None else permissions.is_operator

    def get_list_display(self, request: HttpRequest) -> Any:
        # Co-chairs must not see sign-in addresses.
        is_operator = request_permissions(request).is_operator
        return [
            "holder" if name == "user" and not is_operator else name for name in self.list_display
        ]

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        is_operator = request_permissions(request).is_operator
        return super().get_list_display_links(request, list_display) if is_operator else None

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        # A search by address would disclose it.
        is_operator = request_permissions(request).is_operator
        return [*self.search_fields, *(["user__email"] if is_operator else [])]

    @admin.display(description=_("account"), ordering="user_id")
    def holder(self, row: Grant) -> str:
        person = getattr(row.user, "delegate", None)
        return str(person) if person else gettext("account %d") % row.user_id

    def get_urls(self) -> list[Any]:
        handover: RowPages = {"hand-over/": ("handover", self.handover_view)}
        return [*self.row_urls(handover), *super().get_urls()]

    def row_context(self, request: HttpRequest, row: Grant) -> dict[str, Any]:
        if not self.has_change_permission(request, row):
            return {}
        return {"handover_url": reverse("admin:participants_grant_handover", args=[row.pk])}

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def handover_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        row = self.row_or_404(request, object_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        form = HandoverForm(request.POST or None, grant=row)
        is_form_valid = request.method == "POST" and form.is_valid()
        if is_form_valid and "confirmed" in request.POST:
            to, on = form.cleaned_data["to"], form.cleaned_data["on"]
            by = request_permissions(request).user
            try:
                hand_over_grant(grant=row, to=to, on=on, by=by, at=timezone.now())
            except ValidationError as mistake:  # someone else changed it a moment ago
                form.add_error(None, mistake.messages)
                is_form_valid = False
            else:
                text = gettext("The grant is transferred from %s. Both people receive an email.")
                self.message_user(request, text % date_format(on), messages.SUCCESS)
                return redirect("admin:participants_grant_changelist")
        context = {
            "title": gettext("Transfer this grant?")
            if is_form_valid
            else gettext("Transfer grant"),
            "original": row,
            "form": form,
            "is_form_valid": is_form_valid,
        }
        template = "participants/accounts/admin/grant_handover.html"
        return render_page(request, Grant, template, context)
