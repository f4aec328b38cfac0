# Workers where something is in their way: a database that is moved to another tablespace, all processes taken, and SQL
# objects of another version than the library.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('limits');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'schemaver'
schemaver.naptime = 1s
max_logical_replication_workers = 0
max_worker_processes = 2
max_parallel_workers = 8
CONF
$node->start;
my $outcome = "SELECT last_outcome FROM schemaver.jobs WHERE job = 'snapshot'";

# ALTER DATABASE ... SET TABLESPACE, with a worker that waits in the database.
$node->safe_psql('postgres', 'CREATE DATABASE moved');
$node->safe_psql('moved', 'CREATE EXTENSION schemaver; CREATE TABLE locked (); CREATE VIEW reads_it AS SELECT FROM locked');
my $holder = $node->background_psql('moved');
$holder->query_safe('BEGIN; LOCK TABLE locked');
$node->safe_psql('moved', "SELECT schemaver.schedule('snapshot', '1 hour')");
my $worker = "FROM pg_stat_activity WHERE backend_type = 'schemaver worker' AND datname = 'moved' AND wait_event_type = 'Lock'";
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 $worker"), 'a worker is in it, and waits');
my $pid = $node->safe_psql('postgres', "SELECT pid $worker");
kill 'STOP', $pid;  # so that it is there, whatever becomes of the lock
$holder->quit;
my $place = PostgreSQL::Test::Utils::tempdir();
$node->safe_psql('postgres', "CREATE TABLESPACE elsewhere LOCATION '$place'");
my $psql = IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr('postgres'), '-c', 'ALTER DATABASE moved SET TABLESPACE elsewhere' ], '>', \my $out, '2>', \my $err);
sleep 1;
kill 'CONT', $pid;
$psql->finish;
is($err // '', '', 'it is moved though a worker was in it');
is($node->safe_psql('postgres', "SELECT spcname FROM pg_tablespace WHERE oid = (SELECT dattablespace FROM pg_database WHERE datname = 'moved')"), 'elsewhere', 'and is elsewhere');
ok($node->poll_query_until('moved', $outcome, 'succeeded'), 'where its job is done');

# All processes are taken: one by the launcher, one by a query.
my $log = -s $node->logfile;
my $sleeper = $node->background_psql('postgres', on_error_stop => 0);
$sleeper->query_safe(q{SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')});
$sleeper->{stdin} .= "SELECT pg_sleep(100);\n";
$sleeper->{run}->pump_nb;
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'parallel worker'"), 'a query has the last process');
$node->safe_psql('moved', "SELECT schemaver.schedule('prune', '1 second')");
$node->wait_for_log(qr/schemaver: no worker could be started, as max_worker_processes are running/, $log);
pass('the log says that no worker could be started');
$node->safe_psql('moved', "SELECT schemaver.schedule('seal', '1 second')");
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'schemaver launcher'"), '1', 'the launcher goes on');
my $runs = 'SELECT count(*) FROM schemaver.job_run WHERE job = \'prune\'';
is($node->safe_psql('moved', $runs), '0', 'nothing is done meanwhile');
$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(100)%' AND backend_type = 'client backend'");
ok($node->poll_query_until('moved', "SELECT last_outcome = 'succeeded' FROM schemaver.jobs WHERE job = 'prune'"), 'and is done as soon as there is a process');
$sleeper->quit;
is(() = slurp_file($node->logfile, $log) =~ /no worker could be started/g, 1, 'said once');

# The SQL objects are of another version than the library: that job fails and says why, the others go on.
my $drops = "ALTER EXTENSION schemaver DROP FUNCTION schemaver.find_drift(text); ALTER FUNCTION schemaver.find_drift(text) RENAME TO of_another_version";
$node->safe_psql('moved', "SELECT schemaver.schedule('check_drift', '1 second')");
$node->safe_psql('moved', $drops);
ok($node->poll_query_until('moved', "SELECT last_outcome = 'failed' FROM schemaver.jobs WHERE job = 'check_drift'"), 'a job without its function fails');
is($node->safe_psql('moved', "SELECT DISTINCT error FROM schemaver.job_run WHERE job = 'check_drift' AND outcome = 'failed'"),
	'there is no function schemaver.find_drift(text) for the job "check_drift"', 'and says so');
like(slurp_file($node->logfile, $log), qr/WARNING:  (?:SV008: )?there is no function schemaver\.find_drift\(text\)/, 'in the log too');
my $before = $node->safe_psql('moved', "SELECT last_started FROM schemaver.jobs WHERE job = 'prune'");
ok($node->poll_query_until('moved', "SELECT last_started > '$before' AND last_outcome = 'succeeded' FROM schemaver.jobs WHERE job = 'prune'"), 'other jobs go on');
$node->safe_psql('moved', 'ALTER FUNCTION schemaver.of_another_version(text) RENAME TO find_drift; ALTER EXTENSION schemaver ADD FUNCTION schemaver.find_drift(text)');
$node->safe_psql('moved', "SELECT schemaver.schedule('check_drift', '1 second')");
ok($node->poll_query_until('moved', "SELECT last_outcome = 'succeeded' FROM schemaver.jobs WHERE job = 'check_drift'"), 'with its function again it is done');
unlike(slurp_file($node->logfile), qr/PANIC|was terminated by signal/, 'nothing crashed');
$node->stop;
done_testing();
