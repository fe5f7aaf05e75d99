"""The calendar of someone's own commitments, at a secret address."""

import secrets
from datetime import date, datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from outcomes.changes.calendars import Days, build_calendar, due_dates
from outcomes.changes.topics import absolute_url
from outcomes.models import CalendarAddress, Commitment, CommitmentParty, Milestone
from outcomes.reporting.focal_points import with_active_focal_point
from participants.models import Delegate, EmailLink, User
from participants.models.delegate import available_q


def make_address(user: User, at: datetime) -> str:
    """The new address. An earlier one stops working."""
    key = secrets.token_urlsafe(32)
    CalendarAddress.objects.update_or_create(
        user=user, defaults={"key_hash": EmailLink.digest(key), "created_at": at}
    )
    return absolute_url(reverse("secret-calendar", args=[key]))


def find_owner(key: str) -> User | None:
    """None also while the account is locked or the profile is hidden."""
    owner = User.objects.filter(
        is_active=True, calendar_address__key_hash=EmailLink.digest(key)
    ).first()
    is_shown = Delegate.objects.filter(available_q(), user=owner).exists() if owner else False
    return owner if is_shown else None


def own_commitments(user: User, on: date) -> QuerySet[Commitment]:
    """The public ones on which the user reports."""
    parties = CommitmentParty.objects.filter(
        focal_point__user=user, focal_point_accepted_at__isnull=False
    )
    found = with_active_focal_point(parties, on)
    return Commitment.objects.published().filter(pk__in=found.values("commitment"))


def build_own_calendar(user: User, on: date) -> bytes:
    commitments = own_commitments(user, on)
    milestones = Milestone.objects.filter(commitment__in=commitments.order_by().values("pk"))
    entries = due_dates(commitments, milestones, Days(on))
    return build_calendar(_("My commitments"), reverse("my-commitments"), entries)
