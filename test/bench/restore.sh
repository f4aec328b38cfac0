#!/usr/bin/env bash
# What a check before a restore costs with a large schema: metadata of 10,000 tables, with definitions, asked about in the
# database that it was taken of, in one whose tables have all been altered since, and in an empty one. Each question is a
# session of its own. Prints medians of seconds, the whole process counted, and the most memory that the server's process
# had, shared buffers that it looked at included, and beside each its bar and whether it is held.
#
#     TABLES=1000 ROUNDS=3 test/bench/restore.sh       (10000 and 5 unless told otherwise)
#     ROWS=1 test/bench/restore.sh                     a row in each table, so that verify_findings() has to look at each
#
# Each table has 8 columns, a primary key and two more indexes, a CHECK, a foreign key and a sequence.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${1:-}" != --here ]; then
    exec test/with-server --conf max_locks_per_transaction=3000 -- "$0" --here
fi
. test/bench/tables
tables=${TABLES:-10000}
rounds=${ROUNDS:-5}
bar_seconds=5
bar_mebibytes=500
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }

# once DATABASE STATEMENT: seconds, and KiB at the most
once() {
    local began=${EPOCHREALTIME/[.,]/}
    run -d "$1" -c "$2" -c "SELECT pg_read_file('/proc/self/status')" >"$work/answer"
    local ended=${EPOCHREALTIME/[.,]/}
    awk -v microseconds=$((ended - began)) '/^VmHWM:/ { print microseconds / 1000000, $2 }' "$work/answer"
}

# measured WHAT DATABASE STATEMENT
measured() {
    local round
    for round in $(seq "$rounds"); do once "$2" "$3"; done | sort -n |
        awk -v what="$1" -v seconds=$bar_seconds -v mebibytes=$bar_mebibytes '
        { time[NR] = $1; if ($2 > most) most = $2 }
        function word(holds) { return holds ? "held" : "NOT held" }
        END {
            median = time[int((NR + 1) / 2)]; most /= 1024
            printf "  %7.2f s  <= %d s %-8s  %5.0f MiB  <= %d MiB %-8s  %s\n", median, seconds,
                word(median <= seconds), most, mebibytes, word(most <= mebibytes), what
        }'
}

createdb same
make_tables same "$tables"
[ "${ROWS:-0}" -eq 0 ] || run -d same -c "
DO \$\$
BEGIN
    FOR i IN 1..$tables LOOP
        EXECUTE format('INSERT INTO t%s (b) SELECT n FROM generate_series(1, $ROWS) AS n', i);
        IF i % 500 = 0 THEN COMMIT; END IF;
    END LOOP;
END \$\$"
run -d same -c 'CREATE EXTENSION schemaver' -c 'VACUUM ANALYZE'
chmod 755 "$work"
run -d same -c 'SELECT schemaver.backup_metadata()' >"$work/metadata"
chmod 644 "$work/metadata"
createdb --template=same altered
run -d altered -c 'SET schemaver.capture = off' -c "
DO \$\$
BEGIN
    FOR i IN 1..$tables LOOP
        EXECUTE format('ALTER TABLE t%s DROP COLUMN f, ALTER COLUMN d TYPE varchar(10), ADD COLUMN h int NOT NULL${ROWS:+ DEFAULT 0}', i);
        IF i % 500 = 0 THEN COMMIT; END IF;
    END LOOP;
END \$\$" -c 'VACUUM ANALYZE'
createdb empty
run -d empty -c 'CREATE EXTENSION schemaver'

printf '%s tables, metadata of %s MiB\n' "$tables" "$(($(stat -c %s "$work/metadata") / 1048576))"
metadata="pg_read_file('$work/metadata')"
printf 'The database that it was taken of:\n'
measured 'stamp_backup()' same "SELECT length(schemaver.stamp_backup('bench ' || pg_backend_pid()))"
for database in same altered empty; do
    [ $database = same ] || printf 'A database %s:\n' \
        "$([ $database = altered ] && echo 'in which every table is another' || echo 'without tables')"
    measured 'check_restore()' $database "SELECT * FROM schemaver.check_restore($metadata)"
    measured 'restore_findings()' $database "SELECT count(*) FROM schemaver.restore_findings($metadata)"
    measured 'restore_preview()' $database "SELECT count(*) FROM schemaver.restore_preview($metadata)"
    measured 'verify_findings()' $database "SELECT count(*) FROM schemaver.verify_findings($metadata)"
done
