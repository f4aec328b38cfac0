# A cancel ends whatever reads a schema within a tenth of a second, wherever in the reading it comes. What is
# asserted allows for a machine that has other work: the median.
#
#     SCHEMAVER_TABLES=100000    (3000 unless told otherwise)
#
# Runs alone: other tests beside it would be in the measurement.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $tables = $ENV{SCHEMAVER_TABLES} || 3000;
my $node = PostgreSQL::Test::Cluster->new('cancel');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nmax_locks_per_transaction = 500");
$node->start;
$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION schemaver;
SET schemaver.capture = off;
DO \$\$
BEGIN
    FOR i IN 1..$tables LOOP
        EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, a text DEFAULT %L, b int CHECK (b > %s), c date)', i, i, i);
        EXECUTE format('CREATE VIEW v%s AS SELECT a, b + %s AS more FROM t%s WHERE c IN (%L, %L)', i, i, i, '2020-01-01', '2021-01-01');
        IF i % 250 = 0 THEN COMMIT; END IF;
    END LOOP;
END \$\$;
-- Cancels the session when it has been at it for some milliseconds; how many more it took to stop.
CREATE FUNCTION cancelled_after(session int, wait float) RETURNS float LANGUAGE plpgsql AS \$\$
DECLARE
    began timestamptz;
BEGIN
    LOOP
        PERFORM pg_stat_clear_snapshot();
        EXIT WHEN EXISTS (SELECT FROM pg_stat_activity WHERE pid = session AND state = 'active');
        PERFORM pg_sleep(0.001);
    END LOOP;
    PERFORM pg_sleep(wait / 1000);
    began := clock_timestamp();
    PERFORM pg_cancel_backend(session);
    LOOP
        PERFORM pg_stat_clear_snapshot();
        EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = session AND state = 'active');
    END LOOP;
    RETURN extract(epoch FROM clock_timestamp() - began) * 1000;
END \$\$;
SQL

# What reads everything; each is run again and again, so that there is something to cancel however fast it is.
# LIVE is the point, from each row anew, or the server would call a set-returning function once.
my %reads = (
	'fingerprint()' => 'SELECT count(schemaver.fingerprint(LIVE)) FROM rows',
	'fingerprint(exact => true)' => 'SELECT count(schemaver.fingerprint(LIVE, exact => true)) FROM rows',
	'describe()' => q{SELECT count(schemaver.describe('table', 'public.t1', LIVE)) FROM rows},
	'objects()' => 'SELECT count(*) FROM rows, LATERAL schemaver.objects(LIVE) AS o',
	'diff()' => q{SELECT count(*) FROM rows, LATERAL schemaver.diff('head', LIVE) AS d},
	'backup_metadata()' => 'SELECT count(schemaver.backup_metadata()) FROM rows');

# One session that is cancelled again and again while it reads everything.
my ($in, $out, $err) = ('', '', '');
my $timeout = IPC::Run::timeout(180);
my $psql = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, '2>', \$err, $timeout);
$in .= "SELECT pg_backend_pid();\n";
$psql->pump until $out =~ /^(\d+)\n/;
my $pid = $1;
for my $what (sort keys %reads)
{
	my $query = $reads{$what} =~ s/LIVE/CASE WHEN n > 0 THEN 'live' END/r =~ s/FROM rows/FROM generate_series(1, 10000) AS n/r;
	my @milliseconds;
	for my $attempt (1 .. 12)
	{
		($out, $err) = ('', '');
		my $wait = $attempt * $attempt * $tables / 1000;
		$in .= "$query;\n\\echo done\n";
		$psql->pump_nb;
		push @milliseconds, $node->safe_psql('postgres', "SELECT cancelled_after($pid, $wait)");
		$psql->pump until $out =~ /done/;
		$psql->pump until $err =~ /canceling statement due to user request/;
	}
	my @sorted = sort { $a <=> $b } @milliseconds;
	my $median = $sorted[ $#sorted / 2 ];
	diag(sprintf('%s, %d tables: stopped after %.0f ms (median), %.0f ms (longest of %d)',
			$what, $tables, $median, $sorted[-1], scalar @sorted));
	cmp_ok($median, '<', 100, "$what answers a cancel within 100 ms");
}
$in .= "\\q\n";
$psql->finish;
is($node->safe_psql('postgres', 'SELECT schemaver.fingerprint() = schemaver.fingerprint()'), 't', 'and works afterwards');
$node->stop;
done_testing();
