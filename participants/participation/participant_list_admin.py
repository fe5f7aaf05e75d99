"""Lists of participants at the desk: asked for, agreed to by the other co-chair, fetched by one."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from participants.admin_base.filters import EventFilter, PendingFilter
from participants.admin_base.private import PrivateAdmin
from participants.admin_base.spreadsheets import SafeCSV, SafeXLSX
from participants.models import ParticipantList, User
from participants.participation import participant_list
from participants.permissions import EventPermissions
from roundtable.models import Event

FORMATS: dict[str, type[SafeCSV | SafeXLSX]] = {"csv": SafeCSV, "xlsx": SafeXLSX}


class ParticipantListForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of which roundtable, and what for."""

    by: User  # who asks

    def clean_event(self) -> Event:
        """The roundtable; raises ValidationError for who cannot ask for its list."""
        event: Event = self.cleaned_data["event"]
        if problem := participant_list.list_request_problem(
            event=event, by=self.by, on=timezone.localdate()
        ):
            raise ValidationError(problem)
        return event


@admin.register(ParticipantList)
class ParticipantListAdmin(PrivateAdmin):
    """Requests for the list of participants of the viewer's roundtables."""

    event_path = "event"
    form = ParticipantListForm
    change_form_template = "participants/participation/admin/participant_list_change_form.html"
    fieldsets = [
        (
            None,
            {
                "fields": ["event", "purpose"],
                "description": _(
                    "Name, organisation, post and invitation address of those whose participation "
                    "is confirmed; nothing that people share. A co-chair for another organisation "
                    "has to agree. Then you alone can fetch it, for seven days. Each copy is "
                    "marked as yours, and each person in it reads that you took it."
                ),
            },
        )
    ]
    list_display = ["purpose", "event", "asker", "requested_at", "state"]
    list_filter = [PendingFilter, EventFilter]
    search_fields = ["purpose", "event__code"]
    actions = ["agree", "refuse"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the roundtables that the viewer decides about, with who asked for each."""
        permissions = self.permissions_of(request)
        rows = participant_list.with_requesters(super().get_queryset(request))
        return (
            rows if permissions.is_operator else self.limit_to_events(rows, permissions.decidable)
        )

    def filter_pending(self, rows: QuerySet[Any], permissions: EventPermissions) -> QuerySet[Any]:
        """Those that this person can say yes or no to."""
        return participant_list.decidable_lists(rows, permissions.user, timezone.localdate())

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """What marks a copy is searched by operators alone: its holder must not know it."""
        marks = ["=watermark", "=canary_email", "=canary_name"]
        return [*self.search_fields, *(marks if self.permissions_of(request).is_operator else [])]

    def get_related_queryset(self, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        """Roundtables that the viewer co-chairs."""
        permissions = self.permissions_of(request)
        return Event.objects.filter(pk__in=permissions.decidable)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Co-chairs of the roundtable, and operators."""
        permissions = self.permissions_of(request)
        return permissions.can_decide_any if obj is None else permissions.may_decide(obj.event_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Co-chairs; an operator is none."""
        return bool(self.permissions_of(request).decidable)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: ask anew."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a copy that turns up later must be known."""
        return False

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Tells the form who fills it in."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.by = self.permissions_of(request).user
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Asks; the co-chairs get a letter."""
        by = self.permissions_of(request).user
        stored = participant_list.request_list(
            event=obj.event, purpose=obj.purpose, by=by, at=timezone.now()
        )
        obj.pk = stored.pk

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: to ask has its own entry."""

    @admin.display(description=_("asked by"))
    def asker(self, row: ParticipantList) -> str:
        """Who asked, never by the address that signs in."""
        return participant_list.requester_name(row.requested_by, row.event)

    @admin.display(description=_("state"))
    def state(self, row: ParticipantList) -> str:
        """What became of it."""
        if row.decided_at is None:
            return gettext("Waits for another co-chair")
        if row.expires_at is None:
            return gettext("Refused")
        until = date_format(timezone.localtime(row.expires_at), "DATETIME_FORMAT")
        over = row.expires_at <= timezone.now()
        return (gettext("Over since %s") if over else gettext("Can be fetched until %s")) % until

    @admin.action(description=_("Agree: they may fetch it"), permissions=["decide"])
    def agree(self, request: HttpRequest, queryset: QuerySet[ParticipantList]) -> None:
        """Says yes to those that the viewer is the other side of."""
        self._decide(request, queryset, agrees=True)

    @admin.action(description=_("Refuse"), permissions=["decide"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[ParticipantList]) -> None:
        """Says no to those that the viewer is the other side of."""
        self._decide(request, queryset, agrees=False)

    def _decide(self, request: HttpRequest, rows: QuerySet[Any], *, agrees: bool) -> None:
        by, at = self.permissions_of(request).user, timezone.now()
        chosen = list(rows)
        done = sum(
            participant_list.decide_list(row=row, agrees=agrees, by=by, at=at) for row in chosen
        )
        if done:
            text = ngettext("%d request is decided.", "%d requests are decided.", done)
            self.message_user(request, text % done, messages.SUCCESS)
        if skipped := len(chosen) - done:
            text = ngettext(
                "%d stays: a co-chair who acts for another organisation than who asked decides, "
                "once.",
                "%d stay: a co-chair who acts for another organisation than who asked decides, "
                "once.",
                skipped,
            )
            self.message_user(request, text % skipped, messages.WARNING)

    def get_urls(self) -> list[Any]:
        """With that of the file."""
        view = self.admin_site.admin_view(self.download_view)
        name = "participants_participantlist_fetch"
        return [path("<path:object_id>/fetch/", view, name=name), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The request, what the viewer may decide, and the file for whom it is."""
        row, by = self.get_object(request, object_id), self.permissions_of(request).user
        more, at = dict(extra_context or {}), timezone.now()
        if row is not None:
            more |= {
                "state": self.state(row),
                "asker": self.asker(row),
                "may_decide": participant_list.may_decide_list(row, by, at),
                "may_fetch": participant_list.may_download_list(row, by, at),
                "formats": sorted(FORMATS),
            }
        return super().change_view(request, object_id, form_url, more)

    @method_decorator(require_POST)
    def download_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The file, for who asked; whom it names, each reads of it.

        Raises Http404 for a request that the viewer does not see.
        """
        row, by = self.get_object(request, object_id), self.permissions_of(request).user
        if row is None:
            raise Http404
        if row.requested_by_id != by.pk:
            raise PermissionDenied
        try:
            data = participant_list.download_list(row=row, by=by, at=timezone.now())
        except ValidationError as problem:
            self.message_user(request, " ".join(problem.messages), messages.ERROR)
            return redirect(reverse("admin:participants_participantlist_changelist"))
        kind = FORMATS.get(request.POST.get("format", ""), SafeXLSX)()
        return _download_response(data, kind, f"participants-{row.event.slug}-{row.watermark}")


def _download_response(
    data: participant_list.ParticipantTable, kind: SafeCSV | SafeXLSX, name: str
) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind.get_extension()}"'}
    content = kind.export_data(data)
    return HttpResponse(content, content_type=kind.get_content_type(), headers=headers)
