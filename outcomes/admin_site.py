"""Start page of the admin: pending tasks and models in groups."""

from itertools import chain
from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from outcomes.site.next_roundtable import start_next
from outcomes.todo import start_items, todo_items
from participants.accounts.carry_over_views import carry_over_rights
from participants.admin_base.fields import request_permissions
from participants.admin_base.site import PortalAdminSite
from participants.decisions import views as decisions
from participants.privacy.hiding_views import hide_at_desk
from roundtable.monitoring.faults import portal_faults

# Groups on the start page, by model name. Other models go to their app's default group.
MODEL_GROUPS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("The meeting"), ("Event", "Statement", "Outcome", "Series", "Theme", "Group", "Synonyms")),
    (
        _("Participants"),
        (
            "Delegate",
            "Participation",
            "Letter",
            "InvitationRequest",
            "Organisation",
            "OrganisationChange",
            "DelegationChange",
            "Introduction",
            "ParticipantList",
        ),
    ),
    (
        _("Commitments and reports"),
        (
            "Commitment",
            "Milestone",
            "ProgressUpdate",
            "ReportingRound",
            "Response",
            "Offer",
            "Assessment",
        ),
    ),
    (_("Access and emails"), ("Grant", "User", "MailBatch")),
)
DEFAULT_GROUP_BY_APP = {"roundtable": 0, "participants": 1, "outcomes": 2}


class CochairAdminSite(PortalAdminSite):
    """The portal's admin site, with the task list on its start page."""

    index_template = "outcomes/site/admin/index.html"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        pages = [
            path("hide/", self.admin_view(hide_at_desk), name="hide"),
            path(
                "carry-over/<bounded_int:number>/",
                self.admin_view(carry_over_rights),
                name="carry_over",
            ),
            path(
                "start-next/<bounded_int:number>/",
                self.admin_view(start_next),
                name="start_next",
            ),
            path("decide/", self.admin_view(decisions.decide), name="decide"),
            path(
                "decide/together/",
                self.admin_view(decisions.read_together),
                name="decide_together",
            ),
            path("decide/agree/", self.admin_view(decisions.agree), name="decide_agree"),
            path(
                "decide/<slug:name>/<bounded_int:number>/",
                self.admin_view(decisions.decide_one),
                name="decide_one",
            ),
        ]
        return [*pages, *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        context = {
            **self.each_context(request),
            **(extra_context or {}),
            "title": _("Your tasks"),
            "todo": todo_items(self, request),
            "start": start_items(self, request),
            "faults": _faults(request),
        }
        context["groups"] = group_models(context["available_apps"])
        request.current_app = self.name
        return TemplateResponse(request, self.index_template, context)


def _faults(request: HttpRequest) -> list[str]:
    """For operators, who can mend them."""
    if not request_permissions(request).is_operator:
        return []
    return list(chain.from_iterable(portal_faults(timezone.now()).values()))


def group_models(apps: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Sorts the models of `get_app_list` into MODEL_GROUPS and omits empty groups."""
    found: list[list[dict[str, Any]]] = [[] for _group in MODEL_GROUPS]
    place = {
        name: (number, names.index(name))
        for number, (_t, names) in enumerate(MODEL_GROUPS)
        for name in names
    }
    for app in apps:
        for model in app["models"]:
            rest = (DEFAULT_GROUP_BY_APP[app["app_label"]], len(place))
            group, model["place"] = place.get(model["object_name"], rest)
            found[group].append(model)
    return [
        (capfirst(str(title)), sorted(models, key=lambda model: model["place"]))
        for (title, _names), models in zip(MODEL_GROUPS, found, strict=True)
        if models
    ]
