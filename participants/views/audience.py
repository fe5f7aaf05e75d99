"""Who can see one's listing or one of one's channels, and who is left out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.choosing import can_be_left_out, choose, state_of
from participants.forms import WhoForm
from participants.forms.audience import of_channel
from participants.models import ContactChannel, Delegate
from participants.onlookers import Onlookers


@require_http_methods(["GET", "HEAD", "POST"])
def my_audience(request: HttpRequest, key: str = "") -> HttpResponse:
    """One's listing, or the channel of that handle: who sees it, counted before it is saved."""
    delegate = get_object_or_404(Delegate, user=request.user)
    channel = None
    if key:
        channel = get_object_or_404(ContactChannel, handle=key, delegate=delegate)
    number = channel.pk if channel else None
    saved = list(delegate.exceptions.select_related("organisation"))
    own = of_channel(saved, number)
    state = state_of(delegate, saved)
    is_stale = request.method == "POST" and request.POST.get("state", state) != state
    form = WhoForm(
        request.POST if request.method == "POST" and not is_stale else None,
        onlookers=Onlookers.of(delegate),
        organisations=can_be_left_out(delegate, saved),
        audience=channel.audience if channel else delegate.listed_to,
        saved=own,
        listing=of_channel(saved, None) if channel else [],
        has_agreed=delegate.consented_at is not None,
        is_protected=delegate.is_protected and not channel,
        listed_to=delegate.listed_to if channel else "",
    )
    words = ""
    if form.is_bound and form.is_valid():
        wanted = form.wanted(delegate, number)
        if "count" not in request.POST:
            choose(
                delegate,
                channel,
                audience=form.cleaned_data["audience"],
                left_out=wanted,
                at=timezone.now(),
            )
            messages.success(request, _("Saved: %s") % form.describe(wanted))
            return redirect("me")
        words = form.describe(wanted)
    context = {
        "form": form,
        "channel": channel,
        "words": words,
        "state": state,
        "is_stale": is_stale,
    }
    status = 400 if form.errors or is_stale else 200
    return render(request, "participants/my_audience.html", context, status=status)
