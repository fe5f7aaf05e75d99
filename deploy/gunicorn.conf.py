"""Gunicorn's settings. Its command line and WEB_CONCURRENCY override them."""

import os
from pathlib import Path

chdir = str(Path(__file__).resolve().parent.parent)
wsgi_app = "roundtable.wsgi"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4
# Seconds. It does not end a request that takes long, for requests run in threads. It ends the
# process, with all that its threads answer, if the loop that takes connections says nothing. That
# loop waits up to 2 seconds for each client that does not close its connection, 60 times in a row;
# with gunicorn's own 30 seconds, the proxy then answers 502 for everyone.
timeout = 150
# Seconds that an unused connection stays open: longer than a proxy keeps it, such as nginx with 60.
# If gunicorn closed it first, a form that is just being sent would be answered with 502.
keepalive = 75
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
