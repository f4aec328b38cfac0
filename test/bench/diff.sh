#!/usr/bin/env bash
# What it costs to compare and to look back: the difference of two versions in a large schema, and one object in a
# long history. Prints medians, in milliseconds, of the server's own time (EXPLAIN ANALYZE), within one session.
# TABLES=1000 COMMITS=2000 for a quick look.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${1:-}" != --here ]; then
    exec test/with-server --conf max_locks_per_transaction=20000 --conf shared_buffers=1GB -- "$0" --here
fi

tables=${TABLES:-10000}
commits=${COMMITS:-100000}
rounds=21

run() { psql -X -q -v ON_ERROR_STOP=1 -d bench "$@"; }

# milliseconds STATEMENT: the median of the rounds
milliseconds() {
    for _ in $(seq "$rounds"); do
        printf 'EXPLAIN (ANALYZE, TIMING OFF, SUMMARY) %s;\n' "$1"
    done | run -At | sed -n 's/^Execution Time: \([0-9.]*\) ms$/\1/p' | sort -n |
        awk '{ v[NR] = $1 } END { printf "%.2f\n", v[int((NR + 1) / 2)] }'
}

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
printf '%s tables, 10 of them changed between v1 and v2:\n' "$tables"
for statement in "SELECT * FROM schemaver.diff('v1', 'v2')" "SELECT * FROM schemaver.diff('v2', 'v1')" \
    "SELECT schemaver.compatibility('v1', 'v2')" "SELECT schemaver.changelog('v1', 'v2')" \
    "SELECT schemaver.describe('table', 'public.t1', 'v1')" "SELECT * FROM schemaver.diff('v1', 'live')"; do
    printf '  %8s ms  %s\n' "$(milliseconds "$statement")" "$statement"
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
    printf '  %8s ms  %s\n' "$(milliseconds "$statement")" "$statement"
done

run -At -c "SELECT format('A version of a schema that has not changed takes %s bytes.',
                          (pg_column_size(r) + 24)) FROM schemaver.ref AS r WHERE name = 'v3'"
