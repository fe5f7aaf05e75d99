"""Admin of milestones and of related texts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from outcomes.commitments.admin_filters import ReachedFilter
from outcomes.datasets.tables import MILESTONES
from outcomes.models import Commitment, Milestone, Offer, OfferedMilestone, RelatedText
from outcomes.reporting.publication import withdraw_if_changed
from outcomes.sources.hashes import undertaking_hash
from participants.admin_base.base import GrantScopedInline
from participants.admin_base.fields import request_permissions
from participants.admin_base.filters import EventFilter
from participants.admin_base.history import HistoryAdmin
from roundtable.history.redaction import DELETED_WORDS
from roundtable.history.versions import add_versions, one_version


def redact_offers(removed: set[str]) -> None:
    """Commitments and milestones that were offered here began as a copy of the offer."""
    offers = Offer.objects.filter(commitment__isnull=False, text__in=removed)
    offers.update(text=DELETED_WORDS)
    milestones = OfferedMilestone.objects.filter(offer__commitment__isnull=False)
    milestones.filter(title__in=removed).update(title=DELETED_WORDS)


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

    def save_model(self, request: HttpRequest, obj: Milestone, form: Any, change: bool) -> None:
        with one_version(), self._compared_again(request, obj):
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Milestone) -> None:
        with one_version(), self._compared_again(request, obj):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def redact_words(self, model: Any, pk: int, *, all_words: bool) -> set[str]:
        removed = super().redact_words(model, pk, all_words=all_words)
        redact_offers(removed)
        return removed

    @contextmanager
    def _compared_again(self, request: HttpRequest, milestone: Milestone) -> Iterator[None]:
        """The parties undertook the commitment with its milestones."""
        row = Commitment.objects.select_for_update().get(pk=milestone.commitment_id)
        earlier_hash = undertaking_hash(row)
        yield
        add_versions([row])  # with the milestone as it is now
        if withdraw_if_changed(row, earlier_hash, by=request_permissions(request).user):
            row.save()
            text = _("The commitment is a draft again: it is compared, or accepted, again.")
            self.message_user(request, text, messages.WARNING)

    def is_published(self, row: Milestone) -> bool:
        return bool(row.commitment.event.is_public)

    def public_url_of(self, row: Milestone) -> str:
        return row.commitment.get_absolute_url()


class RelatedTextInline(GrantScopedInline):
    """Related texts outside the portal."""

    model = RelatedText
    fields = [("kind", "title"), "url", "quote", "source"]
