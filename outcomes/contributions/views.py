"""Commitments that one's own organisation offers, and open ones that it asks to join."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from outcomes.contributions.forms import (
    AnswerForm,
    AssessmentForm,
    JoiningForm,
    OfferForm,
    StepFormSet,
    keep,
    unsettled,
)
from outcomes.contributions.responses import answers_of, asked_of
from outcomes.models import Assessment, Commitment, Offer, Outcome, Response
from outcomes.models.editorial import State
from outcomes.models.response import is_party
from outcomes.reporting.focal_points import seats_of
from participants.models import Participation, User
from roundtable.models import Event


@require_safe
def my_answers(request: HttpRequest) -> HttpResponse:
    """The recommendations to the organisations that I speak for, and what they answer."""
    assert isinstance(request.user, User)
    seats = seats_of(request.user, timezone.localdate()).filter(event__is_public=True)
    asked = [(seat, answers_of(seat)) for seat in seats]
    return render(request, "outcomes/my_answers.html", {"asked": asked})


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def my_answer(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """A page to answer one recommendation."""
    assert isinstance(request.user, User)
    at = timezone.now()
    on = timezone.localdate(at)
    seat = seats_of(request.user, on).filter(event__slug=slug).first()
    point = asked_of(seat).filter(number=number.lower()).first() if seat else None
    if seat is None or point is None:
        raise Http404
    if request.method == "POST":  # two colleagues at once would each begin a first draft
        Outcome.objects.select_for_update().get(pk=point.pk)
    own = Response.objects.filter(outcome=point, organisation=seat.organisation)
    row = unsettled(own) or Response(outcome=point, organisation=seat.organisation, answered_on=on)
    form = AnswerForm(request.POST if request.method == "POST" else None, row, on)
    if form.is_bound and form.is_valid():
        keep(form, by=request.user, at=at)
        messages.success(
            request,
            _("The answer is handed in. A co-chair reads it before it is shown.")
            if form.is_handed_in
            else _("The draft is saved. Nobody else reads it until you hand it in."),
        )
        return redirect("my-answers")
    context = {"form": form, "seat": seat, "point": point, "shown": own.approved().first()}
    return render(request, "outcomes/my_answer.html", context, status=400 if form.is_bound else 200)


@require_safe
def my_offers(request: HttpRequest) -> HttpResponse:
    """What the organisations that I speak for offered, and where they can offer more."""
    seats = list(_seats(request).filter(event__is_public=True))
    meant = Q(pk__in=[])
    for seat in seats:
        meant |= Q(organisation=seat.organisation) & (
            Q(outcome__statement__event=seat.event) | Q(commitment__event=seat.event)
        )
    offers = Offer.objects.filter(meant).select_related(
        "organisation", "commitment__event", "outcome__statement__event"
    )
    return render(request, "outcomes/my_offers.html", {"seats": seats, "offers": offers})


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def new_offer(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """A page to offer a commitment under a point."""
    points = Outcome.objects.published().points().select_related("parent", "statement__event")
    point = get_object_or_404(points, statement__event__slug=slug, number=number.lower())
    seat = _seat(request, point.statement.event)
    if seat is None:
        return render(request, "outcomes/without_voice.html", status=403)
    return _write(request, Offer(outcome=point, organisation=seat.organisation), seat)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def join_commitment(request: HttpRequest, reference: str) -> HttpResponse:
    """A page to ask to join an open commitment."""
    commitment = get_object_or_404(
        Commitment.objects.published().not_ended().filter(is_open=True).select_related("event"),
        reference=reference.upper(),
    )
    seat = _seat(request, commitment.event)
    if seat is None:
        return render(request, "outcomes/without_voice.html", status=403)
    if commitment.parties.filter(organisation=seat.organisation).exists():
        messages.info(request, _("Your organisation is a party to this commitment already."))
        return redirect(commitment)
    if request.method == "POST":  # two colleagues at once would each ask
        Commitment.objects.select_for_update().get(pk=commitment.pk)
    own = Offer.objects.filter(outcome=None, commitment=commitment, organisation=seat.organisation)
    row = unsettled(own) or Offer(commitment=commitment, organisation=seat.organisation)
    return _write(request, row, seat)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def my_offer(request: HttpRequest, number: int) -> HttpResponse:
    """A page to go on with an offer that is not approved."""
    rows = Offer.objects.exclude(state=State.APPROVED)
    if request.method == "POST":
        rows = rows.select_for_update()
    row = get_object_or_404(rows, pk=number)
    seat = _seat(request, row.event)
    if seat is None or seat.organisation_id != row.organisation_id:
        raise Http404
    return _write(request, row, seat)


def _seats(request: HttpRequest) -> QuerySet[Participation]:
    assert isinstance(request.user, User)
    return seats_of(request.user, timezone.localdate())


def _seat(request: HttpRequest, event: Event) -> Participation | None:
    return _seats(request).filter(event=event, event__is_public=True).first()


def _write(request: HttpRequest, row: Offer, seat: Participation) -> HttpResponse:
    at = timezone.now()
    data = request.POST if request.method == "POST" else None
    kind = JoiningForm if row.is_joining else OfferForm
    form = kind(data, row, timezone.localdate(at))
    steps = None if row.is_joining else StepFormSet(data, instance=row, prefix="steps")
    if steps is not None and data is not None and isinstance(form, OfferForm):
        form.steps = "\n".join(data.get(f"{step.prefix}-title", "") for step in steps)
    # Both are looked at, so that all mistakes show at once.
    is_right = [part.is_valid() for part in (form, steps) if part is not None]
    if form.is_bound and all(is_right):
        assert isinstance(request.user, User)
        keep(form, by=request.user, at=at)
        if steps is not None:
            steps.instance = row
            steps.save()
        messages.success(
            request,
            _("The offer is handed in. A co-chair reads it before it is shown.")
            if form.is_handed_in
            else _("The draft is saved. Nobody else reads it until you hand it in."),
        )
        return redirect("my-offers")
    context = {"form": form, "steps": steps, "seat": seat, "row": row}
    return render(request, "outcomes/my_offer.html", context, status=400 if form.is_bound else 200)


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
