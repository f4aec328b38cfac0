# The history survives dumps of every format and restores of every kind; point-in-time recovery and promotion start a
# timeline of their own with the right parent, also beside the history of another copy that has been promoted too.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('survives');
$node->init(has_archiving => 1, allows_streaming => 1);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
my $folder = $PostgreSQL::Test::Utils::tmp_check;
my $differences = "SELECT count(*) FROM schemaver.diff('head', 'live')";

$node->safe_psql('postgres', <<'SQL');
CREATE ROLE regress_owner LOGIN;
CREATE ROLE regress_restorer LOGIN CREATEDB;
CREATE DATABASE source OWNER regress_owner TEMPLATE template0;
SQL
my $schema = <<'SQL';
CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL CHECK (name <> ''));
INSERT INTO people VALUES (1, 'Ann'), (2, 'Bob');
CREATE VIEW named AS SELECT name FROM people;
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON people USING (name = current_user);
SQL
my @owner = (extra_params => [ '-U', 'regress_owner' ]);

sub dump_source
{
	my ($file, @options) = @_;
	return $node->command_ok([ 'pg_dump', '-U', 'regress_owner', '-f', "$folder/$file", '-d', $node->connstr('source'), @options ],
		"the owner dumps: $file @options");
}

# The owner's nightly dump works before and after CREATE EXTENSION, with row-level security about.
$node->safe_psql('source', 'GRANT CREATE ON SCHEMA public TO regress_owner');
$node->safe_psql('source', $schema, @owner);
dump_source('before.sql');
$node->safe_psql('source', 'CREATE EXTENSION schemaver');
$node->safe_psql('source', 'ALTER TABLE people ADD born date', @owner);
dump_source('plain.sql', '--format=plain');
dump_source('clean.sql', '--format=plain', '--clean', '--if-exists');
dump_source('create.sql', '--format=plain', '--create');
dump_source('custom.dump', '--format=custom');
dump_source('tar.dump', '--format=tar');
dump_source('directory.dump', '--format=directory', '--jobs=2');
my $fingerprint = $node->safe_psql('source', 'SELECT schemaver.fingerprint()');
my $timeline = $node->safe_psql('source', 'SELECT timeline FROM schemaver.timelines');
my $history = "SELECT string_agg(concat_ws(' ', id, who, source, commands, changes), '; ' ORDER BY id) FROM schemaver.commit WHERE timeline = '$timeline'";
my $source_history = $node->safe_psql('source', $history);

sub is_restored
{
	my ($database, $what) = @_;
	is($node->safe_psql($database, 'SELECT schemaver.fingerprint()'), $fingerprint, "$what: the same schema");
	is($node->safe_psql($database, $differences), '0', "$what: the ledger agrees");
	is($node->safe_psql($database, $history), $source_history, "$what: the history is there");
	is($node->safe_psql($database, 'SELECT verdict, source_timeline FROM schemaver.verify_restore()'), "match|$timeline", "$what: verify_restore");
	$node->safe_psql($database, 'CREATE TABLE goes_on (id int)');
	is($node->safe_psql($database, "SELECT own FROM schemaver.timelines JOIN schemaver.commits USING (timeline) ORDER BY commit DESC LIMIT 1"), 't', "$what: recording goes on");
	is($node->safe_psql($database, $differences), '0', "$what: the ledger agrees");
	$node->safe_psql($database, 'DROP TABLE goes_on');
	return;
}

sub new_database { $node->safe_psql('postgres', "CREATE DATABASE $_[0] TEMPLATE template0"); return $_[0] }

sub load { return $node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($_[0]), '-f', "$folder/$_[1]" ], "psql: $_[1] @_[2 .. $#_]") }

sub restore { my ($database, $file, @options) = @_; return $node->command_ok([ 'pg_restore', '-d', $node->connstr($database), @options, "$folder/$file" ], "pg_restore: $file @options") }

new_database('plain');
load('plain', 'plain.sql');
is_restored('plain', 'plain');
load('plain', 'clean.sql', 'over it');
is_restored('plain', 'plain, --clean --if-exists');
new_database('tar');
restore('tar', 'tar.dump', '--single-transaction');
is_restored('tar', 'tar, in a single transaction');
new_database('directory');
restore('directory', 'directory.dump', '--jobs=3');
is_restored('directory', 'directory, --jobs');
new_database('custom');
restore('custom', 'custom.dump', '--jobs=2');
is_restored('custom', 'custom, --jobs');
restore('custom', 'custom.dump', '--clean', '--if-exists', '--jobs=2');
is_restored('custom', 'custom, --clean --if-exists --jobs');

# The schema first, then the data, as some do it by hand; then once more into a database that has it all already.
new_database('parts');
restore('parts', 'custom.dump', '--schema-only');
is($node->safe_psql('parts', $differences), '0', '--schema-only: the ledger agrees');
is($node->safe_psql('parts', 'SELECT count(*) FROM schemaver.timelines'), '1', '--schema-only: without the history');
restore('parts', 'custom.dump', '--data-only');
is_restored('parts', '--schema-only, then --data-only');

# Into a database with the extension: its schema is there already, which pg_restore says; all else goes in.
new_database('prepared');
$node->safe_psql('prepared', 'CREATE EXTENSION schemaver');
$node->command_checks_all([ 'pg_restore', '-d', $node->connstr('prepared'), "$folder/custom.dump" ], 1, [],
	[qr/schema "schemaver" already exists.*errors ignored on restore: 1/s], 'into a database that has the extension: one error, as documented');
is_restored('prepared', 'into a database that has the extension');

# --create makes the database by its own name.
$node->safe_psql('postgres', 'ALTER DATABASE source RENAME TO original');
load('postgres', 'create.sql');
is_restored('source', '--create');
$node->safe_psql('postgres', 'DROP DATABASE source');
$node->safe_psql('postgres', 'ALTER DATABASE original RENAME TO source');

# By a role without privilege: without the extension and the history, in the way that docs/limits.md has.
$node->safe_psql('postgres', 'CREATE DATABASE unprivileged OWNER regress_restorer TEMPLATE template0');
my $restorer = $node->connstr('unprivileged') . ' user=regress_restorer';
my ($list, $errors);
ok(IPC::Run::run([ 'pg_restore', '--list', "$folder/custom.dump" ], '>', \$list, '2>', \$errors), 'the list of a dump');
append_to_file("$folder/restore.list", join '', grep { !/schemaver/ } split /^/, $list);
$node->command_ok([ 'pg_restore', '--no-owner', '-d', $restorer, "--use-list=$folder/restore.list", "$folder/custom.dump" ], 'a restore without privilege');
is($node->safe_psql('unprivileged', 'SELECT count(*) FROM people'), '2', 'the rows are there');
$node->safe_psql('postgres', 'CREATE DATABASE unprivileged_2 OWNER regress_restorer TEMPLATE template0');
$node->command_checks_all([ 'pg_restore', '--no-owner', '-d', $node->connstr('unprivileged_2') . ' user=regress_restorer', "$folder/custom.dump" ],
	1, [], [qr/permission denied to create extension "schemaver"/], 'without leaving anything out: exit code 1');
is($node->safe_psql('unprivileged_2', 'SELECT count(*) FROM people'), '2', 'and all else is there');

# A copy of a database that another, younger, database of this cluster has been restored into goes on with its own.
new_database('elder');
$node->safe_psql('elder', 'CREATE EXTENSION schemaver; CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL CHECK (name <> \'\'), born date)');
new_database('younger');
restore('younger', 'custom.dump');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/younger.dump", '-d', $node->connstr('younger') ], 'a younger database');
restore('elder', 'younger.dump', '--data-only');
my $elder = $node->safe_psql('elder', 'SELECT timeline FROM schemaver.timelines WHERE own');
$node->safe_psql('postgres', 'CREATE DATABASE copied TEMPLATE elder');
is($node->safe_psql('copied', $differences), '0', 'copied: the ledger agrees');
$node->safe_psql('copied', 'CREATE TABLE copied (id int)');
is($node->safe_psql('copied', $differences), '0', 'copied: after its first DDL too');
is($node->safe_psql('copied', "SELECT parent FROM schemaver.timelines WHERE database = 'copied'"), $elder, 'copied: the right parent');

# Point-in-time recovery, twice from one backup, to points at which the schema differed.
$node->backup('base');
$node->safe_psql('source', 'CREATE TABLE first_point (id int)');
$node->safe_psql('postgres', "SELECT pg_create_restore_point('first')");
$node->safe_psql('source', 'CREATE TABLE second_point (id int)');
$node->safe_psql('postgres', "SELECT pg_create_restore_point('second')");
$node->safe_psql('source', 'CREATE TABLE too_late (id int)');
my $segment = $node->safe_psql('postgres', 'SELECT pg_walfile_name(pg_current_wal_lsn())');
$node->safe_psql('postgres', 'SELECT pg_switch_wal()');
$node->poll_query_until('postgres', "SELECT '$segment' <= last_archived_wal FROM pg_stat_archiver");
my %recovered;
for my $point ('first', 'second')
{
	my $copy = $recovered{$point} = PostgreSQL::Test::Cluster->new("recovered_$point");
	$copy->init_from_backup($node, 'base', has_restoring => 1, standby => 0);
	# Neither archives what it writes, so both give their WAL timeline the same number.
	$copy->append_conf('postgresql.conf', "recovery_target_name = '$point'\nrecovery_target_action = promote\narchive_mode = off");
	$copy->start;
	$copy->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()');
	is($copy->safe_psql('source', $differences), '0', "recovered to the $point point: the ledger agrees");
	is($copy->safe_psql('source', 'SELECT timeline FROM schemaver.timelines'), $timeline, 'with the old timeline');
	is($copy->safe_psql('source', 'SELECT identity FROM schemaver.changes ORDER BY commit DESC LIMIT 1'), "public.${point}_point", 'up to there');
	$copy->safe_psql('source', "CREATE TABLE after_$point (id int)");
	is($copy->safe_psql('source', $differences), '0', 'after its first DDL too');
	is($copy->safe_psql('source', 'SELECT count(*), count(parent), max(parent::text) FROM schemaver.timelines WHERE own'),
		"2|1|$timeline", 'a new timeline, whose parent is the old one');
}
my %own = map { $_ => $recovered{$_}->safe_psql('source', 'SELECT timeline FROM schemaver.timelines WHERE parent IS NOT NULL') } keys %recovered;
isnt($own{first}, $own{second}, 'each has a timeline of its own');
# The history of the one comes to the other by a dump.
my ($first, $second) = @recovered{ 'first', 'second' };
$first->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/first.dump", '-d', $first->connstr('source') ], 'a dump of the first');
$second->command_ok([ 'pg_restore', '--data-only', '--schema=schemaver', '-d', $second->connstr('source'), "$folder/first.dump" ], 'goes into the second');
is($second->safe_psql('source', 'SELECT timeline, own FROM schemaver.timelines WHERE parent IS NOT NULL ORDER BY own'),
	"$own{first}|f\n$own{second}|t", 'the second still knows its own');
is($second->safe_psql('source', $differences), '0', 'and the ledger agrees');
$second->safe_psql('source', 'CREATE TABLE once_more (id int)');
is($second->safe_psql('source', $differences), '0', 'and goes on');

for my $server ($node, $first, $second)
{
	unlike(slurp_file($server->logfile), qr/was terminated by signal|PANIC|TRAP:/, $server->name . ': the log knows of no crash');
	$server->stop('immediate');
}
done_testing();
