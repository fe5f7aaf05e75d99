"""Views of roundtables, statements and points, and of circulated texts."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import Page
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from outcomes.commitments.as_of import as_of, as_of_context, existing_as_of
from outcomes.commitments.charts import seating_dots
from outcomes.commitments.filters import EventListForm, OutcomeFilterForm
from outcomes.commitments.queries import (
    commitments_to,
    contacts_context,
    focal_point_cards,
    number_of,
    verification_context,
    visible_rewordings,
    with_parties,
)
from outcomes.commitments.statistics import count_by_status
from outcomes.commitments.summary import point_summary, progress_context, progress_summary
from outcomes.contributions.responses import responses_to_point
from outcomes.models import (
    CirculationReply,
    Commitment,
    Outcome,
    OutcomeAddressee,
    Statement,
    StatementVersion,
    Theme,
)
from outcomes.reporting.focal_points import may_write
from outcomes.statements.comparison import compare_texts, split_blocks
from outcomes.statements.parts import (
    Sentence,
    StatementForm,
    page_of_number,
    sentences,
    statement_page,
)
from outcomes.statements.preview import event_or_404, mark_preview
from outcomes.statements.replies import ReplyForm, previous_version, replies_of, reply_readers
from outcomes.statements.silence_procedure import submit_reply
from participants.directory.redirects import redirect_former_name
from participants.models import EventRole, User
from participants.organisations.attendance import (
    ConstituencyGroup,
    attendance_by_constituency,
    count_named,
    filter_by_role,
)
from participants.privacy import visibility
from roundtable.filters.query_forms import get_page
from roundtable.web.negotiation import with_json_file


@require_safe
@login_not_required
def statement_text(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    event = event_or_404(request, slug)
    statement = get_object_or_404(Statement, event=event)
    is_draft = statement.state != Statement.State.PUBLISHED
    versions = [] if is_draft else statement.public_versions()
    texts = [version.text for version in versions if number in (None, version.number)]
    if is_draft and number is None and not event.is_public:
        texts = [statement.canonical_text()]
    if not texts:
        raise Http404
    response = HttpResponse(texts[-1], content_type="text/plain; charset=utf-8")
    return mark_preview(response, event)


@require_safe
def my_circulations(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    at = timezone.now()
    rows = replies_of(request.user, timezone.localdate(at))
    asked = [(row, row.circulation.current_status(at)) for row in rows]
    return render(request, "outcomes/statements/my_circulations.html", {"asked": asked})


@require_http_methods(["GET", "HEAD", "POST"])
def my_circulation(request: HttpRequest, number: int) -> HttpResponse:
    assert isinstance(request.user, User)
    at = timezone.now()
    rows = replies_of(request.user, timezone.localdate(at))
    reply = get_object_or_404(rows, circulation=number)
    version = reply.circulation.version
    form = ReplyForm(request.POST if request.method == "POST" else None, instance=reply)
    if form.is_bound and form.is_valid():
        try:
            reply_saved = submit_reply(
                reply,
                answer=form.cleaned_data["answer"],
                text=form.cleaned_data["text"],
                version=form.cleaned_data["version"],
                by=request.user,
                at=at,
            )
        except ValidationError as mistake:
            form.add_error(None, mistake.messages)
        else:
            messages.success(request, _success_message(reply_saved))
            return redirect("my-circulation", number)
    context = _circulation_context(version) | {
        "reply": CirculationReply.objects.get(pk=reply.pk),
        "form": form,
        "current_status": reply.circulation.current_status(at),
        "deadline": reply.circulation.local_deadline,
    }
    status = 400 if form.is_bound else 200
    return render(request, "outcomes/statements/my_circulation.html", context, status=status)


def _circulation_context(version: StatementVersion) -> dict[str, object]:
    before, is_hidden = previous_version(version), version.is_hidden
    rows = compare_texts(before.text, version.text) if before and not is_hidden else []
    event, parts = version.statement.event, split_blocks(version.text)
    return {
        "version": version,
        "event": event,
        "title": version.statement.title if is_hidden else parts[0].text,
        "is_hidden": is_hidden,
        "blocks": [] if is_hidden else parts[2:],
        "before": before,
        "differences": [row for row in rows if row.differs],
        "cochairs": reply_readers(version, timezone.localdate()),
    }


def _success_message(reply: CirculationReply) -> str:
    if reply.answer == CirculationReply.Answer.OBJECT:
        return _("Your objection is sent to the co-chairs. This version of the text is stopped.")
    return _("Your answer is sent to the co-chairs. You can change it until the deadline.")


MAX_LEDGER_ROWS = 10
MAX_OF_POINT = 50  # commitments on one page of a point


@require_safe
@login_not_required
def event_list(request: HttpRequest) -> HttpResponse:
    form = EventListForm(request.GET)
    points = Outcome.objects.published().filter(parent__isnull=False)
    commitments = Commitment.objects.public()
    events = (
        form.events()
        .select_related("series")
        .annotate(
            point_count=number_of(points, "statement__event"),
            commitment_count=number_of(commitments, "event"),
        )
        .order_by("-starts_on", "code")
    )
    page = get_page(form, events) if form.is_valid() else None
    return render(
        request,
        "outcomes/statements/event_list.html",
        {"form": form, "page": page},
        status=400 if form.errors else 200,
    )


@require_safe
@login_not_required
@with_json_file
def event_detail(request: HttpRequest, slug: str) -> HttpResponse:
    event = event_or_404(request, slug)
    on = timezone.localdate()
    form = StatementForm(request.GET, on)
    form.check_begun(event.starts_on)
    if form.errors:
        return form.render_errors(request)
    viewer = visibility.get_viewer(request.user, on)
    statements = Statement.objects.published() if event.is_public else Statement.objects.all()
    statement = statements.filter(event=event).first()
    if statement:
        statement.event = event
    text = statement_page(form, statement) if statement else None
    if form.errors:  # there is no such page
        return form.render_errors(request)
    rows = as_of(Commitment.objects.public().filter(event=event), form.day)
    commitments = with_parties(rows, on, form.day).order_by("pk")
    constituency_groups = attendance_by_constituency(event)
    counts = count_by_status(rows, on, form.day)
    as_of_query = f"as_of={form.day.isoformat()}&" if form.day else ""
    ledger = commitments[:MAX_LEDGER_ROWS]
    context: dict[str, object] = {
        "event": event,
        "is_preview": not event.is_public,
        "statement": statement,
        "page_form": form,
        "text": text,
        "is_whole_statement_answered": commitments.filter(outcomes=None).exists(),
        "point_count": text.point_count if text else 0,
        "commitments": ledger,
        "focal_point_cards": focal_point_cards(viewer, ledger, on),
        "counts": counts,
        **progress_context(
            counts,
            progress_summary(counts, event.starts_on.year),
            f"?{as_of_query}event={event.slug}&",
        ),
        "benches": constituency_groups,
        "has_source_without_address": any(map(_names_source_without_address, constituency_groups)),
        "seats": seating_dots(constituency_groups),
        "named_count": count_named(constituency_groups),
        "cochairs": filter_by_role(constituency_groups, EventRole.Role.COCHAIR),
        "cohosts": filter_by_role(constituency_groups, EventRole.Role.COHOST),
        "documents": event.documents.order_by(F("dated_on").asc(nulls_last=True), "title"),
        "today": form.day or on,
        "may_write": partial(may_write, request.user, event, on),
    }
    context = context | contacts_context(on, event) | as_of_context(form.day)
    if statement:
        context |= verification_context(statement)
    page = render(request, "outcomes/statements/event_detail.html", context)
    return mark_preview(page, event)


def _names_source_without_address(group: ConstituencyGroup) -> bool:
    """Whether a source is named in `_attendance.html` that is not itself a web address."""
    roles = [role for attending in group.named for role in attending.roles]
    sources = [count.source for count in group.counts]
    sources += [role.source for role in roles if role.source_wording]
    return any(source and "://" not in source for source in sources)


@require_safe
@login_not_required
def outcome_list(request: HttpRequest) -> HttpResponse:
    form = OutcomeFilterForm(request.GET)
    if former := redirect_former_name(request, form, "addressee"):
        return former
    context: dict[str, object] = {"form": form, "page": None}
    if form.is_valid():
        points = form.narrow(form.points()).select_related("parent", "statement__event")
        number = number_of(Commitment.objects.published(), "outcomes")
        points = points.annotate(commitment_count=number)
        themes = form.chosen("theme")
        context |= {
            "page": get_page(form, points),
            "panel": SimpleLazyObject(partial(form.public_panel, form.points())),
            # One theme has a feed and can be followed.
            "theme": Theme.objects.get(slug=themes[0]) if len(themes) == 1 else None,
        }
    return render(
        request,
        "outcomes/statements/outcome_list.html",
        context,
        status=400 if form.errors else 200,
    )


@require_safe
@login_not_required
@with_json_file
def outcome_detail(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    if number != number.lower():
        return redirect("outcome-detail", slug, number.lower(), permanent=True)
    published = Outcome.objects.published().select_related("parent", "statement__event__series")
    outcome = get_object_or_404(published, statement__event__slug=slug, number=number)
    on = timezone.localdate()
    form = StatementForm(request.GET, on)
    form.check_begun(outcome.statement.event.starts_on)
    viewer = visibility.get_viewer(request.user, on)
    if outcome.parent and not outcome.parent.number:
        raise Http404
    if form.errors:
        return form.render_errors(request)
    event = outcome.statement.event
    own = commitments_to(outcome)
    answering = with_parties(own, on, form.day)
    page = _page_of_few(form, as_of(answering, form.day).order_by("pk"))
    if form.errors:  # there is no such page
        return form.render_errors(request)
    to_whole_statement = existing_as_of(
        Commitment.objects.published().answering_whole_statement(event),
        form.day,
    )
    whole = list(to_whole_statement.select_related("event").order_by("pk")[: MAX_OF_POINT + 1])
    has_more = len(whole) > MAX_OF_POINT
    number_to_whole = to_whole_statement.count() if has_more else len(whole)
    found, _has_portal_numbers = sentences(outcome.statement.outcomes.published())
    before, after = _neighbours(outcome, found)
    addressees = list(
        OutcomeAddressee.objects.filter(outcome__in=[outcome.pk, outcome.parent_id])
        .select_related("organisation", "group")
        # Addressees of the point itself come first, those of its lead-in last.
        .order_by(F("outcome__parent").asc(nulls_last=True), "pk")
    )
    counts = count_by_status(as_of(own, form.day), on, form.day)
    as_of_query = f"as_of={form.day.isoformat()}&" if form.day else ""
    context = {
        "outcome": outcome,
        "may_write": partial(may_write, request.user, event, on),
        **progress_context(
            counts,
            point_summary(outcome, counts, number_to_whole),
            f"?{as_of_query}point={slug}/{number}&",
        ),
        "event": event,
        "statement": outcome.statement,
        "points": outcome.points.published()
        .select_related("statement__event")
        .order_by("position", "pk"),
        "addressees": addressees,
        "answers": responses_to_point(outcome, addressees, form.day),
        "page": page,
        "page_form": form,
        "commitments": page.object_list,
        "to_whole_statement": whole[:MAX_OF_POINT],
        "has_more_to_whole_statement": has_more,
        "focal_point_cards": focal_point_cards(viewer, page.object_list, on),
        "before": before,
        "after": after,
        "statement_page": page_of_number(found, outcome.number),
        "rewordings": visible_rewordings(outcome),
        "today": form.day or on,
    } | as_of_context(form.day)
    return render(request, "outcomes/statements/outcome_detail.html", context)


def _page_of_few(form: StatementForm, rows: QuerySet[Commitment]) -> Page[Commitment]:
    """As get_page(), for rows that nearly always are on one page: then nothing counts them."""
    first = list(rows[: MAX_OF_POINT + 1])
    return get_page(form, rows if len(first) > MAX_OF_POINT else first, page_size=MAX_OF_POINT)


def _neighbours(outcome: Outcome, found: list[Sentence]) -> tuple[str, str]:
    """The numbers of the points, or lead-ins, before and after this one; empty if there is none."""
    numbers = [sentence.number for sentence in found if sentence.point]
    if not outcome.parent_id:
        numbers = list(dict.fromkeys(sentence.lead_in_number for sentence in found))
    place = numbers.index(outcome.number)
    before = numbers[place - 1] if place else ""
    after = numbers[place + 1] if place + 1 < len(numbers) else ""
    return before, after
