"""Who is responsible for personal data, and who processes it, as the settings say."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# What must be known before anyone is invited. Without CONTACT_EMAIL, the portal does not start.
NEEDED: dict[str, Promise] = {
    "OPERATOR_NAME": gettext_lazy("who runs the portal"),
    "SERVER_COUNTRY": gettext_lazy("in which country the server is"),
    "ARRANGEMENT_URL": gettext_lazy("where the arrangement of those responsible is published"),
}
# Labels of host names that governments use: example.gov.au, example.go.id, example.gouv.fr.
GOVERNMENT_LABELS = {"gob", "gouv", "gov", "govt", "gub", "mil"}


def is_of_government(address: str) -> bool:
    labels = address.rpartition("@")[2].lower().split(".")
    return bool(GOVERNMENT_LABELS & set(labels)) or labels[-2:-1] == ["go"]


def responsibility_faults(at: datetime | None = None) -> Iterator[str]:
    """Why no one can be invited yet, in one sentence each."""
    for name, what in NEEDED.items():
        if not getattr(settings, name):
            words = {"name": name, "what": what}
            yield _("No one can be invited: %(name)s is not set. It says %(what)s.") % words
    if is_of_government(settings.CONTACT_EMAIL):
        yield _(
            "No one can be invited: CONTACT_EMAIL is an address of a government. Choose another "
            "one, because people write to it about their rights."
        )


def processors() -> list[tuple[str, str]]:
    """What is done for the operator, and by whom; empty if it is not set."""
    has_error_reports = settings.ERROR_PROVIDER or settings.ADMINS or settings.SENTRY_DSN
    return [
        (_("The server is in"), settings.SERVER_COUNTRY),
        (_("Emails are sent by"), settings.MAIL_PROVIDER),
        (_("Encrypted backups are stored by"), settings.BACKUP_PROVIDER),
        (
            _("Reports of errors, without data of people, go to"),
            settings.ERROR_PROVIDER if has_error_reports else _("no one"),
        ),
    ]
