# Launcher and workers are nobody's hindrance: databases come, go, are renamed, copied and moved while a worker is in
# them; the server stops, crashes, is a standby and is promoted; somebody ends them, or drops the extension.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('life');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'schemaver'
schemaver.naptime = 1s
max_worker_processes = 12
CONF
$node->start;

sub eventually
{
	my ($on, $database, $query, $expected, $name) = @_;
	ok($on->poll_query_until($database, $query, $expected), $name)
		or diag($on->safe_psql('copied', 'SELECT now(), pg_postmaster_start_time(); SELECT * FROM schemaver.jobs; SELECT * FROM schemaver.job_runs'));
}
my $launcher = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'schemaver launcher'";
sub waiting { return "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'schemaver worker' AND datname = '$_[0]' AND wait_event_type = 'Lock'" }
my $sealed = 'SELECT count(*) > 0 FROM schemaver.seals WHERE own';

# A worker that waits in a database for a lock that a session holds on what a view reads.
sub occupy
{
	my ($database) = @_;
	$node->safe_psql($database, <<'SQL');
CREATE EXTENSION IF NOT EXISTS schemaver;
SQL
	$node->safe_psql($database, "CREATE TABLE locked (); CREATE VIEW reads_it AS SELECT FROM locked");
	my $holder = $node->background_psql($database);
	$holder->query_safe('BEGIN; LOCK TABLE locked');
	$node->safe_psql($database, "SELECT schemaver.schedule('snapshot', '1 hour')");
	eventually($node, 'postgres', waiting($database), '1', "$database: a worker is in it, and waits");
	return $holder;
}

# The worker makes way, at once, for what needs the database for itself. The session that holds the lock would not, so
# the worker is stopped while that one goes, and goes on when the command is waiting for it.
sub busy
{
	my ($database) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $database") unless $node->safe_psql('postgres', "SELECT 1 FROM pg_database WHERE datname = '$database'");
	return occupy($database);
}
for my $case (
	[ 'copied', 'CREATE DATABASE copy_of_it TEMPLATE copied' ],
	[ 'renamed', 'ALTER DATABASE renamed RENAME TO new_name' ],
	[ 'dropped', 'DROP DATABASE dropped' ])
{
	my ($database, $command) = @$case;
	my $holder = busy($database);
	my $pid = $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'schemaver worker' AND datname = '$database'");
	kill 'STOP', $pid;  # so that it is there, whatever becomes of the lock
	$holder->quit;
	my $start = time;
	my $psql = IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr('postgres'), '-c', $command ], '>', \my $out, '2>', \my $err);
	sleep 1;
	kill 'CONT', $pid;
	$psql->finish;
	is($err // '', '', "$command: goes through though a worker was in the database");
	cmp_ok(time - $start, '<', 20, '... without waiting for its job');
}
eventually($node, 'new_name', 'SELECT last_outcome FROM schemaver.jobs WHERE job = \'snapshot\'', 'succeeded', 'renamed: the job is done under the new name');
eventually($node, 'copy_of_it', 'SELECT last_outcome FROM schemaver.jobs WHERE job = \'snapshot\'', 'succeeded', 'the copy goes on with the jobs of its original');
eventually($node, 'copied', 'SELECT last_outcome FROM schemaver.jobs WHERE job = \'snapshot\'', 'succeeded', 'and so does the original');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname = 'dropped'"), '0', 'dropped is dropped');

# Many times over, with workers that come as they like.
for my $round (1 .. 5)
{
	$node->safe_psql('postgres', 'CREATE DATABASE comes_and_goes TEMPLATE copied');
	$node->safe_psql('comes_and_goes', "SELECT schemaver.schedule('snapshot', '1 second')") if $round % 2;
	$node->safe_psql('postgres', 'ALTER DATABASE comes_and_goes RENAME TO goes; DROP DATABASE goes');
}
pass('databases come and go');

# A database that does not accept connections is left alone, and served again later.
$node->safe_psql('postgres', "ALTER DATABASE new_name ALLOW_CONNECTIONS false");
sleep 2;
$node->safe_psql('postgres', "ALTER DATABASE new_name ALLOW_CONNECTIONS true");
$node->safe_psql('new_name', 'CREATE TABLE later ()');
$node->safe_psql('new_name', "SELECT schemaver.schedule('seal', '1 minute')");
eventually($node, 'new_name', "SELECT count(*) FROM schemaver.sealed JOIN schemaver.commit ON commit.id = sealed.commit WHERE commit.id = (SELECT max(id) FROM schemaver.commit)", '1', 'connections allowed again: served again');

# DROP EXTENSION, and a new one.
$node->safe_psql('copied', 'DROP EXTENSION schemaver');
$node->safe_psql('copied', 'CREATE EXTENSION schemaver');
eventually($node, 'copied', $sealed, 't', 'a new extension is served at once');

# The launcher: SIGHUP, terminated, and not for long.
my $pid = $node->safe_psql('postgres', $launcher);
$node->safe_psql('postgres', "ALTER SYSTEM SET schemaver.databases = 'copied'");
$node->reload;
eventually($node, 'new_name', 'SELECT reason FROM schemaver.worker_status()', 'schemaver.databases does not name this database', 'SIGHUP: other databases');
is($node->safe_psql('postgres', $launcher), $pid, 'by the same launcher');
$node->psql('postgres', "ALTER SYSTEM SET schemaver.databases = 'a,,b'", stderr => \my $stderr);
like($stderr, qr/invalid value for parameter "schemaver.databases".*DETAIL:  It is a list of names/s, 'what is no list is refused');
$node->safe_psql('postgres', "ALTER SYSTEM RESET schemaver.databases");
$node->reload;
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
eventually($node, 'postgres', "SELECT pid <> $pid FROM pg_stat_activity WHERE backend_type = 'schemaver launcher'", 't', 'terminated: there is another one');
is($node->safe_psql('copied', 'SELECT served, by FROM schemaver.worker_status()'), 't|launcher', 'served by it');

# Not two for one database.
is($node->safe_psql('copied', 'SELECT schemaver.start_worker() = pid FROM schemaver.worker_status()'), 't', 'start_worker() finds the launcher');

# Shutdowns. Two rounds can begin within one second.
my $round = 0;
for my $mode ('fast', 'immediate', 'fast')
{
	my $start = time;
	$node->safe_psql('copied', "CREATE TABLE before_$mode" . ++$round . " (); SELECT schemaver.schedule('snapshot', '1 second')");
	$node->stop($mode);
	cmp_ok(time - $start, '<', 10, "$mode shutdown is not held up");
	$node->start;
	# One that has crashed waits for a minute.
	eventually($node, 'copied', "SELECT last_started > pg_postmaster_start_time() OR last_outcome = 'crashed' FROM schemaver.jobs WHERE job = 'snapshot'", 't', "$mode: the jobs go on afterwards");
}

# A standby has no launcher and writes nothing; promoted, it has one.
$node->safe_psql('postgres', 'DROP DATABASE copy_of_it');
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', $launcher), '', 'no launcher on a standby');
is($standby->safe_psql('copied', 'SELECT served, reason FROM schemaver.worker_status()'), 'f|the launcher is not running', 'which says so');
$standby->psql('copied', 'SELECT schemaver.start_worker()', stderr => \$stderr);
like($stderr, qr/cannot execute schemaver.start_worker\(\) during recovery/, 'none can be started');
$node->stop;
$standby->promote;
eventually($standby, 'copied', "SELECT last_outcome = 'succeeded' AND last_started > now() - interval '1 minute' FROM schemaver.jobs WHERE job = 'snapshot'", 't', 'promoted: the schedule goes on');
eventually($standby, 'postgres', 'SELECT count(*) FROM (' . $launcher . ') AS l', '1', 'by a launcher of its own');
$standby->stop;

# Without preload: start_worker() serves one database, survives a crash, and is gone with the extension or the database.
my $single = PostgreSQL::Test::Cluster->new('single');
$single->init;
$single->append_conf('postgresql.conf', "fsync = off\nschemaver.naptime = 1s\nmax_worker_processes = 6");
$single->start;
$single->safe_psql('postgres', "CREATE DATABASE $_") for 'one', 'two';
$single->safe_psql('one', 'CREATE EXTENSION schemaver');
$single->safe_psql('two', 'CREATE EXTENSION schemaver');
is($single->safe_psql('one', 'SELECT served FROM schemaver.worker_status()'), 'f', 'not preloaded: not served');
$pid = $single->safe_psql('one', 'SELECT schemaver.start_worker()');
is($single->safe_psql('one', 'SELECT schemaver.start_worker()'), $pid, 'not two for one database');
is($single->safe_psql('one', 'SELECT served, by, pid FROM schemaver.worker_status()'), "t|start_worker|$pid", 'served');
eventually($single, 'one', $sealed, 't', 'sealed');
is($single->safe_psql('two', $sealed), 'f', 'the other database is not served');
$single->safe_psql('two', 'SELECT schemaver.start_worker()');
eventually($single, 'two', $sealed, 't', 'until it has one of its own');
is($single->safe_psql('two', 'SELECT schemaver.stop_worker()'), 't', 'which is stopped');
is($single->safe_psql('two', 'SELECT served FROM schemaver.worker_status()'), 'f', 'at once');
$single->safe_psql('two', 'SELECT schemaver.start_worker(); DROP EXTENSION schemaver');
eventually($single, 'postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'schemaver launcher'", '1', 'dropped extension: its launcher goes');
$single->safe_psql('postgres', 'DROP DATABASE one');
eventually($single, 'postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'schemaver%'", '0', 'dropped database: its launcher goes');
$single->stop;

for my $server ($node, $standby, $single)
{
	unlike(slurp_file($server->logfile), qr/PANIC|TRAP|was terminated by signal|is being accessed by other users/, $server->name . ': nothing crashed, nothing failed because of a worker');
}
done_testing();
