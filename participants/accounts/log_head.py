"""The end of the log, each month in the mailboxes of the co-chairs.

Who holds the server can write the log again, but not what others have received.
"""

from datetime import datetime

from participants.accounts.emails import email_holders
from participants.models import Grant
from roundtable.audit.verify import head_line


def send_log_head(*, at: datetime) -> int:
    """Once a month; returns the number of emails."""
    grants = Grant.objects.active(at.date()).filter(role=Grant.Role.COCHAIR)
    emails = email_holders(
        grants,
        dedup_key=f"log head {at:%Y-%m}",
        template="participants/accounts/emails/log_head",
        context={"line": head_line(at), "on": at.date()},
        at=at,
    )
    return len(emails)
