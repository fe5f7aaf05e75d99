"""Reporting on a commitment: by the link in a mail, or signed in."""

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from outcomes.evidence.files import download
from outcomes.models import CommitmentParty, Evidence
from outcomes.reporting.drafts import (
    SEEN,
    Written,
    desk_of,
    discard,
    form_of,
    say_nothing_new,
    write,
)
from outcomes.reporting.forms import EvidenceForm
from outcomes.reporting.handover import HandoverForm, hand_over, remind_again, stop_reminders
from outcomes.reporting.links import link_of
from participants.models import User


# The address holds the secret, so nothing but it is asked for: no cookie, no session.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def report_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """What somebody reports for a party, without signing in: the link stands in the mail."""
    at = timezone.now()
    link = link_of(token, at)
    if link is None:
        return _closed(request)
    return _without_referrer(
        _report(request, link.party, by=link.delegate.user, at=at, token=token)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, number: int) -> HttpResponse:
    """The same for who is signed in; only the focal point, once that person has accepted."""
    assert isinstance(request.user, User)
    parties = CommitmentParty.objects.select_related("commitment__event", "organisation", "group")
    party = get_object_or_404(
        parties,
        pk=number,
        focal_point__user=request.user,
        focal_point_accepted_at__isnull=False,
    )
    return _report(request, party, by=request.user, at=timezone.now())


@require_safe
@login_not_required
def evidence_file(request: HttpRequest, key: str) -> HttpResponseBase:
    """A file that everyone may have."""
    return download(get_object_or_404(Evidence.objects.published().exclude(file=""), key=key))


def _report(
    request: HttpRequest, party: CommitmentParty, *, by: User | None, at: datetime, token: str = ""
) -> HttpResponse:
    written: Written | None = None
    problem = ""
    handover = HandoverForm()
    if request.method == "POST":
        act = request.POST.get("act")
        if act == "unchanged":
            if say_nothing_new(party, seen=request.POST.get(SEEN, ""), by=by, at=at):
                return redirect(request.path)
            begun = desk_of(party).open
            if begun and begun.is_unchanged:  # the same press, twice
                return redirect(request.path)
            problem = _("Something else was stored meanwhile. Look at it, then choose.")
        elif act in ("draft", "hand-in"):
            written = write(
                party, request.POST, request.FILES, hand_in=act == "hand-in", by=by, at=at
            )
            if written.is_stored:
                return redirect(request.path)
        elif act == "discard":
            if discard(party, seen=request.POST.get(SEEN, "")) or desk_of(party).open is None:
                return redirect(request.path)
            problem = _("Something else was stored meanwhile. Look at it, then choose.")
        elif act == "hand-over":
            handover = HandoverForm(request.POST)
            if handover.is_valid():
                suggestion = handover.cleaned_data["suggestion"]
                hand_over(party, suggestion=suggestion, by=by, at=at)
                return render(request, "outcomes/report_handed_over.html", {"party": party})
        elif act in ("stop", "remind"):
            if act == "stop":
                stop_reminders(party, at=at)
            else:
                remind_again(party)
            return redirect(request.path)
        else:
            problem = _("Press one of the buttons.")
    desk = desk_of(party)
    context = {
        "party": party,
        "desk": desk,
        "form": written.form if written else form_of(desk, at=at),
        "evidence": written.evidence if written else EvidenceForm(),
        "written": written,
        "problem": problem,
        "handover": handover,
        "by_link": bool(token),
    }
    return render(request, "outcomes/report.html", context)


def _closed(request: HttpRequest) -> HttpResponse:
    """One page for every link that does not work, so that it tells nothing."""
    return _without_referrer(render(request, "outcomes/report_closed.html", status=404))


def _without_referrer(response: HttpResponse) -> HttpResponse:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
