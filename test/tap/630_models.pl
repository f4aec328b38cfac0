# The scratch database of check_models() is dropped whatever happens: to the statement, to the session, to the workers, to
# the server; and where no worker is free that is what the error says.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('models');
$node->init;
$node->append_conf('postgresql.conf', "max_worker_processes = 6\nrestart_after_crash = on\n");
$node->start;
sub in { my ($sql) = @_; return $node->safe_psql('postgres', $sql) }
in('CREATE EXTENSION schemaver');

my $scratch = "SELECT count(*) FROM pg_database WHERE datname ~ '^schemaver_scratch_'";
my $sleeping = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'schemaver scratch builder' AND wait_event = 'PgSleep'";
my $slow = "SELECT count(*) FROM schemaver.check_models('CREATE TABLE a (); SELECT pg_sleep(180)')";

# Starts a slow check, and waits until its script is at the sleep.
sub start_slow
{
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->query_until(qr/^$/, "SELECT pg_backend_pid() AS pid \\gset\n\\echo\n$slow;\n");
	ok($node->poll_query_until('postgres', $sleeping, '1'), 'the script runs in the scratch database');
	is(in($scratch), '1', 'there is one');
	return $session;
}
sub is_cleared
{
	my ($what) = @_;
	ok($node->poll_query_until('postgres', $scratch, '0'), "$what: the scratch database is dropped");
	ok($node->poll_query_until('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type ~ 'schemaver scratch'", '0'),
		"$what: its workers have gone");
}
sub asking { return "FROM pg_stat_activity WHERE query ~ 'pg_sleep\\(180\\)' AND backend_type = 'client backend' AND pid <> pg_backend_pid()" }

my $session = start_slow();
in('SELECT pg_cancel_backend(pid) ' . asking());
is_cleared('a cancel');
like($session->query('SELECT 42'), qr/42$/, 'the session goes on');
$session->quit;

$session = start_slow();
in('SELECT pg_terminate_backend(pid) ' . asking());
is_cleared('the session is terminated');
eval { $session->quit };

for my $worker ('builder', 'keeper')
{
	$session = start_slow();
	in("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'schemaver scratch $worker'");
	is_cleared("the $worker is terminated");
	like($session->query('SELECT 42'), qr/42$/, 'the session goes on');
	$session->quit;
}

my ($out, $errors);
(undef, undef, $errors) = $node->psql('postgres', "SET statement_timeout = '2s'; $slow");
like($errors, qr/statement timeout/, 'statement_timeout is heeded');
is_cleared('statement_timeout');

# A group role, which has no LOGIN: since 17 a worker can be one.
in('CREATE ROLE team CREATEDB; GRANT EXECUTE ON FUNCTION schemaver.check_models(text, text[], text[], text[], text[]) TO team');
(undef, $out, $errors) = $node->psql('postgres', "SET ROLE team; SELECT count(*) FROM schemaver.check_models('')");
if ($node->pg_version < 17) {
	like($errors, qr/role "team" cannot log in, so no worker can make a scratch database for it/, 'a role without LOGIN is told why');
} else {
	is($out, '0', 'a role without LOGIN has its models checked');
}

# A crash leaves it; the next check takes it away.
$session = start_slow();
my $keeper = in("SELECT pid FROM pg_stat_activity WHERE backend_type = 'schemaver scratch keeper'");
kill 'KILL', $keeper;
eval { $session->quit };
ok($node->poll_query_until('postgres', 'SELECT 1', '1'), 'the server is back');
is(in($scratch), '1', 'after a crash it is still there');
is(in("SELECT count(*) FROM schemaver.check_models('')"), '0', 'the next check');
is(in($scratch), '0', 'takes it away');

# Several at once, and one too many.
my @sessions = map { start_slow_quietly() } 1 .. 2;
sub start_slow_quietly
{
	my $one = $node->background_psql('postgres', on_error_stop => 0);
	$one->query_until(qr/^$/, "\\echo\n$slow;\n");
	return $one;
}
ok($node->poll_query_until('postgres', $sleeping, '2'), 'two at a time');
is(in($scratch), '2', 'each in a database of its own');
# One slot is left of the six, as the server's own logical replication launcher has one.
(undef, undef, $errors) = $node->psql('postgres', "SELECT * FROM schemaver.check_models('')");
like($errors, qr/no worker process is free to make a scratch database/, 'no worker left');
in('SELECT count(pg_cancel_backend(pid)) ' . asking());
is_cleared('both are cancelled, and the third was refused');
eval { $_->quit } for @sessions;

$node->stop('fast');
is(index(slurp_file($node->logfile), 'TRAP:'), -1, 'no assertion has failed');
done_testing();
