"""What people read of each table in "Your data", said by its model."""

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class ShownTo:
    """The rows whose `links` name a person, and their `fields`. No other field is shown.

    Both are names with spaces between them, also of related rows, as in "offer__author". A link is
    a relation to an account or a delegate, an address, or the ID of an account.

    Of what the person did, the own words and decisions are complete. Whom an act is about is left
    out: a file that names people needs two co-chairs, and this one needs no one else.
    """

    links: str
    key: str
    title: Any
    fields: str
    # for fields without a label that says enough here
    labels: dict[str, Any] = field(default_factory=dict)
    only: models.Q = field(default_factory=models.Q)
    # without the rows that this link finds
    unless: str = ""
    # the words that an erasure empties in rows that stay
    emptied: str = ""
    is_sensitive: bool = False


# Of models that do not say it themselves.
_OTHERS = {
    "account.EmailAddress": ShownTo(
        "user", "addresses", _("Addresses you can sign in with"), "email verified primary"
    ),
    "admin.LogEntry": ShownTo(
        "user",
        "desk",
        _("What you changed on the co-chairs' desk"),
        "action_time content_type object_repr action_flag",
    ),
    "mfa.Authenticator": ShownTo(
        "user",
        "second_factors",
        _("Second factors"),
        "type created_at last_used_at",
        labels={"type": _("Kind"), "created_at": _("Added"), "last_used_at": _("Last used")},
    ),
    "roundtable.QueuedEmail": ShownTo(
        "recipient",
        "letters",
        _("Emails waiting to be sent to you"),
        "recipient subject queued_at attempts",
    ),
    "usersessions.UserSession": ShownTo(
        "user",
        "sessions",
        _("Where you are signed in"),
        "created_at last_seen_at ip user_agent",
        labels={
            "created_at": _("Signed in"),
            "last_seen_at": _("Last used"),
            "ip": _("Network address"),
            "user_agent": _("Browser"),
        },
        is_sensitive=True,
    ),
}


def shown_of(model: type[models.Model]) -> tuple[ShownTo, ...]:
    other = _OTHERS.get(model._meta.label)
    return (other,) if other else getattr(model, "personal_data", ())
