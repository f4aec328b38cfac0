# 32 clients run DDL: on objects of their own, on objects that all share, with old snapshots and with rollbacks. The
# load has no deadlock in it (test/concurrency/ddl_*.sql say why), so there must be none, and no error. Each transaction
# notes what it did, so afterwards the ledger can be held against that: no entry is lost or doubled, the changes of
# each object follow one another, and all of it adds up to the catalogs.
# SCHEMAVER_SECONDS says for how long.
use strict;
use warnings;
use File::Basename qw(dirname);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seconds = $ENV{SCHEMAVER_SECONDS} || 60;
my $tests = dirname(__FILE__) . '/..';
my $node = PostgreSQL::Test::Cluster->new('crowd');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nmax_connections = 60\nlock_timeout = '60s'");
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
SQL
my $beginning = $node->safe_psql('postgres', 'SELECT max(commit) FROM schemaver.log');

my ($out, $err) = ('', '');
my $exit = IPC::Run::run(
	[   'pgbench', '-n', '-T', $seconds, '-c', 32, '-j', 2,
		(map { ('-f', "$tests/concurrency/ddl_$_.sql") } qw(own shared types rename)), $node->connstr('postgres') ],
	'<', \undef, '>', \$out, '2>', \$err);
ok($exit, 'the load runs to its end') or diag($err);
is($err =~ /error|aborted/i ? $err : '', '', 'without an error');

is( $node->safe_psql('postgres', <<"SQL"), '', 'each transaction is one commit with as many commands as it ran');
SELECT transaction, d.commands, c.commands, c.count
FROM (SELECT transaction, sum(commands) AS commands FROM done GROUP BY 1) AS d
FULL JOIN (SELECT transaction, sum(commands) AS commands, count(*) FROM schemaver.commit
           WHERE id > $beginning GROUP BY 1) AS c USING (transaction)
WHERE (d.commands, 1) IS DISTINCT FROM (c.commands, c.count)
SQL
is( $node->safe_psql('postgres', <<"SQL"), '', 'and as many rows in the list of commands');
SELECT c.id, c.commands, count(k.number), count(DISTINCT k.number), max(k.number)
FROM schemaver.commit AS c LEFT JOIN schemaver.command AS k USING (timeline, transaction)
WHERE c.id > $beginning GROUP BY 1, 2 HAVING c.commands <> count(k.number) OR count(DISTINCT k.number) <> count(k.number)
SQL
is( $node->safe_psql('postgres', <<'SQL'), '', 'each change of an object begins where the one before it ended');
SELECT commit, kind, identity, digest_before, former FROM (
    SELECT *, lag(digest_after) OVER (PARTITION BY catalog, object ORDER BY commit, number) AS former
    FROM schemaver.change) AS c
WHERE former IS NOT NULL AND former IS DISTINCT FROM digest_before
SQL
is($node->safe_psql('postgres', slurp_file("$tests/ledger_check.sql")), '', 'the ledger adds up to the catalogs');
note($node->safe_psql('postgres',
	"SELECT count(*) || ' commits, ' || sum(commands) || ' commands, ' || sum(changes) || ' changes, of '
	        || (SELECT count(DISTINCT client) FROM done) || ' clients' FROM schemaver.commit WHERE id > $beginning"));
is($node->safe_psql('postgres', 'SELECT count(DISTINCT client) FROM done'), '32', 'all clients have done something');
unlike(slurp_file($node->logfile), qr/deadlock detected|ERROR:/, 'no deadlock and no error in the log');
$node->stop;
done_testing();
