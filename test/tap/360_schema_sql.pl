# schema_sql(): what it gives recreates the schema, run in an empty database: the fingerprint is the same. (The
# portable one: the server deparses some expressions otherwise once they were written out, pg_dump or not.)
# Of the demo's schema, of one of everything, of real schemas, of awkward ones; and of a version, when the live
# schema has gone on.
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = "$FindBin::Bin/..";
my $corpus = $ENV{SCHEMAVER_CORPUS} // '../shared/corpus';
my $number = 0;

my $node = PostgreSQL::Test::Cluster->new('schema_sql');
$node->init;
$node->append_conf('postgresql.conf',
	"fsync = off\nallow_in_place_tablespaces = on\nmax_locks_per_transaction = 256\nclient_min_messages = warning");
$node->start;

sub new_database
{
	my ($name) = @_;
	$node->safe_psql('postgres', qq{CREATE DATABASE "$name" TEMPLATE template0});
	$node->safe_psql($name, 'CREATE EXTENSION schemaver');
	return $name;
}

sub objects
{
	my ($database, $at) = @_;
	return map { (split /\t/)[0, 1] }
		split /\n/, $node->safe_psql($database, "SELECT kind || ' ' || identity || ' ' || schemaver.describe(kind, identity, '$at') || E'\t' || digest FROM schemaver.objects('$at')");
}

# Runs what schema_sql($at) gives in a database of its own, and compares.
sub recreates
{
	my ($database, $at, $what) = @_;
	my $script = "$PostgreSQL::Test::Utils::tmp_check/" . ++$number . '.sql';
	my $copy = new_database("copy_$number");
	$node->command_ok([ 'psql', '-XAtq', '-d', $node->connstr($database), '-o', $script, '-c', "SELECT schemaver.schema_sql('$at')" ],
		"$what: a script");
	$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($copy), '-f', $script ], "$what: runs");
	my $same = $node->safe_psql($copy, 'SELECT schemaver.fingerprint()') eq
		$node->safe_psql($database, "SELECT schemaver.fingerprint('$at')");
	ok($same, "$what: gives the same fingerprint");
	if (!$same)
	{
		my %before = objects($database, $at);
		my %after = objects($copy, 'live');
		my %old = map { $_ => 1 } values %before;
		my %new = map { $_ => 1 } values %after;
		diag join "\n", (map { "-$_" } grep { !$new{ $before{$_} } } sort keys %before), (map { "+$_" } grep { !$old{ $after{$_} } } sort keys %after);
	}
	is($node->safe_psql($copy, "SELECT * FROM schemaver.diff('head', 'live')"), '', "$what: and the ledger has it");
	return $script;
}

# One of everything
new_database('everything');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('everything'), '-f', "$test/sensitivity/everything.sql", '-o', '/dev/null' ],
	'a database with one of everything');
# No provider of labels is loaded, and the catalog was written to by hand.
$node->safe_psql('everything', 'DELETE FROM pg_catalog.pg_seclabel');
recreates('everything', 'live', 'one of everything');
$node->safe_psql('everything', 'DROP SUBSCRIPTION app_subscription');

# The demo's schema
new_database('demo');
$node->safe_psql('demo', 'CREATE ROLE scheduler_app; CREATE ROLE scheduler_report');
for my $migration (sort glob "$test/demo/migrations/*.sql")
{
	$node->command_ok([ 'psql', '-Xq1', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('demo'), '-f', $migration, '-o', '/dev/null' ], $migration =~ s{.*/}{}r);
}
recreates('demo', 'live', 'the demo');

# Awkward ones: as they are, and as they were when all of it has gone and something else has come
new_database('awkward');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('awkward'), '-f', "$test/stability/awkward.sql", '-o', '/dev/null' ],
	'what is hard to put into order');
recreates('awkward', 'live', 'what is hard to put into order');
my $before = $node->safe_psql('awkward', "SELECT schemaver.tag('v1'); SELECT schemaver.fingerprint('v1')") =~ s/.*\n//r;
$node->safe_psql('awkward', q{
	DROP SCHEMA public CASCADE;
	ALTER TABLE app.orders RENAME TO purchases;
	ALTER TABLE app.purchases ADD COLUMN more integer;
	DROP SCHEMA "Odd.schema" CASCADE;
	DROP TABLE app.sales CASCADE;
	CREATE TABLE app.next ();
});
is($node->safe_psql('awkward', "SELECT schemaver.fingerprint('v1')"), $before, 'a version stays what it was');
recreates('awkward', 'v1', 'a version from before');
recreates('awkward', 'live', 'without a schema public');

# Real schemas
my @files = glob "$corpus/*.sql";
SKIP:
{
	skip "no schemas in $corpus", 1 unless @files;
	for my $file (@files)
	{
		my ($name) = $file =~ m{([^/]+)\.sql$};
		new_database($name);
		run_log([ 'psql', '-XqAt', '-o', '/dev/null', '-d', $node->connstr($name), '-f', $file ]);
		recreates($name, 'live', $name);
	}
}

$node->stop;
done_testing();
