"""Redirects from merged records, for viewers who may see the target."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from participants.models import HandleRedirect, Organisation, SlugRedirect
from participants.privacy import visibility


def organisation_redirect_url(slug: str) -> str:
    """Empty if no public organisation had this slug."""
    public = Organisation.objects.published()
    row = SlugRedirect.objects.filter(slug=slug, organisation__in=public).first()
    return row.organisation.get_absolute_url() if row else ""


def delegate_redirect_url(viewer: visibility.Viewer, handle: str, on: date) -> str:
    """Empty if the viewer sees no person who had this handle."""
    row = HandleRedirect.objects.filter(handle=handle).select_related("delegate").first()
    if row is None or visibility.find_profile(viewer, row.delegate.handle, on) is None:
        return ""
    return row.delegate.get_absolute_url()


def redirect_or_404(request: HttpRequest, url: str) -> HttpResponse:
    if not url:
        raise Http404
    query = request.META["QUERY_STRING"]
    return HttpResponsePermanentRedirect(f"{url}?{query}" if query else url)
