"""The API: the tables and filters of lists and files as JSON, for programs, read-only."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import NinjaAPI, Schema
from pydantic import Field, create_model

from outcomes.api.keyset import (
    KEY_FIELDS,
    MAX_KEY_LENGTH,
    key_pattern,
    read_key,
    rows_after,
    write_key,
)
from outcomes.changes.topics import absolute_url, find_topic
from outcomes.commitments.as_of import DayForm
from outcomes.exports.listings import LISTINGS, Listing
from outcomes.exports.reading import ColumnType, Table
from participants.directory.redirects import redirect_former_name
from roundtable.filters.facets import FacetField
from roundtable.filters.query_forms import QueryForm
from roundtable.web import limits
from roundtable.web.limits import META_KEY, Limit, waiting_time
from roundtable.web.middleware import open_to_other_sites

API_LIMIT = Limit("API", 120, 60)
PAGE_SIZE = 100

api = NinjaAPI(
    title="Roundtable",
    version="1",
    description=(
        "What roundtables of governments and civil society agreed, and what came of it. Read-only, "
        "without a key. No people. You may reuse figures and agreed text if you name the source."
    ),
    docs_url=None,
    urls_namespace="api",
)


class Mistakes(Schema):
    """What is wrong with a request, in sentences."""

    mistakes: list[str]


PYTHON_TYPES: dict[ColumnType, Any] = {
    ColumnType.STRING: str,
    ColumnType.DATE: str | None,
    ColumnType.BOOLEAN: bool,
    ColumnType.INTEGER: int | None,
    ColumnType.LIST: list[str],
}


def _row_schema(table: Table) -> type[Schema]:
    fields: dict[str, Any] = {
        column.name: (PYTHON_TYPES[column.type], Field(description=str(column.help)))
        for column in table.columns
    }
    return create_model(table.kind.capitalize(), __base__=Schema, **fields)


def _page_schema(table: Table, row: type[Schema]) -> type[Schema]:
    fields: dict[str, Any] = {
        "rows": (list[row], ...),  # type: ignore[valid-type]
        "next": (str | None, Field(description="The address of the next page, if there is one.")),
    }
    return create_model(f"{table.kind.capitalize()}Page", __base__=Schema, **fields)


def _filters(listing: Listing) -> dict[str, forms.Field]:
    form = listing.form_class
    others = (*form.page_fields, *form.sort_fields)
    return {name: field for name, field in form.base_fields.items() if name not in others}


def _parameters(listing: Listing) -> list[dict[str, Any]]:
    """The filters of the page, and where to go on."""
    found = [_parameter(name, field) for name, field in _filters(listing).items()]
    pattern = f"^{key_pattern(listing.table.kind)}$"
    after = {"type": "string", "maxLength": MAX_KEY_LENGTH, "pattern": pattern}
    text = "Where the page begins; copy it from “next”."
    return [*found, {"name": "after", "in": "query", "description": text, "schema": after}]


def _parameter(name: str, field: forms.Field) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if isinstance(field, forms.DateField):
        schema = {"anyOf": [schema | {"format": "date"}, {"const": ""}]}
    if isinstance(field, FacetField):
        values = {"enum": field.order} if field.order else {}
        schema = {"type": "array", "items": schema | values}
    return {"name": name, "in": "query", "description": str(field.label), "schema": schema}


def _add_list(listing: Listing, row: type[Schema]) -> None:
    table = listing.table

    @api.get(
        f"/{table.name}",
        operation_id=f"list_{table.name}",
        url_name=f"api-{table.name}",
        summary=f"List {table.name}",
        response={200: _page_schema(table, row), 400: Mistakes, 429: Mistakes},
        openapi_extra={"parameters": _parameters(listing)},
    )
    def list_rows(request: HttpRequest) -> HttpResponse:
        given = request.GET.copy()
        after = given.pop("after", [])
        form = listing.form(given)
        if listing.organisation_field:
            if former := redirect_former_name(request, form, listing.organisation_field):
                return former
        key = read_key(table.kind, after[0]) if len(after) == 1 else None
        if form.is_valid() and given.keys() & {*form.page_fields, *form.sort_fields}:
            form.add_error(None, _("The API has its own pages and one order. Use “next”."))
        if form.is_valid() and after and key is None:
            form.add_error(None, _("Copy “after” from “next”, or delete it."))
        if form.errors:
            return JsonResponse({"mistakes": form.error_sentences()}, status=400)
        ids, last = rows_after(listing, form, key, PAGE_SIZE)
        if last:
            given["after"] = write_key(last)
        return JsonResponse(
            {
                "rows": table.read(
                    ids, timezone.localdate(), form.day if isinstance(form, DayForm) else None
                ),
                "next": absolute_url(f"{request.path}?{given.urlencode()}") if last else None,
            }
        )


def _add_record(table: Table, row: type[Schema]) -> None:
    settings: dict[str, Any] = {
        "operation_id": f"get_{table.kind}",
        "url_name": f"api-{table.kind}",
        "summary": f"One of the {table.name}",
        "response": {200: row, 400: Mistakes, 404: Mistakes, 429: Mistakes},
    }
    if table.kind == "outcome":

        @api.get(f"/{table.name}/{{roundtable}}/{{number}}", **settings)
        def get_point(request: HttpRequest, roundtable: str, number: str) -> HttpResponse:
            return _record(request, table, f"{roundtable}/{number}")

    else:

        @api.get(f"/{table.name}/{{name}}", **settings)
        def get_row(request: HttpRequest, name: str) -> HttpResponse:
            return _record(request, table, name)


def _record(request: HttpRequest, table: Table, key: str) -> HttpResponse:
    form = QueryForm(request.GET)
    if form.errors:
        return JsonResponse({"mistakes": form.error_sentences()}, status=400)
    topic = find_topic(table.kind, key) if "\0" not in key else None
    rows = table.read([topic.row.pk], timezone.localdate()) if topic and topic.row else []
    if not rows:
        return JsonResponse({"mistakes": [_("There is no such record.")]}, status=404)
    return JsonResponse(rows[0])


for _listing in LISTINGS.values():
    _schema = _row_schema(_listing.table)
    _add_list(_listing, _schema)
    if _listing.table.kind in KEY_FIELDS:
        _add_record(_listing.table, _schema)


def _for_everyone(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Without signing in, from scripts of any site, so often a minute."""

    @login_not_required
    @csrf_exempt  # nothing can be changed
    @wraps(view, assigned=())
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
            response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response["Access-Control-Allow-Headers"] = "If-None-Match"
            response["Access-Control-Max-Age"] = "86400"
        elif request.method not in ("GET", "HEAD"):
            response = HttpResponseNotAllowed(["GET", "HEAD", "OPTIONS"])
        else:
            response = _limited(view, request, *args, **kwargs)
        response["RateLimit-Policy"] = f'"default";q={API_LIMIT.number};w={API_LIMIT.seconds}'
        response["Access-Control-Expose-Headers"] = "ETag, RateLimit-Policy, Retry-After"
        return open_to_other_sites(response)

    return answer


def _limited(
    view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponse:
    request.META[META_KEY] = API_LIMIT
    if wait := limits.wait_of_reader(API_LIMIT, request, False):
        words = _("You sent too many requests. Try again in %s.") % waiting_time(wait)
        response = JsonResponse({"mistakes": [words]}, status=429)
        response["Retry-After"] = str(wait)
        return response
    method, request.method = request.method, "GET"  # ninja knows no HEAD
    try:
        return view(request, *args, **kwargs)
    finally:
        request.method = method


@login_not_required
@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """What the description for programs says, in the language of the reader."""
    root = reverse("api:api-root")
    paths = [one for one in api.get_openapi_schema()["paths"] if "{" in one]
    tables = [
        {
            "title": listing.table.title,
            "path": f"{root}{listing.table.name}",
            "path_of_one": next((p for p in paths if f"/{listing.table.name}/" in p), ""),
            "filters": _filters(listing),
        }
        for listing in LISTINGS.values()
    ]
    context = {"tables": tables, "limit": API_LIMIT, "page_size": PAGE_SIZE}
    return render(request, "outcomes/api/documentation.html", context)


def urls() -> tuple[list[URLPattern], str, str]:
    """As of ninja, with the documentation in place of its root."""
    patterns, app, namespace = api.urls
    found = []
    for entry in patterns:
        assert isinstance(entry, URLPattern)
        is_root = entry.name == "api-root"
        entry.callback = documentation if is_root else _for_everyone(entry.callback)
        found.append(entry)
    return found, app, namespace
