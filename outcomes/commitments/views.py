"""Views of commitments and of a user's role as focal point."""

from datetime import date
from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Prefetch, Q, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from outcomes.commitments.as_of import (
    AsOfForm,
    as_of,
    as_of_context,
    assessments_as_of,
    updates_as_of,
    withdrawn_since,
)
from outcomes.commitments.charts import bar_segments
from outcomes.commitments.filters import CommitmentFilterForm
from outcomes.commitments.queries import (
    contacts_context,
    findings_shown,
    focal_point_cards,
    undertaken_by,
    with_disputes,
    with_parties,
)
from outcomes.commitments.statistics import index_counts, year_of_roundtables
from outcomes.commitments.status import commitment_reports
from outcomes.commitments.summary import (
    commitment_summary,
    finding_bars,
    period_shares,
    progress_context,
    progress_summary,
    status_periods,
)
from outcomes.models import (
    Assessment,
    Commitment,
    CommitmentParty,
    EditorialState,
    Evidence,
    Offer,
    ProgressUpdate,
)
from outcomes.reporting.disputes import (
    disputable_texts,
    dispute_text,
    of_participant,
    party_spoken_for,
    spoken_for,
    withdraw_dispute,
)
from outcomes.reporting.focal_points import (
    active_participations_of,
    may_write,
    with_active_focal_point,
)
from outcomes.reporting.handover import hand_over
from outcomes.reporting.joins import joins_to_answer, unanswered_joins
from outcomes.reporting.members import commitments_as_member, take_member_task
from outcomes.reporting.proposals import undertakings_to_answer
from outcomes.reporting.rounds import ask_new_focal_point, unanswered_rounds
from outcomes.sources.comparisons import commitment_source_check
from participants.directory.redirects import redirect_former_name
from participants.models import User
from participants.privacy import visibility
from participants.privacy.own_profile import atomic_post
from participants.proposals.views import CHANGED_ERROR
from roundtable.filters.query_forms import get_page
from roundtable.web.negotiation import with_json_file


@require_safe
@login_not_required
def commitment_list(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    form = CommitmentFilterForm(request.GET, on)
    if former := redirect_former_name(request, form, "party"):
        return former
    viewer = visibility.get_viewer(request.user, timezone.localdate())
    context: dict[str, object] = {"form": form, "page": None, "today": on, "viewer": viewer}
    if form.is_valid():
        context |= {"today": form.day or on} | as_of_context(form.day)
        rows = as_of(with_parties(Commitment.objects.published(), on, form.day), form.day)
        counts = index_counts(form.index, form.index_rows)
        summary = progress_summary(counts, year_of_roundtables(form.index, form.index_rows))
        page = get_page(form, form.found_rows(rows), counts["all"])
        context |= {
            "page": page,
            "counts": counts,
            **progress_context(counts, summary, _query_of_other_filters(form)),
            "panel": SimpleLazyObject(form.panel),
            "focal_point_cards": focal_point_cards(viewer, page.object_list, on),
        } | contacts_context(on, is_demonstration=form.is_demonstration)
    return render(
        request,
        "outcomes/commitments/commitment_list.html",
        context,
        status=400 if form.errors else 200,
    )


def _query_of_other_filters(form: CommitmentFilterForm) -> str:
    """The start of a query string to which a status is added."""
    chosen = {
        name: values
        for name, values in form.active_values().items()
        if name not in ("status", "overdue")
    }
    return f"?{urlencode(chosen, doseq=True)}&" if chosen else "?"


@require_safe
@login_not_required
@with_json_file
def commitment_detail(request: HttpRequest, reference: str) -> HttpResponse:
    if reference != reference.lower():
        return redirect("commitment-detail", reference.lower(), permanent=True)
    on = timezone.localdate()
    form = AsOfForm(request.GET, on)
    published = Commitment.objects.published().filter(reference=reference.upper())
    commitment = (
        as_of(with_parties(published, on, form.day), form.day)
        .select_related("event__statement")
        .prefetch_related(
            "milestones",
            "related_texts",
            Prefetch("offers", Offer.objects.approved_joins(), to_attr="approved_joins"),
        )
        .first()
    )
    later = published.first() if commitment is None and form.day else None
    if later:
        form.check_added(later.recorded_on)
    elif commitment is None:
        return _render_withdrawn(request, reference, form.day)
    if form.errors or commitment is None:
        return form.render_errors(request)
    viewer = visibility.get_viewer(request.user, on)
    reports = ProgressUpdate.objects.published().filter(commitment=commitment)
    updates = (
        with_disputes(updates_as_of(reports, form.day), form.day or on)
        .select_related("party__organisation", "party__group")
        .prefetch_related(Prefetch("evidence", Evidence.objects.published()))
    )
    found = assessments_as_of(Assessment.objects.published(), form.day)
    joins = [] if form.day else waiting_joins(commitment, request.user, on)
    undertaken = undertaken_by(commitment, form.day)
    reported = commitment_reports(commitment, updates, form.day or on)
    periods = status_periods(commitment, reported.entries, form.day or on)
    context = {
        "commitment": commitment,
        "summary": commitment_summary(commitment, reported.latest, form.day or on),
        "periods": periods,
        "bars": bar_segments(period_shares(periods)),
        "finding_bars": finding_bars(periods, found.filter(commitment=commitment)),
        "event": commitment.event,
        "undertaken": undertaken,
        "is_undertaken_later": not undertaken and bool(undertaken_by(commitment)),
        "source_check": commitment_source_check(commitment, form.day),
        "reports": reported,
        "focal_point_cards": focal_point_cards(viewer, [commitment], on),
        "viewer": viewer,
        "may_write": partial(may_write, request.user, commitment.event, on),
        "spoken_for": spoken_for(commitment, request.user, on)
        if isinstance(request.user, User)
        else [],
        "today": form.day or on,
        # These have no earlier state, so they are shown for today only.
        "waiting_joins": joins,
        "joins_to_answer": joins_to_answer(request.user, on)
        if joins and isinstance(request.user, User)
        else [],
        "unanswered": [] if form.day else unanswered_rounds(commitment, on),
    } | as_of_context(form.day)
    return render(request, "outcomes/commitments/commitment_detail.html", context)


def _render_withdrawn(request: HttpRequest, reference: str, day: date | None) -> HttpResponse:
    row = withdrawn_since(reference.upper(), day)
    if row is None:
        raise Http404
    prefetch_related_objects([row], findings_shown(day=day))
    context = {"commitment": row, "event": row.event, "today": day, **as_of_context(day)}
    return render(request, "outcomes/commitments/commitment_withdrawn.html", context)


def waiting_joins(commitment: Commitment, user: User | AnonymousUser, on: date) -> list[Offer]:
    """Requests to join that wait for a check, for people of that organisation and of the lead."""
    if not isinstance(user, User) or not commitment.can_be_joined:
        return []
    own = active_participations_of(user, on).values("organisation")
    leads = CommitmentParty.objects.filter(
        commitment=commitment, role=CommitmentParty.Role.LEAD, organisation__in=own
    )
    rows = Offer.objects.joining().filter(
        Q(organisation__in=own) | Exists(leads),
        commitment=commitment,
        state=EditorialState.SUBMITTED,
    )
    return list(rows.select_related("organisation").order_by("submitted_at", "pk"))


@require_safe
def my_commitments(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    asked = CommitmentParty.objects.public().filter(focal_point__user=request.user)
    parties = asked.select_related(
        "commitment__event", "commitment__latest_update", "organisation", "group"
    )
    active = with_active_focal_point(parties, timezone.localdate())
    parties = parties.filter(Q(focal_point_accepted_at=None) | Q(pk__in=active.values("pk")))
    parties = parties.order_by("commitment__due_on", "pk")
    updates = ProgressUpdate.objects
    own = Prefetch("updates", updates.of_party().unapproved(), to_attr="unapproved")
    entered = Prefetch(
        "updates",
        updates.recorded().exclude(state=EditorialState.DRAFT).order_by("-recorded_at"),
        to_attr="entered",
    )
    rows = parties.prefetch_related(own, entered, findings_shown("commitment__assessments"))
    context = {
        "joins": unanswered_joins(request.user, timezone.localdate()),
        "proposals": undertakings_to_answer(request.user, timezone.now()),
        "parties": rows,
        "spoken_for": of_participant(rows, request.user, timezone.localdate()),
        "as_member": commitments_as_member(request.user, timezone.localdate()),
        "today": timezone.localdate(),
    }
    return render(request, "outcomes/reporting/my_commitments.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
def report_as_member(request: HttpRequest, reference: str, slug: str) -> HttpResponse:
    """The user takes the task to report for an organisation that is a member of a group."""
    assert isinstance(request.user, User)
    at = timezone.now()
    party = request.method == "POST" and take_member_task(
        request.user, reference=reference.upper(), slug=slug, at=at
    )
    return redirect("report", party.pk) if party else redirect("my-commitments")


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
def recorded_texts(request: HttpRequest, number: int) -> HttpResponse:
    """What is recorded in the name of a party, for its people to dispute."""
    assert isinstance(request.user, User)
    on, at = timezone.localdate(), timezone.now()
    party = party_spoken_for(CommitmentParty.objects.all(), number, request.user, on)
    if party is None:
        raise Http404
    problem = ""
    if request.method == "POST":
        key, act = request.POST.get("text", ""), request.POST.get("act")
        if act == "withdraw":
            # If nothing was disputed, this is the second press of a double click.
            withdraw_dispute(party, key=key, by=request.user, at=at)
            return redirect(request.path)
        shown = request.POST.get("shown", "")
        if act == "dispute" and dispute_text(
            party, key=key, content_hash=shown, by=request.user, at=at
        ):
            return redirect(request.path)
        problem = _("Select one of the buttons.")
        if act == "dispute":
            problem = _("This text changed after you opened the page. Read it again, then choose.")
    context = {"party": party, "texts": disputable_texts(party, on), "problem": problem}
    template = "outcomes/commitments/recorded_texts.html"
    return render(request, template, context, status=400 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
def answer_focal_point_request(request: HttpRequest, number: int) -> HttpResponse:
    if request.method != "POST":  # a redirect after sign-in uses GET
        return redirect("my-commitments")
    assert isinstance(request.user, User)
    parties = CommitmentParty.objects.public().select_related("commitment__event")
    # Locked, so that what is accepted is what the page showed.
    locked = parties.select_for_update(of=("self", "commitment"))
    party = get_object_or_404(locked, pk=number, focal_point__user=request.user)
    is_stale = request.POST.get("shown", party.request_hash) != party.request_hash
    if request.POST.get("answer") == "accept" and is_stale:
        messages.error(request, CHANGED_ERROR)
    elif request.POST.get("answer") == "accept":
        party.accept(timezone.now())
        ask_new_focal_point(party, at=timezone.now())
        messages.success(request, _("Thank you. People can now ask you about this commitment."))
    elif request.POST.get("answer") == "decline":
        # Co-chairs get an email if an accepted task is returned, not if a request is declined.
        if party.focal_point_accepted_at:
            hand_over(party, suggestion="", by=request.user, at=timezone.now())
        else:
            party.decline()
        messages.success(
            request,
            _(
                "You are not the focal point for this commitment. The co-chairs can ask someone "
                "else."
            ),
        )
    else:
        messages.error(request, _("Select “Accept” or “Decline”."))
    return redirect("my-commitments")
