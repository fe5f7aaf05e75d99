"""What one's own organisation found out about commitments that it is no party to."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from outcomes.models import Assessment, Commitment
from outcomes.models.response import is_party
from outcomes.reporting.focal_points import seats_of
from outcomes.writing import AssessmentForm, keep, unsettled
from participants.models import User


@require_safe
def my_assessments(request: HttpRequest) -> HttpResponse:
    """What the organisations that I speak for assessed."""
    assert isinstance(request.user, User)
    seats = list(seats_of(request.user, timezone.localdate()).filter(event__is_public=True))
    meant = Q(pk__in=[])
    for seat in seats:
        meant |= Q(organisation=seat.organisation, commitment__event=seat.event)
    rows = Assessment.objects.filter(meant).select_related("organisation", "commitment__event")
    return render(request, "outcomes/my_assessments.html", {"seats": seats, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def my_assessment(request: HttpRequest, reference: str) -> HttpResponse:
    """A page to say how far a commitment has come, for who is not a party to it."""
    assert isinstance(request.user, User)
    at = timezone.now()
    on = timezone.localdate(at)
    commitment = get_object_or_404(
        Commitment.objects.published().select_related("event"), reference=reference.upper()
    )
    seat = seats_of(request.user, on).filter(event=commitment.event_id).first()
    if seat is None:
        return render(request, "outcomes/without_voice.html", status=403)
    if is_party(seat.organisation, commitment):
        context = {"commitment": commitment, "seat": seat, "is_party": True}
        return render(request, "outcomes/my_assessment.html", context, status=403)
    if request.method == "POST":  # two colleagues at once would each begin a first draft
        Commitment.objects.select_for_update().get(pk=commitment.pk)
    own = Assessment.objects.filter(commitment=commitment, organisation=seat.organisation)
    row = unsettled(own) or Assessment(
        commitment=commitment, organisation=seat.organisation, assessed_on=on
    )
    form = AssessmentForm(request.POST if request.method == "POST" else None, row, on)
    if form.is_bound and form.is_valid():
        keep(form, by=request.user, at=at)
        messages.success(
            request,
            _("The assessment is handed in. A co-chair reads it before it is shown.")
            if form.is_handed_in
            else _("The draft is saved. Nobody else reads it until you hand it in."),
        )
        return redirect("my-assessments")
    context = {
        "form": form,
        "seat": seat,
        "commitment": commitment,
        "shown": own.approved().first(),
    }
    return render(
        request, "outcomes/my_assessment.html", context, status=400 if form.is_bound else 200
    )
