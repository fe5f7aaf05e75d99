"""Admin page with the emails about a statement, before any of them is sent."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from outcomes.models import Statement
from outcomes.statements.drafting_admin import get_statement
from outcomes.statements.emails import EMAILS
from participants.admin_base.base import RowPages
from participants.admin_base.site import render_page
from roundtable.mail.queue import render_email


@dataclass(frozen=True)
class EmailPreview:
    """An email, to whom it goes, and when."""

    when: str
    recipients: str
    subject: str
    text: str


def email_previews(statement: Statement) -> list[EmailPreview]:
    """Each with a made-up deadline: a week from now."""
    event = statement.event
    path = reverse("admin:outcomes_statement_agreement", args=[statement.pk])
    desk = f"{settings.PORTAL_URL}{path}"
    answers = f"{settings.PORTAL_URL}{reverse('my-circulations')}"
    page = f"{settings.PORTAL_URL}{event.get_absolute_url()}#statement"
    deadline = (timezone.now() + timedelta(days=7)).astimezone(event.zone).replace(tzinfo=None)
    cochairs = _("The co-chairs whose signature is missing")
    asked = _("The people who represent the organisations")
    everyone = _("All participants who can be reached by email")
    known = [
        (_("The text is circulated"), asked, f"{EMAILS}/text_circulated", answers),
        (
            _("No organisation objected until the deadline"),
            cochairs,
            f"{EMAILS}/signature_requested",
            desk,
        ),
        (_("The text is published"), everyone, f"{EMAILS}/text_published", page),
    ]
    found = []
    for when, recipients, template, url in known:
        email = render_email(template, {"event": event, "deadline": deadline, "url": url})
        found.append(EmailPreview(when, recipients, email["subject"], email["text"]))
    return found


@require_safe
def emails_view(request: HttpRequest, object_id: str) -> HttpResponse:
    statement = get_statement(request, object_id)
    context = {
        "title": _("Emails about the text"),
        "statement": statement,
        "previews": email_previews(statement),
    }
    template = "outcomes/statements/admin/statement_emails.html"
    return render_page(request, Statement, template, context)


EMAIL_PAGES: RowPages = {"emails/": ("emails", emails_view)}
