"""Saying of an invited person that they have left their organisation."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from participants.accounts.departure import let_go, may_let_go
from participants.admin.base import GrantedAdmin
from participants.admin.choices import rights
from participants.models import Delegate


class LeavingAdmin(GrantedAdmin):
    """Delegates whose work address can be stopped."""

    @admin.action(description=_("Left the organisation"), permissions=["decide"])
    def left(self, request: HttpRequest, queryset: QuerySet[Delegate]) -> HttpResponse | None:
        """Asks once more, naming whom it is about; then stops their addresses."""
        mine = rights(request)
        people = list(queryset.select_related("user"))
        ready = [person for person in people if may_let_go(person, mine)]
        if "confirmed" not in request.POST:
            context: dict[str, Any] = {
                **self.admin_site.each_context(request),
                "title": gettext("Did these people leave?"),
                "opts": self.opts,
                "ready": ready,
                "left": [person for person in people if person not in ready],
            }
            return TemplateResponse(request, "admin/left.html", context)
        for person in ready:
            parts = person.participations.values_list("event_id", flat=True)
            events = [event for event in parts if mine.may_decide(event)]
            let_go(delegate=person, by=mine.user, events=events, at=timezone.now())
        # Alike for all: who has another address is nobody's to know.
        text = ngettext(
            "The address of %d person is stopped.",
            "The addresses of %d people are stopped.",
            len(ready),
        )
        self.message_user(request, text % len(ready), messages.SUCCESS)
        return None
