"""Deletion in the admin as an erasure, which a restored backup does not undo."""

from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from participants.admin_base.private import PrivateAdmin
from participants.privacy.erasure import erase_or_delete, is_identifiable

ERASURE_NOTE = _(
    "This also erases the account and every address. A restored backup does not "
    "bring them back. If a co-chair confirmed that the person took part, “a "
    "delegate” remains without a name."
)


class ErasureAdmin(PrivateAdmin):
    """Admin of people and accounts. Deletion erases everyone who is identifiable."""

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except OSError:
            # The erasure ledger cannot be written.
            text = _("Something went wrong, and nothing is erased. Try again in a few minutes.")
            self.message_user(request, text, messages.ERROR)
            return redirect(request.path)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        if is_identifiable(obj):
            erase_or_delete(obj, by=self.permissions_of(request).user, at=timezone.now())
        else:
            super().delete_model(request, obj)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        # An erasure writes its own audit entry.
        return super().log_deletions(request, [row for row in queryset if not is_identifiable(row)])

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        known: list[Model] = [row for row in objs if is_identifiable(row)]
        others = [row for row in objs if row not in known]
        rows, _counts, refused, protected = super().get_deleted_objects(others, request)
        if not all(self.has_delete_permission(request, row) for row in known):
            refused = {self.opts.verbose_name}
        for row in known:
            rows += [f"{capfirst(str(self.opts.verbose_name))}: {row}", [ERASURE_NOTE]]
        return rows, {str(self.opts.verbose_name_plural): len(objs)}, refused, protected
