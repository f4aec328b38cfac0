# A sealed history travels: it verifies after a dump and restore (also twice), in a copy of the database's files, which
# goes on with the chain, and under sealers and DDL that run at once.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('seal');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nmax_prepared_transactions = 10");
$node->start;
my $folder = $PostgreSQL::Test::Utils::tmp_check;

sub findings
{
	my ($database, $digest) = @_;
	my $argument = defined $digest ? "'$digest'" : 'NULL';
	return $node->safe_psql($database,
		"SELECT concat_ws(' ', finding, commit, CASE WHEN severity = 'info' THEN regexp_replace(detail, ' Last seal.*', '') END) FROM schemaver.verify_ledger($argument)");
}

# A commit that is drawn before another, by a transaction that began after it, and becomes visible two seals later.
$node->safe_psql('postgres', 'CREATE DATABASE late TEMPLATE template0');
$node->safe_psql('late', 'CREATE EXTENSION schemaver; SELECT schemaver.seal()');
{
	my ($in, $out) = ("BEGIN; CREATE TABLE begun_first (); SELECT 'begun';\n", '');
	my $first = IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr('late') ], '<', \$in, '>', \$out, IPC::Run::timeout(60));
	$first->pump until $out =~ /begun/;
	$node->safe_psql('late', "BEGIN; CREATE TABLE drawn_first (); PREPARE TRANSACTION 'drawn_first'");
	$in .= "COMMIT;\n";
	$first->finish;
	for my $table ('other', 'another', 'last')
	{
		$node->safe_psql('late', 'SELECT schemaver.seal()');
		$node->safe_psql('late', "CREATE TABLE $table ()");
	}
	$node->safe_psql('late', "COMMIT PREPARED 'drawn_first'");
	my $seal = $node->safe_psql('late', 'SELECT schemaver.seal()');
	is(findings('late', $seal), 'intact Sealed: 6 commits in 5 seals. Not sealed yet: 0.', 'a commit drawn early and visible late is sealed');
}

# A history from a server whose transaction numbers were far ahead, under a timeline that goes on from it.
{
	my $old = PostgreSQL::Test::Cluster->new('far_ahead');
	$old->init;
	$old->append_conf('postgresql.conf', 'fsync = off');
	$old->command_ok([ 'pg_resetwal', '--next-transaction-id=1000000000', '-D', $old->data_dir ], 'a server far ahead');
	my $zeros = "\0" x 262144;
	append_to_file($old->data_dir . '/pg_xact/03B9', $zeros);
	$old->start;
	$old->safe_psql('postgres', 'CREATE EXTENSION schemaver; CREATE TABLE sealed (); SELECT schemaver.seal(); CREATE TABLE not_sealed ()');
	$old->run_log([ 'pg_dump', '-Fc', '-f', "$folder/far_ahead.dump", $old->connstr('postgres') ]);
	$old->stop;
	$node->safe_psql('postgres', 'CREATE DATABASE near TEMPLATE template0');
	$node->command_ok([ 'pg_restore', '-d', $node->connstr('near'), "$folder/far_ahead.dump" ], 'its dump is restored');
	$node->safe_psql('near', q{UPDATE schemaver.timeline AS own SET parent = old.timeline, parent_commit = 3, inherits = true
		FROM schemaver.timeline AS old WHERE own.database = 'near' AND old.database = 'postgres'});
	for my $table ('one', 'two', 'three')
	{
		my $seal = $node->safe_psql('near', "CREATE TABLE $table (); SELECT schemaver.seal()");
		# What it had recorded before it was told of the other one has texts of its own, which verify_ledger() misses.
		my $findings = findings('near', $seal) =~ s/^missing statement [23]\n//gmr;
		like($findings, qr/^(intact|damaged) .*Not sealed yet: 0\.$/, "all of it is sealed: $table");
	}
	is($node->safe_psql('near', 'SELECT count(*), count(DISTINCT (timeline, commit)) FROM schemaver.sealed'),
		$node->safe_psql('near', "SELECT count(*) || '|' || count(*) FROM schemaver.commit"), 'each commit once');
}

# Concurrent DDL, prepared transactions that end late, and sealers, who draw numbers and become visible in any order.
$node->safe_psql('postgres', 'CREATE DATABASE busy TEMPLATE template0');
$node->safe_psql('busy', 'CREATE EXTENSION schemaver');
append_to_file("$folder/ddl.sql", <<'SQL');
\set n random(1, 1000000000000)
BEGIN;
CREATE TABLE t_:n (id int);
SAVEPOINT a;
ALTER TABLE t_:n ADD more text;
ROLLBACK TO a;
COMMENT ON TABLE t_:n IS 'made';
COMMIT;
DROP TABLE t_:n;
SQL
append_to_file("$folder/late.sql", <<'SQL');
\set n random(1, 1000000000000)
BEGIN;
CREATE TABLE late_:n (id int);
PREPARE TRANSACTION 'late_:n';
\sleep 30 ms
COMMIT PREPARED 'late_:n';
SQL
append_to_file("$folder/seal.sql", "SELECT schemaver.seal();\n");
$node->command_ok(
	[
		'pgbench', '-n', '-c', '6', '-j', '2', '-t', '40', '-h', $node->host, '-p', $node->port,
		'-f', "$folder/ddl.sql\@3", '-f', "$folder/late.sql\@1", '-f', "$folder/seal.sql\@2", 'busy'
	],
	'DDL, prepared transactions and sealers at once');
my $digest = $node->safe_psql('busy', 'SELECT schemaver.seal()');
my ($commits, $seals) = split /\|/, $node->safe_psql('busy', 'SELECT (SELECT count(*) FROM schemaver.log), (SELECT count(*) FROM schemaver.seals)');
cmp_ok($commits, '>', 100, "$commits commits");
cmp_ok($seals, '>', 10, "in $seals seals");
is(findings('busy', $digest), "intact Sealed: $commits commits in $seals seals. Not sealed yet: 0.", 'each is sealed once, none is left out');
is($node->safe_psql('busy', 'SELECT count(*), count(DISTINCT (timeline, commit)) FROM schemaver.sealed'), "$commits|$commits", 'and is listed once');
is($node->safe_psql('busy', 'SELECT count(*), count(DISTINCT previous), max(number) FROM schemaver.seal'), "$seals|" . ($seals - 1) . "|$seals", 'the chain has no fork');
cmp_ok($node->safe_psql('busy', 'SELECT count(*) FROM schemaver.sealed AS a JOIN schemaver.sealed AS b ON a.commit < b.commit AND a.seal > b.seal'),
	'>', 0, 'some came late and are in a later seal');

# Dump and restore; texts do not come along, and that is no finding. Restored once more into the same database.
$node->safe_psql('busy', 'CREATE TABLE not_sealed (id int)');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/busy.dump", '-d', $node->connstr('busy') ], 'dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
$node->command_ok([ 'pg_restore', '-d', $node->connstr('restored'), "$folder/busy.dump" ], 'restore');
like(findings('restored', $digest), qr/^intact Sealed: $commits commits in $seals seals\. Not sealed yet: \d+\.$/, 'restored: intact, by the digest too');
my $restored = $node->safe_psql('restored', 'SELECT schemaver.seal()');
like(findings('restored', $restored), qr/^intact/, 'restored: it seals its own history beside');
is($node->safe_psql('restored', 'SELECT own, count(*) FROM schemaver.seals GROUP BY own ORDER BY own'), "f|$seals\nt|1", 'restored: two chains');
$node->command_ok([ 'pg_restore', '-d', $node->connstr('restored'), '--data-only', "$folder/busy.dump" ], 'restore the rows again');
like(findings('restored', $digest), qr/^intact/, 'restored twice: intact');
$node->safe_psql('restored', "UPDATE schemaver.commit SET who = 'somebody' WHERE ctid = (SELECT max(ctid) FROM schemaver.commit WHERE id = 2)");
like(findings('restored', $digest), qr/^differing duplicate 2$/m, 'restored twice: an edit of one of the two is found');

# A copy of the files goes on with the chain; its digest stands for the original's history too.
$node->safe_psql('postgres', 'CREATE DATABASE copied TEMPLATE busy');
like(findings('copied', $digest), qr/^intact/, 'copied: intact');
my $first = $node->safe_psql('copied', 'SELECT schemaver.seal()');
like(findings('copied', $first), qr/^intact .*Not sealed yet: 0\.$/, 'copied: what was not sealed is sealed');
is($node->safe_psql('copied', 'SELECT count(*), max(number) FROM schemaver.seal'), ($seals + 1) . '|' . ($seals + 1), 'copied: by the next number');
$node->safe_psql('copied', 'CREATE TABLE of_the_copy (id int)');
my $second = $node->safe_psql('copied', 'SELECT schemaver.seal()');
isnt($second, $first, 'copied: and on it goes');
like(findings('copied', $second), qr/^intact .*Not sealed yet: 0\.$/, 'copied: intact');
$node->safe_psql('copied', "UPDATE schemaver.commit SET message = 'forged' WHERE id = 2");
like(findings('copied', $second), qr/^edited commit 2$/m, 'copied: an edit of the original\'s history is found');
$node->safe_psql('copied', 'DELETE FROM schemaver.seal WHERE number = ' . $seals);
like(findings('copied', $second), qr/^missing seal/m, 'copied: a link that is gone between the two');

# A checkpoint of all that: refused while DDL runs, and after it. The copy's history is in two timelines, and both are folded.
$node->safe_psql('postgres', 'CREATE DATABASE folded TEMPLATE busy');
$node->safe_psql('folded', "CREATE TABLE of_the_copy (id int); SELECT schemaver.tag('v1')");
my $fingerprints = "SELECT schemaver.fingerprint('v1'), schemaver.fingerprint('head')";
my $same = $node->safe_psql('folded', $fingerprints);
my $ddl = $node->background_psql('folded');
$ddl->query_safe('BEGIN; CREATE TABLE not_committed (id int)');
my (undef, undef, $refused) = $node->psql('folded', "SELECT schemaver.checkpoint_ledger('v1', 'too many')");
like($refused, qr/the ledger is being written/, 'checkpoint: refused while a transaction has run DDL');
$ddl->query_safe('ROLLBACK');
$ddl->quit;
my $folded = $node->safe_psql('folded', "SELECT schemaver.checkpoint_ledger('v1', 'too many')");
is($node->safe_psql('folded', 'SELECT count(*), (SELECT count(DISTINCT timeline) FROM schemaver.commit) FROM schemaver.log'), '1|1', 'checkpoint: of two timelines one commit is left');
is($node->safe_psql('folded', $fingerprints), $same, 'checkpoint: and the schema is what it was');
like(findings('folded', $_), qr/^intact Sealed: 1 commits in \d+ seals\. Not sealed yet: 0\.$/m, 'checkpoint: intact') for $digest, $folded;
$node->safe_psql('folded', 'DROP TABLE of_the_copy; SELECT schemaver.seal()');
like(findings('folded', $folded), qr/^intact Sealed: 2 commits/m, 'checkpoint: history goes on, and is sealed once');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/folded.dump", '-d', $node->connstr('folded') ], 'checkpoint: dump');
$node->safe_psql('postgres', 'CREATE DATABASE unfolded TEMPLATE template0');
$node->command_ok([ 'pg_restore', '-d', $node->connstr('unfolded'), "$folder/folded.dump" ], 'checkpoint: restore');
$node->command_ok([ 'pg_restore', '-d', $node->connstr('unfolded'), '--data-only', "$folder/folded.dump" ], 'checkpoint: restore the rows again');
unlike(findings('unfolded', $folded), qr/^(edited|missing|damaged)/m, 'checkpoint: verifies where the dump was restored');
is($node->safe_psql('unfolded', "SELECT schemaver.fingerprint('v1')"), $node->safe_psql('folded', "SELECT schemaver.fingerprint('v1')"), 'checkpoint: and so is its version there');

# What commits wrote down of migrations goes where their seals go: into a copy, which goes on, through a checkpoint, into a dump.
# Also where the original was sealed when seals did not cover that: as if these rows had not been there.
my $migrate = "INSERT INTO alembic_version VALUES ('%s'); COMMIT; SELECT schemaver.end_migration();";
my $inserts = "INSERT INTO schemaver.commit_effect SELECT timeline, commit, started, '{forged}', '{}' FROM schemaver.commit_effect WHERE commit = %s";
my $deletes = "DELETE FROM schemaver.commit_effect WHERE locked = '{forged}'";
my $leaves = 'SELECT count(*) - count(DISTINCT (timeline, commit, digest)), count(*) FILTER (WHERE commit < 0) FROM schemaver.sealed';
$node->safe_psql('postgres', 'CREATE DATABASE migrated TEMPLATE template0');
$node->safe_psql('migrated', 'CREATE EXTENSION schemaver; CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)');
$node->safe_psql('migrated', "SELECT schemaver.begin_migration('$_'); BEGIN; CREATE TABLE $_ (); " . sprintf($migrate, $_)) for 'one', 'two';
$node->safe_psql('postgres', 'CREATE DATABASE sealed_before TEMPLATE migrated');
my @tables = map { "schemaver.$_" } qw(migration revision_change commit_effect);
$node->safe_psql('sealed_before', join ';', (map { "CREATE TEMP TABLE kept_$_ AS SELECT * FROM $tables[$_]; DELETE FROM $tables[$_]" } 0 .. 2),
	'SELECT schemaver.seal()', map { "INSERT INTO $tables[$_] SELECT * FROM kept_$_" } 0 .. 2);
my $all = $node->safe_psql('migrated', 'SELECT ' . join ' + ', map { "(SELECT count(commit) FROM $_)" } @tables);
for my $original ('migrated', 'sealed_before')
{
	my $kept = $node->safe_psql($original, $original eq 'migrated' ? 'SELECT schemaver.seal()' : 'SELECT digest FROM schemaver.seals LIMIT 1');
	like(findings($original, $kept), qr/^intact .*Not sealed yet: 0\.$/, "$original: intact");
	is($node->safe_psql($original, $leaves), '0|' . ($original eq 'migrated' ? $all : 0), "$original: rows that are sealed");
	my $copy = "copy_of_$original";
	$node->safe_psql('postgres', "CREATE DATABASE $copy TEMPLATE $original");
	like(findings($copy, $kept), qr/^intact/, "$copy: intact");
	my $next = $node->safe_psql($copy, "SELECT schemaver.begin_migration('three'); BEGIN; CREATE TABLE three (); " . sprintf($migrate, 'three') . ' SELECT schemaver.seal()') =~ s/.*\n//r;
	my $commit = $node->safe_psql($copy, 'SELECT max(commit) FROM schemaver.commit_effect');
	like(findings($copy, $_), qr/^intact .*Not sealed yet: 0\.$/, "$copy: and so it is when it has gone on") for $kept, $next;
	is($node->safe_psql($copy, $leaves), '0|' . $node->safe_psql($copy, 'SELECT ' . join ' + ', map { "(SELECT count(commit) FROM $_)" } @tables), "$copy: each row is sealed once");
	my $first = $node->safe_psql($copy, 'SELECT min(commit) FROM schemaver.commit_effect');
	for my $forged ($first, $commit)
	{
		$node->safe_psql($copy, sprintf($inserts, $forged) . '; SELECT schemaver.seal()');
		like(findings($copy, $next), qr/^inserted migration $forged\n.*damaged/s, "$copy: a row that was added to commit $forged is found");
		$node->safe_psql($copy, $deletes);
	}
	$node->safe_psql($copy, "SELECT schemaver.tag('v1')");
	my $folded = $node->safe_psql($copy, "SELECT schemaver.checkpoint_ledger('v1', 'enough')");
	like(findings($copy, $_), qr/^intact/m, "$copy: intact behind a checkpoint") for $kept, $folded;
	$node->safe_psql($copy, sprintf($inserts, $first));
	like(findings($copy, $folded), qr/^inserted migration $first$/m, "$copy: a row that was added to a commit that is gone is found");
	$node->safe_psql($copy, $deletes);
	$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/$copy.dump", '-d', $node->connstr($copy) ], "$copy: dump");
	$node->safe_psql('postgres', "CREATE DATABASE restored_$copy TEMPLATE template0");
	$node->command_ok([ 'pg_restore', '-d', $node->connstr("restored_$copy"), "$folder/$copy.dump" ], "$copy: restore");
	$node->safe_psql("restored_$copy", 'SELECT schemaver.seal()');
	like(findings("restored_$copy", $folded), qr/^intact/m, "$copy: intact where its dump was restored");
	$node->safe_psql("restored_$copy", "DELETE FROM schemaver.revision_change WHERE commit = $first");
	like(findings("restored_$copy", $folded), qr/^missing migration $first\n.*damaged/ms, "$copy: and a row that is missed there is found");
}

$node->stop;
done_testing();
