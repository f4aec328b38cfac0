# Checks for drift while others run DDL: whatever is captured is never taken for uncaptured, nobody waits long, and what
# really happens past the ledger in the middle of it is found, once. Then across a restart, a crash and a standby.
# SCHEMAVER_SECONDS says for how long.
use strict;
use warnings;
use File::Basename qw(dirname);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seconds = $ENV{SCHEMAVER_SECONDS} ? 5 : 10;
my $tests = dirname(__FILE__) . '/..';
my $node = PostgreSQL::Test::Cluster->new('drift');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "lock_timeout = '60s'\nmax_connections = 40");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION schemaver;
CREATE TABLE done (client int, commands int, transaction xid8);
CREATE SCHEMA own;
CREATE SCHEMA shared;
SQL
$node->safe_psql('postgres', "CREATE TABLE shared.t$_ (a int); CREATE VIEW shared.v$_ AS SELECT a, 0 AS n FROM shared.t$_") for 0 .. 4;
$node->safe_psql('postgres', <<'SQL');
CREATE DOMAIN shared.word AS text;
CREATE TABLE shared.granted (a int, feels shared.word);
CREATE TABLE shared.named (a int PRIMARY KEY);
CREATE VIEW shared.of_named AS SELECT a FROM shared.named;
CREATE TABLE quiet (id int);
SELECT schemaver.set_baseline('production');
SQL

# Checks, one after the other, beside the load.
append_to_file("$PostgreSQL::Test::Utils::tmp_check/check.sql", "SELECT count(*) FROM schemaver.check_drift();\n");
my ($out, $err, $checks, $check_errors) = ('', '', '', '');
my $load = IPC::Run::start(
	[   'pgbench', '-n', '-T', $seconds, '-c', 8, '-j', 2,
		(map { ('-f', "$tests/concurrency/ddl_$_.sql") } qw(own shared types rename)), $node->connstr('postgres') ],
	'<', \undef, '>', \$out, '2>', \$err);
my $checking = IPC::Run::start(
	[ 'pgbench', '-n', '-T', $seconds, '-c', 2, '-f', "$PostgreSQL::Test::Utils::tmp_check/check.sql", $node->connstr('postgres') ],
	'<', \undef, '>', \$checks, '2>', \$check_errors);
sleep $seconds / 2;
$node->safe_psql('postgres', 'SET schemaver.capture = off; ALTER TABLE quiet ADD by_hand int');
ok($load->finish, 'the load runs to its end') or diag($err);
ok($checking->finish, 'and so do the checks') or diag($check_errors);
is("$err$check_errors" =~ /error|aborted/i ? "$err$check_errors" : '', '', 'without an error');
note('checks: ' . ($checks =~ /actually processed: (\d+)/)[0] . ', transactions of DDL: ' . ($out =~ /actually processed: (\d+)/)[0]);

$node->safe_psql('postgres', 'SELECT schemaver.check_drift()');
is($node->safe_psql('postgres', "SELECT identity, property, captured FROM schemaver.drift WHERE against = 'ledger'"),
	'public.quiet|columns.by_hand|f', 'what happened past the ledger was found, once, and nothing else');
is($node->safe_psql('postgres', "SELECT count(*) FROM schemaver.commits WHERE source = 'uncaptured'"), '1', 'in one commit');
is($node->safe_psql('postgres', slurp_file("$tests/ledger_check.sql")), '', 'the ledger adds up to the catalogs');
is($node->safe_psql('postgres', "SELECT count(*) FROM schemaver.diff('head', 'live')"), '0', 'as diff() says too');

# Somebody has the table locked whose change is to be recorded: nobody waits, and the next check does it.
{
	$node->safe_psql('postgres', 'SET schemaver.capture = off; ALTER TABLE quiet ADD by_hand_too int');
	my $holder = $node->background_psql('postgres');
	$holder->query_safe('BEGIN; LOCK TABLE quiet IN SHARE UPDATE EXCLUSIVE MODE');
	my $before = $node->safe_psql('postgres', "SELECT count(*) FROM schemaver.drift WHERE against = 'ledger'");
	$node->safe_psql('postgres', "SET statement_timeout = '20s'; SELECT schemaver.check_drift()");
	is($node->safe_psql('postgres', "SELECT count(*) FROM schemaver.drift WHERE against = 'ledger'"), $before, 'a locked table is left for the next check');
	$holder->query_safe('COMMIT');
	$holder->quit;
	$node->safe_psql('postgres', 'SELECT schemaver.check_drift()');
	is($node->safe_psql('postgres', "SELECT property FROM schemaver.drift WHERE against = 'ledger' ORDER BY id DESC LIMIT 1"), 'columns.by_hand_too', 'which finds it');
}

# The server is killed right after a check: what was told is there.
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', "SELECT count(*) FROM schemaver.drift WHERE against = 'ledger' AND state = 'open'"), '2', 'drift survives a crash');
like($node->safe_psql('postgres', "SELECT string_agg(payload, E'\\n') FROM (SELECT pg_read_file(pg_current_logfile()) AS payload) AS l") || slurp_file($node->logfile),
	qr/WARNING:|LOG:\s+schemaver: drift \d+ from the ledger: table public\.quiet, columns\.by_hand added/, 'and the log has told of it');

# After pg_upgrade the cluster has another identifier, and its databases start timelines that inherit no commits (360 does it;
# here a copy's ledger is told that it began in another cluster). What was found before is not told again, and can be
# accepted; and it closes itself, from the ledger and from a baseline.
{
	$node->safe_psql('postgres', 'ALTER TABLE quiet ADD beside_baseline int; SELECT schemaver.check_drift()');
	$node->safe_psql('postgres', 'CREATE DATABASE upgraded TEMPLATE postgres');
	my $all = 'SELECT id, state, against, identity, property, first_seen, who, at, statement FROM schemaver.drift ORDER BY id';
	like($node->safe_psql('postgres', $all), qr/\|columns\.beside_baseline\|.*\|.+\|.+\|ALTER TABLE quiet ADD beside_baseline int$/m, 'drift that was recorded has its time and statement');
	my $drift = $node->safe_psql('postgres', $all);
	$node->safe_psql('upgraded', q{UPDATE schemaver.timeline SET system_identifier = '1'});
	is($node->safe_psql('upgraded', $all), $drift, 'upgraded: drift is known before anything is written');
	is($node->safe_psql('upgraded', 'CREATE TABLE upgraded (id int); SELECT count(*) FROM schemaver.timelines WHERE own'), '1', 'upgraded: a timeline that inherits nothing');
	is($node->safe_psql('upgraded', $all), $drift, 'upgraded: and afterwards');
	$node->safe_psql('upgraded', 'SELECT schemaver.check_drift()');
	is($node->safe_psql('upgraded', "$all LIMIT " . scalar(split /\n/, $drift)), $drift, 'upgraded: a check ends none of it');
	my ($last) = $drift =~ /^(\d+)[^\n]*\z/m;
	is($node->safe_psql('upgraded', "SELECT against, identity FROM schemaver.drift WHERE id > $last"), 'baseline:production|public.upgraded', 'upgraded: what is new is told, and nothing else');
	my $open = q{SELECT min(id) FROM schemaver.drift WHERE state = 'open' AND against = 'ledger'};
	$node->safe_psql('upgraded', "SELECT schemaver.accept_drift(($open), 'known')");
	is($node->safe_psql('upgraded', q{SELECT string_agg(property || ' ' || state, ', ' ORDER BY id) FROM schemaver.drift WHERE against = 'ledger'}),
		'columns.by_hand accepted, columns.by_hand_too open', 'upgraded: it can be accepted');
	$node->safe_psql('upgraded', 'ALTER TABLE quiet DROP by_hand, DROP by_hand_too, DROP beside_baseline; SELECT schemaver.check_drift()');
	is($node->safe_psql('upgraded', q{SELECT string_agg(DISTINCT state, ' ') FROM schemaver.drift WHERE identity = 'public.quiet'}), 'returned', 'upgraded: and closes itself');
}

# On a standby what only reads works, and check_drift() says what it cannot do.
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('drift_standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', "SELECT count(*) FROM schemaver.drift WHERE against = 'ledger'"), '2', 'a standby shows drift');
my ($exit, $stdout, $stderr) = $standby->psql('postgres', 'SELECT schemaver.check_drift()');
like($stderr, qr/cannot execute schemaver\.check_drift\(\) during recovery/, 'and says that it cannot look for it');
is($standby->safe_psql('postgres', "SELECT count(*) FROM schemaver.diff('head', 'live')"), '0', 'diff() compares there');

# Promoted, it writes a timeline of its own, and what was found before is not told again.
my $states = "SELECT string_agg(state, ' ' ORDER BY id) FROM schemaver.drift WHERE against = 'ledger'";
$node->safe_psql('postgres', "SELECT schemaver.accept_drift(max(id), 'known') FROM schemaver.drift WHERE against = 'ledger'");
$node->wait_for_catchup($standby);
$standby->promote;
is($standby->safe_psql('postgres', "CREATE TABLE promoted (id int); SELECT count(*) FROM schemaver.check_drift() WHERE against = 'ledger'"), '1', 'promoted: the same drift is open');
is($standby->safe_psql('postgres', $states), 'open accepted', 'promoted: no other is told, and what was accepted is');
$standby->safe_psql('postgres', 'ALTER TABLE quiet DROP COLUMN by_hand; SELECT schemaver.check_drift()');
is($standby->safe_psql('postgres', $states), 'returned accepted', 'promoted: and it closes itself');
$standby->stop;

# More of them than there is room for locks, as after a restore with capture off.
$node->append_conf('postgresql.conf', 'max_locks_per_transaction = 10');
$node->restart;
$node->safe_psql('postgres', <<'SQL');
CREATE DATABASE many;
\c many
CREATE EXTENSION schemaver;
SET schemaver.capture = off;
DO $$
BEGIN
    FOR i IN 1..3000 LOOP
        EXECUTE format('CREATE TABLE many_%s (a int)', i);
        IF i % 100 = 0 THEN COMMIT; END IF;
    END LOOP;
END $$;
SQL
is($node->safe_psql('many', 'SELECT count(*) FROM schemaver.check_drift()'), '3000', 'many tables that nobody recorded are found');
is($node->safe_psql('many', q{SELECT source, changes FROM schemaver.commits ORDER BY commit DESC LIMIT 1}), 'uncaptured|3000', 'and recorded');
is($node->safe_psql('many', q{SELECT count(*) FROM schemaver.diff('head', 'live')}), '0', 'and nothing is left');
$node->stop;
done_testing();
