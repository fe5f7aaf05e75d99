"""A roundtable that is not public yet is shown to those who have a right to it, and to no one else.

They see the pages that everyone will see, at the same addresses.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from outcomes.models import Outcome, Statement
from participants.accounts.second_factor import has_used_second_factor
from participants.permissions import permissions_of
from roundtable.models import Event


def event_or_404(request: HttpRequest, slug: str) -> Event:
    """Raises Http404 if it is absent, or not public and the viewer may not see it yet."""
    event = Event.objects.select_related("series").filter(slug=slug).first()
    if event and event.is_public:
        return event
    # Also if it is absent: the same queries take the same time.
    rights = permissions_of(request.user, timezone.localdate())
    if event is None or rights is None or not rights.may_read(event.pk):
        raise Http404
    # Without the second factor it is absent: to ask for that would tell that it exists.
    if not has_used_second_factor(request):
        raise Http404
    return event


def mark_preview(response: HttpResponse, event: Event) -> HttpResponse:
    """Keeps a page that is not public out of caches and search engines."""
    if not event.is_public:
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def add_draft_numbers(statement: Statement, outcomes: "list[Outcome]") -> None:
    """Gives the sentences of a draft the numbers that they will have. Nothing is saved."""
    numbers = {row.pk: row.number for row in statement.outcomes.numbered()}
    for outcome in outcomes:
        outcome.number = numbers[outcome.pk]
