"""Permissions of the viewer, and form fields of the admin."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import CharField, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.permissions import EventPermissions, permissions_of
from roundtable.history import MAX_REASON_LENGTH
from roundtable.text_diff import normalise_newlines


def request_permissions(request: HttpRequest) -> EventPermissions:
    """The viewer's permissions, computed once per request.

    Raises PermissionDenied if the user has no access to the admin.
    """
    known: EventPermissions | None = getattr(request, "rights", None)
    if known is None:
        known = permissions_of(request.user, timezone.localdate())
        if known is None:
            raise PermissionDenied
        request.rights = known  # type: ignore[attr-defined]
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


def lock_choice(form: "ModelForm[Any]", name: str) -> None:
    """Offers only the row's current choice in a field that must not change."""
    current = getattr(form.instance, name)
    field: Any = form.fields[name]
    field.queryset = type(current)._default_manager.filter(pk=current.pk)
    field.choices = [(current.pk, str(current))]
    field.widget.can_add_related = False
