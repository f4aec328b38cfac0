#!/usr/bin/env bash
# What recording costs: the same DDL in a database with the extension and in others, turn by turn in one run, so that
# the ratios hold on a noisy machine. Prints medians of the rounds, and their ratios to no extension.
#
#     ROUNDS=9 RESTORE=10000 DURABLE=off test/bench/ddl.sh   (7 rounds, 10,000 tables to restore, both unless told otherwise)
#
# Compared with: an audit trigger in plpgsql such as a user would write, and pgaudit with log = ddl where Debian has
# it. Each library is in a server of its own, as they would hang into each other's commands, and all servers run side by
# side. Twice: set up as initdb does it, so a commit waits for the disk; and with fsync off and the data folder in
# memory, where nothing but the processor's work is left. schemaver keeps each object's definition before and after;
# the others keep the command.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${ROUNDS:-7}
restore_tables=${RESTORE:-10000}

# Started one inside the other; BENCH_NAME says where each is. `without` has plpgsql's trigger in a second database.
if [ "${1:-}" != --inside ]; then
    major=$(test/install-packages --major)
    test/install-packages bench
    export BENCH_PG_CONFIG=${PG_CONFIG:-pg_config}
    servers=(without schemaver)
    if [ -e "$("$BENCH_PG_CONFIG" --pkglibdir)/pgaudit.so" ]; then
        servers+=(pgaudit)
    else
        echo "pgaudit: NOT INSTALLED (Debian's postgresql-$major-pgaudit), so schemaver is not compared with it"
    fi
    for DURABLE in ${DURABLE:-on off}; do
        export DURABLE
        "$0" --inside start "${servers[@]}"
    done
    exit
fi
if [ "$2" = start ]; then
    name=$3
    options=(--conf "fsync=$DURABLE" --conf "full_page_writes=$DURABLE" --conf max_locks_per_transaction=2000)
    [ "$name" = without ] || options+=(--conf "shared_preload_libraries=$name")
    # Where throwaway servers would be in memory, there would be no disk to wait for. The first one's place is that of all.
    if [ "$DURABLE" = on ]; then
        options+=(--conf max_wal_size=8GB)
        export SCHEMAVER_SCRATCH=/tmp
    elif [ -z "${SCHEMAVER_SCRATCH:-}" ]; then
        SCHEMAVER_SCRATCH=$(. test/functions.sh && scratch_place)
        export SCHEMAVER_SCRATCH
        [ "$SCHEMAVER_SCRATCH" = /dev/shm ] || echo "data: ON DISK, in $SCHEMAVER_SCRATCH, as there is no memory to spare"
    fi
    PG_CONFIG=$BENCH_PG_CONFIG exec test/with-server "${options[@]}" -- "$0" --inside started "${@:3}"
fi
if [ "$2" = started ]; then
    export "BENCH_$3=$PGHOST $PGPORT"
    [ $# -eq 3 ] || exec "$0" --inside start "${@:4}"
fi

# server_of DATABASE: databases are called as what is in them.
server_of() { [ "$1" = plpgsql ] && echo without || echo "$1"; }
# on DATABASE COMMAND...: with the server that the database is in
on() {
    local place host port
    place=BENCH_$(server_of "$1")
    read -r host port <<<"${!place}"
    PGHOST=$host PGPORT=$port "${@:2}"
}

printf '\nfsync %s\n' "$DURABLE"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/ddl.sql" <<'SQL'
CREATE TABLE bench_:client_id (id bigint PRIMARY KEY, name text NOT NULL, state text CHECK (state IN ('a', 'b')));
ALTER TABLE bench_:client_id ADD COLUMN at timestamptz DEFAULT now();
CREATE INDEX ON bench_:client_id (name);
DROP TABLE bench_:client_id;
SQL
cat >"$work/temporary.sql" <<'SQL'
CREATE TEMP TABLE bench_temporary (id bigint, name text);
DROP TABLE bench_temporary;
SQL
cat >"$work/query.sql" <<'SQL'
\set aid random(1, 10000)
SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
SQL
cat >"$work/write.sql" <<'SQL'
\set aid random(1, 10000)
BEGIN;
UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :aid;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, 1, 1, CURRENT_TIMESTAMP);
END;
SQL
# A migration: many statements in one transaction.
{
    echo 'BEGIN;'
    for i in $(seq 250); do sed "s/bench_:client_id/migrated_$i/" "$work/ddl.sql"; done
    echo 'END;'
} >"$work/migration.sql"

# milliseconds DATABASE SCRIPT TRANSACTIONS: the mean time of one transaction
milliseconds() {
    on "$1" pgbench -n -f "$work/$2.sql" -t "$3" "$1" 2>/dev/null |
        sed -n 's/^latency average = \([0-9.]*\) ms$/\1/p'
}
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# report NAME UNIT WITHOUT OTHER...: the medians of the files of measurements, and their ratios to the first
report() {
    local name=$1 unit=$2 first=$3 other
    shift 3
    for other in "$@"; do
        awk -v name="$name" -v unit="$unit" -v other="${other##*.}" -v a="$(median "$first")" -v b="$(median "$other")" \
            'BEGIN { printf "%-28s without %9.3f %s, %-9s %9.3f %s, ratio %.3f\n", name, a, unit, other, b, unit, b / a }'
    done
}

databases=(without schemaver plpgsql)
[ -z "${BENCH_pgaudit:-}" ] || databases+=(pgaudit)
for database in "${databases[@]}"; do
    on "$database" createdb "$database"
    on "$database" pgbench -i -q "$database" 2>/dev/null
done
on plpgsql psql -Xq -d plpgsql -f test/bench/audit.sql
on schemaver psql -Xq -d schemaver -c 'CREATE EXTENSION schemaver'
[ -z "${BENCH_pgaudit:-}" ] ||
    on pgaudit psql -Xq -d pgaudit -c 'CREATE EXTENSION pgaudit' -c "ALTER DATABASE pgaudit SET pgaudit.log = 'ddl'"

for script in 'ddl 100' 'temporary 300' 'migration 1' 'query 4000' 'write 300'; do
    read -r name transactions <<<"$script"
    # Each round begins with another one: who comes first finds the machine as the last round has left it.
    for round in $(seq "$rounds"); do
        first=$((round % ${#databases[@]}))
        for database in "${databases[@]:$first}" "${databases[@]:0:$first}"; do
            milliseconds "$database" "$name" "$transactions" >>"$work/$name.$database"
        done
    done
    title=$name
    [ "$name" != ddl ] || title='ddl: 4 statements, 4 commits'
    [ "$name" != migration ] || title='migration: 1000 in one'
    report "$title" ms "$work/$name.without" "${databases[@]/#/$work/$name.}" | tail -n +2
    for database in "${databases[@]:2}"; do
        awk -v name="$title" -v other="$database" -v a="$(median "$work/$name.$database")" \
            -v b="$(median "$work/$name.schemaver")" \
            'BEGIN { printf "%-28s schemaver takes %.3f of what %s does\n", name, b / a, other }'
    done
done
awk -v one="$(median "$work/migration.schemaver")" -v four="$(median "$work/ddl.schemaver")" 'BEGIN {
    printf "%-28s %.3f ms each; 1000 alone %.3f ms each: ratio %.2f\n", "a statement of the migration",
        one / 1000, four / 4, one / four / 250 }'

# pg_restore of many tables, with capture on.
[ "$restore_tables" -gt 0 ] || exit 0
on without createdb source
on without psql -Xq -d source -c "
DO \$\$
BEGIN
    FOR i IN 1..$restore_tables LOOP
        EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY, a text NOT NULL DEFAULT %L, b int CHECK (b > 0),
            c timestamptz DEFAULT now(), d varchar(20), e numeric(10,2), f boolean)', i, 'x');
        EXECUTE format('CREATE INDEX ON t%s (a)', i);
        IF i % 500 = 0 THEN COMMIT; END IF;
    END LOOP;
END \$\$"
on without pg_dump --format=custom --file="$work/source.dump" source
on without dropdb source
for order in 'without schemaver' 'schemaver without' 'without schemaver'; do
    for database in $order; do
        on "$database" createdb restored
        [ "$database" = without ] || on schemaver psql -Xq -d restored -c 'CREATE EXTENSION schemaver'
        on "$database" /usr/bin/env time -o "$work/one" -f %e pg_restore --dbname=restored "$work/source.dump"
        cat "$work/one" >>"$work/restore.$database"
        on "$database" dropdb restored
    done
done
report "pg_restore, $restore_tables tables" s "$work/restore.without" "$work/restore.schemaver"
