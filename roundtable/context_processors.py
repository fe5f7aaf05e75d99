"""What every template knows."""

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, object]:
    """Who runs the portal, how long its log is kept, and whether mail is read at the outbox."""
    return {
        "operator_name": settings.OPERATOR_NAME,
        "contact_email": settings.CONTACT_EMAIL,
        "data_controller": settings.DATA_CONTROLLER,
        "log_retention_days": settings.LOG_RETENTION_DAYS,
        "has_outbox": settings.DEBUG,
    }
