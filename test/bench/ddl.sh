#!/usr/bin/env bash
# What recording costs: the same DDL in a database with the extension and in one without, turn by turn on one
# server, so that the ratio holds on a noisy machine. Prints medians of the rounds and their ratio.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${1:-}" != --here ]; then exec test/with-server -- "$0" --here; fi

rounds=7
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
createdb without
createdb with
psql -Xq -d with -c 'CREATE EXTENSION schemaver'

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
SELECT count(*) FROM pg_class WHERE relkind = 'r';
SQL

# milliseconds DATABASE SCRIPT TRANSACTIONS: the mean time of one transaction
milliseconds() {
    pgbench -n -f "$work/$2.sql" -t "$3" "$1" 2>/dev/null | sed -n 's/^latency average = \([0-9.]*\) ms$/\1/p'
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for script in 'ddl 150' 'temporary 300' 'query 1000'; do
    read -r name transactions <<<"$script"
    for _ in $(seq "$rounds"); do
        for database in without with; do
            milliseconds "$database" "$name" "$transactions" >>"$work/$name.$database"
        done
    done
    without=$(median <"$work/$name.without")
    with=$(median <"$work/$name.with")
    awk -v name="$name" -v a="$without" -v b="$with" \
        'BEGIN { printf "%-10s without %.3f ms, with %.3f ms, ratio %.3f\n", name, a, b, b / a }'
done
