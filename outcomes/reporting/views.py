"""Views to report on a commitment, by link or signed in."""

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
    VERSION_FIELD,
    SaveResult,
    discard_draft,
    draft_for,
    form_for,
    report_no_change,
    save_report,
)
from outcomes.reporting.forms import EvidenceForm
from outcomes.reporting.handover import HandoverForm, hand_over, resume_reminders, stop_reminders
from outcomes.reporting.links import link_for_token
from participants.models import User


# The token in the URL is the only credential: no session or cookie, so no CSRF check either.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def report_by_link(request: HttpRequest, token: str) -> HttpResponse:
    at = timezone.now()
    link = link_for_token(token, at)
    if link is None:
        return _invalid_link(request)
    return _without_referrer(
        _report_page(request, link.party, by=link.delegate.user, at=at, token=token)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, number: int) -> HttpResponse:
    assert isinstance(request.user, User)
    parties = CommitmentParty.objects.select_related("commitment__event", "organisation", "group")
    party = get_object_or_404(
        parties,
        pk=number,
        focal_point__user=request.user,
        focal_point_accepted_at__isnull=False,
    )
    return _report_page(request, party, by=request.user, at=timezone.now())


@require_safe
@login_not_required
def evidence_file(request: HttpRequest, key: str) -> HttpResponseBase:
    return download(get_object_or_404(Evidence.objects.published().exclude(file=""), key=key))


def _report_page(
    request: HttpRequest, party: CommitmentParty, *, by: User | None, at: datetime, token: str = ""
) -> HttpResponse:
    result: SaveResult | None = None
    problem = ""
    handover = HandoverForm()
    if request.method == "POST":
        act = request.POST.get("act")
        if act == "unchanged":
            if report_no_change(party, version=request.POST.get(VERSION_FIELD, ""), by=by, at=at):
                return redirect(request.path)
            unapproved = draft_for(party).unapproved
            if unapproved and unapproved.is_unchanged:  # a double click
                return redirect(request.path)
            problem = _(
                "This report changed after you opened it. Check the new version, then try again."
            )
        elif act in ("draft", "hand-in"):
            result = save_report(
                party, request.POST, request.FILES, submitting=act == "hand-in", by=by, at=at
            )
            if result.is_saved:
                return redirect(request.path)
        elif act == "discard":
            if (
                discard_draft(party, version=request.POST.get(VERSION_FIELD, ""))
                or draft_for(party).unapproved is None
            ):
                return redirect(request.path)
            problem = _(
                "This report changed after you opened it. Check the new version, then try again."
            )
        elif act == "hand-over":
            handover = HandoverForm(request.POST)
            if handover.is_valid():
                suggestion = handover.cleaned_data["suggestion"]
                hand_over(party, suggestion=suggestion, by=by, at=at)
                return render(request, "outcomes/reporting/handover_done.html", {"party": party})
        elif act in ("stop", "remind"):
            if act == "stop":
                stop_reminders(party, at=at)
            else:
                resume_reminders(party)
            return redirect(request.path)
        else:
            problem = _("Select one of the buttons.")
    draft = draft_for(party)
    context = {
        "party": party,
        "draft": draft,
        "form": result.form if result else form_for(draft, at=at),
        "evidence": result.evidence if result else EvidenceForm(),
        "result": result,
        "is_stale": result is not None and result.is_conflict,
        "problem": problem,
        "handover": handover,
        "by_link": bool(token),
    }
    return render(request, "outcomes/reporting/report.html", context)


def _invalid_link(request: HttpRequest) -> HttpResponse:
    """The same page for every invalid link, so that it reveals no reason."""
    return _without_referrer(render(request, "outcomes/reporting/report_closed.html", status=404))


def _without_referrer(response: HttpResponse) -> HttpResponse:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
