#!/usr/bin/env bash
# What it costs to compare and to look back: the difference of two versions in a large schema, and one object in a
# long history. Prints medians, in milliseconds, of the server's own time (EXPLAIN ANALYZE), within one session, and
# beside each its bar and whether it is held. TABLES=1000 VERSIONS=100 COMMITS=2000 for a quick look.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${1:-}" != --here ]; then
    exec test/with-server --conf max_locks_per_transaction=20000 --conf shared_buffers=1GB -- "$0" --here
fi

tables=${TABLES:-10000}
versions=${VERSIONS:-1000}
commits=${COMMITS:-100000}
rounds=21
bar_ms=10      # a difference of 10 changes; one object in a long history
bar_bytes=1024 # a version of a schema that has not changed

run() { psql -X -q -v ON_ERROR_STOP=1 -d bench "$@"; }

# milliseconds STATEMENT: the median of the rounds
milliseconds() {
    for _ in $(seq "$rounds"); do
        printf 'EXPLAIN (ANALYZE, TIMING OFF, SUMMARY) %s;\n' "$1"
    done | run -At | sed -n 's/^Execution Time: \([0-9.]*\) ms$/\1/p' | sort -n |
        awk '{ v[NR] = $1 } END { printf "%.2f\n", v[int((NR + 1) / 2)] }'
}

# beside_bar FIGURE BAR UNIT WHAT
beside_bar() {
    awk -v figure="$1" -v bar="$2" -v unit="$3" -v what="$4" 'BEGIN {
        printf "  %8s %s  <= %s %s %-8s  %s\n", figure, unit, bar, unit, figure <= bar + 0 ? "held" : "NOT held", what }'
}

timed() { beside_bar "$(milliseconds "$1")" "$bar_ms" ms "$1"; }
no_bar() { printf '  %8s ms  %19s %s\n' "$(milliseconds "$1")" '' "$1"; }

createdb bench
run <<SQL
SELECT format('CREATE TABLE t%s (id bigint PRIMARY KEY, name text NOT NULL, state text CHECK (state IN (''a'', ''b'')),
    at timestamptz DEFAULT now(), amount numeric(12, 2), note text, parent bigint, flags integer DEFAULT 0)', i)
FROM generate_series(1, $tables) AS i \gexec
CREATE EXTENSION schemaver;
SELECT schemaver.tag('v1') AS fingerprint \gset
SELECT format('ALTER TABLE t%s ADD COLUMN extra text', i * $tables / 10) FROM generate_series(1, 10) AS i \gexec
SELECT schemaver.tag('v2') AS fingerprint \gset
ANALYZE;
SQL
# A year of daily versions, and more, of a schema that has not changed: how large they are, and what they cost a diff.
size_of_versions() {
    run -At -c "SELECT pg_relation_size('schemaver.ref') + pg_indexes_size('schemaver.ref')
        + pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'schemaver.ref'::regclass"
}
before=$(size_of_versions)
run >/dev/null <<SQL
SELECT schemaver.tag('daily-0', 'as it is every day');
-- The others are that one under other names: tag() itself compares the live schema with the ledger each time.
INSERT INTO schemaver.ref SELECT timeline, kind, 'daily-' || i, number, action, commit, snapshot, at, who, database,
    server_version, revision, migrations, fingerprint, objects, description, kept
FROM schemaver.ref, generate_series(1, $versions - 1) AS i WHERE name = 'daily-0';
ANALYZE;
SQL
printf '%s versions of an unchanged schema of %s tables, each:\n' "$versions" "$tables"
beside_bar $((($(size_of_versions) - before) / versions)) "$bar_bytes" bytes 'in table and index'

printf '%s tables, 10 of them changed between v1 and v2, with %s versions:\n' "$tables" "$versions"
timed "SELECT * FROM schemaver.diff('v1', 'v2')"
timed "SELECT * FROM schemaver.diff('v2', 'v1')"
for statement in "SELECT schemaver.compatibility('v1', 'v2')" "SELECT schemaver.changelog('v1', 'v2')" \
    "SELECT schemaver.describe('table', 'public.t1', 'v1')" "SELECT * FROM schemaver.diff('v1', 'live')"; do
    no_bar "$statement"
done

# A long history is made of comments: a commit each, on a few tables in turn.
for i in $(seq "$commits"); do
    printf "COMMENT ON TABLE t%s IS '%s';\n" $((i % 100 + 1)) "$i"
done | run
run -c 'ANALYZE' -c "SELECT schemaver.tag('v3')" >/dev/null
middle=$(run -At -c "SELECT commit FROM schemaver.log ORDER BY commit OFFSET $((commits / 2)) LIMIT 1")
printf '%s commits later:\n' "$commits"
for statement in "SELECT schemaver.describe('table', 'public.t1', 'commit:$middle')" \
    "SELECT schemaver.describe('table', 'public.t1', 'v3')" "SELECT schemaver.describe('table', 'public.t1', 'head')" \
    "SELECT * FROM schemaver.diff('v1', 'v2')" "SELECT * FROM schemaver.diff('head~10', 'head')"; do
    timed "$statement"
done
