"""Admin page on which two organisations compare a commitment with its source."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcomes.models import Commitment, Dispute
from outcomes.reporting.publication import NOTICE_PERIOD, commitments_to_compare
from outcomes.sources.comparisons import (
    obstacle_to_comparing,
    pending_comparisons,
    record_comparison,
)
from outcomes.sources.hashes import source_hash
from participants.admin_base.fields import request_permissions
from participants.admin_base.site import render_page


def compare_commitment(request: HttpRequest, commitment: Commitment) -> HttpResponse:
    at, user = timezone.now(), request_permissions(request).user
    mistakes = []
    if request.method == "POST" and not commitment.is_proposed:
        try:
            record_comparison(commitment, shown_hash=request.POST.get("shown", ""), by=user, at=at)
        except ValidationError as refusal:
            mistakes = refusal.messages
        else:
            return _go_on(request, commitment, at)
    obstacle = obstacle_to_comparing(commitment, user, at)
    if commitment.is_proposed:
        obstacle = _("This commitment is proposed to its parties. Wait for their answers.")
    disputes = Dispute.objects.open().about_commitment(commitment)
    told = commitment.parties_told_at
    context = {
        "title": _("Compare with the source"),
        "commitment": commitment,
        "parties": commitment.parties.without_members().select_related("organisation", "group"),
        "points": commitment.outcomes.all(),
        "comparisons": pending_comparisons(commitment),
        "public_on": timezone.localdate(told + NOTICE_PERIOD) if told else None,
        "shown": source_hash(commitment),
        "is_disputed": disputes.exists(),
        "obstacle": obstacle,
        "mistakes": mistakes,
    }
    template = "outcomes/commitments/admin/commitment_compare.html"
    return render_page(request, Commitment, template, context, status=400 if mistakes else 200)


def _go_on(request: HttpRequest, compared: Commitment, at: datetime) -> HttpResponse:
    """To the next draft from the same source: a document often contains many commitments."""
    same_source = Commitment.objects.filter(
        event=compared.event_id,
        source_kind=compared.source_kind,
        source_title=compared.source_title,
        source_url=compared.source_url,
    )
    others = commitments_to_compare(same_source, request_permissions(request), at)
    if not others:
        messages.success(request, _("Your comparison is saved."))
        return redirect(request.path)
    text = ngettext(
        "Your comparison of %(reference)s is saved. %(n)d more from this source is not compared "
        "by your organisation yet.",
        "Your comparison of %(reference)s is saved. %(n)d more from this source are not compared "
        "by your organisation yet.",
        len(others),
    )
    messages.success(request, text % {"reference": compared.reference, "n": len(others)})
    following = next((row for row in others if row.pk > compared.pk), others[0])
    return redirect("admin:outcomes_commitment_compare", following.pk)
