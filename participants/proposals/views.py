"""A person's answers to what others entered about them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from participants.models import Proposal
from participants.privacy.own_profile import atomic_post, get_own_delegate
from participants.proposals.lifecycle import (
    accept_proposal,
    remove_affiliation,
    remove_participation,
    remove_proposal,
)

CHANGED_ERROR = gettext_lazy(
    "This entry changed after you opened the page. Nothing is accepted. Read it again, then choose."
)


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
def answer_proposal(request: HttpRequest, key: str) -> HttpResponse:
    if request.method != "POST":  # a redirect after sign-in uses GET
        return redirect("me")
    rows = Proposal.objects.filter(delegate=get_own_delegate(request))
    row = get_object_or_404(rows.select_related("delegate", "duplicate"), handle=key)
    match request.POST.get("answer"):
        case "remove":
            remove_proposal(row, at=timezone.now())
            messages.success(request, _("The entry is removed. It never counted."))
        case "accept" if row.kind != Proposal.Kind.MERGE:
            if row.content_hash != request.POST.get("shown"):
                messages.error(request, CHANGED_ERROR)
            else:
                accept_proposal(row, at=timezone.now())
                messages.success(request, _("You accepted the entry. It now counts."))
        case _other:
            messages.error(request, _("Select “Accept” or “Remove”."))
    return redirect("me")


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
def remove_workplace(request: HttpRequest, key: str) -> HttpResponse:
    if request.method != "POST":
        return redirect("me")
    work = get_own_delegate(request).affiliations.select_related("delegate__user")
    row = next((row for row in work if row.key == key), None)
    if row is None:
        raise Http404
    remove_affiliation(row, at=timezone.now())
    messages.success(request, _("The workplace is removed. It no longer shows or counts."))
    return redirect("me")


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
def leave_roundtable(request: HttpRequest, key: str) -> HttpResponse:
    if request.method != "POST":
        return redirect("me")
    parts = get_own_delegate(request).participations.select_related("delegate__user", "event")
    part = next((row for row in parts if row.key == key), None)
    if part is None:
        raise Http404
    remove_participation(part, at=timezone.now())
    messages.success(request, _("Your participation is removed. It no longer counts."))
    return redirect("me")
