"""Requests that others confirm within 60 days. Else who asked is told that they have ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from participants.accounts.emails import email_account
from participants.decisions.kind import REQUEST_PERIOD, ItemT, Kind
from participants.models import Act, User


class RequestKind(Kind[ItemT]):
    """`called` is what the email calls it."""

    ends_after = REQUEST_PERIOD
    called: str

    def tell_asker(self, item: ItemT, act: Act) -> None:
        """If others did not complete it in time. Who did not answer is not said."""
        asker = self.asker(item)
        if asker and act.what == Act.What.EXPIRED:
            email_account(
                asker,
                dedup_key=f"request ended {act.pk}",
                template="participants/decisions/emails/request_ended",
                context={"what": self.called},
                at=act.at,
            )


class ChangeKind(RequestKind[ItemT]):
    """Of rows with `requested_by`, `requested_at`, `done_at`, `stopped_at` and `is_open`."""

    def undecided(self, at: datetime) -> QuerySet[Any]:
        return self.rows().filter(done_at=None, stopped_at=None)

    def since(self, item: ItemT) -> datetime:
        requested_at: datetime = item.requested_at
        return requested_at

    def asker(self, item: ItemT) -> User:
        asker: User = item.requested_by
        return asker

    def is_open(self, item: ItemT, acts: Sequence[Act], at: datetime) -> bool:
        return bool(item.is_open)

    def is_made(self, item: ItemT, at: datetime) -> bool:
        return item.done_at is not None

    def end(self, item: ItemT, act: Act) -> None:
        item.stopped_at = act.at
        item.save()
        self.tell_asker(item, act)
