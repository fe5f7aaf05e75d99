"""Gunicorn's settings. Its command line and WEB_CONCURRENCY override them."""

import os
from pathlib import Path

chdir = str(Path(__file__).resolve().parent.parent)
wsgi_app = "roundtable.wsgi"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4
# A missing setting stops the start once. Without this, each worker would exit and be restarted.
preload_app = True
# The control socket would be a file next to the code, and we do not use it.
control_socket_disable = True
# The same lines as the portal writes: gunicorn's contain paths, and those of links are secret.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "roundtable.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["console"], "propagate": False}},
    "root": {"level": "WARNING", "handlers": ["console"]},
}
