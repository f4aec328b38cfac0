#!/usr/bin/env bash
# What recording costs: the same DDL in a database with the extension and in ones without, turn by turn in one run,
# so that the ratios hold on a noisy machine. Prints medians of the rounds, as ratios to no extension.
#
#     ROUNDS=9 RESTORE=10000 test/bench/ddl.sh       (7 rounds and a restore of 10,000 tables unless told otherwise)
#
# Compared with: an audit trigger in plpgsql such as a user would write, and pgaudit with log = ddl where Debian has
# it. Twice: on a server that is set up as initdb does it, so a commit waits for the disk; and with fsync off, where
# nothing but the processor's work is left. schemaver keeps each object's definition before and after; the others keep
# the command.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${ROUNDS:-7}
restore_tables=${RESTORE:-10000}

# The server with schemaver first; inside it one with pgaudit, as both would hang into each other's commands.
if [ "${1:-}" != --here ]; then
    major=$(test/install-packages --major)
    test/install-packages bench
    for durable in on off; do
        printf '\nfsync %s\n' "$durable"
        settings=(--conf "fsync=$durable" --conf "full_page_writes=$durable" --conf max_wal_size=8GB
            --conf max_locks_per_transaction=2000)
        test/with-server --preload "${settings[@]}" -- env DURABLE="$durable" "$0" --here schemaver
        if [ -e "$(pg_config --pkglibdir)/pgaudit.so" ]; then
            test/with-server --conf shared_preload_libraries=pgaudit "${settings[@]}" -- "$0" --here pgaudit
        else
            echo "pgaudit: not installed (Debian's postgresql-$major-pgaudit), so not compared"
        fi
    done
    exit
fi

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

cat >"$work/audit.sql" <<'SQL'
CREATE TABLE ddl_audit (at timestamptz DEFAULT now(), who text DEFAULT session_user, tag text, kind text,
    identity text, query text);
CREATE FUNCTION audit_command() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE command record;
BEGIN
    FOR command IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
        INSERT INTO ddl_audit (tag, kind, identity, query)
        VALUES (command.command_tag, command.object_type, command.object_identity, current_query());
    END LOOP;
END $$;
CREATE FUNCTION audit_drop() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE dropped record;
BEGIN
    FOR dropped IN SELECT * FROM pg_event_trigger_dropped_objects() LOOP
        INSERT INTO ddl_audit (tag, kind, identity, query)
        VALUES (tg_tag, dropped.object_type, dropped.object_identity, current_query());
    END LOOP;
END $$;
CREATE EVENT TRIGGER audit_command ON ddl_command_end EXECUTE FUNCTION audit_command();
CREATE EVENT TRIGGER audit_drop ON sql_drop EXECUTE FUNCTION audit_drop();
SQL

# milliseconds DATABASE SCRIPT TRANSACTIONS: the mean time of one transaction
milliseconds() {
    pgbench -n -f "$work/$2.sql" -t "$3" "$1" 2>/dev/null | sed -n 's/^latency average = \([0-9.]*\) ms$/\1/p'
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

createdb without
pgbench -i -q without 2>/dev/null
databases=(without "$2")
createdb --template=without "$2"
if [ "$2" = pgaudit ]; then
    psql -Xq -d pgaudit -c 'CREATE EXTENSION pgaudit' -c "ALTER DATABASE pgaudit SET pgaudit.log = 'ddl'"
else
    databases+=(plpgsql)
    createdb --template=without plpgsql
    psql -Xq -d plpgsql -f "$work/audit.sql"
    psql -Xq -d schemaver -c 'CREATE EXTENSION schemaver'
fi

scripts=('ddl 100' 'temporary 300' 'migration 1')
[ "$2" = pgaudit ] || scripts+=('query 4000' 'write 300')
for script in "${scripts[@]}"; do
    read -r name transactions <<<"$script"
    for _ in $(seq "$rounds"); do
        for database in "${databases[@]}"; do
            milliseconds "$database" "$name" "$transactions" >>"$work/$name.$database"
        done
    done
    title=$name
    [ "$name" != ddl ] || title='ddl: 4 statements, 4 commits'
    [ "$name" != migration ] || title='migration: 1000 in one'
    report "$title" ms "$work/$name.without" "${databases[@]/#/$work/$name.}" | tail -n +2
done
if [ "$2" = schemaver ]; then
    awk -v one="$(median "$work/migration.schemaver")" -v four="$(median "$work/ddl.schemaver")" 'BEGIN {
        printf "%-28s %.3f ms each; 1000 alone %.3f ms each: ratio %.2f\n", "a statement of the migration",
            one / 1000, four / 4, one / four / 250 }'
fi

# pg_restore of many tables, with capture on.
[ "$2" = schemaver ] && [ "$restore_tables" -gt 0 ] || exit 0
createdb source
psql -Xq -d source -c "
DO \$\$
BEGIN
    FOR i IN 1..$restore_tables LOOP
        EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY, a text NOT NULL DEFAULT %L, b int CHECK (b > 0),
            c timestamptz DEFAULT now(), d varchar(20), e numeric(10,2), f boolean)', i, 'x');
        EXECUTE format('CREATE INDEX ON t%s (a)', i);
        IF i % 500 = 0 THEN COMMIT; END IF;
    END LOOP;
END \$\$"
pg_dump --format=custom --file="$work/source.dump" source
for _ in 1 2 3; do
    for database in plain recorded; do
        createdb "restored_$database"
        [ "$database" = plain ] || psql -Xq -d restored_recorded -c 'CREATE EXTENSION schemaver'
        /usr/bin/env time -o "$work/one" -f %e pg_restore --dbname="restored_$database" "$work/source.dump"
        cat "$work/one" >>"$work/restore.$database"
        dropdb "restored_$database"
    done
done
report "pg_restore, $restore_tables tables" s "$work/restore.plain" "$work/restore.recorded"
