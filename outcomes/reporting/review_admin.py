"""Checks of texts at the admin: one page, on which someone publishes or asks for a change."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from outcomes.datasets.columns import Dataset
from outcomes.models import Commitment, EditorialState, Outcome
from outcomes.reporting.findings import PiiFindings, pii_in_text
from outcomes.reporting.pii_scan import find_contact_details
from outcomes.reporting.review import (
    approve_texts,
    events_to_check,
    may_check,
    may_review,
    reference_of,
    request_text_changes,
    waiting_for_check,
)
from outcomes.reporting.submission import CHANGED_MEANWHILE
from participants.admin_base.base import GrantScopedAdmin, RowPages
from participants.admin_base.fields import request_permissions
from participants.admin_base.lists import LimitedChangeList
from participants.admin_base.site import render_page
from participants.admin_base.versions import FieldChange, field_text
from roundtable.text.diff import diff_words

NOT_INDEPENDENT = gettext_lazy(
    "Someone of another organisation must check this text. It is yours or your organisation's, or "
    "you or a colleague entered it."
)


NOTE_WOULD_BE_LOST = gettext_lazy(
    "Nothing was published, because no one gets a note about a published text. To send the note, "
    "select “Ask for a change”. To publish, delete the note."
)


class ReviewNoteForm(ActionForm):
    """The note field beside the action that requests a change."""

    note = forms.CharField(
        label=gettext_lazy("What to change"),
        required=False,
        widget=forms.TextInput(attrs={"size": 30}),
    )


class DecisionForm(forms.Form):
    """The text as it was read, and what its author must change if it is not approved."""

    note = forms.CharField(
        label=gettext_lazy("What the author must change"),
        required=False,
        help_text=gettext_lazy(
            "People at the author's organisation and at this desk can read this. It is not public."
        ),
        error_messages={"required": gettext_lazy("Enter what the author must change.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class ReviewList(LimitedChangeList):
    """Leads from a submitted text to the page that decides about it."""

    def url_for_result(self, result: Any) -> str:
        if result.state == EditorialState.SUBMITTED:
            return admin_url(self.model, "review", result.pk)
        address: str = super().url_for_result(result)
        return address


class ReviewedAdmin(GrantScopedAdmin):
    """Base admin of texts in the editorial workflow."""

    waits_in_queue = True
    change_form_template = "outcomes/reporting/admin/review_change_form.html"
    actions = ["approve", "ask_for_changes"]
    action_form = ReviewNoteForm
    dataset: Dataset  # approval makes its wordings public
    # Only organisations write the texts.
    unavailable: tuple[str, ...] = ("add", "change", "delete")
    day_field = ""  # the day that a text describes
    not_changed = ngettext_lazy(
        "%d was not changed. This was already done, or someone of another organisation must do it.",
        "%d were not changed. This was already done, or someone of another organisation must do "
        "it.",
    )
    series_fields: tuple[str, ...] = ()  # a text replaces the earlier one with the same values

    def visible_rows(self, request: HttpRequest) -> QuerySet[Any]:
        # Drafts are private. Their authors see them here only if they also write here.
        shown = ~Q(state=EditorialState.DRAFT)
        if not self.unavailable:
            shown |= Q(author=request_permissions(request).user)
        return super().visible_rows(request).filter(shown)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Everyone must read the text that a co-chair approved.
        may_change = super().has_change_permission(request, obj)
        return may_change and (obj is None or not self.is_cited(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may_delete = super().has_delete_permission(request, obj)
        if obj is None or obj.state == EditorialState.DRAFT:
            return may_delete
        # Once submitted, only people who decide about it may delete it.
        return may_delete and self.has_decide_permission(request, obj)

    def is_cited(self, row: Any) -> bool:
        return bool(row.is_approved)

    def findings(self, request: HttpRequest, row: Any) -> PiiFindings | None:
        """Possible personal data, for people who may decide about the text."""
        rights = request_permissions(request)
        return pii_in_text(self.public_text(row), row, rights)

    def public_text(self, row: Any) -> str:
        return "\n".join(str(getattr(row, name)) for name in self.dataset.free_texts)

    @admin.display(description=gettext_lazy("possible contact details"))
    def contact_details(self, row: Any) -> str:
        found = find_contact_details(self.public_text(row))
        return format_html_join("\n", "<bdi>{}</bdi><br>", ((words,) for words in found)) or "–"

    def event_id_of(self, row: Any) -> int:
        return int(row.event.pk)

    def is_published(self, row: Any) -> bool:
        return bool(row.is_approved and row.event.is_public)

    def topic_of(self, row: Any) -> Outcome | Commitment:
        topic: Outcome | Commitment = getattr(row, "outcome", None) or row.commitment
        return topic

    def public_url_of(self, row: Any) -> str:
        return self.topic_of(row).get_absolute_url()

    def reviewed_fields_of(self, row: Any) -> tuple[str, ...]:
        return self.dataset.wordings

    def approval_effect(self, row: Any) -> str:
        return _(
            "You check form and personal details, not whether it is right. Everyone who can see "
            "this roundtable can then read it."
        )

    def approval_obstacle(self, row: Any) -> str:
        """Why no one can publish it now."""
        return ""

    def sender_of(self, row: Any) -> Any:
        return row.organisation

    def recorded_from(self, row: Any) -> str:
        """From where others took the text, if its sender did not write it."""
        return ""

    def day_of(self, row: Any) -> Any:
        return getattr(row, self.day_field) if self.day_field else None

    def previous_of(self, row: Any) -> Any:
        """The text that is published now, if this one continues it."""
        if not self.series_fields:
            return None
        same = {name: getattr(row, name) for name in self.series_fields}
        same[f"{self.day_field}__lte"] = self.day_of(row)
        return self.model.objects.approved().filter(**same).exclude(pk=row.pk).first()

    def words_of(self, row: Any) -> str:
        """What the text is about, in its own words."""
        return self.topic_of(row).text

    def subject_line(self, row: Any) -> str:
        words = Truncator(self.words_of(row)).chars(80)
        return format_html("{} <bdi>{}</bdi>", reference_of(row), words)

    def has_check_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The actions of a list check each row.
        rights = request_permissions(request)
        if obj is None:
            return rights.is_operator or bool(events_to_check(rights))
        return may_check(rights, obj)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ReviewList

    def row_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        if not may_review(request_permissions(request), row):
            return {}
        return {"review_url": admin_url(self.model, "review", row.pk)}

    # The page --------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        pages: RowPages = {
            "review/": ("review", self.review_view),
            "approve/": ("approve", self.approve_view),
            "request_change/": ("request_change", self.request_change_view),
        }
        return [*self.row_urls(pages), *super().get_urls()]

    @method_decorator(require_safe)
    def review_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.row_or_404(request, object_id)
        if not may_review(request_permissions(request), row):
            if row.state == EditorialState.SUBMITTED and self.has_decide_permission(request, row):
                self.message_user(request, NOT_INDEPENDENT, messages.WARNING)
            return redirect(admin_url(self.model, "change", row.pk))
        form = DecisionForm(initial={"revision": row.revision})
        return self._page(request, row, form, status=200)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def approve_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        form = DecisionForm(request.POST)
        if request.POST.get("note", "").strip():
            form.add_error("note", NOTE_WOULD_BE_LOST)

        def approve(row: Any) -> list[Any]:
            by = request_permissions(request).user
            return approve_texts(rows=[row], by=by, at=timezone.now())

        text = _("The text is checked.")
        return self._decide(request, object_id, form, approve, text, self.has_check_permission)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def request_change_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        form = DecisionForm(request.POST)
        form.fields["note"].required = True

        def ask(row: Any) -> list[Any]:
            by, note = request_permissions(request).user, form.cleaned_data["note"]
            return request_text_changes(rows=[row], note=note, by=by, at=timezone.now())

        def may_ask(request: HttpRequest, row: Any) -> bool:
            return self.has_decide_permission(request, row) or self.has_check_permission(
                request, row
            )

        text = _("You asked for a change.")
        return self._decide(request, object_id, form, ask, text, may_ask)

    def _decide(
        self,
        request: HttpRequest,
        object_id: str,
        form: DecisionForm,
        decide: Callable[[Any], list[Any]],
        success: str,
        may: Callable[[HttpRequest, Any], bool],
    ) -> HttpResponse:
        if request.method != "POST":  # as after signing in again
            return redirect("../review/")
        row = self.get_object(request, object_id)
        if row is None:
            return self._absent(request)
        if not may(request, row):
            raise PermissionDenied
        following = self._next_url(row, self._pending(request))
        is_valid = form.is_valid()
        if request.POST.get("revision") != str(row.revision):
            form.add_error(None, CHANGED_MEANWHILE)
        elif row.state == EditorialState.SUBMITTED and is_valid:
            try:
                if decide(row):
                    self.message_user(request, success, messages.SUCCESS)
                    return redirect(following)
            except ValidationError as mistake:
                form.add_error(None, mistake.messages)
            row = self.get_object(request, object_id)
            if row is None:
                return self._absent(request)
        if row.state != EditorialState.SUBMITTED:
            text = _("Nothing changed. This was already decided, or the author withdrew it.")
            self.message_user(request, text, messages.WARNING)
            return redirect(following)
        # This page shows the new text, so its form sends the new revision.
        form.data = request.POST.dict() | {"revision": row.revision}
        return self._page(request, row, form, status=400)

    def _absent(self, request: HttpRequest) -> HttpResponse:
        # The same for a text that is hidden, deleted or withdrawn.
        if not self.has_check_permission(request):
            raise Http404
        text = _("This text is no longer here. Its author may have withdrawn it.")
        self.message_user(request, text, messages.WARNING)
        return redirect(admin_url(self.model, "changelist"))

    def _page(
        self, request: HttpRequest, row: Any, form: DecisionForm, *, status: int
    ) -> HttpResponse:
        pending, previous = self._pending(request), self.previous_of(row)
        reference = reference_of(row)
        context = {
            "original": row,
            "title": _("Check %s") % reference,
            "reference": reference,
            "words": self.words_of(row),
            # 0 if another co-chair decided about it a moment ago.
            "position": pending.index(row.pk) + 1 if row.pk in pending else 0,
            "number_pending": len(pending),
            "next_url": self._next_url(row, pending) if len(pending) > 1 else "",
            "sender": self.sender_of(row),
            "recorded_from": self.recorded_from(row),
            "day": self.day_of(row),
            "event": row.event,
            "values": list(self._values(row)),
            "previous": previous,
            "previous_day": self.day_of(previous) if previous else None,
            "differences": list(self._differences(previous, row)) if previous else [],
            "findings": self.findings(request, row),
            "effect": self.approval_effect(row),
            "obstacle": self.approval_obstacle(row),
            "form": form,
            "approve_url": admin_url(self.model, "approve", row.pk),
            "request_change_url": admin_url(self.model, "request_change", row.pk),
        }
        template = "outcomes/reporting/admin/review.html"
        return render_page(request, self.model, template, context, status=status)

    def _values(self, row: Any) -> Iterable[tuple[str, str]]:
        for name in self.reviewed_fields_of(row):
            field: Any = self.opts.get_field(name)
            if value := field_text(row, field):
                yield str(field.verbose_name), value

    def _differences(self, before: Any, after: Any) -> Iterable[FieldChange]:
        for name in self.reviewed_fields_of(after):
            field: Any = self.opts.get_field(name)
            texts = [field_text(row, field) for row in (before, after)]
            if texts[0] != texts[1]:
                yield FieldChange(str(field.verbose_name), *diff_words(*texts))

    def _pending(self, request: HttpRequest) -> list[int]:
        rows = waiting_for_check(self.get_queryset(request), request_permissions(request))
        return list(rows.order_by("submitted_at", "pk").values_list("pk", flat=True))

    def _next_url(self, row: Any, pending: list[int]) -> str:
        """The next text to review, or the list if there is no other."""
        place = pending.index(row.pk) if row.pk in pending else 0
        others = [number for number in pending[place:] + pending[:place] if number != row.pk]
        if others:
            return admin_url(self.model, "review", others[0])
        return admin_url(self.model, "changelist")

    # Actions of the list ---------------------------------------------------------------

    @admin.action(description=gettext_lazy("Checked: publish"), permissions=["check"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        if request.POST.get("note", "").strip():
            self.message_user(request, NOTE_WOULD_BE_LOST, messages.ERROR)
            return
        text = ngettext_lazy("%d text is checked.", "%d texts are checked.")
        self._decide_about(request, queryset, approve_texts, text)

    @admin.action(description=gettext_lazy("Ask for a change"), permissions=["check"])
    def ask_for_changes(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        text = ngettext_lazy(
            "You asked for a change to %d text.", "You asked for a change to %d texts."
        )
        ask = partial(request_text_changes, note=request.POST.get("note", ""))
        self._decide_about(request, queryset, ask, text)

    def _decide_about(
        self, request: HttpRequest, rows: QuerySet[Any], decide: Callable[..., list[Any]], text: Any
    ) -> None:
        by = request_permissions(request).user
        try:
            done = len(decide(rows=rows, by=by, at=timezone.now()))
        except ValidationError as mistake:
            self.message_user(request, " ".join(mistake.messages), messages.ERROR)
            return
        self.report_counts(
            request, done=done, success=text, skipped=len(rows) - done, warning=self.not_changed
        )


def admin_url(model: type[Model], name: str, *args: int) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)
