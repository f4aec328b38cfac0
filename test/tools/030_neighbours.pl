# Other extensions beside us, loaded before and after: pgaudit, pg_stat_statements and auto_explain see the user's
# statements and none of ours; pg_partman makes and drops partitions, pglogical carries DDL to another database,
# pg_repack rewrites tables, hypopg makes indexes that are none. All of it goes through, and the ledger has it.
#
# What Debian has of them is there (test/install-packages tools); what it has not is left out, aloud.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('neighbours');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', <<'CONF');
fsync = off
max_worker_processes = 16
max_replication_slots = 10
track_commit_timestamp = on
log_statement = none
log_line_prefix = '%b: '
schemaver.naptime = 1s
CONF
$node->start;

my %is_there = map { $_ => 1 } split /\n/, $node->safe_psql('postgres', 'SELECT name FROM pg_available_extensions');
# Libraries that say AUDIT, explain or count what runs; each may be loaded before ours or after.
my @libraries = ('pg_stat_statements', 'auto_explain', grep { $is_there{$_} } 'pgaudit', 'pglogical');
my %setting = (
	pg_stat_statements => "pg_stat_statements.track = all\n",
	auto_explain => "auto_explain.log_min_duration = 0\nauto_explain.log_nested_statements = on\n",
	pgaudit => "pgaudit.log = all\npgaudit.log_catalog = on\npgaudit.log_parameter = on\n");
# Servers since 15.20 ask for it.
if ($node->safe_psql('postgres', "SELECT count(*) FROM pg_settings WHERE name = 'output_plugin_libraries'") eq '1')
{
	$node->append_conf('postgresql.conf', "output_plugin_libraries = 'pgoutput, pglogical_output'");
}
my %orders = (
	first => [ 'schemaver', @libraries ],
	last => [ reverse(@libraries), 'schemaver' ],
	between => [ @libraries[ 0, 1 ], 'schemaver', @libraries[ 2 .. $#libraries ] ]);
my $user = $node->safe_psql('postgres', 'SELECT current_user');

# A database of its own for each extension and order.
my $database;

sub make_database
{
	($database) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	return;
}
sub sql { return $node->safe_psql($_[1] // $database, $_[0]) }

sub agrees
{
	my ($what, $where) = @_;
	return is(sql("SELECT concat_ws(' ', change, kind, identity, property) FROM schemaver.diff('head', 'live')", $where), '',
		"$what: the ledger agrees");
}

# Subtests are left out where there is no such extension.
sub beside
{
	my ($extension, $name, $test) = @_;
	return subtest($name => sub {
		plan skip_all => "no $extension for this server: not tested" if !$is_there{$extension};
		$test->();
	});
}

sub test_watchers
{
	my ($order) = @_;
	make_database("watchers_$order");
	sql('CREATE EXTENSION schemaver; CREATE EXTENSION pg_stat_statements');
	sql('CREATE EXTENSION pgaudit') if $is_there{pgaudit};
	# The first statement of a session fills caches; nothing of that is ours to be seen either.
	sql('CREATE TABLE first_of_all (id int)');
	my $since = sql('SELECT max(commit) FROM schemaver.log');
	sql('SELECT pg_stat_statements_reset()');
	my $offset = -s $node->logfile;
	sql(<<'SQL');
CREATE TABLE people (id int PRIMARY KEY, name text CHECK (name <> ''));
CREATE VIEW named AS SELECT name FROM people;
BEGIN;
ALTER TABLE people RENAME name TO called;
DO $$ BEGIN EXECUTE 'CREATE INDEX ON people (called)'; END $$;
SAVEPOINT s;
DROP TABLE people CASCADE;
ROLLBACK TO s;
COMMIT;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;
CREATE ROLE neighbour PASSWORD 'geheim';
ALTER ROLE neighbour SET work_mem = '1MB';
DROP ROLE neighbour;
DROP VIEW named;
SQL
	my $log = substr(slurp_file($node->logfile), $offset);
	my $statements = sql("SELECT string_agg(query, E'\n') FROM pg_stat_statements");
	like($statements, qr/CREATE VIEW named/, 'pg_stat_statements has the user\'s statements');
	unlike($statements, qr/schemaver/, 'and none of ours');
	unlike($log, qr/Query Text:.*schemaver/, 'auto_explain has no plan of ours');
  SKIP:
	{
		skip 'no pgaudit for this server: not tested', 3 if !$is_there{pgaudit};
		my @audited = $log =~ /AUDIT: (.*)/g;
		cmp_ok(scalar(grep { /,DDL,/ } @audited), '>=', 5, 'pgaudit has the DDL');
		is((join "\n", grep { /schemaver/ } @audited), '', 'and nothing of ours');
		is(scalar(grep { /,CREATE VIEW,/ } @audited), 1, 'each statement once');
	}
	is(sql("SELECT string_agg(tag, ', ' ORDER BY commit, number) FROM schemaver.commands WHERE commit > $since"),
		'CREATE TABLE, CREATE VIEW, ALTER TABLE, CREATE INDEX, GRANT, CREATE ROLE, ALTER ROLE, DROP ROLE, DROP VIEW',
		'the ledger has each command once');
	is(sql("SELECT statement FROM schemaver.commands WHERE tag = 'CREATE INDEX'"), 'CREATE INDEX ON people (called)', 'with its own text');
	is(sql("SELECT count(*) FROM schemaver.statement WHERE text ~ 'geheim'"), '0', 'and no password');
	agrees('beside who watches');
	# Nor has a worker, which does run SQL.
	$offset = -s $node->logfile;
	sql("SELECT schemaver.schedule('check_drift', '1 hour')");
	ok($node->poll_query_until($database, "SELECT last_outcome = 'succeeded' FROM schemaver.jobs WHERE job = 'check_drift'"), 'a worker has checked');
	$log = substr(slurp_file($node->logfile), $offset);
	is((join "\n", grep { /^schemaver worker: .*(AUDIT|plan:)/ } split /\n/, $log), '', 'without a plan or a line of audit');
	is(sql("SELECT count(*) FROM pg_stat_statements WHERE query ~ 'find_drift'"), '0', 'or statistics');
	return;
}

# Of 4 and 5, whose functions have other arguments.
sub test_partman
{
	my ($order) = @_;
	make_database("partman_$order");
	sql('CREATE EXTENSION schemaver; CREATE SCHEMA partman; CREATE EXTENSION pg_partman SCHEMA partman');
	my ($version) = sql("SELECT split_part(extversion, '.', 1) FROM pg_extension WHERE extname = 'pg_partman'");
	my $interval = $version < 5 ? "p_type => 'native', p_interval => 'daily'" : "p_interval => '1 day'";
	sql(<<"SQL");
CREATE TABLE public.measured (at timestamptz NOT NULL, value int) PARTITION BY RANGE (at);
CREATE INDEX ON measured (value);
SELECT partman.create_parent(p_parent_table => 'public.measured', p_control => 'at', $interval, p_premake => 2,
	p_start_partition => (now() - interval '5 days')::text);
SQL
	my $made = sql("SELECT count(*) FROM pg_inherits WHERE inhparent = 'public.measured'::regclass");
	cmp_ok($made, '>', 7, "$made partitions are made");
	my $recorded = "SELECT count(*) FROM schemaver.objects('head') WHERE kind = 'table' AND identity ~ '^public.measured_(p|d)'";
	is(sql($recorded), $made, 'and are in the ledger');
	agrees('partitions are made');
	sql("UPDATE partman.part_config SET retention = '2 days', retention_keep_table = false, premake = 4; CALL partman.run_maintenance_proc()");
	cmp_ok(sql("SELECT count(*) FROM schemaver.changes WHERE change = 'removed' AND kind = 'table' AND identity ~ '^public.measured_'"),
		'>=', 2, 'maintenance drops old ones, which is in the ledger');
	is(sql($recorded), sql("SELECT count(*) FROM pg_inherits WHERE inhparent = 'public.measured'::regclass"), 'and so are those that it makes');
	agrees('maintenance');
	sql("SELECT partman.run_maintenance('public.measured'); DROP TABLE measured; DROP EXTENSION pg_partman CASCADE");
	agrees('pg_partman is gone');
	return;
}

# To a database of the same server, which gets the schema, and with it our extension, from the provider.
sub test_pglogical
{
	my ($order) = @_;
	my ($provider, $subscriber) = ("provider_$order", "subscriber_$order");
	my $connection = 'host=' . $node->host . ' port=' . $node->port . " user=$user dbname=";
	make_database($subscriber);
	make_database($provider);
	sql('CREATE EXTENSION schemaver; CREATE TABLE people (id int PRIMARY KEY, name text); INSERT INTO people VALUES (1, \'Ann\')');
	sql("CREATE EXTENSION pglogical; SELECT pglogical.create_node('provider', '$connection$provider')");
	sql("SELECT pglogical.replication_set_add_table('default', 'public.people')");
	sql("CREATE EXTENSION pglogical; SELECT pglogical.create_node('subscriber', '$connection$subscriber')", $subscriber);
	sql("SELECT pglogical.create_subscription('$subscriber', '$connection$provider', synchronize_structure := true)", $subscriber);
	my $arrived = sub {
		my ($sql, $expected, $name) = @_;
		ok($node->poll_query_until($subscriber, $sql, $expected), $name) or diag(sql('SELECT * FROM pglogical.show_subscription_status()', $subscriber));
	};
	$arrived->("SELECT status FROM pglogical.show_subscription_status()", 'replicating', 'the schema has been copied');
	$arrived->("SELECT string_agg(name, ' ') FROM people", 'Ann', 'and the rows');
	agrees('copied', $subscriber);
	is(sql('SELECT count(*) FROM schemaver.timelines', $subscriber), '1', 'with a timeline of its own');
	sql("SELECT pglogical.replicate_ddl_command('ALTER TABLE public.people ADD COLUMN born date')");
	sql("SELECT pglogical.replicate_ddl_command('CREATE VIEW public.named AS SELECT name FROM public.people')");
	sql("INSERT INTO people VALUES (2, 'Bob', '2001-02-03')");
	$arrived->("SELECT count(*) FROM people WHERE born = '2001-02-03'", '1', 'DDL and rows arrive');
	agrees('DDL is carried over', $subscriber);
	agrees('DDL is carried over', $provider);
	my $last = "SELECT string_agg(tag || ' ' || objects[1], ', ' ORDER BY commit) FROM (SELECT * FROM schemaver.commands LIMIT 2) AS c";
	is(sql($last), 'ALTER TABLE table public.people, CREATE VIEW view public.named', 'both commands are in the provider\'s ledger');
	is(sql($last, $subscriber), sql($last), 'and in the subscriber\'s');
	like(sql('SELECT application FROM schemaver.log LIMIT 1', $subscriber), qr/pglogical/, 'which says that pglogical ran them');
	sql('DROP TABLE people CASCADE');
	agrees('a replicated table is dropped');
	sql("SELECT pglogical.drop_subscription('$subscriber')", $subscriber);
	agrees('the subscription is gone', $subscriber);
	return;
}

sub test_repack
{
	my ($order) = @_;
	make_database("repack_$order");
	sql('CREATE EXTENSION schemaver; CREATE EXTENSION pg_repack');
	sql(<<'SQL');
CREATE TABLE people (id int PRIMARY KEY, name text, gone int);
CREATE INDEX people_name ON people (name);
INSERT INTO people SELECT n, 'person ' || n, n FROM generate_series(1, 1000) AS n;
ALTER TABLE people DROP gone;
CREATE VIEW named AS SELECT name FROM people;
SQL
	my $fingerprint = sql('SELECT schemaver.fingerprint()');
	command_ok([ 'pg_repack', '--no-kill-backend', '-h', $node->host, '-p', $node->port, '-U', $user, '-d', $database, '-t', 'people' ], 'pg_repack');
	is(sql('SELECT schemaver.fingerprint()'), $fingerprint, 'the schema is what it was');
	is(sql('SELECT count(*) FROM people'), '1000', 'and the rows are');
	agrees('repacked');
	sql('ALTER INDEX people_name RENAME TO people_by_name; ALTER TABLE people ADD more int');
	agrees('altered afterwards');
	return;
}

sub test_hypopg
{
	my ($order) = @_;
	make_database("hypopg_$order");
	sql('CREATE EXTENSION schemaver; CREATE EXTENSION hypopg; CREATE TABLE people (id int, name text)');
	is( sql(<<'SQL'), "1\nt\n0", 'an index that is none is not recorded');
SELECT count(*) FROM hypopg_create_index('CREATE INDEX ON people (name)');
SELECT schemaver.fingerprint() = schemaver.fingerprint('head');
SELECT count(*) FROM schemaver.changes WHERE kind = 'index';
SQL
	agrees('beside hypopg');
	return;
}

for my $order (sort keys %orders)
{
	my $preload = join ',', @{ $orders{$order} };
	$node->append_conf('postgresql.conf', "shared_preload_libraries = '$preload'\n" . join('', map { $setting{$_} // '' } @libraries));
	$node->restart;
	subtest("$order: who watches statements" => sub { test_watchers($order) });
	beside('pg_partman', "$order: pg_partman", sub { test_partman($order) });
	beside('pglogical', "$order: pglogical", sub { test_pglogical($order) });
	beside('pg_repack', "$order: pg_repack", sub { test_repack($order) });
	beside('hypopg', "$order: hypopg", sub { test_hypopg($order) });
}
unlike(slurp_file($node->logfile), qr/was terminated by signal|PANIC|TRAP:/, 'the log knows of no crash');
$node->stop;
done_testing();
