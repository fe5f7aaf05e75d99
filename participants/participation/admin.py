"""Delegates and their participation; what they share is theirs alone and stands nowhere here."""

from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from participants.accounts.departure import let_go, may_let_go
from participants.admin_base.base import GrantedAdmin, GrantedInline
from participants.admin_base.fields import keep_choice, rights
from participants.admin_base.filters import (
    ConfirmedFilter,
    EventFilter,
    InvitationFilter,
    WaitsFilter,
)
from participants.admin_base.private import PrivateAdmin
from participants.models import Affiliation, Delegate, Organisation, Participation, check_made_up
from participants.onboarding.admin import InvitingAdmin
from participants.participation.confirmation import addresses_of, confirm_participations, is_own
from participants.permissions import Rights, edits_all_of, known_directly
from participants.privacy.admin import ErasingAdmin


class AffiliationForm(ModelForm):  # type: ignore[type-arg]
    """An affiliation; of a person who has joined, the organisation stays."""

    def __init__(self, *args: Any, is_settled: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_settled and self.instance.pk and "organisation" in self.fields:
            self.fields["organisation"].disabled = True
            keep_choice(self, "organisation")


class AffiliationFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Where a person works or worked."""

    is_settled: bool  # for who fills it in

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Tells each form whether its organisation stays."""
        return super().get_form_kwargs(index) | {"is_settled": self.is_settled}

    def clean(self) -> None:
        """Raises ValidationError where a made-up person would join a real organisation.

        The model cannot tell while the person is not stored.
        """
        super().clean()
        for form in self.forms:
            row = getattr(form, "cleaned_data", {})
            organisation = row.get("organisation")
            if not isinstance(organisation, Organisation):
                continue  # empty, or one that the viewer only reads: that is its bare number
            if organisation.is_demonstration != self.instance.is_demonstration:
                form.add_error(
                    "organisation",
                    _("Made-up people belong to made-up organisations only. Choose another one."),
                )


class AffiliationInline(GrantedInline):
    """Where the person works or worked."""

    model = Affiliation
    form = AffiliationForm
    formset = AffiliationFormSet
    fields = ["organisation", "post", ("since", "until")]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Tells the forms whether organisations stay."""
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.is_settled = obj is not None and is_settled_of(
            obj, self.parent().rights_of(request)
        )
        return formset

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All of a person of the viewer's roundtables alone; else those these know anyway."""
        rows = super().get_queryset(request).select_related("organisation", "delegate")
        mine = self.parent().rights_of(request)
        if mine.is_operator:
            return rows
        others = Participation.objects.exclude(event__in=mine.readable).values("delegate")
        known = Organisation.objects.filter(known_directly(mine.readable)).values("pk")
        return rows.filter(~Q(delegate__in=others) | Q(organisation__in=known))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may change what all roundtables of the person share; never one's own."""
        may_change = super().has_change_permission(request, obj)
        if obj is None:
            return may_change
        mine = self.parent().rights_of(request)
        return may_change and edits_all_of(obj, mine) and not is_own(obj, mine.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As for changing; once the person has joined, operators: others end it."""
        may_change = self.has_change_permission(request, obj)
        return may_change and (
            obj is None or not is_settled_of(obj, self.parent().rights_of(request))
        )


def is_settled_of(person: Delegate, mine: Rights) -> bool:
    """Whether what others leave this person out by stays, save by an operator's correction."""
    return person.user_id is not None and not mine.is_operator


class ParticipationForm(ModelForm):  # type: ignore[type-arg]
    """A participation; whom one spoke for stays once that may decide what one sees."""

    def __init__(self, *args: Any, rights: Rights, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        if not row.pk:
            return
        may_edit = rights.may_edit(row.event_id) and not is_own(row.delegate, rights.user)
        # Exceptions match whom somebody spoke for, whether that is confirmed or not.
        decides = row.confirmed_at or (row.delegate.user_id and not rights.is_operator)
        for name, field in self.fields.items():
            is_settled = name == "event" or (name == "organisation" and decides)
            field.disabled = bool(is_settled or not may_edit)
            if field.disabled and name in ("event", "organisation"):
                keep_choice(self, name)


class ParticipationFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """A person's participations, as far as the viewer may see them."""

    rights: Rights  # of who fills it in

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Tells each form who fills it in."""
        return super().get_form_kwargs(index) | {"rights": self.rights}

    def clean(self) -> None:
        """Checks what spans the person and the roundtables.

        Raises ValidationError for a new person of no roundtable, for one of a real and a made-up
        roundtable, and where somebody removes their own, or an editor what a co-chair confirmed or
        what belongs to a person who has joined.
        """
        super().clean()
        rows = [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None)]
        kept = [row for row in rows if row.get("event") and not row.get("DELETE")]
        if self.instance._state.adding:
            if not kept:
                raise ValidationError(
                    _("Add a participation in one of your roundtables: people belong to one.")
                )
            self.instance.is_demonstration = kept[0]["event"].is_demonstration
        for row in kept:
            check_made_up(row["event"], self.instance.is_demonstration)
            if row.get("organisation"):
                check_made_up(row["event"], row["organisation"].is_demonstration)
        for form in self.deleted_forms if self.is_bound and not any(self.errors) else []:
            row = form.instance
            if not self.rights.may_edit(row.event_id):
                raise ValidationError(_("You may look at this participation, but not remove it."))
            if is_own(self.instance, self.rights.user):
                raise ValidationError(
                    _("This participation is your own. Ask another co-chair to remove it.")
                )
            if self.rights.may_decide(row.event_id):
                continue
            if row.confirmed_at:
                raise ValidationError(
                    _("A co-chair has confirmed this participation. Ask a co-chair to remove it.")
                )
            if self.instance.user_id:
                raise ValidationError(
                    _("This person has joined the portal. Ask a co-chair to remove this.")
                )


class ParticipationInline(GrantedInline):
    """When the person took part, in the viewer's roundtables."""

    model = Participation
    form = ParticipationForm
    formset = ParticipationFormSet
    fields = ["event", "organisation", "capacity", "confirmed_at"]
    readonly_fields = ["confirmed_at"]
    show_change_link = False

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Tells the forms who fills them in."""
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.rights = self.parent().rights_of(request)
        return formset

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the roundtables that the viewer may read."""
        rows = super().get_queryset(request).select_related("event", "organisation", "delegate")
        mine = self.parent().rights_of(request)
        return rows if mine.is_operator else rows.filter(event__in=mine.readable)


class LeavingAdmin(GrantedAdmin):
    """Delegates whose work address can be stopped."""

    @admin.action(description=_("Left the organisation"), permissions=["decide"])
    def left(self, request: HttpRequest, queryset: QuerySet[Delegate]) -> HttpResponse | None:
        """Asks once more, naming whom it is about; then stops their addresses."""
        mine = rights(request)
        people = list(queryset.select_related("user"))
        ready = [person for person in people if may_let_go(person, mine)]
        if "confirmed" not in request.POST:
            context: dict[str, Any] = {
                **self.admin_site.each_context(request),
                "title": gettext("Did these people leave?"),
                "opts": self.opts,
                "ready": ready,
                "left": [person for person in people if person not in ready],
            }
            return TemplateResponse(request, "admin/left.html", context)
        for person in ready:
            parts = person.participations.values_list("event_id", flat=True)
            events = [event for event in parts if mine.may_decide(event)]
            let_go(delegate=person, by=mine.user, events=events, at=timezone.now())
        # Alike for all: who has another address is nobody's to know.
        text = ngettext(
            "The address of %d person is stopped.",
            "The addresses of %d people are stopped.",
            len(ready),
        )
        self.message_user(request, text % len(ready), messages.SUCCESS)
        return None


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
