"""Admin pages to circulate, sign and publish a text."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from functools import partial

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from outcomes.models import Circulation, CirculationReply, Corrigendum, Statement, StatementVersion
from outcomes.models.canonical import sha256_of
from outcomes.sources.comparisons import (
    is_publishable,
    obstacle_to_comparing,
    pending_comparisons,
    source_check,
    source_of,
)
from outcomes.statements import agreement, corrigenda, signing, silence_procedure
from outcomes.statements.agreement import AgreedText
from outcomes.statements.comparison import compare_texts, split_blocks
from outcomes.statements.drafting_admin import FORM_METHODS, get_statement
from outcomes.statements.emails import organisations_able_to_reply
from outcomes.statements.publication import publish_statements
from outcomes.statements.replies import previous_version
from outcomes.statements.silence_procedure import organisations_to_ask
from outcomes.statements.source_admin import text_to_compare
from participants.admin_base.base import RowPages
from participants.admin_base.fields import request_permissions
from participants.admin_base.site import render_page
from participants.models import User

DEFAULT_RESPONSE_TIME = timedelta(days=7)
END_OF_DAY = time(23, 59, 59)
TEXT_CHANGED = gettext_lazy(
    "The text changed after you opened this page. Read it, then select the button again."
)
AgreementStep = Callable[..., str]


class DeadlineForm(forms.Form):
    """Deadline of a circulation."""

    deadline = forms.DateField(
        label=gettext_lazy("Last day to answer (no answer counts as agreement)"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy(
            "Allow a week or more, because delegates need to ask their organisations."
        ),
    )
    hour = forms.TimeField(
        label=gettext_lazy("Time on that day"),
        required=False,  # without one, the whole day counts
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("Time zone of the roundtable:"),
    )


@require_safe
def agreement_view(request: HttpRequest, object_id: str) -> HttpResponse:
    at = timezone.now()
    return _agreement_page(request, get_statement(request, object_id), _empty_form(at), [], at)


@FORM_METHODS
def circulate_view(request: HttpRequest, object_id: str) -> HttpResponse:
    form = DeadlineForm(request.POST)
    return _take_step(request, object_id, partial(_circulate, form=form), form)


@FORM_METHODS
def withdraw_view(request: HttpRequest, object_id: str) -> HttpResponse:
    return _take_step(request, object_id, _withdraw, must_match=False)


@FORM_METHODS
def sign_view(request: HttpRequest, object_id: str) -> HttpResponse:
    return _take_step(request, object_id, _sign)


@FORM_METHODS
def publish_view(request: HttpRequest, object_id: str) -> HttpResponse:
    return _take_step(request, object_id, _publish)


@require_safe
def version_view(request: HttpRequest, object_id: str, number: int) -> HttpResponse:
    statement = get_statement(request, object_id)
    versions = {row.number: row for row in statement.versions.all()}
    version, other = versions.get(number), request.GET.get("with", "")
    if version is None or (other and other not in map(str, versions)):
        raise Http404
    before = versions[int(other)] if other else previous_version(version)
    is_hidden = version.is_hidden or (before is not None and before.is_hidden)
    context = {
        "title": _("Version %d") % number,
        "statement": statement,
        "event": statement.event,
        "version": version,
        "before": before,
        "is_hidden": is_hidden,
        "replies": [] if is_hidden else _readable_replies(request, version),
        "rows": compare_texts(before.text, version.text) if before and not is_hidden else [],
        "blocks": split_blocks(version.text),
        "versions": [row for row in versions.values() if row != version],
    }
    template = "outcomes/statements/admin/statement_version.html"
    return render_page(request, Statement, template, context)


def _readable_replies(
    request: HttpRequest, version: StatementVersion
) -> Iterable[CirculationReply]:
    """Also after the circulation has ended: for the co-chairs, as while it was open."""
    if not request_permissions(request).may_decide(version.statement.event_id):
        return []
    circulation = Circulation.objects.filter(version=version).first()
    return replies_to(circulation) if circulation else []


AGREEMENT_PAGES: RowPages = {
    "agreement/": ("agreement", agreement_view),
    "agreement/circulate/": ("circulate", circulate_view),
    "agreement/withdraw/": ("withdraw", withdraw_view),
    "agreement/sign/": ("sign", sign_view),
    "agreement/publish/": ("publish", publish_view),
    "versions/<bounded_int:number>/": ("version", version_view),
}


def _take_step(
    request: HttpRequest,
    object_id: str,
    step: AgreementStep,
    form: DeadlineForm | None = None,
    *,
    must_match: bool = True,
) -> HttpResponse:
    if request.method != "POST":  # as after signing in again
        return redirect("admin:outcomes_statement_agreement", object_id)
    statement, at = get_statement(request, object_id), timezone.now()
    permissions = request_permissions(request)
    if not permissions.may_edit(statement.event_id):
        raise PermissionDenied
    try:
        with transaction.atomic():
            text = _locked_text(statement)
            if must_match and request.POST.get("sha256") != sha256_of(text.canonical_text()):
                raise ValidationError(TEXT_CHANGED)
            done = step(text, by=permissions.user, at=at)
    except ValidationError as mistake:
        statement.refresh_from_db()
        form = form or _empty_form(at)
        return _agreement_page(request, statement, form, mistake.messages, at)
    messages.success(request, done)
    return redirect("admin:outcomes_statement_agreement", object_id)


def _empty_form(at: datetime) -> DeadlineForm:
    return DeadlineForm(
        initial={"deadline": (at + DEFAULT_RESPONSE_TIME).date(), "hour": END_OF_DAY}
    )


def _agreement_page(
    request: HttpRequest,
    statement: Statement,
    form: DeadlineForm,
    mistakes: list[str],
    at: datetime,
) -> HttpResponse:
    permissions = request_permissions(request)
    may_decide = permissions.may_decide(statement.event_id)
    text = agreement.text_in_progress(statement)
    version = agreement.current_version(text) if text else None
    circulation = version.circulation if version else None
    recorded = text_to_compare(statement)
    public = [] if text or not recorded else statement.public_versions()
    asked = list(organisations_to_ask(statement.event))
    able_to_answer_ids = organisations_able_to_reply(statement.event, at.date())
    may_publish = recorded is not None and is_publishable(recorded)
    may_compare = recorded and not obstacle_to_comparing(recorded, permissions.user, at)
    # As on the page “Decide”: what others found shows after the own comparison.
    is_blind = bool(may_compare) and not may_publish
    context = {
        "title": _("Agreement"),
        "statement": statement,
        "event": statement.event,
        "text": text,
        "is_correction": isinstance(text, Corrigendum),
        "version": version,
        "circulation": circulation,
        "current_status": circulation.current_status(at) if circulation else "",
        "deadline": circulation and circulation.local_deadline,
        "replies": replies_to(circulation) if circulation and may_decide else [],
        "answered": circulation.replies.exclude(answer="").count() if circulation else 0,
        "is_current": text is not None and signing.are_signatures_valid(text),
        "words": split_blocks(text.canonical_text()) if text else [],
        "seen": sha256_of(text.canonical_text()) if text else "",
        "keys": signing.sign_offs_for(text) if text else [],
        "my_key": signing.sign_off_of(text, permissions.user, at) if text else None,
        "may_decide": may_decide,
        "asked": asked,
        "unable": [row for row in asked if row.pk not in able_to_answer_ids],
        "recorded": recorded,
        "source": source_of(text) if text else "",
        "is_blind": is_blind,
        "comparisons": [] if is_blind or not recorded else pending_comparisons(recorded),
        "may_publish": may_publish,
        "source_check": source_check(public[-1]) if public else None,
        "versions": statement.versions.select_related("circulation", "corrigendum"),
        "form": form,
        "mistakes": mistakes,
    }
    template = "outcomes/statements/admin/statement_agreement.html"
    return render_page(request, Statement, template, context, status=400 if mistakes else 200)


def _locked_text(statement: Statement) -> AgreedText:
    locked = Statement.objects.select_for_update().get(pk=statement.pk)
    text = agreement.text_in_progress(locked)
    if text is None:
        raise ValidationError(_("This action is not possible now. Open the page again."))
    return text


def _circulate(text: AgreedText, *, by: User, at: datetime, form: DeadlineForm) -> str:
    if not form.is_valid():
        raise ValidationError(_("Enter the deadline as a date and a time."))
    event = agreement.statement_of(text).event
    day: date = form.cleaned_data["deadline"]
    if day.year > at.year + 2:
        raise ValidationError(_("Choose a deadline within a year."))
    hour: time = form.cleaned_data["hour"] or END_OF_DAY
    deadline = datetime.combine(day, hour, event.zone)
    circulation = silence_procedure.circulate(text, deadline=deadline, by=by, at=at)
    asked = circulation.replies.count()
    return _("Version %(version)s is circulated. Organisations asked to answer: %(asked)d.") % {
        "version": circulation.version.number,
        "asked": asked,
    }


def _withdraw(text: AgreedText, *, by: User, at: datetime) -> str:
    silence_procedure.withdraw(text, by=by, at=at)
    return _("The text is a draft again. Earlier agreement and signatures are no longer valid.")


def _sign(text: AgreedText, *, by: User, at: datetime) -> str:
    if signing.sign(text, sha256=sha256_of(text.canonical_text()), by=by, at=at):
        return _("You have signed. All co-chairs have now signed, so the text is adopted.")
    return _("You have signed. Now the other co-chair must sign.")


def _publish(text: AgreedText, *, by: User, at: datetime) -> str:
    if isinstance(text, Corrigendum):
        corrigenda.publish_corrigendum(text, by=by, at=at)
        return _("The correction is published. The earlier wording is kept.")
    if text.state == Statement.State.ADOPTED:
        signing.publish_signed(text, by=by, at=at)
    elif not publish_statements(statements=[text], by=by, at=at):
        raise ValidationError(
            _("Only a co-chair of this roundtable can publish this text. Ask a co-chair.")
        )
    return _("The statement is published. From now on, its numbers do not change.")


def replies_to(circulation: Circulation) -> QuerySet[CirculationReply]:
    return circulation.replies.select_related("organisation")
