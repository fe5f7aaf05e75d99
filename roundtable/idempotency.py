"""Writes that are asked for twice and done once: the key of a form, and the answer it got."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

FIELD_NAME = "once"  # of a form, which holds its key
KEY_LIFETIME = timedelta(days=1)
# A page shown once more within this time is the same look: its answer was lost, or it was reloaded.
RELOAD_WINDOW = timedelta(minutes=10)
META_KEY = "roundtable.idempotency"


class IdempotencyKey(models.Model):
    """The answer that a form with this key got, so that the same one sent again changes nothing."""

    key = models.CharField(
        _("key"), max_length=64, unique=True, help_text=_("SHA-256 of the form's key and who sent.")
    )
    answered_at = models.DateTimeField(
        _("when"), db_index=True, help_text=_("When it was answered.")
    )
    request_digest = models.CharField(
        _("request"), max_length=64, help_text=_("SHA-256 of the address and what was sent.")
    )
    redirect_to = models.TextField(
        _("leads to"),
        blank=True,
        help_text=_("Where the answer sent the browser. Never what a page showed."),
    )

    class Meta:
        verbose_name = _("answered write")
        verbose_name_plural = _("answered writes")

    def __str__(self) -> str:
        return f"{self.answered_at:%Y-%m-%d %H:%M}"


@dataclass
class IdempotentResponse:
    """What is known of a form's answer while its view works."""

    first_answered_at: datetime | None  # to the same form, sent before
    redirect_to: str = ""
    renders_page: bool = False


class IdempotencyMiddleware:
    """Lets a form that carries a key act once, however often it is sent.

    Must stand last: the view and its answer are stored in one transaction, after all other
    middleware has let the request pass. Where the view raises, neither is stored. A form that is
    refused (its page comes again, or a status from 400) keeps its key for the next try, and what
    the view stored stays, as it does without a key. What an answer stores while it is streamed is
    not part of the transaction.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Goes on; only views are asked about."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """The answer to a form with a key; None leaves any other request to its view."""
        form_key = request.POST.get(FIELD_NAME) if request.method == "POST" else None
        who = sender_id(request)
        if not form_key or not who:
            return None
        return _respond_once(request, form_key, who, partial(view, request, *args, **kwargs))


@transaction.atomic
def _respond_once(
    request: HttpRequest, form_key: str, who: str, view: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    now = timezone.now()
    key = salted_hmac("once.key", json.dumps([who, form_key]), algorithm="sha256").hexdigest()
    request_digest = _request_digest(request, form_key)
    # Of two at the same time the second waits here: for the unique key, then for the row.
    row, is_new = IdempotencyKey.objects.select_for_update().get_or_create(
        key=key, defaults={"answered_at": now, "request_digest": request_digest}
    )
    # Somebody who went back and wrote something else wants just that: it is a new write.
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
    """Who sends a form: the account, else the session; empty without a session."""
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if session and request.user.is_authenticated:
        return f"user {request.user.pk}"
    return f"session {session}" if session else ""


def is_resubmission(request: HttpRequest, at: datetime) -> bool:
    """Whether this form was answered a short while ago, for a view that answers with a page.

    No page is kept, so the view makes it again, and leaves out what is to be done once.
    """
    pending = request.META.get(META_KEY)
    if not isinstance(pending, IdempotentResponse):
        return False
    pending.renders_page = True
    if pending.first_answered_at is not None and at - pending.first_answered_at >= RELOAD_WINDOW:
        pending.first_answered_at = None
    return pending.first_answered_at is not None


def set_redirect(request: HttpRequest, redirect_to: str) -> None:
    """Where this form leads when it is sent again, for a view whose answer is a page."""
    pending = request.META.get(META_KEY)
    if isinstance(pending, IdempotentResponse):
        pending.redirect_to = redirect_to


def prune_keys(at: datetime) -> int:
    """Forgets the answers that nobody waits for any more; says how many."""
    return IdempotencyKey.objects.filter(answered_at__lte=at - KEY_LIFETIME).delete()[0]


def _request_digest(request: HttpRequest, form_key: str) -> str:
    """What was sent and where to: keyed, as it may hold a telephone number that one could guess."""
    fields = [
        (name, request.POST.getlist(name))
        for name in sorted(request.POST)
        if name not in (FIELD_NAME, "csrfmiddlewaretoken")
    ]
    parts = json.dumps([form_key, request.get_full_path(), fields])
    digest = salted_hmac("once.request", parts, algorithm="sha256")
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            digest.update(json.dumps([name, file.name, file.size]).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()
