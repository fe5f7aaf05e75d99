"""Admin of delegates, with where they work and take part. It never shows what people share."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import (
    BooleanField,
    Case,
    EmailField,
    ExpressionWrapper,
    F,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.accounts.addresses import has_joined, mask_address
from participants.admin_base.base import GrantScopedInline
from participants.admin_base.fields import request_permissions
from participants.admin_base.filters import EventFilter, InvitationFilter
from participants.admin_base.private import PersonForm, PrivateAdmin
from participants.models import (
    Affiliation,
    Delegate,
    Invitation,
    Organisation,
    Participation,
    Proposal,
)
from participants.onboarding.admin import describe_invitation_state, invite
from participants.onboarding.invitations import has_inviter
from participants.participation.admin import left
from participants.participation.confirmation import (
    confirm_entered,
    is_own_profile,
    split_shared_person,
    void_changed_confirmations,
)
from participants.participation.forms import (
    AffiliationForm,
    AffiliationFormSet,
    ParticipationForm,
    ParticipationFormSet,
)
from participants.permissions import (
    EventPermissions,
    can_edit_visible_events_of,
    involved_condition,
    people_with_address,
    visible_people,
)
from participants.privacy.erasure import forget_letters
from participants.privacy.retention import day_of_erasure
from participants.proposals.lifecycle import must_accept, propose_name_latin

WAITS_FOR_PERSON = _(
    "This person has an account. What you entered does not show or count until the person accepts "
    "it. The person gets an email."
)


class AffiliationInline(GrantScopedInline):
    """Where the person works or worked."""

    model = Affiliation
    form = AffiliationForm
    formset = AffiliationFormSet
    fields = ["organisation", "post", ("since", "until")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("organisation", "delegate")
        return rows.filter(_known_workplaces(request))

    def has_change_permission(self, request: HttpRequest, obj: Delegate | None = None) -> bool:
        may_change = super().has_change_permission(request, obj)
        if obj is None:
            return may_change
        permissions = request_permissions(request)
        may_change = may_change and can_edit_visible_events_of(obj, permissions)
        return may_change and not is_own_profile(obj, permissions.user)

    def has_delete_permission(self, request: HttpRequest, obj: Delegate | None = None) -> bool:
        may_change = self.has_change_permission(request, obj)
        # Others exclude people by affiliation. After the person has joined, propose an end instead.
        return may_change and (obj is None or not must_accept(obj))


def _known_workplaces(request: HttpRequest) -> Q:
    """Of a person who also belongs to other roundtables, only organisations of the viewer's own."""
    permissions = request_permissions(request)
    if permissions.is_operator:
        return Q(pk__isnull=False)  # an empty condition would vanish in a disjunction
    others = Participation.objects.exclude(event__in=permissions.readable).values("delegate")
    known = Organisation.objects.filter(involved_condition(permissions.readable))
    return ~Q(delegate__in=others) | Q(organisation__in=known.values("pk"))


class ParticipationInline(GrantScopedInline):
    """Participations in the viewer's roundtables."""

    model = Participation
    form = ParticipationForm
    formset = ParticipationFormSet
    fields = ["event", "organisation", "capacity", "letter", "nomination", "confirmed_at"]
    readonly_fields = ["confirmed_at"]

    def get_fields(self, request: HttpRequest, obj: Delegate | None = None) -> Any:
        fields = list(super().get_fields(request, obj))
        if self.has_change_permission(request, obj):
            fields.insert(fields.index("nomination"), ("letter_day", "letter_file"))
        return fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("event", "organisation", "delegate")
        permissions = request_permissions(request)
        return rows if permissions.is_operator else rows.filter(event__in=permissions.readable)


def _entered(formsets: Iterable[Any]) -> list[Participation]:
    """The participations that are new, or of another roundtable or organisation than before."""
    found: list[Participation] = []
    for formset in formsets:
        if isinstance(formset, ParticipationFormSet) and not must_accept(formset.instance):
            found += formset.new_objects
            changed = formset.changed_objects
            found += [row for row, names in changed if {"event", "organisation"} & set(names)]
    return found


@admin.register(Delegate)
class DelegateAdmin(PrivateAdmin):
    """People of the viewer's roundtables: name, invitation address and organisations."""

    fieldsets = [
        (
            None,
            {
                "fields": ["name", "name_latin", "invitation_email"],
                "description": _(
                    "This is what the co-chairs know about a person they invite. What the person "
                    "shares, and with whom, is on the person's own profile. Only that person can "
                    "see and change it there."
                ),
            },
        )
    ]
    joined_description = _(
        "This person has joined the portal. Only they can change their name and their addresses, "
        "on their own pages."
    )
    form = PersonForm
    inlines = [ParticipationInline, AffiliationInline]
    list_display = [
        "person",
        "name_latin",
        "speaks_for",
        "invitation_address",
        "invitation_state",
        "erased_on",
        "is_confirmed",
    ]
    list_filter = [InvitationFilter, EventFilter]
    actions = [invite, left]
    search_fields = ["name", "name_latin"]
    search_help_text = _("Name. Co-chairs can also search by invitation address.")

    def save_model(self, request: HttpRequest, obj: Delegate, form: Any, change: bool) -> None:
        if change:
            split_shared_person(obj, request_permissions(request))
        if change and must_accept(obj) and "name_latin" in form.changed_data:
            form.changed_data.remove("name_latin")
            by, at = request_permissions(request).user, timezone.now()
            propose_name_latin(obj, form.cleaned_data["name_latin"], by=by, at=at)
            messages.info(request, WAITS_FOR_PERSON)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if any(getattr(formset, "number_proposed", 0) for formset in formsets):
            messages.info(request, WAITS_FOR_PERSON)
        void_changed_confirmations(form.instance.participations.all())
        by, at = request_permissions(request).user, timezone.now()
        entered = _entered(formsets)
        for row in entered:
            row.enter(by)
            row.save(update_fields=["entered_by", "is_protected_from_desk"])
        if confirm_entered(entered, by=by, at=at):
            words = _("You entered this participation, so it counts as confirmed by you.")
            messages.info(request, words)

    def choices(self, request: HttpRequest) -> QuerySet[Delegate]:
        people = visible_people(request_permissions(request))
        return super().choices(request).filter(pk__in=people.values("pk"))

    def limit_to_events(self, rows: QuerySet[Any], events: frozenset[int]) -> QuerySet[Any]:
        return rows.filter(pk__in=Participation.objects.filter(event__in=events).values("delegate"))

    def _event_ids_of(self, row: Delegate) -> set[int]:
        return set(row.participations.values_list("event_id", flat=True))

    def visible_rows(self, request: HttpRequest) -> QuerySet[Delegate]:
        people = visible_people(request_permissions(request))
        rows: QuerySet[Delegate] = super().visible_rows(request)
        return rows.filter(pk__in=people.values("pk"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delegate]:
        shown = Participation.objects.select_related("organisation")
        sent = Invitation.objects.with_sent().annotate(
            has_inviter=ExpressionWrapper(
                has_inviter(timezone.localdate()), output_field=BooleanField()
            )
        )
        permissions = request_permissions(request)
        known_parts = Q(kind=Proposal.Kind.PARTICIPATION)
        if not permissions.is_operator:
            shown = shown.filter(event__in=permissions.readable)
            sent = sent.filter(event__in=permissions.readable)
            known_parts &= Q(event__in=permissions.readable)
        known_workplaces = Q(event=None) & _known_workplaces(request)
        proposed = Proposal.objects.filter(Q(organisation=None) | known_workplaces | known_parts)
        return with_visible_address(self.visible_rows(request), permissions).prefetch_related(
            Prefetch(
                "proposals",
                queryset=proposed.select_related("organisation", "event"),
                to_attr="visible_proposals",
            ),
            Prefetch("participations", queryset=shown, to_attr="visible_participations"),
            Prefetch("invitations", queryset=sent, to_attr="visible_invitations"),
        )

    def get_fieldsets(self, request: HttpRequest, obj: Delegate | None = None) -> Any:
        ((title, options),) = self.fieldsets
        fields = list(options["fields"])
        if not self._may_see_address(request, obj):
            # Only co-chairs of the person may see the invitation address.
            fields.remove("invitation_email")
            if request_permissions(request).is_operator:
                fields.append("invitation_address")
        elif getattr(obj, "masked_address", ""):
            fields[fields.index("invitation_email")] = "invitation_address"
        if obj and self._day_of_erasure(obj):
            fields.append("erased_on")
        if getattr(obj, "visible_proposals", None):
            fields.append("waiting")
        description = self.joined_description if obj and has_joined(obj) else options["description"]
        return [(title, {"fields": fields, "description": description})]

    def get_list_display(self, request: HttpRequest) -> Any:
        is_shown = self._may_see_address(request)
        return [name for name in self.list_display if is_shown or name != "invitation_address"]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        is_shown = self._may_see_address(request)
        return [*self.search_fields, *(["visible_address"] if is_shown else [])]

    def _may_see_address(self, request: HttpRequest, row: Delegate | None = None) -> bool:
        permissions = request_permissions(request)
        if row is None:
            return permissions.can_invite_any
        return people_with_address(permissions).filter(pk=row.pk).exists()

    def get_readonly_fields(self, request: HttpRequest, obj: Delegate | None = None) -> list[str]:
        fields = [*super().get_readonly_fields(request, obj), "waiting", "erased_on"]
        fields.append("invitation_address")
        if obj is not None and not can_edit_visible_events_of(obj, request_permissions(request)):
            # All roundtables of the person share these fields.
            fields += ["name", "name_latin", "invitation_email"]
        if obj is not None and has_joined(obj):
            # A person who could change them could take over the account.
            fields += ["name", "invitation_email"]
        return fields

    def has_view_permission(self, request: HttpRequest, obj: Delegate | None = None) -> bool:
        permissions = request_permissions(request)
        return (
            obj is None
            or permissions.is_operator
            or bool(self._event_ids_of(obj) & permissions.readable)
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        permissions = request_permissions(request)
        if obj is None or permissions.is_operator:
            return permissions.can_edit_any
        return bool(self._event_ids_of(obj) & permissions.editable)

    def has_invite_permission(self, request: HttpRequest) -> bool:
        return request_permissions(request).can_invite_any

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        permissions = request_permissions(request)
        if obj is None:
            return permissions.can_decide_any
        # People who joined erase themselves. Whom two organisations confirmed, no one erases alone.
        took_part = Participation.with_ended.filter(delegate=obj, took_effect_at__isnull=False)
        if not permissions.is_operator:
            took_part = took_part.filter(event__in=permissions.readable)
        if obj.user_id is not None or (not obj.erased_at and took_part.exists()):
            return False
        if permissions.is_operator:
            return True
        # A roundtable that the viewer cannot see must not change what this page offers.
        events = self._event_ids_of(obj) & permissions.readable
        return bool(events) and events <= permissions.decidable

    def delete_model(self, request: HttpRequest, obj: Delegate) -> None:
        permissions = request_permissions(request)
        events = permissions.decidable
        others = obj.participations.exclude(event__in=events)
        if permissions.is_operator or not others.exists():
            super().delete_model(request, obj)
            return
        # Other roundtables keep the person. For the viewer, this looks the same.
        with transaction.atomic():
            obj.lock()
            forget_letters(obj, event__in=events)
            obj.invitations.filter(event__in=events).delete()
            for row in obj.participations.filter(event__in=events):
                row.delete()

    @admin.display(description=_("name"), ordering="name")
    def person(self, row: Delegate) -> str:
        return str(row)

    @admin.display(description=_("invitation address"), ordering="visible_address")
    def invitation_address(self, row: Any) -> str:
        return str(row.visible_address or mask_address(row.masked_address))

    @admin.display(description=_("entered about a person with an account"))
    def waiting(self, row: Any) -> str:
        state = gettext("Proposed, waits for the person")
        lines = [(_describe_proposal(entry), state) for entry in row.visible_proposals]
        return format_html_join("\n", "{} – {}<br>", lines)

    @admin.display(description=_("represents"))
    def speaks_for(self, row: Any) -> str:
        names = {part.organisation.internal_short for part in row.visible_participations}
        return ", ".join(sorted(names)) or "–"

    @admin.display(description=_("invitation"))
    def invitation_state(self, row: Any) -> str:
        return describe_invitation_state(row.visible_invitations, timezone.now())

    @admin.display(description=_("to be erased on"))
    def erased_on(self, row: Delegate) -> str:
        day = self._day_of_erasure(row)
        return date_format(day) if day else "–"

    def _day_of_erasure(self, row: Any) -> date | None:
        """Invitations and participations that the viewer cannot see make no difference."""
        if row.user_id or row.erased_at:
            return None
        sent = [one for one in row.visible_invitations if one.is_sent]
        has_address = bool(row.invitation_email) or row.is_demonstration
        return day_of_erasure(row.visible_participations, sent, has_address=has_address)

    @admin.display(description=_("confirmed"), boolean=True)
    def is_confirmed(self, row: Any) -> bool:
        parts = row.visible_participations
        return bool(parts) and all(part.confirmed_at for part in parts)


def _describe_proposal(row: Proposal) -> str:
    if row.event:
        return ", ".join(filter(None, [str(row.event), str(row.organisation), row.capacity]))
    if row.kind != Proposal.Kind.WORKPLACE:
        return ": ".join(filter(None, [row.get_kind_display(), row.name_latin]))
    days = [date_format(day) if day else "" for day in (row.since, row.until)]
    period = "–".join(days) if any(days) else ""
    return ", ".join(filter(None, [str(row.organisation), row.post, period]))


def with_visible_address(rows: QuerySet[Any], permissions: EventPermissions) -> QuerySet[Any]:
    """Annotates the invitation address, if the viewer may read it.

    An operator reads the others masked, and finds and sorts no one by them. With the address of a
    person who has joined, that person signs in.
    """
    can_read = Q(pk__in=people_with_address(permissions).values("pk"))
    if permissions.is_operator:
        can_read &= Q(user=None)
    nothing = Value("", EmailField())
    masked = F("invitation_email") if permissions.is_operator else nothing
    return cast(
        "QuerySet[Any]",
        rows.annotate(
            visible_address=Case(When(can_read, then="invitation_email"), default=nothing),
            masked_address=Case(When(can_read, then=nothing), default=masked),
        ),
    )
