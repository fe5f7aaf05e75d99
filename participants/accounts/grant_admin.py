"""Admin of grants. Operators edit and transfer them; co-chairs read those of their events."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from participants.accounts.addresses import find_account, mask_address
from participants.accounts.grants import (
    RIGHTS,
    agree_to_end_grant,
    end_grant,
    ending_problem,
    hand_over_grant,
    handover_problem,
    is_suspended,
    request_grant,
    restore_grant,
    returns_on,
    right_to_agree_to_end,
    right_to_answer_suspension,
    right_to_suspend,
    suspend_grant,
)
from participants.admin_base.base import RowPages
from participants.admin_base.fields import SuspensionForm, request_permissions
from participants.admin_base.filters import EventFilter, GrantValidityFilter
from participants.admin_base.private import PrivateAdmin
from participants.admin_base.site import render_page
from participants.decisions.kind import REQUEST_PERIOD
from participants.display_names import display_name
from participants.models import Grant, User


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


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]
    """A right is requested with a reason. Afterwards, only its last day can be made earlier."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "reason" in self.fields:
            self.fields["reason"].required = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        same = Grant.objects.filter(
            user=cleaned.get("user"), event=cleaned.get("event"), role=cleaned.get("role")
        )
        suspended = same.filter(suspended_at__isnull=False)
        suspended = suspended.exclude(valid_until__lt=timezone.localdate())
        if self.instance.pk is None and suspended.exists():
            raise ValidationError(
                _("This right is suspended. Other organisations decide about it. Do not add it.")
            )
        return cleaned

    def clean_valid_until(self) -> Any:
        day, before = self.cleaned_data["valid_until"], self.initial.get("valid_until")
        if self.instance.pk is None or day == before:
            return day
        if day and day < timezone.localdate():
            raise ValidationError(
                _("This day is in the past. Choose a later day, or suspend the grant.")
            )
        if problem := ending_problem(self.instance, day, timezone.now()):
            raise ValidationError(problem)
        return day


@admin.register(Grant)
class GrantAdmin(PrivateAdmin):
    """Who may work on which roundtable, for whom, and for how long."""

    form = GrantForm
    event_path = "event"
    waits_in_queue = True
    operator_only = ("add", "change")
    # Past rights explain past decisions. A right is suspended, or it ends.
    unavailable = ("delete",)
    change_form_template = "participants/accounts/admin/grant_change_form.html"
    change_list_template = "participants/accounts/admin/grant_change_list.html"
    fieldsets = [
        (
            None,
            {
                "fields": ["user", "event", "role", "on_behalf_of", "reason"],
                "description": _(
                    "You request a grant for one roundtable. We tell all who have a right there. It"
                    " is in force seven days after another organisation confirms it, or at once "
                    "when two have."
                ),
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
    list_display = [
        "user",
        "roundtable",
        "role",
        "on_behalf_of",
        "state",
        "reason",
        "valid_from",
        "valid_until",
        "decide_link",
    ]
    list_filter = [GrantValidityFilter, "role", EventFilter]
    ordering = ["event", "role", "pk"]  # not by address, which co-chairs must not learn
    search_fields = ["event__title", "event__code", "on_behalf_of__name"]
    search_help_text = _(
        "Roundtable, or the organisation the person acts for. Operators can also search by address."
    )

    def visible_rows(self, request: HttpRequest) -> QuerySet[Grant]:
        rows = RIGHTS.visible(request_permissions(request)).order_by(*self.ordering)
        return rows.prefetch_related("acts")

    def has_view_permission(self, request: HttpRequest, obj: Grant | None = None) -> bool:
        permissions = request_permissions(request)
        # The page of a grant shows the account's address, so co-chairs see only the list.
        may_list = permissions.can_decide_any or permissions.can_confirm_any
        return may_list if obj is None else permissions.is_operator

    def get_fieldsets(self, request: HttpRequest, obj: Grant | None = None) -> Any:
        if obj is None:
            return self.fieldsets
        (title, options), *others = self.fieldsets
        fields = ["address" if name == "user" else name for name in options["fields"]]
        return [(title, {**options, "fields": fields}), *others]

    def get_readonly_fields(self, request: HttpRequest, obj: Grant | None = None) -> list[str]:
        fields = super().get_readonly_fields(request, obj)
        if obj is not None:
            fields += ["address", "event", "role", "on_behalf_of", "reason", "valid_from"]
        return fields

    def save_model(self, request: HttpRequest, obj: Grant, form: Any, change: bool) -> None:
        by, now = request_permissions(request).user, timezone.now()
        if not change:
            request_grant(grant=obj, by=by, at=now)
        elif "valid_until" in form.changed_data:
            end_grant(grant=obj, on=obj.valid_until, by=by, at=now)

    def get_list_display(self, request: HttpRequest) -> Any:
        # Only operators see sign-in addresses.
        if not request_permissions(request).is_operator:
            return super().get_list_display(request)
        return ["address" if name == "user" else name for name in self.list_display]

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        is_operator = request_permissions(request).is_operator
        return super().get_list_display_links(request, list_display) if is_operator else None

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        # A search by a part of an address would disclose it.
        is_operator = request_permissions(request).is_operator
        return [*self.search_fields, *(["=user__email"] if is_operator else [])]

    def choice_label(self, request: HttpRequest, row: Any) -> str:
        # Only operators request rights.
        if isinstance(row, User):
            return f"{display_name(row, request_permissions(request))} – {mask_address(row.email)}"
        return super().choice_label(request, row)

    @admin.display(description=_("account"), ordering="user_id")
    def address(self, row: Grant) -> str:
        return mask_address(row.user.email)

    @admin.display(description=_("roundtable"), ordering="event__code")
    def roundtable(self, row: Grant) -> str:
        return row.event.code

    @admin.display(description=_("state"))
    def state(self, row: Grant) -> str:
        today = timezone.localdate()
        if row.valid_until and row.valid_until < today:
            return gettext("Ended")
        if is_suspended(row, today):
            return gettext("Suspended until %s") % date_format(returns_on(row))
        if row.suspended_at:
            return gettext("Suspended. Two organisations must confirm it")
        if row.effective_on is None and RIGHTS.ended(row.acts.all()):
            return gettext("Ended: not confirmed within 60 days")
        if row.effective_on is None:
            return gettext("Waits for another organisation")
        if row.sleeps and row.granted_at <= timezone.now() - REQUEST_PERIOD:
            return gettext("Ended: not accepted within 60 days")
        if row.sleeps:
            return gettext("Agreed. Waits for its holder")
        begins = max(row.effective_on, row.valid_from)
        if begins > today:
            return gettext("In force from %s") % date_format(begins)
        return gettext("In force")

    @admin.display(description=_("decide"))
    def decide_link(self, row: Grant) -> str:
        address = reverse("admin:decide_one", args=["grant", row.pk])
        return format_html('<a href="{}">{}</a>', address, gettext("Read"))

    def decision_details(self, request: HttpRequest, row: Any) -> tuple[str, dict[str, Any]]:
        by, now = request_permissions(request).user, timezone.now()
        context = {
            "row": row,
            "state": self.state(row),
            "returns_on": returns_on(row) if is_suspended(row, now.date()) else None,
            "may_restore": right_to_answer_suspension(row, by, now) is not None,
            "may_end": right_to_agree_to_end(row, by, now) is not None,
            "may_suspend": right_to_suspend(row, by, now) is not None,
        }
        return "participants/accounts/admin/_grant_details.html", context

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def decide_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Others answer a suspension."""
        row = self.row_or_404(request, object_id)
        by, now = request_permissions(request).user, timezone.now()
        if request.method != "POST":
            return redirect("admin:decide_one", "grant", row.pk)
        if request.POST.get("act") == "end":
            done = agree_to_end_grant(grant=row, by=by, at=now)
            text = gettext("You agreed to end this right. It has ended.")
        else:
            done = restore_grant(grant=row, by=by, at=now)
            text = gettext("You ended the suspension. The right is in force again.")
        self._say(request, done, text)
        # With this right in force, others may decide about the roundtable, and see it there.
        return redirect("admin:participants_grant_changelist")

    def _say(self, request: HttpRequest, done: bool, text: str) -> None:
        if done:
            messages.success(request, text)
        else:
            text = gettext(
                "Nothing is changed. This right changed after you opened the page, or you cannot "
                "decide about it. Read it again."
            )
            messages.error(request, text)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def suspend_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        row = self.row_or_404(request, object_id)
        by, now = request_permissions(request).user, timezone.now()
        if right_to_suspend(row, by, now) is None:
            raise PermissionDenied
        form = SuspensionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            done = suspend_grant(grant=row, reason=form.cleaned_data["reason"], by=by, at=now)
            self._say(request, done, gettext("You suspended this right. We told its holder."))
            return redirect("admin:participants_grant_changelist")
        context = {
            "title": gettext("Suspend this right?"),
            "original": row,
            "holder": display_name(row.user, request_permissions(request)),
            "is_in_force": row.effective_on <= now.date(),
            "form": form,
        }
        template = "participants/accounts/admin/grant_suspend.html"
        return render_page(request, Grant, template, context)

    def get_urls(self) -> list[URLPattern]:
        pages: RowPages = {
            "hand-over/": ("handover", self.handover_view),
            "decide/": ("decide", self.decide_view),
            "suspend/": ("suspend", self.suspend_view),
        }
        return [*self.row_urls(pages), *super().get_urls()]

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
                text = gettext(
                    "The transfer is requested, from %s. Other organisations must confirm it. The "
                    "present holder receives an email."
                )
                self.message_user(request, text % date_format(on), messages.SUCCESS)
                return redirect("admin:participants_grant_changelist")
        context = {
            "holder": display_name(row.user, request_permissions(request)),
            "title": gettext("Transfer this grant?")
            if is_form_valid
            else gettext("Transfer grant"),
            "original": row,
            "form": form,
            "is_form_valid": is_form_valid,
        }
        template = "participants/accounts/admin/grant_handover.html"
        return render_page(request, Grant, template, context)
