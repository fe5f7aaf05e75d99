#!/usr/bin/env bash
# Installs the portal on Debian or Ubuntu, from the folder that this file is in. Run it as root.
#   deploy/install.sh             makes /etc/roundtable.env, and says what to fill in; then installs
#   deploy/install.sh --dry-run   prints what it would do
# A second run does what is missing, and changes nothing else. These may be set for another place:
#   NAME (of services and settings: roundtable), PORTAL_USER (NAME), PORT (8000), DATA
#   (/var/lib/NAME), DATABASE (NAME)
set -euo pipefail
cd "$(dirname "$0")/.."

NAME=${NAME:-roundtable}
PORTAL_USER=${PORTAL_USER:-$NAME}
PORT=${PORT:-8000}
DATA=${DATA:-/var/lib/$NAME}
DATABASE=${DATABASE:-$NAME}
FOLDER=$PWD
SETTINGS=/etc/$NAME.env
NEEDED=(PORTAL_URL EMAIL_URL DEFAULT_FROM_EMAIL CONTACT_EMAIL OPERATOR_NAME DATA_CONTROLLER
    BACKUP_RECIPIENT OPERATOR_EMAIL)
PACKAGES=(git curl python3-venv postgresql nginx libpangoft2-1.0-0)
DRY_RUN=no
[ "${1:-}" = --dry-run ] && DRY_RUN=yes
if [ "$(id -u)" != 0 ]; then
    echo "Run this as root." >&2
    exit 1
fi

# Says what is done, and does it.
do_it() {
    echo "+ $*"
    [ $DRY_RUN = yes ] || "$@"
}

as_postgres() { do_it runuser -u postgres -- "$@"; }
asked() { runuser -u postgres -- psql -tAc "$1" 2>/dev/null || true; }
portal() { do_it "/usr/local/sbin/$NAME" "$@"; }
has_systemd() { [ -d /run/systemd/system ]; }

# A file from one of ours, with the names of this installation; says whether it changed.
place() {
    local from=$1 to=$2 mode=$3 text
    text=$(sed -e "s|@NAME@|$NAME|g" -e "s|@USER@|$PORTAL_USER|g" -e "s|@FOLDER@|$FOLDER|g" \
        -e "s|@PORT@|$PORT|g" -e "s|@DATA@|$DATA|g" -e "s|@DATABASE@|$DATABASE|g" \
        -e "s|@HOST@|${host:-}|g" -e "s|@CERTIFICATE@|${certificate:-}|g" \
        -e "s|@CERTIFICATE_KEY@|${certificate_key:-}|g" -e "s|@ADDRESSES@|${addresses:-}|g" "$from")
    if [ -e "$to" ] && [ "$text" = "$(cat "$to")" ]; then
        return 1
    fi
    echo "+ write $to"
    [ $DRY_RUN = yes ] || install -D -m "$mode" /dev/stdin "$to" <<<"$text"
}

install_packages() {
    local wanted=() package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" \
            || wanted+=("$package")
    done
    [ ${#wanted[@]} = 0 ] && return
    do_it apt-get update -q
    DEBIAN_FRONTEND=noninteractive do_it apt-get install -q --yes --no-install-recommends \
        "${wanted[@]}"
}

make_settings() {
    local key value text
    [ -e "$SETTINGS" ] && return
    echo "+ write $SETTINGS"
    [ $DRY_RUN = yes ] && return
    place deploy/portal.env "$SETTINGS" 600 >/dev/null
    for key in SECRET_KEY ERASURE_KEY SEAL_KEY DATA_KEY; do
        value=$(python3 -c "import secrets; print(secrets.token_urlsafe(60))")
        text=$(cat "$SETTINGS")
        # Not as an argument of a program, which everyone on the machine can read.
        install -m 600 /dev/stdin "$SETTINGS" <<<"${text//@$key@/$value}"
    done
}

# Ends here until everything is filled in.
require_settings() {
    local missing=() setting file=$SETTINGS
    # Only --dry-run gets here without it.
    [ -e "$file" ] || file=deploy/portal.env
    set -a
    # shellcheck disable=SC1090
    . "$file"
    set +a
    for setting in "${NEEDED[@]}"; do
        case ${!setting:-} in "" | https://) missing+=("$setting") ;; esac
    done
    if [ ${#missing[@]} != 0 ] && [ "$file" = "$SETTINGS" ]; then
        echo "Fill in ${missing[*]} in $SETTINGS, then run deploy/install.sh again."
        exit 0
    fi
    host=${PORTAL_URL#https://}
    host=${host%%[:/]*}
    certificate=${CERTIFICATE:-/etc/letsencrypt/live/$host/fullchain.pem}
    certificate_key=${CERTIFICATE_KEY:-/etc/letsencrypt/live/$host/privkey.pem}
}

make_user_and_folders() {
    local folder
    id "$PORTAL_USER" >/dev/null 2>&1 || do_it useradd --system --home-dir "$FOLDER" \
        --shell /usr/sbin/nologin "$PORTAL_USER"
    for folder in "$DATA" "$DATA/evidence" "$DATA-erasures" "$DATA-backups"; do
        [ -d "$folder" ] || do_it install -d -m 700 -o "$PORTAL_USER" -g "$PORTAL_USER" "$folder"
    done
    # The portal does not need the history of its code.
    [ ! -d .git ] || [ "$(stat -c %a .git)" = 700 ] || do_it chmod 700 .git
}

# One environment for each list of packages; .venv leads to the present one. An upgrade that fails
# leads it back.
install_environment() {
    local folder
    folder=.venv-$(sha256sum requirements.txt | cut -c1-12)
    if [ ! -e "$folder/complete" ]; then
        do_it python3 -m venv "$folder"
        do_it "$folder/bin/python" -m pip install --quiet --require-hashes -r requirements.txt
        do_it touch "$folder/complete"
    fi
    # One that was made by hand is in the way.
    [ -h .venv ] || [ ! -d .venv ] || do_it rm -rf .venv
    [ "$(readlink .venv)" = "$folder" ] || do_it ln -sfn "$folder" .venv
}

make_database() {
    case ${DATABASE_URL:-} in *host=/run/postgresql*) ;; *) return ;; esac
    # In a container without systemd, Debian's own program starts the server.
    has_systemd || pg_isready -q 2>/dev/null || do_it service postgresql start
    [ "$(asked "SELECT 1 FROM pg_roles WHERE rolname = '$PORTAL_USER'")" = 1 ] \
        || as_postgres createuser --createdb "$PORTAL_USER"
    [ "$(asked "SELECT 1 FROM pg_database WHERE datname = '$DATABASE'")" = 1 ] && return
    as_postgres createdb --owner="$PORTAL_USER" --encoding=UTF8 --template=template0 "$DATABASE"
    # Its own log would have whole rows that a constraint rejected.
    as_postgres psql -q -c "ALTER DATABASE $DATABASE SET log_error_verbosity = 'terse'" \
        -c "ALTER DATABASE $DATABASE SET log_min_error_statement = 'panic'" \
        -c "ALTER DATABASE $DATABASE SET log_min_duration_statement = -1" \
        -c "ALTER DATABASE $DATABASE SET log_parameter_max_length_on_error = 0"
}

# Of mail server, DNS servers, and what is on other machines: for the sandbox.
find_addresses() {
    local name hosts=()
    for name in "${EMAIL_URL:-}" "${DATABASE_URL:-}" "${OIDC_SERVER_URL:-}" \
        "${SENTRY_DSN:-}"; do
        name=${name#*://}
        name=${name##*@}
        name=${name%%[:/?]*}
        [ -z "$name" ] || hosts+=("$name")
    done
    {
        [ ${#hosts[@]} = 0 ] || getent ahosts "${hosts[@]}" | cut -d' ' -f1
        sed -n 's/^nameserver *//p' /etc/resolv.conf
    } | sort -u | tr '\n' ' ' || true
}

install_services() {
    local file target changed=no
    addresses=$(find_addresses)
    for file in deploy/systemd/NAME*; do
        target=/etc/systemd/system/${file##*/}
        place "$file" "${target/NAME/$NAME}" 644 && changed=yes
    done
    place deploy/systemd/sandbox.conf "/etc/systemd/system/$NAME-.service.d/sandbox.conf" 644 \
        && changed=yes
    if [ $changed = yes ]; then
        ! has_systemd || do_it systemctl daemon-reload
        # In a container it may be missing; there, others start the processes.
        ! command -v systemctl >/dev/null || do_it systemctl enable --quiet "$NAME.target" "$NAME-web" "$NAME-mail" "$NAME-imports" \
            "$NAME-tick.timer"
    fi
    ! has_systemd || do_it systemctl start "$NAME.target"
}

install_proxy() {
    if [ ! -e "$certificate" ] && [ -z "${CERTIFICATE:-}" ]; then
        install_packages certbot
        do_it certbot certonly --non-interactive --agree-tos --standalone \
            --pre-hook "service nginx stop" --post-hook "service nginx start" \
            --email "$CONTACT_EMAIL" --domain "$host"
    fi
    place deploy/nginx.conf "/etc/nginx/sites-available/$NAME" 644 || return 0
    [ -e "/etc/nginx/sites-enabled/$NAME" ] \
        || do_it ln -s "../sites-available/$NAME" "/etc/nginx/sites-enabled/$NAME"
    do_it nginx -t -q
    if has_systemd; then do_it systemctl reload-or-restart nginx; else do_it service nginx restart; fi
}

prepare_portal() {
    portal migrate --verbosity 0
    portal collectstatic --no-input --verbosity 0
    portal check --deploy --database default
}

# Only on the first day: afterwards, people change these at the desk.
invite_first_people() {
    local done=$DATA/.installed pair
    [ -e "$done" ] && return
    if [ "$ROUNDTABLE" = bali-process-2018 ]; then
        portal load_roundtable outcomes/fixtures/bali-process-2018.toml --verbosity 0
    fi
    portal create_operator "$OPERATOR_EMAIL"
    for pair in ${COCHAIRS:-}; do
        portal appoint --invite "${pair%:*}" "$ROUNDTABLE" cochair "${pair##*:}"
    done
    do_it touch "$done"
}

install_packages "${PACKAGES[@]}"
make_settings
require_settings
make_user_and_folders
install_environment
place deploy/manage.sh "/usr/local/sbin/$NAME" 700 || true
make_database
prepare_portal
invite_first_people
install_services
install_proxy
echo "The portal is at $PORTAL_URL. Sign in at ${PORTAL_URL%/}/accounts/login/ as $OPERATOR_EMAIL."
