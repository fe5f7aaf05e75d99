"""The agreed text as a file that anyone can check, and what an organisation says to a draft."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from outcomes.agreeing import answer
from outcomes.agreeing.asked import (
    ReplyForm,
    replies_of,
    version_before,
    who_reads_answers,
)
from outcomes.agreeing.side_by_side import blocks, side_by_side
from outcomes.models import Reply, Statement, StatementVersion
from participants.models import User


@require_safe
@login_not_required
def statement_text(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """The canonical text of the published statement, or of an earlier version that was public."""
    statement = get_object_or_404(Statement.objects.published(), event__slug=slug)
    versions = statement.public_versions()
    wanted = [version for version in versions if number in (None, version.number)]
    if not wanted:
        raise Http404
    return HttpResponse(wanted[-1].text, content_type="text/plain; charset=utf-8")


@require_safe
def my_circulations(request: HttpRequest) -> HttpResponse:
    """The texts that the organisations I speak for were asked about."""
    assert isinstance(request.user, User)
    at = timezone.now()
    rows = replies_of(request.user, timezone.localdate(at))
    asked = [(row, row.circulation.standing(at)) for row in rows]
    return render(request, "outcomes/my_circulations.html", {"asked": asked})


@require_http_methods(["GET", "HEAD", "POST"])
def my_circulation(request: HttpRequest, number: int) -> HttpResponse:
    """One of them: the text, what changed in it, and a form to answer while it is open."""
    assert isinstance(request.user, User)
    at = timezone.now()
    rows = replies_of(request.user, timezone.localdate(at))
    reply = get_object_or_404(rows, circulation=number)
    version = reply.circulation.version
    form = ReplyForm(request.POST if request.method == "POST" else None, instance=reply)
    if form.is_bound and form.is_valid():
        try:
            said = answer(
                reply,
                answer=form.cleaned_data["answer"],
                text=form.cleaned_data["text"],
                seen=form.cleaned_data["seen"],
                by=request.user,
                at=at,
            )
        except ValidationError as mistake:
            form.add_error(None, mistake.messages)
        else:
            messages.success(request, _thanks(said))
            return redirect("my-circulation", number)
    context = _shown(version) | {
        "reply": Reply.objects.get(pk=reply.pk),
        "form": form,
        "standing": reply.circulation.standing(at),
        "deadline": reply.circulation.deadline_there,
    }
    status = 400 if form.is_bound else 200
    return render(request, "outcomes/my_circulation.html", context, status=status)


def _shown(version: StatementVersion) -> dict[str, object]:
    before, is_hidden = version_before(version), version.is_hidden
    rows = side_by_side(before.text, version.text) if before and not is_hidden else []
    event, parts = version.statement.event, blocks(version.text)
    return {
        "version": version,
        "event": event,
        "title": version.statement.title if is_hidden else parts[0].text,
        "is_hidden": is_hidden,
        "blocks": [] if is_hidden else parts[2:],
        "before": before,
        "differences": [row for row in rows if row.differs],
        "cochairs": who_reads_answers(version, timezone.localdate()),
    }


def _thanks(reply: Reply) -> str:
    if reply.answer == Reply.Answer.OBJECT:
        return _("Your objection is with the co-chairs, and the text does not go on as it stands.")
    return _("Your answer is with the co-chairs. You may change it until the deadline.")
