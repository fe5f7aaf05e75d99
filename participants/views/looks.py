"""Who looked at one's profile."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from participants import looks
from participants.views.consent import own_delegate
from roundtable.audit import log as audit
from roundtable.query_forms import ListForm, page_of


@require_safe
def my_looks(request: HttpRequest) -> HttpResponse:
    """Each look at oneself: when, what, and by which organisation."""
    delegate = own_delegate(request)
    form = ListForm(request.GET)
    page = page_of(form, looks.entries_about(delegate)) if form.is_valid() else None
    context = {
        "form": form,
        "page": page,
        "looks": looks.readable(page.object_list, delegate) if page else [],
        "is_changed": audit.is_known_falsely(delegate),
        "kept": settings.LOG_KEPT_DAYS,
    }
    return render(
        request, "participants/my_looks.html", context, status=400 if form.errors else 200
    )
