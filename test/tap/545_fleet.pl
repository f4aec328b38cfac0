# compare_fleet(): many databases at once, each at its own pace.
use strict;
use warnings;
use IO::Socket::INET;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $node = PostgreSQL::Test::Cluster->new('fleet');
$node->init;
$node->start;
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
sub in { my ($database, $sql) = @_; return $node->safe_psql($database, $sql) }
sub server
{
	my ($name, $options) = @_;
	in('postgres', "CREATE SERVER $name FOREIGN DATA WRAPPER schemaver OPTIONS ($options); CREATE USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS (user '$superuser')");
}
my $place = "host '" . $node->host . "', port '" . $node->port . "'";
my %table = (eu1 => 'CREATE TABLE people (id int)', eu2 => 'CREATE TABLE people (id int)', us1 => 'CREATE TABLE people (id bigint)');
in('postgres', 'CREATE EXTENSION schemaver; CREATE TABLE people (id int)');
is(in('postgres', 'SELECT schemaver.fleet_summary()'), 'no servers', 'no servers');
for my $name (sort keys %table)
{
	in('postgres', "CREATE DATABASE $name");
	in($name, "CREATE EXTENSION schemaver; $table{$name}");
	server($name, "$place, dbname '$name'");
}
my $silent = IO::Socket::INET->new(Listen => 100, LocalAddr => '127.0.0.1') or die "no socket: $!";
server('silent', "host '127.0.0.1', port '" . $silent->sockport . "', dbname 'x', sslmode 'disable', gssencmode 'disable'");
server('gone', "host '127.0.0.1', port '1', dbname 'x'");

my $began = time;
my $rows = in('postgres', <<'SQL');
SET schemaver.remote_timeout = '1s';
SELECT count, members, is_live, left(error, 6), fingerprint = schemaver.fingerprint() FROM schemaver.compare_fleet();
SQL
is($rows, <<'ROWS' =~ s/\n$//r, 'five servers, one that refuses and one that is silent');
2|{eu1,eu2}|t||t
1|{us1}|f||f
1|{gone}|f|SV040:|
1|{silent}|f|SV041:|
ROWS
cmp_ok(time - $began, '<', 4, 'at once, and not one after the other');
like(in('postgres', "SET schemaver.remote_timeout = '300ms'; SELECT schemaver.fleet_summary()"),
	qr/^2 at sv1:[0-9a-f]{12} \(as here\), 1 at sv1:[0-9a-f]{12}, 2 without an answer: gone and silent$/, 'in a sentence');
is(in('postgres', "SELECT count FROM schemaver.compare_fleet('{eu1,us1,eu1}', facets => '{security}')"), '2', 'some of them, by a facet');
is(in('postgres', "SELECT count(*), bool_and(error IS NOT NULL) FROM schemaver.compare_fleet('{eu1,us1}', schema => 'nowhere')"), '2|t', 'a schema that is not there');

# Each for its own reason.
in('postgres', 'DROP USER MAPPING FOR CURRENT_USER SERVER eu2');
in('us1', 'DROP EXTENSION schemaver');
is(in('postgres', "SELECT left(error, 5) FROM schemaver.compare_fleet('{eu2,us1}') ORDER BY 1"), "SV042\nSV046", 'no mapping, no schemaver');
my (undef, undef, $errors) = $node->psql('postgres', "SELECT schemaver.compare_fleet('{eu1,eu3}')");
like($errors, qr/there is no server "eu3" to ask/, 'a name that is none');

# More than are asked at once, half of them silent.
my $makes_many = join ' ', map {
	my $options = $_ % 2 ? "$place, dbname 'eu1'" : "host '127.0.0.1', port '" . $silent->sockport . "', dbname 'x', sslmode 'disable', gssencmode 'disable'";
	"CREATE SERVER many$_ FOREIGN DATA WRAPPER schemaver OPTIONS ($options); CREATE USER MAPPING FOR CURRENT_USER SERVER many$_ OPTIONS (user '$superuser');"
} 1 .. 16;
in('postgres', $makes_many);
is(in('postgres', "SET schemaver.remote_timeout = '2s'; SELECT count, is_live FROM schemaver.compare_fleet(ARRAY(SELECT 'many' || i FROM generate_series(1, 16) AS i)) WHERE error IS NULL"),
	'8|t', 'many at once');

# A cancel in the middle leaves nothing behind.
my $session = $node->background_psql('postgres', on_error_stop => 0);
my $pid = $session->query('SELECT pg_backend_pid()');
$session->{stdin} .= "SELECT * FROM schemaver.compare_fleet();\n";
$session->{run}->pump_nb;
ok($node->poll_query_until('postgres', "SELECT wait_event_type = 'Extension' FROM pg_stat_activity WHERE pid = $pid"), 'it waits');
in('postgres', "SELECT pg_cancel_backend($pid)");
ok($node->poll_query_until('postgres', "SELECT state LIKE 'idle%' FROM pg_stat_activity WHERE pid = $pid"), 'and can be cancelled');
$session->quit;
ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'schemaver'"), 'no connection is left');
unlike(slurp_file($node->logfile), qr/leak|PANIC|was terminated/, 'nothing leaked');
$node->stop;
done_testing();
