#!/usr/bin/env bash
# Fingerprints against pg_dump -s of the same database, in one run: medians of five, the ways taking turns.
#
#     TABLES='1000 10000 100000' test/bench/fingerprint.sh       (1000 and 10000 unless told otherwise)
#
# Each table has 8 columns, a primary key and two more indexes, a CHECK, a foreign key and a sequence. Printed,
# per size: pg_dump -s; a fingerprint by a new session (the whole process, connecting included); one by a
# session that has taken one before, when nothing has changed, and after ten changes; a raw pass over the same
# catalogs by SQL; and the peak of each one's own memory. Then how each grows from one size to the next, per
# table, and whether the bars hold. The cache has room for the catalogs of 100,000 tables, 1.5 GB.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${1:-}" != --here ]; then
    exec test/with-server --conf max_locks_per_transaction=3000 --conf shared_buffers=3GB -- "$0" --here
fi
. test/bench/tables
rounds=${ROUNDS:-5}
work=$(mktemp -d)
results=$work.results
trap 'rm -rf "$work" "$results"' EXIT

# Seconds that a command takes, and the most memory it had, in KiB.
timed() {
    local name=$1 began ended
    shift
    began=${EPOCHREALTIME/[.,]/}
    /usr/bin/env time -o "$work/one" -f '%M' "$@" >/dev/null
    ended=${EPOCHREALTIME/[.,]/}
    awk -v microseconds=$((ended - began)) 'BEGIN { print microseconds / 1000000 }' >>"$work/$name"
    cat "$work/one" >>"$work/$name.memory"
}

# session DATABASE TABLES: in one session, after a first fingerprint, rounds of an unchanged one, ten changes, one after
# them, and a raw pass. Writes the seconds of each.
session() {
    local round change
    {
        echo "$raw_pass_settings"
        echo 'SET schemaver.capture = off;'
        echo 'SELECT schemaver.fingerprint();'
        echo '\timing on'
        for round in $(seq "$rounds"); do
            echo '\echo name unchanged'
            echo 'SELECT schemaver.fingerprint();'
            echo '\echo name ignored'
            for change in 1 2 3 4 5 6 7 8 9 10; do
                echo "ALTER TABLE t$(((change * $2 + 9) / 10)) ADD COLUMN more_${round}_$change int;"
            done
            echo '\echo name changed'
            echo 'SELECT schemaver.fingerprint();'
            echo '\echo name raw'
            echo "$raw_pass"
        done
    } | psql -XAtq -d "$1" | awk '$1 == "name" { name = $2 } $1 == "Time:" { print name, $2 / 1000 }' \
        >"$work/session"
    for name in unchanged changed raw; do
        awk -v name="$name" '$1 == name { print $2 }' "$work/session" >"$work/$name"
    done
}

# The most memory of its own that the server process had that takes a first fingerprint, in KiB: without the
# shared buffers that it looked at.
backend_memory() {
    psql -XAtq -d "$1" -c 'SELECT schemaver.fingerprint()' \
        -c "SELECT pg_read_file('/proc/self/status')" |
        awk '/^(VmHWM|RssShmem|RssFile):/ { last[$1] = $2 } END { print last["VmHWM:"] - last["RssShmem:"] - last["RssFile:"] }'
}

median() { sort -n "$work/$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

printf '%8s %12s %12s %8s %12s %8s %12s %8s %10s %8s %14s %14s\n' tables 'pg_dump -s' 'new session' ratio \
    unchanged ratio '10 changes' ratio 'raw pass' 'of raw' 'MiB pg_dump' 'MiB backend'
for tables in ${TABLES:-1000 10000}; do
    rm -f "$work"/*
    database=bench_$tables
    createdb "$database"
    psql -Xq -d "$database" -c 'CREATE EXTENSION schemaver'
    make_tables "$database" "$tables"
    psql -Xq -d "$database" -c 'VACUUM ANALYZE'
    for _ in $(seq "$rounds"); do
        timed dump pg_dump -s -d "$database"
        timed full psql -Xqc 'SELECT schemaver.fingerprint()' -d "$database"
    done
    session "$database" "$tables"
    echo "$tables $(median dump) $(median full) $(median unchanged) $(median changed) $(median raw)" \
        "$(median dump.memory) $(backend_memory "$database")" >>"$results"
    tail -n 1 "$results" | awk '{
        printf "%8d %10.2f s %10.3f s %7.1fx %9.1f ms %7.0fx %9.1f ms %7.0fx %7.1f ms %7.2fx %14.0f %14.0f\n",
            $1, $2, $3, $2 / $3, $4 * 1000, $2 / $4, $5 * 1000, $2 / $5, $6 * 1000, $4 / $6, $7 / 1024, $8 / 1024 }'
    dropdb "$database"
done

# tables, then seconds: pg_dump -s, first, unchanged, after 10 changes, raw pass; then KiB: pg_dump, server process
awk '
function bar(what, holds) { printf "%-68s %s\n", what, holds ? "met" : "MISSED" }
NR > 1 {
    growth = $3 / $1 / (first / tables)
    printf "From %d to %d tables, per table: pg_dump -s %.2f, first %.2f, unchanged %.2f, raw pass %.2f, memory %.2f\n",
        tables, $1, $2 / $1 / (dump / tables), growth, $4 / $1 / (unchanged / tables), $6 / $1 / (raw / tables),
        $8 / $1 / (memory / tables)
    bar(sprintf("  bar: the first one grows at most 1.20 per table: %.2f", growth), growth <= 1.2)
}
{
    tables = $1; dump = $2; first = $3; unchanged = $4; raw = $6; memory = $8
    bar(sprintf("%d tables: bar: memory under that of pg_dump: %.2f of it", tables, $8 / $7), $8 < $7)
    if (tables < 10000) next
    bar(sprintf("%d tables: bar 20x, first: %.1fx", tables, dump / first), dump / first >= 20)
    bar(sprintf("%d tables: bar 100x, unchanged: %.0fx", tables, dump / unchanged), dump / unchanged >= 100)
    bar(sprintf("%d tables: bar 3 raw passes, unchanged: %.2f", tables, unchanged / raw), unchanged <= 3 * raw)
}' "$results"
