"""Views of the directory, of a person's page and of contact cards."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_countries import countries

from participants.accounts.reauthentication import require_proof_to_show
from participants.directory import redirects, vcard
from participants.directory.forms import DirectoryForm, VCardForm
from participants.models import Delegate, User
from participants.models.delegate import BY_NAME
from participants.privacy import access_log, visibility
from roundtable.cache.values import get_or_set, question
from roundtable.filters.query_forms import get_page
from roundtable.web import idempotency
from roundtable.web.limits import Limit, limited

DIRECTORY_LIMIT = Limit("directory", 120, 60)


@dataclass(frozen=True)
class DirectoryRow:
    """A person in the table layout."""

    card: visibility.Card
    country: str
    languages: tuple[str, ...]


@dataclass(frozen=True)
class CountryGroup:
    """People of one country on this page; `number` counts them on all pages."""

    name: str
    number: int
    cards: list[visibility.Card]


def directory_rows(people: Iterable[Delegate]) -> list[DirectoryRow]:
    """Expects people with prefetched languages."""
    people = list(people)
    return [
        DirectoryRow(
            card, countries.name(_country_code(person)), tuple(map(str, person.languages.all()))
        )
        for person, card in zip(people, visibility.make_cards(people), strict=True)
    ]


@dataclass(frozen=True)
class PeopleByCountry:
    """IDs of people by the name of their country, and the number of each country.

    No country comes last. The workplace of each person is looked up once; to count and to sort in
    the database takes one look-up for each country.
    """

    people: QuerySet[Delegate]
    ids: "array[int]"
    numbers: dict[str, int]

    ordered = True

    def count(self) -> int:
        return len(self.ids)

    def __getitem__(self, part: slice) -> list[Delegate]:
        found = self.people.in_bulk(self.ids[part])
        return [found[pk] for pk in self.ids[part] if pk in found]


def order_by_country(people: QuerySet[Delegate], viewer: visibility.Viewer) -> PeopleByCountry:
    """People who are sorted by name, sorted by country first."""
    if viewer != visibility.ANONYMOUS_VIEWER:
        return PeopleByCountry(people, *_sort_by_country(people))
    key = ("by country", question(people))
    return PeopleByCountry(people, *get_or_set(key, lambda: _sort_by_country(people)))


def _sort_by_country(people: QuerySet[Delegate]) -> "tuple[array[int], dict[str, int]]":
    rows: Any = people.order_by(*BY_NAME).values_list("pk", "workplace_country")  # type: ignore[misc]
    by_code: dict[str, list[int]] = {}
    for pk, code in rows:
        by_code.setdefault(code, []).append(pk)
    codes = sorted(by_code, key=lambda c: (not c, _country_name(c), c))
    ids = array("q", (pk for code in codes for pk in by_code[code]))
    return ids, {code: len(by_code[code]) for code in codes}


def group_by_country(people: Iterable[Delegate], counts: dict[str, int]) -> list[CountryGroup]:
    people = list(people)
    cards_by_code: dict[str, list[visibility.Card]] = {}
    for person, card in zip(people, visibility.make_cards(people), strict=True):
        cards_by_code.setdefault(_country_code(person), []).append(card)
    return [
        CountryGroup(_country_name(code), counts[code], found)
        for code, found in cards_by_code.items()
    ]


def _country_code(person: Delegate) -> str:
    return str(person.workplace_country)  # type: ignore[attr-defined]


def _country_name(code: str) -> str:
    return countries.name(code) or _("International or not recorded")


@require_safe
@login_not_required
@limited(DIRECTORY_LIMIT, is_strict=True)
def delegate_list(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    viewer = visibility.get_viewer(request.user, on)
    form = DirectoryForm(request.GET, viewer, visibility.listed_delegates(viewer, on), on)
    if former := redirects.redirect_former_name(request, form):
        return former
    context: dict[str, object] = {"form": form, "viewer": viewer, "page": None}
    if form.is_valid():
        context["panel"] = form.panel()
        context |= _layout_context(form, form.found_people(), viewer)
    return render(
        request,
        "participants/directory/delegate_list.html",
        context,
        status=400 if form.errors else 200,
    )


def _layout_context(
    form: DirectoryForm, people: QuerySet[Delegate], viewer: visibility.Viewer
) -> dict[str, object]:
    view, number = form.cleaned_data["view"], form.found.bit_count()
    if view == "country":
        rows = order_by_country(people, viewer)
        page = get_page(form, rows)
        return {"page": page, "countries": group_by_country(page.object_list, rows.numbers)}
    if view == "table":
        page = get_page(form, people.prefetch_related("languages"), number)
        return {"page": page, "rows": directory_rows(page.object_list)}
    page = get_page(form, people, number)
    return {"page": page, "cards": visibility.make_cards(page.object_list)}


@require_safe
@login_not_required
def delegate_detail(request: HttpRequest, handle: str) -> HttpResponse:
    viewer, on = visibility.get_viewer(request.user, timezone.localdate()), timezone.localdate()
    profile = visibility.find_profile(viewer, handle, on)
    if profile is None:  # the profile may have been merged into another one
        return redirects.redirect_or_404(
            request, redirects.delegate_redirect_url(viewer, handle, on)
        )
    return render(
        request,
        "participants/directory/delegate_detail.html",
        {"profile": profile, "viewer": viewer},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def delegate_reveal(request: HttpRequest, handle: str) -> HttpResponse:
    if request.method != "POST":  # a GET follows after signing in again
        return redirect("delegate-detail", handle)
    return _reveal(request, handle)


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def delegate_vcard(request: HttpRequest, handle: str) -> HttpResponse:
    """GET returns what everyone sees, POST everything that this viewer may see."""
    is_post = request.method == "POST"
    if is_post and not request.user.is_authenticated:
        return redirect(
            f"{reverse('account_login')}?next={reverse('delegate-detail', args=[handle])}"
        )
    on = timezone.localdate()
    form = VCardForm(request.POST if is_post else request.GET)
    if not form.is_valid():  # before anything is revealed or counted
        viewer = visibility.get_viewer(request.user, on) if is_post else visibility.ANONYMOUS_VIEWER
        return _invalid_version_response(request, visibility.find_profile(viewer, handle, on), form)
    if is_post:
        return _reveal(request, handle, version=form.cleaned_data["version"])
    viewer = visibility.ANONYMOUS_VIEWER
    profile = visibility.find_profile(viewer, handle, on)
    if profile is None:
        url = redirects.delegate_redirect_url(viewer, handle, on, "delegate-vcard")
        return redirects.redirect_or_404(request, url)
    return _vcard_response(request, profile, form.cleaned_data["version"])


def _invalid_version_response(
    request: HttpRequest, profile: visibility.Profile | None, form: VCardForm
) -> HttpResponse:
    if profile is None:
        raise Http404
    context = {
        "profile": profile,
        "viewer": visibility.get_viewer(request.user, timezone.localdate()),
        "mistakes": form.errors["version"],
    }
    return render(request, "participants/directory/delegate_detail.html", context, status=400)


def _reveal(request: HttpRequest, handle: str, version: str = "") -> HttpResponse:
    assert isinstance(request.user, User)
    # The same for someone who does not exist.
    require_proof_to_show(request)
    at = timezone.now()
    is_repeat = idempotency.is_resubmission(request, at)
    try:
        if is_repeat:  # do not count or log the same access twice
            viewer = visibility.get_viewer(request.user, at.date())
            profile = visibility.find_profile(viewer, handle, at.date(), revealed=True)
        else:
            act = "vcard" if version else "reveal"
            profile = visibility.reveal(request.user, handle, at, action=act)
    except visibility.RevealBudgetExceeded:
        access_log.notify_access_burst(request.user, at)
        return _limit_reached_response(request, at)
    if profile is None:
        viewer = visibility.get_viewer(request.user, at.date())
        url = redirects.delegate_redirect_url(viewer, handle, at.date())
        return redirects.redirect_or_404(request, url)
    if not is_repeat:
        access_log.notify_access_burst(request.user, at)
    if version:
        return _vcard_response(request, profile, version)
    context = {"profile": profile, "opened": True}
    return render(request, "participants/directory/delegate_detail.html", context)


def _limit_reached_response(request: HttpRequest, at: datetime) -> HttpResponse:
    # The daily budget renews at midnight UTC.
    today = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    renews = today + timedelta(days=1)
    context = {
        "limit": settings.REVEALS_PER_DAY,
        "wait": timeuntil(renews, at.replace(second=0, microsecond=0)),
    }
    answer = render(
        request, "participants/directory/reveal_limit_reached.html", context, status=429
    )
    answer["Retry-After"] = str(ceil((renews - at).total_seconds()))
    return answer


def _vcard_response(
    request: HttpRequest, profile: visibility.Profile, version: str
) -> HttpResponse:
    handle = profile.card.handle
    url = request.build_absolute_uri(reverse("delegate-detail", args=[handle]))
    card = vcard.build_vcard(profile, url, version)
    response = HttpResponse(card, content_type="text/vcard; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{handle}.vcf"'
    return response
