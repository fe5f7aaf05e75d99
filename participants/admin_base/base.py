"""Base classes of the admin: permissions by grant, and no rows of other roundtables."""

from collections.abc import Callable
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import BadRequest
from django.db.models import ManyToManyField, QuerySet, TextField, URLField
from django.forms import CheckboxSelectMultiple
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from participants.admin_base.fields import (
    MultilineField,
    OrganisationChoiceField,
    request_permissions,
)
from participants.admin_base.lists import (
    CappedPaginator,
    LimitedChangeList,
    reject_unreadable_query,
)
from participants.display_names import display_name
from participants.models import Delegate, Organisation, User
from roundtable.database.fields import field_of
from roundtable.web import idempotency

if TYPE_CHECKING:
    PlainAdmin = admin.ModelAdmin[Any]
    PlainInline = admin.StackedInline[Any, Any]
else:
    PlainAdmin, PlainInline = admin.ModelAdmin, admin.StackedInline

# By route: the end of its name, and the view.
RowPages = dict[str, tuple[str, Callable[..., HttpResponseBase]]]
MAX_ID = 2**63 - 1
# As many rows as a person can check on the confirmation page.
MAX_ROWS_PER_ACTION = 500


class GrantScopedAdmin(PlainAdmin):
    """Shows only rows of the viewer's roundtables. All others look absent."""

    # Lookup from a row to its event, such as "statement__event". None if the rows belong to no
    # roundtable: then everyone in the admin may read them.
    event_path: str | None = ""
    cochairs_only = False  # only co-chairs of a roundtable may read its rows
    # Of "add", "change" and "delete": what only an operator may do here, and what no one may do.
    operator_only: tuple[str, ...] = ()
    unavailable: tuple[str, ...] = ()
    operator_only_fields: tuple[str, ...] = ()  # only an operator may change these
    locked_fields: tuple[str, ...] = ()  # no one may change these after the row is saved
    # What waits for someone is on the page “Decide”.
    waits_in_queue = False
    keeps_history = True
    view_on_site = False
    save_on_top = False
    list_per_page = 50
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    formfield_overrides = {
        TextField: {"form_class": MultilineField},
        URLField: {"assume_scheme": "https"},
        # A multiple select needs a modifier key.
        ManyToManyField: {"widget": CheckboxSelectMultiple},
    }

    # Querysets -------------------------------------------------------------------------

    def limit_to_events(self, rows: QuerySet[Any], events: frozenset[int]) -> QuerySet[Any]:
        return (
            rows if self.event_path is None else rows.filter(**{f"{self.event_path}__in": events})
        )

    def event_id_of(self, row: Any) -> int:
        assert self.event_path
        *path, last = self.event_path.split("__")
        owner = reduce(getattr, path, row)
        number: int = owner.pk if last == "pk" else getattr(owner, f"{last}_id")
        return number

    def visible_rows(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows that the viewer may see: those of lists and pages, and those that are counted.

        What lists show besides is for get_queryset(), which shows no other rows.
        """
        rows: QuerySet[Any] = super().get_queryset(request)
        permissions = request_permissions(request)
        if permissions.is_operator:
            return rows
        events = permissions.decidable if self.cochairs_only else permissions.readable
        return self.limit_to_events(rows, events)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.visible_rows(request)

    def choices(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows that the viewer may attach other rows to."""
        rows: QuerySet[Any] = super().get_queryset(request)
        permissions = request_permissions(request)
        return rows if permissions.is_operator else self.limit_to_events(rows, permissions.editable)

    # Permissions -----------------------------------------------------------------------

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        permissions = request_permissions(request)
        if self.cochairs_only:
            return self.has_decide_permission(request, obj)
        if obj is None or self.event_path is None:
            return True
        return permissions.may_read(self.event_id_of(obj))

    def has_add_permission(self, request: HttpRequest) -> bool:
        permissions = request_permissions(request)
        if "add" in self.unavailable:
            return False
        if "add" in self.operator_only:
            return permissions.is_operator
        return permissions.can_decide_any if self.cochairs_only else permissions.can_edit_any

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        permissions = request_permissions(request)
        if "change" in self.unavailable:
            return False
        if permissions.is_operator or "change" in self.operator_only:
            return permissions.is_operator
        return (
            permissions.can_edit_any if obj is None else permissions.may_edit(self.event_id_of(obj))
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        permissions = request_permissions(request)
        if "delete" in self.unavailable:
            return False
        if permissions.is_operator or "delete" in self.operator_only:
            return permissions.is_operator
        # Only an operator may delete a row that others cite.
        if obj is None:
            return permissions.can_edit_any
        return permissions.may_edit(self.event_id_of(obj)) and not self.is_cited(obj)

    def has_decide_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The actions of a list check each row.
        permissions = request_permissions(request)
        if obj is None:
            return permissions.can_decide_any
        return permissions.may_decide(self.event_id_of(obj))

    def is_cited(self, row: Any) -> bool:
        return False

    # People ----------------------------------------------------------------------------

    def name_people(self, request: HttpRequest, fields: Any) -> list[Any]:
        """The columns or read-only fields, with people named by display_name()."""
        return [
            tuple(self.name_people(request, field))
            if isinstance(field, list | tuple)
            else self._person_column(request, field)
            if field in self._person_fields()
            else field
            for field in fields
        ]

    def _person_fields(self) -> set[str]:
        fields = self.opts.concrete_fields
        return {field.name for field in fields if field.related_model in (Delegate, User)}

    def _person_column(self, request: HttpRequest, name: str) -> Callable[[Any], str]:
        viewer = request_permissions(request)

        def column(row: Any) -> str:
            return display_name(getattr(row, name), viewer)

        column.__name__ = name
        verbose_name = field_of(self.model, name).verbose_name
        return admin.display(description=verbose_name, ordering=name)(column)

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.name_people(request, super().get_list_display(request))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        # Named groups fold. Django opens a group that has an error.
        fieldsets = [
            (title, {**options, "classes": ["collapse"]} if title else options)
            for title, options in fieldsets
        ]
        if self.has_change_permission(request, obj):
            return fieldsets
        return [
            (title, {**options, "fields": self.name_people(request, options["fields"])})
            for title, options in fieldsets
        ]

    def get_inline_formsets(
        self, request: HttpRequest, formsets: Any, inline_instances: Any, obj: Any = None
    ) -> Any:
        found = super().get_inline_formsets(request, formsets, inline_instances, obj)
        for position, group in enumerate(found):
            # Django makes this inline for one request.
            number, name = group.formset.initial_form_count(), group.opts.verbose_name_plural
            group.opts.verbose_name_plural = f"{capfirst(name)} ({number})"
            if obj is None and position == 0:  # such as the parties of a new commitment
                group.classes = ""
        return found

    # Forms -----------------------------------------------------------------------------

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        # Django takes an empty `_to_field` in the address for the name of a field.
        return super().get_object(request, object_id, from_field or None)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.permissions = request_permissions(request)  # for rules about the viewer
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = list(super().get_readonly_fields(request, obj))
        fields += self.locked_fields if obj else ()
        if not request_permissions(request).is_operator:
            fields += self.operator_only_fields
        return list(dict.fromkeys(fields))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and hasattr(field.widget, "can_change_related"):
            # Keep only the link to add a row. More links next to a field confuse people.
            field.widget.can_change_related = False
            field.widget.can_delete_related = False
            field.widget.can_view_related = False
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.remote_field.model is Organisation:
            kwargs.setdefault("form_class", OrganisationChoiceField)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None:
            field.label_from_instance = partial(self.choice_label, request)  # type: ignore[method-assign]
            # Evaluate the choices once. Otherwise each form of a formset repeats the query.
            offered: Any = field.choices
            field.choices = list(offered)
        return field

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        # Choices are limited to rows that the viewer may attach.
        model = db_field.remote_field.model
        if not self.admin_site.is_registered(model):
            none: QuerySet[Any] = model._default_manager.none()
            return none
        related: Any = self.admin_site.get_model_admin(model)
        rows: QuerySet[Any] = related.choices(request)
        return rows

    def choice_label(self, request: HttpRequest, row: Any) -> str:
        if isinstance(row, Delegate | User):
            return display_name(row, request_permissions(request))
        return str(row)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None:
            context.update(self.row_context(request, obj))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def row_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the page of a row shows beside its form."""
        return {}

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        # If a popup form is submitted twice, the second response leads to the saved row.
        if IS_POPUP_VAR in request.POST:
            name = f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change"
            idempotency.set_redirect(request, f"{reverse(name, args=[obj.pk])}?{IS_POPUP_VAR}=1")
        return super().response_add(request, obj, post_url_continue)

    def _get_obj_does_not_exist_redirect(self, *args: Any) -> HttpResponse:
        # A hidden row must look the same as an absent one.
        raise Http404

    # Lists -----------------------------------------------------------------------------

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # Any other lookup could be used to read hidden fields.
        filters: Any = self.get_list_filter(request)
        offered = {item if isinstance(item, str) else item.parameter_name for item in filters}
        offered |= {f"{name}__exact" for name in offered}
        if self.date_hierarchy:
            offered |= {f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day")}
        return lookup in offered

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LimitedChangeList

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        with reject_unreadable_query():
            return super().get_changelist_instance(request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if self.waits_in_queue and "waits" in request.GET:  # links of earlier emails
            return redirect("admin:decide")
        # Reject ids that the database cannot look up.
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            if not key.isdecimal() or int(key) > MAX_ID:
                raise BadRequest("The selection cannot be read.")
        if "1" in request.POST.getlist("select_across"):
            # Django asks for a ticked row even if all are chosen.
            sent = request.POST.copy()
            sent.appendlist(ACTION_CHECKBOX_NAME, "0")
            request.POST = sent  # type: ignore[assignment]
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def report_counts(
        self, request: HttpRequest, *, done: int, success: Any, skipped: int, warning: Any
    ) -> None:
        """The result of an action on several rows. Both texts are from `ngettext_lazy`."""
        if done:
            self.message_user(request, success % done, messages.SUCCESS)
        if skipped:
            self.message_user(request, warning % skipped, messages.WARNING)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *where: Any, **options: Any
    ) -> HttpResponse | None:
        select_across = self.action_form.base_fields["select_across"]
        # As in Django, any value counts as true.
        if select_across.clean(request.POST.get("select_across")):
            row_count = queryset.count()
        else:
            row_count = len(request.POST.getlist(ACTION_CHECKBOX_NAME))
        if row_count <= MAX_ROWS_PER_ACTION:
            return super().response_action(request, queryset, *where, **options)
        text = _(
            "You selected %(chosen)d rows. The limit is %(most)d at a time, so nothing is"
            " changed. Use a filter, or select fewer rows page by page."
        )
        message = text % {"chosen": row_count, "most": MAX_ROWS_PER_ACTION}
        self.message_user(request, message, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    # Further pages ---------------------------------------------------------------------

    def decision_details(self, request: HttpRequest, row: Any) -> tuple[str, dict[str, Any]]:
        """On the page “Decide”: the template of what stands below the facts, and its context."""
        return "", {}

    def row_or_404(self, request: HttpRequest, object_id: str) -> Any:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return row

    def row_urls(self, pages: RowPages) -> list[URLPattern]:
        """The addresses of further pages about one row."""
        model = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path(
                f"<path:object_id>/{route}",
                self.admin_site.admin_view(view),
                name=f"{model}_{name}",
            )
            for route, (name, view) in pages.items()
        ]

    # Public pages ----------------------------------------------------------------------

    def is_published(self, row: Any) -> bool:
        return False

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        if obj is None or not self.is_published(obj):
            return None
        return self.public_url_of(obj) or None

    def public_url_of(self, row: Any) -> str:
        address: str = row.get_absolute_url()
        return address

    @admin.display(description=_("public page"))
    def public_page(self, row: Any) -> str:
        address = self.get_view_on_site_url(row)
        return format_html('<a href="{}">{}</a>', address, _("Open")) if address else "–"

    # Deleting --------------------------------------------------------------------------

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        rows, counts, refused, protected = super().get_deleted_objects(objs, request)
        # Related rows of other roundtables are counted, never named.
        if protected and not request_permissions(request).is_operator:
            number, refused = len(protected), set()
            protected = [
                ngettext("%d entry that refers to it", "%d entries that refer to it", number)
                % number
            ]
        return rows, counts, refused, protected


class GrantScopedInline(PlainInline):
    """Inline rows, with the viewer's permissions on the parent row."""

    extra = 1
    view_on_site = False
    classes = ["collapse"]

    def parent_admin(self) -> GrantScopedAdmin:
        found = self.admin_site.get_model_admin(self.parent_model)
        assert isinstance(found, GrantScopedAdmin)
        return found

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return self.parent_admin().formfield_for_dbfield(db_field, request, **kwargs)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        # For rules about the viewer.
        formset.permissions = formset.form.permissions = request_permissions(request)
        return formset

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.parent_admin().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # There is no parent row yet, so the permission to add one counts.
        if obj is None:
            return self.parent_admin().has_add_permission(request)
        return self.parent_admin().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)
