"""Admin of changes of organisations: who confirms one reads it on its page first."""

from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from outcomes.duplicates.admin import add_merge_action, merge_page, refuse_merge, side_by_side
from outcomes.duplicates.comparison import (
    changes_by_rule,
    organisation_similarities,
    who_must_be_confirmed_again,
)
from outcomes.duplicates.organisations import (
    ORGANISATION_RULES,
    may_merge_organisations,
    merge_organisations,
    needs_confirmation,
)
from outcomes.organisations.changes import (
    CHANGES,
    may_request,
    request_change,
)
from participants.admin_base.fields import OrganisationChoiceField, request_permissions
from participants.admin_base.private import PrivateAdmin
from participants.admin_base.site import render_page
from participants.models import Act, Organisation, OrganisationChange
from participants.models.organisation_change import names_in_words
from roundtable.models import Event

REQUESTED = _(
    "The change is requested. It is made seven days after another organisation confirms it, or at "
    "once when two have. We told everyone who can confirm it."
)


@admin.action(description=_("Merge two entries for one organisation"), permissions=["change"])
def merge_two_organisations(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Organisation]
) -> HttpResponse | None:
    permissions = request_permissions(request)
    by, at = permissions.user, timezone.now()
    rows: list[Any] = list(queryset.order_by("pk")[:3])
    if len(rows) != 2 or not may_merge_organisations(rows[0], rows[1], by, at):
        refuse_merge(request, rows)
        return None

    def ask(target: Organisation, duplicate: Organisation) -> Callable[[str], None] | None:
        change = OrganisationChange(
            organisation=duplicate, target=target, what=OrganisationChange.What.MERGE
        )

        def request_merge(reason: str) -> None:
            change.reason = reason
            request_change(change=change, by=by, at=at)
            messages.success(request, REQUESTED)

        return request_merge if needs_confirmation(duplicate) else None

    return merge_page(
        model_admin,
        request,
        rows,
        rows,
        partial(merge_organisations, by=by, at=at),
        ask=ask,
        similarities=list(organisation_similarities(rows[0], rows[1])),
        lost=partial(who_must_be_confirmed_again, permissions=permissions),
    )


# What a change of an organisation asks for besides the reason, what is required first.
REQUESTS: dict[str, tuple[tuple[str, ...], Promise]] = {
    OrganisationChange.What.KIND.value: (
        ("kind", "country"),
        _("Request another kind or country"),
    ),
    OrganisationChange.What.NAME.value: (("name", "short_name"), _("Request another name")),
    OrganisationChange.What.PUBLISH.value: ((), _("Request that its name is published")),
}


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who is, or is no longer, a co-chair or co-host."""

    class Meta:
        model = OrganisationChange
        fields = ["organisation", "role", "what", "reason"]

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = OrganisationChoiceField(
            queryset=organisations, label=_("Organisation")
        )
        self.fields["role"].required = True
        self.fields["what"] = forms.ChoiceField(
            label=_("Change"),
            choices=[
                (OrganisationChange.What.GIVE_ROLE, _("It gets this role")),
                (OrganisationChange.What.END_ROLE, _("It no longer has this role")),
            ],
        )


@admin.register(OrganisationChange)
class OrganisationChangeAdmin(PrivateAdmin):
    """Changes that wait for another organisation, and those that were made or stopped."""

    # visible_rows() says which, because some belong to no roundtable.
    event_path = None
    waits_in_queue = True
    # They are requested on the page of the organisation or roundtable that they are about.
    unavailable = ("add", "change", "delete")
    saving_is_audited = True
    list_display = ["organisation", "change", "reason", "requested_at", "state"]
    list_filter = ["what"]
    list_select_related = ["organisation", "target", "event"]
    search_fields = ["organisation__name", "reason"]
    search_help_text = _("Organisation or reason")

    def visible_rows(self, request: HttpRequest) -> QuerySet[OrganisationChange]:
        return CHANGES.visible(request_permissions(request)).prefetch_related("acts")

    @admin.display(description=_("change"))
    def change(self, row: OrganisationChange) -> str:
        return row.summary

    @admin.display(description=_("state"))
    def state(self, row: OrganisationChange) -> str:
        if row.done_at:
            return gettext("Made on %s") % date_format(row.done_at)
        acts = list(row.acts.all())
        last = acts[-1] if acts else Act()
        if row.stopped_at and last.what == Act.What.EXPIRED:
            words = gettext("Ended on %s: not confirmed within 60 days")
            return words % date_format(row.stopped_at)
        if row.stopped_at:
            return gettext("Stopped on %s") % date_format(row.stopped_at)
        if last.what == Act.What.FAILED:
            return gettext("Confirmed, but it cannot be made now: %s") % last.reason
        if row.effective_on:
            return gettext("Will be made on %s") % date_format(row.effective_on)
        return gettext("Waits for another organisation")

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "participants_organisationchange_{}"
        request_role = wrap(self.request_role_view)
        return [
            *(
                path(
                    f"{what}/<bounded_int:organisation_id>/",
                    wrap(self.request_view),
                    {"what": what},
                    name=name.format(what),
                )
                for what in REQUESTS
            ),
            path("role/<bounded_int:event_id>/", request_role, name=name.format("role")),
            *super().get_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def request_view(self, request: HttpRequest, organisation_id: int, what: str) -> HttpResponse:
        organisations: Any = self.admin_site.get_model_admin(Organisation)
        row = organisations.row_or_404(request, str(organisation_id))
        asked, title = REQUESTS[what]
        present = {name: getattr(row, name) for name in asked}
        change = OrganisationChange(organisation=row, what=what, **present)
        form_class = forms.modelform_factory(OrganisationChange, fields=[*asked, "reason"])
        form = form_class(request.POST or None, instance=change)
        for name in asked[:1]:
            form.fields[name].required = True
        subject, lost = str(row), ""
        if what == OrganisationChange.What.NAME:
            subject = names_in_words(row)
        elif what == OrganisationChange.What.KIND:
            lost = who_must_be_confirmed_again(row, None, request_permissions(request))
        return self._request_page(request, form, title=title, subject=subject, lost=lost)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def request_role_view(self, request: HttpRequest, event_id: int) -> HttpResponse:
        events: Any = self.admin_site.get_model_admin(Event)
        event = events.row_or_404(request, str(event_id))
        organisations: Any = self.admin_site.get_model_admin(Organisation)
        form = RoleForm(
            request.POST or None,
            instance=OrganisationChange(event=event),
            organisations=organisations.choices(request).not_archived(),
        )
        title = _("Request another co-chair or co-host")
        return self._request_page(request, form, title=title, subject=str(event))

    def _request_page(
        self, request: HttpRequest, form: Any, *, title: Any, subject: str, lost: str = ""
    ) -> HttpResponse:
        by, now = request_permissions(request).user, timezone.now()
        if not may_request(form.instance, by, now):
            raise PermissionDenied
        if request.method == "POST" and form.is_valid():
            try:
                change = request_change(change=form.instance, by=by, at=now)
            except ValidationError as problem:
                form.add_error(None, problem.messages)
            else:
                messages.success(request, REQUESTED)
                return redirect("admin:decide_one", "organisationchange", change.pk)
        context = {"title": title, "subject": subject, "form": form, "lost": lost}
        template = "outcomes/organisations/admin/request.html"
        return render_page(request, OrganisationChange, template, context)

    def change_view(
        self, request: HttpRequest, object_id: str, *where: Any, **options: Any
    ) -> HttpResponse:
        row = self.row_or_404(request, object_id)
        return redirect("admin:decide_one", "organisationchange", row.pk)

    def decision_details(self, request: HttpRequest, row: Any) -> tuple[str, dict[str, Any]]:
        lost = self._lost(request, row) if row.is_open else ""
        context = {
            "row": row,
            "state": self.state(row),
            "lost": lost,
            **self._compared_entries(request, row),
        }
        return "outcomes/organisations/admin/_details.html", context

    def _lost(self, request: HttpRequest, row: OrganisationChange) -> str:
        after = row.target
        if row.what == OrganisationChange.What.KIND:
            after = copy(row.organisation)
            after.kind, after.country = row.kind, row.country
        if after is None:
            return ""
        return who_must_be_confirmed_again(row.organisation, after, request_permissions(request))

    def _compared_entries(self, request: HttpRequest, row: OrganisationChange) -> dict[str, Any]:
        if row.what != OrganisationChange.What.MERGE or not row.is_open:
            return {}
        assert row.target is not None
        permissions = request_permissions(request)
        similarities = list(organisation_similarities(row.organisation, row.target))
        return {
            **side_by_side(
                self.admin_site.get_model_admin(Organisation),
                request,
                [row.organisation, row.target],
                similarities,
            ),
            "linked": list(changes_by_rule(ORGANISATION_RULES, row.organisation, permissions)),
        }


add_merge_action(Organisation, merge_two_organisations)
