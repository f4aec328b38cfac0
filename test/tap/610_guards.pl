# Guards on servers as they are run: a dump takes the policies along and a copy is not surprised by them, what needs the
# library loaded, who is told of maintenance, and what the log says.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('guards');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "schemaver.environment = 'production'");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', <<'SQL');
CREATE EXTENSION schemaver;
CREATE TABLE people (id integer PRIMARY KEY);
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM people;
INSERT INTO schemaver.policy (rule, reason) VALUES ('destructive', 'rows do not come back');
SQL

my $state_of = sub {
	my ($database, $sql) = @_;
	my ($code, $out, $error) = $node->psql($database, "\\set VERBOSITY verbose\n$sql");
	return $error =~ /ERROR:\s+(\w{5}):/ ? $1 : 'ok';
};
is($state_of->('app', 'DROP TABLE people'), 'SV070', 'the first command of a session is guarded, without preload');
is($state_of->('app', 'TRUNCATE people'), 'ok', 'TRUNCATE is not: the library is not there yet');
is($state_of->('app', "LOAD 'schemaver'; TRUNCATE people"), 'SV070', 'once it is loaded, it is');
is($state_of->('app', 'CREATE ROLE passing; DROP ROLE passing'), 'ok', 'nor is what all databases share');
is($state_of->('app', "LOAD 'schemaver'; DROP DATABASE IF EXISTS nowhere"), 'SV070', 'once it is loaded, it is');
is($state_of->('app', "SELECT schemaver.confirm_destructive('ticket 9', '1 minute'); DROP DATABASE IF EXISTS nowhere"), 'ok', 'and can be confirmed');
is($state_of->('postgres', 'DROP DATABASE IF EXISTS nowhere'), 'ok', 'in a database without policies nothing is refused');
is($state_of->('app', 'REFRESH MATERIALIZED VIEW counted; VACUUM FULL people; REINDEX TABLE people'), 'ok', 'maintenance is not');
is($state_of->('app', 'SET session_replication_role = replica; DROP TABLE people'), 'SV070', 'session_replication_role is no way around');
is($state_of->('app', "SET schemaver.environment = ''; DROP TABLE people"), 'SV070', 'nor is SET, before the library is loaded');
is($state_of->('app', "LOAD 'schemaver'; SET schemaver.environment = ''"), '55P02', 'and after');
is($state_of->('app', "LOAD 'schemaver'; ALTER DATABASE app SET schemaver.environment = ''"), '55P02', 'nor a setting of the database');

# What is on record is in the log too.
my $offset = -s $node->logfile;
is($state_of->('app', "SELECT schemaver.confirm_destructive('ticket 4711', '1 minute'); CREATE TABLE gone (); DROP TABLE gone"), 'ok', 'confirmed');
like(substr(slurp_file($node->logfile), $offset), qr/confirmed a destructive command.*\n.*ticket 4711/, 'the log says who and why');

# Dump and restore, into a database of another name, with --clean, and of the extension alone.
my $dump = "$PostgreSQL::Test::Utils::tmp_check/app.dump";
command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('app') ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE copy');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('copy'), $dump ], 'pg_restore into a copy');
is($node->safe_psql('copy', 'SELECT rule, database FROM schemaver.policy'), 'destructive|app', 'takes the policies along');
is($node->safe_psql('copy', 'SELECT count(*) FROM schemaver.guard_act'), '2', 'and what is on record');
is($state_of->('copy', 'DROP TABLE people CASCADE'), 'ok', 'which are not for the copy');
command_ok([ 'pg_restore', '--clean', '--if-exists', '--exit-on-error', '-d', $node->connstr('copy'), $dump ], 'pg_restore --clean there');
is($state_of->('copy', 'DROP EXTENSION schemaver CASCADE; CREATE EXTENSION schemaver; DROP SCHEMA public CASCADE'), 'ok', 'DROP and CREATE EXTENSION');
is($state_of->('app', 'DROP EXTENSION schemaver CASCADE'), 'SV070', 'where the policy counts, that is guarded');

# Who listens is told.
my $listener = $node->background_psql('app');
$listener->query_safe('LISTEN schemaver_maintenance');
$node->safe_psql('app', "SELECT schemaver.set_maintenance(true, 'new disks')");
like($listener->query_safe('SELECT 1'), qr/schemaver_maintenance" with payload "on: new disks"/, 'listeners are told of maintenance');
$listener->quit;

# Sessions beside each other: a confirmation or a lift is one session's, what is not committed is nobody's, and what is
# committed counts at once, also in a transaction that has an older snapshot.
my $one = $node->background_psql('app');
my $other = $node->background_psql('app', on_error_stop => 0);
my $fails = sub {
	my ($sql) = @_;
	$other->query("\\set VERBOSITY verbose\n$sql");
	my $state = $other->{stderr} =~ /ERROR:\s+(\w{5}):/ ? $1 : 'ok';
	$other->{stderr} = '';
	return $state;
};
$one->query_safe("BEGIN; SELECT schemaver.confirm_destructive('mine')");
is($fails->('DROP TABLE people'), 'SV070', 'a confirmation of another transaction does not count');
$one->query_safe("COMMIT; SELECT schemaver.lift_guard('mine', '1 minute')");
is($fails->('DROP TABLE people'), 'SV070', 'nor does what another session has lifted');
$other->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM people');
$one->query_safe("BEGIN; INSERT INTO schemaver.policy (rule, reason) VALUES ('maintenance', 'applications must know')");
is($fails->('CREATE TABLE early ()'), 'ok', 'a policy that is not committed does not count');
$one->query_safe('COMMIT; SELECT schemaver.set_maintenance(false)');
is($fails->('SAVEPOINT a; CREATE TABLE late ()'), 'SV070', 'one that is does, whatever the snapshot');
$one->query_safe("BEGIN; SELECT schemaver.set_maintenance(true, 'new disks')");
is($fails->('ROLLBACK TO a; CREATE TABLE late ()'), 'SV070', 'maintenance that is not committed has not begun');
$one->query_safe('COMMIT');
is($fails->('ROLLBACK TO a; CREATE TABLE late ()'), 'ok', 'begun, it counts at once');
$other->query_safe('ROLLBACK');
$one->query_safe("DELETE FROM schemaver.policy WHERE rule = 'maintenance'");
$_->quit for $one, $other;

# Where nothing can be written, nothing is confirmed.
is($state_of->('app', 'SET default_transaction_read_only = on; SELECT schemaver.confirm_destructive(\'x\')'), '25006', 'a read-only transaction confirms nothing');

# On a standby nothing is recorded, and nothing breaks: the policies count there, and applications can ask.
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
my $state_there = sub {
	my ($sql) = @_;
	my ($code, $out, $error) = $standby->psql('app', "\\set VERBOSITY verbose\n$sql");
	return $error =~ /ERROR:\s+(\w{5}):/ ? $1 : 'ok';
};
is($standby->safe_psql('app', 'SELECT schemaver.in_maintenance()'), 't', 'standby: in_maintenance()');
is($state_there->("SELECT schemaver.confirm_destructive('x')"), '25006', 'standby: nothing is confirmed');
is($state_there->("SELECT schemaver.lift_guard('x')"), '25006', 'standby: nor lifted');
is($state_there->("SELECT schemaver.set_maintenance(false)"), '25006', 'standby: nor maintenance ended');
is($state_there->('DROP TABLE people'), '25006', 'standby: DDL is refused as it always is');
is($state_there->("LOAD 'schemaver'; TRUNCATE people"), 'SV070', 'standby: TRUNCATE by the policy');
$standby->stop;
$node->stop;
done_testing();
