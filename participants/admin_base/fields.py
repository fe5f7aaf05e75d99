"""What a form of the admin offers: rows that the viewer may attach, and no other."""

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
    """What the viewer may do today, asked once for each request.

    Raises PermissionDenied for who has no business here.
    """
    known: EventPermissions | None = getattr(request, "rights", None)
    if known is None:
        known = permissions_of(request.user, timezone.localdate())
        if known is None:
            raise PermissionDenied
        request.rights = known  # type: ignore[attr-defined]
    return known


class MultilineField(CharField):
    """A text of several lines; browsers end them otherwise, which is no change of it."""

    def to_python(self, value: Any) -> Any:
        """The text as it is stored, whoever wrote it."""
        return normalise_newlines(super().to_python(value) or "")


class RelatedChoicesMixin(BaseAdmin):
    """Offers in a form only those rows that the viewer may attach."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A choice of the rows that the viewer sees in the admin; none of other models."""
        kwargs.setdefault("queryset", self.get_related_queryset(db_field, request))
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None:
            field.label_from_instance = self.choice_label  # type: ignore[method-assign, assignment]
            # Read once, or each row of a list of forms would ask the database again.
            offered: Any = field.choices
            field.choices = list(offered)
        return field

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """As for a single choice."""
        kwargs.setdefault("queryset", self.get_related_queryset(db_field, request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Beside a choice stands the link to add one, and no other: three are too many.

        An address of a website without a scheme means https.
        """
        if isinstance(db_field, TextField):
            kwargs["form_class"] = MultilineField
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and hasattr(field.widget, "can_change_related"):
            field.widget.can_change_related = False
            field.widget.can_delete_related = False
            field.widget.can_view_related = False
        return field

    def get_related_queryset(self, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        """The rows that a field may point to."""
        model = db_field.remote_field.model
        if not self.admin_site.is_registered(model):
            none: QuerySet[Any] = model._default_manager.none()
            return none
        related: Any = self.admin_site.get_model_admin(model)
        rows: QuerySet[Any] = related.choices(request)
        return rows

    def choice_label(self, row: Model) -> str:
        """How a row reads in a choice."""
        return str(row)


def lock_choice(form: "ModelForm[Any]", name: str) -> None:
    """Offers in a field that stays the row's own choice, whatever else the viewer might attach."""
    current = getattr(form.instance, name)
    field: Any = form.fields[name]
    field.queryset = type(current)._default_manager.filter(pk=current.pk)
    field.choices = [(current.pk, str(current))]
    field.widget.can_add_related = False
