# Databases in other encodings, bytes that are no text in any, and large texts. Recording makes no command fail that the
# server lets through, and what is recorded is what is there.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('encodings');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
my $folder = $PostgreSQL::Test::Utils::tmp_check;
my $differences = "SELECT count(*) FROM schemaver.diff('head', 'live')";
my $number = 0;

# Runs a script of bytes as a file, in the database's own encoding.
sub run_bytes
{
	my ($database, $bytes) = @_;
	my $file = "$folder/bytes_" . ++$number . '.sql';
	open(my $out, '>:raw', $file) or die $!;
	print $out $bytes;
	close $out;
	my $errors = '';
	IPC::Run::run([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database), '-f', $file ], '>', \my $output, '2>', \$errors);
	return ($output, $errors);
}

# A role whose name is UTF-8, and as such no text in EUC_JP; one whose name is no UTF-8.
$node->safe_psql('postgres', 'CREATE DATABASE bytes TEMPLATE template0 ENCODING SQL_ASCII LOCALE "C"');
run_bytes('bytes', "CREATE ROLE \"Zo\xc3\xab\xe2\x9c\x93\" SUPERUSER LOGIN; CREATE ROLE \"no\xff\xfetext\" SUPERUSER LOGIN;");

# The word is a name and a text; in EUC_JP there is a character without an equivalent in Unicode too.
my %words = (
	SQL_ASCII => "\xe9\xa4\xff\xc3",
	LATIN1 => "\xe9\xa4\xff\x85",
	EUC_JP => "\xb4\xc1\xbb\xfa\xf5\xa1\xf5\xa2",
	UTF8 => "\xe6\xbc\xa2\xf0\x9f\x90\x98\xf4\x8f\xbf\xbd");
for my $encoding (sort keys %words)
{
	my $word = $words{$encoding};
	my $database = lc "db_$encoding";
	$node->safe_psql('postgres', qq(CREATE DATABASE $database TEMPLATE template0 ENCODING $encoding LOCALE "C"));
	my ($output, $errors) = run_bytes($database, <<"SQL");
SET client_encoding = '$encoding'; SET client_min_messages = error;
CREATE TABLE "before $word" ("$word" int);
CREATE EXTENSION schemaver;
SET application_name = 'application $word';
SET schemaver.message = 'message $word';
CREATE SCHEMA "s$word";
CREATE TABLE "t$word" ("c$word" int DEFAULT 1 CHECK ("c$word" > 0), text text DEFAULT '$word');
COMMENT ON TABLE "t$word" IS '$word';
CREATE FUNCTION "f$word"() RETURNS text LANGUAGE sql AS 'SELECT ''$word''::text';
CREATE VIEW "v$word" AS SELECT "c$word", "f$word"() AS "$word" FROM "t$word" WHERE text <> '$word';
CREATE TYPE "e$word" AS ENUM ('$word');
CREATE DOMAIN "d$word" AS text CONSTRAINT "k$word" CHECK (VALUE <> '$word');
CREATE TABLE "u$word" (a "d$word", b "e$word" DEFAULT '$word');
ALTER TABLE "u$word" RENAME TO "w$word";
ALTER TABLE "w$word" SET SCHEMA "s$word";
CREATE POLICY "p$word" ON "t$word" USING (text = '$word');
ALTER TABLE "t$word" DROP CONSTRAINT "t${word}_c${word}_check";
-- What goes with something else is known by its name alone.
CREATE FUNCTION checked(text) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
ALTER TABLE "t$word" ADD CONSTRAINT "q$word" CHECK (checked(text));
ALTER DOMAIN "d$word" ADD CONSTRAINT "q$word" CHECK (checked(VALUE));
ALTER TABLE "t$word" ALTER text SET DEFAULT checked('a')::text;
DROP FUNCTION checked CASCADE;
COMMENT ON SCHEMA "s$word" IS '$word';
SELECT identity = '"s$word"' FROM schemaver.changes WHERE kind = 'schema' ORDER BY commit DESC LIMIT 1;
SELECT message = 'message $word' FROM schemaver.log LIMIT 1;
SELECT statement = 'COMMENT ON SCHEMA "s$word" IS ''$word''' FROM schemaver.commands LIMIT 1;
SELECT schemaver.describe('schema', '"s$word"', 'head') = schemaver.describe('schema', '"s$word"');
SELECT verdict FROM schemaver.check_restore(schemaver.backup_metadata());
SQL
	is($errors, '', "$encoding: every command goes through");
	# In SQL_ASCII the bytes are shown as characters of UTF-8.
	my $shown = $encoding eq 'SQL_ASCII' ? "f\nf\nf\nt\nmatch\n" : "t\nt\nt\nt\nmatch\n";
	is($output, $shown, "$encoding: and is recorded as it is") or diag($output);
	is($node->safe_psql($database, $differences), '0', "$encoding: the ledger agrees");
	for my $role ("Zo\xc3\xab\xe2\x9c\x93", "no\xff\xfetext")
	{
		(undef, undef, $errors) = $node->psql($database, 'CREATE TABLE by_them (); DROP TABLE by_them;', extra_params => [ '-U', $role ]);
		is($errors, '', "$encoding: a role with a name from elsewhere");
	}
	$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/$database.dump", '-d', $node->connstr($database) ], "$encoding: dumped");
	$node->safe_psql('postgres', qq(CREATE DATABASE restored_$database TEMPLATE template0 ENCODING $encoding LOCALE "C"));
	$node->command_ok([ 'pg_restore', '-d', $node->connstr("restored_$database"), "$folder/$database.dump" ], "$encoding: restored");
	is($node->safe_psql("restored_$database", 'SELECT verdict FROM schemaver.verify_restore()'), 'match', "$encoding: and the same");
}

# Large texts: a migration of many commands in one string, a definition of many megabytes.
$node->safe_psql('postgres', 'CREATE EXTENSION schemaver');
my $script = "$folder/large.sql";
append_to_file($script, 'DO $$ BEGIN CREATE TABLE large_1 (); CREATE TABLE large_2 (); /* ' . 'x' x 1_000_000 . " */ END \$\$;\n");
append_to_file($script, "COMMENT ON TABLE large_1 IS '" . 'y' x 1_000_000 . "';\n");
append_to_file($script, "CREATE TABLE large_3 (a text DEFAULT '" . 'z' x 1_000_000 . "');\n");
append_to_file($script, 'CREATE FUNCTION large() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN $_$' . "'\"\n\\" x 8_000_000 . "\$_\$; END \$\$;\n");
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-f', $script ], 'large texts');
is($node->safe_psql('postgres', $differences), '0', 'large texts: the ledger agrees');
is($node->safe_psql('postgres', 'SELECT max(length(document)) > 32000000 FROM schemaver.definition'), 't', 'a definition of 50 MB');
unlike(slurp_file($node->logfile), qr/was terminated by signal|PANIC|TRAP:/, 'the log knows of no crash');
$node->stop;
done_testing();
