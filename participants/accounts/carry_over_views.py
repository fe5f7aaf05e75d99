"""Pages of rights that are carried over: at the desk, and for their holders."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from participants.accounts.carry_over import (
    answer_right,
    carry_over,
    differences,
    may_carry_over,
    rights_to_accept,
    to_carry_over,
)
from participants.accounts.reauthentication import require_second_factor
from participants.admin_base.fields import request_permissions
from participants.display_names import display_name
from participants.models import User
from participants.permissions import may_enter_admin
from roundtable.models import Event


class LetterForm(forms.Form):
    """Where the organisations name these people again."""

    letter = forms.CharField(
        label=_lazy("Letters that name these people again"),
        max_length=300,
        help_text=_lazy(
            "One line for all ticked rights: which organisations wrote, and when. For example: "
            "“Ministry, 3 March 2027; Network, 4 March 2027”. The holders, and those who decide, "
            "read it beside each right."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def carry_over_rights(request: HttpRequest, number: int) -> HttpResponse:
    viewer, now = request_permissions(request), timezone.now()
    event = Event.objects.filter(pk=number).first()
    if event is None or not may_carry_over(viewer, event):
        raise Http404
    form = LetterForm(request.POST or None)
    rights = to_carry_over(event, viewer)
    sent = request.POST.getlist("d")
    ticked = {row.pk for row in rights if str(row.pk) in sent}
    if form.is_valid() and ticked:
        letter = form.cleaned_data["letter"]
        asked = carry_over(event, ticked, letter=letter, by=viewer.user, at=now)
        text = ngettext(
            "%d right is asked for. Others decide about it, and its holder accepts it.",
            "%d rights are asked for. Others decide about them, and their holders accept them.",
            len(asked),
        )
        if asked:
            messages.success(request, text % len(asked))
        else:
            messages.error(request, _("Nothing is changed. Someone asked for them just now."))
        return redirect("admin:decide")
    if form.is_bound and not ticked:
        form.add_error(None, _("Tick the rights that you ask for."))
    differs = differences(rights, event, viewer)
    rows: list[dict[str, Any]] = [
        {
            "right": row,
            "person": display_name(row.user, viewer),
            "why": differs.get(row.pk, ""),
            "is_ticked": row.pk in ticked if form.is_bound else row.pk not in differs,
        }
        for row in rights
    ]
    context = {
        "event": event,
        "last": rights[0].event if rights else None,
        "rows": rows,
        "number": len(rows),
        "unticked": len(differs),
        "form": form,
    }
    template = "participants/accounts/admin/carry_over.html"
    return render(request, template, context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def my_rights(request: HttpRequest) -> HttpResponse:
    """Rights at the desk that wait for the signed-in person."""
    assert isinstance(request.user, User)
    now = timezone.now()
    if request.method != "POST":
        context = {"rights": rights_to_accept(request.user, now)}
        return render(request, "participants/accounts/my_rights.html", context)
    require_second_factor(request)
    accepts = {"accept": True, "decline": False}.get(request.POST.get("act", ""))
    known = {str(row.pk): row for row in rights_to_accept(request.user, now)}
    row = known.get(request.POST.get("right", ""))
    if (
        row is None
        or accepts is None
        or not answer_right(row.pk, accepts=accepts, by=request.user, at=now)
    ):
        messages.error(request, _("Nothing is changed. This right no longer waits for you."))
    elif accepts:
        messages.success(
            request, _("You accepted it. It is in force as soon as others have agreed.")
        )
    else:
        messages.success(request, _("You declined it. You do not get this right."))
    is_desk = "desk" in request.POST and may_enter_admin(request.user)
    return redirect("admin:decide" if is_desk else "my-rights")
