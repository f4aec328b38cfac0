# The ledger across what servers go through: an immediate shutdown, a prepared transaction that outlives it, a
# standby that may only read, and its promotion.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $differences = "SELECT count(*) FROM schemaver.diff('head', 'live')";

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', 'max_prepared_transactions = 5');
$primary->start;
$primary->safe_psql('postgres', <<'SQL');
CREATE EXTENSION schemaver;
CREATE TABLE people (id int PRIMARY KEY, name text);
SQL

# DDL that was not committed when the server crashed is not in the ledger; what was committed is.
my $session = $primary->background_psql('postgres', on_error_stop => 0);
$session->query_safe("BEGIN; CREATE TABLE unfinished (id int); CHECKPOINT;");
$primary->safe_psql('postgres', 'ALTER TABLE people ADD email text');
$primary->stop('immediate');
eval { $session->quit };
$primary->start;
is($primary->safe_psql('postgres', $differences), '0', 'crash: the ledger agrees');
is($primary->safe_psql('postgres', "SELECT count(*) FROM schemaver.changes WHERE identity = 'public.unfinished'"),
	'0', 'crash: nothing of the unfinished transaction');
is($primary->safe_psql('postgres', 'SELECT summary FROM schemaver.log LIMIT 1'),
	'ALTER TABLE public.people', 'crash: the last commit is there');

# A prepared transaction's commit is written when it is prepared, and becomes visible when it is committed.
$primary->safe_psql('postgres', <<'SQL');
BEGIN;
CREATE TABLE prepared (id int);
ALTER TABLE people ADD prepared int;
PREPARE TRANSACTION 'two_phase';
BEGIN;
CREATE TABLE taken_back (id int);
PREPARE TRANSACTION 'taken_back';
SQL
is($primary->safe_psql('postgres', $differences), '0', 'prepared: not yet to be seen');
$primary->stop('immediate');
$primary->start;
$primary->safe_psql('postgres', "COMMIT PREPARED 'two_phase'");
$primary->safe_psql('postgres', "ROLLBACK PREPARED 'taken_back'");
is($primary->safe_psql('postgres', $differences), '0', 'committed, after a crash: the ledger agrees');
is($primary->safe_psql('postgres', 'SELECT commands, changes FROM schemaver.commits LIMIT 1'), '2|2', 'one commit, both commands');
is($primary->safe_psql('postgres', "SELECT count(*) FROM schemaver.changes WHERE identity = 'public.taken_back'"),
	'0', 'nothing of what was rolled back');
my $metadata = $primary->safe_psql('postgres', "SELECT schemaver.stamp_backup('on the primary')");

# A standby reads.
my $user = $primary->safe_psql('postgres', 'SELECT current_user');
my $at = "host '" . $primary->host . "', port '" . $primary->port . "', dbname 'postgres'";
$primary->safe_psql('postgres', "CREATE SERVER primary_server FOREIGN DATA WRAPPER schemaver OPTIONS ($at); CREATE USER MAPPING FOR CURRENT_USER SERVER primary_server OPTIONS (user '$user')");
$primary->safe_psql('postgres', "SELECT schemaver.tag('v1.0.0'), schemaver.set_baseline('production'), schemaver.seal(), schemaver.snapshot()");
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->safe_psql('postgres', 'CREATE TABLE streamed (id int)');
my $fingerprint = $primary->safe_psql('postgres', 'SELECT schemaver.fingerprint()');
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('write'));
is($standby->safe_psql('postgres', 'SELECT schemaver.fingerprint()'), $fingerprint, 'standby: fingerprint');
is($standby->safe_psql('postgres', $differences), '0', 'standby: diff');
is($standby->safe_psql('postgres', 'SELECT summary FROM schemaver.log LIMIT 1'), 'CREATE TABLE public.streamed', 'standby: log');
is($standby->safe_psql('postgres', "SELECT schemaver.backup_metadata('on the primary')"), $metadata, 'standby: a stamp');
like($standby->safe_psql('postgres', 'SELECT schemaver.backup_metadata()'), qr/"$fingerprint"/, 'standby: metadata');
is($standby->safe_psql('postgres', 'SELECT verdict FROM schemaver.check_restore(schemaver.backup_metadata())'),
	'match', 'standby: check_restore');
# Whatever only reads gives on the standby what it gives on the primary.
for my $reads ('schemaver.objects()', 'schemaver.definitions()', "schemaver.describe('table', 'public.people')", "schemaver.schema_sql('v1.0.0')",
	"schemaver.diff('v1.0.0', 'live')", "schemaver.diff_text('v1.0.0', 'live')", 'schemaver.changelog()', "schemaver.compatibility('v1.0.0', 'live')",
	"schemaver.compatibility_findings('v1.0.0', 'live')", "schemaver.history('public.people')", "schemaver.blame('public.people')",
	'schemaver.verify_ledger()', "schemaver.version_info('v1.0.0')", 'schemaver.unmodelled()', 'schemaver.versions',
	"(SELECT to_jsonb(b) - 'age' FROM schemaver.backups AS b)",
	'schemaver.baselines', 'schemaver.seals', 'schemaver.commits', 'schemaver.commands', 'schemaver.changes', 'schemaver.timelines', 'schemaver.drift',
	'schemaver.drift_checks', 'schemaver.job_runs', 'schemaver.snapshots', "schemaver.fingerprint('server:primary_server')",
	'(SELECT job, every, at, paused, last_outcome FROM schemaver.jobs)', 'schemaver.revisions()', 'schemaver.migration_status()', 'schemaver.migration_history',
	"schemaver.lint('ALTER TABLE people ADD COLUMN pager text NOT NULL')", "schemaver.restore_findings(schemaver.backup_metadata('on the primary'))",
	"schemaver.objects(scope => 'cluster')", "schemaver.fingerprint(exact => true)",
	"schemaver.diff('v1.0.0', 'server:primary_server')", 'schemaver.compare_fleet()', "schemaver.fleet_summary('{primary_server}')")
{
	my $query = "SELECT r::text FROM $reads AS r ORDER BY 1";
	is($standby->safe_psql('postgres', $query), $primary->safe_psql('postgres', $query), "standby: $reads");
}
is($standby->safe_psql('postgres', "SELECT count(*) FROM schemaver.diff('live', 'server:primary_server')"), '0', 'standby: the same as its primary');
isnt($standby->safe_psql('postgres', 'SELECT state FROM schemaver.status()'), '', 'standby: status');
for my $writes ("tag('v2')", "set_baseline('x')", 'seal()', 'snapshot()', 'prune()', 'find_drift(NULL)', "find_drift('server:primary_server')", "schedule('seal', '1 hour')")
{
	my (undef, undef, $refusal) = $standby->psql('postgres', "\\set VERBOSITY verbose\nSELECT schemaver.$writes");
	like($refusal, qr/ERROR:  25006: cannot execute/, "standby: $writes says why not");
}
my ($status, undef, $errors) = $standby->psql('postgres', "\\set VERBOSITY verbose\nSELECT schemaver.stamp_backup('on the standby')");
like($errors, qr/ERROR:  25006: cannot execute schemaver\.stamp_backup\(\) during recovery/, 'standby: stamp_backup says why not');

# Promoted, it goes on with a timeline of its own.
my $parent = $standby->safe_psql('postgres', 'SELECT timeline FROM schemaver.timelines');
$standby->promote;
is($standby->safe_psql('postgres', $differences), '0', 'promoted: the ledger agrees');
is($standby->safe_psql('postgres', 'SELECT timeline, own FROM schemaver.timelines'), "$parent|t", 'promoted: reading writes nothing');
$standby->safe_psql('postgres', 'ALTER TABLE streamed ADD promoted int');
is($standby->safe_psql('postgres', $differences), '0', 'promoted: after its first DDL too');
is($standby->safe_psql('postgres', 'SELECT own, parent FROM schemaver.timelines ORDER BY started_at'),
	"t|\nt|$parent", 'promoted: a new timeline, whose parent is the old one');
$primary->safe_psql('postgres', 'ALTER TABLE streamed ADD stayed int');
is($primary->safe_psql('postgres', $differences), '0', 'the old primary goes on');
is($primary->safe_psql('postgres', 'SELECT count(*) FROM schemaver.timelines'), '1', 'under the old timeline');
$standby->restart;
$standby->safe_psql('postgres', 'ALTER TABLE streamed ADD restarted int');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM schemaver.timelines'), '2', 'a restart starts no timeline');

for my $node ($standby, $primary)
{
	unlike(slurp_file($node->logfile), qr/was terminated by signal|PANIC|TRAP:/, $node->name . ': the log knows of no crash');
	$node->stop;
}
done_testing();
