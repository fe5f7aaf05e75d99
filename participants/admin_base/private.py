"""Rows about people. Changes go to the audit log, never to Django's admin log."""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst

from participants.admin_base.base import GrantScopedAdmin
from roundtable.audit import log as audit
from roundtable.audit.models import AuditKey


class PrivateAdmin(GrantScopedAdmin):
    """Admin of personal data. Django's admin log keeps names, which would survive an erasure."""

    keeps_history = False

    def _audit(self, request: HttpRequest, verb: str, row: Model) -> None:
        audit.record(
            action=f"{verb} {self.opts.model_name}",
            at=timezone.now(),
            actor=request.user,  # type: ignore[arg-type]
            subject=row,
        )

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._audit(request, "add", obj)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._audit(request, "change", obj)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for row in queryset:
            self._audit(request, "delete", row)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        subjects = [f"{obj._meta.label_lower}:{obj.pk}"]
        super().delete_model(request, obj)
        # Without the key, log entries can no longer be linked to the person.
        AuditKey.objects.filter(subject__in=subjects).delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        _rows, _counts, _refused, protected = super().get_deleted_objects(objs, request)
        # Permission to delete a person includes the related rows.
        may_all = all(self.has_delete_permission(request, row) for row in objs)
        refused = set() if may_all or protected else {self.opts.verbose_name}
        # Related rows are not listed, because they are private to the person.
        rows = [f"{capfirst(str(self.opts.verbose_name))}: {row}" for row in objs]
        return rows, {str(self.opts.verbose_name_plural): len(rows)}, refused, protected
