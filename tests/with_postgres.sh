#!/usr/bin/env bash
# Runs a command beside a PostgreSQL server that exists for it alone.
#   tests/with_postgres.sh COMMAND...   DATABASE_URL leads the command to the server
#   tests/with_postgres.sh --found      succeeds where the server's programs are installed
# PGBIN names the folder of the server's programs where it is not one of the usual ones.
set -euo pipefail

find_programs() {
    local folder
    if [ -n "${PGBIN:-}" ]; then
        echo "$PGBIN"
        return
    fi
    # Debian keeps them out of PATH, one folder for each version.
    folder=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
    if [ -z "$folder" ] && command -v initdb >/dev/null; then
        folder=$(dirname "$(command -v initdb)")
    fi
    echo "$folder"
}

programs=$(find_programs)
if [ "${1:-}" = --found ]; then
    [ -x "$programs/initdb" ] && [ -x "$programs/pg_ctl" ]
    exit
fi
if [ ! -x "$programs/initdb" ]; then
    echo "PostgreSQL's server was not found: apt-get install postgresql, or set PGBIN." >&2
    exit 1
fi

# A short path: the name of a socket may have about 100 characters.
home=$(mktemp -d /tmp/roundtable-pg.XXXXXX)
as_server=()
if [ "$(id -u)" = 0 ]; then
    # The server refuses root; the tests stay as they are.
    owner=$(id -un postgres 2>/dev/null || echo nobody)
    chown "$owner" "$home"
    chmod 755 "$home"
    as_server=(runuser -u "$owner" --)
fi

server() {
    (cd "$home" && ${as_server[@]+"${as_server[@]}"} "$programs/$1" -D "$home/data" "${@:2}")
}

finish() {
    server pg_ctl stop -m immediate >/dev/null 2>&1 || true
    rm -rf "$home"
}
trap finish EXIT
trap 'exit 130' INT TERM

server initdb --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
# Nothing here must outlive the machine, so nothing waits for the disk.
options="-c listen_addresses= -c unix_socket_directories=$home -c max_connections=50"
options+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
# For tables without statistics it expects too many rows, and would plan for work that never comes.
options+=" -c jit=off -c max_parallel_workers_per_gather=0"
# A test that sends forms a thousand times in one transaction holds a lock for each that saves.
options+=" -c max_locks_per_transaction=1024"
if ! server pg_ctl start -w -l "$home/log" -o "$options" >/dev/null; then
    cat "$home/log" >&2
    exit 1
fi

DATABASE_URL="postgres://postgres@/postgres?host=$home" "$@"
