"""Views of the home page, organisations and static pages."""

from datetime import date
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import views as sitemaps
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from outcomes.commitments.as_of import (
    AsOfForm,
    as_of,
    as_of_context,
    assessments_as_of,
    parties_as_of,
    responses_as_of,
)
from outcomes.commitments.charts import seating_dots
from outcomes.commitments.queries import (
    commitments_of_groups,
    findings_shown,
    focal_point_cards,
    number_of,
    own_reports,
    parties_shown,
    with_parties,
)
from outcomes.commitments.statistics import count_by_status
from outcomes.commitments.summary import organisation_summary, progress_context, progress_summary
from outcomes.data_protection.retention import retention_rules
from outcomes.data_protection.shown import purpose_tables
from outcomes.models import (
    Assessment,
    Commitment,
    CommitmentParty,
    Outcome,
    ProgressUpdate,
    Response,
    Statement,
)
from outcomes.site.sitemaps import SITEMAPS
from participants.demonstration import scope_of_page
from participants.directory import redirects
from participants.models import EventRole, Organisation
from participants.models.delegate import BY_NAME
from participants.organisations.attendance import attendance_by_constituency, count_named
from participants.privacy import visibility
from roundtable.cache.values import get_or_set, pinned
from roundtable.models import Event
from roundtable.responsibility import processors
from roundtable.web.negotiation import with_json_file

HAS_TEXT = Exists(Statement.objects.published().filter(event=OuterRef("pk")))
MAX_NEWEST = 5  # of the other roundtables on the home page
MAX_PER_SECTION = 50  # per section on the page of an organisation


@require_safe
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    form = scope_of_page(request)
    find = partial(_latest_roundtable, form.is_demonstration)
    found = get_or_set(("home", form.is_demonstration), find, pinned)
    return render(request, "outcomes/site/home.html", found | {"form": form})


def _latest_roundtable(is_demonstration: bool) -> dict[str, Any]:
    """What the home page shows to everyone."""
    on = timezone.localdate()
    events = Event.objects.published().filter(is_demonstration=is_demonstration)
    events = events.select_related("series")
    latest = _latest_or_next(events, on)
    context: dict[str, Any] = {"latest": latest, "today": on}
    if latest:
        commitments = Commitment.objects.public().filter(event=latest)
        counts = count_by_status(commitments, on)
        constituency_groups = attendance_by_constituency(latest)
        agreed = Outcome.objects.published().filter(statement__event=latest)
        lead_ins = (
            agreed.select_related("statement")
            .lead_ins()
            .annotate(point_count=number_of(Outcome.objects.published(), "parent"))
        )
        coming = events.filter(starts_on__gt=on).exclude(pk=latest.pk).order_by("starts_on").first()
        placed = [row.pk for row in (latest, coming) if row]
        others: QuerySet[Any] = events.exclude(pk__in=placed).annotate(has_text=HAS_TEXT)
        context |= {
            "counts": counts,
            **progress_context(
                counts, progress_summary(counts, latest.starts_on.year), f"?event={latest.slug}&"
            ),
            "benches": constituency_groups,
            "seats": seating_dots(constituency_groups),
            "named_count": count_named(constituency_groups),
            "lead_ins": list(lead_ins),
            "point_count": agreed.points().count(),
            "coming": coming,
            "due_next": list(
                commitments.due_from(on)
                .select_related("event")
                .prefetch_related(parties_shown(on), findings_shown())[:5]
            ),
            "changed": list(
                ProgressUpdate.objects.published()
                .of_party()
                .filter(commitment__event__is_demonstration=is_demonstration)
                .select_related("commitment__event", "party__organisation", "party__group")
                .prefetch_related(
                    parties_shown(on, "commitment__parties"),
                    findings_shown("commitment__assessments"),
                )[:5]
            ),
            # Newer roundtables never push one with an agreed text off the page.
            "others": [
                row for place, row in enumerate(others) if row.has_text or place < MAX_NEWEST
            ],
        }
    return context


def _latest_or_next(events: QuerySet[Event], on: date) -> Event | None:
    """The latest roundtable with a statement, else the latest that has begun, else the next."""
    begun = events.filter(starts_on__lte=on).order_by("-starts_on", "code")
    return (
        begun.filter(HAS_TEXT).first()
        or begun.first()
        or events.order_by("starts_on", "code").first()
    )


@require_safe
@login_not_required
@with_json_file
def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = Organisation.objects.published().filter(slug=slug).first()
    if organisation is None:  # it may be merged into another organisation
        return redirects.redirect_or_404(request, redirects.organisation_redirect_url(slug))
    on = timezone.localdate()
    form = AsOfForm(request.GET, on)
    if form.errors:
        return form.render_errors(request)
    viewer = visibility.get_viewer(request.user, on)
    as_party = CommitmentParty.objects.filter(organisation=organisation)
    published = Commitment.objects.published().filter(
        pk__in=parties_as_of(as_party, form.day).values("commitment")
    )
    commitments = as_of(with_parties(published, on, form.day), form.day).order_by(
        "-event__starts_on", "pk"
    )[:MAX_PER_SECTION]
    responses = (
        responses_as_of(Response.objects.published(), form.day)
        .filter(organisation=organisation)
        .select_related("outcome__statement__event")
    )
    assessments = (
        assessments_as_of(Assessment.objects.published(), form.day)
        .filter(organisation=organisation)
        .select_related("commitment__event")
        .prefetch_related(parties_shown(on, "commitment__parties", form.day))
    )
    roles = organisation.roles.filter(event__is_public=True).select_related("event")
    people = visibility.listed_at_organisation(organisation, viewer, on).order_by(*BY_NAME)
    counts = count_by_status(as_of(published, form.day), on, form.day)
    as_of_query = f"as_of={form.day.isoformat()}&" if form.day else ""
    context = {
        "organisation": organisation,
        **progress_context(
            counts,
            organisation_summary(counts, own_reports(organisation, form.day).count()),
            f"?{as_of_query}party={organisation.slug}&",
        ),
        "roles": roles.filter(event__starts_on__lte=form.day) if form.day else roles,
        "commitments": commitments,
        "focal_point_cards": focal_point_cards(viewer, commitments, on),
        "group_commitments": commitments_of_groups(organisation, on, form.day)[:MAX_PER_SECTION],
        "responses": responses[:MAX_PER_SECTION],
        "assessments": assessments[:MAX_PER_SECTION],
        "people": visibility.make_cards(people[:MAX_PER_SECTION]),
        "viewer": viewer,
        "today": form.day or on,
    } | as_of_context(form.day)
    return render(request, "outcomes/site/organisation_detail.html", context)


@require_safe
@login_not_required
def sitemap_index(request: HttpRequest) -> HttpResponse:
    return sitemaps.index(request, SITEMAPS, sitemap_url_name="sitemap-section")


@require_safe
@login_not_required
def sitemap_section(request: HttpRequest, section: str) -> HttpResponse:
    return sitemaps.sitemap(request, SITEMAPS, section)


@require_safe
@login_not_required
def static_page(request: HttpRequest, template: str) -> HttpResponse:
    return render(request, template)


@require_safe
@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    roles = EventRole.objects.filter(role=EventRole.Role.COCHAIR, event__is_public=True)
    roles = roles.filter(event__is_demonstration=False).select_related("organisation")
    names = (role.organisation.public_name for role in roles.order_by("pk"))
    context = {
        "purposes": purpose_tables(),
        "rules": retention_rules(),
        "cochairs": list(dict.fromkeys(names)),
        "arrangement_url": settings.ARRANGEMENT_URL,
        "processors": processors(),
    }
    return render(request, "outcomes/site/privacy.html", context)
