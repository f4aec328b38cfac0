# Nothing that worked before fails because schemaver is there: temporary objects, other event triggers and other
# libraries, locks, prepared transactions, dumps while DDL runs, modes of the server in which nothing is captured.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('good_guest');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
fsync = off
max_prepared_transactions = 10
shared_preload_libraries = 'schemaver,pg_stat_statements,auto_explain'
pg_stat_statements.track = all
auto_explain.log_min_duration = 0
auto_explain.log_nested_statements = on
CONF
$node->start;
my $folder = $PostgreSQL::Test::Utils::tmp_check;
# That an event trigger comes or goes fires no event trigger.
my $differences = "SELECT count(*) FROM schemaver.diff('head', 'live') WHERE kind <> 'event trigger'";

sub sql { return $node->safe_psql('postgres', @_) }

sub agrees { return is(sql($differences), '0', "$_[0]: the ledger agrees") }

# The SQLSTATE that the statements end in, or nothing.
sub sqlstate_of
{
	my ($sql, @options) = @_;
	my (undef, undef, $errors) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$sql", @options);
	return $errors =~ /ERROR:  (\w{5})/ ? $1 : '';
}

sql('CREATE EXTENSION schemaver; CREATE EXTENSION pg_stat_statements');

subtest 'statistics of statements and explained plans have the user\'s own only' => sub {
	sql('SELECT pg_stat_statements_reset()');
	my $offset = -s $node->logfile;
	sql(<<'SQL');
CREATE TABLE noise (id int PRIMARY KEY, name text);
CREATE VIEW noisy AS SELECT * FROM noise;
BEGIN;
ALTER TABLE noise RENAME name TO called;
DO $$ BEGIN EXECUTE 'CREATE INDEX ON noise (called)'; END $$;
COMMIT;
GRANT SELECT ON noise TO PUBLIC;
DROP VIEW noisy;
SQL
	my $statements = sql('SELECT string_agg(query, E\'\n\') FROM pg_stat_statements');
	like($statements, qr/CREATE INDEX ON noise/, 'the user\'s statements are there');
	unlike($statements, qr/schemaver/, 'no statement of ours');
	unlike(substr(slurp_file($node->logfile), $offset), qr/Query Text:.*schemaver/, 'and no plan');
	sql('DROP TABLE noise');
	agrees('statements');
};

subtest 'temporary objects leave no trace' => sub {
	my $counts = 'SELECT (SELECT count(*) FROM schemaver.commit), (SELECT count(*) FROM schemaver.command)';
	my $before = sql($counts);
	sql(<<'SQL');
SET client_min_messages = error;
CREATE TEMP TABLE t (i serial PRIMARY KEY, t text UNIQUE, CHECK (i > 0));
CREATE TEMP TABLE t2 (i int REFERENCES t) ON COMMIT DELETE ROWS;
BEGIN; CREATE TEMP TABLE t3 (i int) ON COMMIT DROP; COMMIT;
CREATE TEMP TABLE t4 AS SELECT 1 AS i;
SELECT 1 AS i INTO TEMP t5;
CREATE TABLE pg_temp.t6 (LIKE t INCLUDING ALL);
CREATE TEMP VIEW v AS SELECT * FROM t;
CREATE TEMP SEQUENCE s;
ALTER SEQUENCE s INCREMENT 3;
CREATE TYPE pg_temp.composite AS (a int);
ALTER TYPE pg_temp.composite ADD ATTRIBUTE b int;
CREATE TYPE pg_temp.enum AS ENUM ('a');
ALTER TYPE pg_temp.enum ADD VALUE 'b';
CREATE DOMAIN pg_temp.positive AS int CHECK (VALUE > 0);
ALTER DOMAIN pg_temp.positive DROP CONSTRAINT positive_check;
CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
COMMENT ON FUNCTION pg_temp.f() IS 'a comment';
GRANT ALL ON FUNCTION pg_temp.f TO PUBLIC;
REVOKE ALL ON TYPE pg_temp.enum FROM PUBLIC;
ALTER TABLE t ADD x int;
ALTER TABLE t RENAME x TO y;
ALTER TABLE t RENAME TO tt;
CREATE INDEX ti ON tt (y);
COMMENT ON TABLE tt IS 'a comment'; COMMENT ON COLUMN tt.y IS 'a comment'; COMMENT ON INDEX ti IS 'a comment';
COMMENT ON CONSTRAINT t_i_check ON tt IS 'a comment';
GRANT SELECT ON tt TO PUBLIC; GRANT SELECT (y) ON tt TO PUBLIC; REVOKE ALL ON tt FROM PUBLIC;
CREATE FUNCTION pg_temp.tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr BEFORE INSERT ON tt FOR EACH ROW EXECUTE FUNCTION pg_temp.tf();
ALTER TRIGGER tr ON tt RENAME TO tr2;
COMMENT ON TRIGGER tr2 ON tt IS 'a comment';
CREATE RULE ru AS ON DELETE TO tt DO INSTEAD NOTHING;
CREATE POLICY po ON tt USING (true);
ALTER POLICY po ON tt RENAME TO pol;
CREATE STATISTICS st ON i, y FROM tt;
ALTER STATISTICS st SET STATISTICS 10;
ALTER TABLE tt ENABLE ROW LEVEL SECURITY, OWNER TO CURRENT_USER, DROP CONSTRAINT t_i_check, ADD UNIQUE (y);
CLUSTER tt USING tt_y_key; REINDEX TABLE tt; TRUNCATE tt, t2; VACUUM tt; ANALYZE tt;
CREATE TEMP TABLE parted (i int) PARTITION BY LIST (i);
CREATE TEMP TABLE part_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TEMP TABLE part_2 (i int);
ALTER TABLE parted ATTACH PARTITION part_2 FOR VALUES IN (2);
CREATE INDEX ON parted (i);
ALTER TABLE parted DETACH PARTITION part_2;
CREATE TEMP TABLE child (z int) INHERITS (tt);
DROP POLICY pol ON tt; DROP RULE ru ON tt; DROP TRIGGER tr2 ON tt; DROP INDEX ti;
DROP TABLE tt CASCADE;
DROP FUNCTION pg_temp.f(); DROP DOMAIN pg_temp.positive; DROP TYPE pg_temp.enum; DROP TYPE pg_temp.composite;
DROP SEQUENCE s; DROP TABLE t4, t5, t6, parted, part_2;
CREATE TABLE IF NOT EXISTS pg_temp.x (); CREATE TABLE IF NOT EXISTS pg_temp.x ();
DROP TABLE IF EXISTS nothing;
PREPARE p AS SELECT 1; CREATE TEMP TABLE y AS EXECUTE p;
DISCARD TEMP;
CREATE TEMP TABLE goes_with_the_session (i int, s serial);
CREATE STATISTICS public.goes_too ON i, s FROM goes_with_the_session;
SQL
	is(sql($counts), $before, 'no command, no commit');
	agrees('temporary objects, the session over');
	# A transaction that used temporary objects could not be prepared; recording uses none.
	is(sql(<<'SQL'), 1, 'a temporary object beside a lasting one');
BEGIN; CREATE TABLE lasting (i int); CREATE TEMP VIEW over_lasting AS SELECT * FROM lasting; COMMIT;
ALTER TABLE lasting RENAME i TO j;
DROP TABLE lasting CASCADE;
SELECT count(*) FROM schemaver.command WHERE tag = 'CREATE TABLE' AND 'table public.lasting' = ANY (objects);
SQL
	agrees('beside a lasting one');
};

subtest 'partitions that come and go every day' => sub {
	sql('CREATE TABLE measured (at date NOT NULL, value int) PARTITION BY RANGE (at); CREATE INDEX ON measured (value)');
	for my $day (1 .. 20)
	{
		sql(sprintf "CREATE TABLE day_%1\$d PARTITION OF measured FOR VALUES FROM (%2\$s) TO (%3\$s)",
			$day, "date '2026-01-01' + $day", "date '2026-01-02' + $day");
		sql('DROP TABLE day_' . ($day - 3)) if $day > 3;
	}
	is(sql("SELECT count(*) FROM schemaver.objects('head') WHERE kind = 'table' AND identity ~ 'day_'"), '3', 'three are left');
	agrees('partitions');
	sql('DROP TABLE measured');
};

# Event triggers run in the order of their names; ours is schemaver_capture.
subtest 'other event triggers, before and after ours' => sub {
	sql(<<'SQL');
CREATE SCHEMA others;
CREATE TABLE others.audit (name text, tag text);
CREATE FUNCTION others.react() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO others.audit VALUES (TG_EVENT, TG_TAG);
    IF TG_TAG <> 'CREATE TABLE' OR current_setting('others.reacting', true) = 'yes' THEN RETURN; END IF;
    PERFORM set_config('others.reacting', 'yes', true);
    IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity ~ 'doomed') THEN
        DROP TABLE public.doomed;
    ELSIF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity ~ 'refused') THEN
        RAISE EXCEPTION 'refused';
    ELSE
        ALTER TABLE others.audit ADD COLUMN IF NOT EXISTS more int;
        EXECUTE format('CREATE TABLE others.shadow_%s (id int)', (SELECT count(*) FROM pg_class));
        EXECUTE (SELECT format('ALTER TABLE %s ADD COLUMN reacted int', object_identity)
                 FROM pg_event_trigger_ddl_commands() WHERE object_type = 'table');
        BEGIN
            CREATE TABLE others.undone (id int);
            RAISE EXCEPTION 'undo';
        EXCEPTION WHEN raise_exception THEN NULL;
        END;
    END IF;
    PERFORM set_config('others.reacting', 'no', true);
END $$;
SQL
	for my $name ('aaa_first', 'zzz_last')
	{
		sql("CREATE EVENT TRIGGER $name ON ddl_command_end EXECUTE FUNCTION others.react()");
		sql('CREATE TABLE welcome (id int)');
		is(sql("SELECT count(*) FROM pg_attribute WHERE attrelid = 'welcome'::regclass AND attname = 'reacted'"), '1', "$name: it ran");
		agrees("$name runs DDL");
		is(sqlstate_of('CREATE TABLE refused (id int)'), 'P0001', "$name: its error arrives");
		agrees("$name raises an error");
		is(sqlstate_of('CREATE TABLE doomed (id int)'), '', "$name: it may drop what has just been made");
		is(sql("SELECT to_regclass('doomed') IS NULL"), 't', 'and it is gone');
		agrees("$name drops an object");
		sql("DROP TABLE welcome; DROP EVENT TRIGGER $name");
	}
	sql(<<'SQL');
CREATE FUNCTION others.dropping() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE object_identity ~ 'public.leader$') THEN
        DROP TABLE public.follower;
    END IF;
END $$;
CREATE EVENT TRIGGER aaa_dropping ON sql_drop EXECUTE FUNCTION others.dropping();
CREATE EVENT TRIGGER zzz_starting ON ddl_command_start WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION others.react();
CREATE TABLE leader (id int);
CREATE TABLE follower (id int);
ALTER TABLE leader ADD name text;
DROP TABLE leader;
SQL
	agrees('an event trigger for drops drops more');
	sql('DROP EVENT TRIGGER aaa_dropping; DROP EVENT TRIGGER zzz_starting; DROP SCHEMA others CASCADE');
	agrees('all gone');
};

subtest 'no lock is waited for that the command did not need' => sub {
	sql(<<'SQL');
CREATE TABLE locked (id int PRIMARY KEY, name text);
CREATE TABLE free (id int PRIMARY KEY, name text, CHECK (id > 0));
CREATE VIEW both_of_them AS SELECT free.id, free.name FROM free JOIN locked USING (id);
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM both_of_them;
CREATE FUNCTION reads_locked() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM locked, free; END;
CREATE TABLE child () INHERITS (locked);
CREATE TYPE mood AS ENUM ('sad');
ALTER TABLE locked ADD mood mood DEFAULT 'sad';
CREATE RULE copied AS ON INSERT TO free DO ALSO INSERT INTO locked (id) VALUES (NEW.id);
CREATE POLICY known ON free USING (id IN (SELECT id FROM locked));
SQL
	my $holder = $node->background_psql('postgres');
	$holder->query_safe('BEGIN; LOCK TABLE locked, child IN ACCESS EXCLUSIVE MODE;');
	for my $command (
		'CREATE TABLE new (id int)', 'CREATE VIEW over_free AS SELECT * FROM free', 'CREATE INDEX ON free (name)',
		'ALTER TABLE free ADD more int', 'ALTER TABLE free RENAME name TO called', 'ALTER TABLE free RENAME TO unbound',
		'COMMENT ON TABLE unbound IS \'a comment\'', 'GRANT SELECT ON unbound TO PUBLIC', 'ALTER TYPE mood ADD VALUE \'happy\'',
		'ALTER TYPE mood RENAME TO temper', 'ALTER VIEW both_of_them RENAME TO joined', 'ALTER SCHEMA public RENAME TO general',
		'ALTER SCHEMA general RENAME TO public', 'ALTER TABLE unbound DROP CONSTRAINT free_id_check',
		'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC', 'COMMENT ON FUNCTION reads_locked() IS \'a comment\'',
		'ALTER POLICY known ON unbound RENAME TO recognised', 'CREATE ROLE regress_guest', 'DROP ROLE regress_guest')
	{
		is(sqlstate_of("SET lock_timeout = '3s'; $command"), '', "$command does not wait");
	}
	cmp_ok(sql('SELECT count(*) FROM schemaver.commits WHERE postponed IS NOT NULL'), '>', 0, 'some descriptions are postponed');
	$holder->query_safe('COMMIT;');
	$holder->quit;
	sql('CREATE TABLE unrelated (id int)');
	agrees('the next commit has what was postponed');
	sql('DROP TABLE unbound, locked, child, new, unrelated CASCADE; DROP TYPE temper; ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM PUBLIC');
	agrees('all gone');
};

subtest 'prepared transactions, as many as the server allows' => sub {
	for my $number (1 .. 10)
	{
		sql("BEGIN ISOLATION LEVEL SERIALIZABLE; CREATE TABLE prepared_$number (id int); SAVEPOINT s;"
			  . " ALTER TABLE prepared_$number ADD gone int; ROLLBACK TO s; CREATE INDEX ON prepared_$number (id);"
			  . " PREPARE TRANSACTION 'number $number'");
	}
	is(sqlstate_of("BEGIN; CREATE TABLE one_more (id int); PREPARE TRANSACTION 'one more'"), '53200', 'one more is refused by the server');
	is(sqlstate_of('CREATE TABLE beside (id int)'), '', 'DDL beside them does not wait');
	agrees('prepared');
	sql("COMMIT PREPARED 'number $_'") for reverse 6 .. 10;
	sql("ROLLBACK PREPARED 'number $_'") for 1 .. 5;
	agrees('committed by others');
	is(sql("SELECT string_agg(identity, ' ' ORDER BY identity) FROM schemaver.changes WHERE kind = 'table' AND identity ~ 'prepared'"),
		join(' ', sort map { "public.prepared_$_" } 6 .. 10), 'and those rolled back left nothing');
	is(sql("SELECT count(*) FROM schemaver.command WHERE objects::text ~ 'one_more|prepared_[1-5]\\M'"), '0', 'no command of them');
	sql('DROP TABLE beside, ' . join(', ', map { "prepared_$_" } 6 .. 10));
};

subtest 'dumps while DDL runs' => sub {
	sql('CREATE TABLE busy (id int)');
	my $script = "$folder/busy.sql";
	append_to_file($script, join '', map { "ALTER TABLE busy ADD c$_ int; CREATE TABLE busy_$_ (id int PRIMARY KEY);\n" } 1 .. 2000);
	my $load = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-f', $script ], '>', '/dev/null', '2>', \my $errors);
	for my $number (1 .. 2)
	{
		$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/busy_$number.dump", '-d', $node->connstr('postgres') ], 'a dump while DDL runs');
	}
	$node->poll_query_until('postgres', 'SELECT count(*) > 20 FROM schemaver.log');
	$load->kill_kill;
	for my $number (1 .. 2)
	{
		$node->safe_psql('postgres', "CREATE DATABASE busy_$number TEMPLATE template0");
		$node->command_ok([ 'pg_restore', '-d', $node->connstr("busy_$number"), "$folder/busy_$number.dump" ], 'goes in');
		is($node->safe_psql("busy_$number", 'SELECT verdict FROM schemaver.verify_restore()'), 'match', 'and is of one moment');
	}
	agrees('the load broken off');
};

subtest 'modes in which nothing is captured, and nothing breaks' => sub {
	$node->stop;
	my $before = "CREATE TABLE single_user (id int)\n";
	my ($out, $errors) = ('', '');
	ok(IPC::Run::run([ 'postgres', '--single', '-D', $node->data_dir, 'postgres' ], '<', \$before, '>', \$out, '2>', \$errors),
		'single-user mode');
	unlike($errors, qr/ERROR|PANIC|FATAL/, 'its DDL goes through');
	$node->start;
	is(sql("SELECT identity, captured FROM schemaver.diff('head', 'live')"), 'public.single_user|f', 'and shows as not captured');
	sql('ALTER TABLE single_user ADD captured int');
	agrees('until its next change');
	$node->stop;
	# -b is how pg_upgrade starts the server.
	system_or_bail('pg_ctl', '-D', $node->data_dir, '-l', $node->logfile, '-w', '-o', '-b', 'start');
	is(sqlstate_of('ALTER TABLE single_user ADD upgraded int'), '', 'binary upgrade mode');
	system_or_bail('pg_ctl', '-D', $node->data_dir, '-m', 'fast', '-w', 'stop');
	$node->start;
	is(sql("SELECT property, captured FROM schemaver.diff('head', 'live')"), 'columns.upgraded|f', 'is not captured either');
};

unlike(slurp_file($node->logfile), qr/was terminated by signal|PANIC|TRAP:/, 'the log knows of no crash');
$node->stop;
done_testing();
