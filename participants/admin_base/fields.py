"""Permissions of the viewer, and form fields of the admin."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.forms import BaseForm, BoundField, CharField, Form, ModelChoiceField, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.models import Organisation
from participants.permissions import EventPermissions, permissions_of
from roundtable.history.versions import MAX_REASON_LENGTH
from roundtable.text.diff import normalise_newlines


def find_permissions(request: HttpRequest) -> EventPermissions | None:
    """The viewer's permissions, computed once per request; None without access to the admin."""
    known: EventPermissions | None = getattr(request, "rights", None)
    if known is None:
        known = permissions_of(request.user, timezone.localdate())
        request.rights = known  # type: ignore[attr-defined]
    return known


def request_permissions(request: HttpRequest) -> EventPermissions:
    """As find_permissions(); raises PermissionDenied if the user has no access to the admin."""
    known = find_permissions(request)
    if known is None:
        raise PermissionDenied
    return known


class MultilineField(CharField):
    """Text with normalised newlines."""

    def to_python(self, value: Any) -> Any:
        # Browsers submit CRLF, which must not count as a change.
        return normalise_newlines(super().to_python(value) or "")


class ReasonField(CharField):
    """Why a record was changed."""

    def __init__(self, **options: Any) -> None:
        help_text = _(
            "People who read the history at the co-chairs' desk can see this. Do not name"
            " any person."
        )
        options |= {"required": False, "max_length": MAX_REASON_LENGTH}
        super().__init__(label=_("Why?"), help_text=help_text, **options)


class SuspensionForm(Form):
    """Why a right or a participation is suspended."""

    reason = CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("The person reads it, and so do those who can undo this. Name no one else."),
    )


def _is_archived(value: Any) -> bool:
    organisation = getattr(value, "instance", None)  # the empty choice has none
    return organisation is not None and organisation.archived_at is not None


class OrganisationChoiceField(ModelChoiceField[Organisation]):
    """Offers archived organisations only in rows that already name them."""

    def get_bound_field(self, form: BaseForm, field_name: str) -> BoundField:
        row: Any = getattr(form, "instance", None)
        current = getattr(row, f"{field_name}_id", None) if row is not None and row.pk else None
        choices: Any = self.choices
        offered = [
            (value, label)
            for value, label in choices
            if value == current or not _is_archived(value)
        ]
        # Setting the rows also sets the choices, with a query in each form.
        rows: Any = self.queryset
        self.queryset = rows.filter(Q(archived_at=None) | Q(pk=current))
        self.choices = offered
        return super().get_bound_field(form, field_name)


def lock_choice(form: "ModelForm[Any]", name: str) -> None:
    """Offers only the row's current choice in a field that must not change."""
    current = getattr(form.instance, name)
    field: Any = form.fields[name]
    field.queryset = type(current)._default_manager.filter(pk=current.pk)
    field.choices = [(current.pk, str(current))]
    field.widget.can_add_related = False
