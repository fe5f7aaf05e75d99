"""The addresses of the portal, and one of a view that does nothing."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from roundtable.urls import urlpatterns as portal


@login_not_required
def empty(request: HttpRequest) -> HttpResponse:
    """Nothing, by the same way as every page."""
    return HttpResponse()


urlpatterns = [path("empty/", empty), *portal]
