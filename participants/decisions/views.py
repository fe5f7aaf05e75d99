"""The pages “Decide”: what waits for one person, read together, and decided."""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from participants.admin_base.fields import request_permissions
from participants.decisions.engine import answer, decline, may_retry, retry, sign, stop, withdraw
from participants.decisions.kind import Kind, Shown, Signer, kind_named, kinds
from participants.decisions.queue import (
    Place,
    agreed_by,
    decided_lately,
    declined_by,
    is_blind,
    others_declined,
    outcome,
    place_of,
    queue,
)
from participants.models import Act, User
from participants.permissions import EventPermissions, visible_organisations

IS_ID = re.compile("[0-9]{1,18}")


class DeclineForm(forms.Form):
    """Why someone leaves it to others."""

    reason = forms.CharField(
        label=_lazy("Why do you decline?"),
        max_length=300,
        help_text=_lazy("Who asked, and those who decide, read this. Name no one else."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _declined(kind: Kind[Any], item: Any, by: User) -> list[Act]:
    """By anyone; of what is blind, only by this person, who can decide about it."""
    return [
        act
        for act in kind.acts(item)
        if act.what == Act.What.DECLINED and (act.by_id == by.pk or not kind.is_blind)
    ]


def page_token(kind: Kind[Any], item: Any, by: User) -> str:
    """Names what the page shows. Keyed: from a plain hash, one could compute who is left out."""
    declined = [act.pk for act in _declined(kind, item, by)]
    content = f"{kind.name} {item.pk} {kind.page_hash(item)} {declined}"
    return salted_hmac(__name__, content, algorithm="sha256").hexdigest()[:32]


@require_safe
def decide(request: HttpRequest) -> HttpResponse:
    viewer = request_permissions(request)
    place = next((row for row in Place if row == request.GET.get("show")), Place.MINE)
    groups = queue(viewer, timezone.now(), place)
    chosen = request.GET.get("kind", "")
    rows = [row for group in groups for row in group.rows]
    shown = [group for group in groups if chosen in ("", group.kind.name)]
    context = {
        "groups": shown,
        "together": sum(group.number_together for group in shown),
        "all_groups": groups,
        "chosen": chosen,
        "place": place,
        "number": sum(group.number for group in groups),
        "decided": decided_lately(viewer, timezone.now()) if place == Place.MINE else [],
        "oldest": min((row.since for row in rows), default=None),
    }
    return render(request, "participants/decisions/decide.html", context)


def _wanted(ticked: Iterable[str], left_out: Iterable[str]) -> dict[str, set[int]]:
    """The numbers that were ticked, by the name of their kind."""
    wanted, without = _numbers(ticked), _numbers(left_out)
    return {name: numbers - without.get(name, set()) for name, numbers in wanted.items()}


def _numbers(values: Iterable[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for value in values:
        name, _colon, numbers = value.partition(":")
        ids = filter(IS_ID.fullmatch, numbers.split(","))
        found.setdefault(name, set()).update(map(int, ids))
    return found


def _ticked(
    wanted: Mapping[str, set[int]], viewer: EventPermissions, signer: Signer
) -> list[tuple[Kind[Any], Sequence[Any]]]:
    """Of what was ticked, that which this person can decide now, by kind."""
    found: list[tuple[Kind[Any], Sequence[Any]]] = []
    for kind in kinds().values():
        chosen = wanted.get(kind.name)
        items = list(kind.visible(viewer).filter(pk__in=chosen)) if chosen else []
        ready = [row for row in kind.read(items, signer) if answer(row, signer).right]
        if ready:
            found.append((kind, ready))
    return found


def _all(
    name: str, viewer: EventPermissions, signer: Signer
) -> list[tuple[Kind[Any], Sequence[Any]]]:
    """Of one kind; without a name, of all."""
    return [
        (group.kind, group.kind.read([item for row in group.rows for item in row.items], signer))
        for group in queue(viewer, signer.at)
        if isinstance(group.kind, Kind) and name in ("", group.kind.name)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def read_together(request: HttpRequest) -> HttpResponse:
    """Shows what was ticked, and decides nothing."""
    # Without ticks, as after signing in again, nothing is left to show.
    viewer = request_permissions(request)
    signer = Signer(viewer.user, timezone.now(), viewer.bodies)
    if "all" in request.POST:
        return _together(request, signer, _all(request.POST["all"], viewer, signer))
    wanted = _wanted(request.POST.getlist("d"), request.POST.getlist("out"))
    return _together(request, signer, _ticked(wanted, viewer, signer))


def _together(
    request: HttpRequest, signer: Signer, found: list[tuple[Kind[Any], Sequence[Any]]]
) -> HttpResponse:
    viewer, entries = request_permissions(request), []
    for kind, items in found:
        for item, shown in zip(items, kind.shown(items, viewer), strict=True):
            is_declined = not kind.is_blind and others_declined(kind, item, viewer.user)
            declined = _("someone declined it: open it to read why") if is_declined else ""
            why = (shown.caution, kind.change(item), declined)
            shown.caution = "; ".join(str(part) for part in why if part)
            right = answer(item, signer).right
            assert right
            entries.append(
                {
                    "value": f"{kind.name}:{item.pk}",
                    "token": page_token(kind, item, signer.user),
                    "kind": kind,
                    "item": item,
                    "shown": shown,
                    "outcome": outcome(kind, item, right, signer),
                }
            )
    if not entries:
        messages.info(request, _("Tick what you want to decide. Nothing that you ticked is open."))
        return redirect("admin:decide")
    read = [row for row in entries if row["shown"].line]
    unticked = [row for row in read if row["shown"].caution]
    ticked = [row for row in read if not row["shown"].caution]
    parts = [(True, ticked), (False, unticked)]
    context = {
        "parts": [(checked, len(rows), _groups(rows)) for checked, rows in parts if rows],
        "unticked": len(unticked),
        # Nothing stands beside these, so each is read on its own page.
        "alone": [row for row in entries if not row["shown"].line],
        "number": len(read),
    }
    return render(request, "participants/decisions/together.html", context)


def _groups(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """By letter, or else by kind. What all of a group have in common is said once, above them."""
    sizes = Counter((row["kind"].name, row["shown"].group, row["shown"].caution) for row in entries)
    found: dict[Hashable, list[dict[str, Any]]] = {}
    for row in entries:
        shown: Shown = row["shown"]
        row["facts"] = [fact for fact in shown.facts if fact[1] not in ("", shown.line)]
        name, caution = row["kind"].name, shown.caution
        is_alone = sizes[name, shown.group, caution] == 1
        found.setdefault((name, None if is_alone else shown.group, caution), []).append(row)
    return [_group(rows) for rows in found.values()]


def _group(rows: list[dict[str, Any]]) -> dict[str, Any]:
    first: dict[str, Any] = rows[0]
    if len(rows) == 1:
        return {"rows": rows, "several": False}
    is_letter = len({row["shown"].group for row in rows}) == 1
    letter = first["shown"].letter if is_letter else ""
    common = [fact for fact in first["facts"] if all(fact in row["facts"] for row in rows)]
    outcomes = {row["outcome"] for row in rows}
    outcome = first["outcome"] if len(outcomes) == 1 else ""
    for row in rows:
        row["facts"] = [fact for fact in row["facts"] if fact not in common]
        row["has_own_outcome"] = not outcome
    caution = first["shown"].caution
    return {
        "rows": rows,
        "several": bool(letter or caution or common or outcome),
        "letter": letter,
        "caution": caution,
        "facts": [fact for fact in common if fact[1] not in letter],  # it is the heading
        "outcome": outcome,
        "key": f"{first['kind'].name}:{','.join(str(row['item'].pk) for row in rows)}",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: HttpRequest) -> HttpResponse:
    """Agrees to what is ticked, unless it is not what the page showed."""
    viewer, now = request_permissions(request), timezone.now()
    signer = Signer(viewer.user, now, viewer.bodies)
    wanted = _wanted(request.POST.getlist("d"), request.POST.getlist("out"))
    if not (ticked := sum(map(len, wanted.values()))):
        messages.error(request, _("You ticked nothing, so nothing is decided."))
        read = [name.removeprefix("shown-") for name in request.POST if name.startswith("shown-")]
        return _together(request, signer, _ticked(_wanted(read, []), viewer, signer))
    done = []
    for kind, items in _ticked(wanted, viewer, signer):
        # What has no letter and no source is read by itself.
        lines = [shown.line for shown in kind.shown(items, viewer)]
        shown = {
            item.pk: kind.content_hash(item)
            for item, line in zip(items, lines, strict=True)
            if line
            and constant_time_compare(
                request.POST.get(f"shown-{kind.name}:{item.pk}", ""),
                page_token(kind, item, viewer.user),
            )
        }
        done += [(kind, row) for row in sign(kind, shown, by=viewer.user, at=now)]
    _report(request, done, ticked - len(done))
    return redirect("admin:decide")


def _report(request: HttpRequest, done: list[tuple[Kind[Any], Any]], left_out: int) -> None:
    made = sum(kind.is_made(item, timezone.now()) for kind, item in done)
    if done:
        words = ngettext("You agreed to %d thing.", "You agreed to %d things.", len(done))
        effect = ngettext("%d has its effect now.", "%d have their effect now.", made)
        text = words % len(done)
        messages.success(request, f"{text} {effect % made}" if made else text)
    if left_out:
        text = ngettext(
            "%d is not decided: it changed after you opened the page, or you cannot decide about "
            "it. Read it again.",
            "%d are not decided: they changed after you opened the page, or you cannot decide "
            "about them. Read them again.",
            left_out,
        )
        messages.error(request, text % left_out)


@require_http_methods(["GET", "HEAD", "POST"])
def decide_one(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One item, with all that the person may read of it."""
    viewer, now = request_permissions(request), timezone.now()
    kind = kind_named(name)
    item = kind.visible(viewer).filter(pk=number).first() if kind else None
    if kind is None or item is None:
        raise Http404
    signer = Signer(viewer.user, now, viewer.bodies)
    kind.read([item], signer)
    is_declined = request.POST.get("act") == "decline"
    form = DeclineForm(request.POST if is_declined else None)
    if request.method == "POST" and (form.is_valid() or not is_declined):
        return _decide_one(request, kind, item, form)
    shown = kind.shown([item], viewer)[0]
    right = answer(item, signer).right
    place = place_of(kind, item, signer)
    seen = set(visible_organisations(viewer).values_list("pk", flat=True))
    row_admin: Any = admin.site._registry.get(kind.detailed_by or kind.model)
    details, more = row_admin.decision_details(request, item) if row_admin else ("", {})
    context = {
        "kind": kind,
        "item": item,
        "shown": shown,
        "since": kind.since(item),
        "is_open": kind.is_open(item, kind.acts(item), now),
        "is_made": kind.is_made(item, now),
        "agreed": [] if is_blind(kind, place) else agreed_by(item, kind, seen),
        "declined": declined_by(item, kind, seen) if place and not is_blind(kind, place) else [],
        "missing": kind.missing(item, kind.given(item)),
        "due_on": kind.due_on(item),
        "outcome": outcome(kind, item, right, signer) if right else "",
        "right": right,
        "may_retry": may_retry(item, signer),
        "may_stop": kind.may_stop(item, signer) and kind.is_open(item, kind.acts(item), now),
        "is_asker": kind.asker(item) == viewer.user,
        "token": page_token(kind, item, viewer.user),
        "form": form,
        "details": details,
        **more,
    }
    return render(request, "participants/decisions/one.html", context)


def _decide_one(
    request: HttpRequest, kind: Kind[Any], item: Any, form: DeclineForm
) -> HttpResponse:
    by, now = request_permissions(request).user, timezone.now()
    match request.POST.get("act"):
        case "decline":
            done = decline(item, by=by, reason=form.cleaned_data["reason"], at=now)
            text = _("You declined. Others can still decide about it.")
        case "withdraw":
            done = withdraw(item, by=by, at=now)
            text = _("You withdrew this request.")
        case "stop":
            done = stop(item, by=by, at=now)
            text = _("You ended this request.")
        case "retry":
            done = retry(item, by=by, at=now)
            text = _("It has its effect now.")
        case _agree:
            shown = {item.pk: kind.content_hash(item)}
            token = page_token(kind, item, by)
            is_same = constant_time_compare(request.POST.get("shown", ""), token)
            signed = sign(kind, shown, by=by, at=now) if is_same else []
            _report(request, [(kind, row) for row in signed], not signed)
            return redirect("admin:decide")
    if done:
        messages.success(request, text)
    else:
        _report(request, [], 1)
    return redirect("admin:decide")
