"""Links in emails that let a focal point report without signing in."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from outcomes.models import CommitmentParty, ReportLink
from outcomes.reporting.focal_points import with_active_focal_point

_SALT = "outcomes.reporting.links"
LINK_LIFETIME = timedelta(days=30)


def create_report_link(party: CommitmentParty, *, at: datetime) -> str:
    """Absolute URL to report without signing in, for this focal point and commitment only."""
    assert party.focal_point_id and party.focal_point_accepted_at
    link = ReportLink(
        party=party, delegate_id=party.focal_point_id, created_at=at, expires_at=at + LINK_LIFETIME
    )
    link.full_clean()
    link.save()
    return f"{settings.PORTAL_URL}{reverse('report-by-link', args=[token_for(link)])}"


def token_for(link: ReportLink) -> str:
    return signing.dumps([link.pk, link.created_at.isoformat()], salt=_SALT)


def link_for_token(token: str, at: datetime) -> ReportLink | None:
    """The link of this token, or None if it is not valid for any reason."""
    content = _load_token(token)
    if content is None:
        return None
    links = ReportLink.objects.select_related(
        "delegate__user", "party__commitment__event", "party__organisation", "party__group"
    )
    link = links.filter(pk=content[0], delegate__user__is_active=True).first()
    if link is None or link.created_at.isoformat() != content[1]:
        return None
    party = CommitmentParty.objects.filter(pk=link.party_id)
    is_valid = link.is_valid(at) and with_active_focal_point(party, at.date()).exists()
    return link if is_valid else None


def links_in_text(text: str, *, created_at: datetime, at: datetime) -> list[ReportLink | None]:
    """Report links in an email that were made at `created_at`; None if not valid."""
    before, after = reverse("report-by-link", args=["-"]).split("-")
    tokens = re.findall(rf"{re.escape(before)}([^/\s]+){re.escape(after)}", text)
    moment = created_at.isoformat()
    return [
        link_for_token(token, at)
        for token in tokens
        if (_load_token(token) or [0, ""])[1] == moment
    ]


def _load_token(token: str) -> list[Any] | None:
    try:
        content = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return content if isinstance(content, list) and len(content) == 2 else None
