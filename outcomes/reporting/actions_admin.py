"""The action that records the end of several commitments, with a preview."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from outcomes.models import UNFULFILLED_STATUSES, Commitment, ImplementationStatus
from outcomes.reporting.actions import end_commitments, reason_cannot_end, reporting_party
from participants.admin_base.action_preview import render_action_preview
from participants.admin_base.fields import request_permissions


class EndCommitmentsForm(forms.Form):
    """Final status, reason and source."""

    status = forms.ChoiceField(
        label=_("Final status"), choices=[(word.value, word.label) for word in UNFULFILLED_STATUSES]
    )
    on = forms.DateField(
        label=_("As of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=_("Why they end"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Everyone can read this. Do not name a person or a shelter."),
    )
    source = forms.CharField(
        label=_("Source of this information"),
        max_length=500,
        help_text=_("A web address, or the name of a document."),
    )
    has_no_personal_details = forms.BooleanField(label=_("Names no person and no shelter"))

    def clean_on(self) -> Any:
        if self.cleaned_data["on"] > timezone.localdate():
            raise forms.ValidationError(
                _("That day is in the future. Choose today or an earlier day.")
            )
        return self.cleaned_data["on"]


@admin.action(description=_("End without being fulfilled"), permissions=["decide"])
def end(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Commitment]
) -> HttpResponse | None:
    permissions, at = request_permissions(request), timezone.now()
    rows = list(
        queryset.select_related("event").prefetch_related("parties__organisation", "parties__group")
    )
    form = EndCommitmentsForm(request.POST if "asked" in request.POST else None)
    is_form_valid = form.is_bound and form.is_valid()
    on = form.cleaned_data["on"] if is_form_valid else timezone.localdate()
    problems = {row: reason_cannot_end(row, rights=permissions, on=on) for row in rows}
    ready = [row for row in rows if not problems[row]]
    if is_form_valid and "confirmed" in request.POST:
        done = end_commitments(
            commitments=ready,
            status=ImplementationStatus(form.cleaned_data["status"]),
            on=on,
            reason=form.cleaned_data["reason"],
            source=form.cleaned_data["source"],
            by=permissions.user,
            at=at,
        )
        text = ngettext(
            "You recorded that %d commitment ended. It is public after another organisation "
            "checks it.",
            "You recorded that %d commitments ended. This is public after another organisation "
            "checks it.",
            done,
        )
        messages.success(request, text % done)
        return None
    status = ImplementationStatus(form.cleaned_data["status"]).label if is_form_valid else ""
    return render_action_preview(
        model_admin,
        request,
        title=gettext("Record that these commitments ended?")
        if is_form_valid
        else gettext("Record that commitments ended"),
        explanation=gettext(
            "You record this from a source, and another organisation checks it. The status stays "
            "what the party reports. We tell the party, which can confirm it."
        ),
        column_titles=(gettext("Commitment"), gettext("Reported for")),
        rows=[
            (str(row), f"{reporting_party(row)}{f' → {status}' if status else ''}") for row in ready
        ],
        selected_ids=[row.pk for row in ready],
        action="end",
        button=gettext("Record") if is_form_valid else gettext("Continue"),
        excluded=[(str(row), problem) for row, problem in problems.items() if problem],
        form=form,
        shows_form=not is_form_valid,
    )
