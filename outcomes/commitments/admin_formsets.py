"""Lists of forms in a page of the admin that check what their rows share."""

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from participants.models import Delegate, Participation


class UniquePartyFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Organisations and groups, each once: the database checks rows, not two new ones at a time."""

    def remaining_forms(self) -> list[Any]:
        """The forms that were filled in and are not to be removed."""
        forms = [form for form in self.forms if getattr(form, "cleaned_data", None)]
        return [form for form in forms if not form.cleaned_data.get("DELETE")]

    def clean(self) -> None:
        """Raises ValidationError where one stands twice."""
        super().clean()
        pairs: set[tuple[Any, Any]] = set()
        for form in self.remaining_forms():
            pair = (form.cleaned_data.get("organisation"), form.cleaned_data.get("group"))
            if pair in pairs and pair != (None, None):
                raise ValidationError(_("“%s” stands here twice.") % (pair[0] or pair[1]))
            pairs.add(pair)


class PartyFormSet(UniquePartyFormSet):
    """The parties of a commitment and whom one may ask."""

    def clean(self) -> None:
        """Raises ValidationError for a focal point who did not take part in the roundtable."""
        super().clean()
        for form in self.remaining_forms():
            person: Delegate | None = form.cleaned_data.get("focal_point")
            if person is None or "focal_point" not in form.changed_data:
                continue
            took_part = Participation.objects.filter(
                delegate=person, event=self.instance.event_id
            ).exists()
            if not took_part:
                form.add_error("focal_point", _("Choose somebody who took part in the roundtable."))

    def save_new(self, form: Any, commit: bool = True) -> Any:
        """A party; a focal point is asked, and has not accepted."""
        row = super().save_new(form, commit=False)
        if commit:
            row.request_focal_point(row.focal_point)
        return row

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:
        """A party; who would be the focal point of something else is asked anew."""
        row = form.save(commit=False)
        if commit and {"focal_point", "organisation", "group"} & set(form.changed_data):
            row.request_focal_point(row.focal_point)
        elif commit:
            row.save()
        return row
