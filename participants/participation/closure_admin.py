"""Page of the admin on which two organisations close the list of participants."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.admin_base.fields import request_permissions
from participants.admin_base.site import render_page
from participants.models import Participation
from participants.participation.closure import (
    agree_to_close,
    agreements,
    is_closed,
    list_hash,
    may_agree,
)
from participants.permissions import EventPermissions, visible_participations
from roundtable.models import Event


def events_to_close(permissions: EventPermissions) -> list[Event]:
    """Roundtables of the viewer whose list is not closed."""
    events = Event.objects.filter(participations__isnull=False).distinct()
    if not permissions.is_operator:
        events = events.filter(pk__in=permissions.confirmable)
    return list(events.exclude(list_closure__closed_at__isnull=False))


def _page_token(content_hash: str) -> str:
    """Keyed: from a plain hash, one could compute which known people the page leaves out."""
    return salted_hmac(__name__, content_hash, algorithm="sha256").hexdigest()


@require_http_methods(["GET", "HEAD", "POST"])
def close_list_view(request: HttpRequest, event_id: int) -> HttpResponse:
    permissions, now = request_permissions(request), timezone.now()
    event = Event.objects.filter(pk=event_id).first()
    if event is None or not permissions.may_read(event.pk):
        raise Http404
    given = agreements(event)
    if request.method == "POST":
        content_hash = list_hash(event)
        is_done = request.POST.get("shown") == _page_token(content_hash) and agree_to_close(
            event=event, by=permissions.user, shown_hash=content_hash, at=now
        )
        if is_done and is_closed(event):
            text = _(
                "The list is closed. Participants see what others share in seven days. We told "
                "those who share something."
            )
            messages.success(request, text)
        elif is_done:
            text = _("You agreed. The list is closed when another organisation agrees too.")
            messages.success(request, text)
        else:
            text = _("Nothing is changed: the list is different now, or you cannot agree to it.")
            messages.error(request, text)
        return redirect("admin:participants_participation_close", event.pk)
    # The same as in the list, so that the numbers tell of no one else.
    rows = visible_participations(permissions).filter(event=event)
    confirmed = rows.confirmed()
    context = {
        "title": _("Close the list of participants"),
        "event": event,
        "people": confirmed.count(),
        "organisations": confirmed.values("organisation").distinct().count(),
        "unconfirmed": rows.filter(confirmed_at=None).count(),
        "agreements": given,
        "is_closed": is_closed(event),
        "may_agree": may_agree(event, permissions.user, now),
        "shown": _page_token(list_hash(event)),
        "list_url": f"{reverse('admin:participants_participation_changelist')}"
        f"?roundtable={event.pk}&confirmed=yes",
    }
    template = "participants/participation/admin/close_list.html"
    return render_page(request, Participation, template, context)
