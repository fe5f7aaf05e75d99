"""How gunicorn serves the portal; its command line and WEB_CONCURRENCY have the last word."""

import os
from pathlib import Path

chdir = str(Path(__file__).resolve().parent.parent)
wsgi_app = "roundtable.wsgi"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4
# A missing setting ends the start once. Without this, each worker would end and be started again.
preload_app = True
# Nothing is written beside the portal, and nobody steers it through a socket.
control_socket_disable = True
