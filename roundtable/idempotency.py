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

FIELD = "once"  # of a form, which holds its key
KEPT = timedelta(days=1)
# A page shown once more within this time is the same look: its answer was lost, or it was reloaded.
SAME_LOOK = timedelta(minutes=10)
ANSWER = "roundtable.idempotency"


class AnsweredWrite(models.Model):
    """The answer that a form with this key got, so that the same one sent again changes nothing."""

    key = models.CharField(
        _("key"), max_length=64, unique=True, help_text=_("SHA-256 of the form's key and who sent.")
    )
    at = models.DateTimeField(_("when"), db_index=True, help_text=_("When it was answered."))
    request = models.CharField(
        _("request"), max_length=64, help_text=_("SHA-256 of the address and what was sent.")
    )
    location = models.TextField(
        _("leads to"),
        blank=True,
        help_text=_("Where the answer sent the browser. Never what a page showed."),
    )

    class Meta:
        verbose_name = _("answered write")
        verbose_name_plural = _("answered writes")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


@dataclass
class Answer:
    """What is known of a form's answer while its view works."""

    given_at: datetime | None  # to the same form, sent before
    location: str = ""
    is_page: bool = False


class OnceMiddleware:
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
        form = request.POST.get(FIELD) if request.method == "POST" else None
        who = sender(request)
        if not form or not who:
            return None
        return _answer(request, form, who, partial(view, request, *args, **kwargs))


@transaction.atomic
def _answer(
    request: HttpRequest, form: str, who: str, view: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    now = timezone.now()
    key = salted_hmac("once.key", json.dumps([who, form]), algorithm="sha256").hexdigest()
    sent = _digest(request, form)
    # Of two at the same time the second waits here: for the unique key, then for the row.
    row, is_new = AnsweredWrite.objects.select_for_update().get_or_create(
        key=key, defaults={"at": now, "request": sent}
    )
    # Somebody who went back and wrote something else wants just that: it is a new write.
    is_repeat = not is_new and row.request == sent and now - row.at < KEPT
    if is_repeat and row.location:
        return HttpResponseRedirect(row.location)
    answer = request.META[ANSWER] = Answer(given_at=row.at if is_repeat else None)
    response = view()
    if 300 <= response.status_code < 400:
        answer.location = response.headers["Location"]
    if response.status_code >= 400 or not (answer.location or answer.is_page):
        if is_new:
            row.delete()
    elif answer.given_at is None:
        row.at, row.request, row.location = now, sent, answer.location
        row.save()
    return response


def sender(request: HttpRequest) -> str:
    """Who sends a form: the account, else the session; empty without a session."""
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if session and request.user.is_authenticated:
        return f"user {request.user.pk}"
    return f"session {session}" if session else ""


def is_repeat(request: HttpRequest, at: datetime) -> bool:
    """Whether this form was answered a short while ago, for a view that answers with a page.

    No page is kept, so the view makes it again, and leaves out what is to be done once.
    """
    answer = request.META.get(ANSWER)
    if not isinstance(answer, Answer):
        return False
    answer.is_page = True
    if answer.given_at is not None and at - answer.given_at >= SAME_LOOK:
        answer.given_at = None
    return answer.given_at is not None


def lead_to(request: HttpRequest, location: str) -> None:
    """Where this form leads when it is sent again, for a view whose answer is a page."""
    answer = request.META.get(ANSWER)
    if isinstance(answer, Answer):
        answer.location = location


def prune(at: datetime) -> int:
    """Forgets the answers that nobody waits for any more; says how many."""
    return AnsweredWrite.objects.filter(at__lte=at - KEPT).delete()[0]


def _digest(request: HttpRequest, form: str) -> str:
    """What was sent and where to: keyed, as it may hold a telephone number that one could guess."""
    fields = [
        (name, request.POST.getlist(name))
        for name in sorted(request.POST)
        if name not in (FIELD, "csrfmiddlewaretoken")
    ]
    parts = json.dumps([form, request.get_full_path(), fields])
    digest = salted_hmac("once.request", parts, algorithm="sha256")
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            digest.update(json.dumps([name, file.name, file.size]).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()
