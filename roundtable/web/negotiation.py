"""Pages that are also there as JSON, for programs that ask for it by the header `Accept`."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_vary_headers

View = Callable[..., HttpResponse]


def prefers_json(request: HttpRequest) -> bool:
    """Whether a program reads the answer: browsers accept HTML, and so does who says nothing."""
    return request.accepts("application/json") and not request.accepts("text/html")


def with_json_file(view: View) -> View:
    """Leads programs to the file with the address of the page and the ending .json."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if prefers_json(request):
            query = request.META["QUERY_STRING"]
            address = f"{request.path.removesuffix('/')}.json"
            response: HttpResponse = HttpResponseRedirect(
                f"{address}?{query}" if query else address
            )
        else:
            response = view(request, *args, **kwargs)
        patch_vary_headers(response, ["Accept"])
        return response

    return answer
