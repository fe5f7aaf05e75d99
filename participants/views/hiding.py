"""Hiding everything of oneself at once, and showing it again."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from participants import consents, hiding
from participants.models import Consent, Delegate
from participants.signing_out import keep_session


# The address holds the secret, so nothing but it is asked for: no cookie, no session.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def hide_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """One button, without signing in: the link stands in every message."""
    delegate = hiding.delegate_of(token)
    if delegate is None:
        raise Http404
    if request.method == "POST":
        _hide(request, delegate, Consent.By.LINK)
        return redirect(request.path)
    page = "participants/hidden.html" if delegate.paused_at else "participants/hide.html"
    return render(request, page)


@require_http_methods(["GET", "HEAD", "POST"])
def hide_me(request: HttpRequest) -> HttpResponse:
    """The button on one's own profile; a GET leads to the page where it stands."""
    delegate = Delegate.objects.filter(user=request.user.pk).first()
    if delegate is None:
        raise Http404
    if request.method == "POST":
        _hide(request, delegate, Consent.By.OWNER)
    return redirect("me")


@require_http_methods(["GET", "HEAD", "POST"])
def show_me(request: HttpRequest) -> HttpResponse:
    """Shows oneself again to whom one chose before; a GET leads to the page with the button."""
    delegate = Delegate.objects.filter(user=request.user.pk).first()
    if delegate is None:
        raise Http404
    if request.method == "POST":
        consents.resume(delegate, at=timezone.now())
    return redirect("me")


def _hide(request: HttpRequest, delegate: Delegate, by: Consent.By) -> None:
    consents.pause(delegate, by=by, at=timezone.now())
    if request.user.pk and request.user.pk == delegate.user_id:
        keep_session(request)
