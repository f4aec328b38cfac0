# The error boundary under load: errors of every kind at every place where one can cross between C and C++; each
# kind at each place ten thousand times with a savepoint, and each place as often over all kinds without one. The
# server must not crash, no C++ object may be left alive, and the memory of the backend (the server's contexts and
# the C++ heap alike) must not grow.
# What the errors look like is in sql/error_boundary.sql.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = 10_000;
my @kinds  = qw(server passed core bad_alloc runtime_error unknown);
my %state  = (
	server        => 'SVF01',
	passed        => 'SVF01',
	core          => 'SVF02',
	bad_alloc     => '53200',
	runtime_error => 'XX000',
	unknown       => 'XX000');
# The statement that fails, for each place.
my %statement = (
	(map { $_ => "SELECT fault('$_', '%s')" } qw(function spi scan call callback)),
	'nested'        => q{SELECT fault_query($q$SELECT nested($$SELECT fault('spi', '%s')$$)$q$)},
	'trigger'       => "INSERT INTO triggered_%s VALUES (1)",
	'event trigger' => "COMMENT ON TABLE triggered_core IS NULL",
	'hook before'   => "SET work_mem = '4MB'",
	'hook inside'   => "SET work_mem = '4MB'",
	'hook after'    => "SET work_mem = '4MB'");
my $slack = 64 * 1024;    # bytes; less than 8 for each round

my $node = PostgreSQL::Test::Cluster->new('error_boundary');
$node->init;
# The log gets a quarter of a million errors: no more than a few lines for each.
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'schemaver'
log_line_prefix = '%m [%p] %e '
log_statement = none
log_min_error_statement = panic
CONF
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION fault(place text, kind text) RETURNS text AS '$libdir/schemaver', 'schemaver_fault' LANGUAGE C;
CREATE FUNCTION fault_message(text) RETURNS void AS '$libdir/schemaver', 'schemaver_fault_message' LANGUAGE C;
CREATE FUNCTION fault_query(text) RETURNS void AS '$libdir/schemaver', 'schemaver_fault_query' LANGUAGE C;
CREATE FUNCTION fault_trigger() RETURNS trigger AS '$libdir/schemaver', 'schemaver_fault_trigger' LANGUAGE C;
CREATE FUNCTION fault_event_trigger() RETURNS event_trigger
    AS '$libdir/schemaver', 'schemaver_fault_event_trigger' LANGUAGE C;
CREATE FUNCTION fault_worker(rounds int) RETURNS text AS '$libdir/schemaver', 'schemaver_fault_worker' LANGUAGE C;
CREATE FUNCTION arm(place text, kind text, times int) RETURNS void
    AS '$libdir/schemaver', 'schemaver_fault_arm' LANGUAGE C;
CREATE FUNCTION live_objects() RETURNS int AS '$libdir/schemaver', 'schemaver_live_objects' LANGUAGE C;
CREATE FUNCTION heap_bytes() RETURNS bigint AS '$libdir/schemaver', 'schemaver_heap_bytes' LANGUAGE C;
CREATE FUNCTION nested(query text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM fault_query(query); END $$;

-- Runs a statement that fails `rounds` times, each time inside a savepoint; returns the SQLSTATEs seen.
CREATE FUNCTION repeat_failing(statement text, rounds int) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    seen text[] := '{}';
BEGIN
    FOR i IN 1 .. rounds LOOP
        BEGIN
            EXECUTE statement;
            seen := array_append(seen, 'no error');
        EXCEPTION WHEN OTHERS THEN
            IF NOT SQLSTATE = ANY (seen) THEN seen := array_append(seen, SQLSTATE); END IF;
        END;
    END LOOP;
    RETURN seen;
END $$;
CREATE FUNCTION context_bytes() RETURNS bigint LANGUAGE sql AS 'SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts';
CREATE FUNCTION kept_errors() RETURNS bigint LANGUAGE sql
    AS $$SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'schemaver error'$$;
CREATE VIEW own_context AS SELECT used_bytes FROM pg_backend_memory_contexts WHERE name = 'schemaver errors';
SQL
for my $kind (@kinds)
{
	$node->safe_psql('postgres', "CREATE TABLE triggered_$kind (i int);
		CREATE TRIGGER t BEFORE INSERT ON triggered_$kind FOR EACH ROW EXECUTE FUNCTION fault_trigger('$kind')");
}
$node->safe_psql('postgres', 'CREATE EVENT TRIGGER t ON ddl_command_start EXECUTE FUNCTION fault_event_trigger()');

# One line of a backend's vital signs.
my $measure = q{SELECT 'signs', pg_backend_pid(), live_objects(), kept_errors(), (SELECT used_bytes FROM own_context),
    context_bytes(), heap_bytes();};

# Compares the signs after a tenth of the rounds with those after all of them.
sub check_signs
{
	my ($what, $output) = @_;
	my @signs = map { [ split /\|/ ] } grep { /^signs/ } split /\n/, $output;
	is(scalar @signs, 2, "$what: the session lived to its end") or return;
	my ($early, $late) = @signs;
	is($late->[1], $early->[1], "$what: the same backend");
	is($late->[2], 0, "$what: no live objects");
	is($late->[3], 0, "$what: no kept errors");
	is($late->[4], $early->[4], "$what: the boundary's own memory context is empty");
	cmp_ok($late->[5] - $early->[5], '<', $slack, "$what: memory contexts are flat");
	cmp_ok($late->[6] - $early->[6], '<', $slack, "$what: the heap is flat");
	return;
}

my $armed = join '|', 'event trigger', 'hook before', 'hook inside', 'hook after';
sub arming
{
	my ($place, $kind, $times) = @_;
	return $place =~ /^(?:$armed)$/ ? "SELECT arm('$place', '$kind', $times);" : '';
}

# With a savepoint.
for my $place (sort keys %statement)
{
	my $script = '';
	my $expected = '';
	for my $part ($rounds / 10, $rounds - $rounds / 10)
	{
		for my $kind (@kinds)
		{
			my $statement = sprintf $statement{$place}, $kind;
			$script .= arming($place, $kind, $part)
			  . "\nSELECT 'seen', '$kind', repeat_failing(\$s\$$statement\$s\$, $part);\n";
		}
		$script .= "$measure\n";
		$expected .= join '', map { "seen|$_|{$state{$_}}\n" } @kinds;
	}
	my $output = $node->safe_psql('postgres', $script);
	is((join "\n", grep { /^seen/ } split /\n/, $output) . "\n", $expected, "$place: each error by its SQLSTATE");
	check_signs("$place, with savepoint", $output);
}

# Without: each statement is a transaction of its own, aborted by the error.
for my $place (sort keys %statement)
{
	my $part = $rounds / 10 / @kinds;
	my $script = "\\set VERBOSITY sqlstate\n";
	for my $times (int($part), int($rounds / @kinds) + 1)
	{
		for my $kind (@kinds)
		{
			my $statement = sprintf $statement{$place}, $kind;
			$script .= arming($place, $kind, $times)
			  . "\nSELECT \$s\$$statement\$s\$ FROM generate_series(1, $times) \\gexec\n";
		}
		$script .= "$measure\n";
	}
	my ($status, $output, $errors) = $node->psql('postgres', $script, on_error_stop => 0);
	is($status, 0, "$place: psql met no error of its own");
	my %count;
	$count{$1}++ while $errors =~ /ERROR: +(\w{5})$/mg;
	my %expected;
	$expected{ $state{$_} } += int($part) + int($rounds / @kinds) + 1 for @kinds;
	is_deeply(\%count, \%expected, "$place: each error reached the client by its SQLSTATE");
	check_signs("$place, without savepoint", $output);
}

# Memory that really runs out, and errors that are swallowed.
my $few = 20;
my $output = $node->safe_psql('postgres', join "\n", map { <<"SQL" } 1 .. 2);
SELECT 'seen', repeat_failing(\$\$SELECT fault('function', 'exhausted_server')\$\$, $few);
SELECT 'seen', repeat_failing(\$\$SELECT fault('scan', 'exhausted_new')\$\$, $few);
SELECT 'seen', array_agg(DISTINCT split_part(fault('subtransaction', kind), '|', 1))
FROM generate_series(1, $rounds / 2), unnest('{@{[join ',', @kinds]}}'::text[]) AS kind;
$measure
SQL
is((join ' ', grep { s/^seen\|// } split /\n/, $output),
	join(' ', ('{53200}', '{53200}', '{53200,SVF01,SVF02,XX000}') x 2),
	'out of memory, and swallowed errors');
check_signs('out of memory, and swallowed errors', $output);

# With nobody between the boundary and the client; and an error right after a swallowed one, raised by the server
# itself to whatever handler has been left in place.
my (undef, undef, $plain) = $node->psql('postgres', <<'SQL', on_error_stop => 0);
SELECT fault('function', 'exhausted_server');
SELECT fault('subtransaction', 'core'), 1 / (random() * 0)::int;
SQL
like($plain, qr/ERROR:  out of memory\n.*\n.*ERROR:  division by zero$/, 'errors reach the client');

# The deepest stack that the server allows, all of it through the boundary.
$node->safe_psql('postgres',
	q{CREATE FUNCTION endless() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM fault_query('SELECT endless()'); END $$});
is($node->safe_psql('postgres', "SELECT repeat_failing('SELECT endless()', 20), live_objects()"),
	'{54001}|0', 'endless recursion through the boundary');

# A cancel comes out as one, from wherever it is; so does the end of the session.
for my $fault (q{fault('scan', 'sleep')}, q{fault('subtransaction', 'sleep')},
	q{fault_query($q$SELECT nested($$SELECT fault('subtransaction', 'sleep')$$)$q$)})
{
	my ($status, undef, $errors) =
	  $node->psql('postgres', "SET statement_timeout = '50ms';\n\\set VERBOSITY sqlstate\nSELECT $fault;");
	like($errors, qr/ERROR: +57014$/m, "$fault: cancelled");
}
my ($status, undef, $errors) = $node->psql('postgres', q{SELECT fault_query('SELECT pg_terminate_backend(pg_backend_pid())')});
like($errors, qr/terminating connection due to administrator command/, 'a FATAL error inside the boundary ends the session');

# A background worker: its transactions fail, it goes on; its own error ends it and nothing else.
my $log_start = -s $node->logfile;
is($node->safe_psql('postgres', "SELECT fault_worker($rounds)"), 'stopped', 'the worker ran to its end');
my $log = slurp_file($node->logfile, $log_start);
like($log, qr/fault worker: (\d+) errors, 0 live objects/, 'worker: no live objects');
my ($right, $growth) = $log =~ /fault worker: (\d+) errors, \d+ live objects, (-?\d+) bytes more/;
is($right, $rounds * @kinds, 'worker: each transaction failed as it should');
cmp_ok($growth, '<', $slack, 'worker: the heap is flat');
like($log, qr/SVF01 LOG:  server fault at character 8\n.*DETAIL:  the detail for the log\n.*HINT:  the hint of the server fault\n.*CONTEXT:  the context of the server fault\n/,
	'worker: a swallowed error is reported with all it had');
like($log, qr/SVF02 ERROR:  core fault\n.*DETAIL:  the detail of the core fault\n.*HINT:  the hint of the core fault\n/,
	'worker: the error that ends it is logged');
$node->wait_for_log(qr/background worker "schemaver fault worker" \(PID \d+\) exited with exit code 1/, $log_start);

# Messages where the database does not speak UTF-8.
for ([ 'latin1', "accents ?? and ticks ???" ], [ 'sql_ascii', "accents \xc3\xa9 and ticks \xe2\x9c\x93" ])
{
	my ($encoding, $message) = @$_;
	$node->safe_psql('postgres', "CREATE DATABASE $encoding TEMPLATE template0 ENCODING '$encoding' LOCALE 'C'");
	my (undef, undef, $errors) = $node->psql($encoding, <<'SQL', on_error_stop => 0);
CREATE FUNCTION fault(place text, kind text) RETURNS text AS '$libdir/schemaver', 'schemaver_fault' LANGUAGE C;
CREATE FUNCTION fault_message(text) RETURNS void AS '$libdir/schemaver', 'schemaver_fault_message' LANGUAGE C;
SET client_encoding = 'UTF8';
SELECT fault_message(convert_from('\x68c3a96c6c6f'::bytea, 'UTF8'));
SELECT fault('function', 'not_latin');
SELECT fault('function', 'not_text');
SQL
	like($errors, qr/ERROR:  h\xc3\xa9llo/, "$encoding: what was said in it arrives");
	like($errors, qr/ERROR:  \Q$message\E/, "$encoding: what it cannot say is question marks");
	like($errors, qr/ERROR:  bytes \?\? in no encoding/, "$encoding: bytes in no encoding do no harm");
}

is($node->safe_psql('postgres', 'SELECT live_objects()'), '0', 'the server is up');
$log = slurp_file($node->logfile);
unlike($log, qr/was terminated by signal|PANIC|TRAP:/, 'the log knows of no crash');
unlike($log, qr/WARNING/, 'the log knows of no leaked scan, buffer or snapshot');

$node->stop;
done_testing();
