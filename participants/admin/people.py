"""Delegates and their participation; what they share is theirs alone and stands nowhere here."""

from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Case, Exists, F, OuterRef, Prefetch, QuerySet, Value, When
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from participants.actions import addresses_of, confirm_participations, is_own
from participants.admin.affiliations import AffiliationInline
from participants.admin.filters import (
    ConfirmedFilter,
    EventFilter,
    InvitationFilter,
    WaitsFilter,
)
from participants.admin.leaving import LeavingAdmin
from participants.admin.private import PrivateAdmin
from participants.admin.taking_part import ParticipationInline
from participants.models import Delegate, Participation
from participants.onboarding.admin import InvitingAdmin
from participants.permissions import Rights, edits_all_of
from participants.privacy.admin import ErasingAdmin


@admin.register(Delegate)
class DelegateAdmin(InvitingAdmin, LeavingAdmin, ErasingAdmin):
    """People of the viewer's roundtables: name, invitation address, and where they belong."""

    fieldsets = [
        (
            None,
            {
                "fields": ["name", "name_latin", "invitation_email"],
                "description": _(
                    "What the co-chairs know about a person they invite. What the person shares, "
                    "and with whom, only that person sees and changes, on their own profile."
                ),
            },
        )
    ]
    inlines = [ParticipationInline, AffiliationInline]
    list_display = [
        "person",
        "name_latin",
        "speaks_for",
        "invitation_address",
        "invitation_state",
        "is_confirmed",
    ]
    list_filter = [InvitationFilter, EventFilter]
    actions = ["invite", "left"]
    search_fields = ["name", "name_latin"]
    search_help_text = _("Name; for co-chairs the invitation address too")

    def within(self, rows: QuerySet[Any], events: frozenset[int]) -> QuerySet[Any]:
        """Those who take part in these roundtables."""
        return rows.filter(pk__in=Participation.objects.filter(event__in=events).values("delegate"))

    def _events_of(self, row: Delegate) -> set[int]:
        return set(row.participations.values_list("event_id", flat=True))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what the list shows, of the viewer's roundtables alone."""
        shown = Participation.objects.select_related("organisation")
        mine = self.rights_of(request)
        if not mine.is_operator:
            shown = shown.filter(event__in=mine.readable)
        rows = with_address(super().get_queryset(request), mine)
        rows = rows.prefetch_related(Prefetch("participations", queryset=shown, to_attr="shown"))
        return self.with_invitations(rows, request)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The invitation address is there for co-chairs of the person alone."""
        if self._sees_address(request, obj):
            return self.fieldsets
        ((title, options),) = self.fieldsets
        fields = [name for name in options["fields"] if name != "invitation_email"]
        return [(title, {**options, "fields": fields})]

    def get_list_display(self, request: HttpRequest) -> Any:
        """As in the form."""
        is_shown = self._sees_address(request)
        return [name for name in self.list_display if is_shown or name != "invitation_address"]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """As in the form."""
        return [*self.search_fields, *(["seen_address"] if self._sees_address(request) else [])]

    def _sees_address(self, request: HttpRequest, row: Delegate | None = None) -> bool:
        mine = self.rights_of(request)
        if row is None or mine.is_operator:
            return mine.decides_somewhere
        return bool(self._events_of(row) & mine.decidable)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What all roundtables of a person share is changed by who edits all of them."""
        fields = super().get_readonly_fields(request, obj)
        if obj is not None and not edits_all_of(obj, self.rights_of(request)):
            fields += ["name", "name_latin", "invitation_email"]
        return fields

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever has a grant for a roundtable of this person."""
        mine = self.rights_of(request)
        return obj is None or mine.is_operator or bool(self._events_of(obj) & mine.readable)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever edits a roundtable of this person."""
        mine = self.rights_of(request)
        if obj is None or mine.is_operator:
            return mine.edits_somewhere
        return bool(self._events_of(obj) & mine.editable)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Co-chairs of all roundtables of a person who has not signed in; else operators."""
        mine = self.rights_of(request)
        if obj is None or mine.is_operator:
            return mine.decides_somewhere
        events = self._events_of(obj)
        return obj.user_id is None and bool(events) and events <= mine.decidable

    @admin.display(description=_("name"), ordering="name")
    def person(self, row: Delegate) -> str:
        """The name, or that somebody took part who was erased."""
        return str(row)

    @admin.display(description=_("invitation address"), ordering="seen_address")
    def invitation_address(self, row: Any) -> str:
        """Where a co-chair invites the person; empty for who is no co-chair of theirs."""
        return str(row.seen_address)

    @admin.display(description=_("speaks for"))
    def speaks_for(self, row: Any) -> str:
        """The organisations of the participations that the viewer may see."""
        return ", ".join(sorted({part.organisation.short for part in row.shown})) or "–"

    @admin.display(description=_("confirmed"), boolean=True)
    def is_confirmed(self, row: Any) -> bool:
        """Whether each of these participations is confirmed."""
        return bool(row.shown) and all(part.confirmed_at for part in row.shown)


def with_address(rows: QuerySet[Any], mine: Rights) -> QuerySet[Any]:
    """With the invitation address of those whom the viewer is a co-chair of, and no other."""
    if mine.is_operator:
        return cast("QuerySet[Any]", rows.annotate(seen_address=F("invitation_email")))
    theirs = Participation.objects.filter(delegate=OuterRef("pk"), event__in=mine.decidable)
    seen = Case(When(Exists(theirs), then="invitation_email"), default=Value(""))
    return cast("QuerySet[Any]", rows.annotate(seen_address=seen))


@admin.register(Participation)
class ParticipationAdmin(PrivateAdmin):
    """Participations that wait for a co-chair's word; they are written with the delegate."""

    event_path = "event"
    fields = ["delegate", "event", "organisation", "capacity", "confirmed_at"]
    list_display = ["delegate", "organisation", "event", "capacity", "confirmed_at"]
    list_filter = [WaitsFilter, ConfirmedFilter, EventFilter]
    list_select_related = ["delegate", "organisation", "event"]
    search_fields = ["delegate__name", "delegate__name_latin", "organisation__name"]
    search_help_text = _("Name of the person or of the organisation")
    actions = ["confirm"]

    def waiting(self, rows: QuerySet[Any], mine: Rights) -> QuerySet[Any]:
        """Those that a co-chair has to confirm, the own ones left out."""
        rows = rows.filter(confirmed_at=None).exclude(delegate__user=mine.user)
        own = Lower("delegate__invitation_email")
        rows = rows.alias(invited=own).exclude(invited__in=addresses_of(mine.user))
        return rows if mine.is_operator else self.within(rows, mine.decidable)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: it is written with the delegate."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: it is written with the delegate."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operators, and never their own; others remove it with the delegate."""
        mine = self.rights_of(request)
        return mine.is_operator and (obj is None or not is_own(obj.delegate, mine.user))

    @admin.action(description=_("Confirm the participation"), permissions=["decide"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Participation]) -> None:
        """Confirms the chosen rows, save one's own."""
        rows = list(queryset.select_related("delegate", "event", "organisation"))
        now: datetime = timezone.now()
        done = confirm_participations(participations=rows, by=self.rights_of(request).user, at=now)
        if done:
            text = ngettext(
                "%d participation is confirmed.", "%d participations are confirmed.", len(done)
            )
            self.message_user(request, text % len(done), messages.SUCCESS)
        if left := len(rows) - len(done):
            text = ngettext(
                "%d stays as it is: it is confirmed already, or your own, or you are no co-chair "
                "of its roundtable.",
                "%d stay as they are: they are confirmed already, or your own, or you are no "
                "co-chair of their roundtable.",
                left,
            )
            self.message_user(request, text % left, messages.WARNING)
