# Publications FOR ALL TABLES take our tables along. Between two servers that both have schemaver they go on
# replicating; to one that has it not they do after what docs/ledger.md says has been done.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $differences = "SELECT count(*) FROM schemaver.diff('head', 'live')";
my $publisher = PostgreSQL::Test::Cluster->new('publisher');
$publisher->init(allows_streaming => 'logical');
$publisher->append_conf('postgresql.conf', "fsync = off\nwal_retrieve_retry_interval = 200ms");
$publisher->start;
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init(allows_streaming => 'logical');
$subscriber->append_conf('postgresql.conf', "fsync = off\nwal_retrieve_retry_interval = 200ms");
$subscriber->start;

sub on { my ($node, $database, $sql) = @_; return $node->safe_psql($database, $sql) }

sub subscribe
{
	my ($database, $options) = @_;
	my $connection = $publisher->connstr . ' dbname=postgres';
	on($subscriber, $database, "CREATE SUBSCRIPTION $database CONNECTION '$connection' PUBLICATION everything $options");
}

sub arrived
{
	my ($database, $what) = @_;
	$publisher->wait_for_catchup($database);
	return is(on($subscriber, $database, 'SELECT string_agg(id || COALESCE(name, \'\'), \' \' ORDER BY id) FROM people'), $what, "$database: $what");
}

on($publisher, 'postgres', <<'SQL');
CREATE TABLE people (id int PRIMARY KEY, name text);
INSERT INTO people VALUES (1, 'Ann');
CREATE PUBLICATION everything FOR ALL TABLES;
SQL
for my $database ('modern', 'old')
{
	on($subscriber, 'postgres', "CREATE DATABASE $database");
	on($subscriber, $database, 'CREATE TABLE people (id int PRIMARY KEY, name text)');
}

# Both have it.
on($subscriber, 'modern', 'CREATE EXTENSION schemaver');
# This one subscribes before there is an extension, and is prepared for it by what the documentation says, run on the
# publisher's version of the tables.
subscribe('old', '');
$subscriber->wait_for_subscription_sync($publisher, 'old', 'old');
my ($recipe) = slurp_file('docs/ledger.md') =~ /^```sql\n(SELECT format\('CREATE TABLE.*?)^```/ms;
ok($recipe, 'the documentation has a recipe for a subscriber without schemaver');
my $stand_ins = on($subscriber, 'modern', $recipe);
like($stand_ins, qr/CREATE TABLE schemaver\.commit/, 'it makes tables of those names');
on($subscriber, 'old', "CREATE SCHEMA schemaver; $stand_ins");

on($publisher, 'postgres', 'CREATE EXTENSION schemaver; INSERT INTO people VALUES (2, \'Bob\')');
subscribe('modern', '');
$subscriber->wait_for_subscription_sync($publisher, 'modern', 'modern');
arrived('modern', '1Ann 2Bob');
arrived('old', '1Ann 2Bob');

# DDL on both sides, each its own.
my $own = on($subscriber, 'modern', 'SELECT timeline FROM schemaver.timelines WHERE own');
on($subscriber, $_, 'ALTER TABLE people ADD born date; ALTER TABLE people ADD local int') for 'modern', 'old';
on($publisher, 'postgres', 'ALTER TABLE people ADD born date; INSERT INTO people VALUES (3, \'Eve\', \'2001-02-03\')');
on($publisher, 'postgres', 'BEGIN; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS \'SELECT 1\'; CREATE VIEW named AS SELECT name FROM people; COMMIT');
on($publisher, 'postgres', 'INSERT INTO people VALUES (4)');
arrived($_, '1Ann 2Bob 3Eve 4') for 'modern', 'old';
is(on($subscriber, 'modern', 'SELECT own, count(*) FROM schemaver.timelines GROUP BY own ORDER BY own'), "f|1\nt|1", 'modern: the publisher\'s timeline lies beside its own');
my $publishers = 'SELECT count(*), max(id) FROM schemaver.commit WHERE timeline = \'' . on($publisher, 'postgres', 'SELECT timeline FROM schemaver.timelines') . '\'';
is(on($subscriber, 'modern', $publishers), on($publisher, 'postgres', $publishers), 'modern: the publisher\'s history is there');
is(on($subscriber, 'modern', 'SELECT DISTINCT timeline FROM schemaver.commits'), $own, 'modern: the log is its own');
is(on($_->[0], $_->[1], $differences), '0', "$_->[1]: the ledger agrees") for [ $publisher, 'postgres' ], [ $subscriber, 'modern' ];
is(on($subscriber, 'old', 'SELECT count(*) FROM schemaver.commit'), '0', 'old: nothing is stored there');

# A copy of such a database goes on with its own history, not with the publisher's.
on($subscriber, 'modern', 'ALTER SUBSCRIPTION modern DISABLE');
$subscriber->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = 'modern'");
on($subscriber, 'postgres', 'CREATE DATABASE copied TEMPLATE modern');
# Subscriptions are not copied.
my $differences_there = "$differences WHERE kind <> 'subscription'";
is(on($subscriber, 'copied', $differences_there), '0', 'a copy of the subscriber: the ledger agrees');
on($subscriber, 'copied', 'ALTER TABLE people ADD copied int');
is(on($subscriber, 'copied', $differences_there), '0', 'a copy of the subscriber: after its first DDL too');
is(on($subscriber, 'copied', 'SELECT parent FROM schemaver.timelines WHERE database = \'copied\''), $own, 'a copy of the subscriber: its parent');
on($subscriber, 'modern', 'ALTER SUBSCRIPTION modern ENABLE');

# When it is really installed, the stand-ins go.
on($subscriber, 'old', 'DROP SCHEMA schemaver CASCADE; CREATE EXTENSION schemaver; ALTER SUBSCRIPTION old REFRESH PUBLICATION');
$subscriber->wait_for_subscription_sync($publisher, 'old', 'old');
on($publisher, 'postgres', 'ALTER TABLE people ALTER name SET DEFAULT \'nobody\'; INSERT INTO people VALUES (5)');
arrived($_, '1Ann 2Bob 3Eve 4 5nobody') for 'modern', 'old';
is(on($subscriber, 'old', 'SELECT own, count(*) FROM schemaver.timelines GROUP BY own ORDER BY own'), "f|1\nt|1", 'old: now it has both');
is(on($subscriber, 'old', $differences), '0', 'old: the ledger agrees');

unlike(slurp_file($subscriber->logfile), qr/ERROR/, 'the subscriber met no error');
$subscriber->stop;
$publisher->stop;
done_testing();
