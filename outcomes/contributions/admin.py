"""Admin of answers, offers and assessments, for other organisations to check."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from outcomes.datasets.tables import ASSESSMENTS, OFFERED_MILESTONES, OFFERS, RESPONSES
from outcomes.models import Assessment, Offer, OfferedMilestone, Response
from outcomes.reporting.review_admin import ReviewedAdmin
from participants.admin_base.base import GrantScopedInline
from participants.admin_base.filters import EventFilter

REVIEW_FIELDSET: Any = (
    _("Review and publication"),
    {
        "fields": ["contact_details", "state", "note", "submitted_at", "approved_at"],
        "description": _(
            "Only its organisation can change it. Someone of another organisation checks it for "
            "personal details, on the page “Check and publish” or in the list."
        ),
    },
)


@admin.register(Response)
class ResponseAdmin(ReviewedAdmin):
    """Admin of answers to recommendations."""

    event_path = "outcome__statement__event"
    fieldsets = [
        (
            None,
            {
                "fields": ["outcome", "organisation", *RESPONSES.fields],
                "description": _("The answer of an addressee to a recommendation."),
            },
        ),
        REVIEW_FIELDSET,
    ]
    dataset = RESPONSES
    day_field = "answered_on"
    series_fields = ("outcome", "organisation")
    list_display = ["subject", "organisation", "stance", "answered_on", "state", "public_page"]
    list_filter = ["state", "stance", EventFilter]
    list_select_related = ["outcome__statement__event", "organisation"]
    search_fields = ["organisation__name", "text"]
    search_help_text = _("Organisation name, or words in the answer")

    @admin.display(description=_("point"), ordering="outcome__number")
    def subject(self, row: Response) -> str:
        return self.subject_line(row)


class OfferedStepInline(GrantScopedInline):
    """Milestones of an offer."""

    model = OfferedMilestone
    fields = OFFERED_MILESTONES.fields


@admin.register(Offer)
class OfferAdmin(ReviewedAdmin):
    """Admin of offered commitments and of requests to join one."""

    fieldsets = [
        (
            None,
            {
                "fields": ["outcome", "statement", "commitment", "organisation", *OFFERS.fields],
                "description": _(
                    "If you publish an offer, it becomes a commitment with the next reference. If "
                    "it has no point and no statement, its organisation becomes a partner of the "
                    "open commitment."
                ),
            },
        ),
        (_("The lead of the commitment"), {"fields": ["lead"]}),
        REVIEW_FIELDSET,
    ]
    inlines = [OfferedStepInline]
    dataset = OFFERS
    not_changed = ngettext_lazy(
        "%d was not changed. This was already done, it waits for the lead, or someone of another "
        "organisation must do it.",
        "%d were not changed. This was already done, they wait for the lead, or someone of another "
        "organisation must do it.",
    )
    list_display = ["subject", "organisation", "text", "state", "lead", "public_page"]
    list_filter = ["state", "is_open", EventFilter]
    list_select_related = ["organisation", *Offer.event_lookups]
    search_fields = ["organisation__name", "text"]
    search_help_text = _("Organisation name, or words in the offer")

    def limit_to_events(self, rows: QuerySet[Any], events: frozenset[int]) -> QuerySet[Any]:
        answers = Q(outcome__statement__event__in=events) | Q(statement__event__in=events)
        to_join = Q(outcome=None, statement=None, commitment__event__in=events)
        return rows.filter(answers | to_join)

    def public_text(self, row: Offer) -> str:
        return "\n".join([row.text, *(step.title for step in row.milestones.all())])

    def public_url_of(self, row: Offer) -> str:
        return row.commitment.get_absolute_url() if row.commitment else ""

    def words_of(self, row: Offer) -> str:
        return row.statement.title if row.statement else super().words_of(row)

    @admin.display(description=_("point or commitment"))
    def subject(self, row: Offer) -> str:
        return self.subject_line(row)

    @admin.display(description=_("lead"))
    def lead(self, row: Offer) -> str:
        return row.lead_state(timezone.localdate()) or "–"

    def approval_obstacle(self, row: Offer) -> str:
        if not row.waits_for_lead(timezone.localdate()):
            return ""
        if row.is_declined():
            return self.lead(row)
        sentence = gettext("%s You can publish it on that day, or as soon as the lead agrees.")
        return sentence % self.lead(row)

    def reviewed_fields_of(self, row: Offer) -> tuple[str, ...]:
        # An organisation that joins cannot open the commitment to others.
        names = super().reviewed_fields_of(row)
        return tuple(name for name in names if name != "is_open" or not row.is_joining)

    def approval_effect(self, row: Offer) -> str:
        if row.is_joining:
            effect = gettext(
                "If you publish it, the organisation becomes a partner of the commitment."
            )
            return f"{effect} {row.lead_state(timezone.localdate())}"
        return gettext("If you publish it, it becomes a commitment with the next reference.")


@admin.register(Assessment)
class AssessmentAdmin(ReviewedAdmin):
    """Admin of assessments."""

    event_path = "commitment__event"
    fieldsets = [
        (
            None,
            {
                "fields": ["commitment", "organisation", *ASSESSMENTS.fields],
                "description": _(
                    "The assessment of an organisation that is not a party to the commitment."
                ),
            },
        ),
        REVIEW_FIELDSET,
    ]
    dataset = ASSESSMENTS
    day_field = "assessed_on"
    series_fields = ("commitment", "organisation")
    list_display = [
        "subject",
        "organisation",
        "finding",
        "assessed_on",
        "state",
        "public_page",
    ]
    list_filter = ["state", "finding", EventFilter]
    list_select_related = ["commitment__event", "organisation"]
    search_fields = ["commitment__reference", "organisation__name", "text"]
    search_help_text = _("Reference, organisation name, or words in the assessment")

    @admin.display(description=_("commitment"), ordering="commitment__reference")
    def subject(self, row: Assessment) -> str:
        return self.subject_line(row)
