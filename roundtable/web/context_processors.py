"""Variables for every template."""

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, object]:
    return {
        "operator_name": settings.OPERATOR_NAME,
        "contact_email": settings.CONTACT_EMAIL,
        "data_controller": settings.DATA_CONTROLLER,
        "log_retention_days": settings.LOG_RETENTION_DAYS,
        "has_outbox": settings.DEBUG,
    }
