"""Rows about people. Changes go to the audit log, never to Django's admin log.

Deletion erases a person or an account, so that a restored backup does not bring it back.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.admin_base.base import GrantScopedAdmin
from participants.admin_base.fields import request_permissions
from participants.models import Delegate, User
from participants.models.person_model import PersonModel
from participants.privacy.erasure import erase_or_delete, is_identifiable
from roundtable.audit import log as audit

FIELD_CHANGED_ERROR = _(
    "This changed after you opened the page. It is now “%(value)s”. Check your entry, then save "
    "again."
)
ERASED_ERROR = _("This person is erased. You can no longer change the entry. Nothing is saved.")
ERASURE_NOTE = _(
    "This also erases the account and every address. A restored backup does not "
    "bring them back. If a co-chair confirmed that the person took part, and at least five people "
    "took part for the organisation, “a delegate” remains without a name."
)


class PersonForm(ModelForm):  # type: ignore[type-arg]
    """Changes what the admin may know about a person or an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            # The page sends what each field contained. So a field that someone else changed in the
            # meantime does not count as changed on this page.
            is_sent = self.add_initial_prefix(name) in self.data
            field.show_hidden_initial = is_sent if self.is_bound else bool(self.instance.pk)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if getattr(self.instance, "erased_at", None):
            raise ValidationError(ERASED_ERROR)
        for name in self.changed_data:
            self._check_unchanged(name)
        return cleaned

    def _check_unchanged(self, name: str) -> None:
        """Compares the stored value, which is locked, with what the page showed."""
        field, key = self.fields[name], self.add_initial_prefix(name)
        stored = self.get_initial_for_field(field, name)
        if key not in self.data or not field.has_changed(stored, self.data[key]):
            return
        words = {True: gettext("Yes"), False: gettext("No")}.get(stored, stored)
        self.add_error(name, FIELD_CHANGED_ERROR % {"value": words})
        # The person at the desk has now seen what is stored.
        self.data = dict(self.data.items()) | {key: str(stored)}


class PrivateAdmin(GrantScopedAdmin):
    """Admin of personal data. Django's admin log keeps names, which would survive an erasure.

    A person may change the own row at the same moment. So a form writes only the fields that were
    changed in it, and says so if one of them is no longer what its page showed.
    """

    keeps_history = False
    saving_is_audited = False  # the rule that saves the form writes the audit entry

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        row = super().get_object(request, object_id, from_field)
        if not isinstance(row, PersonModel) or request.method != "POST":
            return row
        if isinstance(row, User):
            Delegate.lock_all(Delegate.objects.filter(user=row).values_list("pk", flat=True))
        try:
            row.lock()
        except row.DoesNotExist:
            return None
        return row

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change and isinstance(obj, PersonModel):
            obj.write(**{name: form.cleaned_data[name] for name in form.changed_data})
        else:
            super().save_model(request, obj, form, change)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        raise Http404

    def _audit(self, request: HttpRequest, verb: str, row: Model) -> None:
        audit.record(
            action=f"{verb} {self.opts.model_name}",
            at=timezone.now(),
            actor=request.user,  # type: ignore[arg-type]
            subject=row,
        )

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        if not self.saving_is_audited:
            self._audit(request, "add", obj)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        if not self.saving_is_audited:
            self._audit(request, "change", obj)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for row in queryset:
            if not _will_be_erased(row):  # an erasure writes its own audit entry
                self._audit(request, "delete", row)

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
        if _will_be_erased(obj):
            erase_or_delete(obj, by=request_permissions(request).user, at=timezone.now())
            return
        label = audit.subject_label(obj)
        super().delete_model(request, obj)
        # Without the key, log entries can no longer be linked to the person.
        audit.forget_label(label)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        erased = [row for row in objs if _will_be_erased(row)]
        others = [row for row in objs if row not in erased]
        _rows, _counts, _refused, protected = super().get_deleted_objects(others, request)
        # Permission to delete a person includes the related rows.
        may_all = all(self.has_delete_permission(request, row) for row in erased) and (
            bool(protected) or all(self.has_delete_permission(request, row) for row in others)
        )
        refused = set() if may_all else {self.opts.verbose_name}
        # Related rows are not listed, because they are private to the person.
        rows: list[Any] = [f"{capfirst(str(self.opts.verbose_name))}: {row}" for row in others]
        for row in erased:
            rows += [f"{capfirst(str(self.opts.verbose_name))}: {row}", [ERASURE_NOTE]]
        return rows, {str(self.opts.verbose_name_plural): len(objs)}, refused, protected


def _will_be_erased(row: Any) -> bool:
    return isinstance(row, Delegate | User) and is_identifiable(row)
