"""Admin of accounts and of second-factor resets."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from participants.accounts import recovery
from participants.accounts.addresses import (
    is_email_taken,
    is_in_use,
    mask_address,
    set_sign_in_address,
)
from participants.accounts.emails import email_account_made
from participants.admin_base.fields import request_permissions
from participants.admin_base.filters import PendingFilter
from participants.admin_base.private import PersonForm, PrivateAdmin
from participants.display_names import display_name, with_display_names
from participants.models import FactorReset, User
from participants.permissions import EventPermissions


class UserForm(PersonForm):
    """An account. It has no password; sign-in codes go to its address."""

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if is_email_taken(email, self.instance):
            raise ValidationError(
                _("Another account already uses this address. Choose a different address.")
            )
        return email


@admin.register(User)
class UserAdmin(PrivateAdmin):
    """Accounts that can sign in, for operators only."""

    event_path = None
    operator_only = ("add", "change", "delete")
    form = UserForm
    fieldsets = [
        (
            None,
            {
                "fields": ["email", "is_active", "last_login"],
                "description": _(
                    "People sign in with a code that we send to this address. Only they read and "
                    "change it, on the page “Sign-in address”. Anyone who could change it here "
                    "could sign in as that person. If the address of a new account is wrong, "
                    "delete the account and add another one. If "
                    "the mailbox is lost, two people of two organisations can give the account a "
                    "new address, under “Requests for a new address”."
                ),
            },
        ),
        (
            _("Permissions"),
            {
                "fields": ["is_superuser"],
                "description": _(
                    "To give access to one roundtable, request a grant. Operators are appointed on "
                    "the server, with the command create_operator."
                ),
            },
        ),
    ]
    readonly_fields = ["masked_address", "last_login", "is_superuser"]
    list_display = ["account", "masked_address", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser"]
    ordering = ["pk"]  # their order would tell of the addresses
    search_fields = ["=email"]
    search_help_text = _("The whole address")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_display_names(super().get_queryset(request))

    def choices(self, request: HttpRequest) -> QuerySet[Any]:
        return with_display_names(super().choices(request))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        (title, options), *others = fieldsets
        fields = ["masked_address" if name == "email" else name for name in options["fields"]]
        return [(title, {**options, "fields": fields}), *others]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = super().get_readonly_fields(request, obj)
        # Only the owner closes a used account.
        return [*fields, "is_active"] if obj is not None and is_in_use(obj) else fields

    @admin.display(description=_("account"))
    def account(self, row: User) -> str:
        return display_name(row, None)

    @admin.display(description=_("email address"))
    def masked_address(self, row: User) -> str:
        return mask_address(row.email)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request_permissions(request).is_operator

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may_delete = super().has_delete_permission(request, obj)
        return may_delete and (obj is None or not is_in_use(obj))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        set_sign_in_address(obj, obj.email)
        email_account_made(obj, timezone.now())


RESET_STEPS = (
    _(
        "Speak to the person by telephone or face to face. Someone who controls the person's "
        "mailbox could send you such a request too."
    ),
    _(
        "Two people decide: an operator, and someone who has been co-chair of a roundtable of that "
        "person for 30 days, with a second factor. One of them requests the reset here."
    ),
    _(
        "We tell the person and all co-chairs of the roundtable immediately. Each co-chair can "
        "withdraw the request."
    ),
    _("The other one agrees in the list of requests, one hour later at the earliest."),
    _("We then remove the app, the passkeys and the recovery codes, and end all sessions."),
)


def _list_reset_steps() -> str:
    items = format_html_join("", "<li>{}</li>", ((step,) for step in RESET_STEPS))
    return format_html("<ol>{}</ol>", items)


class FactorResetForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whose second factor is lost, and how the requester identified the person."""

    permissions: EventPermissions  # of the requester

    def clean_user(self) -> Any:
        user = self.cleaned_data["user"]
        if FactorReset.objects.filter(user=user, approved_at=None).exists():
            raise ValidationError(
                _("This reset is already requested. Now the other side must agree.")
            )
        by = self.permissions.user
        if problem := recovery.reset_request_error(user=user, by=by, at=timezone.now()):
            raise ValidationError(problem)
        return user


@admin.register(FactorReset)
class FactorResetAdmin(PrivateAdmin):
    """Second-factor resets that a co-chair and an operator approve together."""

    cochairs_only = True
    unavailable = ("change",)  # submit a new request instead
    saving_is_audited = True
    form = FactorResetForm
    fieldsets = [
        (
            None,
            {
                "fields": ["user", "reason"],
                "description": lazy(_list_reset_steps, str)(),
            },
        )
    ]
    list_display = ["user", "reason", "requested_at", "requested_by", "approved_at"]
    list_display_links = None
    list_filter = [PendingFilter]
    actions = ["agree"]

    def filter_pending(self, rows: QuerySet[Any], permissions: EventPermissions) -> QuerySet[Any]:
        return rows.filter(approved_at=None).exclude(requested_by=permissions.user)

    def limit_to_events(self, rows: QuerySet[Any], events: frozenset[int]) -> QuerySet[Any]:
        return rows.filter(user__in=recovery.accounts_of_events(events))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        permissions = request_permissions(request)
        # No one decides about their own account.
        rows = super().get_queryset(request).exclude(user=permissions.user)
        if not permissions.is_operator:
            accounts = recovery.visible_accounts(permissions, permissions.decidable)
            rows = rows.filter(user__in=accounts)
        return with_display_names(rows, "user", "requested_by")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request_permissions(request).can_decide_any

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Deleting is how people object, as long as the reset is not approved.
        return obj is not None and obj.approved_at is None and self.has_view_permission(request)

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        accounts = recovery.resettable_accounts(request_permissions(request))
        return with_display_names(accounts)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by = request_permissions(request).user
        stored = recovery.request_reset(user=obj.user, by=by, reason=obj.reason, at=timezone.now())
        obj.pk = stored.pk

    @admin.action(description=_("Agree to remove the second factor"), permissions=["decide"])
    def agree(self, request: HttpRequest, queryset: QuerySet[FactorReset]) -> None:
        by, now = request_permissions(request).user, timezone.now()
        rows = list(queryset)
        done = sum(recovery.approve_reset(reset=row, by=by, at=now) for row in rows)
        self.report_counts(
            request,
            done=done,
            success=ngettext_lazy("%d second factor is removed.", "%d second factors are removed."),
            skipped=len(rows) - done,
            warning=ngettext_lazy(
                "%d request is not changed. A co-chair of at least 30 days and the operator "
                "must both agree. One person alone is not enough. At least one hour must pass"
                " after the request.",
                "%d requests are not changed. A co-chair of at least 30 days and the operator"
                " must both agree. One person alone is not enough. At least one hour must "
                "pass after each request.",
            ),
        )
