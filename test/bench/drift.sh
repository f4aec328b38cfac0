#!/usr/bin/env bash
# What a check for drift costs where nothing has changed since the last one, with the ledger and one baseline to compare with,
# beside pg_dump -s of the same database. TABLES=1000 for a quick look. The bar is that of an unchanged fingerprint: 100 times as
# fast. A worker's check is the first of its session, and reads everything.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${1:-}" != --here ]; then exec test/with-server --conf max_locks_per_transaction=512 -- "$0" --here; fi

tables=${TABLES:-10000}
rounds=5
psql -Xq -v ON_ERROR_STOP=1 <<SQL
CREATE TABLE owners (id integer PRIMARY KEY);
DO \$\$ BEGIN FOR i IN 1 .. $tables LOOP
    EXECUTE format('CREATE TABLE t%s (id integer PRIMARY KEY, owner integer REFERENCES owners, name varchar(50) NOT NULL,
        email text, born date, weight numeric(10, 2) DEFAULT 0, state text CHECK (state IN (''a'', ''b'')), at timestamptz DEFAULT now());
        CREATE INDEX ON t%s (owner); CREATE INDEX ON t%s (name, born)', i, i, i);
    IF i % 100 = 0 THEN COMMIT; END IF;
END LOOP; END \$\$;
CREATE EXTENSION schemaver;
SELECT schemaver.set_baseline('production') \g /dev/null
VACUUM ANALYZE;
CHECKPOINT;
SQL

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
dump=$(for _ in 1 2 3; do
    from=$(date +%s%N)
    pg_dump -s -f /dev/null -N schemaver
    echo $((($(date +%s%N) - from) / 1000))
done | median)
checks=$({ echo '\timing on'; for _ in $(seq $((rounds + 1))); do echo 'SELECT schemaver.find_drift(NULL);'; done; } | psql -Xq -At |
    sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p')
first=$(head -n 1 <<<"$checks") unchanged=$(tail -n "$rounds" <<<"$checks" | median)
echo '| tables | pg_dump -s | first check of a session | unchanged check | bar: 100 × |'
echo '|---|---|---|---|---|'
awk -v tables="$tables" -v dump="$dump" -v first="$first" -v unchanged="$unchanged" 'BEGIN {
    printf "| %d | %.0f ms | %.1f ms | %.1f ms: %.0f × | %s |\n", tables, dump / 1000, first, unchanged, dump / 1000 / unchanged,
        (dump / 1000 < 100 * unchanged ? "NOT held" : "held") }'
