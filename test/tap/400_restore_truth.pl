# Is the verdict true? For more than a thousand pairs of schemas a data-only dump of the one is really loaded into
# the other, and what arrived is compared with what check_restore() had said.
#
# restore_truth.families has the schemas, by family. Database number N holds variant N of every family, each in a
# schema of its own, so one load tries a pair of each family at once. pg_restore goes on after an error, so one
# table's failure leaves the others alone; with --disable-triggers, as check_restore() recommends.
#
# A table is *broken* when a row has not arrived, a value is not what it was (converted back to its old type), or
# the loaded rows break a constraint here that was not looked at on the way. It is *named* when a finding of
# severity error is about it. Broken and not named is a miss, named and not broken a false alarm; and where COPY
# says what it stumbled over, a finding must have said the same.
use strict;
use warnings;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

# The false alarms that are known, each with the reason why the rules do not know better.
my %explained = (
	'times: timestamptz -> timestamp' => 'read in UTC no hour comes twice; in other time zones one of each year does',
	'times: milliseconds -> timestamp' => 'as above',
	(map { ($_ => 'which values are of a hash is not computed; those of these rows are') }
		'list: a, b -> by hash', 'list: ab, c -> by hash', 'list: a, default -> by hash', 'list: ba, default -> by hash'),
	'uniqueness: citext -> lower(a)' => 'as below',
	'uniqueness: lower(a) -> citext' => 'that citext compares by lower() is what citext does, not what its definition says',
);

my $databases = 8;
my $folder = $PostgreSQL::Test::Utils::tmp_check;
my $json = JSON::PP->new->utf8;
my $started = time;

# Families
my (@families, %variants);
for (split /^(?=-)/m, slurp_file('test/tap/restore_truth.families'))
{
	next if /^#/;
	if (/^-- (\w+)/) { push @families, $1; next }
	my ($name, $sql) = /^- ([^\n]*)\n(.*)/s or next;
	push @{ $variants{ $families[-1] } }, { name => $name, sql => $sql };
}
sub variant { my ($family, $number) = @_; return $variants{$family}[ $number % @{ $variants{$family} } ] }

my $node = PostgreSQL::Test::Cluster->new('truth');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\ntimezone = UTC\nmax_wal_size = 4GB\nautovacuum = off\njit = off");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE template_of_all IS_TEMPLATE true');
my $has_citext = $node->safe_psql('postgres', "SELECT count(*) FROM pg_available_extensions WHERE name = 'citext'");
$node->safe_psql('template_of_all', <<'SQL' . ($has_citext ? 'CREATE EXTENSION citext;' : 'CREATE DOMAIN citext AS text;'));
CREATE EXTENSION schemaver;
CREATE EXTENSION postgres_fdw;
CREATE SERVER nowhere FOREIGN DATA WRAPPER postgres_fdw;
CREATE SCHEMA truth;

-- The schemas of the families.
CREATE VIEW truth.relation AS
SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS identity, c.relkind
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
WHERE nspname !~ '^(pg_|information_schema|public|truth|schemaver)';

-- Every row of every table, as text, with the types of its columns; every sequence; and the types that a table uses.
CREATE FUNCTION truth.contents() RETURNS jsonb LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE one record; what text; rows jsonb; tables jsonb := '{}'; sequences jsonb := '{}'; state jsonb;
BEGIN
  FOR one IN SELECT * FROM truth.relation WHERE relkind = 'r' LOOP
    SELECT string_agg(format('%L, %I::text', attname, attname), ', ' ORDER BY attnum) INTO what FROM pg_attribute
    WHERE attrelid = one.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    EXECUTE format('SELECT jsonb_agg(jsonb_build_object(%s)) FROM ONLY %s', what, one.identity) INTO rows;
    tables := tables || jsonb_build_object(one.identity, jsonb_build_object('rows', rows, 'types',
      (SELECT jsonb_object_agg(attname, format_type(atttypid, atttypmod)) FROM pg_attribute
       WHERE attrelid = one.oid AND attnum > 0 AND NOT attisdropped), 'uses',
      (WITH RECURSIVE u(type) AS (
         SELECT atttypid FROM pg_attribute WHERE attrelid = one.oid AND attnum > 0 AND NOT attisdropped
         UNION
         SELECT x.type FROM u JOIN pg_type AS t ON t.oid = u.type CROSS JOIN LATERAL (
           SELECT t.typelem UNION SELECT t.typbasetype
           UNION SELECT atttypid FROM pg_attribute WHERE attrelid = t.typrelid AND t.typrelid <> 0) AS x(type))
       SELECT jsonb_agg(format_type(type, NULL)) FROM u WHERE type <> 0)));
  END LOOP;
  FOR one IN SELECT * FROM truth.relation WHERE relkind = 'S' LOOP
    EXECUTE format('SELECT jsonb_build_array(last_value, is_called) FROM %s', one.identity) INTO state;
    sequences := sequences || jsonb_build_object(one.identity, state);
  END LOOP;
  RETURN jsonb_build_object('tables', tables, 'sequences', sequences);
END $$;

-- The value as its old type writes it; NULL where it cannot go back.
CREATE FUNCTION truth.back(expression text) RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE result text;
BEGIN
  EXECUTE 'SELECT (' || expression || ')::text' INTO result;
  RETURN result;
EXCEPTION WHEN OTHERS THEN RETURN NULL;
END $$;

-- What is broken: table or sequence, and why.
CREATE FUNCTION truth.compare(there jsonb, OUT what text, OUT why text) RETURNS SETOF record
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE name text; entry jsonb; here truth.relation; a_row jsonb; arrived jsonb; col text; number bigint; expected bigint; state jsonb;
BEGIN
  FOR name, entry IN SELECT * FROM jsonb_each(there->'tables') LOOP
    what := name;
    SELECT * INTO here FROM truth.relation WHERE identity = name AND relkind IN ('r', 'p');
    IF NOT FOUND THEN why := 'no such table'; RETURN NEXT; CONTINUE; END IF;
    EXECUTE format('SELECT count(*) FROM %s %s', CASE here.relkind WHEN 'r' THEN 'ONLY' ELSE '' END, name) INTO number;
    -- What is a partition or has some may hold rows of other tables as well.
    expected := jsonb_array_length(coalesce(nullif(entry->'rows', 'null'), '[]'));
    IF number < expected OR number > expected AND here.relkind = 'r'
       AND NOT (SELECT relispartition FROM pg_class WHERE oid = here.oid) THEN
      why := format('%s rows of %s', number, expected); RETURN NEXT; CONTINUE;
    END IF;
    <<rows>> FOR a_row IN SELECT * FROM jsonb_array_elements(nullif(entry->'rows', 'null')) LOOP
      EXECUTE format('SELECT jsonb_build_object(%s) FROM %s WHERE id = %s',
        (SELECT string_agg(format('%L, %I::text', attname, attname), ', ') FROM pg_attribute
         WHERE attrelid = here.oid AND attnum > 0 AND NOT attisdropped), name, a_row->>'id') INTO arrived;
      FOR col IN SELECT * FROM jsonb_object_keys(a_row) LOOP
        IF arrived IS NULL OR NOT (arrived ? col) THEN why := 'lost ' || col; RETURN NEXT; EXIT rows; END IF;
        IF (arrived->>col) IS NOT DISTINCT FROM (a_row->>col)
           OR truth.back(format('(%L)::%s', arrived->>col, entry->'types'->>col)) = (a_row->>col)
           OR truth.back(format('(%L)::%s::%s', arrived->>col, (SELECT format_type(atttypid, atttypmod) FROM pg_attribute
             WHERE attrelid = here.oid AND attname = col), entry->'types'->>col)) = (a_row->>col)
        THEN CONTINUE; END IF;
        why := format('%s of %s was %L and is %L', col, a_row->>'id', a_row->>col, arrived->>col); RETURN NEXT; EXIT rows;
      END LOOP;
    END LOOP;
  END LOOP;
  FOR name, entry IN SELECT * FROM jsonb_each(there->'sequences') LOOP
    what := name;
    SELECT * INTO here FROM truth.relation WHERE identity = name AND relkind = 'S';
    IF NOT FOUND THEN why := 'no such sequence'; RETURN NEXT; CONTINUE; END IF;
    EXECUTE format('SELECT jsonb_build_array(last_value, is_called) FROM %s', name) INTO state;
    IF state <> entry THEN why := format('was %s and is %s', entry, state); RETURN NEXT; END IF;
  END LOOP;
END $$;

-- Constraints that triggers enforce, and --disable-triggers therefore leaves out. One that is NOT VALID claims nothing.
CREATE FUNCTION truth.violations(OUT what text, OUT why text) RETURNS SETOF record
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE one record;
BEGIN
  FOR one IN SELECT conname, identity, pg_get_constraintdef(c.oid) AS definition
             FROM pg_constraint AS c JOIN truth.relation AS r ON r.oid = conrelid
             WHERE conparentid = 0 AND convalidated AND (contype = 'f' OR condeferrable) LOOP
    BEGIN
      EXECUTE format('ALTER TABLE %s ADD %s', one.identity, replace(one.definition, ' NOT VALID', ''));
      SET CONSTRAINTS ALL IMMEDIATE;
      RAISE 'kept' USING ERRCODE = 'TT000';
    EXCEPTION WHEN SQLSTATE 'TT000' THEN NULL;
      WHEN OTHERS THEN what := one.identity; why := one.conname || ' is broken'; RETURN NEXT;
    END;
  END LOOP;
END $$;

CREATE TABLE truth.mode AS SELECT oid, tgenabled FROM pg_trigger WHERE false;
CREATE FUNCTION truth.reset() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE one record;
BEGIN
  PERFORM set_config('session_replication_role', 'replica', true);
  FOR one IN SELECT identity FROM truth.relation WHERE relkind IN ('r', 'p') LOOP
    EXECUTE 'DELETE FROM ' || one.identity;  -- quicker than TRUNCATE, which makes new files
  END LOOP;
  PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence WHERE seqrelid IN (SELECT oid FROM truth.relation);
  FOR one IN SELECT t.tgrelid::regclass AS relation, tgname, m.tgenabled FROM truth.mode AS m JOIN pg_trigger AS t USING (oid)
             WHERE m.tgenabled <> t.tgenabled LOOP
    EXECUTE format('ALTER TABLE %s %s TRIGGER %I', one.relation, CASE one.tgenabled WHEN 'D' THEN 'DISABLE'
      WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE' END, one.tgname);
  END LOOP;
END $$;
SQL

# The databases, each with its dump and its metadata; then their rows go.
my @source;
for my $number (0 .. $databases - 1)
{
	my $database = "database_$number";
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template_of_all");
	my $sql = join '', map { "CREATE SCHEMA $_; SET search_path = $_;\n" . variant($_, $number)->{sql} . ";\n" } @families;
	my $output = $node->safe_psql($database, <<SQL);
SET client_min_messages = warning;
\\o /dev/null
$sql
INSERT INTO truth.mode SELECT oid, tgenabled FROM pg_trigger WHERE NOT tgisinternal;
RESET search_path;
\\o $folder/metadata.$number
SELECT schemaver.stamp_backup('$number');
\\o
SELECT truth.contents();
SQL
	$source[$number] = { contents => $output, decoded => $json->decode($output) };
	command_ok_quietly('pg_dump', '--format=custom', '--data-only', '--exclude-schema=schemaver', '--exclude-schema=truth',
		"--file=$folder/dump.$number", '--dbname=' . $node->connstr($database));
	$node->safe_psql($database, 'SET client_min_messages = warning; SELECT truth.reset()');
}

sub command_ok_quietly
{
	my ($out, $err);
	IPC::Run::run([@_], '>', \$out, '2>', \$err) or die "@_: $err";
}

# Every dump into every database, in one session for each.
my $restore = 'pg_restore --data-only --disable-triggers --verbose';
my (%count, @misses, %false_alarms, @elsewhere, %tried);
for my $to (0 .. $databases - 1)
{
	my $database = "database_$to";
	my $script = "SET client_min_messages = warning;\n";
	for my $from (0 .. $databases - 1)
	{
		my $connection = $node->connstr($database);
		# The verdict follows from the findings: tried with itself and one other.
		my $verdict = $from == $to || $from == ($to + 1) % $databases
		  ? "SELECT 'verdict', to_jsonb(r) FROM schemaver.check_restore(:'metadata') AS r;" : "SELECT 'verdict', 'null'::jsonb;";
		my $contents = $source[$from]{contents} =~ s/'/''/gr;
		$script .= <<SQL;
\\set metadata `cat $folder/metadata.$from`
$verdict
SELECT 'findings', coalesce(jsonb_agg(to_jsonb(f)), '[]') FROM schemaver.restore_findings(:'metadata') AS f;
\\! $restore --dbname='$connection' $folder/dump.$from 2> $folder/errors.$from.$to
SET schemaver.capture = off;
SELECT 'broken', coalesce(jsonb_agg(to_jsonb(b)), '[]')
FROM (SELECT * FROM truth.compare('$contents') UNION ALL SELECT * FROM truth.violations()) AS b;
SELECT truth.reset();
RESET schemaver.capture;
SQL
	}
	my ($status, $output, $errors) = $node->psql($database,
		$script . "SELECT 'indexes', jsonb_object_agg(i.indexrelid::regclass, i.indrelid::regclass) FROM pg_index AS i;");
	is($errors, '', "$database: the script ran") or BAIL_OUT('no comparison');
	my %section;
	push @{ $section{$1} }, JSON::PP->new->utf8->allow_nonref->decode($2) while $output =~ /^(verdict|findings|broken|indexes)\|(.*)$/mg;
	judge($_, $to, $section{verdict}[$_], $section{findings}[$_], $section{broken}[$_], $section{indexes}[0]) for 0 .. $databases - 1;
}

sub judge
{
	my ($from, $to, $verdict, $findings, $broken, $indexes) = @_;
	my (%broken, %named);
	push @{ $broken{ $_->{what} } }, $_->{why} for @$broken;
	for my $finding (grep { $_->{severity} eq 'error' } @$findings)
	{
		push @{ $named{$_} }, $finding for named_by($from, $to, $finding, $indexes);
	}
	my $message = messages($from, $to);
	is_deeply([ sort grep { !$broken{$_} } keys %$message ], [], "$from into $to: where pg_restore fails something is broken");
	# A list of all schemas is known by its verdict only where it is one with itself; its parts are judged below.
	my $errors = grep { $_->{severity} eq 'error' } @$findings;
	is($verdict->{verdict} =~ /^(match|compatible)$/ ? 0 : 1, $errors > 0 ? 1 : 0, "$from into $to: the verdict follows from the findings") if $verdict;
	# A schema takes its own rows, but where a constraint is NOT VALID: rows from before it are refused when they come back.
	my @unlike = grep { $_->{severity} eq 'error' && $_->{detail} !~ /is NOT VALID in the backup/ } @$findings;
	is($verdict->{verdict}, $errors && !@unlike ? 'incompatible' : 'match', "$from into itself") if $from == $to;
	for my $family (@families)
	{
		my ($old, $new) = (variant($family, $from)->{name}, variant($family, $to)->{name});
		my $pair = "$family: $old -> $new";
		$tried{$pair}++;
		my @broken = grep { /^$family\./ } sort keys %broken;
		my @named = grep { /^$family\./ } sort keys %named;
		for (grep { !$named{$_} } @broken) { push @misses, "$pair: $_: " . join('; ', @{ $broken{$_} }, $message->{$_} // ()) }
		for (grep { !$broken{$_} } @named) { $false_alarms{$pair} = "$_: " . join '; ', map { "$_->{check}: $_->{detail}" } @{ $named{$_} } }
		$count{ !@named && !@broken ? 'loads' : @named && @broken ? 'fails' : @named ? 'false alarm' : 'miss' }{$pair} = 1;
		for my $table (grep { $named{$_} && $message->{$_} } @broken)
		{
			push @elsewhere, "$pair: $table: $message->{$table}; named: " . join '; ', map { $_->{detail} } @{ $named{$table} }
			  unless grep { says_the_same($_, $message->{$table}) } @{ $named{$table} };
		}
	}
}

# The tables and sequences that a finding is about.
sub named_by
{
	my ($from, $to, $finding, $indexes) = @_;
	my $identity = $finding->{identity};
	my $tables = $source[$from]{decoded}{tables};
	return ($identity) if $finding->{kind} eq 'table' || $finding->{kind} eq 'sequence';
	return ($indexes->{$identity}) if $finding->{kind} eq 'index';
	$identity =~ s/^.* on //s if $finding->{kind} =~ /constraint/;
	my $here = $source[$to]{decoded}{tables};
	my %uses = map { $_ => [ map { @{ $_->{uses} // [] } } $tables->{$_}, $here->{$_} ] } keys %$tables;
	return grep { grep { $_ eq $identity } @{ $uses{$_} } } keys %$tables if $finding->{kind} =~ /^(type|domain constraint)$/;
	return grep { $identity eq $_ || $identity =~ /^\Q$_\E\./ } keys %$tables;
}

# What pg_restore said, by table and sequence.
sub messages
{
	my ($from, $to) = @_;
	my ($at, %message);
	for (split /^(?=pg_restore: )/m, slurp_file("$folder/errors.$from.$to"))
	{
		$at = $1 if /processing data for table "(.*)"$/s || /(?:dis|en)abling triggers for (.*)$/;
		next unless /^pg_restore: error: (.*)/s;
		my $text = $1;
		my ($place) = $text =~ /setval\('([^']*)'/ || $text =~ /ALTER TABLE (.*) (?:DIS|EN)ABLE TRIGGER/s ? $1 : quoted($at);
		$message{$place} .= $text =~ s/\s+/ /gr;
	}
	return \%message;
}

# pg_restore does not quote names: the table of this name that the families have.
sub quoted
{
	my ($name) = @_;
	my ($schema, $table) = $name =~ /^(\w+)\.(.*)$/s or return $name;
	return $table =~ /^[a-z_][a-z0-9_]*$/ ? $name : "$schema.\"" . $table =~ s/"/""/gr . '"';
}

sub says_the_same
{
	my ($finding, $message) = @_;
	return 1 if $finding->{kind} =~ /^(type|domain constraint|sequence|table)$/;
	my ($name) = $finding->{kind} eq 'table constraint' ? $finding->{identity} =~ /^(.*) on /
	  : $finding->{kind} eq 'index' ? $finding->{identity} =~ /\.(.*)$/s : $finding->{identity} =~ /^\w+\.(?:".*?"|\w+)\.(.*)$/s;
	$name =~ s/^"(.*)"$/$1/s && $name =~ s/""/"/g;
	return $message =~ /\Q$name\E/;
}

my $pairs = keys %tried;
my $alarms = keys %false_alarms;
my $alarming = $alarms + keys %{ $count{fails} };
note($_) for map { "false alarm: $_: $false_alarms{$_}" } sort keys %false_alarms;
# Printed by `make test` too, which hides notes.
diag(sprintf '%d pairs of schemas: %d load, %d fail as they were said to, %d misses, %d false alarms (%.1f %% of %d alarms), %.0f s',
	$pairs, scalar keys %{ $count{loads} }, scalar keys %{ $count{fails} }, scalar @misses, $alarms,
	100 * $alarms / ($alarming || 1), $alarming, time - $started);
cmp_ok($pairs, '>=', 150, 'enough pairs');
cmp_ok(scalar keys %{ $count{loads} }, '>=', 100, 'enough that load');
cmp_ok(scalar keys %{ $count{fails} }, '>=', 100, 'enough that fail');
is(scalar @misses, 0, 'misses') or diag(join "\n", @misses);
is(scalar @elsewhere, 0, 'each error is where a finding says it is') or diag(join "\n", @elsewhere);
cmp_ok($alarms, '<', 0.03 * $alarming, 'false alarms are under 3 % of all alarms');
is_deeply([ sort keys %false_alarms ], [ sort keys %explained ], 'each false alarm is explained');

$node->stop;
done_testing();
