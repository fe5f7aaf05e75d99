"""Links in emails that let a focal point report without signing in."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse

from outcomes.models import CommitmentParty
from outcomes.reporting.focal_points import with_active_focal_point
from participants.email_links.links import create_link, link_for_key
from participants.models import EmailLink

LINK_LIFETIME = timedelta(days=30)


def create_report_link(party: CommitmentParty, *, at: datetime) -> str:
    """Absolute URL to report without signing in, for this focal point and commitment only."""
    assert party.focal_point and party.focal_point_accepted_at
    return create_link(
        EmailLink.Purpose.REPORT,
        delegate=party.focal_point,
        target=party,
        at=at,
        lifetime=LINK_LIFETIME,
    )


def party_for_link(link: EmailLink, at: datetime) -> CommitmentParty | None:
    """Whom the link reports for, or None if it is not valid for any reason."""
    person = link.delegate
    if not (link.is_valid(at) and person and person.user and person.user.is_active):
        return None
    parties = CommitmentParty.objects.filter(
        pk=link.target_id or 0, focal_point=person, focal_point_accepted_at__isnull=False
    )
    active = with_active_focal_point(parties, at.date())
    return active.select_related("commitment__event", "organisation", "group").first()


def links_in_text(text: str, *, created_at: datetime) -> Iterator[EmailLink]:
    """Report links in an email that were made at `created_at`."""
    purpose = EmailLink.Purpose.REPORT
    # Emails of release 0.1.0 may wait in the queue, too.
    for name, former in (("open-link", ""), ("former-report-link", purpose)):
        before, after = reverse(name, args=["-"]).split("/-/")
        for key in re.findall(rf"{re.escape(before)}/([^/\s]+)/{re.escape(after)}", text):
            link = link_for_key(key, former=former)
            if link and link.purpose == purpose and link.created_at == created_at:
                yield link
