# Backup metadata: what stamps return is what docs/metadata.schema.json says, small without definitions, and bad or
# hostile metadata is refused or compared, and never executed.
use strict;
use warnings;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('metadata');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
my $folder = $PostgreSQL::Test::Utils::tmp_check;
my $hostile = q{x"; DROP TABLE kept; -- ' $(touch pwned) };
$node->safe_psql('postgres', <<'SQL');
CREATE DATABASE source TEMPLATE template0;
CREATE DATABASE target TEMPLATE template0;
SQL
my $quoted = '"' . $hostile =~ s/"/""/gr . '"';
$node->safe_psql('source', <<"SQL");
CREATE EXTENSION schemaver;
CREATE TYPE mood AS ENUM ('ok', 'it''s');
CREATE DOMAIN email AS text CHECK (VALUE ~ '\@');
CREATE TABLE people (id int PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x', m mood, e email, CHECK (id > 0));
COMMENT ON TABLE people IS 'a comment';
CREATE TABLE $quoted (id int, $quoted text DEFAULT '''');
CREATE VIEW names AS SELECT name FROM people;
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO alembic_version VALUES ('a1'), ('b2');
CREATE ROLE "of a policy"; CREATE ROLE "of defaults"; CREATE ROLE unused;
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY theirs ON people TO "of a policy";
ALTER DEFAULT PRIVILEGES FOR ROLE "of defaults" GRANT SELECT ON TABLES TO "of a policy";
SQL
$node->safe_psql('source', 'SELECT schemaver.seal()');
my %stamp = (
	full => $node->safe_psql('source', "SELECT schemaver.stamp_backup('full')"),
	compact => $node->safe_psql('source', "SELECT schemaver.stamp_backup('compact', definitions => false)"),
	counted => $node->safe_psql('source', "SELECT schemaver.stamp_backup('counted', with_row_counts => true)"));
cmp_ok(length $stamp{compact}, '<=', 4096, 'compact metadata fits into 4 KiB');

# What a stamp says is so.
my $said = JSON::PP->new->utf8->decode($stamp{compact});
sub ask_source { return $node->safe_psql('source', 'SELECT ' . $_[0]) }
is($said->{ledger}{seal}, ask_source('digest FROM schemaver.seals ORDER BY number DESC LIMIT 1'), 'the seal of the ledger\'s end');
is($said->{ledger}{commit}, ask_source('max(commit) FROM schemaver.commits'), 'and its last commit');
cmp_ok(abs($said->{database}{size} - ask_source('pg_database_size(current_database())')), '<', 1_000_000, 'the size of the database');
is($said->{migration}{state}, 'several heads', 'the migration tool\'s state');
is($said->{migration}{count}, 2, 'and how many migrations');
for my $facet (qw(structure security storage comment))
{
	is($said->{fingerprint}{facets}{$facet}{portable}, ask_source("schemaver.fingerprint(facets => '{$facet}')"), "the fingerprint of $facet");
	is($said->{fingerprint}{facets}{$facet}{exact}, ask_source("schemaver.fingerprint(facets => '{$facet}', exact => true)"), "the exact one of $facet");
}
is($said->{fingerprint}{exact}, ask_source('schemaver.fingerprint(exact => true)'), 'the exact fingerprint of all');
is((join ',', grep { /of a|of d|unused/ } @{ $said->{roles} }), 'of a policy,of defaults', 'the roles that are used');

# By a validator that is not ours.
sub is_valid
{
	my ($document) = @_;
	my $file = "$folder/document.json";
	unlink $file;
	append_to_file($file, $document);
	my $output = '';
	return IPC::Run::run([ 'python3', '-c', <<'PYTHON', 'docs/metadata.schema.json', $file ], '>&', \$output) ? 1 : 0;
import json, sys, jsonschema
schema, document = (json.load(open(name)) for name in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.Draft202012Validator(schema).validate(document)
PYTHON
}
SKIP:
{
	skip 'python3-jsonschema is not installed', 11 unless IPC::Run::run([ 'python3', '-c', 'import jsonschema' ], '>&', \my $ignored);
	is(is_valid($stamp{$_}), 1, "$_ metadata is what the schema says") for sort keys %stamp;
	my ($example) = slurp_file('docs/metadata.md') =~ /```json\n(.*?)```/s;
	is(is_valid($example), 1, 'and so is the example in the docs');
	my $json = JSON::PP->new->utf8->canonical;
	for my $member (qw(format digest server counts))
	{
		my $document = $json->decode($stamp{compact});
		delete $document->{$member};
		is(is_valid($json->encode($document)), 0, "without $member it is not");
	}
	my $document = $json->decode($stamp{full});
	$document->{objects}[0]{definition}{form} = {};
	is(is_valid($json->encode($document)), 0, 'with another facet it is not');
}

# Elsewhere: every name from it comes back as text, quoted where a command to type has it.
$node->safe_psql('target', 'CREATE EXTENSION schemaver; CREATE TABLE kept (id int); CREATE TABLE people (id int)');
sub ask
{
	my ($metadata, $what) = @_;
	my $literal = '$metadata$' . $metadata . '$metadata$';
	my ($status, $output, $errors) = $node->psql('target', "\\set VERBOSITY verbose\n" . $what =~ s/METADATA/$literal/r);
	return $output . $errors;
}
my $findings = ask($stamp{full}, 'SELECT severity, "check", identity, hint FROM schemaver.restore_findings(METADATA)');
like($findings, qr/error\|missing table\|public\.\Q$quoted\E\|/, 'a hostile name is named');
like($findings, qr/several heads/, 'two heads are found');
is($node->safe_psql('target', "SELECT to_regclass('kept') IS NOT NULL"), 't', 'and nothing is executed');
my ($command) = $findings =~ /missing table\|public\.\Q$quoted\E\|(.*)/;
my $words = `cd '$folder' && pg_restore() { printf '%s\\n' "\$@"; }; $command 2>/dev/null` if $command =~ s/<backup file>/file/r && ($command =~ s/<backup file>/file/);
like($words, qr/^--table=\Q$hostile\E$/m, 'the shell reads the name in the hint as the name');
ok(!-e "$folder/pwned", 'and runs nothing of it');
like(ask($stamp{full}, 'SELECT verdict FROM schemaver.check_restore(METADATA)'), qr/^incompatible|^upgrade/, 'metadata of another database');

# Cut anywhere: never accepted, and never taken for the older form.
my $cuts = $node->safe_psql('target', <<"SQL");
CREATE FUNCTION attempt(metadata text) RETURNS text LANGUAGE plpgsql AS \$\$
BEGIN PERFORM schemaver.check_restore(metadata); RETURN 'accepted'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END \$\$;
SELECT DISTINCT attempt(left(m, place * length(m) / 300)) FROM (VALUES (\$m\$$stamp{full}\$m\$)) AS t (m), generate_series(0, 299) AS place;
SQL
is($cuts, 'SV002', 'cut at 300 places');

# A whole document of another database, under a name of this one, and with what does not fit in itself.
my $forged = JSON::PP->new->utf8->canonical->decode($stamp{counted});
$forged->{row_counts}{tables} = [ map { { table => $_, rows => 1 } } 'kept; DROP TABLE kept', '"x" UNION SELECT 1', "public.people\0"  =~ s/\0//r, $hostile, 'pg_catalog."pg_class', '' ];
delete $forged->{digest};
use Digest::SHA qw(sha256_hex);
$forged->{digest} = 'sha256:' . sha256_hex(JSON::PP->new->utf8->canonical->encode($forged));
my $verified = ask(JSON::PP->new->utf8->canonical->encode($forged), 'SELECT "check", identity FROM schemaver.verify_findings(METADATA) WHERE "check" LIKE \'%count%\'');
like($verified, qr/^not counted\|"kept; DROP TABLE kept"$/m, 'hostile tables in row counts are names that do not exist');
is($node->safe_psql('target', "SELECT to_regclass('kept') IS NOT NULL"), 't', 'and nothing is executed');

# Damaged and newer.
like(ask(substr($stamp{full}, 0, length($stamp{full}) / 2), 'SELECT schemaver.check_restore(METADATA)'), qr/SV002: .*HINT: .*whole and undamaged copy/s, 'cut in half');
like(ask($stamp{full} =~ s/"format":1/"format":2/r, 'SELECT schemaver.check_restore(METADATA)'), qr/SV003: .*HINT: .*ALTER EXTENSION schemaver UPDATE/s,
	'of a newer schemaver');
like(ask($stamp{full} =~ s/"people"/"peoplf"/r =~ s/varying\(20\)/varying(21)/r, 'SELECT schemaver.check_restore(METADATA)'), qr/SV004/, 'changed');

$node->stop;
done_testing();
