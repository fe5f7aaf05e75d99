"""How far a text is agreed, at the desk: circulate, read answers, sign, publish, correct."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from outcomes.models import Circulation, Corrigendum, Statement
from outcomes.reporting.actions import publish_statements
from outcomes.statements import agreement, corrigenda, signing, silence_procedure
from outcomes.statements.canonical import digest
from outcomes.statements.comparison import blocks, side_by_side
from outcomes.statements.emails import able_to_answer
from outcomes.statements.replies import version_before
from outcomes.statements.silence_procedure import to_be_asked
from participants.models import User

State = Statement.State
WEEK = timedelta(days=7)


class DeadlineForm(forms.Form):
    """Until when a circulated text may be answered."""

    deadline = forms.DateField(
        label=gettext_lazy("Silence is agreement at the end of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy(
            "A day in the time zone of the roundtable. Leave a week or more: delegates ask at home."
        ),
    )


class AgreementMixin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The pages on which a text is agreed."""

    def get_urls(self) -> list[Any]:
        """With those of the agreement and of two versions side by side."""
        wrap = self.admin_site.admin_view
        return [
            path(
                "<path:object_id>/agreement/",
                wrap(self.agreement_view),
                name="outcomes_statement_agreement",
            ),
            path(
                "<path:object_id>/versions/<int:number>/",
                wrap(self.version_view),
                name="outcomes_statement_version",
            ),
            *super().get_urls(),
        ]

    def _found(self, request: HttpRequest, object_id: str) -> Statement:
        statement: Statement | None = self.get_object(request, object_id)
        if statement is None or not self.has_view_permission(request, statement):
            raise Http404
        return statement

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def agreement_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Where the text stands, and the one step that comes next."""
        statement, at = self._found(request, object_id), timezone.now()
        text = agreement.in_agreement(statement)
        form = DeadlineForm(initial={"deadline": (at + WEEK).date()})
        mistakes: list[str] = []
        if request.method == "POST":
            assert isinstance(request.user, User)
            if not self.has_change_permission(request, statement):
                raise PermissionDenied
            form = DeadlineForm(request.POST) if request.POST.get("act") == "circulate" else form
            try:
                done = _take(statement, request, form, at)
            except ValidationError as mistake:
                mistakes = mistake.messages
                statement.refresh_from_db()
                text = agreement.in_agreement(statement)
            else:
                messages.success(request, done)
                return redirect(reverse("admin:outcomes_statement_agreement", args=[statement.pk]))
        context = self._standing(request, statement, text, at) | {
            "form": form,
            "mistakes": mistakes,
        }
        status = 400 if mistakes else 200
        return render(request, "admin/statement_agreement.html", context, status=status)

    def _standing(
        self, request: HttpRequest, statement: Statement, text: Any, at: datetime
    ) -> dict[str, Any]:
        assert isinstance(request.user, User)
        version = agreement.current(text) if text else None
        mine = self.rights_of(request)  # type: ignore[attr-defined]
        may_decide = mine.may_decide(statement.event_id)
        circulation = version.circulation if version else None
        asked = list(to_be_asked(statement.event))
        able = able_to_answer(statement.event, at.date())
        return self._around(request, statement, _("Agreement")) | {
            "text": text,
            "is_correction": isinstance(text, Corrigendum),
            "version": version,
            "circulation": circulation,
            "standing": circulation.standing(at) if circulation else "",
            "deadline": circulation and circulation.deadline_there,
            "replies": _replies(circulation) if circulation and may_decide else [],
            "answered": circulation.replies.exclude(answer="").count() if circulation else 0,
            "is_current": bool(text) and signing.hold(text),
            "words": blocks(text.wording()) if text else [],
            "seen": digest(text.wording()) if text else "",
            "keys": signing.keys(text) if text else [],
            "my_key": signing.key_of(text, request.user, at) if text else None,
            "may_decide": may_decide,
            "asked": asked,
            "unable": [row for row in asked if row.pk not in able],
            "versions": statement.versions.select_related("circulation", "corrigendum"),
        }

    def _around(self, request: HttpRequest, statement: Statement, title: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "statement": statement,
            "event": statement.event,
        }

    @method_decorator(require_safe)
    def version_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        """One version beside another, or beside the one before it, with the words that differ."""
        statement = self._found(request, object_id)
        versions = {row.number: row for row in statement.versions.all()}
        version, other = versions.get(number), request.GET.get("with", "")
        if version is None or (other and other not in map(str, versions)):
            raise Http404
        before = versions[int(other)] if other else version_before(version)
        is_hidden = version.is_hidden or (before is not None and before.is_hidden)
        context = self._around(request, statement, _("Version %d") % number) | {
            "version": version,
            "before": before,
            "is_hidden": is_hidden,
            "rows": [] if is_hidden else side_by_side(before.text if before else "", version.text),
            "versions": [row for row in versions.values() if row != version],
        }
        return render(request, "admin/statement_version.html", context)


Step = Callable[[Any, HttpRequest, DeadlineForm, datetime], str]


def _by(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _circulate(text: Any, request: HttpRequest, form: DeadlineForm, at: datetime) -> str:
    if not form.is_valid():
        raise ValidationError(_("Write the deadline as a day."))
    event = (text if isinstance(text, Statement) else text.statement).event
    day: date = form.cleaned_data["deadline"]
    if day.year > at.year + 2:
        raise ValidationError(_("Choose a deadline within a year."))
    deadline = datetime.combine(day, time(23, 59, 59), event.zone)
    circulation = silence_procedure.circulate(text, deadline=deadline, by=_by(request), at=at)
    asked = circulation.replies.count()
    return _("Version %(version)s goes round: %(asked)d organisations are asked.") % {
        "version": circulation.version.number,
        "asked": asked,
    }


def _take_back(text: Any, request: HttpRequest, form: DeadlineForm, at: datetime) -> str:
    silence_procedure.take_back(text, by=_by(request), at=at)
    return _("It is a draft again. No agreement and no signature holds.")


def _sign(text: Any, request: HttpRequest, form: DeadlineForm, at: datetime) -> str:
    if signing.sign(text, sha256=request.POST.get("sha256", ""), by=_by(request), at=at):
        return _("You have signed, and so has each other co-chair: it is adopted.")
    return _("You have signed. The other co-chair's signature is awaited.")


def _publish(text: Any, request: HttpRequest, form: DeadlineForm, at: datetime) -> str:
    if isinstance(text, Corrigendum):
        corrigenda.publish_corrigendum(text, by=_by(request), at=at)
        return _("The correction holds. The wording of before is kept.")
    if text.state == State.ADOPTED:
        signing.publish_signed(text, by=_by(request), at=at)
    elif not publish_statements(statements=[text], by=_by(request), at=at):
        raise ValidationError(_("Only a co-chair of this roundtable publishes it."))
    return _("It is published. Its numbers stay from now on.")


def _replies(circulation: Circulation) -> Any:
    return circulation.replies.select_related("organisation")


@transaction.atomic
def _take(statement: Statement, request: HttpRequest, form: DeadlineForm, at: datetime) -> str:
    """Takes one step with the text that the page showed; raises ValidationError where it cannot."""
    act, locked = request.POST.get("act", ""), Statement.objects.select_for_update()
    text = agreement.in_agreement(locked.get(pk=statement.pk))
    step = STEPS.get(act)
    if step is None or text is None:
        raise ValidationError(_("There is nothing to do here. Open the page again."))
    if act != "take_back" and request.POST.get("sha256") != digest(text.wording()):
        raise ValidationError(
            _("The text was changed since you opened this page. Read it, then press again.")
        )
    return step(text, request, form, at)


STEPS: dict[str, Step] = {
    "circulate": _circulate,
    "take_back": _take_back,
    "sign": _sign,
    "publish": _publish,
}
