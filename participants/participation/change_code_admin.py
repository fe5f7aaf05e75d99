"""Page of the admin where someone fetches the code for a new sign-in address of a person."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from participants.admin_base.fields import request_permissions
from participants.admin_base.site import render_page
from participants.models import Participation
from participants.participation.account_changes import fetch_code
from participants.permissions import EventPermissions
from roundtable.web.limits import Limit, consume, too_many_requests

CODES = Limit("code for a change of address", 10, 24 * 60 * 60)


class ChangeCodeForm(forms.Form):
    """What the person said: only who spoke with the person knows the new address."""

    name = forms.CharField(label=_("The person's full name"), max_length=200)
    email = forms.EmailField(
        label=_("The new address"), help_text=_("As the person said it to you, not someone else.")
    )
    spoke = forms.CharField(
        label=_("How you spoke with the person"),
        max_length=200,
        help_text=_("For example: by telephone, at the number that I have had since 2024."),
    )
    has_spoken = forms.BooleanField(
        label=_("I spoke with this person myself. They want this change.")
    )


def may_fetch_codes(permissions: EventPermissions) -> bool:
    """An operator enters the commands, so never gives the code."""
    return permissions.can_confirm_any and not permissions.is_operator


@require_http_methods(["GET", "HEAD", "POST"])
def change_code_view(request: HttpRequest) -> HttpResponse:
    permissions = request_permissions(request)
    if not may_fetch_codes(permissions):
        raise PermissionDenied
    form = ChangeCodeForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"title": _("Code for a change of address"), "form": form}
    if form.is_valid():
        if wait := consume(CODES, str(permissions.user.pk)):
            return too_many_requests(request, wait)
        values = {name: form.cleaned_data[name] for name in ("name", "email", "spoke")}
        context["code"] = fetch_code(by=permissions.user, at=timezone.now(), **values)
        context["is_answered"] = True
    template = "participants/participation/admin/change_code.html"
    status = 400 if form.errors else 200
    return render_page(request, Participation, template, context, status=status)
