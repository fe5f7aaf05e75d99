"""How often something can be done, counted in the database for all processes together."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial, wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from roundtable.allauth_compat import truncate_ip
from roundtable.database.outages import unless_refused
from roundtable.web.middleware import Middleware

View = Callable[..., HttpResponse]
META_KEY = "roundtable.limit"  # of a request: the limit that counted it
WAIT_KEY = "roundtable.limit.wait"  # of a request: the seconds until it may be sent again


class LimitCount(models.Model):
    """How often one thing was done by someone within a period, without saying who."""

    key = models.CharField(
        _("key"),
        max_length=64,
        unique=True,
        help_text=_("A keyed hash of what was done, of who did it and of the period."),
    )
    number = models.PositiveIntegerField(_("number"), default=0, help_text=_("How often."))
    ends_at = models.DateTimeField(
        _("end of the period"), db_index=True, help_text=_("When it can be deleted.")
    )

    class Meta:
        verbose_name = _("count of a limit")
        verbose_name_plural = _("counts of limits")

    def __str__(self) -> str:
        return str(self.number)


class CacheEntry(models.Model):
    """The table of Django's database cache, which has no model of its own."""

    cache_key = models.CharField(
        _("key"), max_length=255, primary_key=True, help_text=_("Django's name of the value.")
    )
    value = models.TextField(_("value"), help_text=_("The value, encoded by Django."))
    expires = models.DateTimeField(
        _("expires"), db_index=True, help_text=_("When Django no longer uses it.")
    )

    class Meta:
        db_table = "roundtable_cache"
        verbose_name = _("entry of the cache")
        verbose_name_plural = _("entries of the cache")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name}, {self.expires:%Y-%m-%d %H:%M}"


@dataclass(frozen=True)
class Limit:
    """At most so often within each period."""

    action: str
    number: int
    seconds: int


def consume(limit: Limit, *who: str) -> int:
    """Counts one more; returns the seconds to wait if that is too often, otherwise 0."""
    now = time.time()
    period = int(now // limit.seconds)
    end = (period + 1) * limit.seconds
    name = repr([limit.action, limit.seconds, period, *who])
    key = salted_hmac("limit", name, algorithm="sha256").hexdigest()
    LimitCount.objects.get_or_create(
        key=key, defaults={"ends_at": datetime.fromtimestamp(end, UTC)}
    )
    # One conditional UPDATE, so that of two requests at the same moment only one is the last.
    below = LimitCount.objects.filter(key=key, number__lt=limit.number)
    return 0 if below.update(number=F("number") + 1) else max(1, math.ceil(end - now))


def network_of(request: HttpRequest) -> str:
    """The address that a visitor comes from; of IPv6, the network of one household."""
    return str(truncate_ip(get_adapter().get_client_ip(request)))


def delete_ended_counts(at: datetime) -> int:
    return LimitCount.objects.filter(ends_at__lte=at).delete()[0]


def delete_expired_entries(at: datetime) -> int:
    """Django leaves them in the table until it is full."""
    return CacheEntry.objects.filter(expires__lte=at).delete()[0]


def waiting_time(seconds: int) -> str:
    """In words, rounded up."""
    if seconds > 5400:
        hours = math.ceil(seconds / 3600)
        return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
    minutes = math.ceil(seconds / 60)
    return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}


def refuse(request: HttpRequest, seconds: int) -> None:
    """Gives the page that the view shows the status 429, such as a form that says why."""
    request.META[WAIT_KEY] = seconds


class LimitMiddleware(Middleware):
    """Says in the headers that a limit was reached, for programs and the log."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if seconds := request.META.get(WAIT_KEY):
            response.status_code = 429
            response["Retry-After"] = str(seconds)
        return response


def after_a_minute(request: HttpRequest) -> HttpResponse:
    """For limits of allauth, which count by the minute."""
    return too_many_requests(request, 60)


def too_many_requests(request: HttpRequest, seconds: int) -> HttpResponse:
    response = render(request, "429.html", {"wait": waiting_time(seconds)}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def wait_of_reader(limit: Limit, request: HttpRequest, is_strict: bool) -> int:
    # The middleware that keeps pages counts before anyone is signed in.
    user = getattr(request, "user", AnonymousUser())
    who = str(user.pk) if user.is_authenticated else network_of(request)
    if is_strict and user.is_authenticated:
        return consume(limit, who)
    return unless_refused(partial(consume, limit, who)) or 0


def limited(limit: Limit, *, is_strict: bool = False) -> Callable[[View], View]:
    """For views that cost much, or from which much could be copied: by account or network.

    A strict limit protects people: if it cannot be counted, who is signed in gets no page.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            request.META[META_KEY] = limit
            wait = wait_of_reader(limit, request, is_strict)
            return too_many_requests(request, wait) if wait else view(request, *args, **kwargs)

        return check

    return decorate
