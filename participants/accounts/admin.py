"""Resets of a lost second factor: asked for by one, agreed to by another."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from participants.accounts import recovery
from participants.accounts.addresses import is_email_taken, is_in_use, set_sign_in_address
from participants.admin_base.base import GrantScopedInline, OperatorAdmin
from participants.admin_base.filters import PendingFilter
from participants.admin_base.private import PrivateAdmin
from participants.models import FactorReset, Grant, User
from participants.permissions import EventPermissions
from participants.privacy.admin import ErasureAdmin


class OperatorOnlyAdmin(PrivateAdmin, OperatorAdmin):
    """Rows about people that nobody but an operator sees."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operators."""
        return self.permissions_of(request).is_operator


class UserForm(ModelForm):  # type: ignore[type-arg]
    """An account; it has no password, a code is sent to its address."""

    def clean_email(self) -> str:
        """The address in small letters.

        Raises ValidationError where another account signs in with it.
        """
        email = str(self.cleaned_data["email"]).lower()
        if is_email_taken(email, self.instance):
            raise ValidationError(_("Another account has this address. Choose another one."))
        return email


class GrantInline(GrantScopedInline):
    """What the account may work on."""

    model = Grant
    fields = [("event", "role"), "on_behalf_of", ("valid_from", "valid_until")]


@admin.register(User)
class UserAdmin(ErasureAdmin, OperatorOnlyAdmin):
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


class FactorResetForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whose factor is lost, and how one knows that it is that person who says so."""

    by: User  # who fills it in

    def clean_user(self) -> Any:
        """The account.

        Raises ValidationError where the same was asked for already, or where one cannot ask.
        """
        user = self.cleaned_data["user"]
        if FactorReset.objects.filter(user=user, approved_at=None).exists():
            raise ValidationError(_("This was asked for already. Now the other side has to agree."))
        if problem := recovery.reset_request_error(user=user, by=self.by, at=timezone.now()):
            raise ValidationError(problem)
        return user


@admin.register(FactorReset)
class FactorResetAdmin(PrivateAdmin):
    """A co-chair and the operator take off a factor together."""

    form = FactorResetForm
    fieldsets = [
        (
            None,
            {
                "fields": ["user", "reason"],
                "description": _(
                    "Speak to the person first, by telephone or face to face: whoever has taken "
                    "over a mailbox writes such requests too. One of you asks, the other agrees: "
                    "a co-chair of a roundtable of that person, who has been one for 30 days, and "
                    "the operator, an hour later at the earliest. The person and all co-chairs of "
                    "the roundtable are told at once, and each co-chair can take the request back. "
                    "Then the app, the passkeys and the recovery codes go, and all sessions end."
                ),
            },
        )
    ]
    list_display = ["account", "reason", "requested_at", "asker", "approved_at"]
    list_display_links = None
    list_select_related = ["user", "requested_by"]
    list_filter = [PendingFilter]
    actions = ["agree"]

    def filter_pending(self, rows: QuerySet[Any], permissions: EventPermissions) -> QuerySet[Any]:
        """Those that somebody else asked for and nobody agreed to."""
        return rows.filter(approved_at=None).exclude(requested_by=permissions.user)

    def limit_to_events(self, rows: QuerySet[Any], events: frozenset[int]) -> QuerySet[Any]:
        """Those of accounts that have to do with these roundtables."""
        return rows.filter(user__in=recovery.accounts_of_events(events))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those that the viewer may decide about, the own ones left out."""
        rows: QuerySet[Any] = super(PrivateAdmin, self).get_queryset(request)
        permissions = self.permissions_of(request)
        visible = (
            rows if permissions.is_operator else self.limit_to_events(rows, permissions.decidable)
        )
        return visible.exclude(user=permissions.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Co-chairs and operators."""
        return self.permissions_of(request).can_decide_any

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Co-chairs and operators."""
        return self.permissions_of(request).can_decide_any

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: ask anew."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Each co-chair who sees it, and operators, as long as nobody agreed: to object."""
        return obj is not None and obj.approved_at is None and self.has_view_permission(request)

    def get_related_queryset(self, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        """Accounts of the viewer's roundtables."""
        return recovery.resettable_accounts(self.permissions_of(request)).prefetch_related("grants")

    def choice_label(self, row: Any) -> str:
        """By name and office, never by the address that signs in."""
        return recovery.account_label(row)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Tells the form who fills it in."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.by = self.permissions_of(request).user
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Asks; the other side agrees."""
        by = self.permissions_of(request).user
        stored = recovery.request_reset(user=obj.user, by=by, reason=obj.reason, at=timezone.now())
        obj.pk = stored.pk

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: to ask has its own entry."""

    @admin.display(description=_("account"))
    def account(self, row: Any) -> str:
        """Whose factor it is."""
        return recovery.account_label(row.user)

    @admin.display(description=_("asked by"))
    def asker(self, row: Any) -> str:
        """Who asked."""
        return recovery.account_label(row.requested_by) if row.requested_by else "–"

    @admin.action(description=_("Agree: take off the second factor"), permissions=["decide"])
    def agree(self, request: HttpRequest, queryset: QuerySet[FactorReset]) -> None:
        """Takes off the factors of those rows where the viewer is the other side."""
        by, now = self.permissions_of(request).user, timezone.now()
        rows = list(queryset)
        done = sum(recovery.approve_reset(reset=row, by=by, at=now) for row in rows)
        if done:
            text = ngettext("%d second factor is off.", "%d second factors are off.", done)
            self.message_user(request, text % done, messages.SUCCESS)
        if skipped := len(rows) - done:
            text = ngettext(
                "%d stays: a co-chair of 30 days and the operator have to want it, not one person "
                "alone, and an hour has to pass after it was asked for.",
                "%d stay: a co-chair of 30 days and the operator have to want it, not one person "
                "alone, and an hour has to pass after it was asked for.",
                skipped,
            )
            self.message_user(request, text % skipped, messages.WARNING)
