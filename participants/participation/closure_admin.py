"""Page of the admin on which someone asks to close the list of participants."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.admin_base.fields import request_permissions
from participants.admin_base.site import render_page
from participants.decisions.independence import CLOSING
from participants.decisions.kind import Signer
from participants.models import ListClosure, Participation
from participants.participation.closure import (
    CLOSINGS,
    agree_to_close,
    asked_closing,
    list_hash,
)
from participants.permissions import EventPermissions
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
    """Asks for it. From then on, it is decided on the page “Decide”."""
    permissions, now = request_permissions(request), timezone.now()
    event = Event.objects.filter(pk=event_id).first()
    if event is None or not permissions.may_read(event.pk):
        raise Http404
    token = _page_token(list_hash(event))
    asked = asked_closing(event)
    if request.method == "POST" and not asked:
        is_shown = request.POST.get("shown") == token
        if is_shown and agree_to_close(
            event=event, by=permissions.user, shown_hash=list_hash(event), at=now
        ):
            text = _("You agreed. The list is closed when another organisation agrees too.")
            messages.success(request, text)
        else:
            text = _("Nothing is changed: the list is different now, or you cannot agree to it.")
            messages.error(request, text)
        return redirect("admin:participants_participation_close", event.pk)
    if asked:
        return redirect("admin:decide_one", CLOSINGS.name, asked.pk)
    context = {
        "title": _("Close the list of participants"),
        "event": event,
        "read": CLOSINGS.shown([ListClosure(event=event)], permissions)[0],
        "may_agree": bool(Signer(permissions.user, now).rights_at(event, CLOSING)),
        "shown": token,
    }
    template = "participants/participation/admin/close_list.html"
    return render_page(request, Participation, template, context)
