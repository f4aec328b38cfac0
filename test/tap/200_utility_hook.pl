# The utility hook where its library is preloaded: what the server's log says of failed commands, what happens to
# commands that cannot be rolled back when they cannot be recorded, and scripts.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('hook');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
session_preload_libraries = 'schemaver'
schemaver.log_failed_commands = on
# The server's own lines name the statement, whatever is in it.
log_min_error_statement = panic
log_statement = none
log_min_duration_statement = -1
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION schemaver; CREATE ROLE hook_ann LOGIN; CREATE DATABASE without');

sub log_of
{
	my ($sql, @options) = @_;
	my $offset = -s $node->logfile;
	$node->psql('postgres', $sql, @options);
	return substr(slurp_file($node->logfile), $offset);
}

# Failed and denied.
my $log = log_of('CREATE TABLE public.denied (id int)', extra_params => [ '-U', 'hook_ann' ]);
like($log, qr/LOG:  schemaver: CREATE TABLE failed \(42501\): permission denied for schema public/, 'a denied command');
like($log, qr/DETAIL:  User hook_ann, as hook_ann: CREATE TABLE public\.denied \(id int\)$/m, 'who and what');
$log = log_of("SET ROLE hook_ann;\nCREATE TABLE public.denied (id int)");
like($log, qr/User \w+, as hook_ann: CREATE TABLE/, 'both users');
unlike(log_of('SELECT nothing'), qr/schemaver:/, 'no DDL, no line');
$log = log_of("DO \$\$ BEGIN CREATE TABLE pg_catalog.x (id int); EXCEPTION WHEN OTHERS THEN NULL; END \$\$");
like($log, qr/schemaver: CREATE TABLE failed .*pg_catalog/, 'an attempt inside a block that takes the error');
for my $statement (
	"ALTER ROLE hook_nobody PASSWORD 'geheim'",
	"CREATE SUBSCRIPTION hook CONNECTION 'password=geheim nonsense' PUBLICATION p",
	"CREATE SERVER hook FOREIGN DATA WRAPPER hook_nothing OPTIONS (password 'geheim')",
	"CREATE USER MAPPING FOR hook_ann SERVER hook_nothing OPTIONS (password \$\$geheim\$\$)",
	"ALTER ROLE hook_geheim PASSWORD 'geheim'",
	"BEGIN;\nALTER SYSTEM SET primary_conninfo = 'password=geheim'",
	"ALTER DATABASE hook_nothing SET app.password = 'geheim'")
{
	$log = log_of($statement);
	like($log, qr/LOG:  schemaver: [A-Z ]+ failed \(\w{5}\)$/m, "logged: $statement");
	my @ours = $log =~ /^(.*LOG:  schemaver: .*\n.*DETAIL: .*)$/mg;
	unlike(join('', @ours), qr/geheim/, 'without the secret');
}

# A savepoint takes a command on roles with it, rows and changes.
$node->safe_psql('postgres', <<'SQL');
BEGIN;
CREATE ROLE hook_bob;
SAVEPOINT s;
CREATE ROLE hook_undone;
ALTER ROLE hook_bob LOGIN;
ROLLBACK TO s;
COMMIT;
SQL
is($node->safe_psql('postgres', 'SELECT summary FROM schemaver.log LIMIT 1'), 'CREATE ROLE hook_bob', 'savepoint: commands');
is($node->safe_psql('postgres', "SELECT change, identity FROM schemaver.changes WHERE kind = 'role' ORDER BY commit DESC, number"),
	"added|hook_bob\nadded|hook_ann", 'savepoint: changes');
$node->safe_psql('postgres', "BEGIN;\nALTER ROLE hook_bob RENAME TO hook_rob;\nALTER ROLE hook_rob CREATEDB;\nCOMMIT");
is($node->safe_psql('postgres', "SELECT change, identity, former_identity FROM schemaver.changes WHERE commit = (SELECT max(commit) FROM schemaver.log)"),
	'renamed|hook_rob|hook_bob', 'a renamed role');
is($node->safe_psql('postgres', "SELECT count(*) FROM schemaver.objects('head') WHERE kind IN ('role', 'database')"), '0',
	'what is the cluster\'s is no part of the schema');
$node->safe_psql('postgres', "ALTER ROLE hook_rob PASSWORD 'geheim'");
is($node->safe_psql('postgres', "SELECT commands, changes FROM schemaver.commits LIMIT 1"), '1|0', 'a password is no definition');
is($node->safe_psql('postgres', "SELECT count(*) FROM schemaver.definition WHERE document ~ 'scram|password'"), '0', 'nor is its kind');

# Without the extension in the database nothing happens.
$node->safe_psql('without', "CREATE ROLE hook_without; ALTER SYSTEM SET work_mem = '5MB'; DROP ROLE hook_without; CREATE TABLE t (id int)");
is($node->safe_psql('postgres', "SELECT count(*) FROM schemaver.commands WHERE objects[1] ~ 'without|work_mem'"), '1', 'another database');

# ALTER SYSTEM may run in a read-only transaction. The ledger cannot be written there, and it goes through.
(my $status, undef, my $errors) = $node->psql('postgres', "SET default_transaction_read_only = on;\nALTER SYSTEM SET work_mem = '6MB'", on_error_stop => 1);
is($status, 0, 'ALTER SYSTEM in a read-only transaction');
like($errors, qr/WARNING:  schemaver could not/, 'goes through with a warning');
$node->safe_psql('postgres', "ALTER SYSTEM SET work_mem = '7MB'");
is($node->safe_psql('postgres', "SELECT tag, objects, statement FROM schemaver.commands LIMIT 1"),
	"ALTER SYSTEM|{\"setting work_mem\"}|ALTER SYSTEM SET work_mem = '7MB'", 'ALTER SYSTEM');

# A block of a megabyte that runs a thousand commands is stored once.
my $filling = join "\n", map { "-- $_ of what a generator of code has to say" } 1 .. 25000;
$node->safe_psql('postgres', "DO \$\$\n$filling\nBEGIN FOR i IN 1..500 LOOP CREATE TABLE hook_many (id int); DROP TABLE hook_many; END LOOP; END \$\$");
is($node->safe_psql('postgres', "SELECT count(*), count(DISTINCT statement), count(DISTINCT script), min(length(script)) > 1000000 FROM schemaver.commands WHERE commit = (SELECT max(commit) FROM schemaver.log)"),
	'1000|2|1|t', 'each command has its own text, and all the block');
is($node->safe_psql('postgres', "SELECT count(*) FROM schemaver.statement WHERE length(text) > 1000000"), '1', 'which is stored once');

# What a check finds it tells without the secrets: in notifications, in the log, in rows.
my $told_from = -s $node->logfile;
$node->safe_psql('postgres', <<'SQL');
SET schemaver.capture = off;
CREATE FOREIGN DATA WRAPPER hook OPTIONS (password 'geheim');
CREATE SERVER hook FOREIGN DATA WRAPPER hook OPTIONS (host 'h', connstr 'host=h password=geheim');
CREATE USER MAPPING FOR PUBLIC SERVER hook OPTIONS (user 'u', password 'geheim');
CREATE FOREIGN TABLE hook (a int OPTIONS (secret 'geheim')) SERVER hook OPTIONS (url 'https://ann:geheim@h/');
CREATE FUNCTION hook() RETURNS int LANGUAGE sql SET app.secret = 'geheim' AS 'SELECT 1';
SQL
my $told = $node->safe_psql('postgres', "SET client_min_messages = notice; LISTEN schemaver; SELECT schemaver.find_drift(NULL); SELECT 1");
like($told, qr/notification "schemaver" with payload ".*"kind":"user mapping"/, 'a check tells of them');
unlike($told . substr(slurp_file($node->logfile), $told_from), qr/geheim/, 'without a secret');
is($node->safe_psql('postgres', "SELECT count(*) FILTER (WHERE d::text ~ 'hook') > 3, count(*) FILTER (WHERE d::text ~ 'geheim') FROM schemaver.found_drift AS d"), 't|0', 'nor has a row one');
$node->safe_psql('postgres', 'DROP FUNCTION hook(); DROP FOREIGN DATA WRAPPER hook CASCADE');

# A ledger that cannot be written: what a rollback would undo fails, anything else goes through.
$node->safe_psql('postgres', 'SET schemaver.capture = off; ALTER TABLE schemaver.command ADD broken int');
($status, undef, $errors) = $node->psql('postgres', "\\set VERBOSITY verbose\nCREATE ROLE hook_never", on_error_stop => 1);
like($errors, qr/SV008/, 'abort: CREATE ROLE fails');
is($node->safe_psql('postgres', "SELECT to_regrole('hook_never') IS NULL"), 't', 'and is undone');
for my $sql ('CREATE DATABASE hook_database', 'ALTER DATABASE hook_database SET TABLESPACE pg_default', 'DROP DATABASE hook_database', "ALTER SYSTEM RESET work_mem")
{
	($status, undef, $errors) = $node->psql('postgres', $sql, on_error_stop => 1);
	is($status, 0, "abort: $sql goes through");
	like($errors, qr/WARNING:  schemaver could not record/, 'with a warning');
}

unlike(slurp_file($node->logfile), qr/was terminated by signal|PANIC|TRAP:/, 'the log knows of no crash');
done_testing();
