# The recipe of docs/backup.md with an exported snapshot, while others change the schema all the time: a stamp never
# describes what its dump does not hold. A stamp made just before the dump, for comparison, does.
use strict;
use warnings;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('snapshot');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE busy TEMPLATE template0');
$node->safe_psql('busy', 'CREATE EXTENSION schemaver; CREATE SEQUENCE number; CREATE TABLE growing (id int)');
@ENV{qw(PGHOST PGPORT PGDATABASE)} = ($node->host, $node->port, 'busy');
my ($recipe) = slurp_file('docs/backup.md') =~ /^```sh recipe=snapshot\n(.*?)^```$/ms;
my $scratch = PostgreSQL::Test::Utils::tempdir();

# What grows only, so that pg_dump does not stumble over what has gone.
my $stop = "$scratch/stop";
my $change = <<'SQL';
SELECT nextval('number') AS n \gset
CREATE TABLE made_:n (id int PRIMARY KEY, name text DEFAULT 'x');
ALTER TABLE growing ADD COLUMN c_:n int;
CREATE VIEW seen_:n AS SELECT id FROM made_:n;
COMMENT ON TABLE growing IS :'n';
SQL
append_to_file("$scratch/change.sql", $change);
my @storms = map {
	IPC::Run::start([ 'bash', '-c', "while ! [ -e $stop ]; do psql -XAtq -f $scratch/change.sql; sleep 0.05; done" ], '>&', \my $ignored)
} 1;

my $moved = 0;
for my $round (1 .. 3)
{
	my $script = $recipe =~ s/nightly/round_$round/gr;
	my $printed = '';
	ok(IPC::Run::run([ 'bash', '-e', '-o', 'pipefail', '-c', "cd $scratch\n$script" ], '<', \undef, '>&', \$printed), "round $round: stamped and dumped")
	  or diag($printed);
	my $after = $node->safe_psql('busy', 'SELECT schemaver.fingerprint()');
	my $metadata = slurp_file("$scratch/round_$round.metadata.json");
	my $stamp = decode_json($metadata);
	$moved++ if $after ne $stamp->{fingerprint}{portable};
	$node->safe_psql('postgres', "CREATE DATABASE round_$round TEMPLATE template0");
	$node->command_ok([ 'pg_restore', '--exit-on-error', "--dbname=round_$round", "$scratch/round_$round.dump" ], "round $round: restored");
	is($node->safe_psql("round_$round", 'SELECT schemaver.fingerprint()'), $stamp->{fingerprint}{portable}, "round $round: the dump holds what the stamp describes");
	is($node->safe_psql("round_$round", "SELECT verdict, errors FROM schemaver.verify_restore(\$m\$$metadata\$m\$)"), 'match|0', "round $round: and is whole");
}
append_to_file($stop, '');
$_->finish for @storms;
cmp_ok($moved, '>', 0, 'the schema moved on meanwhile, so a stamp made after the dump would not have fitted');

$node->stop;
done_testing();
