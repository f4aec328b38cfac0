# Workers do what is due: at its time, once if it was missed, with patience after failures, never two at once; each run
# leaves a row, also one that the server died in. The time is the clock of schemaver_set_clock(), not the wall's.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('worker');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
fsync = off
shared_preload_libraries = 'schemaver'
schemaver.naptime = 1s
schemaver.databases = 'jobs, other'
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE jobs');

sub sql { return $node->safe_psql('jobs', $_[0]) }
sub eventually
{
	my ($query, $expected, $name) = @_;
	ok($node->poll_query_until('jobs', $query, $expected), $name)
		or diag(sql('SELECT * FROM schemaver.job_runs') . "\n" . sql('SELECT * FROM schemaver.jobs'));
}
# The time stands still only as long as a test does not take minutes.
sub set_clock { sql("SELECT set_clock('$_[0]')") }

$node->safe_psql('postgres', q{CREATE FUNCTION set_clock(timestamptz) RETURNS void AS '$libdir/schemaver', 'schemaver_set_clock' LANGUAGE C});
sql(q{CREATE FUNCTION set_clock(timestamptz) RETURNS void AS '$libdir/schemaver', 'schemaver_set_clock' LANGUAGE C});
set_clock('2026-03-01 12:00:00+00');
sql('CREATE EXTENSION schemaver');

# Sealing: at once after CREATE EXTENSION, and when DDL was committed, a minute after the last time; not otherwise.
eventually("SELECT outcome || ' ' || found FROM schemaver.job_runs", 'succeeded sealed 1 commit, seal 1', 'sealed at once');
sql('CREATE TABLE one ()');
set_clock('2026-03-01 12:00:40+00');
sleep 2;
is(sql('SELECT count(*) FROM schemaver.seals'), '1', 'not before its time');
set_clock('2026-03-01 12:01:10+00');
eventually("SELECT string_agg(found, ', ' ORDER BY run) FROM schemaver.job_runs",
	'sealed 1 commit, seal 1, sealed 1 commit, seal 2', 'sealed by the worker a minute later');
is(sql('SELECT string_agg(finding, \' \') FROM schemaver.verify_ledger()'), 'intact', 'and the ledger is intact');
set_clock('2026-03-01 12:30:00+00');
sleep 2;
is(sql('SELECT count(*) FROM schemaver.job_runs'), '2', 'where no DDL was committed, no run');
is(sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'schemaver worker'"), '0', 'and no worker');

# A time of day, and a missed one.
is(sql("SELECT schemaver.schedule('snapshot', '1 day', '02:00 UTC') = '2026-03-02 02:00:00+00'"), 't', 'scheduled for the night');
set_clock('2026-03-02 01:59:50+00');
sleep 2;
is(sql("SELECT count(*) FROM schemaver.job_runs WHERE job = 'snapshot'"), '0', 'not before');
set_clock('2026-03-02 02:00:00+00');
my $runs = "SELECT concat_ws(' ', outcome, runs, found IS NOT NULL, date_trunc('minute', started) AT TIME ZONE 'UTC')
	FROM schemaver.job_runs WHERE job = 'snapshot' ORDER BY run DESC LIMIT 1";
eventually($runs, 'succeeded 1 t 2026-03-02 02:00:00', 'done at its time');
# A restart sets the clock right again; so the database is served only when it has been set wrong again.
sub serve
{
	$node->safe_psql('postgres', "ALTER SYSTEM SET schemaver.databases = $_[0]");
	$node->reload;
}
serve('nothing');
$node->restart;
set_clock('2026-03-06 12:00:00+00');
is(sql("SELECT reason FROM schemaver.worker_status()"), 'schemaver.databases does not name this database', 'not served');
serve('jobs, other');
eventually($runs, 'succeeded 1 f 2026-03-06 12:00:00', 'missed four times, done once when the server was there again');
is(sql("SELECT next_due = '2026-03-07 02:00:00+00' FROM schemaver.jobs WHERE job = 'snapshot'"), 't', 'and then at its time');
set_clock('2026-03-07 02:00:00+00');
eventually($runs, 'succeeded 2 f 2026-03-07 02:00:00', 'runs that find nothing are one row');
is(sql('SELECT count(*) FROM schemaver.snapshots'), '1', 'and so is an unchanged snapshot');

# Failures: reported, further and further apart; the others go on.
sql('ALTER TABLE schemaver.snapshot RENAME TO elsewhere');
set_clock('2026-03-08 02:00:00+00');
my $failures = "SELECT concat_ws(' ', last_outcome, failures, date_trunc('minute', next_due) AT TIME ZONE 'UTC') FROM schemaver.jobs WHERE job = 'snapshot'";
eventually($failures, 'failed 1 2026-03-08 02:01:00', 'a failure, and another try in a minute');
sql('CREATE TABLE two ()');
set_clock('2026-03-08 02:01:10+00');
eventually($failures, 'failed 2 2026-03-08 02:03:00', 'two minutes');
set_clock('2026-03-08 02:03:20+00');
eventually($failures, 'failed 3 2026-03-08 02:07:00', 'four');
like(sql("SELECT runs || ' ' || error FROM schemaver.job_runs WHERE job = 'snapshot' AND outcome = 'failed'"),
	qr/^3 schemaver's relation schemaver\.snapshot does not exist/, 'one row for the same failure, with the error');
eventually('SELECT max(commit) = (SELECT max(id) FROM schemaver.commit) FROM schemaver.sealed', 't', 'sealing went on');
my $log = slurp_file($node->logfile);
like($log, qr/WARNING:  schemaver's relation schemaver\.snapshot does not exist.*schemaver job "snapshot"/s, 'the log reports it');
sql('ALTER TABLE schemaver.elsewhere RENAME TO snapshot');
set_clock('2026-03-08 02:07:20+00');
eventually($failures, 'succeeded 0 2026-03-09 02:00:00', 'mended: done, and the usual times again');

# A job that waits: its worker shows, answers a cancel, and leaves when terminated. What it waits for is a lock that a
# session holds on a table which a view reads.
sql('CREATE TABLE locked (i int); CREATE VIEW reads_it AS SELECT i FROM locked');
my $holder = $node->background_psql('jobs');
sub hold { $holder->query_safe('BEGIN; LOCK TABLE locked') }
my $waits = "SELECT query FROM pg_stat_activity WHERE backend_type = 'schemaver worker' AND datname = 'jobs' AND wait_event_type = 'Lock'";
hold();
sql("SELECT schemaver.schedule('snapshot', '1 hour')");
eventually($waits, 'schemaver: snapshot', 'pg_stat_activity shows what the worker does');
is(sql("SELECT application_name FROM pg_stat_activity WHERE backend_type = 'schemaver worker'"), 'schemaver worker', 'and who it is');
is(sql("SELECT last_outcome FROM schemaver.jobs WHERE job = 'snapshot'"), 'running', 'the run is there before it ends');

# No overlap: a second worker would have to come from another launcher.
is(sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'schemaver worker'"), '1', 'one worker');
sql("SELECT schemaver.schedule('snapshot:other', '1 hour')");
sleep 2;
is(sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'schemaver worker'"), '1', 'still one, though another job is due');

# CREATE INDEX CONCURRENTLY does not wait for the worker, which holds a snapshot.
{
	my $start = time;
	sql('CREATE INDEX CONCURRENTLY ON one ((1))');
	cmp_ok(time - $start, '<', 5, 'CREATE INDEX CONCURRENTLY does not wait for a worker');
	is(sql($waits), 'schemaver: snapshot', 'which was there all the time');
}
sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE backend_type = 'schemaver worker'");
my $last = "SELECT concat_ws(' ', outcome, error) FROM schemaver.job_runs WHERE job = 'snapshot' ORDER BY run DESC LIMIT 1";
eventually($last, 'failed canceling statement due to user request', 'a cancelled job has failed');
$holder->query_safe('COMMIT');
eventually("SELECT outcome FROM schemaver.job_runs WHERE job = 'snapshot:other' ORDER BY run DESC LIMIT 1", 'succeeded', 'the other one goes on');
hold();
sql("SELECT schemaver.schedule('snapshot', '1 hour')");
eventually($waits, 'schemaver: snapshot', 'again');
sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'schemaver worker'");
eventually($last, 'interrupted the worker was told to leave', 'a terminated worker writes that it was interrupted');

# A crash leaves the run marked, and counts as a failure.
sql("SELECT schemaver.schedule('snapshot', '1 hour')");
eventually($waits, 'schemaver: snapshot', 'and again');
$node->stop('immediate');
eval { $holder->quit };
$node->start;
eventually("SELECT concat_ws(' ', outcome, error, ended) FROM schemaver.job_runs WHERE job = 'snapshot' AND outcome = 'crashed'",
	'crashed the process ended before it could write what came of it', 'a run that the server died in is marked');

# Unscheduled: no more runs. Paused: neither.
sql("SELECT schemaver.unschedule('snapshot:other')");
sql("SELECT schemaver.schedule('snapshot', '1 hour', options => '{\"paused\": true}')");
my $count = sql('SELECT max(run) FROM schemaver.job_runs');
set_clock('2027-01-01 00:00:00+00');
sleep 2;
is(sql("SELECT max(run) FROM schemaver.job_runs WHERE job LIKE 'snapshot%' AND run > $count") // '', '', 'neither unscheduled nor paused jobs run');

$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|was terminated by signal/, 'nothing crashed by itself');
done_testing();
