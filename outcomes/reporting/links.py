"""How a party reports: the link that its focal point gets by mail."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from outcomes.models import CommitmentParty, ReportLink

_SALT = "outcomes.reporting.links"
LINK_LIFETIME = timedelta(days=30)


def create_report_link(party: CommitmentParty, *, at: datetime) -> str:
    """The whole address of the page where the party's focal point reports, without signing in.

    It works for 30 days, for this person and this commitment alone, and can do nothing else. The
    party must have a focal point who accepted.
    """
    assert party.focal_point_id and party.focal_point_accepted_at
    link = ReportLink(
        party=party, delegate_id=party.focal_point_id, created_at=at, expires_at=at + LINK_LIFETIME
    )
    link.full_clean()
    link.save()
    return f"{settings.PORTAL_URL}{reverse('report-by-link', args=[token_for(link)])}"


def token_for(link: ReportLink) -> str:
    """What stands in the address for this link."""
    return signing.dumps([link.pk, link.created_at.isoformat()], salt=_SALT)


def link_for_token(token: str, at: datetime) -> ReportLink | None:
    """The link that this token stands for; None where it may not be used, for whatever cause."""
    content = _load_token(token)
    if content is None:
        return None
    links = ReportLink.objects.select_related(
        "delegate__user", "party__commitment__event", "party__organisation", "party__group"
    )
    link = links.filter(pk=content[0], delegate__user__is_active=True).first()
    if link is None or link.created_at.isoformat() != content[1]:
        return None
    return link if link.is_valid(at) else None


def links_in_text(text: str, *, created_at: datetime, at: datetime) -> list[ReportLink | None]:
    """Each link to report that was made for a text; None for one that may not be used.

    Another address of that kind, in a title or a commitment, is none of them.
    """
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
