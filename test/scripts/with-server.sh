#!/usr/bin/env bash
# What others rely on in test/with-server: the exit code, the settings, and that nothing stays behind.
set -uo pipefail
tests=$(cd "$(dirname "$0")/.." && pwd)
number=0

# is NAME EXPECTED ACTUAL
is() {
    number=$((number + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $number - $1"
    else
        printf 'not ok %d - %s\n# expected: %s\n# got:      %s\n' "$number" "$1" "$2" "$3"
    fi
}

# A process that nobody has waited for yet is gone all the same: it has no command line any more.
is_running() { grep -q . "/proc/$1/cmdline" 2>/dev/null; }

with_server() { "$tests/with-server" "$@" 2>/dev/null; }

with_server -- sh -c 'exit 7'
is "the command's exit code is passed on" 7 $?

is 'settings are applied, quotes and all' "it's" \
    "$(with_server --conf "cluster_name=it's" -- psql -XAtc 'SHOW cluster_name')"

is 'the library is preloaded only when asked for' 'schemaver ' \
    "$(with_server --preload -- psql -XAtc 'SHOW shared_preload_libraries') $(
        with_server -- psql -XAtc 'SHOW shared_preload_libraries')"

is 'options reach initdb' LATIN1 \
    "$(with_server --initdb --encoding=LATIN1 --initdb --locale=C -- psql -XAtc 'SHOW server_encoding')"

is 'standard input reaches the command' 3 "$(echo 'SELECT 1 + 2' | with_server -- psql -XAt)"

is "the caller's own connection settings do not" '' \
    "$(PGHOSTADDR=192.0.2.1 PGOPTIONS='-c work_mem=1MB' with_server -- sh -c 'echo "${PGHOSTADDR-}${PGOPTIONS-}"')"

is 'the extension is the one just built' "$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$tests/../schemaver.control")" \
    "$(with_server -- psql -XAtc \
        "SELECT default_version FROM pg_catalog.pg_available_extensions WHERE name = 'schemaver'")"

folder=$(dirname "$(with_server -- sh -c 'echo "$PGHOST"')")
is 'its folder is removed afterwards' gone "$([ -e "$folder" ] && echo "still there: $folder" || echo gone)"

place=$(mktemp -d)
chmod 755 "$place"
folder=$(dirname "$(SCHEMAVER_SCRATCH=$place with_server -- psql -XAtc 'SHOW data_directory')")
is 'SCHEMAVER_SCRATCH says where its folder is' "$place" "$(dirname "$folder")"
rmdir "$place"
is 'and nothing is left there' gone "$([ -e "$place" ] && echo "still there: $place" || echo gone)"

with_server -- sh -c "psql -XAtqc 'SELECT pg_sleep(60)' & sleep 1
    kill -ABRT \$(psql -XAtqc \"SELECT pid FROM pg_catalog.pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'\")
    wait; exit 0"
is 'a crash fails the run' 1 $?

# The signal goes to the script alone, as `kill` or a CI runner sends it.
ready=$(mktemp -u)
"$tests/with-server" -- sh -c "echo \"\$PGHOST\" >'$ready'; exec sleep 60" 2>/dev/null &
script=$!
until [ -s "$ready" ]; do sleep 0.1; done
folder=$(dirname "$(cat "$ready")")
server=$(head -n 1 "$folder/data/postmaster.pid")
kill -TERM "$script"
wait "$script"
is 'a signal ends command and script' 143 $?
is 'a signal leaves no server' gone "$(is_running "$server" && echo "running: $server" || echo gone)"
is 'a signal leaves no folder' gone "$([ -e "$folder" ] && echo "still there: $folder" || echo gone)"
rm -f "$ready"

echo "1..$number"
