"""Everything that is held about oneself: to read, to take along, to have erased."""

from datetime import datetime

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from participants import holdings as personal_data
from participants.erasing import erase_oneself
from participants.forms import EraseForm
from participants.letters import write_to_account
from participants.models import Participation, User


@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """All of it, to read; where one signed in only after a fresh code."""
    assert isinstance(request.user, User)
    person = personal_data.Person.of(request.user)
    context = {
        "sections": personal_data.held(person, timezone.now()),
        "has_profile": person.delegate is not None,
        "is_proven": _is_proven(request),
    }
    return render(request, "participants/my_data.html", context)


@require_safe
def my_data_json(request: HttpRequest) -> HttpResponse:
    """All of it, for programs."""
    assert isinstance(request.user, User)
    raise_if_reauthentication_required(request, app="participants")
    now = timezone.now()
    _tell(request.user, now)
    sections = personal_data.held(personal_data.Person.of(request.user), now)
    return _file(personal_data.as_json(sections, now), "application/json", "my-data.json")


@require_safe
def my_data_zip(request: HttpRequest) -> HttpResponse:
    """All of it as files, with the notices that one agreed to and one's own card."""
    assert isinstance(request.user, User)
    raise_if_reauthentication_required(request, app="participants")
    now = timezone.now()
    _tell(request.user, now)
    person = personal_data.Person.of(request.user)
    archive = personal_data.as_zip(person, personal_data.held(person, now), now)
    return _file(archive, "application/zip", "my-data.zip")


def _is_proven(request: HttpRequest) -> bool:
    """Whether the person showed minutes ago who they are, so that nobody else sits there."""
    try:
        raise_if_reauthentication_required(request, app="participants")
    except ReauthenticationRequired:
        return False
    return True


def _tell(user: User, at: datetime) -> None:
    """Whoever did not take the file themselves learns of it, from one message a day."""
    write_to_account(
        user,
        cause=f"data taken {user.pk} {at:%Y-%m-%d}",
        template="participants/mail/data_taken",
        context={},
        at=at,
    )


def _file(content: str | bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def erase_me(request: HttpRequest) -> HttpResponse:
    """What goes and what stays; the word and a fresh code erase."""
    assert isinstance(request.user, User)
    data = request.POST if request.method == "POST" else None
    form = EraseForm(data)
    if data is not None and form.is_valid():
        raise_if_reauthentication_required(request, app="participants")
        try:
            erase_oneself(request.user, at=timezone.now())
        except OSError:  # the ledger: nobody goes without a mark
            form.add_error(
                None, _("That did not work, and nothing is erased. Try again in some minutes.")
            )
        else:
            logout(request)
            return redirect("erased")
    kept = Participation.objects.confirmed().filter(delegate__user=request.user)
    context = {"form": form, "participations": kept.select_related("event", "organisation")}
    status = 400 if form.errors else 200
    return render(request, "participants/erase_me.html", context, status=status)


@require_safe
@login_not_required
def erased(request: HttpRequest) -> HttpResponse:
    """Where one stands afterwards, signed out; the same for everybody."""
    return render(request, "participants/erased.html")
