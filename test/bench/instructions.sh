#!/usr/bin/env bash
# What recording costs in instructions: those that the server process executes in user mode for the same statements without
# the extension and with it, counted by valgrind. They come out the same in every run, however noisy the machine is.
#
#     SCRIPTS='ddl query' PROFILE=/tmp/profiles test/bench/instructions.sh     (ddl restore temporary migration query write; no profiles)
#
# Each script runs FEW times and MANY times in new sessions; the difference is the cost of MANY - FEW, without that of
# starting up. "Of the library": those of its own code, without what it has the server do. With PROFILE set, callgrind's
# files of the longer runs are kept there, for callgrind_annotate. Beside it: the extension with capture off ("idle"), an
# audit trigger in plpgsql, and pgaudit with log = ddl where Debian has it; SERVERS leaves some out.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${1:-}" != --inside ]; then
    test/install-packages bench
    results=$(mktemp -d)
    trap 'rm -rf "$results"' EXIT
    servers=(${SERVERS:-idle plpgsql pgaudit schemaver})
    for name in without "${servers[@]}"; do
        options=(--conf autovacuum=off)
        case $name in
            pgaudit)
                [ -e "$("${PG_CONFIG:-pg_config}" --pkglibdir)/pgaudit.so" ] || { echo 'pgaudit: NOT INSTALLED' && continue; }
                options+=(--conf shared_preload_libraries=pgaudit --conf pgaudit.log=ddl)
                ;;
            idle | schemaver) options+=(--preload) ;;
        esac
        test/with-server "${options[@]}" -- "$0" --inside "$results" "$name"
        [ "$name" = without ] || paste -d ' ' "$results"/{without,"$name"} | awk -v name="$name" '
            BEGIN { printf "| %-40s | %12s | %12s | %6s | %18s |\n|---|---|---|---|---|\n", "instructions, in thousands", "without", name, "ratio", "of the library" }
            { gsub("_", " ", $1)
              printf "| %-40s | %12.1f | %12.1f | %6.3f | %8.1f (%5.2f %%) |\n", $1, $2 / 1000, $5 / 1000, $5 / $2, $6 / 1000, 100 * $6 / $2 }'
    done
    exit
fi
. test/functions.sh
results=$2 name=$3
work=$(mktemp -d)
chmod 755 "$work"
mkdir "$work/counts"
chmod 777 "$work/counts"
trap 'rm -rf "$work"' EXIT
data=$(psql -XAtqc 'SHOW data_directory')
bindir=$("$PG_CONFIG" --bindir)

# restart_with SERVER: the server, started by way of another program
restart_with() {
    (cd / && as_server "$bindir/pg_ctl" -D "$data" --log="$data/../log" --silent --wait -t 300 -p "$1" restart)
}
cat >"$work/counting" <<SH
#!/bin/sh
exec valgrind --quiet --tool=callgrind --trace-children=yes --callgrind-out-file=$work/counts/%p "$bindir/postgres" "\$@"
SH
chmod 755 "$work/counting"

createdb bench
psql -Xq -d bench -c 'CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL)' \
    -c 'INSERT INTO accounts SELECT i, 0 FROM generate_series(1, 10000) AS i' -c 'VACUUM ANALYZE'
case $name in
    plpgsql) psql -Xq -d bench -f test/bench/audit.sql ;;
    pgaudit) psql -Xq -d bench -c 'CREATE EXTENSION pgaudit' ;;
    idle) psql -Xq -d bench -c 'CREATE EXTENSION schemaver' -c 'ALTER SYSTEM SET schemaver.capture = off' ;;
    schemaver) psql -Xq -d bench -c 'CREATE EXTENSION schemaver' ;;
esac

# statements SCRIPT TIMES
statements() {
    local i
    [ "$1" != migration ] || echo 'BEGIN;'
    for i in $(seq "$2"); do
        case $1 in
            ddl | migration)
                echo "CREATE TABLE t$2_$i (id bigint PRIMARY KEY, name text NOT NULL, state text CHECK (state IN ('a', 'b')));"
                echo "ALTER TABLE t$2_$i ADD COLUMN at timestamptz DEFAULT now();"
                echo "CREATE INDEX ON t$2_$i (name);"
                echo "DROP TABLE t$2_$i;"
                ;;
            restore)
                echo "CREATE TABLE r$2_$i (id integer NOT NULL, a text DEFAULT 'x'::text NOT NULL, b integer, c timestamptz DEFAULT now(), d varchar(20), e numeric(10,2), f boolean, CONSTRAINT r$2_${i}_b_check CHECK ((b > 0)));"
                echo "ALTER TABLE r$2_$i OWNER TO postgres;"
                echo "CREATE SEQUENCE r$2_${i}_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;"
                echo "ALTER SEQUENCE r$2_${i}_id_seq OWNER TO postgres;"
                echo "ALTER SEQUENCE r$2_${i}_id_seq OWNED BY r$2_$i.id;"
                echo "ALTER TABLE ONLY r$2_$i ALTER COLUMN id SET DEFAULT nextval('r$2_${i}_id_seq'::regclass);"
                echo "ALTER TABLE ONLY r$2_$i ADD CONSTRAINT r$2_${i}_pkey PRIMARY KEY (id);"
                echo "CREATE INDEX r$2_${i}_a_idx ON r$2_$i USING btree (a);"
                ;;
            temporary)
                echo 'CREATE TEMPORARY TABLE passing (id bigint, name text);'
                echo 'DROP TABLE passing;'
                ;;
            query) echo "SELECT balance FROM accounts WHERE id = $i;" ;;
            write) echo "UPDATE accounts SET balance = balance + 1 WHERE id = $i;" ;;
        esac
    done
    [ "$1" != migration ] || echo 'COMMIT;'
}

# instructions SCRIPT TIMES: of the session that runs it; and those of them that are the library's own
instructions() {
    local process
    dropdb --if-exists copy 2>/dev/null && createdb --template=bench copy
    {
        echo 'SELECT pg_backend_pid();'
        statements "$1" "$2"
    } >"$work/script.sql"
    process=$(psql -XAtq -v ON_ERROR_STOP=1 -d copy -f "$work/script.sql" | sed -n 1p)
    while ! grep -s '^summary' "$work/counts/$process" >"$work/summary"; do sleep 0.2; done
    sed 's/.* //' "$work/summary"
    callgrind_annotate --threshold=100 "$work/counts/$process" |
        awk '/schemaver\.so\]$/ { gsub(",", "", $1); own += $1 } END { print own + 0 }'
    [ -z "${PROFILE:-}" ] || { mkdir -p "$PROFILE" && cp "$work/counts/$process" "$PROFILE/$1.$name"; }
}

restart_with "$work/counting"
for script in ${SCRIPTS:-ddl restore temporary migration query write}; do
    few=10 many=50 statements=1
    case $script in
        ddl) statements=4 title=a_DDL_statement,_a_commit_each ;;
        restore) statements=8 title=a_statement_of_pg_restore ;;
        temporary) title=a_temporary_table,_made_and_dropped ;;
        migration) statements=4 title=a_DDL_statement_of_a_long_transaction ;;
        query) few=100 many=1100 title=a_query ;;
        write) few=100 many=1100 title=a_small_write ;;
    esac
    first=($(instructions "$script" "$few"))
    second=($(instructions "$script" "$many"))
    times=$(((many - few) * statements))
    echo "$title $(((second[0] - first[0]) / times)) $(((second[1] - first[1]) / times))" >>"$results/$name"
done
restart_with "$bindir/postgres"
