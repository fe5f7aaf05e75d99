"""Views of the signed-in person's own profile."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from participants.accounts.account_changes import undoable_change
from participants.directory.profile_forms import (
    ChannelFormSet,
    PreviewForm,
    ProfileForm,
    with_saved_audiences,
)
from participants.models import Audience, Consent, Delegate, User
from participants.onboarding import invitations
from participants.permissions import may_enter_admin
from participants.privacy import access_log, consent, retention, visibility
from participants.privacy.audience_choice import sharing_act, sharing_version
from participants.privacy.audience_preview import AudiencePreview, count_cochairs, sharing_sentences
from participants.privacy.hiding import how_hidden
from participants.privacy.notice_changes import open_question
from participants.privacy.own_profile import atomic_post, find_own_delegate
from participants.proposals.lifecycle import entries_about


@require_http_methods(["GET", "HEAD", "POST"])
@atomic_post
def me(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    delegate = find_own_delegate(request)
    is_staff = may_enter_admin(request.user)
    if delegate is None and invitations.pending_invitation_for(request.user, timezone.now()):
        return redirect("welcome")
    if delegate is None:
        lost = {
            "is_staff": is_staff,
            "can_undo_change": undoable_change(request.user) is not None,
            "has_lost_invitation": invitations.has_lost_invitation(request.user, timezone.now()),
        }
        return render(request, "participants/directory/me_without_profile.html", lost)
    data: QueryDict | None = request.POST if request.method == "POST" else None
    language = get_language() or consent.FALLBACK_LANGUAGE
    notice = consent.current_notice(language) if delegate.consented_at is None else None
    question = open_question(delegate, language)
    today = timezone.localdate()
    shown: dict[str, Any] = {
        "audience_preview": AudiencePreview(delegate, today),
        "exceptions": list(delegate.exceptions.select_related("organisation")),
    }
    shown["may_widen"] = question is None
    state = sharing_version(delegate, shown["exceptions"])
    # Audiences that changed after the page was opened must not be overwritten.
    is_stale = data is not None and data.get("state", state) != state
    if data is not None and is_stale:
        data = with_saved_audiences(data, delegate, prefix="channel")
    channel_kwargs = shown | {"listed_to": delegate.listed_to}
    form = ProfileForm(data, instance=delegate, notice=notice, **shown)
    channels = ChannelFormSet(data, instance=delegate, prefix="channel", form_kwargs=channel_kwargs)
    if data is not None and not is_stale and form.is_valid() and channels.is_valid():
        try:
            with transaction.atomic():
                if notice and form.cleaned_data["agree"]:
                    consent.give_consent(
                        delegate, notice=notice, by=Consent.By.OWNER, at=timezone.now()
                    )
                with sharing_act(delegate, at=timezone.now()):
                    form.save()
                    channels.save()
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(
                request, _("Your profile is saved. Select “See what others see” to check it.")
            )
            for sentence in _who_sees_changes(delegate, form, channels):
                messages.info(request, sentence)
            return redirect("me")
    context = {
        "form": form,
        "notice": notice,
        "question": question,
        "can_undo_change": undoable_change(request.user) is not None,
        # Whoever agrees to the new notice also answers the review.
        "is_review_awaited": question is None and retention.is_review_pending(delegate),
        "channels": channels,
        "participations": delegate.participations.select_related(
            "event", "organisation", "suspended_for"
        ),
        "looks": access_log.recent_access_count(delegate, timezone.now()),
        "is_stale": is_stale,
        "state": state,
        "shows_first": bool(
            visibility.get_viewer(request.user, timezone.localdate()).shows_first_at
        ),
        "is_staff": is_staff,
        "entries": entries_about(delegate),
        "how_hidden": how_hidden(delegate) if delegate.hidden_at else "",
    }
    return render(
        request, "participants/directory/me.html", context, status=200 if data is None else 400
    )


def _who_sees_changes(delegate: Delegate, form: ProfileForm, channels: Any) -> list[str]:
    """In words, who sees each thing whose audience was chosen just now."""
    is_newly_listed = "listed_to" in form.changed_data
    if is_newly_listed:  # which limits, or opens, every channel
        chosen = list(delegate.channels.exclude(audience=Audience.ONLY_ME))
    else:
        changed = [row for row, fields in channels.changed_objects if "audience" in fields]
        chosen = [*changed, *channels.new_objects]
    if not chosen and not is_newly_listed:
        return []
    today = timezone.localdate()
    return sharing_sentences(delegate, chosen, today, is_newly_listed=is_newly_listed)


@require_safe
def me_preview(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    delegate = Delegate.objects.filter(user=request.user).first()
    if delegate is None:
        raise Http404
    form = PreviewForm(request.GET)
    chosen = form.cleaned_data.get("viewer") or "visitor" if form.is_valid() else "visitor"
    on = timezone.localdate()
    context: dict[str, Any] = {"form": form, "chosen": chosen}
    if chosen in (PreviewForm.ANONYMOUS_VIEWER, PreviewForm.COCHAIR):
        # Co-chairs who took part are counted as participants.
        viewer = visibility.ANONYMOUS_VIEWER
        (profile,) = visibility.profiles_seen_by([viewer], delegate, on)
        context |= {"profile": profile}
        if chosen == PreviewForm.COCHAIR:
            context |= {"cochairs": count_cochairs(delegate, on)}
    else:
        audience_preview = AudiencePreview(delegate, on)
        context |= {
            "preview": audience_preview.preview(chosen),
            "group": audience_preview.describe_group(chosen),
        }
    return render(
        request,
        "participants/directory/me_preview.html",
        context,
        status=400 if form.errors else 200,
    )
