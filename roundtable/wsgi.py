"""The entry point for WSGI servers such as gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roundtable.settings")

application = get_wsgi_application()

from roundtable.checks import require_ledger_files  # noqa: E402  models can be read only now
from roundtable.database.schema import require  # noqa: E402

require_ledger_files()
require()
