"""Forms of the desk for where people work and what they take part in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.forms import BaseInlineFormSet, ModelForm
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from participants.admin_base.fields import lock_choice
from participants.models import (
    Affiliation,
    Letter,
    Organisation,
    Participation,
    validate_same_demonstration,
)
from participants.models.participation import MADE_UP_WORKPLACE_ERROR
from participants.participation.confirmation import is_own_profile
from participants.permissions import EventPermissions
from participants.proposals.lifecycle import (
    must_accept,
    organisation_acted_for,
    propose_participation,
    propose_workplace,
)
from roundtable.audit import log as audit
from roundtable.uploads.validation import CheckedFile, check_file


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
                form.add_error("organisation", MADE_UP_WORKPLACE_ERROR)


class ParticipationForm(ModelForm):  # type: ignore[type-arg]
    """The organisation cannot be changed once it may affect what the person sees."""

    permissions: EventPermissions  # of the viewer
    letter_day = forms.DateField(
        label=_("Date of a new letter"),
        required=False,
        help_text=_("If it is not in the list above. The organisation above wrote it."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    letter_file = forms.FileField(
        label=_("File of a new letter"),
        required=False,
        help_text=_(
            "A PDF, a picture or an office document. Only you can open it. Others read the line "
            "about each person whom they may see."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checked: CheckedFile | None = None
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

    def clean_letter_file(self) -> Any:
        file = self.cleaned_data["letter_file"]
        self.checked = check_file(file) if file else None
        return file

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        letter, day = values.get("letter"), values.get("letter_day")
        is_new = bool(day or self.checked)
        if is_new and letter:
            self.add_error("letter", _("Choose a letter or enter a new one, not both."))
        elif is_new and not (day and self.checked):
            if not self.errors.keys() & {"letter_day", "letter_file"}:
                text = _("Enter the date of the letter and choose its file.")
                self.add_error("letter_file", text)
        elif letter and letter.event != values.get("event"):
            self.add_error("letter", _("Choose a letter for this roundtable."))
        elif (is_new or letter) and not values.get("nomination"):
            self.add_error("nomination", _("Copy the line of the letter about this person."))
        return values

    def store_letter(self, row: Participation) -> None:
        """Before the row is saved or proposed. The letter is of the organisation of the row."""
        if self.checked:
            row.letter = Letter(
                organisation=row.organisation,
                event=row.event,
                dated_on=self.cleaned_data["letter_day"],
                media_type=self.checked.media_type,
                entered_by=self.permissions.user,
            )
            name = f"letter-{get_random_string(20)}.{self.checked.extension}"
            row.letter.file.save(name, ContentFile(self.checked.content))
            audit.record(
                action="add letter",
                at=row.letter.entered_at,
                actor=self.permissions.user,
                subject=row.letter,
                organisation=row.organisation.slug,
                detail=row.event.code,
            )


class ParticipationFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """A person's participations that the viewer may see. As workplaces, some are only proposed."""

    permissions: EventPermissions  # of the viewer
    number_proposed = 0

    def save_new(self, form: Any, commit: bool = True) -> Any:
        form.store_letter(form.instance)
        if must_accept(self.instance):
            row = super().save_new(form, commit=False)
            self._propose(row)
            return row
        return super().save_new(form, commit=commit)

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:
        form.store_letter(obj)
        if not must_accept(self.instance):
            return super().save_existing(form, obj, commit=commit)
        if {"organisation", "capacity"} & set(form.changed_data):
            self._propose(obj)
        if {"letter", "letter_file", "nomination"} & set(form.changed_data):
            # Only those who confirm read it.
            obj.save(update_fields=["letter", "nomination"])
        return obj

    def _propose(self, values: Participation) -> None:
        self.number_proposed += propose_participation(
            self.instance,
            event=values.event,
            organisation=values.organisation,
            capacity=values.capacity,
            letter=values.letter,
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
