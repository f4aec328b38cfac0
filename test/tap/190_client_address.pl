# The address of a client that came by TCP is kept beside its commit, and stays out of dumps.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('address');
$node->init;
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'");
$node->start;
my @by_network = (connstr => 'host=127.0.0.1 dbname=postgres port=' . $node->port);

$node->safe_psql('postgres', 'CREATE EXTENSION schemaver');
$node->safe_psql('postgres', 'CREATE TABLE by_network (); CREATE TABLE and_another ()', @by_network);
$node->safe_psql('postgres', 'BEGIN; CREATE TABLE undone (); ROLLBACK', @by_network);
$node->safe_psql('postgres', 'SELECT 1', @by_network);
$node->safe_psql('postgres', 'CREATE TABLE by_socket ()', connstr => 'host=' . $node->host . ' dbname=postgres port=' . $node->port);
is( $node->safe_psql('postgres', 'SELECT objects[1], client_address FROM schemaver.commands ORDER BY commit, number'),
	"table public.by_network|127.0.0.1\ntable public.and_another|127.0.0.1\ntable public.by_socket|",
	'commands have the address of a client that came by TCP');
is($node->safe_psql('postgres', 'SELECT count(DISTINCT transaction) = count(*) FROM schemaver.connection'),
	't', 'one row for each commit');
command_fails_like(
	[ 'psql', '-X', '-c', 'SET ROLE pg_database_owner', '-c', 'SELECT * FROM schemaver.connection', $node->connstr('postgres') ],
	qr/permission denied for table connection/,
	'which is not for everyone');
my ($dump) = run_command([ 'pg_dump', $node->connstr('postgres') ]);
like($dump, qr/COPY schemaver\.commit /, 'a dump takes the history along');
unlike($dump, qr/127\.0\.0\.1|schemaver\.connection/, 'and no address');

$node->stop;
done_testing();
