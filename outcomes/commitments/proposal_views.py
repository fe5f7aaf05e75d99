"""Pages to propose a commitment to its parties, and to answer, signed in or by an emailed link."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from outcomes.models import Commitment, Undertaking
from outcomes.reporting.proposals import (
    PROPOSAL_PERIOD,
    accept,
    current_undertakings,
    decline,
    obstacles,
    propose,
    proposed_for,
    take_back,
    undertaking_asked,
    undertaking_for_link,
)
from outcomes.sources.hashes import undertaking_hash
from participants.admin_base.fields import request_permissions
from participants.admin_base.site import render_page
from participants.email_links.views import page_of_link
from participants.models import EmailLink, User

ANSWER_CHANGED = gettext_lazy(
    "The commitment changed after you opened this page, so your answer is not saved."
)


class DeclineForm(forms.ModelForm):  # type: ignore[type-arg]
    """Why a party declines."""

    class Meta:
        model = Undertaking
        fields = ["note"]
        labels = {"note": gettext_lazy("Why do you decline?")}
        help_texts = {
            "note": gettext_lazy(
                "Optional. Only people who work on this roundtable at the co-chairs' desk can read "
                "this."
            )
        }
        widgets = {"note": forms.Textarea({"rows": 3})}


@page_of_link(EmailLink.Purpose.PROPOSAL)
def proposal_by_link(request: HttpRequest, link: EmailLink) -> HttpResponse:
    at = timezone.now()
    row = undertaking_for_link(link, request.user, at)
    if row is None:
        return render(request, "outcomes/commitments/proposal_closed.html", status=404)
    return _answer_page(request, row, at, by_link=True)


@require_http_methods(["GET", "HEAD", "POST"])
def my_proposal(request: HttpRequest, number: int) -> HttpResponse:
    assert isinstance(request.user, User)
    at = timezone.now()
    row = undertaking_asked(number, request.user, at)
    if row is None:
        raise Http404
    return _answer_page(request, row, at, by_link=False)


def _answer_page(
    request: HttpRequest, row: Undertaking, at: datetime, *, by_link: bool
) -> HttpResponse:
    form, problem = DeclineForm(), ""
    if request.method == "POST" and not row.answer:
        shown, act = request.POST.get("shown", ""), request.POST.get("act", "")
        form = DeclineForm(request.POST)
        is_done = False
        if act == "accept" and form["note"].value():
            form.add_error("note", _("Delete the reason, because you accept. Or select “Decline”."))
        elif act == "accept":
            is_done = accept(row, shown_hash=shown, at=at)
            problem = str(ANSWER_CHANGED)
        elif act == "decline" and form.is_valid():
            note = form.cleaned_data["note"]
            is_done = decline(row, shown_hash=shown, note=note, at=at)
            problem = str(ANSWER_CHANGED)
        elif act != "decline":
            problem = _("Select one of the buttons.")
        if is_done:
            return redirect(request.path)
    context = {
        "row": row,
        "commitment": row.party.commitment,
        "party": row.party,
        "parties": row.party.commitment.parties.without_members().select_related(
            "organisation", "group"
        ),
        "proposed_for": proposed_for(row),
        "form": form,
        "problem": problem,
        "by_link": by_link,
    }
    status = 400 if problem or form.errors else 200
    return render(request, "outcomes/commitments/proposal.html", context, status=status)


def propose_commitment(request: HttpRequest, commitment: Commitment) -> HttpResponse:
    at, user = timezone.now(), request_permissions(request).user
    mistakes = []
    if request.method == "POST":
        try:
            if request.POST.get("act") == "take-back":
                take_back(commitment, by=user, at=at)
                messages.success(request, _("The proposal ended. The commitment is a draft."))
            else:
                propose(commitment, shown_hash=request.POST.get("shown", ""), by=user, at=at)
                messages.success(request, _("We sent an email to each party."))
        except ValidationError as refusal:
            mistakes = refusal.messages
        else:
            return redirect(request.path)
    rows = Undertaking.objects.filter(party__commitment=commitment)
    context = {
        "title": _("Propose to the parties"),
        "commitment": commitment,
        "parties": commitment.parties.without_members().select_related("organisation", "group"),
        "points": commitment.outcomes.all(),
        "asked": current_undertakings(commitment),
        "declined": rows.filter(answer=Undertaking.Answer.DECLINED).select_related(
            "party__organisation", "party__group"
        ),
        "ends_on": (
            timezone.localdate(commitment.proposed_at + PROPOSAL_PERIOD)
            if commitment.proposed_at
            else None
        ),
        "obstacles": [] if commitment.is_proposed else obstacles(commitment, user, at),
        "shown": undertaking_hash(commitment),
        "mistakes": mistakes,
    }
    template = "outcomes/commitments/admin/commitment_propose.html"
    return render_page(request, Commitment, template, context, status=400 if mistakes else 200)
