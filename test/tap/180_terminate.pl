# A session that is terminated while it reads the catalogs goes as any other does: its temporary tables with it, and
# without harm to the server.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('terminate');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nmax_locks_per_transaction = 500");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION schemaver;
SET schemaver.capture = off;
DO $$
BEGIN
    FOR i IN 1..1000 LOOP
        EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, a text DEFAULT %L, CHECK (id > %s))', i, i, i);
        EXECUTE format('CREATE VIEW v%s AS SELECT a FROM t%s WHERE id IN (1, %s)', i, i, i);
    END LOOP;
END $$;
SQL
for my $attempt (1 .. 10)
{
	my ($out, $err) = ('', '');
	my $victim = IPC::Run::start(
		[ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', "SET application_name = 'victim'",
			'-c', "CREATE TEMPORARY TABLE passing_$attempt (id int PRIMARY KEY)",
			'-c', 'SELECT count(schemaver.fingerprint(exact => true)) FROM generate_series(1, 10000)' ],
		'<', \undef, '>', \$out, '2>', \$err);
	my $is_reading = "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'victim' AND query LIKE '%generate_series%'";
	$node->poll_query_until('postgres', $is_reading) or die 'it does not begin';
	$node->safe_psql('postgres', 'SELECT pg_sleep(0.0' . (1 + 7 * $attempt) . ')');
	$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'victim'");
	$victim->finish;
	like($err, qr/terminating connection due to administrator command/, "attempt $attempt: terminated");
}
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_class WHERE relname LIKE 'passing%'"), '0', 'no temporary table stayed');
unlike(PostgreSQL::Test::Utils::slurp_file($node->logfile), qr/PANIC|was terminated by signal|TRAP|missing chunk|cache lookup/,
	'the server has come to no harm');
$node->stop;
done_testing();
