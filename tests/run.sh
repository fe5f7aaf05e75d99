#!/usr/bin/env bash
# Runs the checks and the tests, and says at the end what failed and what could not run.
#   tests/run.sh               everything
#   tests/run.sh check         lint and types alone
#   tests/run.sh quick         up to eight tests of each file on SQLite, without crawls, processes and
#                              browser
#   tests/run.sh quick AREA    all such tests of one area: of the folders below tests/ that are named
#                              so, and of test_AREA*.py
# FULL=1 runs the property, crawl and volume tests at full size, and asks PostgreSQL what may differ
# there and the tenth of the rest that SEED chooses, or with WHOLE=1 all of it; CI=true takes a
# missing Chromium, PostgreSQL or Pango as a failure.
cd "$(dirname "$0")/.." || exit 1
export PATH="$PWD/.venv/bin:$PATH"
# To compile every module again for each process takes a worker five seconds.
unset PYTHONDONTWRITEBYTECODE
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
trap 'kill $(jobs -p) 2>/dev/null; exit 130' INT TERM

processors=$(getconf _NPROCESSORS_ONLN)
workers="-n $processors --dist worksteal"
# Tables come straight from the models. At full size they come from the migrations; at each size
# test_deploy.py migrates on SQLite, and test_upgrade.py what the first release made on PostgreSQL.
[ "${FULL:-}" = 1 ] && migrations="" || migrations=--nomigrations
passed="" failed="" missing="" packages="" browser_process=""

run() {
    local name=$1 began=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    "$@"
    record $? "$name" $((SECONDS - began))
}

record() {
    local status=$1 name=$2 seconds=$3
    if [ "$status" = 0 ]; then
        passed+="  passed   $name ($seconds s)"$'\n'
    else
        failed+="  FAILED   $name ($seconds s)"$'\n'
    fi
}

skip() {
    missing+="  not run  $1: $2 was not found"$'\n'
    packages+=" $3"
}

check_migrations() {
    DJANGO_SETTINGS_MODULE=tests.settings python manage.py makemigrations --check --dry-run --skip-checks
}

# The checks, one beside the other; each says what it has to say when all are done.
checks=(lint format templates types dependencies migrations)

run_check() {
    case $1 in
        lint) ruff check . ;;
        format) ruff format --check . ;;
        templates) djangofmt --check templates ;;
        types) mypy . ;;
        dependencies) deptry . ;;
        migrations) check_migrations ;;
    esac
}

start_checks() {
    (
        for name in "${checks[@]}"; do
            began=$SECONDS
            run_check "$name" >"$logs/$name" 2>&1
            echo "$? $((SECONDS - began))" >"$logs/$name.result"
        done
    ) &
    checks_process=$!
}

finish_checks() {
    local name
    wait "$checks_process"
    for name in "${checks[@]}"; do
        report "$name" "$name"
    done
}

# Says what ran beside something else has said, and how it ended.
report() {
    local log=$1 name=$2 status seconds
    read -r status seconds <"$logs/$log.result"
    printf '\n== %s\n' "$name"
    cat "$logs/$log"
    record "$status" "$name" "$seconds"
}

# A browser test waits for the browser half of the time, so the tests on PostgreSQL run beside.
start_browser() {
    (
        # Beside, it is deaf to Ctrl-C.
        trap 'kill $!; exit' TERM
        began=$SECONDS
        env -u DATABASE_URL python -m pytest -q $workers --force-enable-socket \
            tests/browser >"$logs/browser" 2>&1 &
        wait $!
        echo "$? $((SECONDS - began))" >"$logs/browser.result"
    ) &
    browser_process=$!
}

run_quick() {
    local area=$1 paths=() sample=1
    if [ -n "$area" ]; then
        sample=0
        mapfile -t paths < <(find tests -path tests/browser -prune -o \
            \( -type d -name "$area" -o -type f -name "test_$area*.py" \) -print | sort)
        if [ ${#paths[@]} = 0 ]; then
            echo "There is no folder $area and no test_$area*.py below tests/." >&2
            exit 2
        fi
    fi
    env -u DATABASE_URL QUICK=$sample python -m pytest -q $workers --nomigrations \
        --ignore=tests/browser -m "not walk and not crawl and not own_process" "${paths[@]}"
}

run_all() {
    # Types are checked on one processor, which leaves another to the tests.
    start_checks
    local follows=0
    tests/with_postgres.sh --found && follows=1
    run "tests on SQLite" env -u DATABASE_URL POSTGRES_FOLLOWS=$follows \
        python -m pytest -q $workers $migrations --ignore=tests/browser
    finish_checks

    if [ -x "$(python -c 'from tests.browser import CHROMIUM; print(CHROMIUM)')" ]; then
        start_browser
    else
        skip "tests in the browser" "Chromium" chromium
    fi

    if [ $follows = 1 ]; then
        run "tests on PostgreSQL" tests/with_postgres.sh \
            python -m pytest -q $workers $migrations --ignore=tests/browser -m "not own_process"
    else
        skip "tests on PostgreSQL" "PostgreSQL's server" postgresql
    fi

    if ! python -c 'from outcomes.changes.pdf import can_render_pdf; raise SystemExit(not can_render_pdf())'; then
        skip "tests of the brief as a PDF" "Pango" libpangoft2-1.0-0
    fi

    if [ -n "$browser_process" ]; then
        wait "$browser_process"
        report browser "tests in the browser"
    fi
}

case ${1:-all} in
    all) run_all ;;
    check)
        start_checks
        finish_checks
        ;;
    quick) run "quick tests${2:+ of $2}" run_quick "${2:-}" ;;
    *)
        sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
        exit 2
        ;;
esac

printf '\n== Result after %d s\n%s%s%s' "$SECONDS" "$passed" "$missing" "$failed"
if [ -n "$packages" ]; then
    printf '\nTo run everything on Debian or Ubuntu: apt-get install%s\n' "$packages"
    [ "${CI:-}" != true ] || failed+="missing"
fi
if [ -n "$failed" ]; then
    echo "Something failed."
    exit 1
fi
echo "Everything that ran has passed."
