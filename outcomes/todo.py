"""What waits for whoever opens the desk: one number and one link for each kind of thing.

A number is that of the rows in the list behind its link: both come from the same filter. To add a
kind, add a function to SOURCES.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from outcomes.models import (
    Assessment,
    Commitment,
    Offer,
    ProgressUpdate,
    Response,
    Statement,
    Upload,
)
from participants.models import (
    Delegate,
    FactorReset,
    Grant,
    InvitationRequest,
    ParticipantList,
    Participation,
)
from participants.permissions import Rights
from participants.privacy.retention import running_out
from roundtable.mail.batches import Batch
from roundtable.models import Event

# Fewer are not counted: it would say of whom.
FEWEST_PEOPLE = 5


@dataclass(frozen=True)
class Entry:
    """One line: how many of what, and where they stand."""

    label: str | Promise
    number: int
    url: str
    hint: str | Promise = ""


Source = Callable[[AdminSite, HttpRequest], Entry | None]


def rows_of(
    site: AdminSite, request: HttpRequest, model: type[Model], query: dict[str, str]
) -> QuerySet[Any]:
    """The rows that the list of a model shows under this address."""
    desk: Any = site.get_model_admin(model)
    rows: QuerySet[Any] = desk.get_queryset(request)
    for kind in desk.get_list_filter(request):
        name = getattr(kind, "parameter_name", None)
        if name in query:
            rows = kind(request, {name: [query[name]]}, model, desk).queryset(request, rows)
    return rows


def _link(model: type[Model], query: dict[str, str]) -> str:
    meta = model._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return f"{address}?{urlencode(query)}"


def _listed(
    label: str | Promise,
    model: type[Model],
    query: dict[str, str],
    may: Callable[[Rights], bool],
    site: AdminSite,
    request: HttpRequest,
) -> Entry | None:
    """The rows of a list, for who may do something about them."""
    desk: Any = site.get_model_admin(model)
    if not (may(desk.rights_of(request)) and desk.has_view_permission(request)):
        return None
    number = rows_of(site, request, model, query).count()
    return Entry(label, number, _link(model, query))


def _decides(mine: Rights) -> bool:
    return mine.decides_somewhere


def _edits(mine: Rights) -> bool:
    return mine.edits_somewhere


def consents(site: AdminSite, request: HttpRequest) -> Entry | None:
    """Profiles that are soon asked whether all is still right, or have not answered: a count alone.

    Who they are is told to nobody, and fewer than five are not counted.
    """
    desk: Any = site.get_model_admin(Delegate)
    mine: Rights = desk.rights_of(request)
    if not mine.decides_somewhere:
        return None
    events = None if mine.is_operator else mine.decidable
    number = running_out(events, timezone.localdate())
    return Entry(
        _("Profiles whose yearly question comes within 30 days, or waits for an answer"),
        number if number >= FEWEST_PEOPLE else 0,
        _link(Delegate, {"invitation": "agreed"}),
        _(
            "The portal writes to them itself and tells nobody who they are. You may remind all "
            "who joined to look at their profile."
        ),
    )


def uploads(site: AdminSite, request: HttpRequest) -> Entry | None:
    """Files that the viewer began to bring in, and has neither stored nor removed."""
    desk: Any = site.get_model_admin(Event)
    mine: Rights = desk.rights_of(request)
    if not mine.edits_somewhere:
        return None
    number = Upload.objects.filter(user=mine.user, ended_at=None).count()
    return Entry(
        _("Files that you began to bring in"),
        number,
        reverse("admin:roundtable_event_workbook_in"),
    )


FOR_ME = {"waits": "me"}
SOURCES: tuple[Source, ...] = (
    partial(_listed, _("Texts that wait for your signature"), Statement, FOR_ME, _decides),
    partial(_listed, _("Progress updates to approve"), ProgressUpdate, FOR_ME, _decides),
    partial(_listed, _("Answers to recommendations to approve"), Response, FOR_ME, _decides),
    partial(_listed, _("Offers to approve"), Offer, FOR_ME, _decides),
    partial(_listed, _("Assessments to approve"), Assessment, FOR_ME, _decides),
    partial(_listed, _("Participations to confirm"), Participation, FOR_ME, _decides),
    partial(_listed, _("People who ask to be invited"), InvitationRequest, FOR_ME, _decides),
    partial(
        _listed, _("Invitations not answered"), Delegate, {"invitation": "unanswered"}, _decides
    ),
    partial(_listed, _("Lists of participants to agree to"), ParticipantList, FOR_ME, _decides),
    partial(_listed, _("Second factors to take off"), FactorReset, FOR_ME, _decides),
    partial(_listed, _("Overdue commitments"), Commitment, {"standing": "overdue"}, _edits),
    partial(
        _listed,
        _("Commitments whose parties are silent"),
        Commitment,
        {"standing": "silent"},
        _edits,
    ),
    partial(
        _listed,
        _("Commitments whose focal point gave the task back"),
        Commitment,
        {"standing": "given-back"},
        _edits,
    ),
    consents,
    uploads,
    partial(_listed, _("Mail that can be called off still"), Batch, FOR_ME, _decides),
    partial(_listed, _("Grants that end within 30 days"), Grant, {"holds": "ends-soon"}, _decides),
)


def todo(site: AdminSite, request: HttpRequest) -> list[Entry]:
    """What waits for the viewer; nothing is listed of which there is none."""
    found = [source(site, request) for source in SOURCES]
    return [entry for entry in found if entry is not None and entry.number]
