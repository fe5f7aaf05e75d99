"""Addresses for programs that watch the portal: whether it answers, and whether it works."""

import hmac
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from roundtable.monitoring.faults import portal_faults


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the process answers. It asks nothing else."""
    _require_watcher(request)
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether the portal does its work; status 503 and what is wrong if it does not."""
    _require_watcher(request)
    faults = portal_faults(timezone.now())
    answer = JsonResponse({"ready": not faults, "faults": faults}, status=503 if faults else 200)
    # The caller is told; an error email for each question would tell nothing more.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def _require_watcher(request: HttpRequest) -> None:
    """Raises Http404 unless the caller is on this machine, or has the token."""
    # Through the proxy, everyone seems to be on this machine.
    is_local = (
        "HTTP_X_FORWARDED_FOR" not in request.META
        and ip_address(request.META["REMOTE_ADDR"]).is_loopback
    )
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    expected = settings.MONITOR_TOKEN
    has_token = bool(expected) and hmac.compare_digest(token.encode(), expected.encode())
    if not (is_local or has_token):
        raise Http404
