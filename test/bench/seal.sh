#!/usr/bin/env bash
# How long seal() and verify_ledger() take over a ledger of COMMITS commits (100,000), and how much memory the server
# process takes of its own: for two sizes, which shows how both grow.
set -euo pipefail
cd "$(dirname "$0")/../.."

measure() {
    psql -X -q -d "$1" -c 'CREATE EXTENSION schemaver'
    psql -X -q -d "$1" -v ON_ERROR_STOP=1 -v commits="$2" -f test/bench/seal.sql
    psql -X -q -d "$1" -c 'VACUUM ANALYZE' -c CHECKPOINT
    psql -X -q -At -d "$1" -v ON_ERROR_STOP=1 -v commits="$2" <<'SQL'
SELECT pg_backend_pid() AS pid, clock_timestamp() AS started \gset
\setenv BACKEND :pid
SELECT count(*) FROM (SELECT schemaver.seal()) AS seal \g /dev/null
SELECT clock_timestamp() AS sealed \gset
SELECT finding FROM schemaver.verify_ledger() \gset
SELECT clock_timestamp() AS verified \gset
\set memory `awk '/RssAnon/ { print int($2 / 1024) }' /proc/$BACKEND/status`
\set cpu `awk '{ print ($14 + $15) / 100 }' /proc/$BACKEND/stat`
SELECT format('| %s | %s s | %s s | %s s | %s MiB | %s |', :commits,
              round(extract(epoch FROM :'sealed'::timestamptz - :'started'), 2),
              round(extract(epoch FROM :'verified'::timestamptz - :'sealed'), 2), :'cpu', :'memory', :'finding');
SQL
}

if [ "${1:-}" != --measure ]; then
    exec test/with-server --conf shared_buffers=512MB -- "$0" --measure
fi
commits=${COMMITS:-100000}
echo '| commits | seal() | verify_ledger() | CPU time of both | memory of the process | finding |'
echo '|---|---|---|---|---|---|'
for count in $((commits / 10)) "$commits"; do
    createdb -T template0 "seal$count"
    measure "seal$count" "$count"
done
