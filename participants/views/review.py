"""The yearly question, and the one press that answers it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from participants import consents, reviewing
from participants.forms import ReviewForm
from participants.models import Consent, Delegate
from participants.views.consent import own_delegate


@require_http_methods(["GET", "HEAD", "POST"])
def my_review(request: HttpRequest) -> HttpResponse:
    """Says that all of one's own profile is still right."""
    delegate = own_delegate(request)
    answer = _ask(request, delegate, Consent.By.OWNER)
    if answer is None:
        messages.success(request, _("Thank you. You are asked again in eleven months."))
        return redirect("me")
    return answer


# The address holds the secret, so nothing but it is asked for: no cookie, no session.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def review_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same without signing in: the link stands in the message that asks."""
    found = reviewing.delegate_of(token)
    if found is None:
        raise Http404
    delegate, is_open = found
    if not is_open:
        return render(request, "participants/review_answered.html")
    return _ask(request, delegate, Consent.By.LINK) or redirect(request.path)


def _ask(request: HttpRequest, delegate: Delegate, by: Consent.By) -> HttpResponse | None:
    """The page with the button; None once it was pressed."""
    notice = consents.current_notice(get_language() or consents.FALLBACK)
    data = request.POST if request.method == "POST" else None
    form = ReviewForm(data, notice)
    if data is not None and form.is_valid():
        reviewing.answer(delegate, notice=notice, by=by, at=timezone.now())
        return None
    context = {
        "form": form,
        "notice": notice,
        "has_agreed": delegate.consented_at is not None,
        "is_current": consents.agreed_version(delegate) == notice.version,
        "is_signed_in": by == Consent.By.OWNER,
    }
    return render(request, "participants/review.html", context, status=200 if data is None else 400)
