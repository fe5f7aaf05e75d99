"""Admin of delegates and participations. It never shows what people share."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import (
    BooleanField,
    Case,
    Count,
    EmailField,
    ExpressionWrapper,
    F,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from participants.accounts.addresses import has_joined, mask_address
from participants.admin_base.base import GrantScopedInline
from participants.admin_base.fields import SuspensionForm, lock_choice, request_permissions
from participants.admin_base.filters import (
    ConfirmedFilter,
    EventFilter,
    InvitationFilter,
    PendingFilter,
)
from participants.admin_base.private import PersonForm, PrivateAdmin
from participants.admin_base.site import render_page
from participants.display_names import participant_name
from participants.models import (
    Affiliation,
    Capacity,
    Delegate,
    Invitation,
    Organisation,
    Participation,
    ParticipationConfirmation,
    Proposal,
    validate_same_demonstration,
)
from participants.onboarding.admin import describe_invitation_state, invite
from participants.onboarding.invitations import has_inviter
from participants.participation.change_code_admin import change_code_view, may_fetch_codes
from participants.participation.closure_admin import close_list_view, events_to_close
from participants.participation.confirmation import (
    RELATED,
    confirm_entered,
    confirm_participations,
    confirmable,
    content_hash_of,
    end_participation,
    is_own_profile,
    is_sufficient,
    joined_by_address,
    missing_confirmation,
    split_shared_person,
    suspend_participation,
    void_changed_confirmations,
)
from participants.participation.departure import may_record_departure, record_departure
from participants.permissions import (
    EventPermissions,
    can_edit_visible_events_of,
    involved_condition,
    people_with_address,
    visible_participations,
    visible_people,
)
from participants.privacy.retention import day_of_erasure
from participants.proposals.lifecycle import (
    must_accept,
    organisation_acted_for,
    propose_name_latin,
    propose_participation,
    propose_workplace,
)

WAITS_FOR_PERSON = _(
    "This person has an account. What you entered does not show or count until the person accepts "
    "it. The person gets an email."
)


class AffiliationForm(ModelForm):  # type: ignore[type-arg]
    """After the person has joined, only an operator can propose another organisation."""

    permissions: EventPermissions  # of the viewer

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        is_locked = row.pk and must_accept(row.delegate) and not self.permissions.is_operator
        if is_locked and "organisation" in self.fields:
            self.fields["organisation"].disabled = True
            lock_choice(self, "organisation")


class AffiliationFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Where a person works or worked. Of a person who has joined, entries are only proposed."""

    permissions: EventPermissions  # of the viewer
    number_proposed = 0

    def save_new(self, form: Any, commit: bool = True) -> Any:
        row = super().save_new(form, commit=False)
        if must_accept(self.instance):
            self._propose(None, row)
        elif commit:
            row.entered_for = organisation_acted_for(
                self.permissions.user, self.instance, timezone.localdate()
            )
            row.save()
        return row

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:
        if must_accept(self.instance):
            self._propose(Affiliation.objects.get(pk=obj.pk), obj)
            return obj
        return super().save_existing(form, obj, commit=commit)

    def _propose(self, affiliation: Affiliation | None, values: Affiliation) -> None:
        self.number_proposed += propose_workplace(
            self.instance,
            affiliation=affiliation,
            organisation=values.organisation,
            post=values.post,
            since=values.since,
            until=values.until,
            by=self.permissions.user,
            at=timezone.now(),
        )

    def clean(self) -> None:
        super().clean()
        # The model cannot check this before the person is saved.
        for form in self.forms:
            row = getattr(form, "cleaned_data", {})
            organisation = row.get("organisation")
            if not isinstance(organisation, Organisation):
                continue  # empty, or read-only, which gives only an id
            if organisation.is_demonstration != self.instance.is_demonstration:
                form.add_error(
                    "organisation",
                    _(
                        "Made-up people belong to made-up organisations only. Choose another "
                        "organisation."
                    ),
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

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may_change = super().has_change_permission(request, obj)
        if obj is None:
            return may_change
        permissions = request_permissions(request)
        return (
            may_change
            and can_edit_visible_events_of(obj, permissions)
            and not is_own_profile(obj, permissions.user)
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
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


def _known_parts(request: HttpRequest) -> Q:
    """Proposed participations in the viewer's own roundtables."""
    permissions = request_permissions(request)
    is_part = Q(kind=Proposal.Kind.PARTICIPATION)
    return is_part if permissions.is_operator else is_part & Q(event__in=permissions.readable)


class ParticipationForm(ModelForm):  # type: ignore[type-arg]
    """The organisation cannot be changed once it may affect what the person sees."""

    permissions: EventPermissions  # of the viewer

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row, permissions = self.instance, self.permissions
        if not row.pk:
            return
        may_edit = permissions.may_edit(row.event_id) and not is_own_profile(
            row.delegate, permissions.user
        )
        # Exceptions apply to the organisation someone represented, confirmed or not.
        affects_visibility = row.took_effect_at or (
            row.delegate.user_id and not permissions.is_operator
        )
        for name, field in self.fields.items():
            is_locked = name == "event" or (name == "organisation" and affects_visibility)
            field.disabled = bool(is_locked or not may_edit)
            if field.disabled and name in ("event", "organisation"):
                lock_choice(self, name)

    def clean_nomination(self) -> str:
        text: str = self.cleaned_data["nomination"]
        if text != self.initial.get("nomination", "") and "portal" in text.casefold():
            # Those who confirm rely on the sentence that the portal writes about a nomination.
            raise ValidationError(
                _(
                    "Only the portal writes that someone was nominated in it. Write how the "
                    "organisation named the person, for example by a letter."
                )
            )
        return text


class ParticipationFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """A person's participations that the viewer may see. As workplaces, some are only proposed."""

    permissions: EventPermissions  # of the viewer
    number_proposed = 0

    def save_new(self, form: Any, commit: bool = True) -> Any:
        if must_accept(self.instance):
            row = super().save_new(form, commit=False)
            self._propose(row)
            return row
        return super().save_new(form, commit=commit)

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:
        if not must_accept(self.instance):
            return super().save_existing(form, obj, commit=commit)
        if {"organisation", "capacity"} & set(form.changed_data):
            self._propose(obj)
        if "nomination" in form.changed_data:  # which only those who confirm read
            obj.save(update_fields=["nomination"])
        return obj

    def _propose(self, values: Participation) -> None:
        self.number_proposed += propose_participation(
            self.instance,
            event=values.event,
            organisation=values.organisation,
            capacity=values.capacity,
            nomination=values.nomination,
            by=self.permissions.user,
            at=timezone.now(),
        )

    def clean(self) -> None:
        super().clean()
        rows = [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None)]
        remaining = [row for row in rows if row.get("event") and not row.get("DELETE")]
        if self.instance._state.adding:
            if not remaining:
                raise ValidationError(
                    _(
                        "Add a participation in one of your roundtables. Every person must "
                        "belong to one."
                    )
                )
            self.instance.is_demonstration = remaining[0]["event"].is_demonstration
        for row in remaining:
            validate_same_demonstration(row["event"], self.instance.is_demonstration)
            if row.get("organisation"):
                validate_same_demonstration(row["event"], row["organisation"].is_demonstration)
        for form in self.deleted_forms if self.is_bound and not any(self.errors) else []:
            row = form.instance
            if not self.permissions.may_edit(row.event_id):
                raise ValidationError(
                    _("You can view this participation, but you cannot remove it.")
                )
            if is_own_profile(self.instance, self.permissions.user):
                raise ValidationError(
                    _("This participation is your own. Ask another co-chair to remove it.")
                )
            if row.took_effect_at:
                raise ValidationError(
                    _(
                        "This participation was confirmed, so you cannot remove it here. One "
                        "person can suspend it under “Participations”, and another one ends it."
                    )
                )
            if self.permissions.may_decide(row.event_id):
                continue
            if self.instance.user_id:
                raise ValidationError(
                    _(
                        "This person has joined the portal. Ask a co-chair to remove this "
                        "participation."
                    )
                )


class ParticipationInline(GrantScopedInline):
    """Participations in the viewer's roundtables."""

    model = Participation
    form = ParticipationForm
    formset = ParticipationFormSet
    fields = ["event", "organisation", "capacity", "nomination", "confirmed_at"]
    readonly_fields = ["confirmed_at"]
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("event", "organisation", "delegate")
        permissions = request_permissions(request)
        return rows if permissions.is_operator else rows.filter(event__in=permissions.readable)


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

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
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

    def choices(self, request: HttpRequest) -> QuerySet[Any]:
        people = visible_people(request_permissions(request))
        return super().choices(request).filter(pk__in=people.values("pk"))

    def limit_to_events(self, rows: QuerySet[Any], events: frozenset[int]) -> QuerySet[Any]:
        return rows.filter(pk__in=Participation.objects.filter(event__in=events).values("delegate"))

    def _event_ids_of(self, row: Delegate) -> set[int]:
        return set(row.participations.values_list("event_id", flat=True))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        shown = Participation.objects.select_related("organisation")
        sent = Invitation.objects.with_sent().annotate(
            has_inviter=ExpressionWrapper(
                has_inviter(timezone.localdate()), output_field=BooleanField()
            )
        )
        permissions = request_permissions(request)
        if not permissions.is_operator:
            shown = shown.filter(event__in=permissions.readable)
            sent = sent.filter(event__in=permissions.readable)
        rows = super().get_queryset(request)
        rows = rows.filter(pk__in=visible_people(permissions).values("pk"))
        proposed = Proposal.objects.filter(
            Q(organisation=None)
            | Q(event=None) & _known_workplaces(request)
            | _known_parts(request)
        )
        return with_visible_address(rows, permissions).prefetch_related(
            Prefetch(
                "proposals",
                queryset=proposed.select_related("organisation", "event"),
                to_attr="visible_proposals",
            ),
            Prefetch("participations", queryset=shown, to_attr="visible_participations"),
            Prefetch("invitations", queryset=sent, to_attr="visible_invitations"),
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
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
        return [
            *self.search_fields,
            *(["visible_address"] if self._may_see_address(request) else []),
        ]

    def _may_see_address(self, request: HttpRequest, row: Delegate | None = None) -> bool:
        permissions = request_permissions(request)
        if row is None:
            return permissions.can_invite_any
        return people_with_address(permissions).filter(pk=row.pk).exists()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = [*super().get_readonly_fields(request, obj), "waiting", "erased_on"]
        fields.append("invitation_address")
        if obj is not None and not can_edit_visible_events_of(obj, request_permissions(request)):
            # All roundtables of the person share these fields.
            fields += ["name", "name_latin", "invitation_email"]
        if obj is not None and has_joined(obj):
            # A person who could change them could take over the account.
            fields += ["name", "invitation_email"]
        return fields

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
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

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        permissions = request_permissions(request)
        events = permissions.decidable
        others = obj.participations.exclude(event__in=events)
        if permissions.is_operator or not others.exists():
            super().delete_model(request, obj)
            return
        # Other roundtables keep the person. For the viewer, this looks the same.
        with transaction.atomic():
            obj.lock()
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
        return (
            ", ".join(
                sorted({part.organisation.internal_short for part in row.visible_participations})
            )
            or "–"
        )

    @admin.display(description=_("invitation"))
    def invitation_state(self, row: Any) -> str:
        return describe_invitation_state(row.visible_invitations, timezone.now())

    @admin.display(description=_("to be erased on"))
    def erased_on(self, row: Any) -> str:
        day = self._day_of_erasure(row)
        return date_format(day) if day else "–"

    def _day_of_erasure(self, row: Any) -> date | None:
        """Invitations and participations that the viewer cannot see make no difference."""
        if row.user_id or row.erased_at:
            return None
        sent = [one for one in row.visible_invitations if one.is_sent]
        return day_of_erasure(row.visible_participations, sent)

    @admin.display(description=_("confirmed"), boolean=True)
    def is_confirmed(self, row: Any) -> bool:
        return bool(row.visible_participations) and all(
            part.confirmed_at for part in row.visible_participations
        )


def _describe_proposal(row: Proposal) -> str:
    if row.event:
        return ", ".join(filter(None, [str(row.event), str(row.organisation), row.capacity]))
    if row.kind != Proposal.Kind.WORKPLACE:
        return ": ".join(filter(None, [row.get_kind_display(), row.name_latin]))
    days = [date_format(day) if day else "" for day in (row.since, row.until)]
    period = "–".join(days) if any(days) else ""
    return ", ".join(filter(None, [str(row.organisation), row.post, period]))


def with_visible_names(rows: QuerySet[Any], permissions: EventPermissions) -> QuerySet[Any]:
    """Annotates participations with what they are found and sorted by: names that are shown."""
    is_named = Q(delegate__in=visible_people(permissions).values("pk"))
    return cast(
        "QuerySet[Any]",
        rows.annotate(
            **{
                f"visible_{name}": Case(When(is_named, then=f"delegate__{name}"), default=Value(""))
                for name in ("name", "name_latin", "sort_name")
            }
        ),
    )


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


@admin.register(Participation)
class ParticipationAdmin(PrivateAdmin):
    """Participations to confirm. They are edited with the delegate."""

    event_path = "event"
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
    # The confirmations stand where they are seen without scrolling.
    list_display = [
        "delegate",
        "organisation",
        "confirmations",
        "roundtable",
        "kind",
        "nomination",
        "capacity",
    ]
    list_filter = [PendingFilter, ConfirmedFilter, EventFilter]
    list_select_related = RELATED
    list_per_page = 100  # so that a meeting fits
    ordering = ["event"]  # then the names that are shown, not all of them
    search_fields = ["visible_name", "visible_name_latin", "organisation__name"]
    search_help_text = _("Name of the person or of the organisation")
    actions = ["confirm", "suspend", "end"]
    change_list_template = "participants/participation/admin/participation_change_list.html"

    def get_urls(self) -> list[Any]:
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
        }
        is_alone = Q(confirmations__capacity=Capacity.ALONE)
        rows = self.get_queryset(request).annotate(
            alone=Count("confirmations", filter=is_alone),
            others=Count("confirmations", filter=~is_alone),
        )
        by_one = rows.filter(confirmed_at__isnull=False, alone__gt=0, others__lt=2)
        more["confirmed_by_one"] = by_one.count()
        more["offers_review"] = permissions.can_confirm_any and "waits" in request.GET
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        given = ParticipationConfirmation.objects.select_related("on_behalf_of", "by")
        permissions = request_permissions(request)
        rows = super().get_queryset(request)
        rows = rows.filter(pk__in=visible_participations(permissions).values("pk"))
        rows = with_visible_names(rows, permissions).order_by("event", "visible_sort_name", "pk")
        return rows.prefetch_related(Prefetch("confirmations", queryset=given))

    def _person_column(self, request: HttpRequest, name: str) -> Callable[[Any], str]:
        if name != "delegate":
            return super()._person_column(request, name)
        viewer = request_permissions(request)

        @admin.display(description=_("delegate"), ordering="visible_sort_name")
        def delegate(row: Participation) -> str:
            return participant_name(row, viewer)

        return delegate

    def filter_pending(self, rows: QuerySet[Any], permissions: EventPermissions) -> QuerySet[Any]:
        if not permissions.is_operator:
            rows = self.limit_to_events(rows, permissions.confirmable)
        ids = confirmable(rows.select_related(*RELATED), permissions.user, timezone.now())
        return rows.filter(pk__in=ids)

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        # The actions check each row.
        return request_permissions(request).can_confirm_any

    @admin.display(description=_("roundtable"), ordering="event__code")
    def roundtable(self, row: Participation) -> str:
        return row.event.code

    @admin.display(description=_("kind"), ordering="organisation__kind")
    def kind(self, row: Any) -> str:
        country = f", {row.organisation.country.name}" if row.organisation.country else ""
        return f"{row.organisation.get_kind_display()}{country}"

    @admin.display(description=_("confirmed by"))
    def confirmations(self, row: Any) -> str:
        given = list(row.confirmations.all())
        names = ", ".join(_confirmed_by(confirmation) for confirmation in given)
        if row.suspended_at:
            return _suspension(row, missing_confirmation(row, given))
        if is_sufficient(row, given):
            return names
        missing = missing_confirmation(row, given)
        return f"{names} – {missing}" if names else missing

    @admin.action(description=_("Confirm participation"), permissions=["confirm"])
    def confirm(
        self, request: HttpRequest, queryset: QuerySet[Participation]
    ) -> HttpResponse | None:
        permissions = request_permissions(request)
        by, at, rows = permissions.user, timezone.now(), list(queryset)
        if "shown" not in request.POST:
            mine = set(confirmable(rows, by, at))
            ready = [row for row in rows if row.pk in mine]
            joined_by = joined_by_address(ready)
            context = {
                "title": _("Confirm that these people take part?"),
                "ready": [
                    (
                        row,
                        participant_name(row, permissions),
                        self.kind(row),
                        self.confirmations(row),
                        self._shown_address(row, joined_by, permissions),
                    )
                    for row in ready
                ],
                "number_of_others": len(rows) - len(ready),
                "shown": content_hash_of(ready),
            }
            template = "participants/participation/admin/confirm.html"
            return render_page(request, Participation, template, context)
        done = confirm_participations(
            participations=rows, by=by, at=at, shown_hash=request.POST["shown"]
        )
        if content_hash_of(rows) != request.POST["shown"]:
            changed = _(
                "Nothing is confirmed: an entry changed after you opened the page. Read it again."
            )
            messages.error(request, changed)
            return None
        self.report_counts(
            request,
            done=len(done),
            success=ngettext_lazy(
                "You confirmed %d participation.", "You confirmed %d participations."
            ),
            skipped=len(rows) - len(done),
            warning=ngettext_lazy(
                "%d participation is not changed. It does not need your confirmation, or it is of "
                "your own organisation.",
                "%d participations are not changed. They do not need your confirmation, or they "
                "are of your own organisation.",
            ),
        )
        if waiting := sum(row.confirmed_at is None for row in done):
            text = ngettext(
                "%d of them waits for a confirmation by another organisation.",
                "%d of them wait for a confirmation by another organisation.",
                waiting,
            )
            messages.info(request, text % waiting)
        return None

    def _shown_address(
        self, row: Participation, joined_by: dict[int, str], permissions: EventPermissions
    ) -> str:
        """Empty if the viewer confirms the organisation and the seat only."""
        if not permissions.can_see(row.delegate):
            return ""
        person = row.delegate
        address = joined_by[row.pk] if person.user_id else person.invitation_email
        if permissions.is_operator and (person.user_id or row.is_protected_from_desk):
            address = mask_address(address)
        return address or "–"

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
