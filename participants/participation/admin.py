"""Admin of participations, and the end of those of people who left their organisation."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Case, Prefetch, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from participants.accounts.addresses import has_joined
from participants.admin_base.fields import SuspensionForm, request_permissions
from participants.admin_base.filters import ConfirmedFilter, EventFilter
from participants.admin_base.private import PrivateAdmin
from participants.admin_base.site import render_page
from participants.display_names import participant_name
from participants.models import Delegate, Participation, ParticipationConfirmation
from participants.participation.change_code_admin import change_code_view, may_fetch_codes
from participants.participation.closure_admin import close_list_view, events_to_close
from participants.participation.confirmation import (
    RELATED,
    end_participation,
    is_sufficient,
    suspend_participation,
)
from participants.participation.departure import may_record_departure, record_departure
from participants.participation.requirement import missing_confirmation
from participants.permissions import EventPermissions, visible_participations, visible_people

# On a phone, the sign alone is printed.
CONFIRMED = '<span class="sure" aria-hidden="true">✓</span><span class="word"> {}</span>'


@admin.action(description=_("Record that they left the organisation"), permissions=["decide"])
def left(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Delegate]
) -> HttpResponse | None:
    permissions = request_permissions(request)
    people = list(queryset.select_related("user"))
    ready = [person for person in people if may_record_departure(person, permissions)]
    if "confirmed" not in request.POST:
        context = {
            "title": _("Did these people leave their organisation?"),
            "joined": [person for person in ready if has_joined(person)],
            "not_joined": [person for person in ready if not has_joined(person)],
            "ready": ready,
            "left": [person for person in people if person not in ready],
            "masks_addresses": permissions.is_operator,
        }
        template = "participants/participation/admin/left_organisation.html"
        return render_page(request, Delegate, template, context)
    at, recorded = timezone.now(), 0
    with transaction.atomic():
        Delegate.lock_all(person.pk for person in ready)
        for person in ready:
            parts = person.participations.values_list("event_id", flat=True)
            events = [event for event in parts if permissions.may_decide(event)]
            recorded += record_departure(delegate=person, by=permissions.user, events=events, at=at)
    model_admin.report_counts(
        request,
        done=recorded,
        success=ngettext_lazy(
            "You recorded that %d person left.", "You recorded that %d people left."
        ),
        skipped=len(ready) - recorded,
        warning=ngettext_lazy(
            "%d person is not changed, because there is no confirmed participation that you can "
            "suspend.",
            "%d people are not changed, because there are no confirmed participations that you "
            "can suspend.",
        ),
    )
    return None


def with_visible_names(rows: QuerySet[Any], permissions: EventPermissions) -> QuerySet[Any]:
    """Annotates participations with what they are found and sorted by: names that are shown."""
    is_named = Q(delegate__in=visible_people(permissions).values("pk"))
    shown: QuerySet[Any] = rows.annotate(
        **{
            f"visible_{name}": Case(When(is_named, then=f"delegate__{name}"), default=Value(""))
            for name in ("name", "name_latin", "sort_name")
        }
    )
    return shown


@admin.register(Participation)
class ParticipationAdmin(PrivateAdmin):
    """Participations to confirm. They are edited with the delegate."""

    event_path = "event"
    waits_in_queue = True
    # They are edited with the delegate. Others exclude people by what they took part for, so none
    # is deleted: it is suspended instead.
    unavailable = ("add", "change", "delete")
    fields = [
        "delegate",
        "event",
        "organisation",
        "capacity",
        "nomination",
        "confirmations",
        "confirmed_at",
        "details_open_on",
    ]
    # Short, so that a row has two lines on a phone. Its page has the rest.
    list_display = ["delegate", "body", "state", "capacity", "roundtable"]
    list_filter = [ConfirmedFilter, EventFilter]
    list_select_related = RELATED
    list_per_page = 100  # so that a meeting fits
    ordering = ["event"]  # then the names that are shown, not all of them
    search_fields = ["visible_name", "visible_name_latin", "organisation__name"]
    search_help_text = _("Name of the person or of the organisation")
    actions = ["suspend", "end"]
    change_list_template = "participants/participation/admin/participation_change_list.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(close_list_view)
        name = "participants_participation_close"
        close = path("close/<bounded_int:event_id>/", view, name=name)
        code_view = self.admin_site.admin_view(change_code_view)
        code = path("code/", code_view, name="participants_participation_code")
        return [close, code, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        permissions = request_permissions(request)
        more: dict[str, Any] = {
            "events_to_close": events_to_close(permissions),
            "may_fetch_codes": may_fetch_codes(permissions),
            "may_freeze": permissions.can_confirm_any,
            "may_add": permissions.can_edit_any,
        }
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def visible_rows(self, request: HttpRequest) -> QuerySet[Participation]:
        given = ParticipationConfirmation.objects.select_related("on_behalf_of", "by")
        shown = visible_participations(request_permissions(request))
        rows = super().visible_rows(request).filter(pk__in=shown.values("pk"))
        return rows.prefetch_related(Prefetch("confirmations", queryset=given))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = with_visible_names(self.visible_rows(request), request_permissions(request))
        return rows.order_by("event", "visible_sort_name", "pk")

    def _person_column(self, request: HttpRequest, name: str) -> Callable[[Any], str]:
        if name != "delegate":
            return super()._person_column(request, name)
        viewer = request_permissions(request)

        @admin.display(description=_("delegate"), ordering="visible_sort_name")
        def delegate(row: Participation) -> str:
            return participant_name(row, viewer)

        return delegate

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = super().get_list_display(request)
        # Said once, above the list.
        is_one = EventFilter.parameter_name in request.GET
        return [name for name in shown if not is_one or name != "roundtable"]

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        # The actions check each row.
        return request_permissions(request).can_confirm_any

    @admin.display(description=_("roundtable"), ordering="event__code")
    def roundtable(self, row: Participation) -> str:
        return row.event.code

    @admin.display(description=_("organisation"), ordering="organisation__name")
    def body(self, row: Participation) -> str:
        return row.organisation.internal_short

    @admin.display(description=_("state"))
    def state(self, row: Participation) -> str:
        if row.suspended_at:
            return _suspension(row, missing_confirmation(row))
        if row.frozen_at:
            return gettext("Frozen")
        if not is_sufficient(row):
            return missing_confirmation(row)
        return format_html(CONFIRMED, gettext("Confirmed"))

    @admin.display(description=_("confirmed by"))
    def confirmations(self, row: Participation) -> str:
        given = list(row.confirmations.all())
        names = ", ".join(_confirmed_by(confirmation) for confirmation in given)
        if row.suspended_at:
            return _suspension(row, missing_confirmation(row))
        if row.frozen_at:
            return f"{gettext('Frozen')} – {names}"
        if is_sufficient(row):
            return names
        missing = missing_confirmation(row)
        return f"{names} – {missing}" if names else missing

    @admin.action(description=_("Suspend participation"), permissions=["confirm"])
    def suspend(
        self, request: HttpRequest, queryset: QuerySet[Participation]
    ) -> HttpResponse | None:
        by, at, rows = request_permissions(request).user, timezone.now(), list(queryset)
        form = SuspensionForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            context = {"title": _("Suspend participations?"), "rows": rows, "form": form}
            template = "participants/participation/admin/suspend.html"
            return render_page(request, Participation, template, context)
        reason = form.cleaned_data["reason"]
        with transaction.atomic():
            Delegate.lock_all(row.delegate_id for row in rows)
            done = sum(
                suspend_participation(participation=row, reason=reason, by=by, at=at)
                for row in rows
            )
        self.report_counts(
            request,
            done=done,
            success=ngettext_lazy(
                "%d participation is suspended. Two other organisations must confirm it before it "
                "counts again.",
                "%d participations are suspended. Two other organisations must confirm each before "
                "it counts again.",
            ),
            skipped=len(rows) - done,
            warning=ngettext_lazy(
                "%d participation is not changed. It is not confirmed, it is your own, or others "
                "confirmed it again after your organisation suspended it.",
                "%d participations are not changed. They are not confirmed, they are your own, or "
                "others confirmed them again after your organisation suspended them.",
            ),
        )
        return None

    @admin.action(description=_("End suspended participation"), permissions=["confirm"])
    def end(self, request: HttpRequest, queryset: QuerySet[Participation]) -> None:
        by, at, rows = request_permissions(request).user, timezone.now(), list(queryset)
        with transaction.atomic():
            Delegate.lock_all(row.delegate_id for row in rows)
            done = sum(end_participation(participation=row, by=by, at=at) for row in rows)
        self.report_counts(
            request,
            done=done,
            success=ngettext_lazy("%d participation has ended.", "%d participations have ended."),
            skipped=len(rows) - done,
            warning=ngettext_lazy(
                "%d participation is not changed. Someone of another organisation must have "
                "suspended it first.",
                "%d participations are not changed. Someone of another organisation must have "
                "suspended each first.",
            ),
        )


def _suspension(row: Participation, missing: str) -> str:
    if not row.suspension_reason:  # before suspensions had one
        return f"{gettext('Suspended')} – {missing}"
    by = row.suspended_for.internal_short if row.suspended_for else gettext("operator")
    return " – ".join([gettext("Suspended by: %s") % by, row.suspension_reason, missing])


def _confirmed_by(confirmation: ParticipationConfirmation) -> str:
    organisation = confirmation.on_behalf_of
    capacity = confirmation.get_capacity_display()
    return f"{organisation.internal_short} ({capacity})" if organisation else capacity
