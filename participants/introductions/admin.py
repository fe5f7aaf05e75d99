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
from participants.introductions.lifecycle import introduce, proposed_lately, shared_events
from participants.models import Delegate, Introduction, Participation


class IntroductionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Two people who took part in the same roundtable, and why they should meet."""

    rights: Any  # of who fills it in

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where the two share no roundtable of the co-chair."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, second = cleaned.get("first"), cleaned.get("second")
        if not first or not second or first == second:
            return cleaned
        own = {first.user_id, second.user_id}
        if self.rights.user.pk in own:
            raise ValidationError(_("You are one of the two: ask on the person's own page."))
        if not any(self.rights.may_decide(event) for event in shared_events(first, second)):
            raise ValidationError(
                _("Both must be confirmed participants of one roundtable that you co-chair.")
            )
        if proposed_lately(first, second, by=self.rights.user, at=timezone.now()):
            raise ValidationError(_("You proposed this within a year. Leave it to the two."))
        return cleaned


@admin.register(Introduction)
class IntroductionAdmin(PrivateAdmin):
    """The introductions that the viewer proposed; who refused is told to nobody."""

    form = IntroductionForm
    fields = ["first", "second", "message"]
    list_display = ["first", "second", "proposed_at", "state"]
    list_display_links = None  # the list says all of it
    list_select_related = ["first", "second"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """One's own proposals, for operators too."""
        rows = Introduction.objects.filter(proposed_by=self.rights_of(request).user)
        # What two people ask of each other is theirs alone.
        return rows.exclude(first__user=self.rights_of(request).user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who proposed it."""
        return obj is None and self.rights_of(request).decides_somewhere

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Co-chairs."""
        return self.rights_of(request).decides_somewhere

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
        form.rights = self.rights_of(request)
        return form

    def offered(self, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        """Confirmed participants with an account, of roundtables that the viewer co-chairs."""
        mine = self.rights_of(request)
        seats = Participation.objects.confirmed()
        if not mine.is_operator:
            seats = seats.filter(event__in=mine.decidable)
        people = Delegate.objects.filter(pk__in=seats.values("delegate"), user__is_active=True)
        return people.exclude(user=mine.user).order_by("name", "pk")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Asks both."""
        made = introduce(
            first=obj.first,
            second=obj.second,
            by=self.rights_of(request).user,
            message=obj.message,
            at=timezone.now(),
        )
        obj.pk = made.pk

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the proposal has its own entries."""

    @admin.display(description=_("state"))
    def state(self, row: Introduction) -> str:
        """Whether both accepted; a refusal reads like no answer."""
        is_accepted = row.first_accepted_at and row.second_accepted_at
        return gettext("Both accepted") if is_accepted else gettext("Not answered by both")
