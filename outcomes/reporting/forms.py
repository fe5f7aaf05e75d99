"""The form of an update, and of what it rests on."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.evidence.files import extract_text
from outcomes.evidence.validation import CheckedFile, check_file
from outcomes.models import CompletionLevel, Evidence, ImplementationStatus, ProgressUpdate
from outcomes.reporting.pii_scan import find_contact_details

TEXT_FIELDS = ["text", "obstacles", "next_steps", "reason", "source"]


class UpdateForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a party reports; a draft may lack anything, what is handed in may not."""

    contacts_confirmed = forms.CharField(required=False)

    class Meta:
        model = ProgressUpdate
        fields = ["status", "completion", "reported_on", *TEXT_FIELDS, "has_no_personal_details"]
        labels = {"has_no_personal_details": gettext_lazy("It names no person and no shelter")}
        widgets = {
            "reported_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "text": forms.Textarea(attrs={"rows": 5}),
            "obstacles": forms.Textarea(attrs={"rows": 3}),
            "next_steps": forms.Textarea(attrs={"rows": 3}),
            "reason": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, submitting: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.submitting = submitting
        self.contacts: list[str] = []
        self.other_public_text: list[str] = []  # what else everyone is going to read
        status: Any = self.fields["status"]
        status.choices = [("", _("Choose …")), *ImplementationStatus.choices]
        step: Any = self.fields["completion"]
        step.choices = [("", _("Cannot be said")), *CompletionLevel.choices]
        # Of a draft nothing is asked; what is opened says what will be.
        status.required = self.fields["text"].required = submitting or not self.is_bound
        status.error_messages["required"] = _("Say how far the commitment has come.")
        self.fields["text"].error_messages["required"] = _("Say what was done.")

    def clean(self) -> dict[str, Any]:
        """Points out what is missing, and what looks like a way to reach somebody."""
        values = super().clean() or self.cleaned_data
        if self.submitting:
            # The row is filled in after this, so what is missing is asked of another one.
            sent = {name: value for name, value in values.items() if name in self.Meta.fields}
            for name, sentence in ProgressUpdate(**sent).missing_fields().items():
                if name not in self.errors:
                    self.add_error(name, sentence)
            said = [*(values.get(name, "") for name in TEXT_FIELDS), *self.other_public_text]
            self.contacts = find_contact_details("\n".join(said))
            if self.contacts and values["contacts_confirmed"] != self.contacts_joined:
                self.add_error(
                    "contacts_confirmed",
                    _(
                        "Take these out, or say that everyone may read them: they look like ways "
                        "to reach somebody."
                    ),
                )
        return values

    @property
    def contacts_joined(self) -> str:
        """All that was pointed out, so that a yes stands for just that."""
        return " · ".join(self.contacts)


class EvidenceForm(forms.ModelForm):  # type: ignore[type-arg]
    """One thing that an update rests on; all of it may be left empty."""

    prefix = "evidence"
    url = forms.URLField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text=gettext_lazy("Where it stands. Or choose a file instead."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy(
            "Up to 20 MB: PDF, image or office document without macros. Of images, where they were "
            "taken is left out. What a document names, everyone reads."
        ),
    )

    class Meta:
        model = Evidence
        fields = ["title", "url", "file", "dated_on", "is_public"]
        widgets = {"dated_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.empty_permitted = True
        self.use_required_attribute = False
        self.fields["title"].required = False
        self.checked: CheckedFile | None = None

    @property
    def is_given(self) -> bool:
        """Whether anything was filled in."""
        return self.has_changed()

    def clean(self) -> dict[str, Any]:
        """Points out what is missing, and looks into the file."""
        values = super().clean() or self.cleaned_data
        file, url = values.pop("file", None), values.get("url")
        if not values.get("title"):
            self.add_error("title", _("Say what it is."))
        if "file" in self.errors or "url" in self.errors:
            return values
        if bool(file) == bool(url):
            self.add_error("file", _("Give an address or a file, not both."))
        elif file:
            try:
                self.checked = check_file(file)
            except ValidationError as refusal:
                self.add_error("file", refusal)
        return values

    def _get_validation_exclusions(self) -> set[str]:
        # The file is stored under a name of the portal's own, once all is found right.
        return {*super()._get_validation_exclusions(), "file", "update"}  # type: ignore[misc]

    def public_texts(self) -> list[str]:
        """What everyone may read of it: its title, its address, and what a public file says."""
        found = [str(self[name].value() or "") for name in ("title", "url")]
        if self.checked and self.cleaned_data.get("is_public"):
            found.append(extract_text(self.checked.content, self.checked.media_type) or "")
        return found

    def save_to(self, update: ProgressUpdate) -> None:
        """Adds it to the update."""
        row: Evidence = self.save(commit=False)
        row.update = update
        if self.checked:
            row.media_type = self.checked.media_type
            name = f"{row.key}.{self.checked.extension}"
            row.file.save(name, ContentFile(self.checked.content), save=False)
        row.full_clean()
        row.save()
