"""Tasks on the start page of the admin: what waits, and what one can start.

Numbers use the same filter as the list behind the link. Add what can wait to SOURCES.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from outcomes.commitments.admin_filters import needs_attention
from outcomes.models import (
    Commitment,
    CommitmentState,
    ProgressUpdate,
    ReportingRound,
    Statement,
    Upload,
)
from outcomes.site.next_roundtable import last_roundtables
from participants.accounts.carry_over import events_to_fill
from participants.admin_base.fields import request_permissions
from participants.decisions.queue import waiting_count
from participants.models import (
    Delegate,
    Grant,
    Participation,
)
from participants.permissions import EventPermissions, visible_people
from participants.privacy.retention import count_reviews_due
from roundtable.mail.models import MailBatch
from roundtable.models import Event

# A smaller number would reveal who they are.
MIN_PEOPLE = 5
# What commitments need, as in the filter of their list.
ATTENTION = ("overdue", "silent", "given-back", "disputed")


@dataclass(frozen=True)
class TodoItem:
    """A kind of task, its number and a link to the list."""

    label: str | Promise
    number: int
    url: str
    hint: str | Promise = ""


Numbers = dict[str, int]
TodoSource = Callable[[AdminSite, HttpRequest], TodoItem | None]


def changelist_rows(
    site: AdminSite, request: HttpRequest, model: type[Model], query: dict[str, str]
) -> QuerySet[Any]:
    """The rows that the admin list of a model shows for this query."""
    model_admin: Any = site.get_model_admin(model)
    rows: QuerySet[Any] = model_admin.visible_rows(request)
    for kind in model_admin.get_list_filter(request):
        name = getattr(kind, "parameter_name", None)
        if name in query:
            rows = kind(request, {name: [query[name]]}, model, model_admin).queryset(request, rows)
    return rows


def _changelist_url(model: type[Model], query: dict[str, str]) -> str:
    meta = model._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return f"{address}?{urlencode(query)}"


PENDING_FOR_ME = {"waits": "me"}


def pending_list(
    label: str | Promise,
    model: type[Model],
    query: dict[str, str] = PENDING_FOR_ME,
    *,
    concerns: str = "can_decide_any",
) -> TodoSource:
    """Counts the rows of an admin list, for those with this property of EventPermissions."""

    def item(site: AdminSite, request: HttpRequest) -> TodoItem | None:
        permissions, model_admin = request_permissions(request), site.get_model_admin(model)
        if not getattr(permissions, concerns) or not model_admin.has_view_permission(request):
            return None
        number = changelist_rows(site, request, model, query).count()
        return TodoItem(label, number, _changelist_url(model, query))

    return item


def attention_list(label: str | Promise, value: str) -> TodoSource:
    """Counts the commitments that need this attention, for those who edit some."""

    def item(site: AdminSite, request: HttpRequest) -> TodoItem | None:
        if not request_permissions(request).can_edit_any:
            return None
        number = _commitment_numbers(site, request)[value]
        return TodoItem(label, number, _changelist_url(Commitment, {"standing": value}))

    return item


def profile_reviews(site: AdminSite, request: HttpRequest) -> TodoItem | None:
    permissions = request_permissions(request)
    if not permissions.can_decide_any:
        return None
    people = visible_people(permissions)
    if not permissions.is_operator:
        participations = Participation.objects.filter(event__in=permissions.decidable)
        people = people.filter(pk__in=participations.values("delegate"))
    number = count_reviews_due(people, timezone.localdate())
    return TodoItem(
        _("Profiles with a yearly review in the next 30 days, or with no answer to it yet"),
        number if number >= MIN_PEOPLE else 0,
        _changelist_url(Delegate, {"invitation": "agreed"}),
        _(
            "The portal writes to these people itself and tells no one who they are. You "
            "can remind everyone who joined to check their profile."
        ),
    )


def unfinished_uploads(site: AdminSite, request: HttpRequest) -> TodoItem | None:
    permissions = request_permissions(request)
    if not permissions.can_edit_any:
        return None
    number = Upload.objects.filter(user=permissions.user, finished_at=None).count()
    return TodoItem(
        _("Files that you started to import"),
        number,
        reverse("admin:roundtable_event_import"),
    )


def decisions(site: AdminSite, request: HttpRequest) -> TodoItem | None:
    number = waiting_count(request_permissions(request), timezone.now())
    return TodoItem(_("Decide"), number, reverse("admin:decide"))


SOURCES: tuple[TodoSource, ...] = (
    decisions,
    pending_list(_("Invitations not answered"), Delegate, {"invitation": "unanswered"}),
    attention_list(_("Commitments past their due date"), "overdue"),
    attention_list(_("Commitments whose parties have not answered two reporting rounds"), "silent"),
    attention_list(_("Commitments whose focal point returned the task"), "given-back"),
    attention_list(_("Commitments with a text that a party does not recognise"), "disputed"),
    pending_list(
        _("Reports that no longer set a status, because their submitter is not known"),
        ProgressUpdate,
        {"voice": "unknown"},
        concerns="can_edit_any",
    ),
    profile_reviews,
    unfinished_uploads,
    pending_list(_("Emails that you can still cancel"), MailBatch),
    pending_list(_("Grants that end within 30 days"), Grant, {"holds": "ends-soon"}),
)


def todo_items(site: AdminSite, request: HttpRequest) -> list[TodoItem]:
    found = [source(site, request) for source in SOURCES]
    return [entry for entry in found if entry is not None and entry.number]


def start_items(site: AdminSite, request: HttpRequest) -> list[TodoItem]:
    """What one can start without being asked, with how much there is."""
    permissions, numbers = request_permissions(request), _commitment_numbers(site, request)
    found: list[TodoItem | None] = [
        _first_roundtable(site, request),
        *_next_roundtables(permissions),
        *_carry_over(permissions),
        _add_people(site, request),
        _ask_for_reports(site, request, numbers),
        _correct_text(site, request),
        _record_commitment(site, request, numbers),
    ]
    if permissions.can_edit_any:
        people = changelist_rows(site, request, Delegate, {}).count()
        hint = ngettext(
            "%(number)d person is recorded. You see each row before anything is saved.",
            "%(number)d people are recorded. You see each row before anything is saved.",
            people,
        )
        address = reverse("admin:roundtable_event_import")
        found.append(
            TodoItem(_("Import delegates or commitments"), 0, address, hint % {"number": people})
        )
    return [item for item in found if item]


def _first_roundtable(site: AdminSite, request: HttpRequest) -> TodoItem | None:
    admin: Any = site.get_model_admin(Event)
    if not admin.has_add_permission(request) or admin.visible_rows(request).exists():
        return None
    return TodoItem(
        _("Add the first roundtable"),
        0,
        reverse("admin:roundtable_event_add"),
        _("Then write its text, invite its delegates and record what they undertake."),
    )


def _next_roundtables(viewer: EventPermissions) -> Iterator[TodoItem]:
    for event in last_roundtables(viewer):
        yield TodoItem(
            _("Start the next roundtable"),
            0,
            reverse("admin:start_next", args=[event.pk]),
            str(event),
        )


def _carry_over(viewer: EventPermissions) -> Iterator[TodoItem]:
    for event, number in events_to_fill(viewer):
        hint = ngettext("For %(event)s: %(n)d right.", "For %(event)s: %(n)d rights.", number)
        yield TodoItem(
            _("Carry over the rights of the last roundtable"),
            0,
            reverse("admin:carry_over", args=[event.pk]),
            hint % {"event": event, "n": number},
        )


def _add_people(site: AdminSite, request: HttpRequest) -> TodoItem | None:
    if not site.get_model_admin(Delegate).has_add_permission(request):
        return None
    return TodoItem(
        _("Add people whom a letter names"),
        0,
        reverse("admin:participants_delegate_add"),
        _("Enter the letter with the first of them, and choose it for the others."),
    )


def _ask_for_reports(site: AdminSite, request: HttpRequest, numbers: Numbers) -> TodoItem | None:
    if not site.get_model_admin(ReportingRound).has_add_permission(request):
        return None
    if not numbers["number"]:
        return None
    hint = ngettext(
        "Of %(number)d commitment, %(late)d past its due date, %(never)d never reported on.",
        "Of %(number)d commitments, %(late)d past their due date, %(never)d never reported on.",
        numbers["number"],
    )
    address = reverse("admin:outcomes_reportinground_add")
    return TodoItem(
        _("Ask for reports"), 0, address, hint % {**numbers, "late": numbers["overdue"]}
    )


def _correct_text(site: AdminSite, request: HttpRequest) -> TodoItem | None:
    if not request_permissions(request).can_edit_any:
        return None
    published = changelist_rows(site, request, Statement, {}).filter(
        state=Statement.State.PUBLISHED
    )
    numbers = list(published.values_list("pk", flat=True))
    if not numbers:
        return None
    address = _changelist_url(Statement, {"state__exact": Statement.State.PUBLISHED})
    if len(numbers) == 1:
        address = reverse("admin:outcomes_statement_corrigendum", args=numbers)
    hint = ngettext(
        "%(number)d text is published. The former wording stays on record.",
        "%(number)d texts are published. The former wording stays on record.",
        len(numbers),
    )
    return TodoItem(_("Correct a published text"), 0, address, hint % {"number": len(numbers)})


def _record_commitment(site: AdminSite, request: HttpRequest, numbers: Numbers) -> TodoItem | None:
    if not site.get_model_admin(Commitment).has_add_permission(request):
        return None
    number = numbers["all"]
    hint = ngettext(
        "%(number)d commitment is recorded.", "%(number)d commitments are recorded.", number
    )
    address = reverse("admin:outcomes_commitment_add")
    return TodoItem(_("Record a commitment"), 0, address, hint % {"number": number})


def _commitment_numbers(site: AdminSite, request: HttpRequest) -> Numbers:
    """Counted together, once per request."""
    known: Numbers | None = getattr(request, "commitment_numbers", None)
    if known is None:
        on, is_public = timezone.localdate(), Q(state=CommitmentState.PUBLIC)
        counted = {
            "all": Q(),
            "number": is_public,
            "never": is_public & needs_attention("never", on),
            **{value: needs_attention(value, on) for value in ATTENTION},
        }
        known = changelist_rows(site, request, Commitment, {}).aggregate(
            **{name: Count("pk", filter=condition) for name, condition in counted.items()}
        )
        request.commitment_numbers = known  # type: ignore[attr-defined]
    return known
