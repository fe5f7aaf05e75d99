"""Views to request, list and answer introductions."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from participants.directory.redirects import delegate_redirect_url, redirect_or_404
from participants.introductions import lifecycle
from participants.introductions.forms import IntroductionForm
from participants.models import Audience, Delegate, Introduction, User
from participants.privacy import visibility


@require_http_methods(["GET", "HEAD", "POST"])
def request_introduction(request: HttpRequest, handle: str) -> HttpResponse:
    assert isinstance(request.user, User)
    at = timezone.now()
    viewer = visibility.get_viewer(request.user, at.date())
    profile = visibility.find_profile(viewer, handle, at.date())
    if profile is None:
        url = delegate_redirect_url(viewer, handle, at.date(), "request-introduction")
        return redirect_or_404(request, url)
    if viewer.delegate is None or profile.is_own:
        raise Http404
    by = Delegate.objects.get(pk=viewer.delegate)
    if by.consented_at is None:
        messages.info(
            request,
            _("First agree to the notice below. The person you ask can see who you are."),
        )
        return redirect("my-consent")
    form = IntroductionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            lifecycle.request_introduction(
                by=by, handle=handle, message=form.cleaned_data["message"], at=at
            )
        except lifecycle.TooManyRequests:
            form.add_error(
                None, _("You have too many requests waiting. Withdraw one, then ask again.")
            )
        else:
            messages.success(
                request, _("Your request is sent. If the person accepts, you can see it here.")
            )
            return redirect("my-introductions")
    return render(
        request,
        "participants/introductions/request_introduction.html",
        {"form": form, "profile": profile},
        status=400 if form.errors else 200,
    )


@require_safe
def my_introductions(request: HttpRequest) -> HttpResponse:
    delegate = _get_own_delegate(request)
    at = timezone.now()
    viewer = visibility.get_viewer(request.user, at.date())
    sides = lifecycle.list_introductions(delegate, viewer, at)
    context = {
        "waiting": [side for side in sides if side.needs_my_answer],
        "accepted": [side for side in sides if side.is_accepted],
        "asked": [side for side in sides if not side.is_accepted and not side.needs_my_answer],
        "shares_nothing": delegate.listed_to == Audience.ONLY_ME,
        "introduced": Audience.INTRODUCED.label,
    }
    return render(request, "participants/introductions/my_introductions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_introduction(request: HttpRequest, key: str) -> HttpResponse:
    if request.method != "POST":  # a GET follows after signing in again
        return redirect("my-introductions")
    delegate = _get_own_delegate(request)
    row = get_object_or_404(Introduction.objects.reaching(delegate), handle=key)
    if request.POST.get("answer") == "accept":
        lifecycle.accept_introduction(row, by=delegate, at=timezone.now())
        messages.success(
            request,
            _(
                "You accepted the introduction. When you have both accepted, each of you can "
                "find the other here."
            ),
        )
    elif request.POST.get("answer") == "end":
        lifecycle.end_introduction(row, by=delegate, at=timezone.now())
        messages.success(request, _("Done. We do not tell the other person."))
    else:
        messages.error(request, _("Select one of the buttons."))
    return redirect("my-introductions")


def _get_own_delegate(request: HttpRequest) -> Delegate:
    return get_object_or_404(Delegate, user=request.user)
