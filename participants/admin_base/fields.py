"""Form fields of the admin. Choices are limited to rows that the viewer may attach."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet, TextField, URLField
from django.forms import CharField, ModelForm
from django.http import HttpRequest
from django.utils import timezone

from participants.permissions import EventPermissions, permissions_of
from roundtable.text_diff import normalise_newlines

if TYPE_CHECKING:
    BaseAdmin = admin.options.BaseModelAdmin[Any]
else:
    BaseAdmin = object


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


class RelatedChoicesMixin(BaseAdmin):
    """Limits the choices of related fields to rows that the viewer may attach."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", self.get_related_queryset(db_field, request))
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None:
            field.label_from_instance = self.choice_label  # type: ignore[method-assign, assignment]
            # Evaluate the choices once. Otherwise each form of a formset repeats the query.
            offered: Any = field.choices
            field.choices = list(offered)
        return field

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", self.get_related_queryset(db_field, request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, TextField):
            kwargs["form_class"] = MultilineField
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and hasattr(field.widget, "can_change_related"):
            # Keep only the link to add a row. More links next to a field confuse people.
            field.widget.can_change_related = False
            field.widget.can_delete_related = False
            field.widget.can_view_related = False
        return field

    def get_related_queryset(self, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        model = db_field.remote_field.model
        if not self.admin_site.is_registered(model):
            none: QuerySet[Any] = model._default_manager.none()
            return none
        related: Any = self.admin_site.get_model_admin(model)
        rows: QuerySet[Any] = related.choices(request)
        return rows

    def choice_label(self, row: Model) -> str:
        return str(row)


def lock_choice(form: "ModelForm[Any]", name: str) -> None:
    """Offers only the row's current choice in a field that must not change."""
    current = getattr(form.instance, name)
    field: Any = form.fields[name]
    field.queryset = type(current)._default_manager.filter(pk=current.pk)
    field.choices = [(current.pk, str(current))]
    field.widget.can_add_related = False
