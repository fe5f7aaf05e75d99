"""Starting the next roundtable of a series. It gives no right to who starts it."""

import re
from datetime import date
from string import ascii_lowercase
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.admin_base.fields import request_permissions
from participants.permissions import EventPermissions, acting_organisation
from roundtable.audit import log as audit
from roundtable.history.versions import one_version
from roundtable.models import Event, Series

DAY = forms.DateInput(attrs={"type": "date"})


class NextRoundtableForm(forms.ModelForm):  # type: ignore[type-arg]
    """When and where. Its code follows from that of the last one and the year."""

    class Meta:
        model = Event
        fields = ["title", "starts_on", "ends_on", "city", "country", "venue", "time_zone"]
        widgets = {"starts_on": DAY, "ends_on": DAY}

    def __init__(self, *args: Any, last: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last = last
        self.instance.series, self.instance.is_demonstration = last.series, last.is_demonstration
        # What is not known yet is no gap in a record.
        for name in ("title", "starts_on", "ends_on", "city", "country", "venue"):
            self.fields[name].help_text = ""
        self.initial["title"], self.initial["time_zone"] = last.title, last.time_zone

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if day <= self.last.ends_on:
            raise forms.ValidationError(_("Choose a day after the last roundtable."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if day := cleaned.get("starts_on"):
            self.instance.code, self.instance.slug = _free_names(self.last, day.year)
        return cleaned


def _free_names(last: Event, year: int) -> tuple[str, str]:
    """The code and the slug: those of the last one with another year."""
    code, slug = re.sub(r"\d+$", "", last.code)[:7], re.sub(r"-?(19|20)\d\d|-\d+$", "", last.slug)
    for letter in ("", *ascii_lowercase[1:]):
        names = f"{code}{year}{letter.upper()}", f"{slug[:44]}-{year}{letter}"
        if not Event.objects.filter(Q(code=names[0]) | Q(slug=names[1])).exists():
            break
    return names


def last_roundtables(viewer: EventPermissions) -> QuerySet[Event]:
    """Those after which the viewer can start one: of each series the latest, if it is public."""
    later = Event.objects.filter(series=OuterRef("series"), starts_on__gt=OuterRef("starts_on"))
    events = Event.objects.filter(~Exists(later), is_public=True).select_related("series")
    return events if viewer.is_operator else events.filter(pk__in=viewer.decidable)


@require_http_methods(["GET", "HEAD", "POST"])
def start_next(request: HttpRequest, number: int) -> HttpResponse:
    """The form, then the page on which the rights of the last roundtable are asked for again."""
    viewer, now = request_permissions(request), timezone.now()
    with transaction.atomic(), one_version():
        # Two who press at once start one.
        Series.objects.select_for_update().filter(events=number).first()
        last = last_roundtables(viewer).filter(pk=number).first()
        if last is None:
            raise Http404
        form = NextRoundtableForm(request.POST or None, last=last)
        if form.is_valid():
            event = form.save()
            audit.record(
                action="start roundtable",
                at=now,
                actor=viewer.user,
                organisation=acting_organisation(viewer.user, last.pk, now.date()),
                detail=event.code,
            )
            text = _("%s is started. It is not public. Its references begin with %s.")
            messages.success(request, text % (event, event.code))
            return redirect("admin:carry_over", event.pk)
    context = {"form": form, "last": last}
    template = "outcomes/site/admin/start_next.html"
    return render(request, template, context, status=400 if form.errors else 200)
