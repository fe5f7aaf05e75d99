"""Admin of accounts."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.accounts.addresses import (
    EMAIL_TAKEN,
    is_email_taken,
    is_in_use,
    mask_address,
    set_sign_in_address,
)
from participants.accounts.emails import email_account_made
from participants.admin_base.fields import request_permissions
from participants.admin_base.private import PersonForm, PrivateAdmin
from participants.display_names import display_name, with_display_names
from participants.models import User


class UserForm(PersonForm):
    """An account. It has no password; sign-in codes go to its address."""

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if is_email_taken(email, self.instance):
            raise ValidationError(EMAIL_TAKEN)
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
                    "delete the account and add another one. If the mailbox is lost, use the "
                    "command change_address on the server."
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return with_display_names(super().get_queryset(request))

    def choices(self, request: HttpRequest) -> QuerySet[User]:
        return with_display_names(super().choices(request))

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        (title, options), *others = fieldsets
        fields = ["masked_address" if name == "email" else name for name in options["fields"]]
        return [(title, {**options, "fields": fields}), *others]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fields = super().get_readonly_fields(request, obj)
        # Only the owner closes a used account.
        return [*fields, "is_active"] if obj is not None and is_in_use(obj) else fields

    @admin.display(description=_("account"))
    def account(self, row: User) -> str:
        return display_name(row, None)

    @admin.display(description=_("email address"))
    def masked_address(self, row: User) -> str:
        return mask_address(row.email)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return request_permissions(request).is_operator

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        may_delete = super().has_delete_permission(request, obj)
        return may_delete and (obj is None or not is_in_use(obj))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        set_sign_in_address(obj, obj.email)
        email_account_made(obj, timezone.now())
