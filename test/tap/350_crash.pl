# kill -9 of a backend, then of the postmaster, in the middle of DDL under load, again and again. Killed processes lose
# nothing that the operating system has: so afterwards every command that a client saw committed is in the ledger, the
# ledger equals the catalogs, and there is no half of a commit.
#
# SCHEMAVER_KILLS says how often: 4 in a test run, 20 by `make crash`.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $kills = $ENV{SCHEMAVER_KILLS} || 4;
my $clients = 4;
my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init;
# What is lost with fsync = off is lost by a crash of the machine alone.
$node->append_conf('postgresql.conf', "fsync = off\nrestart_after_crash = on\nmax_prepared_transactions = 10\ncheckpoint_timeout = 30s");
$node->start;
my $folder = $PostgreSQL::Test::Utils::tmp_check;
$node->safe_psql('postgres', 'CREATE EXTENSION schemaver; CREATE TYPE shared_mood AS ENUM (\'calm\')');

sub sql { return $node->safe_psql('postgres', @_) }

# One round of one client: each command by itself, a transaction with a savepoint, one that is rolled back, a prepared
# one. It says which number it has reached as soon as the server has answered.
sub script_of
{
	my ($round, $client) = @_;
	my $file = "$folder/round_${round}_$client.sql";
	my $script = '';
	for my $number (1 .. 400)
	{
		my $name = "t_${round}_${client}_$number";
		my $before = "t_${round}_${client}_" . ($number - 5);
		$script .= <<"SQL";
CREATE TABLE $name (id int PRIMARY KEY, mood shared_mood DEFAULT 'calm');
\\echo $name created
BEGIN; ALTER TABLE $name ADD name text; SAVEPOINT s; ALTER TABLE $name ADD undone text; ROLLBACK TO s;
CREATE VIEW v_$name AS SELECT id, name FROM $name; COMMENT ON TABLE $name IS 'in a transaction'; COMMIT;
\\echo $name viewed
BEGIN; DROP VIEW v_$name; ROLLBACK;
BEGIN; CREATE INDEX i_$name ON $name (name); PREPARE TRANSACTION '$name'; COMMIT PREPARED '$name';
\\echo $name indexed
ALTER TABLE $name RENAME name TO called;
\\echo $name renamed
SQL
		$script .= "DROP TABLE $before CASCADE;\n\\echo $before dropped\n" if $number > 5;
	}
	append_to_file($file, $script);
	return $file;
}

# The last word of each table that its client was told.
my %last_word;
my ($confirmed, $longest) = (0, 0);

sub backends { return split /\n/, sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()") }

sub wait_until_up
{
	my $began = time;
	my $deadline = $began + 180;
	until (($node->psql('postgres', 'SELECT 1'))[0] == 0)
	{
		die 'the server does not come back' if time > $deadline;
		sleep 0.1;
	}
	$longest = time - $began if time - $began > $longest;
	return;
}

sub kill_backend
{
	my @processes = backends();
	# One that is at work, as a rule.
	kill 'KILL', $processes[ rand @processes ];
	return;
}

# Its children notice, and go by themselves; while one is left no other server may start.
sub kill_postmaster
{
	my @children = backends();
	$node->kill9;
	for my $child (@children)
	{
		for (1 .. 1200) { last if !kill(0, $child); sleep 0.1 }
	}
	my $began = time;
	until ($node->start(fail_ok => 1))
	{
		die 'the server does not start' if time - $began > 120;
		sleep 0.5;
	}
	return;
}

for my $round (1 .. $kills)
{
	my @load;
	for my $client (1 .. $clients)
	{
		my ($out, $errors) = ('', '');
		push @load, { out => \$out, errors => \$errors,
			psql => IPC::Run::start([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-f', script_of($round, $client) ],
				'>', \$out, '2>', \$errors) };
	}
	# Until all of them are well under way.
	my $deadline = time + 120;
	while (grep { ${ $_->{out} } !~ /renamed/ } @load)
	{
		$_->{psql}->pump_nb for @load;
		die 'the load does not start' if time > $deadline;
		sleep 0.05;
	}
	sleep rand 1;
	$round % 2 ? kill_backend() : kill_postmaster();
	for my $load (@load)
	{
		$load->{psql}->finish;
		while (${ $load->{out} } =~ /^(\w+) (\w+)$/mg) { $last_word{$1} = $2; $confirmed++ }
	}
	wait_until_up();
	sql($_) for split /\n/, sql("SELECT format('COMMIT PREPARED %L', gid) FROM pg_prepared_xacts");

	my $kind = $round % 2 ? 'a backend' : 'the postmaster';
	is(sql("SELECT count(*) FROM schemaver.diff('head', 'live')"), '0', "kill $round, $kind: the ledger agrees");
	is(sql('SELECT schemaver.fingerprint() = schemaver.fingerprint(\'head\')'), 't', "kill $round: fingerprints too");
	# What each table's client was told last, against what the ledger has of it.
	my %recorded = map { split /\|/ } split /\n/, sql(<<"SQL");
SELECT substr(identity, 8), string_agg(change, ' ' ORDER BY commit) FROM schemaver.changes
WHERE kind = 'table' AND identity ~ '^public.t_${round}_' GROUP BY 1
SQL
	my %at_least = (created => 1, viewed => 2, indexed => 2, renamed => 3, dropped => 4);
	my @lost = grep { /^t_${round}_/ && (my @changes = split / /, $recorded{$_} // '') < $at_least{ $last_word{$_} } } sort keys %last_word;
	is("@lost", '', "kill $round: nothing that a client saw committed is missing");
	is(sql(<<'SQL'), '0|0|0', "kill $round: no half of a commit");
SELECT (SELECT count(*) FROM schemaver.command k WHERE NOT EXISTS
            (SELECT FROM schemaver.commit c WHERE c.timeline = k.timeline AND c.transaction = k.transaction)),
       (SELECT count(*) FROM schemaver.change h WHERE NOT EXISTS
            (SELECT FROM schemaver.commit c WHERE c.timeline = h.timeline AND c.id = h.commit)),
       (SELECT count(*) FROM schemaver.commit c WHERE c.changes <>
            (SELECT count(*) FROM schemaver.change h WHERE h.timeline = c.timeline AND h.commit = c.id))
SQL
	is(sql('SELECT count(*) = count(DISTINCT (timeline, id)) FROM schemaver.commit'), 't', "kill $round: no number twice");
}
is(sql('SELECT count(*) FROM schemaver.timelines'), '1', 'crashes start no timeline');
diag(sprintf '%d kills of %d clients\' work: %d steps confirmed, %s commits in the ledger, back after %.1f s at most',
	$kills, $clients, $confirmed, sql('SELECT count(*) FROM schemaver.commit'), $longest);
$node->stop;
done_testing();
