"""Forms of a progress update and its evidence."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.datasets.tables import REPORTS
from outcomes.evidence.files import extract_text
from outcomes.models import (
    CompletionLevel,
    Evidence,
    ImplementationStatus,
    ProgressUpdate,
    ReportedBy,
)
from outcomes.reporting.pii_scan import find_contact_details
from roundtable.uploads.validation import (
    MAX_BYTES,
    CheckedFile,
    check_file,
    too_large_sentence,
)


class UpdateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A report of a party; required fields apply only on submission."""

    contacts_confirmed = forms.CharField(
        label=gettext_lazy("Everyone may read these"), required=False
    )

    class Meta:
        model = ProgressUpdate
        fields = [
            "status",
            "completion",
            "reported_on",
            *REPORTS.free_texts,
            "has_no_personal_details",
        ]
        labels = {"has_no_personal_details": gettext_lazy("Names no person and no shelter")}
        widgets = {
            "status": forms.RadioSelect,
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
        self.other_public_text: list[str] = []  # for example evidence; becomes public too
        status: Any = self.fields["status"]
        status.choices = ImplementationStatus.choices
        step: Any = self.fields["completion"]
        step.choices = [("", _("Cannot say")), *CompletionLevel.choices]
        # Drafts have no required fields. An unbound form shows what submission will require.
        status.required = self.fields["text"].required = submitting or not self.is_bound
        status.error_messages["required"] = _("Choose the status of the commitment.")
        self.fields["text"].error_messages["required"] = _("Describe what was done.")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.submitting:
            # The instance gets its values only after clean(), so check a temporary one.
            sent = {name: value for name, value in values.items() if name in self.Meta.fields}
            report = ProgressUpdate(reported_by=ReportedBy.PARTY, **sent)
            for name, sentence in report.missing_fields().items():
                if name not in self.errors:
                    self.add_error(name, sentence)
            said = [*(values.get(name, "") for name in REPORTS.free_texts), *self.other_public_text]
            self.contacts = find_contact_details("\n".join(said))
            if self.contacts and values["contacts_confirmed"] != self.contacts_joined:
                self.add_error(
                    "contacts_confirmed",
                    _(
                        "These look like contact details. Delete them, or confirm that everyone "
                        "may read them."
                    ),
                )
        return values

    @property
    def contacts_joined(self) -> str:
        """The confirmation must repeat exactly this value."""
        return " · ".join(self.contacts)


class EvidenceForm(forms.ModelForm):  # type: ignore[type-arg]
    """One optional piece of evidence."""

    prefix = "evidence"
    url = forms.URLField(
        label=gettext_lazy("Web address"),
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text=gettext_lazy("Where the evidence is published. Or choose a file instead."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy(
            "Up to 20 MB: PDF, image or office document without macros and without content "
            "from elsewhere. We remove the location from images. If a document contains names, "
            "everyone can read them."
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
        # For static/js/file-size.js.
        limit = {"data-max-bytes": MAX_BYTES, "data-too-large": too_large_sentence()}
        self.fields["file"].widget.attrs |= limit
        self.checked: CheckedFile | None = None

    @property
    def is_given(self) -> bool:
        return self.has_changed()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        file, url = values.pop("file", None), values.get("url")
        if not values.get("title"):
            self.add_error("title", _("Describe what it is."))
        if "file" in self.errors or "url" in self.errors:
            return values
        if bool(file) == bool(url):
            self.add_error("file", _("Enter a web address or choose a file, not both."))
        elif file:
            try:
                self.checked = check_file(file)
            except ValidationError as refusal:
                self.add_error("file", refusal)
        return values

    def _get_validation_exclusions(self) -> set[str]:
        # save_to() sets the file with a generated name, after validation.
        return {*super()._get_validation_exclusions(), "file", "update"}  # type: ignore[misc]

    def public_texts(self) -> list[str]:
        found = [str(self[name].value() or "") for name in ("title", "url")]
        if self.checked and self.cleaned_data.get("is_public"):
            found.append(extract_text(self.checked.content, self.checked.media_type) or "")
        return found

    def save_to(self, update: ProgressUpdate) -> None:
        row: Evidence = self.save(commit=False)
        row.update = update
        if self.checked:
            row.media_type = self.checked.media_type
            name = f"{row.key}.{self.checked.extension}"
            row.file.save(name, ContentFile(self.checked.content), save=False)
        row.full_clean()
        row.save()
