"""The profile of who is signed in, locked while a form about it is processed."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse

from participants.models import Delegate

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[HttpRequest, Parameters], HttpResponse]


def atomic_post(view: View[Parameters]) -> View[Parameters]:
    """Processes a POST in one transaction. On SQLite, a transaction for each GET would wait."""

    @wraps(view)
    def wrapper(
        request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)

    return wrapper


def find_own_delegate(request: HttpRequest) -> Delegate | None:
    """A POST locks the row, so that nothing changes between comparing and saving."""
    own = Delegate.objects.filter(user=request.user.pk)
    return (own.select_for_update(no_key=True) if request.method == "POST" else own).first()


def get_own_delegate(request: HttpRequest) -> Delegate:
    """As find_own_delegate(); raises Http404 if there is none."""
    delegate = find_own_delegate(request)
    if delegate is None:
        raise Http404
    return delegate
