"""Admin of letters: each with the people it names whom the viewer may see, and its lines."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest
from django.urls import URLPattern
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from participants.admin_base.fields import request_permissions
from participants.admin_base.filters import EventFilter
from participants.admin_base.private import PrivateAdmin
from participants.decisions.engine import answer
from participants.decisions.kind import Signer
from participants.display_names import participant_name
from participants.models import Letter
from participants.participation.confirmation import PARTICIPATIONS
from participants.permissions import visible_participations
from roundtable.uploads.downloads import download


@admin.register(Letter)
class LetterAdmin(PrivateAdmin):
    """Letters of the viewer's roundtables. They are entered with the people they name."""

    event_path = "event"
    unavailable = ("add", "change")
    fields = ["organisation", "event", "dated_on"]
    list_display = ["organisation", "event", "dated_on"]
    list_filter = [EventFilter]
    list_select_related = ["organisation", "event"]
    search_fields = ["organisation__name"]
    search_help_text = _("Organisation")
    actions = None
    change_form_template = "participants/participation/admin/letter_change_form.html"

    def get_urls(self) -> list[URLPattern]:
        return [*self.row_urls({"file/": ("file", self.file_view)}), *super().get_urls()]

    def choices(self, request: HttpRequest) -> QuerySet[Letter]:
        return super().choices(request).select_related("organisation")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may_delete = super().has_delete_permission(request, obj)
        return may_delete and (obj is None or self._is_own(request, obj))

    def _is_own(self, request: HttpRequest, row: Letter) -> bool:
        """Only who entered it reads the whole: it can name people whom others may not see."""
        permissions = request_permissions(request)
        return row.entered_by == permissions.user and permissions.may_edit(row.event_id)

    def row_context(self, request: HttpRequest, row: Letter) -> dict[str, Any]:
        viewer = request_permissions(request)
        signer = Signer(viewer.user, timezone.now(), viewer.bodies)
        parts = visible_participations(viewer).filter(letter=row)
        parts = parts.select_related(*PARTICIPATIONS.related).order_by("delegate__sort_name", "pk")
        people = PARTICIPATIONS.read(list(parts), signer)
        return {
            "lines": [
                (
                    participant_name(part, viewer),
                    part.organisation.name,
                    part.nomination if viewer.can_see(part.delegate) else "",
                )
                for part in people
            ],
            "waiting": [part.pk for part in people if answer(part, signer).right],
            "may_open": bool(row.file) and self._is_own(request, row),
        }

    @method_decorator(require_safe)
    def file_view(self, request: HttpRequest, object_id: str) -> FileResponse:
        row = self.row_or_404(request, object_id)
        if not row.file or not self._is_own(request, row):
            raise Http404
        return download(row.file, "letter", row.media_type)
