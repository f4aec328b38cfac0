# The history travels: in a dump, by whoever may take one; into a database that is writing a history of its own;
# and in a copy of the database's files, which goes on with a timeline of its own.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dump_restore');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
my $folder = $PostgreSQL::Test::Utils::tmp_check;

my $differences = "SELECT count(*) FROM schemaver.diff('head', 'live')";
my $schema = <<'SQL';
CREATE TABLE people (id int PRIMARY KEY, name varchar(20) NOT NULL CHECK (name IN ('Ann', 'Bob', 'Zoë')));
CREATE INDEX people_name ON people (lower(name));
CREATE TABLE pets (id int PRIMARY KEY, owner int NOT NULL REFERENCES people, kind text DEFAULT 'cat');
CREATE VIEW named AS SELECT people.name, pets.kind FROM people JOIN pets ON pets.owner = people.id;
SQL
my $data = "INSERT INTO people VALUES (1, 'Ann'); INSERT INTO pets VALUES (1, 1, 'dog');";

# Roles: who owns the database, and who owns all the tables but not the database.
$node->safe_psql('postgres', <<'SQL');
CREATE ROLE regress_owner LOGIN;
CREATE ROLE regress_tables LOGIN;
CREATE DATABASE source OWNER regress_owner TEMPLATE template0;
SQL
$node->safe_psql('source', "CREATE EXTENSION schemaver; GRANT CREATE ON SCHEMA public TO regress_owner, regress_tables");
$node->safe_psql('source', $schema . $data, extra_params => [ '-U', 'regress_owner' ]);
$node->safe_psql('source', "SELECT schemaver.tag('v1', tables => '{people}')", extra_params => [ '-U', 'regress_owner' ]);
my $metadata = $node->safe_psql('source', "SELECT schemaver.stamp_backup('nightly')", extra_params => [ '-U', 'regress_owner' ]);
my $fingerprint = $node->safe_psql('source', 'SELECT schemaver.fingerprint()');
my $history = 'SELECT c.timeline, c.id, c.who, c.commands, c.changes FROM schemaver.commit c ORDER BY 1, 2';
my $source_history = $node->safe_psql('source', $history);
my $source_timeline = $node->safe_psql('source', 'SELECT timeline FROM schemaver.timelines');

sub dump_as
{
	my ($database, $role, $file, @options) = @_;
	return $node->command_ok(
		[ 'pg_dump', '-Fc', '-U', $role, '-f', "$folder/$file", @options, '-d', $node->connstr($database) ],
		"$role dumps $database");
}

sub restore_ok
{
	my ($database, $file, @options) = @_;
	return $node->command_ok([ 'pg_restore', '-d', $node->connstr($database), @options, "$folder/$file" ],
		"$file goes into $database " . join ' ', @options);
}

# A dump by the database's owner, who is no superuser.
dump_as('source', 'regress_owner', 'owner.dump');
$node->safe_psql('postgres', 'CREATE DATABASE target TEMPLATE template0');
restore_ok('target', 'owner.dump');
is($node->safe_psql('target', 'SELECT schemaver.fingerprint()'), $fingerprint, 'the same schema');
is($node->safe_psql('target', $differences), '0', 'the restore itself is in the ledger');
is($node->safe_psql('target', 'SELECT verdict, differences, source_timeline, source_database FROM schemaver.verify_restore()'),
	"match|0|$source_timeline|source", 'verify_restore: match');
is((join "\n", grep { /^$source_timeline/ } split /\n/, $node->safe_psql('target', $history)),
	$source_history, 'the old history is there');
is($node->safe_psql('target', 'SELECT own, count(*) FROM schemaver.timelines GROUP BY own ORDER BY own'),
	"f|1\nt|1", 'two timelines, one its own');
is( $node->safe_psql('target', "SELECT count(*) FROM schemaver.commits WHERE timeline = '$source_timeline'"),
	'0', 'the log shows its own commits only');
cmp_ok($node->safe_psql('target', 'SELECT count(*) FROM schemaver.log'), '>', 4, 'and it has some');
is($node->safe_psql('target', 'SELECT label, database, own FROM schemaver.backups'), 'nightly|source|f',
	'the stamp came along, as another database\'s');
like($node->safe_psql('target', 'SELECT array_agg(DISTINCT statement IS NULL) FROM schemaver.command WHERE statement IS NOT NULL'),
	qr/^\{f\}$/, 'commands came along');
is($node->safe_psql('target', "SELECT count(*) FROM schemaver.statement WHERE timeline = '$source_timeline'"),
	'0', 'the texts of commands did not');

# A version comes along whole, but for the rows kept with it: they are its owner's data, not ours to dump.
my $kept = "SELECT schemaver.schema_sql('v1', with_rows => true)";
like($node->safe_psql('source', $kept), qr/^INSERT INTO public\.people \(id, name\) VALUES\n    \('1', 'Ann'\)/m, 'rows kept with a version');
is($node->safe_psql('target', "SELECT count(*) FROM schemaver.diff('v1', 'live')"), '0', 'the version came along');
my (undef, undef, $not_here) = $node->psql('target', "\\set VERBOSITY verbose\n$kept");
like($not_here, qr/SV021/, 'its rows did not, which is said');
$node->safe_psql('postgres', 'CREATE DATABASE from_version TEMPLATE template0');
$node->safe_psql('from_version', $node->safe_psql('target', "SELECT schemaver.schema_sql('v1')"));
$node->safe_psql('from_version', 'CREATE EXTENSION schemaver');
is($node->safe_psql('from_version', 'SELECT schemaver.fingerprint()'), $fingerprint, 'and its schema can be made from it');

is( $node->safe_psql('target', "SELECT verdict FROM schemaver.check_restore(\$m\$$metadata\$m\$)"),
	'match', 'the metadata agrees');

# After a change it differs.
$node->safe_psql('target', 'ALTER TABLE people ADD late int');
like($node->safe_psql('target', 'SELECT verdict, differences, summary FROM schemaver.verify_restore()'),
	qr/^differs\|1\|.*public\.people/, 'verify_restore: differs, and says where');

# The dump of a dump: both histories go on.
dump_as('target', 'postgres', 'again.dump');
$node->safe_psql('postgres', 'CREATE DATABASE again TEMPLATE template0');
restore_ok('again', 'again.dump');
is($node->safe_psql('again', 'SELECT own, count(*) FROM schemaver.timelines GROUP BY own ORDER BY own'),
	"f|2\nt|1", 'three timelines');
is($node->safe_psql('again', 'SELECT verdict, source_database FROM schemaver.verify_restore()'),
	'match|target', 'verify_restore goes by the newest');

# Restored twice, with --clean: the database's own history goes with the extension, and begins anew.
restore_ok('target', 'owner.dump', '--clean', '--if-exists');
is($node->safe_psql('target', 'SELECT schemaver.fingerprint()'), $fingerprint, 'restored twice: the same schema');
is($node->safe_psql('target', $differences), '0', 'restored twice: the ledger agrees');
is($node->safe_psql('target', 'SELECT verdict FROM schemaver.verify_restore()'), 'match', 'restored twice: match');

# A role that only owns the tables.
$node->safe_psql('source', 'ALTER TABLE people OWNER TO regress_tables; ALTER TABLE pets OWNER TO regress_tables; ALTER VIEW named OWNER TO regress_tables');
dump_as('source', 'regress_tables', 'tables.dump');
$node->safe_psql('postgres', 'CREATE DATABASE from_tables TEMPLATE template0');
restore_ok('from_tables', 'tables.dump');
is($node->safe_psql('from_tables', 'SELECT verdict FROM schemaver.verify_restore()'), 'match', 'its restore is whole');

# Data alone, into a database that migrations have built. Its own ledger goes on; the arriving one lies beside it.
$node->safe_psql('postgres', 'CREATE DATABASE migrated TEMPLATE template0');
$node->safe_psql('migrated', "CREATE EXTENSION schemaver; $schema");
is($node->safe_psql('migrated', "SELECT verdict FROM schemaver.check_restore(\$m\$$metadata\$m\$)"),
	'match', 'migrated: it may be loaded');
restore_ok('migrated', 'owner.dump', '--data-only', '--disable-triggers');
is($node->safe_psql('migrated', 'SELECT name, kind FROM named'), 'Ann|dog', 'migrated: the data is there');

# And once more, as a weekly refresh does it: the history that is here already is no obstacle, and shows once.
$node->safe_psql('migrated', 'TRUNCATE people, pets');
restore_ok('migrated', 'owner.dump', '--data-only', '--disable-triggers');
is($node->safe_psql('migrated', 'SELECT count(*) = count(DISTINCT timeline) FROM schemaver.timelines'), 't',
	'migrated twice: each timeline once');
is($node->safe_psql('migrated', 'SELECT count(*) = count(DISTINCT (timeline, label)) FROM schemaver.backups'), 't',
	'migrated twice: each backup once');
is($node->safe_psql('migrated', $differences), '0', 'migrated: the ledger agrees');
is($node->safe_psql('migrated', 'SELECT own, count(*) FROM schemaver.timelines GROUP BY own ORDER BY own'),
	"f|1\nt|1", 'migrated: two timelines');
$node->safe_psql('migrated', 'ALTER TABLE pets ADD chip text');
is($node->safe_psql('migrated', $differences), '0', 'migrated: and it goes on');
is( $node->safe_psql('migrated', 'SELECT own FROM schemaver.timelines JOIN schemaver.commits USING (timeline) ORDER BY commit DESC LIMIT 1'),
	't', 'migrated: under its own timeline');

# A dump of one schema.
$node->command_ok([ 'pg_dump', '-n', 'public', '-f', "$folder/public.sql", '-d', $node->connstr('source') ], 'public alone');
unlike(slurp_file("$folder/public.sql"), qr/schemaver/, 'a dump of one schema has nothing of ours');

# A copy of the files.
my $before = $node->safe_psql('migrated', 'SELECT commit FROM schemaver.log LIMIT 1');
$node->safe_psql('postgres', 'CREATE DATABASE copied TEMPLATE migrated');
is($node->safe_psql('copied', $differences), '0', 'copied: the ledger came with the schema');
is($node->safe_psql('copied', 'SELECT commit FROM schemaver.log LIMIT 1'), $before, 'copied: the log is the old one');
is($node->safe_psql('copied', 'SELECT count(*) FROM schemaver.timelines'), '2', 'copied: nothing is written by reading');
$node->safe_psql('copied', 'ALTER TABLE pets DROP chip; CREATE TABLE vets (id int)');
is($node->safe_psql('copied', $differences), '0', 'copied: after its first DDL the ledger agrees');
is($node->safe_psql('copied', <<'SQL'), 't|t|t', 'copied: a timeline of its own, whose parent is the old one');
SELECT t.own, t.parent = p.timeline, t.parent_commit >= 1
FROM schemaver.timelines t JOIN schemaver.timelines p ON p.database = 'migrated'
WHERE t.database = 'copied'
SQL
is($node->safe_psql('copied', "SELECT count(*) FROM schemaver.log WHERE commit <= $before"),
	$node->safe_psql('migrated', 'SELECT count(*) FROM schemaver.log'), 'copied: the log goes on from the old one\'s');
$node->safe_psql('migrated', 'CREATE TABLE afterwards (id int)');
is($node->safe_psql('copied', "SELECT count(*) FROM schemaver.changes WHERE identity ~ 'afterwards'"),
	'0', 'copied: what the old one does later is not in it');
$node->safe_psql('postgres', 'CREATE DATABASE copied_again TEMPLATE copied');
$node->safe_psql('copied_again', 'DROP TABLE vets');
is($node->safe_psql('copied_again', $differences), '0', 'a copy of a copy agrees too');
is($node->safe_psql('copied_again', 'SELECT count(*) FROM schemaver.timelines WHERE own'), '3', 'and has both for parents');

$node->stop;
done_testing();
