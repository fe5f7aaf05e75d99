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
