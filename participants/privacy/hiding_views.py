"""Views to hide someone without signing in to the profile, and of one's own paper code."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from participants.admin_base.fields import request_permissions
from participants.admin_base.site import render_page
from participants.models import Delegate, HidingCode
from participants.permissions import EventPermissions
from participants.privacy import hiding
from participants.privacy.forms import DeskHidingForm, HidingCodeForm
from participants.privacy.own_profile import atomic_post, get_own_delegate
from roundtable.allauth_compat import raise_if_reauthentication_required
from roundtable.logs import log_security_event
from roundtable.web.limits import Limit, consume, network_of, refuse, waiting_time

# Above this, the page says so, but a right code still hides: its owner may share the network.
CODES = Limit("paper code", 10, 10 * 60)
NAMES_A_DAY = Limit("name hidden at the desk", 5, 24 * 60 * 60)


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def hide_by_code(request: HttpRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = HidingCodeForm(data)
    if data is not None and form.is_valid():
        with transaction.atomic():
            wait = _count_code(request, network_of(request))
            hiding.hide_by_code(form.cleaned_data["code"], at=timezone.now())
        context = {"wait": waiting_time(wait) if wait else ""}
        return render(request, "participants/privacy/hide_by_code_done.html", context)
    status = 200 if data is None else 400
    return render(request, "participants/privacy/hide_by_code.html", {"form": form}, status=status)


def _count_code(request: HttpRequest, who: str) -> int:
    if wait := consume(CODES, who):
        log_security_event("many paper codes", request)
        refuse(request, wait)
    return wait


@require_http_methods(["GET", "HEAD", "POST"])
def hide_at_desk(request: HttpRequest) -> HttpResponse:
    permissions = request_permissions(request)
    form = DeskHidingForm(request.POST if request.method == "POST" else None)
    wait = 0
    if form.is_valid():
        wait = _hide_named(request, form, permissions)
        if not wait:
            messages.success(request, _("If this person is here, they are hidden."))
            return redirect("admin:hide")
    context = {
        "title": _("Hide someone"),
        "form": form,
        "wait": waiting_time(wait) if wait else "",
        "names_a_day": NAMES_A_DAY.number,
    }
    status = 400 if form.errors else 200
    template = "participants/privacy/admin/hide.html"
    return render_page(request, Delegate, template, context, status=status)


@transaction.atomic
def _hide_named(request: HttpRequest, form: DeskHidingForm, permissions: EventPermissions) -> int:
    """Returns the seconds to wait if there were too many tries, otherwise 0."""
    who, now = str(permissions.user.pk), timezone.now()
    if code := form.cleaned_data["code"]:
        wait = _count_code(request, who)
        hiding.hide_by_code_at_desk(code, permissions=permissions, at=now)
        return wait
    if wait := consume(NAMES_A_DAY, who):
        refuse(request, wait)
    else:
        hiding.hide_by_name(form.cleaned_data["name"], permissions=permissions, at=now)
    return wait


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
@cache_control(private=True, no_store=True)
def my_hiding_code(request: HttpRequest) -> HttpResponse:
    delegate = get_own_delegate(request)
    made = HidingCode.objects.filter(delegate=delegate).first()
    code = ""
    if request.method == "POST":
        if made:
            # Someone at an unattended device must not disable the owner's code.
            raise_if_reauthentication_required(request, app="participants")
        code = hiding.make_code(delegate, at=timezone.now())
    context = {"code": code, "made": made}
    return render(request, "participants/privacy/my_hiding_code.html", context)
