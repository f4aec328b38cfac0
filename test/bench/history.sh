#!/usr/bin/env bash
# What it costs to read a long history: the views and functions on a ledger of 100,000 commits, 300,000 changes of
# 1,000 tables. Prints the median of the rounds, in milliseconds, and beside that of describe() its bar. COMMITS=5000 for a
# quick look.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${1:-}" != --here ]; then exec test/with-server -- "$0" --here; fi

commits=${COMMITS:-100000}
rounds=5
psql -Xq -v ON_ERROR_STOP=1 -v commits=$commits <<'SQL'
CREATE EXTENSION schemaver;
CREATE TABLE people (id integer PRIMARY KEY, name text);
DO $$ BEGIN FOR i IN 1 .. 50 LOOP
    EXECUTE format('ALTER TABLE people ADD COLUMN c%s text', i);
END LOOP; END $$;
DO $$ BEGIN FOR i IN 1 .. 50 LOOP
    EXECUTE format('ALTER TABLE people ALTER COLUMN c%s TYPE varchar(%s)', i, i);
    COMMIT;
END LOOP; END $$;
INSERT INTO schemaver.commit
SELECT timeline, 1000 + i, (i + 1000000)::text::xid8, now() + i * interval '1 second', 'ddl', 'bench', 'psql',
       NULL, NULL, NULL, 1, 3, NULL, NULL
FROM schemaver.current_timelines(), generate_series(1, :commits) AS i;
INSERT INTO schemaver.command
SELECT timeline, (i + 1000000)::text::xid8, 1, now(), 'ALTER TABLE', 'bench',
       ARRAY['table public.bench_' || i % 1000], NULL, NULL
FROM schemaver.current_timelines(), generate_series(1, :commits) AS i;
INSERT INTO schemaver.change
SELECT h.timeline, 1000 + i, n, CASE WHEN i <= 1000 THEN 'added' ELSE 'modified' END,
       (ARRAY['table', 'index', 'view'])[n], 'public.bench_' || i % 1000, 'public', NULL,
       CASE WHEN i > 1000 THEN h.digest_after END, h.digest_after, 1259, 1000000 + i % 1000 + 1000 * n, 1, n > 1
FROM (SELECT * FROM schemaver.change WHERE identity = 'public.people' ORDER BY commit LIMIT 1) AS h,
     generate_series(1, :commits) AS i, generate_series(1, 3) AS n;
VACUUM ANALYZE;
SQL

# time_of QUERY: the median over the rounds, each in a new session, after a query that loads the library
time_of() {
    local query=$1
    for _ in $(seq "$rounds"); do
        psql -Xq -At -c 'SELECT count(*) FROM schemaver.timelines' -c '\timing on' -c "$query" |
            sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p'
    done | sort -n | awk -v query="$query" '{ v[NR] = $1 } END { printf "%9.1f ms  %s\n", v[int((NR + 1) / 2)], query }'
}
# with_bar MILLISECONDS QUERY: by the server's own clock, as a session's first query loads the library
with_bar() {
    local bar=$1 query=$2
    for _ in $(seq "$rounds"); do printf 'EXPLAIN (ANALYZE, TIMING OFF, SUMMARY) %s;\n' "$query"; done | psql -Xq -At |
        sed -n 's/^Execution Time: \([0-9.]*\) ms$/\1/p' | sort -n |
        awk -v bar="$bar" -v query="$query" '{ v[NR] = $1 } END { m = v[int((NR + 1) / 2)]
            printf "%9.1f ms  <= %s ms %s  %s\n", m, bar, m <= bar + 0 ? "held" : "NOT held", query }'
}
middle=$((1000 + commits / 2))
with_bar 10 "SELECT schemaver.describe('table', 'public.people', 'commit:$middle')"
with_bar 10 "SELECT schemaver.describe('table', 'public.bench_7', 'commit:$middle')"
with_bar 10 "SELECT schemaver.describe('table', 'public.bench_7', 'head')"
time_of 'SELECT * FROM schemaver.log LIMIT 20'
time_of 'SELECT * FROM schemaver.log WHERE commit = '$middle
time_of 'SELECT * FROM schemaver.commands LIMIT 20'
time_of 'SELECT * FROM schemaver.commands WHERE commit = '$middle
time_of 'SELECT * FROM schemaver.changes LIMIT 20'
time_of 'SELECT * FROM schemaver.changes WHERE commit = '$middle
time_of "SELECT * FROM schemaver.history('public.people')"
time_of "SELECT * FROM schemaver.history('people')"
time_of "SELECT * FROM schemaver.history('bench_7', 'table')"
time_of "SELECT * FROM schemaver.blame('people')"
time_of 'SELECT count(*) FROM schemaver.log'
time_of 'SELECT count(*) FROM schemaver.changes'
