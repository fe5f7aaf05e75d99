"""Admin formsets that validate across rows."""

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from participants.models import Delegate, Participation


class UniquePartyFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Rejects an organisation or group that appears twice."""

    def remaining_forms(self) -> list[Any]:
        forms = [form for form in self.forms if getattr(form, "cleaned_data", None)]
        return [form for form in forms if not form.cleaned_data.get("DELETE")]

    def clean(self) -> None:
        super().clean()
        # Constraint validation checks each form alone, so it misses two equal new rows.
        pairs: set[tuple[Any, Any]] = set()
        for form in self.remaining_forms():
            pair = (form.cleaned_data.get("organisation"), form.cleaned_data.get("group"))
            if pair in pairs and pair != (None, None):
                raise ValidationError(
                    _("“%s” appears twice here. Remove one of them.") % (pair[0] or pair[1])
                )
            pairs.add(pair)


class PartyFormSet(UniquePartyFormSet):
    """Parties of a commitment and their focal points."""

    def clean(self) -> None:
        super().clean()
        for form in self.remaining_forms():
            person: Delegate | None = form.cleaned_data.get("focal_point")
            if person is None or "focal_point" not in form.changed_data:
                continue
            took_part = Participation.objects.filter(
                delegate=person, event=self.instance.event_id
            ).exists()
            if not took_part:
                form.add_error("focal_point", _("Choose someone who took part in the roundtable."))

    def save_new(self, form: Any, commit: bool = True) -> Any:
        row = super().save_new(form, commit=False)
        if commit:
            row.request_focal_point(row.focal_point)
        return row

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:
        # A person accepts to be asked about one party of one commitment: a change needs a new
        # acceptance.
        row = form.save(commit=False)
        if commit and {"focal_point", "organisation", "group"} & set(form.changed_data):
            row.request_focal_point(row.focal_point)
        elif commit:
            row.save()
        return row
