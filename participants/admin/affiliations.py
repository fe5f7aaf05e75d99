"""Where people work or worked: it decides whom others leave out, so it is ended, not undone."""

from typing import Any

from django.db.models import Q, QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from participants.actions import is_own
from participants.admin.base import GrantedInline
from participants.admin.choices import keep_choice
from participants.models import Affiliation, Delegate, Organisation, Participation
from participants.permissions import Rights, edits_all_of, known_directly


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
