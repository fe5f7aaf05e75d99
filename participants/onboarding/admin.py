"""Admin action to invite delegates, and the admin of requests for an invitation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from participants.accounts.addresses import mask_address
from participants.admin_base.fields import request_permissions
from participants.admin_base.filters import EventFilter
from participants.admin_base.private import PrivateAdmin
from participants.admin_base.site import render_page
from participants.models import Delegate, Invitation, InvitationRequest, Organisation
from participants.onboarding import requests
from participants.onboarding.forms import OwnWordsForm
from participants.onboarding.invitations import (
    invitation_error,
    preview_invitation,
    send_invitation,
)
from participants.onboarding.nominations import nomination_sentence
from participants.permissions import (
    EventPermissions,
    login_addresses,
    visible_organisations,
    visible_people,
)
from roundtable.mail.batches import create_batch
from roundtable.mail.models import MailBatch
from roundtable.models import Event


@dataclass(frozen=True)
class InvitationCandidate:
    """A person to invite and the roundtable, or the problem that prevents it."""

    delegate: Delegate
    event: Event | None
    problem: str


def describe_invitation_state(invitations: Sequence[Any], at: datetime) -> str:
    """Of invitations that are annotated with `has_inviter`."""
    if not invitations:
        return gettext("Not invited")
    newest = max(invitations, key=lambda row: (row.invited_at, row.pk))
    day = date_format(timezone.localdate(newest.answered_at or newest.invited_at))
    if newest.answer == Invitation.Answer.ACCEPTED:
        return gettext("Accepted on %s") % day
    if newest.answer == Invitation.Answer.NOT_ME:
        return gettext("Answered “This is not me” on %s") % day
    if newest.revoked_at:
        return gettext("Withdrawn on %s") % date_format(timezone.localdate(newest.revoked_at))
    if not newest.answer and not newest.has_inviter:
        return gettext("No longer valid: the person who invited on %s can no longer invite") % day
    if newest.expires_at <= at:
        return gettext("Expired: invited on %s") % day
    return gettext("Invited on %s") % day


@admin.action(description=_("Invite"), permissions=["invite"])
def invite(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Delegate]
) -> HttpResponse | None:
    permissions = request_permissions(request)
    chosen = invitation_candidates(queryset, permissions)
    ready = [choice for choice in chosen if not choice.problem]
    form = OwnWordsForm(request.POST if "confirmed" in request.POST else None)
    if not form.is_valid() or "preview" in request.POST:
        events = dict.fromkeys(choice.event for choice in ready if choice.event)
        context = {
            "title": _("Invite these people?"),
            "ready": ready,
            "excluded": [choice for choice in chosen if choice.problem],
            "form": form,
            "previews": [
                preview_invitation(
                    event=event,
                    by=permissions.user,
                    own_words=form.shown_words,
                    at=timezone.now(),
                )
                for event in events
            ],
        }
        template = "participants/onboarding/admin/invite_confirmation.html"
        return render_page(request, Delegate, template, context)
    at, batches = timezone.now(), {}
    with transaction.atomic():
        Delegate.lock_all(choice.delegate.pk for choice in ready)
        for choice in ready:
            event = choice.event
            assert event is not None
            if event not in batches:
                batches[event] = create_batch(event=event, action=MailBatch.Action.INVITE, at=at)
            send_invitation(
                delegate=choice.delegate,
                event=event,
                by=permissions.user,
                at=at,
                own_words=form.cleaned_data["own_words"],
                batch=batches[event],
            )
    text = ngettext(
        "We send %d invitation in ten minutes. Until then you can cancel it under "
        "“Emails on hold”.",
        "We send %d invitations in ten minutes. Until then you can cancel them under "
        "“Emails on hold”.",
        len(ready),
    )
    messages.success(request, text % len(ready))
    return None


def invitation_candidates(
    people: QuerySet[Delegate], permissions: EventPermissions
) -> list[InvitationCandidate]:
    """Pairs each person with the latest roundtable that the viewer may invite them to."""
    own_addresses = login_addresses(permissions.user)
    candidates = []
    for person in people.prefetch_related("participations__event", "participations__organisation"):
        # For the others, the error says who can invite.
        ranked = [
            (
                permissions.may_invite(
                    part.event_id, part.organisation, is_protected=part.is_protected_from_desk
                ),
                part.event,
            )
            for part in person.participations.all()
            if permissions.may_read(part.event_id)
        ]
        may_invite = any(may for may, _event in ranked)
        events = [event for may, event in ranked if may == may_invite]
        event = max(events, key=lambda row: (row.starts_on, row.pk), default=None)
        problem = (
            invitation_error(person, event, permissions=permissions, own_addresses=own_addresses)
            if event
            else gettext("You are not a co-chair of any roundtable of this person.")
        )
        candidates.append(InvitationCandidate(person, event, problem))
    return candidates


class InvitationDecisionForm(forms.ModelForm, OwnWordsForm):  # type: ignore[type-arg]
    """A co-chair's decision about a request."""

    permissions: EventPermissions  # of the co-chair who decides

    answer = forms.ChoiceField(
        label=_("Your decision"),
        choices=[
            ("invite", _("Invite and send a link to the address above")),
            ("refuse", _("Refuse and send no email")),
        ],
        widget=forms.RadioSelect,
    )
    speaks_for = forms.ModelChoiceField(
        label=_("The organisation the person represented"),
        queryset=Organisation.objects.none(),
        required=False,
        help_text=_(
            "You need this to invite the person. If the organisation is not in the list, "
            "add it first. A co-chair confirms the participation separately."
        ),
    )

    class Meta:
        model = InvitationRequest
        fields: Sequence[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["speaks_for"]
        field.queryset = (
            visible_organisations(self.permissions)
            .not_archived()
            .filter(is_demonstration=self.instance.event.is_demonstration)
            .order_by("name")
        )
        same = field.queryset.filter(name__iexact=self.instance.organisation).first()
        if nominated_for := self.instance.nominated_for:
            # No organisation nominates for another one.
            field.queryset = Organisation.objects.filter(pk=nominated_for.pk)
            field.disabled, same = True, nominated_for
        self.initial["speaks_for"] = same and same.pk

    def sends_email(self, cleaned: dict[str, Any]) -> bool:
        return cleaned.get("answer") == "invite"

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = OwnWordsForm.clean(self)  # which a model form does not call
        if not requests.lock_if_pending(self.instance):
            raise ValidationError(
                _("Someone else has already decided this request. Return to the list.")
            )
        if cleaned.get("answer") != "invite":
            return cleaned
        if problem := requests.grant_request_error(
            self.instance,
            permissions=self.permissions,
            own_addresses=login_addresses(self.permissions.user),
            organisation=cleaned.get("speaks_for"),
        ):
            raise ValidationError(problem)
        if not cleaned.get("speaks_for") and not requests.matching_delegate(
            self.instance, self.permissions
        ):
            self.add_error("speaks_for", _("Choose the organisation the person represented."))
        return cleaned


@admin.register(InvitationRequest)
class InvitationRequestAdmin(PrivateAdmin):
    """Requests for an invitation and nominations. Only people who decide them see them."""

    event_path = "event"
    waits_in_queue = True
    unavailable = ("add",)  # they come only from the public form and from nominations
    saving_is_audited = True
    form = InvitationDecisionForm
    change_form_template = "participants/onboarding/admin/invitation_request_change_form.html"
    list_display = [
        "name",
        "organisation",
        "is_nominated",
        "address",
        "event",
        "requested_at",
        "state",
    ]
    list_filter = ["decision", EventFilter]
    list_select_related = ["event"]
    search_fields = ["name", "organisation", "=email"]
    search_help_text = _("Name, organisation or the whole address")
    readonly_fields = [
        "event",
        "name",
        "organisation",
        "nomination",
        "post",
        "capacity",
        "address",
        "note",
        "requested_at",
        "decision",
        "decided_at",
    ]
    actions = ["refuse"]

    def visible_rows(self, request: HttpRequest) -> QuerySet[InvitationRequest]:
        rows = super().visible_rows(request)
        return requests.visible_requests(rows, request_permissions(request))

    def get_queryset(self, request: HttpRequest) -> QuerySet[InvitationRequest]:
        nominators = visible_people(request_permissions(request)).filter(
            user=OuterRef("nominated_by"), participations__event=OuterRef("event")
        )
        rows: QuerySet[Any] = self.visible_rows(request).annotate(
            nominator=Subquery(nominators.values("name")[:1])
        )
        return rows

    def has_decide_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        permissions = request_permissions(request)
        if obj is None:
            return permissions.can_invite_any
        return requests.may_decide_request(obj, permissions)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_decide_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may_view = self.has_view_permission(request, obj)
        return may_view and (obj is None or not obj.decision)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Co-chairs may delete a request, because it contains an email address.
        return self.has_view_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: InvitationRequest | None = None) -> Any:
        request_fields = ["event", "name", "organisation", "address", "note", "requested_at"]
        if obj is not None and obj.nominated_for_id:
            request_fields[3:5] = ["nomination", "post", "capacity", "address"]
        if self.has_change_permission(request, obj):
            return [*request_fields, "answer", "speaks_for", "own_words", "previewed"]
        return [*request_fields, "decision", "decided_at"]

    def row_context(self, request: HttpRequest, row: InvitationRequest) -> dict[str, Any]:
        if not self.has_change_permission(request, row):
            return {}
        words = OwnWordsForm(request.POST) if request.method == "POST" else OwnWordsForm()
        words.is_valid()
        by, at = request_permissions(request).user, timezone.now()
        own_words = words.shown_words
        preview = preview_invitation(event=row.event, by=by, own_words=own_words, at=at)
        return {"previews": [preview]}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by, now = request_permissions(request).user, timezone.now()
        if form.cleaned_data["answer"] == "refuse":
            requests.refuse_request(invitation_request=obj, by=by, at=now)
            return
        chosen = form.cleaned_data["speaks_for"]
        requests.grant_request(
            invitation_request=obj,
            organisation=chosen,
            own_words=form.cleaned_data["own_words"],
            by=by,
            at=now,
        )
        self.message_user(request, gettext("The invitation is sent."), messages.SUCCESS)

    @admin.display(description=_("email address"))
    def address(self, row: InvitationRequest) -> str:
        # Once invited, the person signs in with it.
        return mask_address(row.email) if row.decision else row.email

    @admin.display(description=_("nominated"))
    def nomination(self, row: Any) -> str:
        return nomination_sentence(row, row.nominator or "") or "–"

    @admin.display(description=_("nominated"), boolean=True)
    def is_nominated(self, row: InvitationRequest) -> bool:
        return row.nominated_for_id is not None

    @admin.display(description=_("decision"))
    def state(self, row: InvitationRequest) -> str:
        return row.get_decision_display() or gettext("Waiting")

    @admin.action(description=_("Refuse and send no email"), permissions=["decide"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[InvitationRequest]) -> None:
        rows = list(queryset.filter(decision="").select_related("event"))
        by, now = request_permissions(request).user, timezone.now()
        refused = sum(
            requests.refuse_request(invitation_request=row, by=by, at=now) for row in rows
        )
        text = ngettext("%d request is refused.", "%d requests are refused.", refused)
        self.message_user(request, text % refused, messages.SUCCESS)
