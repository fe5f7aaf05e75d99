"""Views for organisations: their answers, offers and assessments."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from outcomes.contributions.forms import (
    AssessmentForm,
    DeclineJoinForm,
    EditorialTextForm,
    JoinOfferForm,
    OfferedMilestoneFormSet,
    OfferForm,
    ResponseForm,
    pending_text,
    save_text,
)
from outcomes.contributions.responses import recommendations_for, responses_by
from outcomes.models import Assessment, Commitment, LeadAnswer, Offer, Outcome, Response, Statement
from outcomes.models.editorial import EditorialState
from outcomes.models.response import is_party
from outcomes.reporting.focal_points import active_participations_of
from outcomes.reporting.joins import answer_join, joins_to_answer
from participants.models import Participation, User
from participants.participation.requirement import missing_confirmation
from participants.privacy.own_profile import atomic_post


@require_safe
def my_responses(request: HttpRequest) -> HttpResponse:
    asked = [
        (participation, responses_by(participation)) for participation in _participations(request)
    ]
    return render(
        request,
        "outcomes/contributions/my_responses.html",
        {"asked": asked, "waiting": partial(_waiting, request)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def my_response(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    on = timezone.localdate()
    participation = _participations(request).filter(event__slug=slug).first()
    point = (
        recommendations_for(participation).filter(number=number.lower()).first()
        if participation
        else None
    )
    if participation is None or point is None:
        raise Http404
    if request.method == "POST":  # two colleagues could both create a first draft
        Outcome.objects.select_for_update().get(pk=point.pk)
    own = Response.objects.filter(outcome=point, organisation=participation.organisation)
    row = pending_text(own) or Response(
        outcome=point, organisation=participation.organisation, answered_on=on
    )
    return _edit_text(
        request,
        ResponseForm(_posted(request), row, on),
        template="outcomes/contributions/my_response.html",
        context={"seat": participation, "point": point, "published": own.approved().first()},
        submitted=_("Your answer is submitted. It is shown once another organisation checked it."),
        list_url="my-responses",
    )


@require_safe
def my_offers(request: HttpRequest) -> HttpResponse:
    participations = list(_participations(request))
    offers = Offer.objects.filter(
        _represented(participations, *Offer.event_lookups)
    ).select_related("organisation", *Offer.event_lookups)
    return render(
        request,
        "outcomes/contributions/my_offers.html",
        {
            "seats": participations,
            "offers": offers,
            "today": timezone.localdate(),
            "waiting": partial(_waiting, request),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def new_offer(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    points = Outcome.objects.published().points().select_related("parent", "statement__event")
    point = get_object_or_404(points, statement__event__slug=slug, number=number.lower())
    return _new_offer(request, point.statement, outcome=point)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def new_statement_offer(request: HttpRequest, slug: str) -> HttpResponse:
    """A commitment that answers the whole statement."""
    statements = Statement.objects.published().select_related("event")
    statement = get_object_or_404(statements, event__slug=slug)
    return _new_offer(request, statement, statement=statement)


def _new_offer(request: HttpRequest, about: Statement, **given: Any) -> HttpResponse:
    participation = _participations(request).filter(event=about.event).first()
    if participation is None:
        return _no_organisation(request)
    row = Offer(organisation=participation.organisation, **given)
    return _edit_offer(request, row, participation)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def join_commitment(request: HttpRequest, reference: str) -> HttpResponse:
    commitment = get_object_or_404(
        Commitment.objects.published().not_ended().filter(is_open=True).select_related("event"),
        reference=reference.upper(),
    )
    participation = _participations(request).filter(event=commitment.event).first()
    if participation is None:
        return _no_organisation(request)
    if commitment.parties.filter(organisation=participation.organisation).exists():
        messages.info(request, _("Your organisation is already a party to this commitment."))
        return redirect(commitment)
    own = Offer.objects.joining().filter(
        commitment=commitment, organisation=participation.organisation
    )
    if request.method == "POST":
        # Two colleagues could both ask, and the lead could answer at the same moment.
        Commitment.objects.select_for_update(no_key=True).get(pk=commitment.pk)
        own = own.select_for_update(of=("self",))
    row = pending_text(own) or Offer(commitment=commitment, organisation=participation.organisation)
    return _edit_offer(request, row, participation)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def my_offer(request: HttpRequest, number: int) -> HttpResponse:
    rows = Offer.objects.exclude(state=EditorialState.APPROVED)
    if request.method == "POST":
        rows = rows.select_for_update()
    row = get_object_or_404(rows, pk=number)
    participation = _participations(request).filter(event=row.event).first()
    if participation is None or participation.organisation_id != row.organisation_id:
        raise Http404
    return _edit_offer(request, row, participation)


def _edit_offer(request: HttpRequest, row: Offer, participation: Participation) -> HttpResponse:
    data = _posted(request)
    form_class = JoinOfferForm if row.is_joining else OfferForm
    form = form_class(data, row, timezone.localdate())
    milestones = (
        None if row.is_joining else OfferedMilestoneFormSet(data, instance=row, prefix="milestones")
    )
    if milestones is not None and data is not None and isinstance(form, OfferForm):
        form.milestones = "\n".join(
            data.get(f"{milestone.prefix}-title", "") for milestone in milestones
        )
    return _edit_text(
        request,
        form,
        template="outcomes/contributions/my_offer.html",
        context={"seat": participation, "row": row},
        submitted=_("Your offer is submitted. It is shown once another organisation checked it."),
        list_url="my-offers",
        milestones=milestones,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
def join_request(request: HttpRequest, number: int) -> HttpResponse:
    """A lead of a commitment agrees that another organisation joins it, or declines."""
    assert isinstance(request.user, User)
    on, at = timezone.localdate(), timezone.now()
    rows = joins_to_answer(request.user, on).select_related("organisation", "commitment__event")
    if request.method == "POST":
        rows = rows.select_for_update(of=("self",))
    row = get_object_or_404(rows, pk=number)
    # What its author withdrew, or the co-chairs sent back, is private again.
    is_open = row.state == EditorialState.SUBMITTED
    if not (is_open or row.is_approved or row.is_declined()):
        raise Http404
    form, problem = DeclineJoinForm(), ""
    if request.method == "POST" and is_open:
        shown, act = request.POST.get("shown", ""), request.POST.get("act", "")
        form = DeclineJoinForm(request.POST)
        if act not in LeadAnswer.values:
            problem = _("Select one of the buttons.")
        elif act == LeadAnswer.AGREED and form["note"].value():
            form.add_error("note", _("Delete the reason, because you agree. Or select “Decline”."))
        elif act == LeadAnswer.AGREED or form.is_valid():
            note = form.cleaned_data["note"] if act == LeadAnswer.DECLINED else ""
            answer = LeadAnswer(act)
            by = request.user
            if answer_join(row, answer=answer, note=note, shown_hash=shown, by=by, at=at):
                messages.success(request, _("Your answer is saved."))
                return redirect("my-commitments")
            problem = _(
                "The request changed after you opened this page, so your answer is not saved. "
                "Read it again."
            )
    context = {"row": row, "is_open": is_open, "form": form, "problem": problem, "today": on}
    template = "outcomes/contributions/join_request.html"
    return render(request, template, context, status=400 if problem or form.errors else 200)


@require_safe
def my_assessments(request: HttpRequest) -> HttpResponse:
    participations = list(_participations(request))
    rows = Assessment.objects.filter(_represented(participations, "commitment__event"))
    return render(
        request,
        "outcomes/contributions/my_assessments.html",
        {
            "seats": participations,
            "rows": rows.select_related("organisation", "commitment__event"),
            "waiting": partial(_waiting, request),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def my_assessment(request: HttpRequest, reference: str) -> HttpResponse:
    on = timezone.localdate()
    commitment = get_object_or_404(
        Commitment.objects.published().select_related("event"), reference=reference.upper()
    )
    participation = _participations(request).filter(event=commitment.event).first()
    if participation is None:
        return _no_organisation(request)
    context = {"commitment": commitment, "seat": participation}
    if is_party(participation.organisation, commitment):
        return render(request, "outcomes/contributions/my_assessment.html", context, status=403)
    if request.method == "POST":  # two colleagues could both create a first draft
        Commitment.objects.select_for_update().get(pk=commitment.pk)
    own = Assessment.objects.filter(commitment=commitment, organisation=participation.organisation)
    row = pending_text(own) or Assessment(
        commitment=commitment, organisation=participation.organisation, assessed_on=on
    )
    return _edit_text(
        request,
        AssessmentForm(_posted(request), row, on),
        template="outcomes/contributions/my_assessment.html",
        context=context | {"published": own.approved().first()},
        submitted=_(
            "Your assessment is submitted. It is shown once another organisation checked it."
        ),
        list_url="my-assessments",
    )


def _participations(request: HttpRequest) -> QuerySet[Participation]:
    assert isinstance(request.user, User)
    return active_participations_of(request.user, timezone.localdate()).filter(
        event__is_public=True
    )


def _waiting(request: HttpRequest) -> list[tuple[Participation, str]]:
    """The user's participations that do not count yet, and who must still confirm each."""
    rows = Participation.objects.filter(
        delegate__user=request.user.pk, confirmed_at=None, event__is_public=True
    )
    return [
        (row, missing_confirmation(row)) for row in rows.select_related("event", "organisation")
    ]


def _no_organisation(request: HttpRequest) -> HttpResponse:
    template = "outcomes/contributions/no_organisation.html"
    return render(request, template, {"waiting": _waiting(request)}, status=403)


def _represented(participations: list[Participation], *event_fields: str) -> Q:
    """Texts of the represented organisations; the fields lead to the roundtable of a text."""
    found = Q(pk__in=[])
    for participation in participations:
        of_event = Q(*((name, participation.event) for name in event_fields), _connector=Q.OR)
        found |= Q(organisation=participation.organisation) & of_event
    return found


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _edit_text(
    request: HttpRequest,
    form: EditorialTextForm,
    *,
    template: str,
    context: dict[str, Any],
    submitted: str,
    list_url: str,
    milestones: Any = None,  # the formset on the same page
) -> HttpResponse:
    assert isinstance(request.user, User)
    # A list, not a generator: validate both, so that all errors are shown together.
    are_valid = [part.is_valid() for part in (form, milestones) if part is not None]
    if form.is_bound and all(are_valid):
        save_text(form, by=request.user, at=timezone.now())
        if milestones is not None:
            milestones.instance = form.instance
            milestones.save()
        messages.success(
            request,
            submitted
            if form.is_submitted
            else _(
                "Your draft is saved. Only people who represent your organisation can see it "
                "until you submit it."
            ),
        )
        return redirect(list_url)
    return render(
        request,
        template,
        context | {"form": form, "milestones": milestones},
        status=400 if form.is_bound else 200,
    )
