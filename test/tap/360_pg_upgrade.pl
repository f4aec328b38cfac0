# pg_upgrade from an older server: the ledger comes along whole, and recording goes on, on a timeline of its own.
#
# It needs the older server: SCHEMAVER_OLD_SERVER is a folder with its bin and lib, schemaver in lib among its modules.
# test/matrix makes one of the server that is here, for the servers that it runs the tests on.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $old_server = $ENV{SCHEMAVER_OLD_SERVER}
	or plan skip_all => 'there is no older server here (SCHEMAVER_OLD_SERVER): test/matrix runs this';
# docs/limits.md
plan skip_all => 'pg_upgrade to 18 has not been made to work here yet' if `pg_config --version` =~ /^PostgreSQL 1[89]/;
# What the older server's binaries need and this system does not have.
$ENV{LD_LIBRARY_PATH} = join(':', grep { $_ } "$old_server/needed", $ENV{LD_LIBRARY_PATH});

my @locale = (extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $old = PostgreSQL::Test::Cluster->new('older', install_path => $old_server);
$old->init(@locale);
$old->append_conf('postgresql.conf', "fsync = off\nshared_preload_libraries = 'schemaver'");
$old->start;
$old->safe_psql('postgres', <<'SQL');
CREATE TABLE before_it (id int);
CREATE EXTENSION schemaver;
CREATE TABLE people (id int PRIMARY KEY, name varchar(20) NOT NULL CHECK (name IN ('a', 'b')));
CREATE VIEW named AS SELECT id, name FROM people WHERE name IN ('a', 'b');
SELECT schemaver.tag('v1.0.0', 'the first');
ALTER TABLE people RENAME TO persons;
SELECT schemaver.stamp_backup('nightly');
CREATE ROLE regress_role;
DROP TABLE before_it;
INSERT INTO schemaver.ignore_rule (facet, reason) VALUES ('comment', 'nobody is woken for a comment');
UPDATE schemaver.retention SET keep = '1 year' WHERE kind = 'drift';
SELECT schemaver.schedule('check_drift:nightly', '1 day', '02:00 Europe/Berlin', '{"paused": true}');
SET schemaver.capture = off;
ALTER TABLE persons ADD past_the_ledger int;
RESET schemaver.capture;
SELECT schemaver.check_drift();
SELECT schemaver.accept_drift(max(id), 'known') FROM schemaver.drift;
SQL
my $digest = $old->safe_psql('postgres', 'SELECT schemaver.seal()');
my $from = $old->safe_psql('postgres', 'SHOW server_version');

# Each table of the ledger, whole; and what a session sees of the schema.
my $contents = <<'SQL';
SELECT t, (xpath('/row/d/text()', query_to_xml(format(
    'SELECT md5(string_agg(r::text, chr(10) ORDER BY r::text COLLATE "C")) AS d FROM schemaver.%I AS r', t), false, true, '')))[1]
FROM unnest(ARRAY['timeline', 'commit', 'command', 'change', 'definition', 'statement', 'ref', 'backup', 'seal', 'sealed',
                  'connection', 'postponed', 'checkpoint', 'ignore_rule', 'retention', 'job', 'found_drift', 'drift_check']) AS t;
SQL
my $fingerprint = 'SELECT schemaver.fingerprint()';
my $timelines = 'SELECT count(*), count(*) FILTER (WHERE own) FROM schemaver.timelines';
my $jobs = 'SELECT job, every, at, paused, options FROM schemaver.jobs ORDER BY job';
my $drift = "SELECT identity, property, state, reason FROM schemaver.drift ORDER BY id";
my $jobs_before = $old->safe_psql('postgres', $jobs);
my $drift_before = $old->safe_psql('postgres', $drift);
my $tables_before = $old->safe_psql('postgres', $contents);
my $fingerprint_before = $old->safe_psql('postgres', $fingerprint);
my $last = $old->safe_psql('postgres', 'SELECT max(id) FROM schemaver.commit');
is($old->safe_psql('postgres', 'SELECT finding FROM schemaver.verify_ledger()'), 'intact', "the ledger on $from");
$old->stop;

my $new = PostgreSQL::Test::Cluster->new('newer');
$new->init(@locale);
$new->append_conf('postgresql.conf', "fsync = off\nshared_preload_libraries = 'schemaver'");
my $folder = $PostgreSQL::Test::Utils::tmp_check;
chdir $folder;    # where pg_upgrade writes
command_ok(
	[
		'pg_upgrade', '--no-sync', '-d', $old->data_dir, '-D', $new->data_dir, '-b', "$old_server/bin", '-B', $new->config_data('--bindir'),
		'-s', $new->host, '-p', $old->port, '-P', $new->port
	],
	'pg_upgrade') or diag(map { slurp_file($_) =~ s/\A.*(?=.{5000}\z)//sr } grep { -s } glob $new->data_dir . '/pg_upgrade_output.d/*/log/*');
$new->start;
note("from $from to " . $new->safe_psql('postgres', 'SHOW server_version'));

is($new->safe_psql('postgres', $contents), $tables_before, 'every row of the ledger is there, and no other');
is($new->safe_psql('postgres', $fingerprint), $fingerprint_before, 'the fingerprint is the same');
is($new->safe_psql('postgres', "SELECT finding FROM schemaver.verify_ledger('$digest')"), 'intact', 'and so is the ledger');

is($new->safe_psql('postgres', $jobs), $jobs_before, 'the jobs go on');
like($jobs_before, qr/^check_drift:nightly\|1 day\|02:00 Europe\/Berlin\|t/m, 'those that were scheduled too');
is($new->safe_psql('postgres', $drift), $drift_before, 'drift is known');
like($drift_before, qr/\|accepted\|known$/m, 'and what was accepted');

# The first DDL begins a timeline with a first commit of everything: OIDs are others now.
$new->safe_psql('postgres', 'ALTER TABLE persons ADD COLUMN pager text; COMMENT ON VIEW named IS \'who has one\'');
is($new->safe_psql('postgres', "SELECT count(*) FROM schemaver.diff('head', 'live')"), '0', 'what comes then is recorded');
is( $new->safe_psql('postgres', "SELECT change, kind, identity FROM schemaver.changes WHERE identity IN ('public.persons', 'public.named') ORDER BY commit DESC, number LIMIT 2"),
	"modified|view|public.named\nmodified|table|public.persons",
	'as changes of the objects that were there');
is($new->safe_psql('postgres', $jobs), $jobs_before, 'the jobs still go on');
is($new->safe_psql('postgres', $drift), $drift_before, 'drift is still known');
is($new->safe_psql('postgres', "SELECT schemaver.find_drift(NULL)"), '0', 'and not told again');
$new->safe_psql('postgres', 'ALTER TABLE persons DROP COLUMN past_the_ledger; SELECT schemaver.check_drift()');
is($new->safe_psql('postgres', q{SELECT count(*) FROM schemaver.drift WHERE state <> 'returned'}), '0', 'it closes itself');
is($new->safe_psql('postgres', $timelines), '2|1', 'on a timeline of its own, beside the old one');
is( $new->safe_psql('postgres', 'SELECT p.parent = o.timeline, p.parent_commit FROM schemaver.timelines AS p, schemaver.timelines AS o WHERE p.own AND NOT o.own'),
	"t|$last",
	'whose parent that is, up to its last commit');
is($new->safe_psql('postgres', "SELECT finding FROM schemaver.verify_ledger('$digest')"), 'intact', 'the ledger is still intact');
$new->stop;
done_testing();
