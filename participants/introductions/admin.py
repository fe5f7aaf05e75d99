"""Introductions that co-chairs propose between two people of their roundtable."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.admin_base.fields import request_permissions
from participants.admin_base.private import PrivateAdmin
from participants.introductions.lifecycle import (
    propose_introduction,
    shared_events,
    was_recently_proposed,
)
from participants.models import Introduction, Participation
from participants.models.delegate import BY_NAME
from participants.permissions import EventPermissions, visible_people


class IntroductionProposalForm(forms.ModelForm):  # type: ignore[type-arg]
    """Two participants of the same roundtable, and why they should meet."""

    permissions: EventPermissions  # of the co-chair who fills in the form

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, second = cleaned.get("first"), cleaned.get("second")
        if not first or not second or first == second:
            return cleaned
        own = {first.user_id, second.user_id}
        if self.permissions.user.pk in own:
            raise ValidationError(
                _(
                    "You are one of the two people. Ask for the introduction on the other "
                    "person's page."
                )
            )
        if not any(self.permissions.may_decide(event) for event in shared_events(first, second)):
            raise ValidationError(
                _("Both people must be confirmed participants of one roundtable that you co-chair.")
            )
        if was_recently_proposed(first, second, by=self.permissions.user, at=timezone.now()):
            raise ValidationError(
                _("You proposed this introduction less than a year ago. Let the two people decide.")
            )
        return cleaned


@admin.register(Introduction)
class IntroductionAdmin(PrivateAdmin):
    """Only the viewer's own proposals. A refusal looks the same as no answer."""

    # Both people have already been asked, and the introduction belongs to them.
    unavailable = ("change", "delete")
    cochairs_only = True
    saving_is_audited = True
    form = IntroductionProposalForm
    fields = ["first", "second", "message"]
    list_display = ["first", "second", "proposed_at", "state"]
    list_display_links = None  # the list already shows every field

    def visible_rows(self, request: HttpRequest) -> QuerySet[Introduction]:
        # Operators too see only their own proposals.
        permissions = request_permissions(request)
        people = visible_people(permissions).values("pk")
        rows = Introduction.objects.filter(
            proposed_by=permissions.user, first__in=people, second__in=people
        ).select_related("first", "second")
        # Requests that the viewer made as a participant are private and do not belong in the admin.
        return rows.exclude(first__user=permissions.user)

    def has_view_permission(self, request: HttpRequest, obj: Introduction | None = None) -> bool:
        return obj is None and super().has_view_permission(request)

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        permissions = request_permissions(request)
        participations = Participation.objects.confirmed()
        if not permissions.is_operator:
            participations = participations.filter(event__in=permissions.decidable)
        people = visible_people(permissions).filter(
            pk__in=participations.values("delegate"), user__is_active=True
        )
        return people.exclude(user=permissions.user).order_by(*BY_NAME)

    def save_model(self, request: HttpRequest, obj: Introduction, form: Any, change: bool) -> None:
        introduction = propose_introduction(
            first=obj.first,
            second=obj.second,
            by=request_permissions(request).user,
            message=obj.message,
            at=timezone.now(),
        )
        obj.pk = introduction.pk

    @admin.display(description=_("state"))
    def state(self, row: Introduction) -> str:
        # A refusal must look the same as no answer.
        is_accepted = row.first_accepted_at and row.second_accepted_at
        return gettext("Both accepted") if is_accepted else gettext("Not yet accepted by both")
