"""Views to answer an invitation and to request one."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from participants.accounts.addresses import mask_address
from participants.directory.profile_forms import ChannelFormSet
from participants.email_links.links import open_link
from participants.email_links.views import page_of_link
from participants.models import Delegate, EmailLink, Invitation, OrganisationKind, User
from participants.models.channels import ChannelKind
from participants.onboarding import acceptance, invitations, nominations, requests
from participants.onboarding.forms import (
    InvitationRequestForm,
    NominationForm,
    SharingForm,
    WelcomeForm,
)
from participants.privacy import entry_notice
from participants.privacy.audience_choice import sharing_act
from participants.privacy.audience_preview import AudiencePreview, sharing_sentences
from participants.privacy.consent import current_notice
from participants.privacy.desk_names import cochairs_naming
from participants.privacy.retention import day_of_erasure_after
from roundtable.allauth_compat import LoginCodeVerificationProcess
from roundtable.web.limits import (
    Limit,
    consume,
    network_of,
    refuse,
    too_many_requests,
    waiting_time,
)

CODE_RECIPIENT_KEY = "code_for"
WELCOME = gettext_lazy("Welcome. You can change all of this on “Your profile” at any time.")

INVITATION_CODES = Limit("code for an invitation", 3, 60)
INVITATION_REQUESTS = Limit("request for an invitation", 10, 60 * 60)


@page_of_link(EmailLink.Purpose.INVITATION)
def invitation(request: HttpRequest, link: EmailLink) -> HttpResponse:
    now = timezone.now()
    found = invitations.find_open_invitation(link, now)
    if found is None:
        return _without_invitation(request, link, now)
    user = request.user if isinstance(request.user, User) else None
    context = {
        "invitation": found,
        "inviter": invitations.inviting_organisation(found, now.date()),
        "address": mask_address(found.email),
        "erased_on": day_of_erasure_after(found.invited_at),
        "is_other_account": user is not None
        and found.email.lower() not in invitations.verified_addresses(user),
    }
    match request.POST.get("answer"):
        case "not-me":
            acceptance.decline_invitation(invitation=found, by=None, at=now)
            return render(request, "participants/onboarding/invitation_declined.html")
        case "remove":
            acceptance.erase_invited_person(invitation=found, user=None, at=now)
            return render(request, "participants/onboarding/welcome_erased.html")
        case "sign-out":
            logout(request)
            open_link(request, link)
            return redirect(request.path)
    if request.method == "POST" and not context["is_other_account"]:
        if user:
            return redirect("welcome")
        wait = consume(INVITATION_CODES, found.email.lower())
        if not wait:
            return _send_code(request, found)
        context["wait"] = waiting_time(wait)
        refuse(request, wait)
    return render(request, "participants/onboarding/invitation.html", context)


def _without_invitation(request: HttpRequest, link: EmailLink, now: datetime) -> HttpResponse:
    """The email said only that others entered the person, or the invitation has ended."""
    if request.POST.get("answer") == "remove" and entry_notice.remove_entered(link, at=now):
        return render(request, "participants/onboarding/welcome_erased.html")
    can_remove = entry_notice.person_to_remove(link, now) is not None
    if can_remove and not link.target_id:
        return render(request, "participants/onboarding/entered.html")
    rows = Invitation.objects.filter(pk=link.target_id or 0)
    context = {
        "can_remove": can_remove,
        "has_lost_inviter": invitations.has_lost_inviter(rows, now),
    }
    template = "participants/onboarding/invitation_closed.html"
    return render(request, template, context, status=404)


def _send_code(request: HttpRequest, found: Invitation) -> HttpResponse:
    account = invitations.get_or_create_account(found, timezone.now())
    address = found.email.lower()  # allauth stores addresses in lower case
    LoginCodeVerificationProcess.initiate(request=request, user=account, email=address)
    # The email may be forwarded, so the next page must not show the address.
    request.session[CODE_RECIPIENT_KEY] = address
    return redirect(f"{reverse('account_confirm_login_code')}?next={reverse('welcome')}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def request_invitation(request: HttpRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = InvitationRequestForm(data)
    if data is not None and form.is_valid():
        if wait := consume(INVITATION_REQUESTS, network_of(request)):
            return too_many_requests(request, wait)
        requests.submit_request(invitation_request=form.instance, at=timezone.now())
        return redirect("request-invitation-done")
    template = "participants/onboarding/request_invitation.html"
    return render(request, template, {"form": form}, status=200 if data is None else 400)


@require_safe
@login_not_required
def request_invitation_done(request: HttpRequest) -> HttpResponse:
    return render(request, "participants/onboarding/request_invitation_done.html")


@require_http_methods(["GET", "HEAD", "POST"])
def my_nominations(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    person, now = get_object_or_404(Delegate, user=request.user), timezone.now()
    places = nominations.nomination_places(person, now.date())
    data = request.POST if request.method == "POST" else None
    form = NominationForm(data, places=places)
    if data is not None and form.is_valid():
        place = form.cleaned_data["place"]
        try:
            nominations.nominate(nomination=form.instance, place=place, by=request.user, at=now)
        except ValidationError as problem:
            form.add_error(None, problem.messages)
        else:
            text = _("The nomination is sent. Until it is decided, you can withdraw it.")
            messages.success(request, text)
            return redirect("my-nominations")
    context = {
        "form": form,
        "places": places,
        "open_nominations": nominations.open_nominations(request.user),
        "limit": nominations.MAX_OPEN_NOMINATIONS,
    }
    template = "participants/onboarding/my_nominations.html"
    return render(request, template, context, status=200 if data is None else 400)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_nomination(request: HttpRequest, number: int) -> HttpResponse:
    assert isinstance(request.user, User)
    if request.method != "POST":  # a redirect after sign-in uses GET
        return redirect("my-nominations")
    if nominations.withdraw_nomination(number, by=request.user, at=timezone.now()):
        messages.success(request, _("The nomination is withdrawn and deleted."))
    else:
        messages.warning(request, _("Nothing changed. This nomination was already decided."))
    return redirect("my-nominations")


OUT_OF_DATE = gettext_lazy(
    "This page was out of date. Nothing was changed. Check the page, then try again."
)
InvitationView = Callable[[HttpRequest, Invitation], HttpResponse]


def with_pending_invitation(view: InvitationView) -> Callable[[HttpRequest], HttpResponse]:
    @wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponse:
        assert isinstance(request.user, User)
        invitation = invitations.pending_invitation_for(request.user, timezone.now())
        if invitation is None:
            return redirect("me")
        # A page that was left open may be about another person.
        if request.method == "POST" and request.POST.get("of") != invitation.delegate.handle:
            messages.warning(request, OUT_OF_DATE)
            return redirect("welcome")
        return view(request, invitation)

    return wrapper


def _cochairs(invitation: Invitation) -> dict[str, Any]:
    """Those who read the name of the invited person."""
    grants = list(cochairs_naming(invitation.delegate, timezone.localdate()))
    rows = list(dict.fromkeys(grant.on_behalf_of for grant in grants if grant.on_behalf_of))
    governments = [row for row in rows if row.kind == OrganisationKind.GOVERNMENT]
    are_governments = len(governments) == len(rows)
    return {
        "is_named": bool(grants),
        "cochairs": rows,
        "cochairs_are_governments": are_governments,
        "governments": [] if are_governments else governments,
    }


def _own_profile(request: HttpRequest) -> Delegate | None:
    return Delegate.objects.filter(user=request.user.pk).first()


@require_http_methods(["GET", "HEAD", "POST"])
@with_pending_invitation
def welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    own_profile = _own_profile(request)
    if own_profile:
        return _merge_into_own_profile(request, invitation, own_profile)
    person = invitation.delegate
    parts = list(person.participations.select_related("event", "organisation"))
    work = list(person.affiliations.select_related("organisation"))
    data = request.POST if request.method == "POST" else None
    form = WelcomeForm(data, instance=person)
    if data is not None and form.is_valid():
        with transaction.atomic():
            if acceptance.lock_open_invitation(invitation, timezone.now()):
                form.save()
        return redirect("welcome-sharing")
    context = {"invitation": invitation, "form": form, "parts": parts, "work": work}
    context |= _cochairs(invitation)
    template = "participants/onboarding/welcome.html"
    return render(request, template, context, status=200 if data is None else 400)


def _merge_into_own_profile(
    request: HttpRequest, invitation: Invitation, own_profile: Delegate
) -> HttpResponse:
    rows = invitation.delegate.participations.select_related("delegate", "organisation")
    part = rows.get(event=invitation.event)
    context = {"invitation": invitation, "own": own_profile, "part": part, "problem": ""}
    context |= _cochairs(invitation)
    template = "participants/onboarding/welcome_merge.html"
    if request.method != "POST":
        return render(request, template, context)
    if request.POST.get("shown") != part.content_hash:
        messages.warning(request, OUT_OF_DATE)
        return redirect("welcome")
    try:
        acceptance.merge_invitation(invitation=invitation, target=own_profile, at=timezone.now())
    except ValidationError as problem:
        context["problem"] = problem.messages[0]
        return render(request, template, context, status=400)
    text = _("The roundtable is added to your profile. A co-chair confirms your participation.")
    messages.success(request, text)
    return redirect("welcome")  # which leads on to the profile or to the next invitation


@require_http_methods(["GET", "HEAD", "POST"])
@with_pending_invitation
def welcome_sharing(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if _own_profile(request):
        return redirect("welcome")
    assert isinstance(request.user, User)
    if "without_sharing" in request.POST:
        agreed = acceptance.accept_invitation(
            invitation=invitation, user=request.user, notice=None, at=timezone.now()
        )
        messages.success(request, WELCOME)
        return redirect("my-hiding-code" if agreed else "welcome")
    notice = current_notice(get_language() or "en")
    data = request.POST if request.method == "POST" else None
    person = invitation.delegate
    onlookers = AudiencePreview(person, timezone.localdate())
    form = SharingForm(data, notice, audience_preview=onlookers, is_protected=person.is_protected)
    channels = ChannelFormSet(
        data,
        instance=person,
        prefix="channel",
        initial=[{"kind": ChannelKind.MOBILE}],  # what most people share
        form_kwargs={"audience_preview": onlookers, "listed_to": person.listed_to},
    )
    # Validate both forms, so that one response shows all errors.
    if data is not None and all([form.is_valid(), channels.is_valid()]):
        with transaction.atomic():
            agreed = acceptance.accept_invitation(
                invitation=invitation, user=request.user, notice=notice, at=timezone.now()
            )
            if agreed:
                with sharing_act(agreed, at=timezone.now()):
                    agreed.write(listed_to=form.cleaned_data["listed_to"])
                    channels.save()
        messages.success(request, WELCOME)
        if agreed:
            shared, today = agreed.channels.all(), timezone.localdate()
            for sentence in sharing_sentences(agreed, shared, today, is_newly_listed=True):
                messages.info(request, sentence)
        return redirect("my-hiding-code" if agreed else "welcome")
    context = {"invitation": invitation, "form": form, "channels": channels, "notice": notice}
    context |= _cochairs(invitation)
    template = "participants/onboarding/welcome_sharing.html"
    return render(request, template, context, status=200 if data is None else 400)


@require_safe
def welcome_codes(request: HttpRequest) -> HttpResponse:
    """For the day when no code arrives. From here, the person goes on to the profile."""
    if Authenticator.objects.filter(user=request.user.pk).exists():
        return redirect("welcome")
    return render(request, "participants/onboarding/welcome_codes.html")


@require_http_methods(["GET", "HEAD", "POST"])
def welcome_decline(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":  # a GET follows after signing in again
        return redirect("welcome")
    return _decline(request)


@with_pending_invitation
def _decline(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    assert isinstance(request.user, User)
    acceptance.decline_invitation(invitation=invitation, by=request.user, at=timezone.now())
    return _finish(request, "participants/onboarding/invitation_declined.html")


@require_http_methods(["GET", "HEAD", "POST"])
@with_pending_invitation
def welcome_erase(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if _own_profile(request):
        return redirect("welcome")
    if request.method != "POST":
        context = {"invitation": invitation}
        return render(request, "participants/onboarding/welcome_erase.html", context)
    assert isinstance(request.user, User)
    acceptance.erase_invited_person(invitation=invitation, user=request.user, at=timezone.now())
    return _finish(request, "participants/onboarding/welcome_erased.html")


def _finish(request: HttpRequest, template: str) -> HttpResponse:
    assert isinstance(request.user, User)
    # The account may be deleted. An account with another purpose stays signed in.
    if not User.objects.filter(pk=request.user.pk).exists():
        logout(request)
    return render(request, template)
