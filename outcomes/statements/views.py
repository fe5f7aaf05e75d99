"""What was agreed: roundtables, their statements, and single points."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from outcomes.commitments.as_of import AsOfForm, as_of, columns, looking_back, made_by
from outcomes.commitments.charts import bars, seats, shares
from outcomes.commitments.filters import OutcomeFilterForm
from outcomes.commitments.queries import checkable, contacts, corrected, reach, with_parties
from outcomes.commitments.statistics import count
from outcomes.contributions.responses import answers_to
from outcomes.models import (
    Commitment,
    Outcome,
    OutcomeAddressee,
    Reply,
    Statement,
    StatementVersion,
    Theme,
)
from outcomes.statements.comparison import blocks, side_by_side
from outcomes.statements.replies import ReplyForm, replies_of, version_before, who_reads_answers
from outcomes.statements.silence_procedure import answer
from participants.models import EventRole, User
from participants.organisations.attendance import roll, with_role
from participants.privacy import visibility
from roundtable.models import Event
from roundtable.query_forms import ListForm, page_of


@require_safe
@login_not_required
def statement_text(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """The canonical text of the published statement, or of an earlier version that was public."""
    statement = get_object_or_404(Statement.objects.published(), event__slug=slug)
    versions = statement.public_versions()
    wanted = [version for version in versions if number in (None, version.number)]
    if not wanted:
        raise Http404
    return HttpResponse(wanted[-1].text, content_type="text/plain; charset=utf-8")


@require_safe
def my_circulations(request: HttpRequest) -> HttpResponse:
    """The texts that the organisations I speak for were asked about."""
    assert isinstance(request.user, User)
    at = timezone.now()
    rows = replies_of(request.user, timezone.localdate(at))
    asked = [(row, row.circulation.standing(at)) for row in rows]
    return render(request, "outcomes/my_circulations.html", {"asked": asked})


@require_http_methods(["GET", "HEAD", "POST"])
def my_circulation(request: HttpRequest, number: int) -> HttpResponse:
    """One of them: the text, what changed in it, and a form to answer while it is open."""
    assert isinstance(request.user, User)
    at = timezone.now()
    rows = replies_of(request.user, timezone.localdate(at))
    reply = get_object_or_404(rows, circulation=number)
    version = reply.circulation.version
    form = ReplyForm(request.POST if request.method == "POST" else None, instance=reply)
    if form.is_bound and form.is_valid():
        try:
            said = answer(
                reply,
                answer=form.cleaned_data["answer"],
                text=form.cleaned_data["text"],
                seen=form.cleaned_data["seen"],
                by=request.user,
                at=at,
            )
        except ValidationError as mistake:
            form.add_error(None, mistake.messages)
        else:
            messages.success(request, _thanks(said))
            return redirect("my-circulation", number)
    context = _shown(version) | {
        "reply": Reply.objects.get(pk=reply.pk),
        "form": form,
        "standing": reply.circulation.standing(at),
        "deadline": reply.circulation.deadline_there,
    }
    status = 400 if form.is_bound else 200
    return render(request, "outcomes/my_circulation.html", context, status=status)


def _shown(version: StatementVersion) -> dict[str, object]:
    before, is_hidden = version_before(version), version.is_hidden
    rows = side_by_side(before.text, version.text) if before and not is_hidden else []
    event, parts = version.statement.event, blocks(version.text)
    return {
        "version": version,
        "event": event,
        "title": version.statement.title if is_hidden else parts[0].text,
        "is_hidden": is_hidden,
        "blocks": [] if is_hidden else parts[2:],
        "before": before,
        "differences": [row for row in rows if row.differs],
        "cochairs": who_reads_answers(version, timezone.localdate()),
    }


def _thanks(reply: Reply) -> str:
    if reply.answer == Reply.Answer.OBJECT:
        return _("Your objection is with the co-chairs, and the text does not go on as it stands.")
    return _("Your answer is with the co-chairs. You may change it until the deadline.")


LEDGER_LENGTH = 10


@require_safe
@login_not_required
def event_list(request: HttpRequest) -> HttpResponse:
    """The public roundtables, the latest first."""
    points = Q(
        statement__state=Statement.State.PUBLISHED,
        statement__outcomes__parent__isnull=False,
        statement__outcomes__number__gt="",
    )
    events = (
        Event.objects.published()
        .select_related("series")
        .annotate(
            point_count=Count("statement__outcomes", filter=points, distinct=True),
            commitment_count=Count("commitments", distinct=True),
        )
        .order_by("-starts_on", "code")
    )
    form = ListForm(request.GET)
    page = page_of(form, events) if form.is_valid() else None
    return render(
        request,
        "outcomes/event_list.html",
        {"form": form, "page": page},
        status=400 if form.errors else 200,
    )


@require_safe
@login_not_required
def event_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One roundtable with all that is known of it."""
    event = get_object_or_404(Event.objects.published().select_related("series"), slug=slug)
    on = timezone.localdate()
    form = AsOfForm(request.GET, on)
    form.check_begun(event.starts_on)
    if form.errors:
        return form.refuse(request)
    viewer = visibility.viewer_of(request.user, on)
    statement = Statement.objects.published().filter(event=event).first()
    lead_ins = _lead_ins(statement, form.day) if statement else []
    rows = as_of(Commitment.objects.filter(event=event), form.day)
    commitments = with_parties(rows).order_by("pk")
    benches = roll(event)
    counts = count(rows, form.day or on, stand=columns(form.day))
    parts = shares(counts)
    ledger = commitments[:LEDGER_LENGTH]
    context: dict[str, object] = {
        "event": event,
        "statement": statement,
        "lead_ins": lead_ins,
        "point_count": sum(len(lead_in.points.all()) for lead_in in lead_ins),
        "commitments": ledger,
        "reach": reach(viewer, ledger, on),
        "counts": counts,
        "reported": counts["all"] - counts["no-update"],
        "shares": parts,
        "bars": bars(parts),
        "benches": benches,
        "seats": seats(benches),
        "cochairs": with_role(benches, EventRole.Role.COCHAIR),
        "cohosts": with_role(benches, EventRole.Role.COHOST),
        "documents": event.documents.order_by(F("dated_on").asc(nulls_last=True), "title"),
        "today": form.day or on,
    }
    context = context | contacts(on, event) | looking_back(form.day)
    if statement:
        statement.event = event
        context |= checkable(statement)
    return render(request, "outcomes/event_detail.html", context)


def _lead_ins(statement: Statement, day: date | None) -> list[Outcome]:
    made = made_by(Commitment.objects.published(), day)
    commitments = as_of(made, day).select_related("event").order_by("pk")
    outcomes = statement.outcomes.published()
    points = outcomes.order_by("position", "pk").prefetch_related(
        Prefetch("commitments", commitments)
    )
    return list(outcomes.lead_ins().prefetch_related(Prefetch("points", points)))


@require_safe
@login_not_required
def outcome_list(request: HttpRequest) -> HttpResponse:
    """The points of all published statements."""
    form = OutcomeFilterForm(request.GET)
    published = Outcome.objects.published().points()
    page = theme = None
    if form.is_valid():
        if slug := form.cleaned_data["theme"]:
            theme = Theme.objects.get(slug=slug)
        points = form.filter(published).select_related("parent", "statement__event")
        shown = Q(commitments__event__is_public=True)
        page = page_of(form, points.annotate(commitment_count=Count("commitments", filter=shown)))
    return render(
        request,
        "outcomes/outcome_list.html",
        {"form": form, "page": page, "theme": theme},
        status=400 if form.errors else 200,
    )


@require_safe
@login_not_required
def outcome_detail(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """One lead-in with its points, or one point as a full sentence."""
    if number != number.lower():
        return redirect("outcome-detail", slug, number.lower(), permanent=True)
    published = Outcome.objects.published().select_related("parent", "statement__event__series")
    outcome = get_object_or_404(published, statement__event__slug=slug, number=number)
    on = timezone.localdate()
    form = AsOfForm(request.GET, on)
    form.check_begun(outcome.statement.event.starts_on)
    viewer = visibility.viewer_of(request.user, on)
    if outcome.parent and not outcome.parent.number:
        raise Http404
    if form.errors:
        return form.refuse(request)
    made = made_by(outcome.commitments.published(), form.day)
    commitments = as_of(with_parties(made), form.day).order_by("pk")
    before, after = _neighbours(outcome)
    spoken_to = list(
        OutcomeAddressee.objects.filter(outcome__in=[outcome.pk, outcome.parent_id])
        .select_related("organisation", "group")
        # Whom the point itself speaks to stands first.
        .order_by(F("outcome__parent").asc(nulls_last=True), "pk")
    )
    context = {
        "outcome": outcome,
        "event": outcome.statement.event,
        "statement": outcome.statement,
        "points": outcome.points.published()
        .select_related("statement__event")
        .order_by("position", "pk"),
        "addressees": spoken_to,
        "answers": answers_to(outcome, spoken_to, form.day),
        "commitments": commitments,
        "reach": reach(viewer, commitments, on),
        "before": before,
        "after": after,
        "rewordings": corrected(outcome),
        "today": form.day or on,
    } | looking_back(form.day)
    return render(request, "outcomes/outcome_detail.html", context)


def _neighbours(outcome: Outcome) -> tuple[Outcome | None, Outcome | None]:
    """What stands before and after it in its statement, lead-ins and points apart."""
    everything = outcome.statement.outcomes.published().select_related("statement__event")
    siblings = list(everything.points() if outcome.parent_id else everything.lead_ins())
    place = siblings.index(outcome)
    before = siblings[place - 1] if place else None
    after = siblings[place + 1] if place + 1 < len(siblings) else None
    return before, after
