"""Redirects from the addresses and filters of merged records, if the viewer may see the target."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse

from participants.models import HandleRedirect, Organisation, SlugRedirect
from participants.privacy import visibility
from roundtable.filters.query_forms import QueryForm


def organisation_redirect_url(slug: str) -> str:
    """Empty if no public organisation had this slug."""
    public = Organisation.objects.published()
    row = SlugRedirect.objects.filter(slug=slug, organisation__in=public).first()
    return row.organisation.get_absolute_url() if row else ""


def delegate_redirect_url(
    viewer: visibility.Viewer, handle: str, on: date, page: str = "delegate-detail"
) -> str:
    """Empty if the viewer sees no person who had this handle."""
    row = HandleRedirect.objects.filter(handle=handle).select_related("delegate").first()
    if row is None or visibility.find_profile(viewer, row.delegate.handle, on) is None:
        return ""
    return reverse(page, args=[row.delegate.handle])


def redirect_former_name(
    request: HttpRequest, form: QueryForm, field: str = "organisation"
) -> HttpResponse | None:
    """Leads a filter by former short names to the present ones; None if there are none to offer."""
    given = request.GET.getlist(field)
    if field not in form.errors or any("\0" in slug for slug in given):
        return None
    if len(given) > 1 and not form.takes_several(field):
        return None
    rows = SlugRedirect.objects.filter(slug__in=given).select_related("organisation")
    present = {row.slug: row.organisation.slug for row in rows}
    # The form offers only what the viewer may see: all others stay absent.
    offered = form.offers(field, present.values()) if present else set()
    led_on = [slug if present.get(slug) not in offered else present[slug] for slug in given]
    if led_on == given:
        return None
    asked = request.GET.copy()
    asked.setlist(field, list(dict.fromkeys(led_on)))
    return HttpResponsePermanentRedirect(f"{request.path}?{asked.urlencode(safe='/')}")


def redirect_or_404(request: HttpRequest, url: str) -> HttpResponse:
    if not url:
        raise Http404
    query = request.META["QUERY_STRING"]
    return HttpResponsePermanentRedirect(f"{url}?{query}" if query else url)
