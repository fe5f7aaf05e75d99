#!/bin/sh
# What a container does: web, mail, imports, tick, health, or a command of the portal.
set -eu
umask 077
case $1 in
    web)
        python manage.py migrate --verbosity 0
        python manage.py collectstatic --no-input --verbosity 0
        exec gunicorn --config deploy/gunicorn.conf.py --bind 0.0.0.0:8000
        ;;
    mail | imports) exec python manage.py db_worker --backend "$1" ;;
    tick)
        while true; do
            python manage.py tick || true
            sleep 300
        done
        ;;
    health)
        # Of the web server; the others end when they fail, and are started again.
        grep -q gunicorn /proc/1/cmdline || exit 0
        exec python -c "
import os, urllib.request
host = os.environ['PORTAL_URL'].removeprefix('https://').strip('/')
ask = urllib.request.Request('http://127.0.0.1:8000/healthz', headers={'Host': host})
urllib.request.urlopen(ask, timeout=8)"
        ;;
    *) exec python manage.py "$@" ;;
esac
