"""Admin actions on several rows, with a preview and a confirmation."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from outcomes.commitments import bulk_actions
from outcomes.models import UNFULFILLED_STATUSES, Commitment, ImplementationStatus, Outcome, Theme
from outcomes.reporting.actions import end_commitments
from participants.admin_base.fields import ReasonField, request_permissions
from participants.admin_base.site import render_page


class ThemesForm(forms.Form):
    """Themes to add and to remove."""

    add = forms.ModelMultipleChoiceField(
        label=_("Add these themes"),
        queryset=Theme.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    remove = forms.ModelMultipleChoiceField(
        label=_("Remove these themes"),
        queryset=Theme.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    why = ReasonField()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        add, remove = set(cleaned.get("add") or ()), set(cleaned.get("remove") or ())
        if not add and not remove:
            raise forms.ValidationError(_("Choose a theme to add or to remove."))
        if add & remove:
            raise forms.ValidationError(
                _("You chose to add and to remove the same theme. Choose only one of the two.")
            )
        return cleaned


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


@admin.action(description=_("Change themes"), permissions=["change"])
def change_themes(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Outcome]
) -> HttpResponse | None:
    found = queryset.filter(parent__isnull=False).select_related("statement__event")
    points = [
        row
        for row in found.prefetch_related("themes")
        if model_admin.has_change_permission(request, row)
    ]
    form = ThemesForm(request.POST if "asked" in request.POST else None)
    is_form_valid = form.is_bound and form.is_valid()
    if is_form_valid and "confirmed" in request.POST:
        done = bulk_actions.change_themes(
            points=points,
            add=form.cleaned_data["add"],
            remove=form.cleaned_data["remove"],
            reason=form.cleaned_data["why"],
            by=request_permissions(request).user,
            at=timezone.now(),
        )
        text = ngettext("%d point is changed.", "%d points are changed.", done)
        messages.success(request, text % done)
        return None
    return render_action_preview(
        model_admin,
        request,
        title=gettext("Change these points?") if is_form_valid else gettext("Change themes"),
        explanation=gettext("The themes of these points after the change.")
        if is_form_valid
        else gettext("The current themes of these points."),
        column_titles=(gettext("Point"), gettext("Themes")),
        rows=[(str(row), _theme_changes(row, form if is_form_valid else None)) for row in points],
        selected_ids=[row.pk for row in points],
        action="change_themes",
        button=gettext("Change themes") if is_form_valid else gettext("Continue"),
        form=form,
        shows_form=not is_form_valid,
    )


def _theme_changes(point: Outcome, form: ThemesForm | None) -> str:
    before = set(point.themes.all())
    after = before
    if form:
        after = (before - set(form.cleaned_data["remove"])) | set(form.cleaned_data["add"])
    words = [
        ", ".join(sorted(theme.name for theme in some)) or gettext("none")
        for some in (before, after)
    ]
    return words[0] if words[0] == words[1] else f"{words[0]} → {words[1]}"


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
    problems = {row: bulk_actions.reason_cannot_end(row, rights=permissions, on=on) for row in rows}
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
            (str(row), f"{bulk_actions.reporting_party(row)}{f' → {status}' if status else ''}")
            for row in ready
        ],
        selected_ids=[row.pk for row in ready],
        action="end",
        button=gettext("Record") if is_form_valid else gettext("Continue"),
        excluded=[(str(row), problem) for row, problem in problems.items() if problem],
        form=form,
        shows_form=not is_form_valid,
    )


def render_action_preview(
    model_admin: Any,
    request: HttpRequest,
    *,
    title: str,
    explanation: str,
    column_titles: tuple[str, str],
    rows: Sequence[tuple[str, str]],
    selected_ids: Iterable[int],
    action: str,
    button: str,
    excluded: Sequence[tuple[str, str]] = (),
    form: forms.Form | None = None,
    shows_form: bool = False,
) -> HttpResponse:
    """Asks to confirm an action. `form` is filled in if `shows_form`, else it has hidden fields."""
    context = {
        "title": title,
        "explanation": explanation,
        "column_titles": column_titles,
        "rows": rows,
        "selected_ids": list(selected_ids),
        "action": action,
        "button": button,
        "excluded": excluded,
        "form": form,
        "shows_form": shows_form,
    }
    return render_page(request, model_admin.model, "outcomes/admin/action_preview.html", context)
