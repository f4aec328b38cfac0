# docs/ledger.md says for each command tag of the server what is recorded of it. The server's own list of tags is
# walked, so that a new one cannot be forgotten; and for each tag that is recorded an example runs, in a session with
# the library preloaded, and leaves just what the page says.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my %recorded;
my $page = slurp_file('docs/ledger.md');
while ($page =~ /^\| ((?:`[^`]+`(?:, )?)+) \| ([^|]+?) \|/mg)
{
	my ($tags, $what) = ($1, $2);
	$recorded{$1} = $what while $tags =~ /`([^`]+)`/g;
}

my ($include) = run_command([ $ENV{PG_CONFIG} || 'pg_config', '--includedir-server' ]);
my @tags = slurp_file("$include/tcop/cmdtaglist.h") =~ /^PG_CMDTAG\(\w+, "([^"?]+)"/mg;
cmp_ok(scalar(@tags), '>', 180, 'the server has a list of command tags');
is(join(', ', grep { !exists $recorded{$_} } @tags), '', 'each of them is in docs/ledger.md');

# SECURITY LABEL needs a provider, and no package has one that works everywhere.
my $provider = PostgreSQL::Test::Utils::tempdir() . '/labels';
append_to_file("$provider.c", <<'C');
#include "postgres.h"
#include "commands/seclabel.h"
#include "fmgr.h"
PG_MODULE_MAGIC;
void _PG_init(void);
static void allow(const ObjectAddress *object, const char *label) {}
void _PG_init(void) { register_label_provider("labels", allow); }
C
my $compiler = $ENV{CC} || 'cc';
ok(system("$compiler -fPIC -shared -fvisibility=default -I$include -o $provider.so $provider.c") == 0, 'a provider of labels compiles');

my $node = PostgreSQL::Test::Cluster->new('tags');
$node->init;
$node->append_conf('postgresql.conf', <<"CONF");
shared_preload_libraries = 'schemaver,$provider'
allow_in_place_tablespaces = on
client_min_messages = error
max_prepared_transactions = 5
CONF
$node->start;
my $version = $node->safe_psql('postgres', "SELECT current_setting('server_version_num')::int / 10000");
$node->safe_psql('postgres', 'CREATE EXTENSION schemaver');

my %shown;
my $seen = 0;

# What the commits since the last look hold.
sub look
{
	my $commands = $node->safe_psql('postgres',
		"SELECT tag, cardinality(objects), statement IS NOT NULL FROM schemaver.commands WHERE commit > $seen");
	my $changes = $node->safe_psql('postgres', "SELECT count(*) FROM schemaver.changes WHERE commit > $seen");
	my $differences = $node->safe_psql('postgres',
		"SELECT concat_ws(' ', change, kind, identity, property) FROM schemaver.diff('head', 'live')");
	$seen = $node->safe_psql('postgres', 'SELECT max(commit) FROM schemaver.log');
	return ($commands, $changes, $differences);
}

sub run_example
{
	my ($tag, $sql, $line) = @_;
	my ($status, undef, $errors) = $node->psql('postgres', $sql, on_error_stop => 1);
	is($status, 0, "$tag: runs (line $line)") or diag($errors);
	my ($commands, $changes, $differences) = look();
	is($differences, '', "$tag: the ledger agrees with the catalogs");
	return if $tag eq '';
	my $what = $recorded{$tag} // '';
	$shown{$tag} = 1;
	if ($what =~ /^(yes|preloaded)/)
	{
		my $objects = $what =~ /no object/ ? '0' : '[1-9]\d*';
		like($commands, qr/^\Q$tag\E\|$objects\|t$/m, "$tag: recorded, with objects and text");
		cmp_ok($changes, '>', 0, "$tag: with definitions") if $what !~ /no definition/;
		is($changes, 0, "$tag: without definitions") if $what =~ /no definition/;
	}
	elsif ($what =~ /^maintenance/)
	{
		is($commands, '', "$tag: not recorded");
		$node->psql('postgres', "SET schemaver.record_maintenance = on;\n$sql");
		($commands, $changes, $differences) = look();
		like($commands, qr/^\Q$tag\E\|[1-9]\d*\|t$/m, "$tag: recorded where the setting says so");
		is("$changes $differences", '0 ', "$tag: without definitions");
	}
	else
	{
		is("$commands$changes", '0', "$tag: not recorded");
	}
}

look();
my $number = 0;
my @examples = split /\n/, slurp_file('test/tap/command_tags.examples');
for my $example (@examples)
{
	$number++;
	next if $example =~ /^(#|$)/;
	$example =~ s/^from (\d+) // and $version < $1 and next;
	my ($tag, $sql) = $example =~ /^([A-Z ]*): (.*)$/ or die "line $number: $example";
	run_example($tag, $sql, $number);
}
is(join(', ', grep { !$shown{$_} && $recorded{$_} !~ /no example/ && $recorded{$_} =~ /^(yes|preloaded|maintenance)/ } @tags), '',
	'each tag that is recorded has an example');
unlike(slurp_file($node->logfile), qr/was terminated by signal|PANIC|TRAP:/, 'the log knows of no crash');
done_testing();
