"""What one's own organisation answers to the recommendations that speak to it."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from outcomes.answering import answers_of, asked_of
from outcomes.models import Outcome, Response
from outcomes.reporting.focal_points import seats_of
from outcomes.writing import AnswerForm, keep, unsettled
from participants.models import User


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
