# The ledger explains the schema, whatever happens to it: test/random-ddl changes it at random, and after each
# transaction the commits must add up to what a full read of the catalogs gives (test/ledger_check.sql).
#
# SCHEMAVER_TRANSACTIONS says how many, SCHEMAVER_SEED which. The seed is fixed unless one is given, so that what this test
# says is due to the change that it runs for.
use strict;
use warnings;
use File::Basename qw(dirname);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $transactions = $ENV{SCHEMAVER_TRANSACTIONS} || 1000;
my $seed = $ENV{SCHEMAVER_SEED} || 4711;
diag("seed $seed, $transactions transactions");

my $tests = dirname(__FILE__) . '/..';
my $scratch = PostgreSQL::Test::Utils::tempdir();
my $script = "$scratch/$seed.sql";
my $output = "$scratch/$seed.out";

my $node = PostgreSQL::Test::Cluster->new('random');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nmax_prepared_transactions = 5\nstatement_timeout = '60s'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION schemaver');
system("$tests/random-ddl $seed $transactions $tests/ledger_check.sql > $script") == 0 or die 'no script';
ok( IPC::Run::run([ 'psql', '-XqAt', '-d', $node->connstr('postgres'), '-f', $script ], '>', $output, '2>', "$output.errors"),
	'the script runs to its end');

# What the checks have found is all that is written to the output, each transaction after its number.
my ($number, $differences, $first) = (0, 0, '');
for my $line (split /\n/, slurp_file($output))
{
	if ($line =~ /^transaction (\d+)$/) { $number = $1; next; }
	$differences++ if $line =~ / in the (catalogs|ledger)/;
	$first ||= "transaction $number: $line" if $line =~ /in the (catalogs|ledger)/;
}
is($number, $transactions, "$transactions transactions");
is($first, '', 'after each the ledger adds up to the catalogs');
my $commits = $node->safe_psql('postgres', 'SELECT count(*) FROM schemaver.log');
my $commands = $node->safe_psql('postgres', 'SELECT count(*) FROM schemaver.commands');
my $kinds = $node->safe_psql('postgres', 'SELECT count(DISTINCT kind) FROM schemaver.changes');
note("$commits commits with $commands commands; objects of $kinds kinds");
cmp_ok($commands, '>', $transactions / 2, 'enough of it was possible');
$node->stop;
done_testing();
