"""Accounts, for operators."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from participants.accounts import is_in_use, is_taken, set_sign_in_address
from participants.admin.base import GrantedInline, OperatorAdmin
from participants.admin.private import PrivateAdmin
from participants.models import Grant, User
from participants.privacy.admin import ErasingAdmin


class OperatorOnlyAdmin(PrivateAdmin, OperatorAdmin):
    """Rows about people that nobody but an operator sees."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operators."""
        return self.rights_of(request).is_operator


class UserForm(ModelForm):  # type: ignore[type-arg]
    """An account; it has no password, a code is sent to its address."""

    def clean_email(self) -> str:
        """The address in small letters.

        Raises ValidationError where another account signs in with it.
        """
        email = str(self.cleaned_data["email"]).lower()
        if is_taken(email, self.instance):
            raise ValidationError(_("Another account has this address. Choose another one."))
        return email


class GrantInline(GrantedInline):
    """What the account may work on."""

    model = Grant
    fields = [("event", "role"), "on_behalf_of", ("valid_from", "valid_until")]


@admin.register(User)
class UserAdmin(ErasingAdmin, OperatorOnlyAdmin):
    """Accounts: who may sign in."""

    form = UserForm
    fieldsets = [
        (
            None,
            {
                "fields": ["email", "is_active", "last_login"],
                "description": _(
                    "People sign in with a code that is sent to this address. Once somebody has "
                    "signed in, or has a profile, only that person changes it, on the page "
                    "“Sign-in address”: whoever could change it here could sign in as them. Is "
                    "the mailbox lost? A co-chair stops it, and invites the person anew."
                ),
            },
        ),
        (
            _("Rights"),
            {
                "fields": ["is_superuser"],
                "description": _("Give a grant below for work on one roundtable."),
            },
        ),
    ]
    readonly_fields = ["last_login"]
    inlines = [GrantInline]
    list_display = ["email", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["email"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Nobody can shut themselves out, or have somebody's codes sent elsewhere."""
        fields = super().get_readonly_fields(request, obj)
        if obj is not None and obj.pk == request.user.pk:
            fields += ["is_active", "is_superuser"]
        return [*fields, "email"] if obj is not None and is_in_use(obj) else fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operators, and never their own account."""
        is_own = obj is not None and obj.pk == request.user.pk
        return super().has_delete_permission(request, obj) and not is_own

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Stores the account, and keeps the address that signs in in step."""
        if "email" in form.changed_data:
            set_sign_in_address(obj, obj.email)
        else:
            obj.full_clean()
            obj.save()
