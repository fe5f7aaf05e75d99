"""A person's participations, on that person's page at the desk."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from participants.actions import is_own
from participants.admin.base import GrantedInline
from participants.admin.choices import keep_choice
from participants.models import Participation, check_made_up
from participants.permissions import Rights


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
