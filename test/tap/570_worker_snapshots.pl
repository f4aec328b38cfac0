# A worker holds no snapshot and no transaction id while it waits for a lock of somebody else's, nor while it hashes, so
# VACUUM does not wait for it; and when the lock is free the same run goes on, as if nothing had happened before.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $node = PostgreSQL::Test::Cluster->new('snapshots');
$node->init;  # wal_level is minimal: so a session that locks a table has no transaction id, which would hold VACUUM up too
$node->append_conf('postgresql.conf', <<'CONF');
fsync = off
shared_preload_libraries = 'schemaver'
schemaver.naptime = 1s
autovacuum = off
CONF
$node->start;

sub sql { return $node->safe_psql('postgres', $_[0]) }
sub eventually
{
	my ($query, $expected, $name) = @_;
	ok($node->poll_query_until('postgres', $query, $expected), $name)
		or diag(sql('SELECT * FROM schemaver.job_runs') . "\n" . sql("SELECT * FROM pg_stat_activity WHERE backend_type LIKE 'schemaver%'"));
}
my $worker = "FROM pg_stat_activity WHERE backend_type = 'schemaver worker'";
sub outcome { return "SELECT concat_ws(' ', last_outcome, failures) FROM schemaver.jobs WHERE job = '$_[0]'" }

sql(<<'SQL');
CREATE EXTENSION schemaver;
SELECT schemaver.unschedule('seal');
CREATE TABLE locked (i int);
CREATE VIEW reads_it AS SELECT i FROM locked;
CREATE TABLE dead (i int);
-- Looks at the worker again and again: how often it was there, and how often it held something.
CREATE FUNCTION look(OUT seen int, OUT held int) LANGUAGE plpgsql AS $$
DECLARE
    worker record;
BEGIN
    seen := 0;
    held := 0;
    FOR i IN 1 .. 300 LOOP
        PERFORM pg_stat_clear_snapshot();
        FOR worker IN SELECT a.backend_xmin, a.backend_xid FROM pg_stat_activity AS a WHERE a.backend_type = 'schemaver worker' LOOP
            seen := seen + 1;
            held := held + (worker.backend_xmin IS NOT NULL OR worker.backend_xid IS NOT NULL)::int;
        END LOOP;
        PERFORM pg_sleep(0.01);
    END LOOP;
END $$;
SQL
my $holder = $node->background_psql('postgres');

# Rows that die now can be taken away now. An attempt that the worker makes just then is allowed for.
sub vacuum_is_free
{
	my ($name) = @_;
	my $size;
	for (1 .. 10)
	{
		sql('INSERT INTO dead SELECT generate_series(1, 1000)');
		sql('DELETE FROM dead');
		sql('VACUUM dead');
		$size = sql("SELECT pg_relation_size('dead')");
		last if $size == 0;
	}
	is($size, '0', "$name: VACUUM takes away what died meanwhile");
}

# A view over a table that somebody has locked: waited for in the lock's queue.
$holder->query_safe('BEGIN; LOCK TABLE locked');
sql("SELECT schemaver.schedule('check_drift', '1 hour')");
my $waits = "SELECT query $worker AND wait_event_type = 'Lock'";
eventually($waits, 'schemaver: check_drift', 'a check waits, and pg_stat_activity shows for what');
is(sql("SELECT relation::regclass FROM pg_locks WHERE pid = (SELECT pid $worker) AND NOT granted"), 'locked', '... and pg_locks for which');
my ($seen, $held) = split /\|/, sql('SELECT * FROM look()');
cmp_ok($seen, '>=', 200, "it was there $seen times");
is($held, '0', '... and never held a snapshot or a transaction id');
vacuum_is_free('a worker in the queue');
is(sql($waits), 'schemaver: check_drift', 'it waited all the time');
$holder->query_safe('COMMIT');
eventually(outcome('check_drift'), 'succeeded 0', 'the lock is free: the run succeeds');
is(sql("SELECT count(*) || ' ' || sum(runs) FROM schemaver.job_runs WHERE job = 'check_drift'"), '1 1', 'which was one run');

# Something that nobody recorded, and our own table locked against writing: the check has found it, and has to write.
my $log = -s $node->logfile;
$holder->query_safe('BEGIN; LOCK TABLE schemaver.drift_check IN SHARE MODE');
sql('SET schemaver.capture = off; ALTER TABLE dead ADD by_hand int');
sql("SELECT schemaver.schedule('check_drift', '1 hour')");
eventually("SELECT query $worker AND wait_event_type = 'Extension'", 'schemaver: check_drift', 'a check that cannot write pauses');
($seen, $held) = split /\|/, sql('SELECT * FROM look()');
cmp_ok($seen, '>=', 200, "it was there $seen times");
cmp_ok($held, '<', $seen / 5, "... and held something only while it tried again: $held times");
vacuum_is_free('a worker that pauses');
$holder->query_safe('COMMIT');
eventually("SELECT concat_ws(' ', outcome, found) FROM schemaver.job_runs WHERE job = 'check_drift' ORDER BY run DESC LIMIT 1",
	'succeeded 1 new difference', 'the lock is free: the run succeeds, and has found one difference');
is(sql("SELECT count(*) FROM schemaver.drift"), '1', 'which is there once');
is(sql("SELECT count(*) FROM schemaver.commits WHERE source = 'uncaptured'"), '1', '... in one commit');
is(() = slurp_file($node->logfile, $log) =~ /schemaver: drift \d+ from the ledger/g, 1, '... and told once');

# Ten seconds are enough. A cancel gets through before.
$holder->query_safe('BEGIN; LOCK TABLE locked');
sql("SELECT schemaver.schedule('snapshot', '1 hour')");
eventually("SELECT query $worker AND wait_event_type = 'Lock'", 'schemaver: snapshot', 'a snapshot waits');
eventually(outcome('snapshot'), 'failed 1', 'and fails in the end');
is(sql("SELECT error || ' ' || (ended - started BETWEEN '9 s' AND '20 s') FROM schemaver.job_runs WHERE job = 'snapshot'"),
	'canceling statement due to lock timeout true', 'after ten seconds, of what it waited for');
$holder->query_safe('COMMIT');
$holder->query_safe('BEGIN; LOCK TABLE schemaver.drift_check IN SHARE MODE');
sql("SELECT schemaver.schedule('check_drift', '1 hour')");
eventually("SELECT query $worker AND wait_event_type = 'Extension'", 'schemaver: check_drift', 'one that pauses');
sql("SELECT pg_cancel_backend(pid) $worker");
eventually("SELECT error FROM schemaver.job_runs WHERE job = 'check_drift' ORDER BY run DESC LIMIT 1", 'canceling statement due to user request', 'answers a cancel');

# So does one that comes in the very moment in which an attempt ends of its lock_timeout: the worker is held, while it
# waits for the lock, until both are there.
sql("SELECT schemaver.schedule('check_drift', '1 hour')");
eventually("SELECT query $worker AND wait_event_type = 'Extension'", 'schemaver: check_drift', 'it pauses again');
my $pid = sql("SELECT pid $worker");
my $is_held = 0;
for (1 .. 500)
{
	kill 'STOP', $pid;
	$is_held = sql("SELECT wait_event_type $worker") eq 'Lock' and last;
	kill 'CONT', $pid;
	usleep(1000 * (1 + $_ % 20));
}
ok($is_held, 'it is held in an attempt');
usleep(100_000);
sql("SELECT pg_cancel_backend($pid)");
kill 'CONT', $pid;
eventually("SELECT runs || ' times ' || error FROM schemaver.job_runs WHERE job = 'check_drift' ORDER BY run DESC LIMIT 1",
	'2 times canceling statement due to user request', 'and answers the cancel');
$holder->query_safe('COMMIT');
$holder->quit;

# Hashing: what a check hashes of the whole schema first is what it compares with the last check, and then, as the
# schema is another one, what it compares with the ledger. The library has a place to hold a worker at each of them.
sql(q{CREATE FUNCTION hold_hashing(int) RETURNS void AS '$libdir/schemaver', 'schemaver_hold_hashing' LANGUAGE C STRICT});
sub hashes
{
	my ($job, $number, $name) = @_;
	sql("SELECT hold_hashing($number)");
	sql("SELECT schemaver.schedule('$job', '1 hour')");
	eventually("SELECT query $worker AND wait_event_type = 'Extension'", "schemaver: $job", "$name: held while it hashes");
	($seen, $held) = split /\|/, sql('SELECT * FROM look()');
	cmp_ok($seen, '>=', 200, "... it was there $seen times");
	is($held, '0', '... and never held a snapshot or a transaction id');
	vacuum_is_free($name);
	sql('SELECT hold_hashing(0)');
	eventually(outcome($job), 'succeeded 0', '... and succeeds');
}
hashes('snapshot', 1, 'a snapshot');
hashes('check_drift', 1, 'a check');
sql("SELECT schemaver.set_baseline('before')");
sql('SET schemaver.capture = off; ALTER TABLE dead ADD by_hand_too int');
hashes('check_drift', 2, 'a check that compares');
is(sql("SELECT count(*) FROM schemaver.drift WHERE property = 'columns.by_hand_too'"), '2', 'it has found what is other than in the ledger and than in the baseline');
sql('SET schemaver.capture = off; ALTER TABLE dead ADD by_hand_again int');
sql('SELECT hold_hashing(3)');
sql("SELECT schemaver.schedule('check_drift', '1 hour')");
eventually("SELECT count(*) FROM schemaver.drift WHERE property = 'columns.by_hand_again'", '2', 'no more than that is hashed, whatever is found');

$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|was terminated by signal/, 'nothing crashed');
done_testing();
