#!/usr/bin/env bash
# What launcher and workers cost a server with DATABASES databases (500), the extension in EXTENSIONS of them (50), while
# nothing happens: processor time as a share of one core over SECONDS_TO_MEASURE (120), and the most worker processes at a
# time. The launcher has first got to know every database, ten a second; that is when it has most to do, and the workers are
# counted then. The bars: launcher and workers together under 1 % of a core, two workers at most.
set -euo pipefail
cd "$(dirname "$0")/../.."

ticks() { awk -v from="$2" -v to="$3" '{ sub(/^.*\) /, ""); for (i = from - 2; i <= to - 2; i++) sum += $i } END { print sum }' "/proc/$1/stat"; }
workers() { psql -XqAt -c "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'schemaver worker'"; }

if [ "${1:-}" != --measure ]; then
    exec test/with-server --preload --conf autovacuum=off --conf max_worker_processes=8 --conf log_min_messages=error -- "$0" --measure
fi
databases=${DATABASES:-500} extensions=${EXTENSIONS:-50} seconds=${SECONDS_TO_MEASURE:-120}
psql -Xq -c 'CREATE DATABASE with_extension' && psql -Xq -d with_extension -c 'CREATE EXTENSION schemaver'
for ((i = 1; i < databases; i++)); do
    [ "$i" -lt "$extensions" ] && template=with_extension || template=template0
    echo "CREATE DATABASE d$i TEMPLATE $template STRATEGY file_copy;"
done | psql -Xq
most=0
until=$(($(date +%s) + databases / 10 + 70))
while [ "$(date +%s)" -lt "$until" ]; do
    now=$(workers)
    [ "$now" -le "$most" ] || most=$now
done
postmaster=$(psql -XqAt -c "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")
launcher=$(psql -XqAt -c "SELECT pid FROM pg_stat_activity WHERE backend_type = 'schemaver launcher'")
hertz=$(getconf CLK_TCK)
own=$(ticks "$launcher" 14 15) children=$(ticks "$postmaster" 16 17)
sleep "$seconds"
own=$(($(ticks "$launcher" 14 15) - own)) children=$(($(ticks "$postmaster" 16 17) - children))
share() { awk -v ticks="$1" -v hertz="$hertz" -v seconds="$seconds" 'BEGIN { printf "%.3f %%", 100 * ticks / hertz / seconds }'; }
echo '| databases | with the extension | launcher, of a core | its workers | workers at a time, at most |'
echo '|---|---|---|---|---|'
echo "| $databases | $extensions | $(share "$own") | $(share "$children") | $most |"
awk -v ticks=$((own + children)) -v hertz="$hertz" -v seconds="$seconds" -v most="$most" '
function bar(what, holds) { printf "%-68s %s\n", what, holds ? "met" : "MISSED" }
BEGIN {
    share = 100 * ticks / hertz / seconds
    bar(sprintf("bar 1 %% of a core, launcher and workers: %.3f %%", share), share < 1)
    bar(sprintf("bar 2 workers at a time, at most: %d", most), most <= 2)
}'
