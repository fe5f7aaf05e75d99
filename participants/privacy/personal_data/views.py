"""Pages on which people read and download their own data."""

from collections.abc import Callable
from datetime import datetime

from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from participants.accounts.emails import email_account
from participants.models import User
from participants.privacy.personal_data.export import to_json, to_zip
from participants.privacy.personal_data.sections import collect_personal_data
from participants.privacy.personal_data.values import DataSubject, Section
from roundtable.allauth_compat import raise_if_reauthentication_required


@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    person = DataSubject.of(request.user)
    context = {
        "sections": collect_personal_data(person, timezone.now()),
        "has_profile": person.delegate is not None,
        "is_reauthenticated": _has_reauthenticated(request),
    }
    return render(request, "participants/privacy/my_data.html", context)


@require_safe
def my_data_json(request: HttpRequest) -> HttpResponse:
    return _download(
        request,
        "my-data.json",
        "application/json",
        lambda _person, sections, at: to_json(sections, at),
    )


@require_safe
def my_data_zip(request: HttpRequest) -> HttpResponse:
    return _download(request, "my-data.zip", "application/zip", to_zip)


def _has_reauthenticated(request: HttpRequest) -> bool:
    try:
        raise_if_reauthentication_required(request, app="participants")
    except ReauthenticationRequired:
        return False
    return True


def _download(
    request: HttpRequest,
    name: str,
    content_type: str,
    write: Callable[[DataSubject, list[Section], datetime], str | bytes],
) -> HttpResponse:
    assert isinstance(request.user, User)
    raise_if_reauthentication_required(request, app="participants")
    now = timezone.now()
    # If someone else downloaded the file, the owner learns about it. At most one email a day.
    email_account(
        request.user,
        dedup_key=f"data taken {request.user.pk} {now:%Y-%m-%d}",
        template="participants/privacy/emails/data_downloaded",
        context={},
        at=now,
    )
    person = DataSubject.of(request.user)
    content = write(person, collect_personal_data(person, now), now)
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
