"""The public list of organisations."""

from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from participants.organisations.forms import OrganisationFilterForm
from roundtable.filters.query_forms import get_page


@require_safe
@login_not_required
def organisation_list(request: HttpRequest) -> HttpResponse:
    form = OrganisationFilterForm(request.GET)
    context: dict[str, object] = {"form": form, "page": None}
    if form.is_valid():
        organisations = form.organisations()
        context |= {
            "panel": SimpleLazyObject(partial(form.public_panel, organisations)),
            "page": get_page(form, form.narrow(organisations).order_by("name")),
        }
    return render(
        request,
        "participants/organisations/organisation_list.html",
        context,
        status=400 if form.errors else 200,
    )
