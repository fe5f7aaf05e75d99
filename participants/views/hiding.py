"""Hiding everything of oneself at once, and showing it again."""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
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
    """One button, without signing in: the link stands in every message.

    Both pages are the same whatever became of the person, for messages are handed on.
    """
    if not hiding.is_ours(token):
        raise Http404
    if request.method != "POST":
        return render(request, "participants/hide.html")
    if delegate := hiding.delegate_of(token):
        _hide(request, delegate, Consent.By.LINK)
    return render(request, "participants/hidden.html")


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
    """Shows oneself again to whom one chose before; a GET leads to the page with the button.

    With the other button there, links of before hide one no more.
    """
    delegate = Delegate.objects.filter(user=request.user.pk).first()
    if delegate is None:
        raise Http404
    if request.method == "POST":
        if "end_links" in request.POST:
            # Whoever sits at an open window must not take the way to hide from its owner.
            raise_if_reauthentication_required(request, app="participants")
            consents.end_links(delegate, at=timezone.now())
        consents.resume(delegate, at=timezone.now())
    return redirect("me")


def _hide(request: HttpRequest, delegate: Delegate, by: Consent.By) -> None:
    was_shown = consents.pause(delegate, by=by, at=timezone.now())
    if was_shown and request.user.pk and request.user.pk == delegate.user_id:
        keep_session(request)
