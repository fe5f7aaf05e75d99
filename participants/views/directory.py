"""The people who are listed, and one of them."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from participants import sharing, vcards
from participants.forms import DirectoryForm
from participants.models import User
from roundtable.querystrings import page_of


@require_safe
@login_not_required
def delegate_list(request: HttpRequest) -> HttpResponse:
    """The people who are listed to this viewer."""
    viewer = sharing.viewer_of(request.user, timezone.localdate())
    form = DirectoryForm(request.GET)
    people = sharing.listed(viewer, timezone.localdate()).order_by("name", "pk")
    page = page_of(form, people) if form.is_valid() else None
    context = {
        "form": form,
        "page": page,
        "people": sharing.cards(page.object_list) if page else [],
        "viewer": viewer,
    }
    return render(
        request, "participants/delegate_list.html", context, status=400 if form.errors else 200
    )


@require_safe
@login_not_required
def delegate_detail(request: HttpRequest, handle: str) -> HttpResponse:
    """One person, as far as this viewer may see without asking for more."""
    viewer = sharing.viewer_of(request.user, timezone.localdate())
    profile = sharing.find(viewer, handle, timezone.localdate())
    if profile is None:
        raise Http404
    return render(
        request, "participants/delegate_detail.html", {"profile": profile, "viewer": viewer}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def delegate_reveal(request: HttpRequest, handle: str) -> HttpResponse:
    """All that this viewer may see of one person, after pressing "Show"."""
    if request.method != "POST":  # as after signing in again
        return redirect("delegate-detail", handle)
    return _reveal(request, handle, as_card=False)


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def delegate_vcard(request: HttpRequest, handle: str) -> HttpResponse:
    """A business card: by GET of what everyone sees, by POST of all that this viewer may see."""
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect(
                f"{reverse('account_login')}?next={reverse('delegate-detail', args=[handle])}"
            )
        return _reveal(request, handle, as_card=True)
    profile = sharing.find(sharing.VISITOR, handle, timezone.localdate())
    if profile is None:
        raise Http404
    return _vcard_response(request, profile)


def _reveal(request: HttpRequest, handle: str, *, as_card: bool) -> HttpResponse:
    assert isinstance(request.user, User)
    try:
        profile = sharing.reveal(
            request.user, handle, timezone.now(), act="vcard" if as_card else "reveal"
        )
    except sharing.BudgetSpent:
        context = {"limit": settings.REVEALS_PER_DAY}
        return render(request, "participants/budget_spent.html", context, status=429)
    if profile is None:
        raise Http404
    if as_card:
        return _vcard_response(request, profile)
    viewer = sharing.viewer_of(request.user, timezone.localdate())
    context = {"profile": profile, "viewer": viewer, "opened": True}
    return render(request, "participants/delegate_detail.html", context)


def _vcard_response(request: HttpRequest, profile: sharing.Profile) -> HttpResponse:
    handle = profile.card.handle
    url = request.build_absolute_uri(reverse("delegate-detail", args=[handle]))
    response = HttpResponse(vcards.vcard(profile, url), content_type="text/vcard; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{handle}.vcf"'
    return response
