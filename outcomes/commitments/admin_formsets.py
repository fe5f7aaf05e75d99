"""Admin formsets that validate across rows."""

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet, ModelForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outcomes.reporting.focal_points import ask_focal_point, may_be_focal_point
from participants.display_names import display_name
from participants.models import Delegate
from participants.permissions import EventPermissions

# A focal point who accepted for one party did not accept for another.
ASKED_ABOUT = {"focal_point", "organisation", "group"}


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


class PartyForm(ModelForm):  # type: ignore[type-arg]
    """A party, and its focal point if the viewer may see that person."""

    permissions: EventPermissions  # of the viewer

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person, field = self.instance.focal_point, self.fields.get("focal_point")
        self.unseen_person = person if person and not self.permissions.can_see(person) else None
        if self.unseen_person and field is not None:
            # Without the number of the person, by which others could recognise who it is.
            self.initial["focal_point"] = None
            choices: Any = field.choices  # type: ignore[attr-defined]
            name = display_name(person, self.permissions)
            field.choices = [("", name), *list(choices)[1:]]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        becomes_another = {"organisation", "group"} & set(self.changed_data)
        if self.instance.pk and becomes_another and self.instance.updates.exists():
            # Else the reports of one party would become those of another.
            raise ValidationError(
                _("There are reports of this party. Keep it, and add the other one on a new line.")
            )
        return cleaned

    def clean_focal_point(self) -> Delegate | None:
        """Someone else can be chosen, but nothing else replaces whom the page does not show."""
        chosen: Delegate | None = self.cleaned_data["focal_point"]
        return chosen or self.unseen_person


class PartyFormSet(UniquePartyFormSet):
    """Parties of a commitment and their focal points."""

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            removed = self._should_delete_form(form) and form.instance.pk  # type: ignore[attr-defined]
            if removed and form.instance.disputes.open().exists():
                raise ValidationError(
                    _("“%s” does not recognise this text. Change the text, or keep the party.")
                    % form.instance
                )
        for form in self.remaining_forms():
            row = form.cleaned_data
            person: Delegate | None = row.get("focal_point")
            # Without a roundtable, the form of the commitment says what is missing. The database's
            # rule about groups has its own sentence.
            is_asked = ASKED_ABOUT & set(form.changed_data) and self.instance.event_id
            if person is None or row.get("group") or not is_asked:
                continue
            if not may_be_focal_point(
                person, row.get("organisation"), self.instance.event, timezone.localdate()
            ):
                text = _(
                    "Choose someone whose participation for this organisation is confirmed. Or "
                    "leave this field empty."
                )
                form.add_error("focal_point", text)

    def save_new(self, form: Any, commit: bool = True) -> Any:
        row = super().save_new(form, commit=False)
        if commit:
            ask_focal_point(row, row.focal_point, at=timezone.now())
        return row

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:
        # A person accepts to be asked about one party of one commitment: a change needs a new
        # acceptance.
        row = form.save(commit=False)
        if {"organisation", "group"} & set(form.changed_data):
            row.recorded_at = timezone.now()  # another party
        if commit and ASKED_ABOUT & set(form.changed_data):
            ask_focal_point(row, row.focal_point, at=timezone.now())
        elif commit:
            row.save()
        return row
