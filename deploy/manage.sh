#!/bin/sh
# Runs a command of the portal as its user and with its settings: @NAME@ COMMAND...
set -eu
umask 077
set -a
. /etc/@NAME@.env
set +a
cd @FOLDER@
exec runuser -u @USER@ -- .venv/bin/python manage.py "$@"
