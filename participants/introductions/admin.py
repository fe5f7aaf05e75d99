"""Co-chairs introduce two people of their roundtable; both still have to accept."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.admin_base.private import PrivateAdmin
from participants.introductions.lifecycle import (
    propose_introduction,
    shared_events,
    was_recently_proposed,
)
from participants.models import Delegate, Introduction, Participation


class IntroductionProposalForm(forms.ModelForm):  # type: ignore[type-arg]
    """Two people who took part in the same roundtable, and why they should meet."""

    permissions: Any  # of who fills it in

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where the two share no roundtable of the co-chair."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, second = cleaned.get("first"), cleaned.get("second")
        if not first or not second or first == second:
            return cleaned
        own = {first.user_id, second.user_id}
        if self.permissions.user.pk in own:
            raise ValidationError(_("You are one of the two: ask on the person's own page."))
        if not any(self.permissions.may_decide(event) for event in shared_events(first, second)):
            raise ValidationError(
                _("Both must be confirmed participants of one roundtable that you co-chair.")
            )
        if was_recently_proposed(first, second, by=self.permissions.user, at=timezone.now()):
            raise ValidationError(_("You proposed this within a year. Leave it to the two."))
        return cleaned


@admin.register(Introduction)
class IntroductionAdmin(PrivateAdmin):
    """The introductions that the viewer proposed; who refused is told to nobody."""

    form = IntroductionProposalForm
    fields = ["first", "second", "message"]
    list_display = ["first", "second", "proposed_at", "state"]
    list_display_links = None  # the list says all of it
    list_select_related = ["first", "second"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """One's own proposals, for operators too."""
        rows = Introduction.objects.filter(proposed_by=self.permissions_of(request).user)
        # What two people ask of each other is theirs alone.
        return rows.exclude(first__user=self.permissions_of(request).user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who proposed it."""
        return obj is None and self.permissions_of(request).can_decide_any

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Co-chairs."""
        return self.permissions_of(request).can_decide_any

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: the two have been asked."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: it is the two people's now."""
        return False

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Tells the form who fills it in."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.permissions = self.permissions_of(request)
        return form

    def get_related_queryset(self, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        """Confirmed participants with an account, of roundtables that the viewer co-chairs."""
        permissions = self.permissions_of(request)
        participations = Participation.objects.confirmed()
        if not permissions.is_operator:
            participations = participations.filter(event__in=permissions.decidable)
        people = Delegate.objects.filter(
            pk__in=participations.values("delegate"), user__is_active=True
        )
        return people.exclude(user=permissions.user).order_by("name", "pk")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Asks both."""
        introduction = propose_introduction(
            first=obj.first,
            second=obj.second,
            by=self.permissions_of(request).user,
            message=obj.message,
            at=timezone.now(),
        )
        obj.pk = introduction.pk

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the proposal has its own entries."""

    @admin.display(description=_("state"))
    def state(self, row: Introduction) -> str:
        """Whether both accepted; a refusal reads like no answer."""
        is_accepted = row.first_accepted_at and row.second_accepted_at
        return gettext("Both accepted") if is_accepted else gettext("Not answered by both")
