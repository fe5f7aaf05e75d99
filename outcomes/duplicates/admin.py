"""Admin actions that merge two organisations or two people."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import display_for_field, label_for_field, lookup_field
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outcomes.duplicates.organisations import may_merge_organisations, merge_organisations
from outcomes.duplicates.organisations import organisation_targets as which_organisation_stays
from outcomes.duplicates.people import may_merge_people, merge_people, person_targets
from outcomes.duplicates.relations import MovedCounts
from participants.models import Delegate, Organisation

MergeFunction = Callable[..., MovedCounts]


@admin.action(description=_("Merge two entries for one organisation"), permissions=["change"])
def merge_two_organisations(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Organisation]
) -> HttpResponse | None:
    by, at = model_admin.permissions_of(request).user, timezone.now()

    def possible_targets(rows: list[Any]) -> list[Any]:
        first, second = rows
        return which_organisation_stays(first, second, by, at)

    return _merge_view(
        model_admin,
        request,
        queryset,
        merge_organisations,
        may_merge_organisations,
        possible_targets,
    )


@admin.action(description=_("Merge two entries for one person"), permissions=["decide"])
def merge_two_people(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Delegate]
) -> HttpResponse | None:
    def possible_targets(rows: list[Any]) -> list[Any]:
        return person_targets(*rows)

    return _merge_view(
        model_admin, request, queryset, merge_people, may_merge_people, possible_targets
    )


def _merge_view(
    model_admin: Any,
    request: HttpRequest,
    queryset: QuerySet[Any],
    merge: MergeFunction,
    may_merge: Callable[..., bool],
    possible_targets: Callable[[list[Any]], list[Any]],
) -> HttpResponse | None:
    rows, by, at = (
        list(queryset.order_by("pk")[:3]),
        model_admin.permissions_of(request).user,
        timezone.now(),
    )
    if len(rows) != 2:
        model_admin.message_user(request, gettext("Choose exactly two entries."), messages.ERROR)
        return None
    if not may_merge(*rows, by, at):
        text = gettext(
            "You do not have permission to merge these two entries. Ask an operator. No "
            "one can merge their own entry."
        )
        model_admin.message_user(request, text, messages.ERROR)
        return None
    target_choices = possible_targets(rows)
    if not target_choices:
        text = gettext(
            "Both entries have an account. Only the person can close one of the accounts."
        )
        model_admin.message_user(request, text, messages.ERROR)
        return None
    target = next(
        (row for row in target_choices if str(row.pk) == request.POST.get("target")), None
    )
    moved, problem = MovedCounts(), ""
    if target is not None:
        duplicate = next(row for row in rows if row.pk != target.pk)
        try:
            with transaction.atomic():
                moved = merge(target=target, duplicate=duplicate, by=by, at=at)
                # The first request is a preview: it merges, counts and rolls back.
                if "confirmed" not in request.POST:
                    transaction.set_rollback(True)
        except ValidationError as mistake:
            problem = " ".join(mistake.messages)
        if "confirmed" in request.POST and not problem:
            text = (
                gettext("The two entries are merged into “%s”. The old address now leads there.")
                % target
            )
            model_admin.message_user(request, text, messages.SUCCESS)
            return None
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": gettext("Merge these two entries?")
        if target
        else gettext("Which entry do you want to keep?"),
        "rows": rows,
        "target_choices": [
            (row, list(_row_details(model_admin, request, row))) for row in target_choices
        ],
        "target": target,
        "duplicate": next((row for row in rows if target and row.pk != target.pk), None),
        "moved": sorted(moved.items()),
        "problem": problem,
        "action": request.POST.get("action", ""),
    }
    return TemplateResponse(request, "outcomes/duplicates/admin/merge.html", context)


def _row_details(model_admin: Any, request: HttpRequest, row: Model) -> Iterator[tuple[str, Any]]:
    # The other columns of the list, because both rows may have the same name.
    for name in model_admin.get_list_display(request)[1:]:
        field, column, value = lookup_field(name, row, model_admin)
        if field is not None:
            value = display_for_field(value, field, "")
        elif getattr(column, "boolean", False):
            value = gettext("yes") if value else gettext("no")
        if value not in ("", "–", None):
            yield capfirst(str(label_for_field(name, model_admin.model, model_admin))), value


def _add_action(model: type[Model], action: Any) -> None:
    # Added here, because the app of these admin classes must not depend on `outcomes`.
    model_admin: Any = admin.site.get_model_admin(model)
    model_admin.actions = [*model_admin.actions, action]


_add_action(Organisation, merge_two_organisations)
_add_action(Delegate, merge_two_people)
