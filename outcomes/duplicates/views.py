"""A person's own consent to merging another entry into theirs."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from outcomes.duplicates.people import merge_proposed
from participants.models import Proposal
from participants.privacy.own_profile import atomic_post, get_own_delegate
from participants.proposals.views import CHANGED_ERROR


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
def answer_merge(request: HttpRequest, key: str) -> HttpResponse:
    if request.method != "POST":  # a redirect after sign-in uses GET
        return redirect("me")
    rows = Proposal.objects.filter(kind=Proposal.Kind.MERGE, delegate=get_own_delegate(request))
    row = get_object_or_404(rows.select_related("delegate", "duplicate", "proposed_by"), handle=key)
    if row.content_hash != request.POST.get("shown"):
        messages.error(request, CHANGED_ERROR)
        return redirect("me")
    try:
        with transaction.atomic():
            merge_proposed(row, at=timezone.now())
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, _("The other entry is merged into yours."))
    return redirect("me")
