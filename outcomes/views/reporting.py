"""Reporting on a commitment: by the link in a mail, or signed in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from outcomes.reporting import link_of


# The address holds the secret, so nothing but it is asked for: no cookie, no session.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def report_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """What somebody reports for a party, without signing in: the link stands in the mail."""
    link = link_of(token, timezone.now())
    if link is None:
        return _closed(request)
    return _without_referrer(render(request, "outcomes/report.html", {"party": link.party}))


def _closed(request: HttpRequest) -> HttpResponse:
    """One page for every link that does not work, so that it tells nothing."""
    return _without_referrer(render(request, "outcomes/report_closed.html", status=404))


def _without_referrer(response: HttpResponse) -> HttpResponse:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
