"""What an update rests on, at the desk."""

from typing import Any

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from outcomes.models import Evidence
from participants.admin_base.base import GrantedInline


class EvidenceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Evidence by its address; where a file was given, that one stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        address = self.fields.get("url")
        if address is not None:
            address.required = not self.instance.file
            address.disabled = bool(self.instance.file)


class EvidenceInline(GrantedInline):
    """What the update rests on."""

    model = Evidence
    form = EvidenceForm
    fields = ["title", "url", "stored_file", "dated_on", "is_public"]
    readonly_fields = ["stored_file"]

    @admin.display(description=_("file"), empty_value="–")
    def stored_file(self, row: Evidence) -> str | None:
        """A link to the file, which opens it whether it is public or not."""
        if not row.file:
            return None
        address = reverse(
            "admin:outcomes_progressupdate_evidence", args=[row.update_of_id, row.key]
        )
        return format_html('<a href="{}">{}</a>', address, _("Save the file"))
