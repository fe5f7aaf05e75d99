"""Who can see one's listing or one of one's channels, and who is left out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.choosing import can_be_left_out, choose
from participants.forms import WhoForm
from participants.forms.audience import of_channel
from participants.models import ContactChannel, Delegate
from participants.onlookers import Onlookers


@require_http_methods(["GET", "HEAD", "POST"])
def my_audience(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """One's listing, or the channel of that number: who sees it, counted before it is saved."""
    delegate = get_object_or_404(Delegate, user=request.user)
    channel = None
    if number is not None:
        channel = get_object_or_404(ContactChannel, pk=number, delegate=delegate)
    saved = list(delegate.exceptions.select_related("organisation"))
    own = of_channel(saved, number)
    form = WhoForm(
        request.POST if request.method == "POST" else None,
        onlookers=Onlookers.of(delegate),
        organisations=can_be_left_out(delegate, saved),
        audience=channel.audience if channel else delegate.listed_to,
        saved=own,
        listing=of_channel(saved, None) if channel else [],
        has_agreed=delegate.consented_at is not None,
        is_protected=delegate.is_protected and not channel,
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
    context = {"form": form, "channel": channel, "words": words}
    return render(
        request, "participants/my_audience.html", context, status=400 if form.errors else 200
    )
