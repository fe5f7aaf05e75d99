"""The steps after an invitation: is this you, whom do you share with, do you agree."""

from collections.abc import Callable
from functools import wraps

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from participants.directory.audience_preview import Onlookers
from participants.directory.profile_forms import ChannelFormSet, DetailsForm
from participants.models import Delegate, Invitation, User
from participants.onboarding import acceptance, invitations, requests
from participants.onboarding.forms import InviteMeForm, SharingForm
from participants.privacy.consent import current_notice

CODE_FOR = "code_for"


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Who invites to what; a press of a button sends the code, or says "not me"."""
    now = timezone.now()
    found = invitations.find(token, now)
    if found is None:
        return _uncached(render(request, "participants/invitation_closed.html", status=404))
    user = request.user if isinstance(request.user, User) else None
    context = {
        "invitation": found,
        "inviter": invitations.inviter_of(found, now.date()),
        "address": invitations.masked(found.email),
        "is_somebody_else": user is not None
        and found.email.lower() not in invitations.proved_addresses(user),
    }
    if request.method == "POST" and request.POST.get("answer") == "not-me":
        acceptance.refuse(invitation=found, by=None, at=now)
        return _uncached(render(request, "participants/invitation_refused.html"))
    if request.method == "POST" and not context["is_somebody_else"]:
        if user:
            return redirect("welcome")
        if ratelimit.consume(request, action="request_login_code", key=found.email.lower()):
            return _send_code(request, found)
        return _uncached(
            render(request, "participants/invitation.html", context | {"too_often": True})
        )
    return _uncached(render(request, "participants/invitation.html", context))


def _send_code(request: HttpRequest, found: Invitation) -> HttpResponse:
    account = invitations.account_for(found, timezone.now())
    address = found.email.lower()  # as allauth keeps it
    LoginCodeVerificationProcess.initiate(request=request, user=account, email=address)
    # Who came by a link that was handed on must not read the address on the next page.
    request.session[CODE_FOR] = address
    return redirect(f"{reverse('account_confirm_login_code')}?next={reverse('welcome')}")


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def invite_me(request: HttpRequest) -> HttpResponse:
    """Asks the co-chairs of a public roundtable for an invitation."""
    data = request.POST if request.method == "POST" else None
    form = InviteMeForm(data)
    if data is not None and form.is_valid():
        if not ratelimit.consume(request, action="invite_me"):
            refusal: HttpResponse = ratelimit.respond_429(request)
            return refusal
        requests.ask(request=form.instance, at=timezone.now())
        return redirect("invite-me-sent")
    return render(
        request,
        "participants/invite_me.html",
        {"form": form},
        status=200 if data is None else 400,
    )


@require_safe
@login_not_required
def invite_me_sent(request: HttpRequest) -> HttpResponse:
    """What everybody reads who has asked."""
    return render(request, "participants/invite_me_sent.html")


Step = Callable[[HttpRequest, Invitation], HttpResponse]


def step(view: Step) -> Callable[[HttpRequest], HttpResponse]:
    """Finds the invitation that waits; without one there is nothing to answer any more."""

    @wraps(view)
    def found(request: HttpRequest) -> HttpResponse:
        assert isinstance(request.user, User)
        invitation = invitations.waiting_for(request.user, timezone.now())
        if invitation is None:
            return redirect("me")
        # A page that was left open may be about somebody else.
        if request.method == "POST" and request.POST.get("of") != invitation.delegate.handle:
            messages.warning(request, _("This page was out of date. Nothing was changed."))
            return redirect("welcome")
        return view(request, invitation)

    return found


def _own_profile(request: HttpRequest) -> Delegate | None:
    return Delegate.objects.filter(user=request.user.pk).first()


@require_http_methods(["GET", "HEAD", "POST"])
@step
def welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Is this you, and is it right?"""
    own = _own_profile(request)
    if own:
        return _join(request, invitation, own)
    person = invitation.delegate
    parts = list(person.participations.select_related("event", "organisation"))
    work = list(person.affiliations.select_related("organisation"))
    data = request.POST if request.method == "POST" else None
    form = DetailsForm(data, instance=person)
    if data is not None and form.is_valid():
        with transaction.atomic():
            form.save()
        return redirect("welcome-sharing")
    context = {"invitation": invitation, "form": form, "parts": parts, "work": work}
    return render(
        request, "participants/welcome.html", context, status=200 if data is None else 400
    )


def _join(request: HttpRequest, invitation: Invitation, own: Delegate) -> HttpResponse:
    """Adds what the co-chairs of another roundtable wrote to one's own profile."""
    context = {"invitation": invitation, "own": own, "problem": ""}
    if request.method == "POST":
        try:
            acceptance.merge(invitation=invitation, into=own, at=timezone.now())
        except ValidationError as problem:
            context["problem"] = problem.messages[0]
            return render(request, "participants/welcome_join.html", context, status=400)
        messages.success(request, _("The roundtable is added to your profile."))
        return redirect("welcome")  # which leads to the profile, or to the next invitation
    return render(request, "participants/welcome_join.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@step
def welcome_sharing(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Whom do you share with, and do you agree?"""
    if _own_profile(request):
        return redirect("welcome")
    notice = current_notice(get_language() or "en")
    data = request.POST if request.method == "POST" else None
    person = invitation.delegate
    onlookers = Onlookers.of(person)
    form = SharingForm(data, notice, onlookers=onlookers)
    channels = ChannelFormSet(
        data, instance=person, prefix="channel", form_kwargs={"onlookers": onlookers}
    )
    # Both are asked, so that one look shows all that is to be mended.
    if data is not None and all([form.is_valid(), channels.is_valid()]):
        assert isinstance(request.user, User)
        with transaction.atomic():
            agreed = acceptance.accept(
                invitation=invitation, user=request.user, notice=notice, at=timezone.now()
            )
            if agreed:
                form.put(agreed)
                channels.save()
        messages.success(request, _("Welcome. You can change all of this here at any time."))
        return redirect("welcome")
    context = {
        "invitation": invitation,
        "form": form,
        "channels": channels,
        "notice": notice,
        "has_mistakes": data is not None,
    }
    return render(
        request, "participants/welcome_sharing.html", context, status=200 if data is None else 400
    )


@require_http_methods(["GET", "HEAD", "POST"])
def welcome_not_me(request: HttpRequest) -> HttpResponse:
    """Somebody else is meant."""
    if request.method != "POST":  # as after signing in again
        return redirect("welcome")
    return _refuse(request)


@step
def _refuse(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    assert isinstance(request.user, User)
    acceptance.refuse(invitation=invitation, by=request.user, at=timezone.now())
    return _leave(request, "participants/invitation_refused.html")


@require_http_methods(["GET", "HEAD", "POST"])
@step
def welcome_erase(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Asks once more, then erases what is held."""
    if _own_profile(request):
        return redirect("welcome")
    if request.method != "POST":
        context = {"invitation": invitation}
        return render(request, "participants/welcome_erase.html", context)
    assert isinstance(request.user, User)
    acceptance.forget(invitation=invitation, user=request.user, at=timezone.now())
    return _leave(request, "participants/welcome_erased.html")


def _leave(request: HttpRequest, template: str) -> HttpResponse:
    assert isinstance(request.user, User)
    # The account may be gone; one that serves for something else stays signed in.
    if not User.objects.filter(pk=request.user.pk).exists():
        logout(request)
    return render(request, template)
