# Dry runs beside others: nobody waits for long, a cancel ends it and undoes all; and what is tried, of every kind, leaves
# no trace in dumps, in the ledger, and in what the session has.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dry_run');
$node->init;
$node->start;
my $everything = <<'SQL';
CREATE ROLE trial_role;
CREATE SCHEMA s AUTHORIZATION trial_role;
CREATE TYPE s.mood AS ENUM ('sad', 'ok');
ALTER TYPE s.mood ADD VALUE 'happy';
CREATE DOMAIN s.positive AS integer CHECK (VALUE > 0);
CREATE TYPE s.pair AS (a integer, b text);
CREATE TYPE s.span AS RANGE (subtype = float8);
CREATE SEQUENCE s.numbers;
CREATE TABLE s.people (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, feels s.mood, age s.positive,
    twice integer GENERATED ALWAYS AS (2 * 3) STORED, number integer DEFAULT nextval('s.numbers'));
CREATE TABLE s.log (at date NOT NULL, who integer REFERENCES s.people) PARTITION BY RANGE (at);
CREATE TABLE s.log_1 PARTITION OF s.log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX ON s.log (at);
CREATE STATISTICS s.together ON id, name FROM s.people;
CREATE VIEW s.names AS SELECT name FROM s.people;
CREATE MATERIALIZED VIEW s.counted AS SELECT count(*) FROM s.people;
CREATE FUNCTION s.stamp() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $f$;
CREATE TRIGGER stamp BEFORE INSERT ON s.people FOR EACH ROW EXECUTE FUNCTION s.stamp();
CREATE RULE nothing AS ON DELETE TO s.people DO INSTEAD NOTHING;
CREATE POLICY mine ON s.people USING (name = current_user);
ALTER TABLE s.people ENABLE ROW LEVEL SECURITY;
CREATE AGGREGATE s.total (integer) (SFUNC = int4pl, STYPE = integer);
CREATE FUNCTION s.near(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN $1 = $2;
CREATE OPERATOR s.~~~ (FUNCTION = s.near, LEFTARG = integer, RIGHTARG = integer);
CREATE COLLATION s.plain FROM "C";
CREATE CAST (s.pair AS text) WITH INOUT;
CREATE TEXT SEARCH CONFIGURATION s.words (COPY = simple);
CREATE FOREIGN DATA WRAPPER trial_wrapper;
CREATE SERVER trial_server FOREIGN DATA WRAPPER trial_wrapper;
CREATE USER MAPPING FOR CURRENT_USER SERVER trial_server OPTIONS (password 'secret');
CREATE FOREIGN TABLE s.far (a integer) SERVER trial_server;
CREATE PUBLICATION trial_publication FOR TABLE s.people;
CREATE FUNCTION s.tell() RETURNS event_trigger LANGUAGE plpgsql AS $f$ BEGIN END $f$;
CREATE EVENT TRIGGER trial_trigger ON ddl_command_end EXECUTE FUNCTION s.tell();
COMMENT ON TABLE s.people IS 'people';
GRANT SELECT ON ALL TABLES IN SCHEMA s TO trial_role;
ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO PUBLIC;
INSERT INTO s.people (name, feels) VALUES ('ann', 'ok');
INSERT INTO s.log VALUES ('2026-02-02', 1);
REFRESH MATERIALIZED VIEW s.counted;
SELECT lo_create(4711);
ALTER TABLE s.people ALTER COLUMN number TYPE bigint;
CLUSTER s.people USING people_pkey;
REINDEX TABLE s.log_1;
ALTER ROLE trial_role SET work_mem = '64MB';
ALTER DATABASE postgres SET work_mem = '64MB';
SQL

$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION schemaver;
CREATE TABLE kept (id integer PRIMARY KEY, name text);
INSERT INTO kept SELECT n, 'kept ' || n FROM generate_series(1, 1000) AS n;
CREATE VIEW kept_names AS SELECT name FROM kept;
SQL

sub trace
{
	my $dump = "$PostgreSQL::Test::Utils::tmp_check/dump";
	command_ok([ 'pg_dump', '-f', $dump, $node->connstr('postgres') ], 'pg_dump') or return;
	my $roles = "$PostgreSQL::Test::Utils::tmp_check/roles";
	command_ok([ 'pg_dumpall', '-g', '-f', $roles, '-d', $node->connstr('postgres') ], 'pg_dumpall -g') or return;
	# Minor versions since 2025 write a random key into dumps.
	my $texts = slurp_file($dump) . slurp_file($roles);
	$texts =~ s/^\\(un)?restrict .*\n//mg;
	my $tables = $node->safe_psql('postgres', <<'SQL');
SELECT format('SELECT %L, count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM %s AS t', oid::regclass, oid::regclass)
FROM pg_class WHERE relnamespace = 'schemaver'::regnamespace AND relkind IN ('r', 'S') ORDER BY relname
\gexec
SELECT schemaver.fingerprint(), (SELECT count(*) FROM pg_largeobject_metadata);
SQL
	return "$texts\n$tables";
}

my $before = trace();
my $result = $node->safe_psql('postgres', <<"SQL");
SELECT number, statement, message FROM schemaver.dry_run(\$script\$$everything\$script\$) WHERE outcome <> 'ok';
SELECT outcome, cardinality(changes) > 30 FROM schemaver.dry_run(\$script\$$everything\$script\$) WHERE number IS NULL;
SQL
is($result, 'ok|t', 'something of every kind runs');
is(trace(), $before, 'and leaves no trace');

# Now that it is there, what takes it away is tried.
$node->safe_psql('postgres', $everything);
$before = trace();
is($node->safe_psql('postgres', <<'SQL'), "ok|t\n0", 'dropping all of it runs, and the ledger still agrees');
SELECT outcome, cardinality(changes) > 30 FROM schemaver.dry_run('DROP EVENT TRIGGER trial_trigger; DROP SCHEMA s CASCADE; DROP OWNED BY trial_role;
    DROP SERVER trial_server CASCADE; DROP FOREIGN DATA WRAPPER trial_wrapper; DROP PUBLICATION trial_publication; DROP ROLE trial_role; DROP TABLE kept CASCADE; SELECT lo_unlink(4711)') WHERE number IS NULL;
SELECT count(*) FROM schemaver.diff();
SQL
is(trace(), $before, 'and leaves no trace either');
is($node->safe_psql('postgres', "SELECT number, outcome FROM schemaver.dry_run('DROP EXTENSION schemaver CASCADE; CREATE EXTENSION schemaver; CREATE TABLE x ()')"),
	"1|ok\n2|ok\n3|ok\n|ok", 'schemaver itself may go and come back in a dry run');
is(trace(), $before, 'which leaves no trace either');

# Somebody holds a lock: the dry run gives up, and nobody waits for it for longer than that.
my $holder = $node->background_psql('postgres');
$holder->query_safe('BEGIN; SELECT count(*) FROM kept');
is($node->safe_psql('postgres', "SELECT outcome, sqlstate FROM schemaver.dry_run('CREATE TABLE x (); ALTER TABLE kept ADD COLUMN x integer; SELECT 1', lock_timeout => '100ms') WHERE number IS NOT NULL"),
	"ok|\nerror|55P03\nnot run|", 'a lock that is not to be had in time is an error of its statement');
$holder->query_safe('COMMIT');
is(trace(), $before, 'without a trace');

# A cancel ends it, and is not taken for an error of the script.
my ($output, $error) = ('', '');
my $script = "$PostgreSQL::Test::Utils::tmp_check/cancelled.sql";
append_to_file($script, <<'SQL');
BEGIN;
SELECT * FROM schemaver.dry_run('ALTER TABLE kept ADD COLUMN x integer; SELECT pg_sleep(600)', time_limit => NULL);
ROLLBACK;
SELECT pg_backend_pid() IS NOT NULL, to_regclass('kept');
CREATE TABLE later ();
SQL
my $running = IPC::Run::start([ 'psql', '-XAt', '-f', $script, '-d', $node->connstr('postgres') . ' application_name=tried' ],
	'<', \undef, '>', \$output, '2>', \$error);
$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'tried' AND wait_event = 'PgSleep')");
$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'tried'");
$running->finish;
like($error, qr/canceling statement due to user request/, 'a cancel ends it');
like($output, qr/t\|kept/, 'the session goes on');
is($node->safe_psql('postgres', 'SELECT summary FROM schemaver.log LIMIT 1') =~ /later/ ? 1 : 0, 1, 'and what it does then is recorded');
is($node->safe_psql('postgres', 'SELECT count(*) FROM schemaver.diff()'), '0', 'as diff() says too');

# So does one that comes when the limit of time has passed already: it is not taken for that.
my $late = $node->background_psql('postgres', on_error_stop => 0);
$late->query_until(qr/^$/, <<'SQL');
SELECT count(*) > 0 AS known FROM schemaver.dry_run('SELECT 1') \gset
\echo
SELECT outcome FROM schemaver.dry_run($s$DO $d$ BEGIN PERFORM pg_sleep(600);
    EXCEPTION WHEN query_canceled THEN PERFORM set_config('application_name', 'late', false), pg_sleep(600); END $d$$s$, time_limit => '2s');
SQL
$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'late' AND wait_event = 'PgSleep')");
$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'late'");
$late->query('SELECT 1');
like($late->{stderr}, qr/canceling statement due to user request/, 'nor is one taken for the limit of time that has passed before');
$late->quit;

$holder->quit;
$node->stop;
done_testing();
