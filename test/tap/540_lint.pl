# lint() beside others: it waits for no lock, sees who holds one, lets itself be cancelled; its rules travel in a dump.
use strict;
use warnings;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('lint');
$node->init;
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION schemaver;
CREATE TABLE people (id bigint PRIMARY KEY, name text);
CREATE TABLE parent (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF parent FOR VALUES FROM (1) TO (9);
CREATE TABLE pointing (person bigint CONSTRAINT to_people REFERENCES people);
SQL

sub holding
{
	my ($lock, $check) = @_;
	my ($in, $out) = ("BEGIN; $lock; SELECT 'locked';\n", '');
	my $session = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, IPC::Run::timeout(60));
	$session->pump until $out =~ /locked/;
	$check->();
	$in = "ROLLBACK;\n\\q\n";
	$session->finish;
}

sub conflicts_of
{
	my ($script) = @_;
	return $node->safe_psql('postgres', <<SQL);
SET lock_timeout = '1s';
SET statement_timeout = '10s';
SELECT severity, identity, why ~ '^right now it would wait for process \\d+ \\(\\w+, for \\d+ s\\) on ', schemaver.lint_json(instead) IS NOT NULL
FROM schemaver.lint('$script') WHERE rule = 'conflict-now'
SQL
}

is(conflicts_of('ALTER TABLE people ADD a int'), '', 'nobody holds a lock');
holding('SELECT * FROM people', sub {
	is(conflicts_of('ALTER TABLE people ADD a int'), 'warning|public.people|t|t', 'a reader is in the way of ALTER TABLE');
	is(conflicts_of('CREATE INDEX ON people (name)'), '', 'and not of CREATE INDEX');
	for my $drop ('ALTER TABLE pointing DROP CONSTRAINT to_people', 'DROP TABLE pointing') {
		is(conflicts_of($drop), 'warning|public.people|t|t', "$drop locks what the foreign key points to");
	}
});
holding('LOCK TABLE people; LOCK TABLE part; ALTER TABLE part ADD CHECK (id > 0)', sub {
	is(conflicts_of('CREATE INDEX ON people (name)'),
		'warning|public.people|t|t', 'lint() does not wait for who has a table all to themselves');
	my $parent = $node->safe_psql('postgres',
		q{SET lock_timeout = '1s'; SELECT count(*) > 0 FROM schemaver.lint('ALTER TABLE parent ADD CHECK (id > 0)')});
	is($parent, 't', 'nor for a partition');
});

# Cancelled in the middle of a large script.
my ($status, $out, $error) = $node->psql('postgres', <<'SQL');
SET statement_timeout = '100ms';
SELECT count(*) FROM schemaver.lint((SELECT string_agg(format('CREATE TABLE t%s (a int); ALTER TABLE t%s ADD CHECK (a > 0)', g, g), ';') FROM generate_series(1, 100000) AS g));
SQL
like($error, qr/canceling statement due to statement timeout/, 'a cancel goes through');

# SARIF, by what version 2.1.0 of its schema asks: each result is of a rule that is listed, has a level, a text and a place.
my $log = decode_json($node->safe_psql('postgres', q{SELECT schemaver.lint_sarif(E'ALTER TABLE people\\n  ADD CHECK (id > 0);\\nDROP TABLE people;\\nCREATE TABLE t (a int)', 'db/7 é.sql')}));
my $run = $log->{runs}[0];
my %listed = map { $_->{id} => 1 } @{ $run->{tool}{driver}{rules} };
my @wrong = grep {
	my ($region, $uri) = ($_->{locations}[0]{physicalLocation}{region}, $_->{locations}[0]{physicalLocation}{artifactLocation}{uri});
	!($listed{ $_->{ruleId} } && $_->{level} =~ /^(note|warning|error)$/ && length $_->{message}{text} && $region->{startLine} >= 1
		&& $region->{startColumn} >= 1 && $uri eq 'db/7%20%C3%A9.sql')
} @{ $run->{results} };
is("$log->{version} " . @{ $log->{runs} } . ' ' . $run->{tool}{driver}{name}, '2.1.0 1 schemaver', 'SARIF: one run of schemaver');
ok(@{ $run->{results} } > 3 && keys %listed > 35, 'it has results, and the rules');
is(encode_json(\@wrong), '[]', 'each result is whole');

# What users say of rules is dumped, and holds after a restore.
$node->safe_psql('postgres', q{INSERT INTO schemaver.lint_rule (rule, severity, reason) VALUES ('dropping-table', 'off', 'here they may go')});
my $dump = $node->basedir . '/dump.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, $node->connstr('postgres') ], 'dumped');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $dump, $node->connstr('restored') ], 'restored');
is( $node->safe_psql('restored', q{SELECT rule, reason FROM schemaver.lint_rule; SELECT count(*) FROM schemaver.lint('DROP TABLE people') WHERE rule = 'dropping-table'}),
	"dropping-table|here they may go\n0", 'and the rule holds there');

$node->stop;
done_testing();
