"""What organisations wrote, for co-chairs to approve or to send back."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from outcomes.admin.updates import NoteForm
from outcomes.deciding import approve, send_back
from outcomes.models import Response
from outcomes.models.editorial import State
from outcomes.naming import contact_details_in
from participants.admin.base import GrantedAdmin
from participants.admin.filters import EventFilter


class WrittenAdmin(GrantedAdmin):
    """Texts of organisations: read, approved or sent back here, and written by them alone."""

    words: tuple[str, ...] = ("text", "source")  # which everyone is going to read
    actions = ["approve", "send_back"]
    action_form = NoteForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What was handed in: a draft is its author's."""
        return super().get_queryset(request).exclude(state=State.DRAFT)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: an organisation writes for itself."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a co-chair asks for changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what was sent back is shown to nobody."""
        return False

    @admin.display(description=_("looks private"))
    def looks_private(self, row: Any) -> str:
        """E-mail addresses and phone numbers in it, one a line."""
        found = contact_details_in("\n".join(str(getattr(row, name)) for name in self.words))
        return format_html_join("\n", "<bdi>{}</bdi><br>", ((words,) for words in found)) or "–"

    @admin.action(description=_("Approve"), permissions=["decide"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Shows the chosen ones to everyone."""
        self._decide(request, queryset, "")

    @admin.action(description=_("Ask for changes"), permissions=["decide"])
    def send_back(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Sends the chosen ones back with a note."""
        self._decide(request, queryset, request.POST.get("note", ""))

    def _decide(self, request: HttpRequest, queryset: QuerySet[Any], note: str) -> None:
        rows, by, at = list(queryset), self.rights_of(request).user, timezone.now()
        asks = request.POST.get("action") == "send_back"
        try:
            done = (
                send_back(rows=rows, note=note, by=by, at=at)
                if asks
                else approve(rows=rows, by=by, at=at)
            )
        except ValidationError as mistake:
            self.message_user(request, " ".join(mistake.messages), messages.ERROR)
            return
        if number := len(done):
            text = (
                ngettext("%d text was sent back.", "%d texts were sent back.", number)
                if asks
                else ngettext("%d text is approved.", "%d texts are approved.", number)
            )
            self.message_user(request, text % number, messages.SUCCESS)
        if left := len(rows) - number:
            text = ngettext(
                "%d stays as it is: that was done before, or you are no co-chair of its "
                "roundtable.",
                "%d stay as they are: that was done before, or you are no co-chair of their "
                "roundtable.",
                left,
            )
            self.message_user(request, text % left, messages.WARNING)


ON_ITS_WAY: Any = (
    _("On its way to being shown"),
    {
        "fields": ["looks_private", "state", "note", "submitted_at", "approved_at"],
        "description": _(
            "Only its organisation changes it. A co-chair approves it or asks for changes: in the "
            "list, choose it and the action."
        ),
    },
)


@admin.register(Response)
class ResponseAdmin(WrittenAdmin):
    """Answers of addressees to recommendations of the viewer's roundtables."""

    event_path = "outcome__statement__event"
    fieldsets = [
        (
            None,
            {
                "fields": ["outcome", "organisation", "stance", "text", "source", "answered_on"],
                "description": _("What an addressee answers to a recommendation."),
            },
        ),
        ON_ITS_WAY,
    ]
    list_display = ["number", "organisation", "stance", "answered_on", "state", "public_page"]
    list_filter = ["state", "stance", EventFilter]
    list_select_related = ["outcome__statement__event", "organisation"]
    search_fields = ["organisation__name", "text"]
    search_help_text = _("Name of the organisation, or words of the answer")

    def is_published(self, row: Any) -> bool:
        """Where it is approved and its roundtable public."""
        return bool(row.is_approved and row.outcome.statement.event.is_public)

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The page of the recommendation, which shows it."""
        if obj is None or not self.is_published(obj):
            return None
        address: str = obj.outcome.get_absolute_url()
        return address or None

    @admin.display(description=_("point"), ordering="outcome__number")
    def number(self, row: Response) -> str:
        """The number of the point."""
        return f"{row.outcome.statement.event.code} {row.outcome.number}"
