"""Acts on many rows of a list: asked for, shown, and done on a second yes."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from outcomes.commitments.action_preview import render_action_preview
from outcomes.commitments.bulk_actions import (
    change_themes,
    end_commitments,
    reason_cannot_end,
    reporting_party,
)
from outcomes.models import UNFULFILLED_STATUSES, Commitment, ImplementationStatus, Outcome, Theme
from participants.admin_base.base import GrantScopedAdmin
from roundtable.history import MAX_REASON_LENGTH


class ThemesForm(forms.Form):
    """Which themes the points get, and which they lose."""

    add = forms.ModelMultipleChoiceField(
        label=_("Give these themes"),
        queryset=Theme.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    remove = forms.ModelMultipleChoiceField(
        label=_("Take these themes off"),
        queryset=Theme.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    why = forms.CharField(
        label=_("Why?"),
        required=False,
        max_length=MAX_REASON_LENGTH,
        help_text=_("For whoever reads the history at the desk. Name no person."),
    )

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where nothing is chosen, or the same twice."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        add, remove = set(cleaned.get("add") or ()), set(cleaned.get("remove") or ())
        if not add and not remove:
            raise forms.ValidationError(_("Choose a theme to give or to take off."))
        if add & remove:
            raise forms.ValidationError(_("The same theme is to be given and taken off."))
        return cleaned


class EndCommitmentsForm(forms.Form):
    """How commitments end, why, and where that can be read."""

    status = forms.ChoiceField(
        label=_("How they end"), choices=[(word.value, word.label) for word in UNFULFILLED_STATUSES]
    )
    on = forms.DateField(
        label=_("As of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=_("Why they end"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Everyone reads this. Name no person and no shelter."),
    )
    source = forms.CharField(
        label=_("Where that can be read"),
        max_length=500,
        help_text=_("An address or the name of a document."),
    )
    has_no_personal_details = forms.BooleanField(label=_("It names no person and no shelter"))

    def clean_on(self) -> Any:
        """The day; raises ValidationError where it has not come yet."""
        if self.cleaned_data["on"] > timezone.localdate():
            raise forms.ValidationError(_("That day has not come yet."))
        return self.cleaned_data["on"]


class ThemeActionAdmin(GrantScopedAdmin):
    """Points whose themes are changed together."""

    @admin.action(description=_("Change themes"), permissions=["change"])
    def change_themes(
        self, request: HttpRequest, queryset: QuerySet[Outcome]
    ) -> HttpResponse | None:
        """Asks which, shows before and after, and does it."""
        found = queryset.filter(parent__isnull=False).select_related("statement__event")
        points = [
            row
            for row in found.prefetch_related("themes")
            if self.has_change_permission(request, row)
        ]
        form = ThemesForm(request.POST if "asked" in request.POST else None)
        is_form_valid = form.is_bound and form.is_valid()
        if is_form_valid and "confirmed" in request.POST:
            done = change_themes(
                points=points,
                add=form.cleaned_data["add"],
                remove=form.cleaned_data["remove"],
                reason=form.cleaned_data["why"],
                by=self.permissions_of(request).user,
                at=timezone.now(),
            )
            text = ngettext("%d point is changed.", "%d points are changed.", done)
            self.message_user(request, text % done, messages.SUCCESS)
            return None
        return render_action_preview(
            self,
            request,
            title=gettext("Change these points?") if is_form_valid else gettext("Change themes"),
            explanation=gettext("Themes of these points, as they would be.")
            if is_form_valid
            else gettext("Themes of these points, as they are."),
            column_titles=(gettext("Point"), gettext("Themes")),
            rows=[
                (str(row), _theme_changes(row, form if is_form_valid else None)) for row in points
            ],
            selected_ids=[row.pk for row in points],
            action="change_themes",
            button=gettext("Change them") if is_form_valid else gettext("Go on"),
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


class EndCommitmentsAdmin(GrantScopedAdmin):
    """Commitments that co-chairs end together."""

    @admin.action(description=_("End without being fulfilled"), permissions=["decide"])
    def end(self, request: HttpRequest, queryset: QuerySet[Commitment]) -> HttpResponse | None:
        """Asks how and why, shows which would end and which not, and does it."""
        permissions, at = self.permissions_of(request), timezone.now()
        rows = list(
            queryset.select_related("event").prefetch_related(
                "parties__organisation", "parties__group"
            )
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
            text = ngettext("%d commitment has ended.", "%d commitments have ended.", done)
            self.message_user(request, text % done, messages.SUCCESS)
            return None
        status = ImplementationStatus(form.cleaned_data["status"]).label if is_form_valid else ""
        return render_action_preview(
            self,
            request,
            title=gettext("End these commitments?")
            if is_form_valid
            else gettext("End commitments"),
            explanation=gettext(
                "Everyone reads at once that they ended, why, and where that can be read. Whoever "
                "follows them is written to."
            ),
            column_titles=(gettext("Commitment"), gettext("Said for")),
            rows=[
                (
                    str(row),
                    f"{reporting_party(row)} → {status}"
                    if is_form_valid
                    else str(reporting_party(row)),
                )
                for row in ready
            ],
            selected_ids=[row.pk for row in ready],
            action="end",
            button=gettext("End them") if is_form_valid else gettext("Go on"),
            excluded=[(str(row), problem) for row, problem in problems.items() if problem],
            form=form,
            shows_form=not is_form_valid,
        )
