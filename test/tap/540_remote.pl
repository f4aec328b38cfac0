# Other databases as points: server:NAME. What is equal and what differs, and everything that can go wrong on the way
# there: nobody may be left waiting, and no connection may be left open.
use strict;
use warnings;
use IO::Socket::INET;
use IO::Select;
use POSIX qw(mkfifo);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

# For names without a dot the GNU C library reads the file that HOSTALIASES names. Here it is a pipe that nobody writes to:
# looking up such a name does not come to an end, as with a nameserver that is silent.
my $folder = PostgreSQL::Test::Utils::tempdir();
my $aliases = "$folder/aliases";
mkfifo($aliases, 0600) or die "no pipe: $!";
my $here = PostgreSQL::Test::Cluster->new('here');
$here->init;
{
	local ($ENV{HOSTALIASES}, $ENV{PGSERVICEFILE}) = ($aliases, "$folder/services");
	$here->start;
}
my $there = PostgreSQL::Test::Cluster->new('there');
$there->init;
$there->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'");
$there->start;
my ($host, $port) = ('127.0.0.1', $there->port);
my $superuser = $there->safe_psql('postgres', 'SELECT current_user');

my $schema = <<'SQL';
CREATE EXTENSION schemaver;
CREATE TYPE mood AS ENUM ('calm', 'cross');
CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, mood mood);
CREATE INDEX people_name ON people (name);
CREATE VIEW names AS SELECT name FROM people WHERE name IN ('Ann', 'Bob');
SQL
$_->safe_psql('postgres', $schema) for $here, $there;
$there->safe_psql('postgres', "CREATE DATABASE bare; CREATE ROLE asker LOGIN PASSWORD 'open sesame'; GRANT pg_monitor TO asker");
unlink $there->data_dir . '/pg_hba.conf';
$there->append_conf('pg_hba.conf', "local all all trust\nhost all asker 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust");
$there->reload;

sub here { return $here->safe_psql('postgres', $_[0]) }
my @asker = (extra_params => [ '-U', 'plain' ]);
sub fails
{
	my ($sql, $state, $pattern, $what, @more) = @_;
	my ($status, undef, $errors) = $here->psql('postgres', "\\set VERBOSITY verbose\n$sql", @more);
	like($errors, qr/ERROR:  $state: $pattern/, $what);
	return $errors;
}
sub server
{
	my ($name, $options, $user) = @_;
	here("CREATE SERVER $name FOREIGN DATA WRAPPER schemaver OPTIONS ($options)");
	here("CREATE USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS ($user)") if defined $user;
}
sub nobody_is_left
{
	my ($what) = @_;
	ok($there->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'schemaver'"),
		"$what: no connection is left");
}

# The options are those of libpq, each in its place.
fails("CREATE SERVER s FOREIGN DATA WRAPPER schemaver OPTIONS (hots 'x')", 'HV00D', '.*has no option "hots"', 'an unknown option');
like(fails("CREATE SERVER s FOREIGN DATA WRAPPER schemaver OPTIONS (hots 'x')", 'HV00D', '', 'again'), qr/Did you mean host/, 'with the nearest');
like(fails("CREATE SERVER s FOREIGN DATA WRAPPER schemaver OPTIONS (password 'x')", 'HV00D', '', 'a password of the server'),
	qr/belongs to the user mapping/, 'says where it belongs');
fails("CREATE SERVER s FOREIGN DATA WRAPPER schemaver OPTIONS ($_ 'x')", 'HV00D', '', "not $_") for 'replication', 'client_encoding';
server('staging', "host '$host', port '$port', dbname 'postgres'");
fails("CREATE USER MAPPING FOR CURRENT_USER SERVER staging OPTIONS (host 'x')", 'HV00D', '', 'a host of the mapping');

# Who may.
like(fails("SELECT schemaver.fingerprint('server:stagin')", 'SV005', 'there is no server "stagin" to ask', 'an unknown server'),
	qr/Did you mean server:staging\?/, 'with the nearest');
fails("SELECT schemaver.fingerprint('server:staging')", 'SV046', 'you have no user mapping', 'no mapping');
here("CREATE USER MAPPING FOR CURRENT_USER SERVER staging OPTIONS (user '$superuser')");

# Equal.
my $same = here('SELECT schemaver.fingerprint()');
is(here("SELECT schemaver.fingerprint('server:staging')"), $same, 'the same schema has the same fingerprint');
is($there->safe_psql('postgres', 'SELECT schemaver.fingerprint()'), $same, 'which is the one it has there');
is(here("SELECT count(*) FROM schemaver.diff('live', 'server:staging')"), '0', 'nothing differs');
is(here("SELECT schemaver.fingerprint('server:staging', scope => 'public', facets => '{structure}')"),
	here("SELECT schemaver.fingerprint(scope => 'public', facets => '{structure}')"), 'of a part too');
is(here("SELECT schemaver.fingerprint('server:staging', exact => true)"), here('SELECT schemaver.fingerprint(exact => true)'), 'exact');
is(here("SELECT count(*) FROM schemaver.unmodelled()"), '0', 'servers and mappings of ours are no schema');
is(here("SELECT count(*) FROM schemaver.objects() EXCEPT SELECT count(*) FROM schemaver.objects('server:staging')"), '', 'the same list');

is(here("SELECT schemaver.fingerprint('server:staging', scope => 'cluster')"), $there->safe_psql('postgres', "SELECT schemaver.fingerprint(scope => 'cluster')"), 'of the cluster there');
is(here("SELECT count(*) FROM schemaver.objects('server:staging', 'cluster')"), $there->safe_psql('postgres', "SELECT count(*) FROM schemaver.objects(scope => 'cluster')"), 'its list');

# Other encodings: the names arrive as they are, and bytes that are none as they are shown there.
$there->safe_psql('postgres', "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0; CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
$there->safe_psql($_, q{CREATE EXTENSION schemaver; DO $$ BEGIN EXECUTE 'CREATE TABLE "caf' || chr(233) || '" ()'; END $$}) for 'latin', 'ascii';
server($_, "host '$host', port '$port', dbname '$_'", "user '$superuser'") for 'latin', 'ascii';
is(here("SELECT identity FROM schemaver.objects('server:latin') WHERE kind = 'table'"), "public.\"caf\xc3\xa9\"", 'a name in LATIN1');
is(here("SELECT count(*) FROM schemaver.definitions('server:latin', '{table}', ARRAY[U&'public.\"caf\\00E9\"'])"), '1', 'and asked for by it');
is(here("SELECT identity FROM schemaver.objects('server:ascii') WHERE kind = 'table'"), "public.\"caf\xf4\x8f\xbf\xa9\"", 'a byte of no encoding, as U+10FF00 and the byte');
is(here("SELECT count(*) FROM schemaver.definitions('server:ascii', '{table}', ARRAY[U&'public.\"caf\\+10FFE9\"'])"), '1', 'asked for by that too');

# Different.
$there->safe_psql('postgres', <<'SQL');
ALTER TABLE people ADD COLUMN born date, ALTER COLUMN name DROP NOT NULL;
ALTER TYPE mood ADD VALUE 'merry';
DROP VIEW names;
CREATE TABLE orders (id bigint PRIMARY KEY, mood mood);
SQL
is(here("SELECT change, kind, identity, property FROM schemaver.diff('live', 'server:staging') ORDER BY 2, 3, 4, 1"), <<'ROWS' =~ s/\n$//r, 'diff');
added|table|public.orders|
added|table|public.people|columns.born
removed|table|public.people|columns.name.not_null
modified|type|public.mood|labels
removed|view|public.names|
ROWS
is(here("SELECT count(*) FROM schemaver.diff('live', 'server:staging')"), here("SELECT count(*) FROM schemaver.diff('server:staging', 'live')"), 'both ways');
is(here("SELECT count(*) FROM schemaver.diff('server:staging', 'server:staging')"), '0', 'and beside itself nothing');
is(here("SELECT count(*) FROM schemaver.diff('head', 'server:staging')"), '5', 'beside a commit as well');
like(here("SELECT schemaver.diff_text('live', 'server:staging')"), qr/^\+\+\+ server:staging\n.*^\+  column born date\n/ms, 'diff_text');
like(here("SELECT schemaver.changelog('live', 'server:staging')"), qr/server:staging.*Table `public.orders`/s, 'changelog');
is(here("SELECT schemaver.compatibility('live', 'server:staging')"), 'breaking', 'compatibility');
like(here("SELECT schemaver.describe('table', 'public.orders', 'server:staging') -> 'structure'"), qr/"bigint"/, 'describe');
is(here("SELECT count(*) FROM schemaver.definitions('server:staging')"), here("SELECT count(*) FROM schemaver.objects('server:staging')"), 'definitions');
$here->safe_psql('postgres', 'CREATE DATABASE copied');
$here->safe_psql('copied', join "\n", here("SELECT schemaver.schema_sql('server:staging')"), 'CREATE EXTENSION schemaver;');
is($here->safe_psql('copied', 'SELECT schemaver.fingerprint()'), $there->safe_psql('postgres', 'SELECT schemaver.fingerprint()'), 'schema_sql makes the same');
fails("SELECT schemaver.tag('v1', at => 'server:staging')", '22023', '', 'no version can name it');

# Drift from it.
is(here("SELECT count(*) FROM schemaver.check_drift('server:staging')"), '5', 'drift');
is(here("SELECT schemaver.find_drift('server:staging')"), '0', 'told once');
$there->safe_psql('postgres', 'DROP TABLE orders');
is(here("SELECT schemaver.find_drift('server:staging')"), '0', 'one less');
is(here("SELECT state, count(*) FROM schemaver.drift GROUP BY state ORDER BY state"), "open|4\nreturned|1", 'is over');
nobody_is_left('after all that');

# Rights: who is no superuser needs USAGE, a mapping with a password, and that it is asked for.
here('CREATE ROLE plain LOGIN; GRANT pg_monitor TO plain');
fails("SELECT schemaver.fingerprint('server:staging')", '42501', 'permission denied for foreign server staging', 'no USAGE', @asker);
here('GRANT USAGE ON FOREIGN SERVER staging TO plain');
fails("SELECT schemaver.fingerprint('server:staging')", 'SV046', '', 'no mapping of their own', @asker);
here("CREATE USER MAPPING FOR plain SERVER staging OPTIONS (user '$superuser')");
fails("SELECT schemaver.fingerprint('server:staging')", 'SV047', '', 'no password in the mapping', @asker);
here("ALTER USER MAPPING FOR plain SERVER staging OPTIONS (ADD password 'x')");
fails("SELECT schemaver.fingerprint('server:staging')", 'SV047', '', 'one that nobody asked for', @asker);
here("ALTER USER MAPPING FOR plain SERVER staging OPTIONS (SET user 'asker')");
unlike(fails("SELECT schemaver.fingerprint('server:staging')", 'SV040', 'server "staging" cannot be reached', 'a wrong one', @asker), qr/'x'/, 'and does not show it');
here("ALTER USER MAPPING FOR plain SERVER staging OPTIONS (SET password 'open sesame')");
is($here->safe_psql('postgres', "SELECT schemaver.fingerprint('server:staging')", @asker), $there->safe_psql('postgres', 'SELECT schemaver.fingerprint()'), 'the right one');
$there->safe_psql('postgres', 'REVOKE pg_monitor FROM asker');
like(fails("SELECT schemaver.fingerprint('server:staging')", 'SV044', '.*permission denied for function fingerprint', 'no right there', @asker), qr/GRANT pg_monitor/, 'says which');
$there->safe_psql('postgres', 'GRANT pg_monitor TO asker');
# A superuser who asks a server of somebody else's must not be led elsewhere with what the superuser may do.
here("GRANT USAGE ON FOREIGN DATA WRAPPER schemaver TO plain; SET ROLE plain; CREATE SERVER trap FOREIGN DATA WRAPPER schemaver OPTIONS (host '$host', port '$port', dbname 'postgres'); CREATE USER MAPPING FOR PUBLIC SERVER trap OPTIONS (user '$superuser')");
fails("SELECT schemaver.fingerprint('server:trap')", 'SV047', '', 'a trap for superusers');
here('ALTER DATABASE postgres OWNER TO plain');
fails("SELECT schemaver.schedule('check_drift:staging', '1 hour', options => '{\"baseline\": \"server:staging\"}')", '42501', 'only a superuser', 'no job either', @asker);
here("ALTER DATABASE postgres OWNER TO $superuser");

# What is not there, or no longer.
server('bare', "host '$host', port '$port', dbname 'bare'", "user '$superuser'");
like(fails("SELECT schemaver.fingerprint('server:bare')", 'SV042', 'the database of server "bare" has no schemaver', 'no schemaver there'), qr/CREATE EXTENSION schemaver/, 'what to do');
$there->safe_psql('bare', "CREATE SCHEMA schemaver; CREATE FUNCTION schemaver.fingerprint(text, text, text[], boolean) RETURNS text LANGUAGE sql AS \$\$ SELECT 'sv1:' || repeat('0', 64) \$\$");
fails("SELECT schemaver.fingerprint('server:bare')", 'SV042', '', 'a function of that name is not enough');
server('nowhere', "host '$host', port '1', dbname 'postgres'", "user '$superuser'");
fails("SELECT schemaver.fingerprint('server:nowhere')", 'SV040', 'server "nowhere" cannot be reached', 'a host that refuses');
server('nodb', "host '$host', port '$port', dbname 'nodb'", "user '$superuser'");
fails("SELECT schemaver.fingerprint('server:nodb')", 'SV040', '', 'no such database');

# A host that never answers: a deadline, and a cancel at once.
my $silent = IO::Socket::INET->new(Listen => 10, LocalAddr => '127.0.0.1') or die "no socket: $!";
server('silent', "host '127.0.0.1', port '" . $silent->sockport . "', dbname 'postgres', sslmode 'disable', gssencmode 'disable'", "user 'nobody'");
my $began = time;
like(fails("SET schemaver.remote_timeout = '300ms'; SELECT schemaver.fingerprint('server:silent')", 'SV041', 'server "silent" did not let us connect in time', 'a host that is silent'),
	qr/schemaver\.remote_timeout is 300 ms/, 'how long that was');
cmp_ok(time - $began, '<', 5, 'soon');
sub cancelled
{
	my ($sql, $what, $seconds) = @_;
	my $session = $here->background_psql('postgres', on_error_stop => 0);
	my $pid = $session->query('SELECT pg_backend_pid()');
	$session->{stdin} .= "$sql;\n";
	$session->{run}->pump_nb;
	ok($here->poll_query_until('postgres', "SELECT wait_event_type = 'Extension' FROM pg_stat_activity WHERE pid = $pid"), "$what: waits");
	my $began = time;
	here("SELECT pg_cancel_backend($pid)");
	ok($here->poll_query_until('postgres', "SELECT state LIKE 'idle%' FROM pg_stat_activity WHERE pid = $pid"), "$what: answers a cancel");
	cmp_ok(time - $began, '<', $seconds // 5, "$what: at once");
	is($session->query('SELECT 1'), '1', "$what: and goes on");
	$session->quit;
	return;
}
cancelled("SELECT schemaver.fingerprint('server:silent')", 'connecting');

# A worker that waits holds no snapshot.
here(q{SELECT schemaver.schedule('check_drift:silent', '1 hour', options => '{"baseline": "server:silent"}'); SELECT schemaver.start_worker()});
my $worker = "FROM pg_stat_activity WHERE backend_type = 'schemaver worker' AND wait_event_type = 'Extension'";
ok($here->poll_query_until('postgres', "SELECT count(*) = 1 $worker"), 'a worker waits for a server that is silent');
is(here("SELECT backend_xmin IS NULL $worker"), 't', 'and holds no snapshot');
here("SELECT schemaver.unschedule('check_drift:silent'); SELECT pg_cancel_backend(pid) $worker");
ok($here->poll_query_until('postgres', "SELECT outcome = 'failed' FROM schemaver.job_runs WHERE job = 'check_drift:silent'"), 'a cancel ends it');
here(q{SELECT schemaver.stop_worker(); SELECT schemaver.schedule('check_drift:staging', '1 hour', options => '{"baseline": "server:staging"}'); SELECT schemaver.start_worker()});
ok($here->poll_query_until('postgres', "SELECT outcome = 'succeeded' AND found IS NULL FROM schemaver.job_runs WHERE job = 'check_drift:staging'"), 'a worker compares with another server');
here(q{SELECT schemaver.unschedule('check_drift:staging'); SELECT schemaver.stop_worker()});

# Names: all addresses of all hosts are tried, and what is no name is left as it is. A service file may say them too.
my $fingerprint_there = $there->safe_psql('postgres', 'SELECT schemaver.fingerprint()');
append_to_file("$folder/services", "[there]\nhost=localhost\nport=$port\n");
server('named', "host 'localhost', port '$port', dbname 'postgres'", "user '$superuser'");
server('several', "host '/nowhere,no.such.host.invalid,localhost,$host', port '1,$port,$port,1', dbname 'postgres'", "user '$superuser'");
server('service', "service 'there', dbname 'postgres'", "user '$superuser'");
server('uneven', "host 'localhost,$host', port '1,2,3', dbname 'postgres'", "user '$superuser'");
server('closed', "host 'no.such.host.invalid,localhost', hostaddr ',127.0.0.1', port '1', dbname 'postgres'", "user '$superuser'");
server('unknown', "host 'no.such.host.invalid', dbname 'postgres'", "user '$superuser'");
is(here("SELECT schemaver.fingerprint('server:$_')"), $fingerprint_there, "$_: reached by name") for 'named', 'several', 'service';
# The name is still what libpq knows the host by: in password files, as in certificates.
append_to_file("$folder/passwords", "localhost:$port:postgres:asker:open sesame\n");
chmod 0600, "$folder/passwords";
server('by_file', "host 'localhost', port '$port', dbname 'postgres', passfile '$folder/passwords'", "user 'asker'");
is(here("SELECT schemaver.fingerprint('server:by_file')"), $fingerprint_there, 'the password of that name');
like(fails("SELECT schemaver.fingerprint('server:uneven')", 'SV040', '', 'lists that do not fit together'), qr/could not match 3 port numbers to 2 hosts/, 'says libpq');
like(fails("SELECT schemaver.fingerprint('server:closed')", 'SV040', '', 'none of several'),
	qr/DETAIL:  could not translate host name "no\.such\.host\.invalid" to address: .*"127\.0\.0\.1", port 1 failed/s, 'says of each why');
like(fails("SELECT schemaver.fingerprint('server:unknown')", 'SV040', '', 'no such host'), qr/could not translate host name "no\.such\.host\.invalid"/, 'is named');
SKIP:
{
	local $ENV{HOSTALIASES} = $aliases;
	skip 'this C library does not read HOSTALIASES, so no lookup can be made to hang', 1 unless system('timeout 1 getent ahosts hangs') >> 8 == 124;
	server('hangs', "host 'hangs', port '$port', dbname 'postgres'", "user '$superuser'");
	cancelled("SELECT schemaver.fingerprint('server:hangs')", 'looking up a name', 1);
	my $began = time;
	fails("SET statement_timeout = '300ms'; SELECT schemaver.fingerprint('server:hangs')", '57014', 'canceling statement due to statement timeout', 'looking up a name: statement_timeout');
	like(fails("SET schemaver.remote_timeout = '300ms'; SELECT schemaver.fingerprint('server:hangs')", 'SV041', '', 'looking up a name: not in time'),
		qr/Its host names are still being looked up/, 'says what took so long');
	is(here("SET schemaver.remote_timeout = '1s'; SELECT string_agg(left(error, 5), ',') FROM schemaver.compare_fleet('{hangs,named}')"), 'SV041', 'of several one that hangs holds up no other');
	cmp_ok(time - $began, '<', 5, 'soon');
	# One that was given up comes to its end after all: the session has other names looked up meanwhile and then.
	my $session = $here->background_psql('postgres', on_error_stop => 0);
	my $asks = "SET schemaver.remote_timeout = '100ms'; SELECT schemaver.fingerprint('server:hangs'); SET schemaver.remote_timeout = '10s'; SELECT schemaver.fingerprint('server:named')";
	is($session->query($asks), $fingerprint_there, 'given up: another name is looked up');
	open(my $pipe, '>', $aliases) or die "no pipe: $!";
	close $pipe;
	is($session->query($asks), $fingerprint_there, 'and after it has ended too');
	$session->quit;
}
# In the middle of a question: the other side waits for a lock there.
my $locker = $there->background_psql('postgres');
$locker->query_safe('CREATE VIEW slow AS SELECT * FROM people; BEGIN; LOCK TABLE pg_catalog.pg_extension IN ACCESS EXCLUSIVE MODE');
cancelled("SELECT schemaver.fingerprint('server:staging')", 'asking');
fails("SET schemaver.remote_timeout = '300ms'; SELECT schemaver.fingerprint('server:staging')", 'SV041', 'server "staging"', 'an answer that does not come');
fails("SET statement_timeout = '300ms'; SELECT schemaver.fingerprint('server:staging')", '57014', 'canceling statement due to statement timeout', 'statement_timeout');
# Whoever is terminated goes at once too, and takes the connection along.
my $ends = IPC::Run::start([ 'psql', '-XqAt', '-d', $here->connstr('postgres'), '-c', "SELECT schemaver.fingerprint('server:staging')" ], '>', \my $nothing, '2>', \my $farewell);
my $asks = "FROM pg_stat_activity WHERE query LIKE 'SELECT schemaver.fingerprint%' AND wait_event_type = 'Extension'";
ok($here->poll_query_until('postgres', "SELECT count(*) = 1 $asks"), 'one more waits');
here("SELECT pg_terminate_backend(pid) $asks");
$ends->finish;
like($farewell, qr/FATAL:  terminating connection due to administrator command/, 'terminated');
$locker->query_safe('COMMIT');
nobody_is_left('cancelled');

# A connection that is cut in the middle; an answer that is none; and one without an end.
$locker->query_safe('BEGIN; LOCK TABLE pg_catalog.pg_extension IN ACCESS EXCLUSIVE MODE');
my $cut = $here->background_psql('postgres', on_error_stop => 0);
$cut->query("\\set VERBOSITY verbose");
$cut->{stdin} .= "SELECT schemaver.fingerprint('server:staging');\n";
$cut->{run}->pump_nb;
my $victim = "SELECT pid FROM pg_stat_activity WHERE application_name = 'schemaver' AND wait_event_type = 'Lock'";
ok($there->poll_query_until('postgres', "SELECT EXISTS ($victim)"), 'a question waits there');
$there->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM ($victim) AS v");
$cut->query('SELECT 1');
like($cut->{stderr}, qr/SV045: the connection to server "staging" was lost/, 'cut in the middle');
$cut->quit;
$locker->query_safe('COMMIT');
$locker->quit;

# What a program that only pretends to be a server sends is taken for what it is.
sub pretend
{
	my ($name, @messages) = @_;
	my $listener = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die "no socket: $!";
	my $child = fork // die "no process: $!";
	if ($child == 0)
	{
		my $client = $listener->accept;
		sysread $client, my $start, 10_000;
		my $message = sub { my ($type, $body) = @_; return $type . pack('N', 4 + length $body) . $body };
		my $text = sub { return pack 'N/a*', $_[0] };
		my $row = sub { return $message->('D', pack('n', scalar @_) . join '', map { $text->($_) } @_) };
		my $columns = sub { my ($count) = @_; return $message->('T', pack('n', $count) . join '', map { pack('Z*NnNnNn', "c$_", 0, 0, 25, 65535, 4294967295, 0) } 1 .. $count) };
		my $ready = $message->('Z', 'T');
		syswrite $client, $message->('R', pack 'N', 0) . $message->('S', "server_version\x0018\x00") . $message->('S', "client_encoding\0UTF8\0") . $ready;
		for my $answer (['1.0', '3', '3'], @messages)
		{
			last unless sysread $client, my $question, 100_000;
			my @rows = ref $answer->[0] ? @$answer : ($answer);
			syswrite $client, ($question =~ /^Q/ ? '' : $message->('1', '') . $message->('2', ''))
			  . $columns->(scalar @{ $rows[0] }) . join('', map { $row->(@$_) } @rows) . $message->('C', "SELECT 1\0") . $ready;
		}
		sysread $client, my $end, 100;
		require POSIX;
		POSIX::_exit(0);
	}
	server($name, "host '127.0.0.1', port '" . $listener->sockport . "', dbname 'x', sslmode 'disable', gssencmode 'disable'", "user 'nobody'");
	return $child;
}
my $digest = '0' x 64;
my @pretenders;
push @pretenders, pretend('liar1', ['a fingerprint, believe me']);
fails("SELECT schemaver.fingerprint('server:liar1')", 'SV043', 'what server "liar1" answers makes no sense', 'no fingerprint');
push @pretenders, pretend('liar2', ["sv9:$digest"]);
fails("SELECT schemaver.fingerprint('server:liar2')", 'SV042', 'server "liar2" has a schemaver whose fingerprints are of another format', 'another format');
push @pretenders, pretend('liar3', [ [ 'table', 'public.x', 'public', $digest ], [ 'table', 'public.x', 'public', $digest ] ]);
fails("SELECT * FROM schemaver.objects('server:liar3')", 'SV043', '', 'an object twice');
push @pretenders, pretend('liar4', [ 'table', 'public.x', 'public', '{"structure": {"columns": "; DROP TABLE people"}, "structure": 1}' ]);
fails("SELECT * FROM schemaver.definitions('server:liar4')", 'SV043', '', 'a definition that is none');
waitpid $_, 0 for @pretenders;

# The password is in no log and in no definition.
unlike(slurp_file($here->logfile), qr/SV04.*open sesame/, 'the password is in no error of ours');
is(here("SELECT count(*) FROM schemaver.statement WHERE text LIKE '%sesame%'"), '0', 'nor in the ledger');
nobody_is_left('at the end');
$_->stop for $here, $there;
done_testing();
