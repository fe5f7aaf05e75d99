#!/usr/bin/env bash
# Runs every check and every test, and says at the end what failed and what could not run.
#   tests/run.sh         all
#   tests/run.sh check   lint and types alone
# FULL=1 runs the property, crawl and volume tests at full size; CI=true takes a missing
# Chromium, PostgreSQL or Pango as a failure.
cd "$(dirname "$0")/.." || exit 1
export PATH="$PWD/.venv/bin:$PATH"
trap 'exit 130' INT TERM

processors=$(getconf _NPROCESSORS_ONLN)
at_once="-n $processors --dist worksteal"
# Who drives a browser waits for it half of the time.
in_browser="-n $((processors + processors / 2)) --dist worksteal"
# The tables as the models are, at once; on PostgreSQL, and at full size, by the migrations.
[ "${FULL:-}" = 1 ] && tables="" || tables=--nomigrations
passed="" failed="" absent="" packages=""

step() {
    local name=$1 began=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    if "$@"; then
        passed+="  passed   $name ($((SECONDS - began)) s)"$'\n'
    else
        failed+="  FAILED   $name ($((SECONDS - began)) s)"$'\n'
    fi
}

without() {
    absent+="  not run  $1: $2 was not found"$'\n'
    packages+=" $3"
}

migrations_are_whole() {
    DJANGO_SETTINGS_MODULE=tests.settings python manage.py makemigrations --check --dry-run
}

step "lint" ruff check .
step "format" ruff format --check .
step "types" mypy .
step "dependencies" deptry .
step "migrations" migrations_are_whole

if [ "${1:-all}" != check ]; then
    step "tests on SQLite" env -u DATABASE_URL \
        python -m pytest -q $at_once $tables --ignore=tests/browser

    if tests/with_postgres.sh --found; then
        step "tests on PostgreSQL" tests/with_postgres.sh \
            python -m pytest -q $at_once --ignore=tests/browser -m "not own_process"
    else
        without "tests on PostgreSQL" "PostgreSQL's server" postgresql
    fi

    if ! python -c 'from outcomes.pdf import can_make; raise SystemExit(not can_make())'; then
        without "tests of the brief as a PDF" "Pango" libpangoft2-1.0-0
    fi

    if [ -x "$(python -c 'from tests.browser import CHROMIUM; print(CHROMIUM)')" ]; then
        step "tests in the browser" env -u DATABASE_URL \
            python -m pytest -q $in_browser --force-enable-socket tests/browser
    else
        without "tests in the browser" "Chromium" chromium
    fi
fi

printf '\n== Result after %d s\n%s%s%s' "$SECONDS" "$passed" "$absent" "$failed"
if [ -n "$packages" ]; then
    printf '\nTo run all of it on Debian or Ubuntu: apt-get install%s\n' "$packages"
    [ "${CI:-}" != true ] || failed+="missing"
fi
if [ -n "$failed" ]; then
    echo "Not all is well."
    exit 1
fi
echo "All that ran is well."
