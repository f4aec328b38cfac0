# A project's life: the demo's migrations and those that came later, each a version. Then versions are compared with
# each other, there and back: neighbours, and every fourth with every fourth; with SCHEMAVER_ALL_PAIRS=1 all with all.
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = "$FindBin::Bin/..";
my $node = PostgreSQL::Test::Cluster->new('real_use');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app TEMPLATE template0; CREATE ROLE scheduler_app; CREATE ROLE scheduler_report');
$node->safe_psql('app', 'CREATE EXTENSION schemaver');

# The demo's are a version for six of them, or there are too many pairs.
my @demo = sort glob "$test/demo/migrations/*.sql";
my @migrations;
while (my @some = splice @demo, 0, 6) { push @migrations, [ join ";\n", map { slurp_file($_) } @some ] }
for my $paragraph (grep { /^(?!--)\S/m } split /\n{2,}/, slurp_file("$test/real_use/later.sql"))
{
	push @migrations, [ $paragraph, $paragraph =~ /^-- alone$/m ];
}
cmp_ok(scalar @migrations, '>=', 30, 'at least 30 migrations');

my $number = 0;
for my $migration (@migrations)
{
	my ($sql, $alone) = @$migration;
	$node->safe_psql('app', $alone ? $sql : "BEGIN;\n$sql;\nCOMMIT");
	$node->safe_psql('app', sprintf "SELECT schemaver.tag('m%02d')", ++$number);
}
is($node->safe_psql('app', 'SELECT count(*) FROM schemaver.versions'), $number, 'each is a version');

# All pairs, once.
my $all_pairs = $ENV{SCHEMAVER_ALL_PAIRS} ? 'true' : 'false';
$node->safe_psql('app', <<"SQL");
CREATE SCHEMA check_pairs;
CREATE TABLE check_pairs.pairs AS
WITH numbered AS (SELECT version, substr(version, 2)::integer AS nr FROM schemaver.versions)
SELECT a.version AS a, b.version AS b FROM numbered AS a, numbered AS b
WHERE $all_pairs OR abs(a.nr - b.nr) = 1 OR (a.nr % 4 = 1 AND b.nr % 4 = 1);
CREATE TABLE check_pairs.differences AS
SELECT a, b, d.* FROM check_pairs.pairs, LATERAL schemaver.diff(a, b) AS d;
CREATE TABLE check_pairs.listed AS
SELECT version, o.* FROM schemaver.versions, LATERAL schemaver.objects(version) AS o;
ANALYZE check_pairs.pairs, check_pairs.differences, check_pairs.listed;
SQL

is($node->safe_psql('app', 'SELECT * FROM check_pairs.differences WHERE a = b'), '', 'a version does not differ from itself');

is( $node->safe_psql('app', <<'SQL'), '', 'neighbours differ');
SELECT a.version FROM schemaver.versions AS a, schemaver.versions AS b
WHERE substr(b.version, 2)::int = substr(a.version, 2)::int + 1
  AND NOT EXISTS (SELECT FROM check_pairs.differences AS d WHERE d.a = a.version AND d.b = b.version)
SQL

is($node->safe_psql('app', <<'SQL'), '', 'there and back are the same, backwards');
WITH there AS (
  SELECT a, b, change, kind, COALESCE(former_identity, identity) AS old_name, identity AS new_name, property, old_value,
         new_value, facet, commit
  FROM check_pairs.differences),
-- A renamed column's properties have its new name, which is the other one on the way back.
columns AS (
  SELECT a, b, kind, identity, property AS now, 'columns.' || quote_ident(old_value) AS before
  FROM check_pairs.differences WHERE change = 'renamed' AND property IS NOT NULL),
back AS (
  SELECT d.b AS a, d.a AS b, CASE change WHEN 'added' THEN 'removed' WHEN 'removed' THEN 'added' ELSE change END AS change,
         d.kind, d.identity AS old_name, COALESCE(former_identity, d.identity) AS new_name,
         CASE WHEN c.now IS NULL THEN property ELSE c.before || substr(property, length(c.now) + 1) END AS property,
         new_value AS old_value, old_value AS new_value, facet, commit
  FROM check_pairs.differences AS d LEFT JOIN columns AS c ON c.a = d.a AND c.b = d.b AND c.kind = d.kind AND c.identity = d.identity
       AND (starts_with(property, c.now || '.') OR property = c.now AND (change = 'renamed' OR facet <> 'structure')))
(SELECT 'only there', * FROM (TABLE there EXCEPT ALL TABLE back) AS x)
UNION ALL (SELECT 'only back', * FROM (TABLE back EXCEPT ALL TABLE there) AS y)
ORDER BY 2, 3, 5, 6 LIMIT 20
SQL

is($node->safe_psql('app', 'SELECT * FROM check_pairs.differences WHERE commit IS NULL OR who IS NULL OR captured IS NOT TRUE LIMIT 5'), '',
	'each difference names a commit');
# That commit lies between the two, and its changes have the object.
is($node->safe_psql('app', <<'SQL'), '', 'which changed the object between the two versions');
SELECT d.a, d.b, d.kind, d.identity, d.property, d.commit
FROM check_pairs.differences AS d JOIN schemaver.versions AS v ON v.version = d.a JOIN schemaver.versions AS w ON w.version = d.b
WHERE d.commit <= least(v.commit, w.commit) OR d.commit > greatest(v.commit, w.commit)
   OR NOT EXISTS (SELECT FROM schemaver.changes AS c WHERE c.commit = d.commit AND c.kind = d.kind)
LIMIT 5
SQL

# What a has, less what went, and with what came, is what b has. What comes along with something else is no row: an
# index of a constraint, the sequence of a column.
is($node->safe_psql('app', <<'SQL'), '', 'the differences lead from the objects of one version to those of another');
WITH whole AS (SELECT DISTINCT a, b, change, kind, identity, former_identity FROM check_pairs.differences
          WHERE property IS NULL),
reached AS (
  SELECT a, b, kind, identity FROM check_pairs.pairs JOIN check_pairs.listed ON version = a
  EXCEPT SELECT a, b, kind, identity FROM whole WHERE change = 'removed'
  EXCEPT SELECT a, b, kind, former_identity FROM whole WHERE change = 'renamed'  -- of an object: whole has no columns
  UNION SELECT a, b, kind, identity FROM whole WHERE change IN ('added', 'renamed')),
-- A trigger, rule or policy is called after its table, too.
on_renamed AS (
  SELECT r.a, r.b, r.kind, CASE WHEN w.identity IS NULL THEN r.identity
                                ELSE left(r.identity, -length(w.former_identity)) || w.identity END AS identity
  FROM reached AS r LEFT JOIN whole AS w ON w.a = r.a AND w.b = r.b AND w.change = 'renamed' AND w.kind IN ('table', 'view')
       AND r.kind IN ('trigger', 'rule', 'policy') AND right(r.identity, length(w.former_identity) + 4) = ' on ' || w.former_identity),
there AS (SELECT a, b, kind, identity FROM check_pairs.pairs JOIN check_pairs.listed ON version = b)
(SELECT 'not reached', * FROM (TABLE there EXCEPT TABLE on_renamed) AS x WHERE kind NOT IN ('index', 'sequence'))
UNION ALL
(SELECT 'not there', * FROM (TABLE on_renamed EXCEPT TABLE there) AS y WHERE kind NOT IN ('index', 'sequence'))
ORDER BY 2, 3, 4 LIMIT 20
SQL

# Whatever the list says nothing of has the same digest: unless it only names what has been renamed.
is($node->safe_psql('app', <<'SQL'), '', 'what no row tells of is the same');
SELECT a.version, b.version, a.kind, a.identity
FROM check_pairs.pairs AS p JOIN check_pairs.listed AS a ON a.version = p.a
JOIN check_pairs.listed AS b ON b.version = p.b AND b.kind = a.kind AND b.identity = a.identity
WHERE a.digest <> b.digest AND a.kind NOT IN ('index', 'sequence')
  AND NOT EXISTS (SELECT FROM check_pairs.differences AS d
                  WHERE d.a = a.version AND d.b = b.version AND d.kind = a.kind AND a.identity IN (d.identity, d.former_identity))
  AND NOT EXISTS (SELECT FROM check_pairs.differences AS d
                  WHERE d.a = a.version AND d.b = b.version AND d.change = 'renamed')
  AND a.identity NOT LIKE 'public.assignments\_%'  -- partitions: what their parent's row says already
LIMIT 20
SQL

# The version in which this was there first, by what it is called.
sub version_with
{
	my ($identity) = @_;
	return $node->safe_psql('app', "SELECT min(version) FROM check_pairs.listed WHERE identity = '$identity'");
}
my ($first, $middle, $last) = map { version_with("public.$_") } 'swap_requests', 'shift_swaps', 'swaps';
my $renames = sub {
	return $node->safe_psql('app', "SELECT former_identity, identity FROM schemaver.diff('$_[0]', '$_[1]', kinds => '{table}', ignore => '{schema:archive}') WHERE change = 'renamed'");
};
is($renames->($first, $middle), 'public.swap_requests|public.shift_swaps', 'a rename');
is($renames->($middle, $last), 'public.shift_swaps|public.swaps', 'another');
is($renames->($first, $last), 'public.swap_requests|public.swaps', 'both are one');
my ($number_of_last, $columns) = (sprintf('m%02d', $number), sub {
	return $node->safe_psql('app', "SELECT property, old_value, new_value FROM schemaver.diff('$_[0]', '$_[1]', kinds => '{table}') WHERE change = 'renamed' AND identity = 'public.leave_requests'");
});
is($columns->('m06', $number_of_last), 'columns.leave_type|kind|leave_type', 'renames of a column are one');
is($columns->($number_of_last, 'm06'), 'columns.kind|leave_type|kind', 'and one back');
my ($renamed) = version_with('public.periods') =~ /(\d+)/;
my ($before, $after) = map { sprintf 'm%02d', $_ } $renamed - 1, $renamed + 1;
is($renames->($before, "m$renamed"), 'public.blocks|public.periods', 'a rename that is taken back');
is($node->safe_psql('app', "SELECT * FROM schemaver.diff('$before', '$after')"), '', 'is none');
my ($swapped) = version_with('public.settings_old') =~ /(\d+)/;
$before = sprintf 'm%02d', $swapped - 1;
is($renames->($before, "m$swapped"), 'public.settings|public.settings_old', 'a table that took the name of another');

# Old versions can still be had.
for my $version ("m$renamed", sprintf 'm%02d', $number)
{
	my $copy = "copy_of_$version";
	my $script = "$PostgreSQL::Test::Utils::tmp_check/$version.sql";
	$node->safe_psql('postgres', "CREATE DATABASE $copy TEMPLATE template0");
	$node->safe_psql($copy, 'CREATE EXTENSION schemaver');
	$node->command_ok([ 'psql', '-XAtq', '-d', $node->connstr('app'), '-o', $script, '-c', "SELECT schemaver.schema_sql('$version')" ], "$version: a script");
	$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($copy), '-f', $script ], 'which runs');
	is($node->safe_psql($copy, 'SELECT schemaver.fingerprint()'), $node->safe_psql('app', "SELECT schemaver.fingerprint('$version')"), 'and gives that version');
}

$node->stop;
done_testing();
