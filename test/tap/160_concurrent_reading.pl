# Eight clients change the schema all the time; what others read meanwhile is always a schema that existed.
#
# Each client drives a schema of its own through the same four states, so it is known which fingerprints there
# can be. Readers: sessions that keep what they have read, sessions that are new each time, sessions with an
# old snapshot. None of them may fail, and no DDL may wait for them longer than it must.
# SCHEMAVER_SECONDS says for how long.
use strict;
use warnings;
use File::Basename qw(dirname);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seconds = $ENV{SCHEMAVER_SECONDS} || 60;
my $folder = dirname(__FILE__) . '/../concurrency';
my $node = PostgreSQL::Test::Cluster->new('storm');
$node->init;
# A DDL statement that waits for a reader this long fails, and the test with it.
$node->append_conf('postgresql.conf', "lock_timeout = '5s'\nfsync = off\nmax_connections = 60");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION schemaver');
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE seen (client int, fingerprint text);
CREATE TABLE seen_twice (fingerprint text, transaction bigint);
CREATE TABLE possible (client int, fingerprint text);
CREATE VIEW twice AS SELECT * FROM seen JOIN possible USING (client, fingerprint);
SQL
for my $client (0 .. 7)
{
	$node->safe_psql('postgres', <<"SQL");
CREATE SCHEMA c$client;
SET search_path = c$client;
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE FUNCTION shout(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper(\$1)';
CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL DEFAULT shout('x'), feels mood DEFAULT 'glad');
CREATE VIEW loud AS SELECT id, shout(name) AS name, feels FROM people;
SQL
}

sub file_text
{
	my ($name) = @_;
	open(my $in, '<', "$folder/$name") or die "$name: $!";
	local $/;
	return <$in>;
}

# Once through the states, in peace.
my $steps = file_text('change.sql');
for my $client (0 .. 7)
{
	my $note = "INSERT INTO possible SELECT $client, schemaver.fingerprint(scope => 'schema:c$client');\n";
	(my $script = $steps) =~ s/:client_id/$client/g;
	$script =~ s/COMMIT;\n/COMMIT;\n$note/g;
	$node->safe_psql('postgres', $script);
}
is($node->safe_psql('postgres', 'SELECT count(DISTINCT (client, fingerprint)) FROM possible'), '32', 'four states for each of eight');

# Runs all of it at once; the exit code and the messages of each.
my @runs = (
	[ 'eight clients change',        '-c', 8, '-f', "$folder/change.sql" ],
	[ 'sessions that remember read', '-c', 2, '-f', "$folder/read.sql" ],
	[ 'new sessions read',           '-c', 1, '-C', '-f', "$folder/read.sql" ],
	[ 'old snapshots read',          '-c', 1, '-f', "$folder/read_twice.sql" ],
	[ 'stamps and lists are made',   '-c', 1, '-f', "$folder/stamp.sql" ]);
my @started;
for my $run (@runs)
{
	my ($name, @arguments) = @$run;
	my ($out, $err) = ('', '');
	my $handle = IPC::Run::start([ 'pgbench', '-n', '-T', $seconds, @arguments, $node->connstr('postgres') ],
		'<', \undef, '>', \$out, '2>', \$err);
	push @started, [ $name, $handle, \$out, \$err ];
}
for my $started (@started)
{
	my ($name, $handle, $out, $err) = @$started;
	$handle->finish;
	is($handle->result(0), 0, "$name without an error") or diag($$err);
	my ($count) = $$out =~ /number of transactions actually processed: (\d+)/;
	ok($count, "$name: $count times");
}

my $seen = $node->safe_psql('postgres', 'SELECT count(*) FROM seen');
note("$seen fingerprints of a schema");
is( $node->safe_psql('postgres', <<'SQL'), '', 'each is that of a state that existed');
SELECT client, count(*) FROM seen WHERE (client, fingerprint) NOT IN (SELECT client, fingerprint FROM possible) GROUP BY 1
SQL
cmp_ok($node->safe_psql('postgres', 'SELECT count(DISTINCT (client, fingerprint)) FROM seen'),
	'>', 16, 'more than one state of each was seen');
is( $node->safe_psql('postgres', <<'SQL'), '0', 'an old snapshot sees the same all the time');
SELECT count(*) FROM (SELECT FROM seen_twice GROUP BY transaction HAVING count(DISTINCT fingerprint) > 1) AS changed
SQL
is($node->safe_psql('postgres', "SELECT count(*) FROM schemaver.diff('head', 'live')"), '0', 'the ledger agrees with the catalogs');
my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile);
unlike($log, qr/cache lookup failed|could not open relation|deadlock detected|lock timeout/, 'nothing of that sort in the log');
$node->stop;
done_testing();
