# Real migration tools run real migrations: after each, the ledger has seen what they did, and revisions() says what
# their tables say. The third migration of each fails. The tools' own names of migrations stand in the table below.
#
# Those of Debian are there (test/install-packages tools); those of npm are installed here, as the lock file has them,
# and left out, aloud, where there is no npm or no network.
use strict;
use warnings;
use Cwd;
use File::Copy;
use File::Path 'make_path';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $source = getcwd() . "/test/tools/migrate";
my $scratch = PostgreSQL::Test::Utils::tempdir();
my $started = time;
my $node = PostgreSQL::Test::Cluster->new('migration_tools');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
@ENV{qw(PGHOST PGPORT)} = ($node->host, $node->port);
$ENV{PGUSER} = $node->safe_psql('postgres', 'SELECT current_user');
$ENV{HOME} = $scratch;
sub sql { return $node->safe_psql(@_) }

# Whether a command went well, in a folder of the tool's own.
my $printed;
sub run_in
{
	my ($folder, @command) = @_;
	make_path($folder);
	$printed = '';
	return IPC::Run::run(\@command, '<', \undef, '>&', \$printed, init => sub { chdir $folder });
}

# One tool: migrates twice, then once more, which fails.
sub check_tool
{
	my ($tool, %case) = @_;
	my $folder = "$scratch/$tool";
	(my $database = $tool) =~ tr/-/_/;
	sql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	sql($database, 'CREATE EXTENSION schemaver');
	local $ENV{PGDATABASE} = $database;
	make_path($folder);
	$case{prepare}->($folder) if $case{prepare};
	ok(run_in($folder, @{ $case{two} }), "$tool: two migrations") or diag($printed);
	my $state = "SELECT tool, revision, applied, last_applied, state FROM schemaver.revisions()";
	my $count = $case{count} // 2;
	like(sql($database, $state), qr/^\Q$tool\E\|$case{revision}\|$count\|$case{last}\|ok$/, "$tool: where it is, and that it is well");
	is(sql($database, "SELECT state FROM schemaver.revisions() WHERE last_applied_at BETWEEN now() - interval '1 hour' AND now() + interval '1 minute'"),
		$case{has_time} ? 'ok' : '', "$tool: when, if its table says");
	is(sql($database, "SELECT string_agg(DISTINCT direction || ' ' || outcome, ',') || count(*) FROM schemaver.migration_history"),
		"upgrade done$case{rows}", "$tool: the history has the migrations");
	is(sql($database, "SELECT count(*) FROM schemaver.migration_history WHERE summary LIKE '%public.people%'"), 1, "$tool: and which made the table");
	is(sql($database, "SELECT schemaver.up_to_date('$case{names}'), schemaver.up_to_date('$case{next}')"), 't|f', "$tool: up_to_date()");
	is(sql($database, "SELECT finding FROM schemaver.check_revisions() WHERE severity <> 'info'"), '', "$tool: nothing is wrong with its table");
	ok(!run_in($folder, @{ $case{third} }), "$tool: the third migration fails");
	my ($failed) = $case{notes_failures} ? ("failed") : ("ok");
	like(sql($database, $state), qr/^\Q$tool\E\|$case{revision}\|$count\|.*\|$failed$/, "$tool: which changes nothing, but what it notes of it");
}

my %case = (
	'alembic' => {
		two => [ 'python3', "$source/run_alembic.py", '002_topics' ], third => [ 'python3', "$source/run_alembic.py", 'head' ],
		revision => '002_topics', last => '002_topics', names => '001', next => '003_broken', rows => 2, count => '' },
	'yoyo' => {
		two => [ 'yoyo', 'apply', '--batch', '--no-config-file', '--revision', '0002.topics', '--database', 'postgresql:///yoyo', 'steps' ],
		third => [ 'yoyo', 'apply', '--batch', '--no-config-file', '--database', 'postgresql:///yoyo', 'steps' ],
		revision => '0002.topics', last => '0002.topics', names => '0001.people', next => '0003.broken', has_time => 1, rows => 2,
		prepare => \&steps_for_yoyo },
	'django' => {
		two => [ 'python3', "$source/django.py", 'shop', '0002' ], third => [ 'python3', "$source/django.py" ],
		revision => 'shop.0002_topics', last => 'shop.0002_topics', names => 'shop.0002_topics', next => '0003', has_time => 1, rows => 2 },
	'rails' => {
		two => [ 'ruby', "$source/active_record.rb", 2 ], third => [ 'ruby', "$source/active_record.rb", 3 ],
		revision => '20250101000002', last => '20250101000002', names => '20250101000001', next => '20250101000003', rows => 2 },
	'sqitch' => {
		two => [ 'sqitch', 'deploy', '--to-change', 'topics', 'db:pg:' ], third => [ 'sqitch', 'deploy', '--mode', 'change', 'db:pg:' ],
		revision => 'school.topics', last => 'school.topics', names => 'people', next => 'broken', has_time => 1, rows => 2,
		notes_failures => 1, prepare => \&plan_for_sqitch },
);
my %has = (
	'alembic' => sub { run_in($scratch, 'python3', '-c', 'import alembic, psycopg2') },
	'yoyo' => sub { run_in($scratch, 'yoyo', '--help') },
	'django' => sub { run_in($scratch, 'python3', '-c', 'import django, psycopg2') },
	'rails' => sub { run_in($scratch, 'ruby', '-e', 'require "active_record"; require "pg"') },
	'sqitch' => sub { run_in($scratch, 'sqitch', '--version') });

sub plan_for_sqitch
{
	my ($folder) = @_;
	@ENV{qw(SQITCH_FULLNAME SQITCH_EMAIL)} = ('Ann', 'ann@example.com');
	make_path("$folder/deploy", "$folder/revert");
	append_to_file("$folder/sqitch.conf", "[core]\n\tengine = pg\n");
	append_to_file("$folder/sqitch.plan", "%syntax-version=1.0.0\n%project=school\n\n");
	my %statement = (people => 'CREATE TABLE people (id integer);', topics => 'CREATE TABLE topics (id integer);', broken => 'SELECT 1 / 0;');
	my $second = 0;
	for my $change (qw(people topics broken))
	{
		append_to_file("$folder/sqitch.plan", sprintf "%s 2025-01-01T00:00:%02dZ Ann <ann\@example.com> # %s\n", $change, $second++, $change);
		append_to_file("$folder/deploy/$change.sql", "BEGIN;\n$statement{$change}\nCOMMIT;\n");
		append_to_file("$folder/revert/$change.sql", "BEGIN;\nROLLBACK;\n");
	}
}

sub steps_for_yoyo
{
	my ($folder) = @_;
	make_path("$folder/steps");
	append_to_file("$folder/steps/0001.people.sql", "CREATE TABLE people (id integer);\n");
	append_to_file("$folder/steps/0002.topics.sql", "-- depends: 0001.people\nCREATE TABLE topics (id integer);\n");
	append_to_file("$folder/steps/0003.broken.sql", "-- depends: 0002.topics\nSELECT 1 / 0;\n");
}

for my $tool (sort keys %case)
{
	SKIP:
	{
		skip "$tool is not installed", 9 unless $has{$tool}->();
		check_tool($tool, %{ $case{$tool} });
	}
}

# npm
my $modules = "$scratch/npm";
make_path($modules);
copy("$source/$_", "$modules/$_") or die "$_: $!" for qw(package.json package-lock.json node.mjs);
my $digest = '[0-9a-f]{64}';
my %of_npm = (
	'knex' => { revision => '2_topics', last => '2_topics', names => '1_people', next => '3_broken', has_time => 1, rows => 1 },
	'typeorm' => { revision => 'topics1700000000002', last => 'topics1700000000002', names => 'people1700000000001', next => 'broken1700000000003', rows => 2 },
	'sequelize' => { revision => '2-topics\.js', last => '2-topics\.js', names => '1-people', next => '3-broken', rows => 2 },
	'node-pg-migrate' => { revision => '2_topics', last => '2_topics', names => '1_people', next => '3_broken', has_time => 1, rows => 2 },
	'db-migrate' => { revision => '/20250101000002-topics', last => '/20250101000002-topics', names => '/20250101000001', next => '/20250101000003', has_time => 1, rows => 2 },
	'drizzle' => { revision => $digest, last => $digest, names => sprintf('%s', '1f35bbb11ccbd60d6af082b188494b7c5c2fae6f344e8019a70d6cbe26fa2be0'), next => '0003', rows => 1 },
	'dbmate' => { revision => '20250101000002', last => '20250101000002', names => '20250101000001', next => '20250101000003', rows => 2 },
	'graphile-migrate' => { revision => '000002\.sql', last => '000002\.sql', names => '000001', next => '000003', has_time => 1, rows => 2 },
	'kysely' => { revision => '2_topics', last => '2_topics', names => '1_people', next => '3_broken', has_time => 1, rows => 1 },
);
SKIP:
{
	my $count = 9 * keys %of_npm;
	my $names = join ', ', sort keys %of_npm;
	skip "npm is not installed: $names are left out", $count
	  unless run_in($modules, 'npm', '--version');
	skip "npm ci failed (no network?): $names are left out: $printed", $count
	  unless run_in($modules, 'timeout', '120', 'npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund');
	for my $tool (sort keys %of_npm)
	{
		my @command = ('timeout', '60', 'node', "$modules/node.mjs", $tool);
		SKIP:
		{
			# It is a program for each kind of machine.
			skip 'dbmate is not for this machine', 9 if $tool eq 'dbmate' && !-e "$modules/node_modules/\@dbmate/linux-x64";
			check_tool($tool, %{ $of_npm{$tool} }, two => [ @command, 2 ], third => [ @command, 3 ]);
		}
	}
}

$node->stop;
note(sprintf '%d s', time - $started);
done_testing();
