"""Processes a form only once, however often it is sent: its key and the saved answer."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import resolve
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from roundtable.allauth_compat import deserialize_request, resume_by
from roundtable.web.middleware import Middleware

FIELD_NAME = "once"  # the form field with the key
KEY_LIFETIME = timedelta(days=1)
# Within this time, the same page again is a reload or follows a lost response, not a new view.
RELOAD_WINDOW = timedelta(minutes=10)
META_KEY = "roundtable.web.idempotency"
Respond = Callable[[], HttpResponseBase]


class IdempotencyKey(models.Model):
    """The answer to a form with this key, so that sending it again changes nothing."""

    key = models.CharField(
        _("key"),
        max_length=64,
        unique=True,
        help_text=_("SHA-256 of the form's key and its sender."),
    )
    answered_at = models.DateTimeField(
        _("date and time"), db_index=True, help_text=_("When the portal answered the form.")
    )
    request_digest = models.CharField(
        _("request"), max_length=64, help_text=_("SHA-256 of the web address and of the data sent.")
    )
    redirect_to = models.TextField(
        _("redirects to"),
        blank=True,
        help_text=_("The web address the browser was sent to. Page content is never saved here."),
    )

    class Meta:
        verbose_name = _("processed form")
        verbose_name_plural = _("processed forms")

    def __str__(self) -> str:
        return f"{self.answered_at:%Y-%m-%d %H:%M}"


@dataclass
class IdempotentResponse:
    """What is known about the answer to a form while its view runs."""

    first_answered_at: datetime | None  # set if the same form was sent before
    redirect_to: str = ""
    renders_page: bool = False


class IdempotencyMiddleware(Middleware):
    """Processes a form with a key only once, however often it is sent.

    Must be the last middleware: the view and its answer are saved in one transaction, which starts
    after all other middleware accepted the request. If the view raises, neither is saved. If a form
    is rejected (its page is shown again, or the status is 400 or higher), its key stays usable, and
    what the view saved stays, as without a key. What a streamed response saves is not part of the
    transaction.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST":
            # allauth would call the view itself.
            resume_by("roundtable.web.idempotency.resume_form", request.session)
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        call_view = partial(view, request, *args, **kwargs)
        respond = _responder(request, call_view)
        return None if respond is call_view else ViewResponse(respond)


def resume_form(request: HttpRequest, waiting: str) -> HttpResponseBase | None:
    """Processes a form that waited until its sender reauthenticated."""
    path = get_next_redirect_url(request)
    if not path:
        return None
    request = deserialize_request(waiting, request)
    if request.path != path:
        return HttpResponseRedirect(path)
    view, args, kwargs = resolve(request.path_info)
    return _responder(request, partial(view, request, *args, **kwargs))()


def _responder(request: HttpRequest, call_view: Respond) -> Respond:
    form_key = request.POST.get(FIELD_NAME) if request.method == "POST" else None
    who = sender_id(request)
    if not form_key or not who:
        return call_view
    return partial(_respond_once, request, form_key, who, call_view)


class ViewResponse(HttpResponse):
    """Calls the view when Django renders this response.

    There, other middleware can answer what the view raises, such as the need to reauthenticate.
    Django does not let it answer what process_view() raises.
    """

    def __init__(self, respond: Respond) -> None:
        super().__init__()
        self.respond = respond

    def render(self) -> HttpResponseBase:
        response = self.respond()
        return response.render() if isinstance(response, SimpleTemplateResponse) else response


@transaction.atomic
def _respond_once(request: HttpRequest, form_key: str, who: str, view: Respond) -> HttpResponseBase:
    now = timezone.now()
    key = salted_hmac("once.key", json.dumps([who, form_key]), algorithm="sha256").hexdigest()
    request_digest = _request_digest(request, form_key)
    # Of two simultaneous requests, the second waits here: for the unique key, then for the row.
    row, is_new = IdempotencyKey.objects.select_for_update().get_or_create(
        key=key, defaults={"answered_at": now, "request_digest": request_digest}
    )
    # Someone who went back and changed the form wants to save the change.
    is_repeat = (
        not is_new and row.request_digest == request_digest and now - row.answered_at < KEY_LIFETIME
    )
    if is_repeat and row.redirect_to:
        return HttpResponseRedirect(row.redirect_to)
    pending = request.META[META_KEY] = IdempotentResponse(
        first_answered_at=row.answered_at if is_repeat else None
    )
    response = view()
    if 300 <= response.status_code < 400:
        pending.redirect_to = response.headers["Location"]
    if response.status_code >= 400 or not (pending.redirect_to or pending.renders_page):
        if is_new:
            row.delete()
    elif pending.first_answered_at is None:
        row.answered_at, row.request_digest, row.redirect_to = (
            now,
            request_digest,
            pending.redirect_to,
        )
        row.save()
    return response


def sender_id(request: HttpRequest) -> str:
    """The account, else the session; empty without a session."""
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if session and request.user.is_authenticated:
        return f"user {request.user.pk}"
    return f"session {session}" if session else ""


def is_resubmission(request: HttpRequest, at: datetime) -> bool:
    """Whether this form was answered within RELOAD_WINDOW; for views that render a page.

    The page is not saved, so the view renders it again, and must skip what happens only once.
    """
    pending = request.META.get(META_KEY)
    if not isinstance(pending, IdempotentResponse):
        return False
    pending.renders_page = True
    if pending.first_answered_at is not None and at - pending.first_answered_at >= RELOAD_WINDOW:
        pending.first_answered_at = None
    return pending.first_answered_at is not None


def set_redirect(request: HttpRequest, redirect_to: str) -> None:
    """Where this form redirects if it is sent again; for views that render a page."""
    pending = request.META.get(META_KEY)
    if isinstance(pending, IdempotentResponse):
        pending.redirect_to = redirect_to


def prune_keys(at: datetime) -> int:
    return IdempotencyKey.objects.filter(answered_at__lte=at - KEY_LIFETIME).delete()[0]


def _request_digest(request: HttpRequest, form_key: str) -> str:
    fields = [
        (name, request.POST.getlist(name))
        for name in sorted(request.POST)
        if name not in (FIELD_NAME, "csrfmiddlewaretoken")
    ]
    parts = json.dumps([form_key, request.get_full_path(), fields])
    # Keyed, because a plain hash of a phone number could be guessed.
    digest = salted_hmac("once.request", parts, algorithm="sha256")
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            digest.update(json.dumps([name, file.name, file.size]).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()
