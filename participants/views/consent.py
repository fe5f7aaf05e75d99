"""What one agreed to: the notice, the record of it, and taking it back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from participants import consents
from participants.forms import AgreementForm
from participants.models import Consent, ConsentNotice, Delegate


def own_delegate(request: HttpRequest) -> Delegate:
    """The profile of who asks; 404 where there is none."""
    return get_object_or_404(Delegate, user=request.user.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def my_consent(request: HttpRequest) -> HttpResponse:
    """The notice, one's agreement to it, and each time one agreed or took it back."""
    delegate = own_delegate(request)
    notice = consents.current_notice(get_language() or consents.FALLBACK)
    data = request.POST if request.method == "POST" else None
    form = AgreementForm(data, notice)
    if data is not None and form.is_valid():
        agree = consents.renew if delegate.consented_at else consents.give
        agree(delegate, notice=notice, by=Consent.By.OWNER, at=timezone.now())
        messages.success(request, _("Thank you. Your agreement is recorded."))
        return redirect("my-consent")
    context = {
        "notice": notice,
        "form": form,
        "consented_at": delegate.consented_at,
        "is_current": consents.agreed_version(delegate) == notice.version,
        "acts": consents.record_of(delegate),
    }
    status = 200 if data is None else 400
    return render(request, "participants/my_consent.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def my_consent_withdraw(request: HttpRequest) -> HttpResponse:
    """Takes one's agreement back; a GET leads to the page with the button."""
    delegate = own_delegate(request)
    if request.method == "POST":
        consents.withdraw(delegate, by=Consent.By.OWNER, at=timezone.now())
        messages.success(request, _("Your agreement is taken back. Nothing of you is shared now."))
    return redirect("my-consent")


@require_safe
def my_consent_notice(request: HttpRequest, version: int, language: str) -> HttpResponse:
    """The exact words that one agreed to; of other wordings there is nothing here."""
    acts = consents.record_of(own_delegate(request))
    agreed = acts.filter(notice__version=version, notice__language=language)
    notice = ConsentNotice.objects.filter(pk__in=agreed.values("notice")).first()
    if notice is None:
        raise Http404
    return render(request, "participants/my_consent_notice.html", {"notice": notice})


@require_safe
def my_consent_text(request: HttpRequest) -> HttpResponse:
    """One's record of agreements as a text file, with the words of each notice."""
    acts = consents.record_of(own_delegate(request))
    notices = ConsentNotice.objects.filter(pk__in=acts.values("notice")).order_by("pk")
    context = {"acts": acts, "notices": notices}
    text = render_to_string("participants/my_consent.txt", context, request)
    return HttpResponse(
        text,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="my-agreement.txt"'},
    )
