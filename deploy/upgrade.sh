#!/usr/bin/env bash
# Upgrades the portal to a version: deploy/upgrade.sh v0.3.0. Run it as root. If something fails,
# the former version and its database are back when it ends.
set -euo pipefail
cd "$(dirname "$0")/.."

main() {
    NAME=${NAME:-roundtable}
    DATA=${DATA:-/var/lib/$NAME}
    version=${1:?Write the version: deploy/upgrade.sh v0.3.0}
    former=$(git rev-parse HEAD)
    copy=$DATA-backups/.upgrade-from-${former:0:12}
    [ "$(id -u)" = 0 ] || stop "Run this as root."
    set -a
    # shellcheck disable=SC1090
    . "/etc/$NAME.env"
    set +a

    git fetch --quiet --tags || stop "The new version cannot be fetched. Nothing is changed."
    git rev-parse --quiet --verify "$version^{commit}" >/dev/null \
        || stop "There is no version $version. Nothing is changed."
    # The new packages first, so that the portal stands still for a short time only.
    former_packages=$(readlink .venv)
    packages=.venv-$(git show "$version:requirements.txt" | sha256sum | cut -c1-12)
    [ -e "$packages/complete" ] || install_packages \
        || stop "The packages cannot be installed. Nothing is changed."

    services stop
    trap go_back EXIT
    copy_database
    git checkout --quiet "$version"
    ln -sfn "$packages" .venv
    roundtable migrate --verbosity 0
    roundtable collectstatic --no-input --verbosity 0
    roundtable check --deploy --database default
    services start
    answers || exit 1
    trap - EXIT
    rm -rf "$copy"
    [ "$packages" = "$former_packages" ] || rm -rf "$former_packages"
    echo "The portal is $version now."
}

stop() {
    echo "$1" >&2
    exit 1
}

install_packages() {
    python3 -m venv "$packages" \
        && git show "$version:requirements.txt" >"$packages/requirements.txt" \
        && "$packages/bin/python" -m pip install --quiet --require-hashes \
            -r "$packages/requirements.txt" \
        && touch "$packages/complete"
}

roundtable() { "/usr/local/sbin/$NAME" "$@"; }

services() {
    if [ -d /run/systemd/system ]; then systemctl "$1" "$NAME.target"; fi
}

as_portal() { runuser -u "${PORTAL_USER:-$NAME}" -- "$@"; }

is_sqlite() { case ${DATABASE_URL:-sqlite} in sqlite*) true ;; *) false ;; esac; }

# In the clear, because the server cannot read its own backups; deleted at the end.
copy_database() {
    install -d -m 700 "$copy"
    if is_sqlite; then
        cp -p "$DATA"/roundtable.sqlite3* "$copy"
    else
        as_portal pg_dump --format=custom --no-owner --dbname="$DATABASE_URL" >"$copy/database"
    fi
}

go_back() {
    trap - EXIT
    echo "The upgrade failed. The former version is put back ..." >&2
    services stop
    git checkout --quiet "$former"
    ln -sfn "$former_packages" .venv
    if is_sqlite; then
        rm -f "$DATA"/roundtable.sqlite3*
        cp -p "$copy"/roundtable.sqlite3* "$DATA"
    else
        PGOPTIONS=--client-min-messages=warning as_portal psql --quiet --dbname="$DATABASE_URL" \
            --command "DROP SCHEMA public CASCADE" --command "CREATE SCHEMA public"
        as_portal pg_restore --exit-on-error --no-owner --single-transaction \
            --dbname="$DATABASE_URL" <"$copy/database"
    fi
    roundtable collectstatic --no-input --verbosity 0
    services start
    answers && rm -rf "$copy"
    echo "The portal is as it was before. Nothing is lost." >&2
    exit 1
}

# Whether the web server answers within a minute.
answers() {
    local host=${PORTAL_URL#https://}
    [ -d /run/systemd/system ] || return 0
    for _ in $(seq 30); do
        if curl --silent --fail --output /dev/null --header "Host: ${host%%[:/]*}" \
            "http://127.0.0.1:${PORT:-8000}/healthz"; then
            return 0
        fi
        sleep 2
    done
    echo "The web server does not answer." >&2
    return 1
}

# On one line: the file is another one when main ends.
main "$@"; exit
