"""Files at fixed addresses: where to report a security problem, and what may be indexed."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

SECURITY_TXT_LIFETIME = timedelta(days=180)
# Beginnings of addresses that are for one person.
NOT_INDEXED = (
    "/accounts/",
    "/admin/",
    "/close-links/",
    "/erased/",
    "/evidence/",
    "/following/",
    "/hide/",
    "/invitations/",
    "/invite-me/",
    "/links/",
    "/me/",
    "/outbox/",
    "/proposals/",
    "/report/",
    "/review/",
    "/search/",
    "/unsubscribe/",
    "/welcome/",
)
# Lists with filters, of which there are very many, and files. Each record is in the sitemap.
NOT_CRAWLED = (
    "/changes/?",
    "/commitments/?",
    "/directory/?",
    "/organisations/?",
    "/outcomes/?",
    "/progress/?",
    "/progress/matrix/?",
    "/*.csv",
    "/*.ics",
    "/*.json",
    "/*.xlsx",
    "/data/roundtable.",
)


@require_safe
@login_not_required
def security_txt(request: HttpRequest) -> HttpResponse:
    return plain_text(security_lines(timezone.now()))


@require_safe
@login_not_required
def robots_txt(request: HttpRequest) -> HttpResponse:
    return plain_text(
        [
            "User-agent: *",
            *(f"Disallow: {path}" for path in (*NOT_INDEXED, *NOT_CRAWLED)),
            "",
            f"Sitemap: {settings.PORTAL_URL}{reverse('sitemap')}",
        ]
    )


@require_safe
@login_not_required
def favicon(request: HttpRequest) -> HttpResponse:
    """For programs that ask for it without reading a page."""
    return redirect(static("img/favicon.ico"))


def security_lines(at: datetime) -> list[str]:
    """The fields of RFC 9116; they expire within a year."""
    expires = (at + SECURITY_TXT_LIFETIME).replace(hour=0, minute=0, second=0, microsecond=0)
    languages = ", ".join(code for code, _name in settings.LANGUAGES)
    return [
        f"Contact: mailto:{settings.CONTACT_EMAIL}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {languages}",
        f"Canonical: {settings.PORTAL_URL}{reverse('security-txt')}",
        f"Policy: {settings.PORTAL_URL}{reverse('privacy')}#security",
    ]


def plain_text(lines: list[str]) -> HttpResponse:
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
