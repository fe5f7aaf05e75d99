"""Merging from the lists of organisations and of people: two are chosen, one stays."""

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

from outcomes.duplicates.organisations import may_merge as may_merge_organisations
from outcomes.duplicates.organisations import merge_organisations
from outcomes.duplicates.organisations import which_stays as which_organisation_stays
from outcomes.duplicates.people import may_merge as may_merge_people
from outcomes.duplicates.people import merge_people, which_stays
from outcomes.duplicates.relations import Moved
from participants.models import Delegate, Organisation

Merge = Callable[..., Moved]


@admin.action(description=_("Merge two that are one"), permissions=["change"])
def merge_two_organisations(
    desk: Any, request: HttpRequest, queryset: QuerySet[Organisation]
) -> HttpResponse | None:
    """Asks which of two organisations stays, shows what moves, and does it."""
    by, at = desk.rights_of(request).user, timezone.now()

    def can_stay(rows: list[Any]) -> list[Any]:
        first, second = rows
        return which_organisation_stays(first, second, by, at)

    return _merge(desk, request, queryset, merge_organisations, may_merge_organisations, can_stay)


@admin.action(description=_("Merge two that are one person"), permissions=["decide"])
def merge_two_people(
    desk: Any, request: HttpRequest, queryset: QuerySet[Delegate]
) -> HttpResponse | None:
    """Asks which of two entries of a person stays, shows what moves, and does it."""

    def can_stay(rows: list[Any]) -> list[Any]:
        return which_stays(*rows)

    return _merge(desk, request, queryset, merge_people, may_merge_people, can_stay)


def _merge(
    desk: Any,
    request: HttpRequest,
    queryset: QuerySet[Any],
    merge: Merge,
    may_merge: Callable[..., bool],
    can_stay: Callable[[list[Any]], list[Any]],
) -> HttpResponse | None:
    rows, by, at = list(queryset.order_by("pk")[:3]), desk.rights_of(request).user, timezone.now()
    if len(rows) != 2:
        desk.message_user(request, gettext("Choose two, no more and no fewer."), messages.ERROR)
        return None
    if not may_merge(*rows, by, at):
        text = gettext(
            "You may not merge these two. Ask an operator, who may; nobody merges an entry of "
            "their own."
        )
        desk.message_user(request, text, messages.ERROR)
        return None
    offered = can_stay(rows)
    if not offered:
        text = gettext("Each of them has an account. Only the person can give one of them up.")
        desk.message_user(request, text, messages.ERROR)
        return None
    stays = next((row for row in offered if str(row.pk) == request.POST.get("stays")), None)
    moved, problem = Moved(), ""
    if stays is not None:
        goes = next(row for row in rows if row.pk != stays.pk)
        try:
            with transaction.atomic():
                moved = merge(stays=stays, goes=goes, by=by, at=at)
                if "confirmed" not in request.POST:
                    transaction.set_rollback(True)
        except ValidationError as mistake:
            problem = " ".join(mistake.messages)
        if "confirmed" in request.POST and not problem:
            text = gettext("They are one: “%s” stays. The old address leads there.") % stays
            desk.message_user(request, text, messages.SUCCESS)
            return None
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": gettext("Merge these two?") if stays else gettext("Which one stays?"),
        "rows": rows,
        "offered": [(row, list(_told(desk, request, row))) for row in offered],
        "stays": stays,
        "goes": next((row for row in rows if stays and row.pk != stays.pk), None),
        "moved": sorted(moved.items()),
        "problem": problem,
        "action": request.POST.get("action", ""),
    }
    return TemplateResponse(request, "admin/merge.html", context)


def _told(desk: Any, request: HttpRequest, row: Model) -> Iterator[tuple[str, Any]]:
    # What the list says beside the name, which both may have; what is empty is left out.
    for name in desk.get_list_display(request)[1:]:
        field, column, value = lookup_field(name, row, desk)
        if field is not None:
            value = display_for_field(value, field, "")
        elif getattr(column, "boolean", False):
            value = gettext("yes") if value else gettext("no")
        if value not in ("", "–", None):
            yield capfirst(str(label_for_field(name, desk.model, desk))), value


def _offer(model: type[Model], action: Any) -> None:
    # The lists stand in an app below, which knows nothing of commitments.
    desk: Any = admin.site.get_model_admin(model)
    desk.actions = [*desk.actions, action]


_offer(Organisation, merge_two_organisations)
_offer(Delegate, merge_two_people)
