"""The action that changes themes of several points, with a preview."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from outcomes.models import Outcome, Theme
from outcomes.statements import themes
from participants.admin_base.action_preview import render_action_preview
from participants.admin_base.fields import ReasonField, request_permissions


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
        done = themes.change_themes(
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
