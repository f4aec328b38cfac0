#!/usr/bin/env bash
# A fingerprint against pg_dump -s of the same database, in one run. TABLES (default 2000) says how many.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${1:-}" != --here ]; then exec test/with-server --conf max_locks_per_transaction=20000 -- "$0" --here; fi

tables=${TABLES:-2000}
psql -Xq -c 'CREATE EXTENSION schemaver' -c 'SET schemaver.capture = off' -c "
DO \$\$
BEGIN
    FOR i IN 1..$tables LOOP
        EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY, a text NOT NULL DEFAULT ''x'', b int CHECK (b > 0),
            c timestamptz DEFAULT now(), d varchar(20), e numeric(10,2), f boolean, g int REFERENCES t%s)', i,
            greatest(i - 1, 1));
        EXECUTE format('CREATE INDEX ON t%s (a)', i);
        EXECUTE format('CREATE INDEX ON t%s (d)', i);
    END LOOP;
END \$\$"

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
seconds() {
    local started=$EPOCHREALTIME
    "$@" >/dev/null
    awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }'
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for _ in 1 2 3 4 5; do
    seconds pg_dump -s >>"$work/dump"
    seconds psql -Xqc 'SELECT schemaver.fingerprint()' >>"$work/fingerprint"
done
awk -v tables="$tables" -v a="$(median <"$work/dump")" -v b="$(median <"$work/fingerprint")" \
    'BEGIN { printf "%d tables: pg_dump -s %.2f s, fingerprint %.2f s, %.1f times as fast\n", tables, a, b, a / b }'
