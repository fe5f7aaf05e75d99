"""Views of a person's own data: audiences, consent, export, review and erasure."""

from contextlib import suppress

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from participants.accounts import emails
from participants.accounts.sessions import keep_session
from participants.email_links.views import page_of_link, render_closed
from participants.models import (
    Consent,
    ConsentNotice,
    ContactChannel,
    Delegate,
    EmailLink,
    User,
)
from participants.privacy import access_log, consent, retention
from participants.privacy.audience_choice import (
    excludable_organisations,
    set_audience,
    sharing_version,
)
from participants.privacy.audience_preview import AudiencePreview
from participants.privacy.erasure import MIN_PEOPLE, erase_own_data, remaining_participations
from participants.privacy.forms import (
    AgreementForm,
    AudienceForm,
    EraseForm,
    ReviewForm,
    exceptions_for_channel,
)
from participants.privacy.notice_changes import open_question
from participants.privacy.own_profile import atomic_post, get_own_delegate
from roundtable.allauth_compat import raise_if_reauthentication_required
from roundtable.audit import log as audit
from roundtable.filters.query_forms import ListForm, get_page


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
def my_audience(request: HttpRequest, key: str = "") -> HttpResponse:
    """`key` is the handle of a channel. Without it, the page is about the listing."""
    delegate = get_own_delegate(request)
    channel = None
    if key:
        channel = get_object_or_404(ContactChannel, handle=key, delegate=delegate)
    channel_id = channel.pk if channel else None
    saved = list(delegate.exceptions.select_related("organisation"))
    own_exceptions = exceptions_for_channel(saved, channel_id)
    state = sharing_version(delegate, saved)
    is_stale = request.method == "POST" and request.POST.get("state", state) != state
    form = AudienceForm(
        request.POST if request.method == "POST" and not is_stale else None,
        audience_preview=AudiencePreview(delegate, timezone.localdate()),
        organisations=excludable_organisations(delegate, saved),
        audience=channel.audience if channel else delegate.listed_to,
        saved_exceptions=own_exceptions,
        listing_exceptions=exceptions_for_channel(saved, None) if channel else [],
        has_agreed=delegate.consented_at is not None,
        may_widen=not consent.is_outdated(delegate),
        is_protected=delegate.is_protected and not channel,
        listed_to=delegate.listed_to if channel else "",
    )
    words, is_changed = "", False
    if form.is_bound and form.is_valid():
        chosen = form.chosen_exceptions(delegate, channel_id)
        if "count" not in request.POST:
            set_audience(
                delegate,
                channel,
                audience=form.cleaned_data["audience"],
                exceptions=chosen,
                at=timezone.now(),
            )
            messages.success(request, _("Saved: %s") % form.describe_audience(chosen))
            return redirect("me")
        words = form.describe_audience(chosen)
        is_changed = form.is_changed()
    context = {
        "form": form,
        "channel": channel,
        "words": words,
        "is_changed": is_changed,
        "state": state,
        "is_stale": is_stale,
    }
    status = 400 if form.errors or is_stale else 200
    return render(request, "participants/privacy/my_audience.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
def my_consent(request: HttpRequest) -> HttpResponse:
    delegate = get_own_delegate(request)
    language = get_language() or consent.FALLBACK_LANGUAGE
    notice = consent.current_notice(language)
    data = request.POST if request.method == "POST" else None
    form = AgreementForm(data, notice)
    if data is not None and form.is_valid():
        agree = consent.renew_consent if delegate.consented_at else consent.give_consent
        agree(delegate, notice=notice, by=Consent.By.OWNER, at=timezone.now())
        messages.success(
            request, _("Thank you. Your consent is recorded. You can withdraw it here at any time.")
        )
        return redirect("my-consent")
    context = {
        "notice": notice,
        "question": open_question(delegate, language),
        "form": form,
        "consented_at": delegate.consented_at,
        "is_current": consent.agreed_version(delegate) == notice.version,
        "acts": consent.consent_history(delegate),
    }
    status = 200 if data is None else 400
    return render(request, "participants/privacy/my_consent.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
def my_consent_withdraw(request: HttpRequest) -> HttpResponse:
    delegate = get_own_delegate(request)
    if request.method == "POST":
        consent.withdraw_consent(delegate, by=Consent.By.OWNER, at=timezone.now())
        messages.success(
            request,
            _(
                "Your consent is withdrawn. Participants and visitors see nothing about you until "
                "you agree again."
            ),
        )
    return redirect("my-consent")


@require_safe
def my_consent_notice(request: HttpRequest, version: int, language: str) -> HttpResponse:
    acts = consent.consent_history(get_own_delegate(request))
    # Show only wordings that the person agreed to.
    agreed = acts.filter(notice__version=version, notice__language=language)
    notice = ConsentNotice.objects.filter(pk__in=agreed.values("notice")).first()
    if notice is None:
        raise Http404
    return render(request, "participants/privacy/my_consent_notice.html", {"notice": notice})


@require_safe
def my_consent_text(request: HttpRequest) -> HttpResponse:
    acts = consent.consent_history(get_own_delegate(request))
    notices = ConsentNotice.objects.filter(pk__in=acts.values("notice")).order_by("pk")
    context = {"acts": acts, "notices": notices}
    text = render_to_string("participants/privacy/my_consent.txt", context, request)
    return HttpResponse(
        text,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="my-consent.txt"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def erase_me(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    data = request.POST if request.method == "POST" else None
    form = EraseForm(data)
    if data is not None and form.is_valid():
        raise_if_reauthentication_required(request, app="participants")
        try:
            erase_own_data(request.user, at=timezone.now())
        except OSError:  # the ledger cannot be written, and no one is erased without a mark
            form.add_error(
                None, _("Something went wrong, and nothing is erased. Try again in a few minutes.")
            )
        else:
            logout(request)
            return redirect("erased")
    delegate = Delegate.objects.filter(user=request.user).first()
    remaining = remaining_participations(delegate) if delegate else []
    context = {"form": form, "participations": remaining, "min_people": MIN_PEOPLE}
    status = 400 if form.errors else 200
    return render(request, "participants/privacy/erase_me.html", context, status=status)


@require_safe
@login_not_required
def erased(request: HttpRequest) -> HttpResponse:
    return render(request, "participants/privacy/erased.html")


@page_of_link(EmailLink.Purpose.HIDE)
def hide_by_link(request: HttpRequest, link: EmailLink) -> HttpResponse:
    # Both pages look the same whatever the state of the profile, because emails are forwarded.
    if request.method != "POST":
        return render(request, "participants/privacy/hide.html")
    if delegate := emails.delegate_for_hide_link(link, timezone.now()):
        with suppress(Delegate.DoesNotExist):  # deleted just now
            _hide(request, delegate, Consent.By.LINK)
    return render(request, "participants/privacy/hide_done.html")


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
def hide_me(request: HttpRequest) -> HttpResponse:
    delegate = get_own_delegate(request)
    if request.method == "POST":
        _hide(request, delegate, Consent.By.OWNER)
    elif not delegate.hidden_at:
        return render(request, "participants/privacy/hide.html", {"is_own": True})
    return redirect("me")


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
def show_me(request: HttpRequest) -> HttpResponse:
    delegate = get_own_delegate(request)
    if request.method == "POST":
        # Someone at an unattended device must neither show her nor disable her hide links.
        raise_if_reauthentication_required(request, app="participants")
        if "end_links" in request.POST:
            consent.revoke_hide_links(delegate, at=timezone.now())
        consent.unhide_profile(delegate, at=timezone.now())
    return redirect("me")


def _hide(request: HttpRequest, delegate: Delegate, by: Consent.By) -> None:
    was_shown = consent.hide_profile(delegate, by=by, at=timezone.now())
    if was_shown and request.user.pk and request.user.pk == delegate.user_id:
        keep_session(request)


@require_safe
def my_access_log(request: HttpRequest) -> HttpResponse:
    delegate = get_own_delegate(request)
    form = ListForm(request.GET)
    page = get_page(form, access_log.access_entries(delegate)) if form.is_valid() else None
    context = {
        "form": form,
        "page": page,
        "entries": access_log.describe_entries(page.object_list, delegate) if page else [],
        "is_changed": audit.has_tampered_key(delegate),
        "retention_days": settings.LOG_RETENTION_DAYS,
    }
    return render(
        request,
        "participants/privacy/my_access_log.html",
        context,
        status=400 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
def my_review(request: HttpRequest) -> HttpResponse:
    delegate = get_own_delegate(request)
    answer = _review_response(request, delegate, Consent.By.OWNER)
    if answer is None:
        messages.success(request, _("Thank you. We will ask you again in eleven months."))
        return redirect("me")
    return answer


@page_of_link(EmailLink.Purpose.REVIEW)
def review_by_link(request: HttpRequest, link: EmailLink) -> HttpResponse:
    found = retention.delegate_for_review_link(link, timezone.now())
    if found is None:
        return render_closed(request)
    delegate, is_open = found
    if not is_open:
        return render(request, "participants/privacy/review_answered.html")
    return _review_response(request, delegate, Consent.By.LINK) or redirect(request.path)


def _review_response(
    request: HttpRequest, delegate: Delegate, by: Consent.By
) -> HttpResponse | None:
    """None after the form was submitted."""
    notice = consent.current_notice(get_language() or consent.FALLBACK_LANGUAGE)
    data = request.POST if request.method == "POST" else None
    form = ReviewForm(data, notice)
    if data is not None and form.is_valid():
        retention.confirm_profile(delegate, notice=notice, by=by, at=timezone.now())
        return None
    context = {
        "form": form,
        "notice": notice,
        "has_agreed": delegate.consented_at is not None,
        "is_current": consent.agreed_version(delegate) == notice.version,
        "is_signed_in": by == Consent.By.OWNER,
    }
    return render(
        request, "participants/privacy/my_review.html", context, status=200 if data is None else 400
    )
