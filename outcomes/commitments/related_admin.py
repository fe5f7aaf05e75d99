"""Admin of milestones and of related texts."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from outcomes.commitments.admin_filters import ReachedFilter
from outcomes.datasets.tables import MILESTONES
from outcomes.models import Milestone, RelatedText
from participants.admin_base.base import GrantScopedInline
from participants.admin_base.filters import EventFilter
from participants.admin_base.history import HistoryAdmin


class MilestoneInline(GrantScopedInline):
    """Milestones of a commitment."""

    model = Milestone
    fields = [MILESTONES.fields]
    show_change_link = True


@admin.register(Milestone)
class MilestoneAdmin(HistoryAdmin):
    """Admin of milestones; they are added in their commitment."""

    event_path = "commitment__event"
    unavailable = ("add",)
    fieldsets = [
        (
            None,
            {
                "fields": ["commitment", *MILESTONES.fields],
                "description": _(
                    "A milestone of the commitment. Everyone can read it if the roundtable is "
                    "public."
                ),
            },
        )
    ]
    readonly_fields = ["commitment"]
    list_display = ["title", "commitment", "due_on", "reached_on", "public_page"]
    list_filter = [ReachedFilter, EventFilter]
    list_select_related = ["commitment__event"]
    date_hierarchy = "due_on"
    search_fields = ["title", "commitment__reference"]
    search_help_text = _("Title of the milestone, or reference of the commitment")

    def is_published(self, row: Any) -> bool:
        return bool(row.commitment.event.is_public)

    def public_url_of(self, row: Milestone) -> str:
        return row.commitment.get_absolute_url()


class RelatedTextInline(GrantScopedInline):
    """Related texts outside the portal."""

    model = RelatedText
    fields = [("kind", "title"), "url", "quote", "source"]
