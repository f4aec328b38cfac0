# The recipes of docs/backup.md, run as they stand there, with the real tools. Each block that begins with
# ```sh recipe=NAME is a script; this file makes the surroundings and looks at what came of it.
use strict;
use warnings;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my %recipe;
my $page = slurp_file('docs/backup.md');
while ($page =~ /^```sh recipe=(\S+)\n(.*?)^```$/msg)
{
	die "recipe $1 twice" if exists $recipe{$1};
	$recipe{$1} = $2;
}
my $scratch = PostgreSQL::Test::Utils::tempdir();
my $started = time;
my %ran;

# A server with the database residency, of which `recipe` is told by the environment.
my $node;
sub server
{
	my ($name, $configuration, %init) = @_;
	$node->stop if $node;
	$node = PostgreSQL::Test::Cluster->new($name);
	$node->init(allows_streaming => 1, %init);
	$node->append_conf('postgresql.conf', "fsync = off\n$configuration");
	$node->start;
	@ENV{qw(PGHOST PGPORT PGDATABASE PGAPPNAME)} = ($node->host, $node->port, 'residency', 'recipes');
	$node->safe_psql('postgres', 'CREATE DATABASE residency TEMPLATE template0');
	$node->safe_psql('residency', <<'SQL');
CREATE EXTENSION schemaver;
CREATE TABLE people (id serial PRIMARY KEY, name text NOT NULL);
INSERT INTO people (name) SELECT 'person ' || n FROM generate_series(1, 100) AS n;
SQL
}
sub sql { return $node->safe_psql(@_) }

sub recipe
{
	my ($name, $wanted) = @_;
	$ran{$name} = 1;
	my $file = "$scratch/$name.sh";
	unlink $file;
	append_to_file($file, $recipe{$name});
	my $printed = '';
	my $status = IPC::Run::run([ 'bash', '-e', '-o', 'pipefail', $file ], '<', \undef, '>&', \$printed, init => sub { chdir $scratch });
	ok($status, "recipe $name runs") or diag($printed);
	return $printed;
}
sub has { return IPC::Run::run([ 'sh', '-c', "command -v $_[0]" ], '>&', \my $ignored) }

# Dumps
server('dumps', 'max_connections = 30');
recipe('snapshot');
my $stamp = decode_json(slurp_file("$scratch/nightly.metadata.json"));
is($stamp->{label}, 'nightly', 'snapshot: the metadata is the stamp\'s');
is_deeply($stamp->{row_counts}{tables}, [ { table => 'public.people', rows => 100 } ], 'with the rows counted');
like(recipe('verify'), qr/^match\|0\|0$/m, 'verify: the restore is whole');
is(sql('residency', "SELECT outcome, means FROM schemaver.backup_verifications WHERE label = 'nightly'"), 'passed|restore into scratch', 'and recorded');
is(recipe('formats'), "match\n" x 5, 'formats: custom, directory, tar and plain, by pg_restore and psql');

# The whole cluster
recipe('basebackup');
is(sql('residency', "SELECT files, bytes > 1000000, verification FROM schemaver.backups WHERE label = 'base'"), '1|t|passed', 'basebackup: recorded and verified');
cmp_ok(-s "$scratch/base.metadata.json", '<=', 4097, 'its metadata is compact');
unlike(slurp_file("$scratch/base/backup_label"), qr/^$/, 'it is there');

# A backup that is damaged does not pass.
append_to_file("$scratch/base/PG_VERSION", 'x');
ok(!IPC::Run::run([ 'pg_verifybackup', '--quiet', "$scratch/base" ], '>&', \my $damage), 'a damaged one is found by pg_verifybackup');

# cron
mkdir "$scratch/nightly";
$ENV{BACKUP_FOLDER} = "$scratch/nightly";
is(recipe('cron'), '', 'cron: nothing is wrong, and nothing is said');
sql('residency', "UPDATE schemaver.backup SET at = at - interval '10 days' WHERE label LIKE 'nightly-%'");
for my $run (1 .. 4) { sleep 1; recipe('cron') }
is(scalar(my @dumps = glob "$scratch/nightly/*.dump"), 4, 'cron: the dump that is ten days old is gone, four are there');
is(scalar(my @metadata = glob "$scratch/nightly/*.json"), 4, 'and as many files of metadata');
is(sql('residency', "SELECT count(*) FILTER (WHERE forgotten_at IS NOT NULL), bool_and(verification = 'passed') FROM schemaver.backups WHERE label LIKE 'nightly-%'"),
	'1|t', 'which the catalog knows');
cmp_ok(scalar(split /\n/, $recipe{cron}), '<=', 25, 'cron: the script is short');

# pgBackRest
SKIP:
{
	skip 'pgBackRest is not installed', 5 unless has('pgbackrest');
	my ($configuration, $printed) = ("$scratch/pgbackrest.conf", '');
	mkdir "$scratch/repository";
	$ENV{PGBACKREST_CONFIG} = $configuration;
	server('pgbackrest', "archive_mode = on\narchive_command = 'pgbackrest --config=$configuration --stanza=residency archive-push %p'");
	append_to_file($configuration, join "\n", '[global]', "repo1-path=$scratch/repository", "log-path=$scratch", "lock-path=$scratch/lock",
		'start-fast=y', 'log-level-console=warn', "spool-path=$scratch", '[residency]', 'pg1-path=' . $node->data_dir,
		'pg1-port=' . $node->port, 'pg1-socket-path=' . $node->host, 'pg1-user=' . sql('postgres', 'SELECT current_user'), 'pg1-database=postgres', '');
	ok(IPC::Run::run([ 'pgbackrest', '--stanza=residency', 'stanza-create' ], '>&', \$printed), 'pgBackRest: a stanza') or diag($printed);
	recipe('pgbackrest');
	like(sql('residency', "SELECT f.location, b.verification FROM schemaver.backups AS b JOIN schemaver.backup_files AS f USING (label)"),
		qr/^pgbackrest:residency\/\d{8}-\d{6}F\|passed$/, 'pgBackRest: recorded');
	like(recipe('pgbackrest-check'), qr/^match\|/, 'pgBackRest: its annotation can be asked by');
	sql('residency', 'ALTER TABLE people DROP COLUMN name');
	like(recipe('pgbackrest-check'), qr/^downgrade\|/, 'pgBackRest: and tells when the schema is another one');
}

# Barman
SKIP:
{
	skip 'Barman is not installed', 4 unless has('barman');
	my $home = "$scratch/barman";
	mkdir $_ for $home, "$home/residency", "$home/residency/incoming";
	local $ENV{HOME} = $scratch;
	server('barman', "archive_mode = on\narchive_command = 'cp %p $home/residency/incoming/%f'");
	append_to_file("$scratch/.barman.conf", join "\n", '[barman]', "barman_home=$home", "barman_lock_directory=$home", "log_file=$scratch/barman.log",
		'barman_user=' . (getpwuid $>)[0], '[residency]', 'description=test', 'backup_method=postgres', 'archiver=on', "backup_directory=$home/residency",
		'conninfo=host=' . $node->host . ' port=' . $node->port . ' dbname=postgres', 'streaming_conninfo=host=' . $node->host . ' port=' . $node->port, '');
	sql('postgres', 'SELECT pg_switch_wal()');
	my ($printed, $tries) = ('', 0);
	while (!IPC::Run::run([ 'barman', 'check', 'residency' ], '>&', \$printed) && $tries++ < 5) { IPC::Run::run([ 'barman', 'cron' ], '>&', \my $ignored); sleep 1 }
	recipe('barman');
	like(sql('residency', "SELECT f.location, b.verification FROM schemaver.backups AS b JOIN schemaver.backup_files AS f USING (label)"),
		qr/^barman:residency\/\d{8}T\d{6}\|passed$/, 'Barman: recorded');
	my ($file) = glob "$home/residency/weekly-*.metadata.json";
	my $metadata = slurp_file($file);
	like(sql('residency', "SELECT verdict FROM schemaver.check_restore(\$m\$$metadata\$m\$)"), qr/^match$/, 'Barman: its metadata can be asked by');
	# Debian's Barman 3.4 takes the name and shows it nowhere: what finds the backup is the recorded id.
	my ($id) = sql('residency', "SELECT location FROM schemaver.backup_files") =~ m{/(\w+)$};
	like(slurp_file("$home/residency/base/$id/backup.info"), qr/^status=DONE$/m, 'Barman: the recorded id is that of the backup');
}

# Alembic, and the first system's story: a backup at 018 on a database at 012.
SKIP:
{
	skip 'Alembic is not installed', 6 unless has('alembic') && IPC::Run::run([ 'python3', '-c', 'import alembic, psycopg2' ], '>&', \my $ignored);
	server('alembic', '');
	sql('residency', 'DROP TABLE people');
	my $printed = '';
	IPC::Run::run([ 'sh', '-c', "cd $scratch && alembic init alembic" ], '>&', \$printed) or diag($printed);
	my $ini = slurp_file("$scratch/alembic.ini") =~ s{^sqlalchemy\.url = .*}{sqlalchemy.url = postgresql+psycopg2://}mr;
	unlink "$scratch/alembic.ini";
	append_to_file("$scratch/alembic.ini", $ini);
	my $columns = join ' ', map { "op.add_column('people', sa.Column('$_', sa.String(50)))\n   " }
	  qw(faculty_role primary_duty max_clinical_hours admin_percent credentials hire_note leave_group);
	my %body = ('010_start' => "op.create_table('start', sa.Column('id', sa.Integer, primary_key=True))",
		'012_base_tables' => "op.create_table('people', sa.Column('id', sa.Integer, primary_key=True), sa.Column('name', sa.String(80), nullable=False))",
		'018_add_faculty_columns' => $columns =~ s/\) +op/)\n    op/gr);
	my $down = 'None';
	for my $revision (sort keys %body)
	{
		append_to_file("$scratch/alembic/versions/$revision.py", <<"PYTHON");
import sqlalchemy as sa
from alembic import op
revision = '$revision'
down_revision = $down
def upgrade():
    $body{$revision}
def downgrade():
    pass
PYTHON
		$down = "'$revision'";
	}
	# Migrations that run in one transaction are one step to the ledger: production took them one after the other.
	IPC::Run::run([ 'sh', '-c', "cd $scratch && alembic upgrade $_" ], '>&', \$printed) or diag($printed) for '010_start', '012_base_tables';
	recipe('alembic-backup');
	sql('postgres', 'CREATE DATABASE residency_old TEMPLATE template0');
	sql('residency_old', 'CREATE EXTENSION schemaver');
	local $ENV{PGDATABASE} = 'residency_old';
	ok(IPC::Run::run([ 'sh', '-c', "cd $scratch && alembic upgrade 012_base_tables" ], '>&', \$printed), 'Alembic: a database at 012') or diag($printed);
	my $output = recipe('alembic-restore');
	my ($expected) = $page =~ /What it prints:\n\n```\n(.*?)```/s;
	$output = join "\n", (grep { !/^INFO|^SET|^COPY|^\s*$/ } split /\n/, $output), '';
	is($output, $expected, 'Alembic: it prints what the page says');
	is(sql('residency_old', 'SELECT version_num FROM alembic_version'), '018_add_faculty_columns', 'Alembic: migrated');
	like(sql('residency_old', 'SELECT revision FROM schemaver.log ORDER BY commit DESC'), qr/^012_base_tables -> 018_add_faculty_columns$/m, 'Alembic: the ledger saw the migration');
}

$node->stop;
my @missing = grep { !$ran{$_} } sort keys %recipe;
is(join(' ', @missing), '', 'no recipe was left out') unless grep { /pgbackrest|barman|alembic/ } @missing;
note(sprintf '%d recipes, %d s', scalar keys %ran, time - $started);
done_testing();
