"""How often codes are sent to an address: strangers neither flood its owner nor lock them out.

A browser in which someone signed in with the address has a cookie, and a limit of its own.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from participants.accounts.addresses import sign_in_addresses
from participants.models import User
from roundtable.web.limits import Limit, consume, network_of

KNOWN_BROWSER = Limit("code in a known browser", 5, 10 * 60)
# Of all others: by address and network, and in a day by address alone.
STRANGER = Limit("code", 3, 5 * 60)
STRANGER_IN_A_DAY = Limit("code", 10, 24 * 60 * 60)
ADDRESS_IN_A_DAY = Limit("code from anywhere", 30, 24 * 60 * 60)
# By network, for all addresses together.
NETWORK = Limit("code from one network", 30, 60)
MAX_KNOWN_ADDRESSES = 6
COOKIE_AGE = 365 * 24 * 60 * 60


def wait_for_code(request: HttpRequest, address: str) -> int:
    """Counts one code; returns the seconds to wait before one is sent, or 0.

    Does the same for an address that no one signs in with.
    """
    address = address.lower()
    if is_known_browser(request, address):
        return consume(KNOWN_BROWSER, address)
    network = network_of(request)
    return (
        consume(STRANGER, address, network)
        or consume(STRANGER_IN_A_DAY, address, network)
        or consume(NETWORK, network)
        or consume(ADDRESS_IN_A_DAY, address)
    )


def is_known_browser(request: HttpRequest, address: str) -> bool:
    mark = _mark(address.lower())
    return any(constant_time_compare(mark, known) for known in _marks(request))


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """After signing in. The cookie contains no address, only keyed hashes."""
    own = [_mark(address.lower()) for address in sign_in_addresses(user)]
    others = [mark for mark in _marks(request) if mark not in own]
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE,
        ".".join([*own, *others][:MAX_KNOWN_ADDRESSES]),
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _marks(request: HttpRequest) -> list[str]:
    marks = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE, "").split(".")
    return [mark for mark in marks if mark][:MAX_KNOWN_ADDRESSES]


def _mark(address: str) -> str:
    return salted_hmac("known browser", address, algorithm="sha256").hexdigest()[:32]
