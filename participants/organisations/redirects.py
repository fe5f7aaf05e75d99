"""Old addresses of what was merged: they lead on, for whoever may see where they lead."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from participants.models import HandleRedirect, Organisation, SlugRedirect
from participants.privacy import visibility


def organisation_redirect_url(slug: str) -> str:
    """The page of the public organisation that this short name leads to; empty for none."""
    public = Organisation.objects.published()
    row = SlugRedirect.objects.filter(slug=slug, organisation__in=public).first()
    return row.organisation.get_absolute_url() if row else ""


def delegate_redirect_url(viewer: visibility.Viewer, handle: str, on: date) -> str:
    """The page of the person that this handle leads to; empty where the viewer sees nobody."""
    row = HandleRedirect.objects.filter(handle=handle).select_related("delegate").first()
    if row is None or visibility.find_profile(viewer, row.delegate.handle, on) is None:
        return ""
    return row.delegate.get_absolute_url()


def redirect_or_404(request: HttpRequest, url: str) -> HttpResponse:
    """To the page of today, with what was asked of the old one.

    Raises Http404 where there is none, as for what never was.
    """
    if not url:
        raise Http404
    query = request.META["QUERY_STRING"]
    return HttpResponsePermanentRedirect(f"{url}?{query}" if query else url)
