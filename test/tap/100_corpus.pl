# Real schemas, which other projects publish and which lie beside the project where somebody put them: each must
# have the same fingerprint after a dump and a restore, and one changed default must be found and named.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $corpus = $ENV{SCHEMAVER_CORPUS} // '../shared/corpus';
my @files = glob "$corpus/*.sql";
plan skip_all => "no schemas in $corpus" unless @files;

my $node = PostgreSQL::Test::Cluster->new('corpus');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nmax_locks_per_transaction = 256");
$node->start;

# The default that goes: of the first column, by name, that has a plain one.
my $victim = <<'SQL';
SELECT n.nspname, c.relname, a.attname
FROM pg_attrdef d
JOIN pg_class c ON c.oid = d.adrelid AND c.relkind = 'r' AND NOT c.relispartition
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('schemaver', 'information_schema')
JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated = ''
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attname COLLATE "C" LIMIT 1
SQL

for my $file (@files)
{
	my ($name) = $file =~ m{([^/]+)\.sql$};
	my $dump = "$PostgreSQL::Test::Utils::tmp_check/$name.dump";
	$node->safe_psql('postgres', qq{CREATE DATABASE "$name" TEMPLATE template0; CREATE DATABASE "${name}_restored" TEMPLATE template0});
	$node->safe_psql($name, 'CREATE EXTENSION schemaver');
	# Not every statement works everywhere: some want PostGIS. Those fail, and the rest loads.
	run_log([ 'psql', '-XqAt', '-o', '/dev/null', '-d', $node->connstr($name), '-f', $file ]);

	cmp_ok($node->safe_psql($name, 'SELECT count(*) FROM schemaver.objects()'), '>', 100, "$name: the schema is there");
	is($node->safe_psql($name, "SELECT * FROM schemaver.diff('head', 'live')"), '', "$name: the ledger has all of it");
	my $fingerprint = $node->safe_psql($name, 'SELECT schemaver.fingerprint()');
	like($fingerprint, qr/^sv1:[0-9a-f]{64}$/, "$name: a fingerprint");
	is($node->safe_psql($name, "SELECT schemaver.fingerprint('head')"), $fingerprint, "$name: of head too");
	my $metadata = $node->safe_psql($name, "SELECT schemaver.stamp_backup('corpus')");

	$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', $node->connstr($name) ], "$name: dump");
	$node->command_ok([ 'pg_restore', '-d', $node->connstr("${name}_restored"), $dump ], "$name: restore");
	is($node->safe_psql("${name}_restored", 'SELECT schemaver.fingerprint()'), $fingerprint,
		"$name: restored, the fingerprint is the same");
	is($node->safe_psql("${name}_restored", "SELECT * FROM schemaver.diff('head', 'live')"),
		'', "$name: the new database's ledger has all that was restored");
	is($node->safe_psql("${name}_restored", 'SELECT verdict, differences FROM schemaver.verify_restore()'),
		'match|0', "$name: verify_restore agrees");
	# Rows from before a NOT VALID CHECK may be refused when they come back; foreign keys can rest (docs/restore.md).
	my $not_valid = $node->safe_psql($name, q{SELECT count(*) > 0 FROM pg_constraint WHERE NOT convalidated AND contype <> 'f'});
	is( $node->safe_psql("${name}_restored", "SELECT verdict FROM schemaver.check_restore(\$metadata\$$metadata\$metadata\$)"),
		$not_valid eq 't' ? 'incompatible' : 'match', "$name: check_restore agrees");
	is( $node->safe_psql("${name}_restored", "SELECT * FROM schemaver.restore_findings(\$metadata\$$metadata\$metadata\$)
			WHERE severity = 'error' AND detail NOT LIKE '%is NOT VALID in the backup%'"),
		'', "$name: nothing else is found");

	my ($schema, $table, $column) = split /\|/, $node->safe_psql($name, $victim);
	my $change = qq{ALTER TABLE "$schema"."$table" ALTER "$column" DROP DEFAULT};
	$node->safe_psql($name, "SET schemaver.capture = off; $change");
	isnt($node->safe_psql($name, 'SELECT schemaver.fingerprint()'), $fingerprint, "$name: without a default, another fingerprint");
	is( $node->safe_psql($name, "SELECT change, kind, identity, captured FROM schemaver.diff('head', 'live')"),
		"removed|table|$schema.$table|f", "$name: the changed default is found");
	like($node->safe_psql($name, "SELECT property FROM schemaver.diff('head', 'live')"), qr/\b$column\b.*default/,
		"$name: and named");
	isnt($node->safe_psql("${name}_restored", "$change; SELECT schemaver.fingerprint()"),
		$fingerprint, "$name: a captured change changes the fingerprint as well");
	is( $node->safe_psql("${name}_restored", "SELECT kind, identity FROM schemaver.changes ORDER BY commit DESC LIMIT 1"),
		"table|$schema.$table", "$name: and stands in the ledger");
}

$node->stop;
done_testing();
