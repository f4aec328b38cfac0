# A fingerprint stays the same through everything that leaves the schema as it is: dump and restore in each format,
# objects made in another order, maintenance, the session's settings, who asks. And each way of saying something
# that the server deparses otherwise than it was said has the same digest after a restore, and after two.
use strict;
use warnings;
use lib 'test/stability';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Spellings;
use Test::More;

# Money has another sign elsewhere, and a machine may know no other place.
my $locales = PostgreSQL::Test::Utils::tempdir;
system_or_bail('localedef', '-i', 'de_DE', '-f', 'UTF-8', '--no-archive', "$locales/de_DE.UTF-8");
$ENV{LOCPATH} = $locales;

my $node = PostgreSQL::Test::Cluster->new('stability');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "fsync = off\nmax_locks_per_transaction = 256\nmax_connections = 20");
$node->start;
my $folder = $PostgreSQL::Test::Utils::tmp_check;
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');

# The databases

sub create
{
	my ($database) = @_;
	return $node->safe_psql('postgres', qq{CREATE DATABASE "$database" TEMPLATE template0});
}

# Not every statement of a file works everywhere: some want PostGIS. Those fail, and the rest loads.
sub load
{
	my ($database, @files) = @_;
	return run_log([ 'psql', '-XqAt', '-o', '/dev/null', '-d', $node->connstr($database), map { ('-f', $_) } @files ]);
}

sub fingerprint
{
	my ($database, $settings, %options) = @_;
	return $node->safe_psql($database, "SET client_min_messages = error;\n" . ($settings // '') . ";\nSELECT schemaver.fingerprint()",
		extra_params => [ '-U', $options{user} // $superuser ]);
}

sub digests
{
	my ($database) = @_;
	my $rows = $node->safe_psql($database, <<'SQL');
SET client_min_messages = error;
SELECT kind || ' ' || translate(identity, E'\n', ' ') || E'\t' || digest FROM schemaver.objects();
SQL
	return { map { split /\t(?=[^\t]*$)/ } split /\n/, $rows };
}

# Compares the fingerprints, and where they differ says in what.
sub is_same
{
	my ($database, $original, $name) = @_;
	my ($now, $before) = (fingerprint($database), fingerprint($original));
	like($before, qr/^sv1:[0-9a-f]{64}$/, "$name: a fingerprint") unless $before =~ /^sv1:[0-9a-f]{64}$/;
	return if is($now, $before, $name);
	my ($new, $old) = (digests($database), digests($original));
	diag("differs: $_") for grep { ($new->{$_} // '') ne ($old->{$_} // '') } sort keys %{ { %$new, %$old } };
}

# Dump and restore

sub dump_ok
{
	my ($database, $file, @options) = @_;
	$node->command_ok([ 'pg_dump', @options, '-f', "$folder/$file", '-d', $node->connstr($database) ], "$file: dump");
}

sub restore_ok
{
	my ($database, $file, @options) = @_;
	create($database);
	return $node->command_ok([ 'pg_restore', '-d', $node->connstr($database), @options, "$folder/$file" ], "$database: restore");
}

sub test_dumps
{
	my ($name) = @_;
	dump_ok($name, "$name.dump", '-Fc');
	restore_ok("${name}_once", "$name.dump");
	is_same("${name}_once", $name, "$name: the same after dump and restore, custom format");
	dump_ok("${name}_once", "${name}_once.dump", '-Fc');
	restore_ok("${name}_twice", "${name}_once.dump");
	is_same("${name}_twice", $name, "$name: the same after the dump of the restored one");

	dump_ok($name, "$name.folder", '-Fd', '-j2');
	restore_ok("${name}_folder", "$name.folder", '-j2');
	is_same("${name}_folder", $name, "$name: the same from a folder with jobs");

	dump_ok($name, "$name.sql", '-Fp');
	create("${name}_plain");
	$node->command_ok([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr("${name}_plain"), '-f', "$folder/$name.sql" ],
		"${name}_plain: restore");
	is_same("${name}_plain", $name, "$name: the same from a plain dump");
	return test_other_order($name);
}

# The dump's entries from the last to the first, as often as one more of them succeeds for that, and then what is
# left as it comes. What is there already fails again and changes nothing.
sub test_other_order
{
	my ($name) = @_;
	my $list = "$folder/$name.list";
	my ($entries) = run_command([ 'pg_restore', '--list', "$folder/$name.dump" ]);
	my @entries = grep { !/^;/ && !/SUBSCRIPTION/ } split /\n/, $entries;
	create("${name}_reversed");
	$node->safe_psql("${name}_reversed", 'CREATE EXTENSION schemaver');
	for my $order ([ reverse @entries ], [ reverse @entries ], \@entries, [ grep { /SUBSCRIPTION/ } split /\n/, $entries ])
	{
		next unless @$order;
		append_list($list, @$order);
		run_log([ 'pg_restore', '--schema-only', '-L', $list, '-d', $node->connstr("${name}_reversed"), "$folder/$name.dump" ],
			'2>', "$folder/$name.errors");
	}
	my $oids = "SELECT string_agg(relname, ' ' ORDER BY oid) FROM pg_class WHERE oid >= 16384 AND relkind = 'r' AND relnamespace <> 'schemaver'::regnamespace";
	isnt($node->safe_psql("${name}_reversed", $oids), $node->safe_psql($name, $oids), "$name: its tables came in another order");
	is_same("${name}_reversed", $name, "$name: the same when made in another order");
}

sub append_list
{
	my ($file, @lines) = @_;
	unlink $file;
	append_to_file($file, join("\n", @lines) . "\n");
}

# Maintenance, settings, users

# CLUSTER without a name does what has been clustered before: to name an index would be a change of the schema.
sub test_maintenance
{
	my ($name, $clustered) = @_;
	my $copy = "${name}_once";
	$node->safe_psql($_, "ALTER TABLE $clustered->[0] CLUSTER ON $clustered->[1]") for $clustered ? ($name, $copy) : ();
	my $filenodes = "SELECT sum(pg_relation_filenode(oid)::bigint) FROM pg_class WHERE relkind IN ('r', 'i', 'm')";
	my $before = $node->safe_psql($copy, $filenodes);
	for my $command ('ANALYZE', 'VACUUM FULL', 'REINDEX SYSTEM', 'REINDEX DATABASE', 'CLUSTER', 'VACUUM FREEZE ANALYZE')
	{
		$node->safe_psql($copy, $command =~ /^REINDEX/ ? qq{$command "$copy"} : $command);
		is_same($copy, $name, "$name: the same after $command");
	}
	return isnt($node->safe_psql($copy, $filenodes), $before, "$name: and the files are others");
}

my @settings = (
	"search_path = ''", 'search_path = app, spelling, public', 'search_path = pg_temp, public, app',
	'search_path = information_schema, pg_catalog',
	"TimeZone = 'America/St_Johns'", "TimeZone = 'Asia/Kathmandu'", "timezone_abbreviations = 'Australia'",
	"DateStyle = 'SQL, DMY'", "DateStyle = 'German'", "DateStyle = 'Postgres, MDY'",
	'IntervalStyle = sql_standard', 'IntervalStyle = postgres_verbose', 'IntervalStyle = iso_8601',
	'bytea_output = escape', 'quote_all_identifiers = on', 'standard_conforming_strings = off',
	'extra_float_digits = 3', 'extra_float_digits = -15', 'xmloption = document', 'xmlbinary = hex',
	'array_nulls = off', 'transform_null_equals = on', 'backslash_quote = off', 'client_encoding = LATIN1',
	"lc_numeric = 'POSIX'", "default_text_search_config = 'simple'", 'row_security = off', 'check_function_bodies = off',
	'default_transaction_read_only = on', "default_transaction_isolation = 'serializable'", 'join_collapse_limit = 1',
	'geqo_threshold = 2', 'session_replication_role = replica', "default_tablespace = 'pg_default'",
	'plan_cache_mode = force_generic_plan', 'enable_indexscan = off', 'jit = on');
push @settings, "lc_monetary = 'de_DE.UTF-8'";

isnt($node->safe_psql('postgres', "SET lc_monetary = 'de_DE.UTF-8'; SELECT 1::money"), $node->safe_psql('postgres', 'SELECT 1::money'), 'money is written otherwise elsewhere');

sub test_settings
{
	my ($name) = @_;
	my $expected = fingerprint($name);
	is(fingerprint($name, "SET $_"), $expected, "$name: the same with $_") for @settings;
	my $all = join ";\n", map { "SET $_" } reverse @settings;
	is(fingerprint($name, $all), $expected, "$name: the same with all of them");
}

sub test_users
{
	my ($name) = @_;
	my $expected = fingerprint($name);
	$node->safe_psql('postgres', qq{ALTER DATABASE "$name" OWNER TO regress_stable_owner});
	# Who may call it: superusers, the database's owner, and who has pg_monitor, with no right to any object.
	is(fingerprint($name, undef, user => $_), $expected, "$name: the same for $_") for qw(regress_stable_owner regress_stable_watcher);
	is(fingerprint($name, 'SET ROLE regress_stable_watcher'), $expected, "$name: the same for a role that was set");
	is(fingerprint($name, 'SET SESSION AUTHORIZATION regress_stable_watcher'), $expected, "$name: the same for another session user");
	my $restored = fingerprint("${name}_once", undef, user => 'regress_stable_watcher');
	is($restored, $expected, "$name: the same for one who only watches, where it was restored");
	$node->safe_psql('postgres', qq{ALTER DATABASE "$name" OWNER TO "$superuser"});
}

sub test_spellings
{
	my ($original, @restored) = map { digests($_) } qw(spelling spelling_once spelling_twice);
	my $check = sub {
		my ($name, $objects) = @_;
		my @names = grep { /$objects/ } sort keys %$original;
		my @different = grep { my $key = $_; grep { ($_->{$key} // '') ne $original->{$key} } @restored } @names;
		ok(@names && !@different, "$name: the same after one restore and two") or diag(@names ? @different : 'no such object');
	};
	for my $number (1 .. @Spellings::expressions) { $check->($Spellings::expressions[ $number - 1 ][0], qr/\b[tvpg]_$number\b/); }
	for my $number (1 .. @Spellings::queries) { $check->($Spellings::queries[ $number - 1 ][0], qr/\b[qf]_$number\b/); }
	$check->('defaults', qr/^table spelling\.defaults$/);
	$check->('generated names of NOT NULL', qr/^table spelling\.(not_nullable|heir|whole|part|later)$/);
	$check->('partition keys', qr/^table spelling\.by_expression$/);
	$check->('exclusion constraints', qr/^table spelling\.ranges$/);
	$check->("functions' defaults", qr/^function spelling\.with_defaults/);
	$check->('indexes', qr/^index spelling\.base_in$/);
	$check->('rules', qr/^rule .*base_in on spelling\.base/);
	$check->('a domain', qr/^(type|domain) spelling\.kind$/);
}

# The tests

$node->safe_psql('postgres', 'CREATE ROLE regress_stable_owner LOGIN; CREATE ROLE regress_stable_watcher LOGIN IN ROLE pg_monitor');

create('everything');
$node->safe_psql('everything', 'CREATE EXTENSION schemaver');
$node->command_ok([ 'psql', '-XqAt', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('everything'), '-f', 'test/sensitivity/everything.sql' ],
	'everything: loaded');
# What no dump carries over: a label whose provider is not loaded, an extension's version that is not the newest.
$node->safe_psql('everything', <<'SQL');
SET allow_system_table_mods = on;
DELETE FROM pg_seclabel WHERE provider = 'dummy';
ALTER EXTENSION hstore UPDATE;
SQL

create('demo');
$node->safe_psql('demo', 'CREATE EXTENSION schemaver; CREATE ROLE migrator; CREATE ROLE scheduler_app; CREATE ROLE scheduler_report');
load('demo', glob 'test/demo/migrations/*.sql');

create('spelling');
$node->safe_psql('spelling', 'CREATE EXTENSION schemaver');
$node->safe_psql('spelling', Spellings::sql());

my $corpus = $ENV{SCHEMAVER_CORPUS} // '../shared/corpus';
my @corpus = map { m{([^/]+)\.sql$} } glob "$corpus/*.sql";
for my $name (@corpus)
{
	create($name);
	$node->safe_psql($name, 'CREATE EXTENSION schemaver');
	load($name, "$corpus/$name.sql");
}

for my $name ('everything', 'demo', 'spelling', @corpus)
{
	cmp_ok(scalar keys %{ digests($name) }, '>', 40, "$name: it has objects");
	test_dumps($name);
}
test_spellings();
test_settings($_) for qw(everything spelling);
test_users($_) for 'everything', 'demo', @corpus;
test_maintenance('everything', [ 'app.people', 'people_pkey' ]);
test_maintenance('spelling');

SKIP:
{
	skip("no schemas in $corpus", 1) unless @corpus;
	ok(1, "tested with @corpus");
}
$node->stop;
done_testing();
