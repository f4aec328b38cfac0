#!/usr/bin/env bash
# Fingerprints against pg_dump -s of the same database, in one run: medians of five, the ways taking turns.
#
#     TABLES='1000 10000 100000' test/bench/fingerprint.sh       (1000 and 10000 unless told otherwise)
#
# Each table has 8 columns, a primary key and two more indexes, a CHECK, a foreign key and a sequence. Printed,
# per size: pg_dump -s; a fingerprint by a new session (the whole process, connecting included); one by a
# session that has taken one before, when nothing has changed, and after ten changes; a raw pass over the same
# catalogs by SQL; and the peak of each one's own memory.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${1:-}" != --here ]; then
    exec test/with-server --conf max_locks_per_transaction=3000 --conf shared_buffers=1GB -- "$0" --here
fi
rounds=${ROUNDS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make_tables() {
    createdb "$1"
    psql -Xq -d "$1" -c 'CREATE EXTENSION schemaver' -c 'SET schemaver.capture = off' -c "
DO \$\$
BEGIN
    FOR i IN 1..$2 LOOP
        EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY, a text NOT NULL DEFAULT %L, b int CHECK (b > 0),
            c timestamptz DEFAULT now(), d varchar(20), e numeric(10,2), f boolean, g int REFERENCES t%s)', i,
            'x', greatest(i - 1, 1));
        EXECUTE format('CREATE INDEX ON t%s (a)', i);
        EXECUTE format('CREATE INDEX ON t%s (d)', i);
        IF i % 500 = 0 THEN COMMIT; END IF;
    END LOOP;
END \$\$" -c 'VACUUM ANALYZE'
}

# Seconds that a command takes, and the most memory it had, in KiB.
timed() {
    local name=$1
    shift
    /usr/bin/env time -o "$work/one" -f '%e %M' "$@" >/dev/null
    read -r seconds memory <"$work/one"
    echo "$seconds" >>"$work/$name"
    echo "$memory" >>"$work/$name.memory"
}

# In one session: after a first fingerprint, rounds of an unchanged one, ten changes, one after them, and a raw
# pass. Prints "name milliseconds".
session() {
    local round
    {
        echo 'SET max_parallel_workers_per_gather = 0; SET enable_indexonlyscan = off; SET enable_indexscan = off;'
        echo 'SET schemaver.capture = off;'
        echo 'SELECT schemaver.fingerprint();'
        echo '\timing on'
        for round in $(seq "$rounds"); do
            echo '\echo name unchanged'
            echo 'SELECT schemaver.fingerprint();'
            echo '\echo name ignored'
            for change in 1 2 3 4 5 6 7 8 9 10; do
                echo "ALTER TABLE t$((change * 90)) ADD COLUMN more_$round int;"
            done
            echo '\echo name changed'
            echo 'SELECT schemaver.fingerprint();'
            echo '\echo name raw'
            echo "SELECT (SELECT count(*) FROM pg_class) + (SELECT count(*) FROM pg_attribute) +
                (SELECT count(*) FROM pg_attrdef) + (SELECT count(*) FROM pg_constraint) +
                (SELECT count(*) FROM pg_index) + (SELECT count(*) FROM pg_depend) +
                (SELECT count(*) FROM pg_type) + (SELECT count(*) FROM pg_trigger) +
                (SELECT count(*) FROM pg_sequence) + (SELECT count(*) FROM pg_proc);"
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
    make_tables "$database" "$tables"
    for _ in $(seq "$rounds"); do
        timed dump pg_dump -s -d "$database"
        timed full psql -Xqc 'SELECT schemaver.fingerprint()' -d "$database"
    done
    session "$database"
    awk -v tables="$tables" -v dump="$(median dump)" -v full="$(median full)" -v unchanged="$(median unchanged)" \
        -v changed="$(median changed)" -v raw="$(median raw)" -v dumped="$(median dump.memory)" \
        -v backend="$(backend_memory "$database")" 'BEGIN {
            printf "%8d %10.2f s %10.3f s %7.1fx %9.1f ms %7.0fx %9.1f ms %7.0fx %7.1f ms %7.2fx %14.0f %14.0f\n",
                tables, dump, full, dump / full, unchanged * 1000, dump / unchanged, changed * 1000, dump / changed,
                raw * 1000, unchanged / raw, dumped / 1024, backend / 1024 }'
    dropdb "$database"
done
