#!/usr/bin/env bash
# What a check for drift costs where nothing has changed since the last one, with the ledger and one baseline to compare with,
# beside pg_dump -s of the same database and one raw pass over its catalogs; and how much an unchanged snapshot adds to the
# database. TABLES=1000 for a quick look. The bars are those of an unchanged fingerprint and of an unchanged snapshot. A
# worker's check is the first of its session, and reads everything.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${1:-}" != --here ]; then exec test/with-server --conf max_locks_per_transaction=512 -- "$0" --here; fi

. test/bench/tables
tables=${TABLES:-10000}
rounds=5
snapshots=200
database=bench_drift
createdb "$database"
run() { psql -XqAt -v ON_ERROR_STOP=1 -d "$database" "$@"; }
make_tables "$database" "$tables"
run -c 'CREATE EXTENSION schemaver' -c "SELECT schemaver.set_baseline('production')" -c 'VACUUM ANALYZE' -c CHECKPOINT >/dev/null

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
dump=$(for _ in 1 2 3; do
    from=$(date +%s%N)
    pg_dump -s -f /dev/null -N schemaver -d "$database"
    echo $((($(date +%s%N) - from) / 1000000))
done | median)
# The first check of a session, then unchanged ones and raw passes in turn.
times=$({
    echo "$raw_pass_settings"
    echo '\timing on'
    echo 'SELECT schemaver.find_drift(NULL);'
    for _ in $(seq "$rounds"); do
        echo 'SELECT schemaver.find_drift(NULL);'
        echo "$raw_pass"
    done
} | run | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p')
first=$(head -n 1 <<<"$times")
unchanged=$(tail -n +2 <<<"$times" | awk 'NR % 2 == 1' | median)
raw=$(tail -n +2 <<<"$times" | awk 'NR % 2 == 0' | median)

size='SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = '"'schemaver'"'::regnamespace AND relkind = '"'r'"
run -c 'SELECT schemaver.snapshot()' >/dev/null
before=$(run -c "$size")
for _ in $(seq "$snapshots"); do echo 'SELECT schemaver.snapshot();'; done | run >/dev/null
added=$((($(run -c "$size") - before) / snapshots))

echo '| tables | pg_dump -s | raw pass | first check of a session | unchanged check | unchanged snapshot |'
echo '|---|---|---|---|---|---|'
awk -v tables="$tables" -v dump="$dump" -v raw="$raw" -v first="$first" -v unchanged="$unchanged" -v added="$added" '
function bar(what, holds) { printf "%-68s %s\n", what, holds ? "met" : "MISSED" }
BEGIN {
    printf "| %d | %.0f ms | %.1f ms | %.1f ms | %.1f ms | %d bytes |\n", tables, dump, raw, first, unchanged, added
    bar(sprintf("bar 100x pg_dump -s, unchanged check: %.0fx", dump / unchanged), dump >= 100 * unchanged)
    bar(sprintf("bar 3 raw passes, unchanged check: %.2f", unchanged / raw), unchanged <= 3 * raw)
    bar(sprintf("bar 1 KiB, unchanged snapshot: %d bytes", added), added <= 1024)
}'
