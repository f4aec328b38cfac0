# What happens to a command that cannot be recorded is the operator's choice: schemaver.on_capture_error = abort undoes
# it with an error that says why and how to get on, warn lets it through, and the gap shows. A cancel is neither.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# To go on after an error during COMMIT, a subtransaction is rolled back there, as plpgsql does in a deferred trigger that
# catches one. PostgreSQL has an assertion that forgets this case (RollbackAndReleaseCurrentSubTransaction in xact.c).
plan skip_all => 'a server with assertions aborts at a subtransaction that is rolled back during COMMIT, also without us'
	if `pg_config --configure` =~ /--enable-cassert/;

my $node = PostgreSQL::Test::Cluster->new('fails_safely');
# Small WAL files: a limit of the size of files must not hit them.
$node->init(extra => [ '--wal-segsize=1' ]);
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off\nmax_prepared_transactions = 2");
$node->start;
my $differences = "SELECT count(*) FROM schemaver.diff('head', 'live')";
my $way_out = qr/HINT: .*To let commands through that cannot be recorded, a superuser can SET schemaver\.on_capture_error = warn/;

sub sql { return $node->safe_psql('postgres', @_) }

# What psql prints for the statements: errors, warnings, results.
sub outcome
{
	my ($sql) = @_;
	my (undef, $out, $errors) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql", on_error_stop => 0);
	return "$errors\n$out";
}

# A psql whose errors come in the order of its output. say() sends it statements and returns what it prints.
sub start_session
{
	my %session = (in => '', out => '');
	$session{psql} = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ], '<', \$session{in}, '>&', \$session{out},
		IPC::Run::timeout(300));
	return \%session;
}

sub say_to
{
	my ($session, $statements) = @_;
	$session->{out} = '';
	$session->{in} .= "$statements\n\\echo and that is all\n";
	$session->{psql}->pump until $session->{out} =~ /^and that is all\n/m;
	return $session->{out};
}

sub end_session
{
	my ($session) = @_;
	$session->{in} .= "\\q\n";
	$session->{psql}->finish;
	return;
}

# A cancel while the statements wait for a lock. The server itself stops its statement_timeout before it commits.
sub cancelled
{
	my ($statements) = @_;
	my $session = start_session();
	my ($process) = say_to($session, 'SELECT pg_backend_pid();') =~ /^(\d+)$/m;
	$session->{in} .= "$statements\n\\echo it is over\n";
	$session->{psql}->pump_nb;
	$node->poll_query_until('postgres', "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $process") or die 'it does not wait';
	sql("SELECT pg_cancel_backend($process)");
	$session->{psql}->pump until $session->{out} =~ /^it is over\n/m;
	my $output = $session->{out};
	end_session($session);
	return $output;
}

sub is_there { return sql("SELECT to_regclass('$_[0]') IS NOT NULL") eq 't' }

sql('CREATE EXTENSION schemaver; CREATE TABLE people (id int)');

# statement_timeout, a cancel or lock_timeout while recording waits: somebody holds a table of ours locked.
for my $table ('command', 'commit')
{
	my $holder = $node->background_psql('postgres');
	$holder->query_safe("BEGIN; LOCK TABLE schemaver.$table IN SHARE MODE;");
	for my $mode ('abort', 'warn')
	{
		my $setting = "SET schemaver.on_capture_error = $mode;";
		my $output = $table eq 'command'
		  ? outcome("$setting SET statement_timeout = '300ms'; BEGIN; CREATE TABLE timed_out (id int); COMMIT;")
		  : cancelled("$setting BEGIN; CREATE TABLE timed_out (id int); COMMIT;");
		like($output, qr/ERROR: .*canceling statement due to (statement timeout|user request)/, "$table, $mode: a cancel is not swallowed");
		ok(!is_there('timed_out'), "$table, $mode: and the command is undone");
		$output = outcome("$setting SET lock_timeout = '300ms'; CREATE TABLE locked_out_$mode (id int);");
		if ($mode eq 'abort')
		{
			like($output, qr/ERROR:  55P03: canceling statement due to lock timeout/, "$table, $mode: lock_timeout is an error");
			like($output, qr/CONTEXT:  schemaver (recording CREATE TABLE|writing the commit)/, "$table, $mode: it says whose");
			like($output, $way_out, "$table, $mode: and how to get on");
			ok(!is_there('locked_out_abort'), "$table, $mode: the command is undone");
		}
		else
		{
			like($output, qr/WARNING: .*schemaver could not .*lock timeout/, "$table, $mode: lock_timeout is a warning");
			ok(is_there('locked_out_warn'), "$table, $mode: the command has gone through");
		}
	}
	$holder->query_safe('COMMIT;');
	$holder->quit;
	is(sql("SELECT identity, captured FROM schemaver.diff('head', 'live')"), 'public.locked_out_warn|f', "$table: the gap shows");
	sql('DROP TABLE locked_out_warn');
	is(sql($differences), '0', "$table: until the next change of it");
}

# Prepared, under warn.
{
	my $holder = $node->background_psql('postgres');
	$holder->query_safe('BEGIN; LOCK TABLE schemaver.commit IN SHARE MODE;');
	my $output = outcome("SET schemaver.on_capture_error = warn; SET lock_timeout = '300ms'; BEGIN; CREATE TABLE prepared (id int); PREPARE TRANSACTION 'p';");
	like($output, qr/WARNING: .*schemaver could not write the commit/, 'prepared, warn: a warning');
	$holder->query_safe('COMMIT;');
	$holder->quit;
	sql("COMMIT PREPARED 'p'");
	is(sql("SELECT identity, captured FROM schemaver.diff('head', 'live')"), 'public.prepared|f', 'prepared, warn: the gap shows');
	sql('DROP TABLE prepared');
	is(sql($differences), '0', 'prepared, warn: until the next change of it');
}

# A full disk: files of this session's may not grow beyond two megabytes, and ours are larger. The server tells a file
# that is too large from a full disk by the words alone.
for my $table ('command', 'definition', 'change', 'commit')
{
	my $values = sql("SELECT string_agg(CASE WHEN attname = 'timeline' THEN 'gen_random_uuid()' WHEN NOT attnotnull THEN 'NULL'"
		  . " WHEN atttypid IN ('text'::regtype) THEN 'md5(i::text)' WHEN atttypid = 'text[]'::regtype THEN 'ARRAY[md5(i::text)]'"
		  . " WHEN atttypid = 'bytea'::regtype THEN 'decode(md5(i::text), ''hex'')' WHEN atttypid = 'timestamptz'::regtype THEN 'now()'"
		  . " WHEN atttypid = 'xid8'::regtype THEN '''1''::xid8' WHEN atttypid = 'bool'::regtype THEN 'false' ELSE '0' END, ', ' ORDER BY attnum)"
		  . " FROM pg_attribute WHERE attrelid = 'schemaver.$table'::regclass AND attnum > 0");
	sql("INSERT INTO schemaver.$table SELECT $values FROM generate_series(1, 30000) AS i");
	my $session = start_session();
	my ($process) = say_to($session, 'SET client_min_messages = warning; SELECT pg_backend_pid();') =~ /^(\d+)$/m;
	# The last page may have room for some rows yet; so it goes on until it is full.
	system_or_bail('prlimit', "--pid=$process", '--fsize=1500000:unlimited');
	for my $mode ('abort', 'warn')
	{
		my ($number, $failed) = (0, '');
		while ($number++ < 100 && $failed !~ /ERROR|WARNING/)
		{
			$failed = say_to($session, "SET schemaver.on_capture_error = $mode; COMMENT ON TABLE people IS '$table, $mode $number';");
		}
		my $comment = sql("SELECT obj_description('people'::regclass)");
		if ($mode eq 'abort')
		{
			like($failed, qr/ERROR:  could not extend file .*: File too large/, "full disk, $table: an error");
			like($failed, $way_out, "full disk, $table: with a way out");
			isnt($comment, "$table, $mode " . ($number - 1), "full disk, $table: the command is undone");
		}
		else
		{
			like($failed, qr/WARNING: .*could not extend file .*: File too large/, "full disk, $table: a warning");
			is($comment, "$table, $mode " . ($number - 1), "full disk, $table: the command has gone through");
		}
	}
	end_session($session);
	is(sql("SELECT identity, property FROM schemaver.diff('head', 'live')"), 'public.people|text', "full disk, $table: the gap shows");
	sql('COMMENT ON TABLE people IS NULL');
	is(sql($differences), '0', "full disk, $table: until the next change of it");
	sql("DROP EXTENSION schemaver; CREATE EXTENSION schemaver");
}

# Memory runs out: what the command itself needs is to be had, what recording it needs is not.
{
	my $file = "$PostgreSQL::Test::Utils::tmp_check/memory.sql";
	append_to_file($file, "COMMENT ON TABLE people IS '" . 'x' x 30_000_000 . "';\n");

	# What the command answers in a session that may have so many megabytes more.
	my $comment_with = sub {
		my ($setting, $megabytes) = @_;
		my $session = start_session();
		my ($process) = say_to($session, "SET schemaver.$setting; SET client_min_messages = warning;"
			  . " SELECT count(*) FROM schemaver.diff('head', 'live'); SELECT 'process ' || pg_backend_pid();") =~ /process (\d+)\n/;
		my ($pages) = slurp_file("/proc/$process/statm") =~ /^(\d+)/;
		system_or_bail('prlimit', "--pid=$process", '--as=' . ($pages * 4096 + $megabytes * 1_000_000) . ':unlimited');
		my $output = say_to($session, "\\i $file");
		is(say_to($session, "SELECT 'alive';"), "alive\nand that is all\n", "memory, $setting, $megabytes MB: the session lives on");
		end_session($session);
		return $output;
	};
	my $megabytes = 100;
	$megabytes += 50 while $megabytes < 1000 && $comment_with->('capture = off', $megabytes) =~ /out of memory/;
	sql('SET schemaver.capture = off; COMMENT ON TABLE people IS NULL');
	my $output = $comment_with->('on_capture_error = abort', $megabytes);
	like($output, qr/ERROR:  out of memory/, 'memory, abort: an error');
	is(sql("SELECT obj_description('people'::regclass) IS NULL"), 't', 'memory, abort: the command is undone');
	$output = $comment_with->('on_capture_error = warn', $megabytes);
	like($output, qr/WARNING: .*schemaver could not .*out of memory/, 'memory, warn: a warning');
	is(sql("SELECT identity, property FROM schemaver.diff('head', 'live')"), 'public.people|text', 'memory, warn: the gap shows');
	sql('SET schemaver.capture = off; COMMENT ON TABLE people IS NULL');
}

# Tables of ours that are gone, or of a newer version.
my @breakages = (
	[ 'a missing table', 'ALTER EXTENSION schemaver DROP TABLE schemaver.%s; ALTER TABLE schemaver.%1$s RENAME TO moved' ],
	[ 'a newer version', 'ALTER TABLE schemaver.%s ADD newer int' ]);
my @calls = (
	'SELECT count(*) FROM schemaver.log', 'SELECT count(*) FROM schemaver.changes', 'SELECT count(*) FROM schemaver.commands',
	'SELECT count(*) FROM schemaver.timelines', 'SELECT count(*) FROM schemaver.backups', "SELECT schemaver.fingerprint('head')",
	$differences, "SELECT length(schemaver.backup_metadata())", "SELECT length(schemaver.stamp_backup('broken'))",
	'SELECT verdict FROM schemaver.verify_restore()', "SELECT count(*) FROM schemaver.objects('commit:1')",
	'SELECT schemaver.seal()', 'SELECT count(*) FROM schemaver.verify_ledger()');
for my $breakage (@breakages)
{
	my ($what, $how) = @$breakage;
	for my $table ('timeline', 'command', 'change', 'definition', 'commit')
	{
		my $broken = "$what: $table";
		sql('DROP EXTENSION IF EXISTS schemaver CASCADE; DROP SCHEMA IF EXISTS schemaver CASCADE; CREATE EXTENSION schemaver');
		sql('SET schemaver.capture = off; ' . sprintf($how, $table));
		my $output = outcome('CREATE TABLE unrecorded (id int)');
		like($output, qr/ERROR:  SV008: schemaver/, "$broken: an error that says which") or diag($output);
		like($output, $way_out, "$broken: and how to get on");
		ok(!is_there('unrecorded'), "$broken: the command is undone");
		$output = outcome('SET schemaver.on_capture_error = warn; CREATE TABLE unrecorded (id int); SELECT \'alive\'');
		like($output, qr/WARNING: .*schemaver could not .*alive/s, "$broken: or goes through with a warning");
		ok(is_there('unrecorded'), "$broken: and is there");
		sql('SET schemaver.capture = off; DROP TABLE unrecorded');
		# None of the others may crash, whatever it says.
		like(outcome(join(";\n", @calls) . "; SELECT 'alive'"), qr/^alive$/m, "$broken: nothing crashes");
		sql('DROP EXTENSION schemaver; DROP SCHEMA schemaver CASCADE; CREATE EXTENSION schemaver; CREATE TABLE again (id int)');
		is(sql($differences), '0', "$broken: made anew, the ledger agrees");
		sql('DROP TABLE again');
	}
}

unlike(slurp_file($node->logfile), qr/was terminated by signal|PANIC|TRAP:/, 'the log knows of no crash');
$node->stop;
done_testing();
