"""Steps of a commitment, and what points and commitments have to do with texts elsewhere."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from outcomes.commitments.admin_filters import ReachedFilter
from outcomes.models import Milestone, RelatedText
from participants.admin_base.base import GrantScopedAdmin, GrantScopedInline
from participants.admin_base.filters import EventFilter


class MilestoneInline(GrantScopedInline):
    """Steps on the way, and when each was reached."""

    model = Milestone
    fields = [("title", "due_on", "reached_on")]
    show_change_link = True


@admin.register(Milestone)
class MilestoneAdmin(GrantScopedAdmin):
    """Steps by themselves, with what became of each; they are added with their commitment."""

    event_path = "commitment__event"
    fieldsets = [
        (
            None,
            {
                "fields": ["commitment", "title", "due_on", "reached_on"],
                "description": _("A step on the way. Everyone reads it where it is public."),
            },
        )
    ]
    readonly_fields = ["commitment"]
    list_display = ["title", "commitment__reference", "due_on", "reached_on", "public_page"]
    list_filter = [ReachedFilter, EventFilter]
    list_select_related = ["commitment__event"]
    date_hierarchy = "due_on"
    search_fields = ["title", "commitment__reference"]
    search_help_text = _("Words of the step, or the reference of the commitment")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: it is added with its commitment."""
        return False

    def is_published(self, row: Any) -> bool:
        """Where its roundtable is public."""
        return bool(row.commitment.event.is_public)

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The page of the commitment, which shows it."""
        if obj is None or not self.is_published(obj):
            return None
        address: str = obj.commitment.get_absolute_url()
        return address


class RelatedTextInline(GrantScopedInline):
    """Texts elsewhere, each with its words and who says that they hang together."""

    model = RelatedText
    fields = [("kind", "title"), "url", "quote", "source"]
