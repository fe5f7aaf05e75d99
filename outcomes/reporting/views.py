"""Views to report on a commitment, by link or signed in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from outcomes.evidence.files import download
from outcomes.models import CommitmentParty, Evidence, ProgressUpdate
from outcomes.reporting.drafts import (
    VERSION_FIELD,
    SaveResult,
    discard_draft,
    draft_for,
    form_for,
    report_no_change,
    save_report,
)
from outcomes.reporting.focal_points import with_active_focal_point
from outcomes.reporting.forms import EvidenceForm
from outcomes.reporting.handover import HandoverForm, hand_over, resume_reminders, stop_reminders
from outcomes.reporting.links import party_for_link
from outcomes.reporting.party_confirmation import (
    confirm_update,
    may_be_refused,
    refuse_update,
    unconfirmed,
)
from participants.email_links.views import page_of_link
from participants.models import EmailLink, User
from roundtable.web.row_keys import find_row

REPORT_CHANGED = gettext_lazy(
    "This report changed after you opened it. Check the new version, then try again."
)


@page_of_link(EmailLink.Purpose.REPORT)
def report_by_link(request: HttpRequest, link: EmailLink) -> HttpResponse:
    at = timezone.now()
    party = party_for_link(link, at)
    if party is None:
        # The same page for every link that ended, so that it reveals no reason.
        written = [
            (field.verbose_name, request.POST[field.name])
            for field in ProgressUpdate._meta.get_fields()
            if isinstance(field, models.TextField) and request.POST.get(field.name)
        ]
        context = {"written": written}
        return render(request, "outcomes/reporting/report_closed.html", context, status=404)
    return _report_page(request, party, by=link.user, at=at, by_link=True)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, number: int) -> HttpResponse:
    assert isinstance(request.user, User)
    parties = CommitmentParty.objects.select_related("commitment__event", "organisation", "group")
    party = get_object_or_404(
        with_active_focal_point(parties, timezone.localdate()),
        pk=number,
        focal_point__user=request.user,
        focal_point_accepted_at__isnull=False,
    )
    return _report_page(request, party, by=request.user, at=timezone.now(), by_link=False)


@require_safe
@login_not_required
def evidence_file(request: HttpRequest, key: str) -> HttpResponseBase:
    return download(get_object_or_404(Evidence.objects.published().exclude(file=""), key=key))


def _report_page(
    request: HttpRequest, party: CommitmentParty, *, by: User | None, at: datetime, by_link: bool
) -> HttpResponse:
    page = ReportPage(request, party, by, at, by_link=by_link)
    if request.method != "POST":
        return page.render()
    press = BUTTONS.get(request.POST.get("act", ""))
    return press(page) if press else page.render(problem=_("Select one of the buttons."))


@dataclass(frozen=True)
class ReportPage:
    """The page on which a party reports, with a method for each of its buttons."""

    request: HttpRequest
    party: CommitmentParty
    by: User | None
    at: datetime
    by_link: bool

    def render(
        self,
        *,
        result: SaveResult | None = None,
        handover: HandoverForm | None = None,
        problem: str | Promise = "",
    ) -> HttpResponse:
        draft = draft_for(self.party)
        context = {
            "party": self.party,
            "draft": draft,
            "entered": [(row, may_be_refused(row)) for row in unconfirmed(self.party)],
            "form": result.form if result else form_for(draft, at=self.at),
            "evidence": result.evidence if result else EvidenceForm(),
            "result": result,
            "is_stale": result is not None and result.is_conflict,
            "problem": problem,
            "handover": handover or HandoverForm(),
            "by_link": self.by_link,
        }
        return render(self.request, "outcomes/reporting/report.html", context)

    def report_no_change(self) -> HttpResponse:
        version = self.request.POST.get(VERSION_FIELD, "")
        if not report_no_change(self.party, version=version, by=self.by, at=self.at):
            unapproved = draft_for(self.party).unapproved
            if not (unapproved and unapproved.is_unchanged):  # a double click
                return self.render(problem=REPORT_CHANGED)
        return redirect(self.request.path)

    def answer_entered(self, answer: Callable[..., bool]) -> HttpResponse:
        key, content_hash = (self.request.POST.get(name, "") for name in ("number", "shown"))
        is_shown = find_row(unconfirmed(self.party), key) is not None
        is_done = answer(self.party, key=key, content_hash=content_hash, by=self.by, at=self.at)
        # Without it on the page, this is the second press of a double click.
        if is_done or not is_shown:
            return redirect(self.request.path)
        return self.render(problem=REPORT_CHANGED)

    def save(self, *, submitting: bool) -> HttpResponse:
        request = self.request
        result = save_report(
            self.party, request.POST, request.FILES, submitting=submitting, by=self.by, at=self.at
        )
        return redirect(request.path) if result.is_saved else self.render(result=result)

    def delete_draft(self) -> HttpResponse:
        version = self.request.POST.get(VERSION_FIELD, "")
        is_deleted = discard_draft(self.party, version=version)
        if is_deleted or draft_for(self.party).unapproved is None:
            return redirect(self.request.path)
        return self.render(problem=REPORT_CHANGED)

    def return_task(self) -> HttpResponse:
        form = HandoverForm(self.request.POST)
        if not form.is_valid():
            return self.render(handover=form)
        suggestion = form.cleaned_data["suggestion"]
        hand_over(self.party, suggestion=suggestion, by=self.by, at=self.at)
        context = {"party": self.party}
        return render(self.request, "outcomes/reporting/handover_done.html", context)

    def stop_reminders(self) -> HttpResponse:
        stop_reminders(self.party, at=self.at)
        return redirect(self.request.path)

    def resume_reminders(self) -> HttpResponse:
        resume_reminders(self.party)
        return redirect(self.request.path)


# By the value of the button.
BUTTONS: dict[str, Callable[[ReportPage], HttpResponse]] = {
    "confirm": partial(ReportPage.answer_entered, answer=confirm_update),
    "refuse": partial(ReportPage.answer_entered, answer=refuse_update),
    "unchanged": ReportPage.report_no_change,
    "draft": partial(ReportPage.save, submitting=False),
    "hand-in": partial(ReportPage.save, submitting=True),
    "discard": ReportPage.delete_draft,
    "hand-over": ReportPage.return_task,
    "stop": ReportPage.stop_reminders,
    "remind": ReportPage.resume_reminders,
}
