# How people hear of drift: the recipes of docs/examples are run as they stand. The listener is compiled against libpq;
# the workflow's script runs with a gh of ours that writes down what it is asked for; the exporter's query gives the columns
# that its metrics name; and the monitor's check ends with the status that a monitor expects.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('alerts');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nshared_preload_libraries = 'schemaver'\nlog_min_messages = notice");
$node->start;
my $folder = PostgreSQL::Test::Utils::tempdir();
my $connection = $node->connstr('postgres');
$node->safe_psql('postgres', q{CREATE EXTENSION schemaver; CREATE TABLE people (id int, name text);
	SELECT schemaver.set_baseline('production')});

sub check
{
	my $out;
	IPC::Run::run([ 'docs/examples/check_schemaver', $_[0] // $connection ], '<', \undef, '>', \$out, '2>', \$out);
	return ($? >> 8) . " $out";
}

like(check(), qr/^3 SCHEMAVER unknown nobody has checked for drift yet \| critical=0/, 'monitor: unknown, as nobody has checked yet');
$node->safe_psql('postgres', 'SELECT schemaver.check_drift()');
like(check(), qr/^0 SCHEMAVER ok /, 'monitor: ok');

# A listener.
my $include = `pg_config --includedir`;
my $libraries = `pg_config --libdir`;
chomp($include, $libraries);
my $compiler = $ENV{CC} || 'cc';
ok(system("$compiler -Wall -Werror docs/examples/listen.c -I$include -L$libraries -lpq -o $folder/listen") == 0, 'the listener compiles');
cmp_ok(scalar(split /^/, slurp_file('docs/examples/listen.c')), '<=', 24, 'in about 20 lines');
my ($heard, $complaint) = ('', '');
my $listener = IPC::Run::start([ "$folder/listen", $connection ], '<', \undef, '>', \$heard, '2>', \$complaint, IPC::Run::timeout(60));
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE query = 'LISTEN schemaver' AND state = 'idle'});

$node->safe_psql('postgres', q{ALTER TABLE people ADD pager text; SET schemaver.capture = off; COMMENT ON TABLE people IS 'who'});
$node->safe_psql('postgres', 'SELECT schemaver.check_drift()');
$listener->pump until $heard =~ /"ledger".*\n.*\n.*\n/s;
like($heard, qr/"against":"baseline:production".*"property":"columns\.pager"/, 'the listener hears of the column');
like($heard, qr/"against":"ledger","captured":false.*"severity":"info"/, 'and of the comment');
is($complaint, '', 'without a complaint');
like(check(), qr/^1 SCHEMAVER warning 1 drift of severity warning is open \| critical=0 warning=1 /, 'monitor: warning');
$node->safe_psql('postgres', 'ALTER TABLE people DROP name; SELECT schemaver.check_drift()');
like(check(), qr/^2 SCHEMAVER critical 1 critical drift is open; 1 drift of severity warning is open/, 'monitor: critical');
like(check($node->connstr('nowhere')), qr/^3 SCHEMAVER UNKNOWN - .*does not exist/, 'monitor: unknown where it cannot ask');
$listener->kill_kill;

my $log = slurp_file($node->logfile);
like($log, qr/WARNING:  schemaver: drift \d+ from baseline:production: table public\.people, columns\.name removed\n.*DETAIL:  By \w+ in commit \d+\./, 'log: critical is a warning');
like($log, qr/LOG:  schemaver: drift \d+ from baseline:production: table public\.people, columns\.pager added/, 'log: warning is a line');
like($log, qr/NOTICE:  schemaver: drift \d+ from the ledger: table public\.people, text added\n.*DETAIL:  Not captured/, 'log: info is a notice');

# Very many at once.
$node->safe_psql('postgres', 'CREATE SCHEMA many');
$node->safe_psql('postgres', join ';', map { "CREATE TABLE many.t$_ (id int)" } 1 .. 60);
my $out = $node->safe_psql('postgres', 'LISTEN schemaver; SELECT count(*) FROM schemaver.check_drift()');
is(scalar(() = $out =~ /Asynchronous notification/g), 51, 'of very many, fifty are told');
like($out, qr/"and_more":11,/, 'and how many more there are');

# The exporter's query.
my $yaml = slurp_file('docs/examples/postgres_exporter.yaml');
my ($query) = $yaml =~ /query: "(.*)"\n/;
my @metrics = $yaml =~ /^    - (\w+):$/mg;
my $row = `psql -XA -P footer=off -d '$connection' -c "$query"`;
is((split /\n/, $row)[0], join('|', @metrics), 'exporter: a column for each metric');
like((split /\n/, $row)[1], qr/^postgres\|1\|62\|2\|\d+\|[\d.]+\|-1\|1\|0$/, 'exporter: with numbers');

# The workflow.
my $workflow = slurp_file('docs/examples/drift.yml');
my ($script) = $workflow =~ /run: \|\n(.*)\z/s;
$script =~ s/^ {10}//mg;
mkdir "$folder/bin";
append_to_file("$folder/bin/gh", <<'SH');
#!/bin/sh
if [ "$1 $2" = 'issue list' ]; then cat issues 2>/dev/null; exit 0; fi
while [ $# -gt 0 ]; do [ "$1" = --title ] && echo "$2" >>issues; shift; done
exit 0
SH
chmod 0755, "$folder/bin/gh";
append_to_file("$folder/script", $script);
for my $time ('first', 'second')
{
	ok(system("cd $folder && PATH=$folder/bin:\$PATH DATABASE_URL='$connection' bash -e script") == 0, "workflow: the script runs a $time time");
}
my @issues = split /\n/, slurp_file("$folder/issues");
is(scalar(@issues), $node->safe_psql('postgres', q{SELECT count(*) FROM schemaver.drift WHERE state = 'open'}), 'workflow: an issue for each drift, once');
like($issues[-1], qr/^Drift \d+ \((info|warning|critical)\): /, 'with a title');

$node->stop;
done_testing();
