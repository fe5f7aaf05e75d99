"""Rows about people: what is done to them goes to the sealed log, never to the admin's own."""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst

from participants.admin_base.base import GrantScopedAdmin
from roundtable.audit import log as audit
from roundtable.audit.models import AuditKey


class PrivateAdmin(GrantScopedAdmin):
    """The admin's own log keeps names as text, which would outlive an erasure."""

    keeps_history = False

    def _audit(self, request: HttpRequest, verb: str, row: Model) -> None:
        audit.record(
            action=f"{verb} {self.opts.model_name}",
            at=timezone.now(),
            actor=request.user,  # type: ignore[arg-type]
            subject=row,
        )

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """One entry of the sealed log."""
        self._audit(request, "add", obj)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """One entry of the sealed log."""
        self._audit(request, "change", obj)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """One entry of the sealed log for each."""
        for row in queryset:
            self._audit(request, "delete", row)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Deletes the row, and with it the log's knowledge of whom its entries are about."""
        subjects = [f"{obj._meta.label_lower}:{obj.pk}"]
        super().delete_model(request, obj)
        AuditKey.objects.filter(subject__in=subjects).delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """As for one row."""
        for row in queryset:
            self.delete_model(request, row)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Names the rows alone: what hangs on a person is nobody else's to count."""
        _rows, _counts, _refused, protected = super().get_deleted_objects(objs, request)
        # Whoever may delete a person may delete what hangs on the person.
        may_all = all(self.has_delete_permission(request, row) for row in objs)
        refused = set() if may_all or protected else {self.opts.verbose_name}
        rows = [f"{capfirst(str(self.opts.verbose_name))}: {row}" for row in objs]
        return rows, {str(self.opts.verbose_name_plural): len(rows)}, refused, protected
