"""Pages on which two entries are merged, and the action that merges two people."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import display_for_field, label_for_field, lookup_field
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from outcomes.duplicates.comparison import person_similarities
from outcomes.duplicates.people import may_merge_people, merge_people, person_targets
from participants.admin_base.fields import request_permissions
from participants.admin_base.site import render_page
from participants.models import Delegate
from participants.proposals.lifecycle import must_accept, propose_merge


@admin.action(description=_("Merge two entries for one person"), permissions=["decide"])
def merge_two_people(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Delegate]
) -> HttpResponse | None:
    by, at = request_permissions(request).user, timezone.now()
    rows: list[Any] = list(queryset.order_by("pk")[:3])
    if len(rows) != 2 or not may_merge_people(rows[0], rows[1], by, at):
        refuse_merge(request, rows)
        return None
    targets = person_targets(rows[0], rows[1])
    if not targets:
        text = _("Both entries have an account. Only the person can close one of the accounts.")
        messages.error(request, text)
        return None
    permissions = request_permissions(request)
    return merge_page(
        model_admin,
        request,
        rows,
        targets,
        partial(merge_people, by=by, at=at),
        similarities=list(person_similarities(rows[0], rows[1], permissions)),
    )


def refuse_merge(request: HttpRequest, rows: list[Any]) -> None:
    text = _("Choose exactly two entries.")
    if len(rows) == 2:
        text = _(
            "You do not have permission to merge these two entries. No one can merge their own "
            "entry."
        )
    messages.error(request, text)


def merge_page(
    model_admin: Any,
    request: HttpRequest,
    rows: list[Any],
    targets: list[Any],
    merge: Callable[..., list[str]],
    ask: Callable[[Any, Any], Callable[[str], None] | None] | None = None,
    similarities: Sequence[str] = (),
    lost: Callable[[Any, Any], str] | None = None,
) -> HttpResponse | None:
    """Asks which entry to keep, shows what would move, and merges once that is confirmed.

    `merge` returns a sentence for each change. `ask` takes both entries. It returns None, or, if
    others must confirm the merge first, what requests it for a reason. `lost` takes the duplicate
    and the target, and says who must be confirmed again.
    """
    target = next((row for row in targets if str(row.pk) == request.POST.get("target")), None)
    duplicate = next((row for row in rows if target and row.pk != target.pk), None)
    changes: list[str] = []
    problem, request_merge = "", None
    reason = request.POST.get("reason", "").strip()
    waits = isinstance(target, Delegate) and must_accept(target)
    if target:
        request_merge = ask(target, duplicate) if ask else None
        is_preview = "confirmed" not in request.POST or request_merge is not None
        try:
            with transaction.atomic():
                changes = merge(target=target, duplicate=duplicate)
                # The preview merges only to name them.
                transaction.set_rollback(is_preview or waits)
            if request_merge and reason:
                request_merge(reason)
                return None
        except ValidationError as mistake:
            problem = " ".join(mistake.messages)
        else:
            if not is_preview and waits:
                assert isinstance(target, Delegate) and isinstance(duplicate, Delegate)
                by, at = request_permissions(request).user, timezone.now()
                propose_merge(target, duplicate, by=by, at=at)
                text = _("“%s” has an account. The entries are merged once this person accepts.")
                messages.success(request, text % target)
                return None
            if not is_preview:
                text = _("The two entries are merged into “%s”. The old address now leads there.")
                messages.success(request, text % target)
                return None
    context = {
        "title": _("Merge these two entries?") if target else _("Which entry do you want to keep?"),
        "targets": targets,
        **side_by_side(model_admin, request, rows, similarities),
        "target": target,
        "waits": waits,
        "duplicate": duplicate,
        "changes": changes,
        "lost": lost(duplicate, target) if lost and target else "",
        "is_person": isinstance(target, Delegate),
        "problem": problem,
        "needs_confirmation": request_merge is not None,
        "lacks_reason": "confirmed" in request.POST and not reason,
        "action": request.POST.get("action", ""),
    }
    return render_page(request, model_admin.model, "outcomes/duplicates/admin/merge.html", context)


def side_by_side(
    model_admin: Any, request: HttpRequest, rows: list[Any], similarities: Sequence[str]
) -> dict[str, Any]:
    """For the template `_side_by_side.html`: by column, the value of each row."""
    found: dict[str, dict[int, Any]] = {}
    for row in rows:
        for label, value in _row_details(model_admin, request, row):
            found.setdefault(label, {})[row.pk] = value
    compared = [
        (label, [values.get(row.pk, "–") for row in rows]) for label, values in found.items()
    ]
    return {"rows": rows, "compared": compared, "similarities": similarities}


def _row_details(model_admin: Any, request: HttpRequest, row: Model) -> Iterator[tuple[str, Any]]:
    # The other columns of the list, because both rows may have the same name.
    for name in model_admin.get_list_display(request)[1:]:
        if name == "invitation_address":  # the page says whether both have the same
            continue
        field, column, value = lookup_field(name, row, model_admin)
        if field is not None:
            value = display_for_field(value, field, "")
        elif getattr(column, "boolean", False):
            value = _("yes") if value else _("no")
        if value not in ("", "–", None):
            yield capfirst(str(label_for_field(name, model_admin.model, model_admin))), value


def add_merge_action(model: type[Model], action: Any) -> None:
    # Added here, because the app of these admin classes must not depend on `outcomes`.
    model_admin: Any = admin.site.get_model_admin(model)
    model_admin.actions = [*model_admin.actions, action]


add_merge_action(Delegate, merge_two_people)
