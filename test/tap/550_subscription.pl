# check_subscription() tells the truth: what it calls an error or a warning does stop replication at such a change, and
# where it has nothing to say replication goes on. Each table has a publication and a subscription of its own. The publisher
# has no schemaver.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my %node;
for my $name ('publisher', 'subscriber')
{
	$node{$name} = PostgreSQL::Test::Cluster->new($name);
	$node{$name}->init(allows_streaming => 'logical');
	$node{$name}->append_conf('postgresql.conf', <<'CONF');
fsync = off
wal_retrieve_retry_interval = 1s
max_wal_senders = 40
max_replication_slots = 40
max_logical_replication_workers = 40
max_worker_processes = 50
CONF
	# 18 has a limit of its own for what the slots' used to limit too.
	$node{$name}->append_conf('postgresql.conf', 'max_active_replication_origins = 40') if $node{$name}->pg_version >= 18;
	$node{$name}->start;
}
sub there { return $node{publisher}->safe_psql('postgres', $_[0]) }
sub here { return $node{subscriber}->safe_psql('postgres', $_[0]) }

here('CREATE EXTENSION schemaver');
here(q{CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $$no$$; END'});
# Since 16 an owner who is no superuser needs a password in the connection, unless told otherwise.
my $since_16 = $node{subscriber}->pg_version >= 16;
sub owned
{
	my ($name, $options) = @_;
	$options = join ', ', $since_16 ? 'password_required = false' : (), $since_16 && $options ? $options : ();
	return "CREATE ROLE ${name}_applier SUPERUSER LOGIN; ALTER SUBSCRIPTION $name OWNER TO ${name}_applier;"
	  . ($options ? "ALTER SUBSCRIPTION $name SET ($options);" : '') . "ALTER ROLE ${name}_applier NOSUPERUSER;";
}
# A table of partitions of partitions, of which the last may be another one.
sub nested
{
	my ($name, $upper, @labels) = @_;
	return "DROP TABLE $name; CREATE TABLE $name (id int, v varchar(9), PRIMARY KEY (id, v)) PARTITION BY RANGE (id);"
	  . "CREATE TABLE ${name}_low PARTITION OF $name FOR VALUES FROM (0) TO ($upper) PARTITION BY LIST (v);"
	  . join ' ', map { "CREATE TABLE ${name}_low_$_ PARTITION OF ${name}_low FOR VALUES IN ('$_');" } @labels;
}
sub nested_there
{
	my ($name, $via_root) = @_;
	return nested($name, 100, 'a', 'x') . "ALTER PUBLICATION $name SET (publish_via_partition_root = $via_root); ALTER PUBLICATION $name ADD TABLE $name";
}
sub nested_here { return nested(@_) . "ALTER SUBSCRIPTION $_[0] REFRESH PUBLICATION WITH (copy_data = false)" }

# What is done at each side, the change, what is found, and whether the change comes to an end there.
my %case = (
	fine     => [ '', '', "INSERT INTO fine VALUES (1, 'x'); UPDATE fine SET v = 'y'", '', 1 ],
	wider    => [ '', 'ALTER TABLE wider ALTER id TYPE bigint, ALTER v TYPE text', "INSERT INTO wider VALUES (1, 'x')", '', 1 ],
	extra    => [ '', "ALTER TABLE extra ADD more int NOT NULL DEFAULT 7, ADD spare int", "INSERT INTO extra VALUES (1, 'x')", '', 1 ],
	filtered => [ 'ALTER PUBLICATION filtered SET TABLE filtered (id) WHERE (id > 5)', '', 'INSERT INTO filtered VALUES (6)', "info|column list\ninfo|row filter", 1 ],
	heap     => [ 'ALTER TABLE heap DROP CONSTRAINT heap_pkey, REPLICA IDENTITY FULL', 'ALTER TABLE heap DROP CONSTRAINT heap_pkey', "INSERT INTO heap VALUES (1, 'x'); UPDATE heap SET v = 'y'", 'info|replica identity', 1 ],
	added    => [ 'ALTER TABLE added ADD more int', '', "INSERT INTO added VALUES (1, 'x', 2)", 'error|missing column', 0 ],
	gone     => [ '', 'DROP TABLE gone', "INSERT INTO gone VALUES (1, 'x')", 'error|missing table', 0 ],
	needs    => [ '', 'ALTER TABLE needs ADD more int NOT NULL', "INSERT INTO needs VALUES (1, 'x')", 'error|not null', 0 ],
	computed => [ '', "ALTER TABLE computed DROP v, ADD v varchar(9) GENERATED ALWAYS AS ('x') STORED", "INSERT INTO computed VALUES (1, 'x')", 'error|generated column', 0 ],
	keyless  => [ '', 'ALTER TABLE keyless DROP CONSTRAINT keyless_pkey', "INSERT INTO keyless VALUES (1, 'x'); UPDATE keyless SET v = 'y'", 'error|replica identity', 0 ],
	otherkey => [ '', 'ALTER TABLE otherkey DROP CONSTRAINT otherkey_pkey, ADD PRIMARY KEY (v)', "INSERT INTO otherkey VALUES (1, 'x'); UPDATE otherkey SET id = 2", "error|replica identity\nwarning|constraint\nwarning|not null", 0 ],
	narrower => [ '', 'ALTER TABLE narrower ALTER v TYPE varchar(2)', "INSERT INTO narrower VALUES (1, 'long')", 'warning|column type', 0 ],
	guarded  => [ '', 'CREATE TRIGGER guard BEFORE INSERT ON guarded FOR EACH ROW EXECUTE FUNCTION refuse(); ALTER TABLE guarded ENABLE ALWAYS TRIGGER guard',
		"INSERT INTO guarded VALUES (1, 'x')", 'warning|trigger', 0 ],
	idle     => [ '', 'CREATE TRIGGER guard BEFORE INSERT ON idle FOR EACH ROW EXECUTE FUNCTION refuse()', "INSERT INTO idle VALUES (1, 'x')", '', 1 ],
	parted   => [ '', 'DROP TABLE parted; CREATE TABLE parted (id int PRIMARY KEY, v varchar(9)) PARTITION BY RANGE (id);'
		. ' CREATE TABLE high PARTITION OF parted FOR VALUES FROM (100) TO (200); ALTER SUBSCRIPTION parted REFRESH PUBLICATION WITH (copy_data = false)',
		"INSERT INTO parted VALUES (1, 'x')", 'warning|partition', 0 ],
	part     => [ '', 'CREATE TABLE whole (id int PRIMARY KEY, v varchar(9)) PARTITION BY RANGE (id); ALTER TABLE whole ATTACH PARTITION part FOR VALUES FROM (100) TO (200)',
		"INSERT INTO part VALUES (1, 'x')", 'warning|partition', 0 ],
	nested   => [ nested_there('nested', 'true'), nested_here('nested', 100, 'a', 'x'), "INSERT INTO nested VALUES (1, 'x'); UPDATE nested SET id = 2", '', 1 ],
	lacking  => [ nested_there('lacking', 'true'), nested_here('lacking', 100, 'a'), "INSERT INTO lacking VALUES (1, 'x')", 'warning|partition', 0 ],
	leaves   => [ nested_there('leaves', 'false'), nested_here('leaves', 100, 'a', 'x'), "INSERT INTO leaves VALUES (1, 'x'); UPDATE leaves SET id = 2", '', 1 ],
	outside  => [ nested_there('outside', 'false'), nested_here('outside', 10, 'a', 'x'), "INSERT INTO outside VALUES (50, 'x')", "warning|partition\nwarning|partition", 0 ],
	secured  => [ '', owned('secured') . 'ALTER TABLE secured OWNER TO secured_applier; ALTER TABLE secured ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
		"INSERT INTO secured VALUES (1, 'x')", 'error|row security', 0 ],
	foreign_ => [ '', owned('foreign_'), "INSERT INTO foreign_ VALUES (1, 'x')", 'error|privilege', 0 ],
	granted  => [ '', owned('granted', 'run_as_owner = true') . 'GRANT INSERT, UPDATE, DELETE, TRUNCATE ON granted TO granted_applier',
		"INSERT INTO granted VALUES (1, 'x')", '', 1 ],
	withheld => [ nested_there('withheld', 'true'), nested_here('withheld', 100, 'a', 'x') . ';' . owned('withheld', 'run_as_owner = true')
		. 'GRANT ALL ON withheld, withheld_low, withheld_low_a TO withheld_applier; GRANT INSERT, TRUNCATE ON withheld_low_x TO withheld_applier',
		"INSERT INTO withheld VALUES (1, 'x'); UPDATE withheld SET id = 2", 'error|privilege', 0 ],
	single   => [ '', 'ALTER TABLE single ADD UNIQUE (v)', "INSERT INTO single VALUES (1, 'x'), (2, 'x')", 'warning|constraint', 0 ],
	indexed  => [ '', 'CREATE UNIQUE INDEX ON indexed (lower(v))', "INSERT INTO indexed VALUES (1, 'x'), (2, 'X')", 'warning|constraint', 0 ],
	checked  => [ '', "ALTER TABLE checked ADD CHECK (v <> 'x')", "INSERT INTO checked VALUES (1, 'x')", 'warning|constraint', 0 ],
	notnull  => [ '', 'ALTER TABLE "notnull" ALTER v SET NOT NULL', 'INSERT INTO "notnull" VALUES (1, NULL)', 'warning|not null', 0 ]);

my $connection = $node{publisher}->connstr . ' dbname=postgres';
for my $name (sort keys %case)
{
	my $table = qq{CREATE TABLE "$name" (id int PRIMARY KEY, v varchar(9))};
	there(qq{$table; CREATE PUBLICATION "$name" FOR TABLE "$name"});
	here(qq{$table; CREATE SUBSCRIPTION "$name" CONNECTION '$connection' PUBLICATION "$name" WITH (copy_data = false)});
}
my $user = here('SELECT current_user');
here("CREATE SERVER publisher FOREIGN DATA WRAPPER schemaver OPTIONS (host '" . $node{publisher}->host . "', port '" . $node{publisher}->port
	  . "', dbname 'postgres'); CREATE USER MAPPING FOR CURRENT_USER SERVER publisher OPTIONS (user '$user')");
sub found
{
	my ($name) = @_;
	return here(qq{SELECT severity, "check" FROM schemaver.check_subscription('$name', 'publisher') ORDER BY 1, 2});
}
for my $name (sort keys %case)
{
	my ($at_publisher, $at_subscriber, $change, $expected) = @{ $case{$name} };
	there($at_publisher) if $at_publisher;
	here($at_subscriber) if $at_subscriber;
	is(found($name), $expected, "$name: what is found");
	there($change);
}
for my $name (sort keys %case)
{
	if ($case{$name}[4])
	{
		$node{publisher}->wait_for_catchup($name);
		ok(here(qq{SELECT count(*) > 0 FROM "$name"}) eq 't', "$name: the change arrives");
	}
	else
	{
		ok($node{subscriber}->poll_query_until('postgres', "SELECT apply_error_count > 0 FROM pg_stat_subscription_stats WHERE subname = '$name'"),
			"$name: the change stops it");
	}
}

is(here(q{SELECT "table" || ': ' || detail FROM schemaver.check_subscription('withheld', 'publisher')}),
	'public.withheld_low_x: The apply worker writes public.withheld_low_x as withheld_applier, which has no right to UPDATE and DELETE.', 'by its partition');
like(here(q{SELECT string_agg("table" || ': ' || detail, ';' ORDER BY "table") FROM schemaver.check_subscription('outside', 'publisher')}),
	qr/^public\.outside_low_a: public\.outside_low_a is under public\.outside_low, the partition FOR VALUES FROM \(0\) TO \(10\) of public\.outside here: .*;public\.outside_low_x:/,
	'the bound of the partition above');
SKIP:
{
	skip 'no rules about passwords and owners before 16', 2 unless $since_16;
	here('ALTER SUBSCRIPTION secured SET (password_required = true)');
	like(found('secured'), qr/^error\|password$/m, 'an owner who may not connect without a password');
	like(here(q{SELECT detail FROM schemaver.check_subscription('foreign_', 'publisher')}), qr/as its owner, .*, which the owner of the subscription cannot become/, 'as whom it writes');
}

# The subscription's own connection is for superusers.
is(here('SELECT "check" FROM schemaver.check_subscription(\'added\')'), 'missing column', 'without a server');
here('CREATE ROLE plain LOGIN; GRANT pg_monitor TO plain');
my (undef, undef, $denied) = $node{subscriber}->psql('postgres', "SELECT schemaver.check_subscription('added')", extra_params => [ '-U', 'plain' ]);
like($denied, qr/is for superusers to use/, 'and for nobody else');

# What the publisher refuses by itself.
there('ALTER TABLE fine DROP CONSTRAINT fine_pkey');
like(found('fine'), qr/^error\|replica identity$/m, 'no replica identity at the publisher');
my (undef, undef, $errors) = $node{publisher}->psql('postgres', "UPDATE fine SET v = 'z'");
like($errors, qr/does not have a replica identity/, 'which the publisher says too, later');
there('ALTER TABLE fine ADD PRIMARY KEY (id)');

# Tables that come and go.
there('CREATE TABLE later (id int PRIMARY KEY); ALTER PUBLICATION fine ADD TABLE later');
here('CREATE TABLE later (id int PRIMARY KEY)');
is(found('fine'), 'warning|not subscribed', 'a table that waits for REFRESH');
here('ALTER SUBSCRIPTION fine REFRESH PUBLICATION');
is(found('fine'), '', 'and has had it');
there('ALTER PUBLICATION fine DROP TABLE later');
is(found('fine'), 'warning|not published', 'no more');
there('DROP PUBLICATION extra');
is(found('extra'), "error|missing publication\nwarning|not published", 'no such publication');

# Types by their meaning: an enum with a label less, in a schema of its own; a partitioned table by its partitions.
my $many = <<'SQL';
CREATE SCHEMA apart; CREATE TYPE apart.mood AS ENUM ('calm', 'cross');
CREATE TABLE apart.moods (id int PRIMARY KEY, mood apart.mood);
CREATE TABLE apart.parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE apart.part1 PARTITION OF apart.parts FOR VALUES FROM (0) TO (10);
SQL
$_->safe_psql('postgres', $many) for values %node;
there("ALTER TYPE apart.mood ADD VALUE 'merry'; CREATE PUBLICATION apart FOR TABLES IN SCHEMA apart");
here("CREATE SUBSCRIPTION apart CONNECTION '$connection' PUBLICATION apart WITH (copy_data = false)");
is(here(q{SELECT severity, "check", "table" FROM schemaver.check_subscription('apart', 'publisher')}), 'warning|column type|apart.moods', 'an enum');
there('CREATE TABLE apart.part2 PARTITION OF apart.parts FOR VALUES FROM (10) TO (20)');
like(here(q{SELECT severity, "check", "table" FROM schemaver.check_subscription('apart', 'publisher')}), qr/^error\|missing table\|apart.part2$/m, 'a partition');

(undef, undef, $errors) = $node{subscriber}->psql('postgres', "\\set VERBOSITY verbose\nSELECT schemaver.check_subscription('fin', 'publisher')");
like($errors, qr/SV007: there is no subscription "fin".*Did you mean fine/s, 'an unknown subscription');
$_->stop for reverse map { $node{$_} } sort keys %node;
done_testing();
