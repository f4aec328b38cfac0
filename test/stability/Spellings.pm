# What the server deparses otherwise than it was said, or otherwise from one version to the next, as a schema
# "spelling" with an object for each of the places where it can stand. To see it as SQL:
#
#     perl -Itest/stability -MSpellings -e 'print Spellings::sql()'
package Spellings;
use strict;
use warnings;

# Ways of saying it: each is a view's column and condition, a check, a policy and a trigger's condition.
our @expressions = (
	[ 'varchar IN', "{name} IN ('Ann', 'Bob')" ],
	[ 'varchar IN one', "{name} IN ('Ann')" ],
	[ 'varchar NOT IN', "{name} NOT IN ('Ann', 'Zoë')" ],
	[ 'char IN', "{code} IN ('a', 'b')" ],
	[ 'text IN', "{notes} IN ('a', 'b', NULL)" ],
	[ 'integer IN', "{number} IN (1, -2, 3)" ],
	[ 'numeric IN', "{price} IN (1, 2.5, -3.0)" ],
	[ 'enum IN', "{mood} IN ('sad', 'happy')" ],
	[ 'domain IN', "{kind} IN ('cat', 'dog')" ],
	[ 'date IN', "{born} IN ('2000-01-01', date '2001-02-03')" ],
	[ 'IN of columns', '{number} IN ({big}, {small}, 7)' ],
	[ 'ANY of an array', "{name} = ANY (ARRAY['Ann', 'Bob'])" ],
	[ 'ANY of a literal', "{name} = ANY ('{Ann,Bob}')" ],
	[ 'ALL of casts', "{name} <> ALL (ARRAY['Ann'::varchar, 'Bob'::varchar]::text[])" ],
	[ 'varchar = varchar', "{name} = 'Ann'::varchar(10)" ],
	[ 'EXTRACT', 'EXTRACT(year FROM {born}) > 2000' ],
	[ 'EXTRACT of a difference', 'EXTRACT(epoch FROM {until} - {since}) < 3600.5' ],
	[ 'date_part', "date_part('month', {since}) = 1" ],
	[ 'BETWEEN', '{number} BETWEEN 1 AND 10' ],
	[ 'NOT BETWEEN', "{born} NOT BETWEEN '2000-01-01' AND '2001-01-01'" ],
	[ 'BETWEEN SYMMETRIC', '{number} BETWEEN SYMMETRIC 10 AND -1' ],
	[ 'row comparison', "({number}, {name}) > (1, 'Ann')" ],
	[ 'row equality', 'ROW({number}, {big}) = ROW({small}, 2)' ],
	[ 'rows IN', "({number}, {notes}) IN ((1, 'a'), (2, 'b'))" ],
	[ 'row IS NULL', 'ROW({number}, {name}) IS NOT NULL' ],
	[ 'row IS DISTINCT', 'ROW({number}, {big}) IS DISTINCT FROM ROW(1, 2)' ],
	[ 'cast to text', "{number}::text || {name} = '1Ann'" ],
	[ 'CAST with a modifier', 'CAST({price} AS numeric(10,2)) > 1.10' ],
	[ 'cast of a negative number', '{small} > -1::smallint AND {number} > (-1)::integer AND {price} > -1.5' ],
	[ 'casts of casts', "({notes}::varchar(20))::text <> '1'::text" ],
	[ 'typed literals', "{since} > timestamptz '2000-01-01 12:00:00+05:45' AND {born} > date 'epoch'" ],
	[ 'intervals', "{until} - {since} < interval '1 day -02:03:04' + interval '1' month" ],
	[ 'floats', '{ratio} < 1.0e-3 OR {ratio} > 0.1::float4 OR {ratio} = 1e300' ],
	[ 'bytes and bits', "{bytes} <> '\\x00ff' AND B'101' <> X'1F'::bit(3)" ],
	[ 'money', "{cost} > 12.34::money AND {cost} < '\$99.50'::money" ],
	[ 'escapes', "{notes} <> E'tab\\t quote'' backslash\\\\' AND {notes} <> 'a\\b'" ],
	[ 'LIKE', "{name} LIKE 'A%' AND {name} NOT LIKE '%\\_' AND {name} NOT ILIKE 'x!%' ESCAPE '!'" ],
	[ 'SIMILAR TO', "{name} SIMILAR TO '(A|B)%' AND {name} ~ '^A' AND {name} !~* 'z'" ],
	[ 'COALESCE and friends', "COALESCE({name}, {notes}, '') <> NULLIF({notes}, 'x') AND GREATEST({number}, 1) > LEAST({big}, 2)" ],
	[ 'CASE', "CASE WHEN {number} > 1 THEN 'a' WHEN {number} IS NULL THEN NULL ELSE {notes} END = 'a'" ],
	[ 'CASE of a value', "CASE {name} WHEN 'Ann' THEN 1 WHEN 'Bob' THEN 2 END > 0" ],
	[ 'truth', '({active} IS TRUE OR {active} IS NOT UNKNOWN) AND NOT ({active} = false OR {active} IS NULL)' ],
	[ 'nested AND and OR', '({number} > 1 AND ({big} > 2 AND {small} > 3)) OR ({number} < 0 OR {big} < 0)' ],
	[ 'precedence', '{number} + {big} * ({small} - 1) % 7 = - {number} ^ 2' ],
	[ 'functions of the standard', "SUBSTRING({name} FROM 2 FOR 3) = TRIM(BOTH 'x' FROM {notes}) AND POSITION('a' IN {notes}) > 0" ],
	[ 'OVERLAY', "OVERLAY({notes} PLACING 'x' FROM 1 FOR 2) <> NORMALIZE({notes}, NFC)" ],
	[ 'AT TIME ZONE', "{since} AT TIME ZONE 'UTC' > timestamp '2000-01-01 00:00' AND ({since}, {until}) OVERLAPS ({until}, interval '1 day')" ],
	[ 'COLLATE', "{name} COLLATE \"C\" < 'b' COLLATE \"C\" AND {notes} > {name} COLLATE \"POSIX\"" ],
	[ 'arrays', "{tags}[1] = 'a' AND {tags}[2:3] <> '{}' AND ARRAY[{number}, 2]::bigint[] && ARRAY[]::bigint[] AND cardinality(ARRAY[[1,2],[3,4]]) = 4" ],
	[ 'composite', "({home}).town = 'Ulm' AND {home} <> ROW('Weg 1', 'Ulm')::spelling.address" ],
	[ 'json', "{data} ->> 'a' = 'b' AND {data} #> '{a,b}' IS NOT NULL AND {data} @> '{\"a\": 1}' AND {data}['k'] = '1'::jsonb" ],
	[ 'ranges', "{during} && tsrange('2000-01-01', '2001-01-01', '[)') AND '[1,5)'::int4range @> {number}" ],
	[ 'who and when', 'CURRENT_USER <> SESSION_USER AND CURRENT_TIMESTAMP > {since} AND LOCALTIME(0) > TIME \'01:02\' AND CURRENT_DATE >= {born}' ],
	[ 'xml', "{page} IS DOCUMENT AND xmlserialize(CONTENT xmlelement(name a, xmlattributes({number} AS n), {name}) AS text) <> ''" ],
	[ 'operators by schema', "{number} OPERATOR(pg_catalog.+) 1 > 2 AND @ {number} = 1 AND {notes} ^@ 'x'" ],
	[ 'named and variadic arguments', "make_interval(days => {number}) > '0' AND concat_ws(',', VARIADIC {tags}) <> format('%s', {number})" ],
	[ 'number constants', '{big} > 9223372036854775807 - 1 AND {price} <> 12345678901234567890 AND {number} <> +5 AND {price} > .5' ],
	[ 'boolean constants', "{active} = 't' OR {active} = TRUE OR {active} <> 'off'::boolean" ]);

# Ways of saying a query: each is a view, and a function's body.
our @queries = (
	[ 'view qualification', 'SELECT name, number FROM spelling.base WHERE number > 1' ],
	[ 'an alias', 'SELECT b.name AS title, b.number FROM spelling.base AS b (number, small) WHERE b.small > 1' ],
	[ 'a join', 'SELECT a.name, b.notes FROM spelling.base a JOIN spelling.base b ON a.number = b.big AND a.name = b.notes' ],
	[ 'JOIN USING', 'SELECT number, a.name FROM spelling.base a LEFT JOIN spelling.base b USING (number, name) RIGHT JOIN spelling.other USING (number)' ],
	[ 'NATURAL JOIN', 'SELECT number FROM spelling.other NATURAL JOIN spelling.base' ],
	[ 'comma join', "SELECT a.number FROM spelling.base a, spelling.other o WHERE a.number = o.number AND a.name IN ('x', 'y')" ],
	[ 'LATERAL', 'SELECT a.number, l.most FROM spelling.base a CROSS JOIN LATERAL (SELECT max(o.number) AS most FROM spelling.other o WHERE o.number < a.number) l' ],
	[ 'subqueries', "SELECT (SELECT max(number) FROM spelling.other) AS most, EXISTS (SELECT 1 FROM spelling.other WHERE label = name) AS there FROM spelling.base WHERE name IN (SELECT label FROM spelling.other) AND number > ALL (SELECT number FROM spelling.other)" ],
	[ 'aggregates', "SELECT name, count(*) FILTER (WHERE number > 1) AS some, string_agg(DISTINCT notes, ',' ORDER BY notes) AS list, percentile_cont(0.5) WITHIN GROUP (ORDER BY big) AS half FROM spelling.base GROUP BY name HAVING count(*) > 1" ],
	[ 'grouping sets', 'SELECT name, number, GROUPING(name, number) AS g FROM spelling.base GROUP BY ROLLUP (name, number), CUBE (big), GROUPING SETS ((), (name))' ],
	[ 'windows', 'SELECT name, rank() OVER w AS place, sum(number) OVER (PARTITION BY name ORDER BY born ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS total FROM spelling.base WINDOW w AS (ORDER BY number DESC NULLS LAST)' ],
	[ 'ORDER BY a label', 'SELECT number + 1 AS number, name FROM spelling.base ORDER BY number, base.number DESC LIMIT 5 OFFSET 2' ],
	[ 'DISTINCT ON', 'SELECT DISTINCT ON (name) name, number FROM spelling.base ORDER BY name, number DESC FETCH FIRST 3 ROWS WITH TIES' ],
	[ 'UNION', "SELECT name, 'x' AS kind FROM spelling.base UNION ALL SELECT label, 'y' FROM spelling.other EXCEPT (SELECT notes, NULL FROM spelling.base INTERSECT SELECT 'a', 'b')" ],
	[ 'VALUES', "SELECT v.a, v.b FROM (VALUES (1, 'one'), (-2, NULL)) AS v (a, b)" ],
	[ 'WITH', 'WITH a AS (SELECT number FROM spelling.base), b AS MATERIALIZED (SELECT number FROM a) SELECT a.number FROM a JOIN b USING (number)' ],
	[ 'WITH RECURSIVE', 'WITH RECURSIVE n (i) AS (SELECT 1 UNION SELECT i + 1 FROM n WHERE i < 10) SEARCH DEPTH FIRST BY i SET path CYCLE i SET seen USING way SELECT i, path::text AS path FROM n' ],
	[ 'functions in FROM', "SELECT g.i, u.word, u.place FROM generate_series(1, 3) AS g (i), unnest(ARRAY['a', 'b']) WITH ORDINALITY AS u (word, place), ROWS FROM (generate_series(1, 2), generate_series(3, 4)) AS r (x, y)" ],
	[ 'record functions', 'SELECT x.a, x.b FROM jsonb_to_record(\'{"a": 1}\') AS x (a integer, b varchar(5))' ],
	[ 'XMLTABLE', "SELECT x.n FROM spelling.base, XMLTABLE('/a/b' PASSING page COLUMNS n integer PATH '\@n' DEFAULT 1 NOT NULL, o FOR ORDINALITY) AS x" ],
	[ 'TABLESAMPLE', 'SELECT number FROM spelling.base TABLESAMPLE system (10) REPEATABLE (1)' ],
	[ 'FOR UPDATE', 'SELECT number FROM spelling.base FOR UPDATE OF base SKIP LOCKED' ],
	[ 'whole rows', 'SELECT b AS row, b.* FROM spelling.other b WHERE b IS NOT NULL' ],
	[ 'a view of a view', 'SELECT v.title FROM spelling.q_2 v WHERE v.number > 1' ],
	[ 'one quoted name', 'SELECT "Odd name" AS "select", "Odd name" AS odd FROM spelling.other' ]);

sub sql
{
	my $sql = <<'SQL';
CREATE SCHEMA spelling;
CREATE TYPE spelling.mood AS ENUM ('sad', 'happy');
CREATE TYPE spelling.address AS (street text, town text);
CREATE DOMAIN spelling.kind AS varchar(10) CHECK (VALUE IN ('cat', 'dog', 'cow'));
CREATE TABLE spelling.base (
    number integer, small smallint, big bigint, name varchar(10), code char(1), notes text, price numeric(8,2),
    ratio float8, mood spelling.mood, kind spelling.kind, born date, since timestamptz, until timestamptz,
    bytes bytea, cost money, active boolean, tags text[], home spelling.address, data jsonb, during tsrange, page xml);
CREATE TABLE spelling.other (number integer, label text, "Odd name" integer);
CREATE FUNCTION spelling.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE SEQUENCE spelling.counter;
CREATE TABLE spelling.defaults (
    a text DEFAULT 'x'::varchar, b varchar(5) DEFAULT 'x', c integer DEFAULT -1, d numeric DEFAULT '-1.5', e date DEFAULT '2000-01-01',
    f timestamptz DEFAULT '2000-01-01 00:00+01', g interval DEFAULT '1 year 2 mons -3 days 04:05:06.7', h text[] DEFAULT '{a,b}',
    i text[] DEFAULT ARRAY['a', 'b']::varchar[], j money DEFAULT 1234.5::money, k bytea DEFAULT '\x00ff', l float8 DEFAULT 0.1,
    m float4 DEFAULT 1e-7, n spelling.mood DEFAULT 'sad', o jsonb DEFAULT '{"b": 1, "a": [1,2]}', p bit(3) DEFAULT B'101',
    q timestamp DEFAULT (now() AT TIME ZONE 'utc'), r boolean DEFAULT ('a'::varchar IN ('a', 'b')), s name DEFAULT CURRENT_USER,
    t bigint DEFAULT nextval('spelling.counter'::regclass), u uuid DEFAULT gen_random_uuid(), v time DEFAULT LOCALTIME,
    w integer DEFAULT EXTRACT(year FROM date '2000-02-03'), x spelling.kind DEFAULT 'cat', y inet DEFAULT '10.0.0.1/8',
    z text GENERATED ALWAYS AS (CASE WHEN c BETWEEN 1 AND 2 THEN 'a' ELSE b END) STORED);
CREATE TABLE spelling.nullability (a integer NOT NULL, b integer, c serial, d integer PRIMARY KEY, e integer CONSTRAINT e_is_there NOT NULL);
ALTER TABLE spelling.nullability ALTER b SET NOT NULL;
ALTER TABLE spelling.nullability RENAME a TO first;
ALTER TABLE spelling.nullability RENAME TO not_nullable;
CREATE TABLE spelling.heir (b integer, f integer NOT NULL) INHERITS (spelling.not_nullable);
CREATE TABLE spelling.whole (a integer NOT NULL, b varchar(5)) PARTITION BY RANGE (a);
CREATE TABLE spelling.part PARTITION OF spelling.whole (b NOT NULL) FOR VALUES FROM (1) TO (10);
CREATE TABLE spelling.later (b varchar(5), a integer NOT NULL);
ALTER TABLE spelling.whole ATTACH PARTITION spelling.later FOR VALUES FROM (10) TO (MAXVALUE);
CREATE TABLE spelling.by_expression (at date, name varchar(9)) PARTITION BY RANGE (EXTRACT(year FROM at), (name IN ('a', 'b')));
CREATE TABLE spelling.ranges (id integer, during tsrange, kind varchar(5),
    EXCLUDE USING gist (during WITH &&) WHERE (kind IN ('a', 'b')));
CREATE FUNCTION spelling.with_defaults(a varchar DEFAULT 'x', b integer DEFAULT -1, c text[] DEFAULT ARRAY['a', 'b']::varchar[],
    d timestamptz DEFAULT '2000-01-01 00:00+01', e interval DEFAULT '1 mon',
    f boolean DEFAULT ('x'::varchar IN ('a', 'b'))) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE INDEX base_in ON spelling.base (lower(name), (number BETWEEN 1 AND 2)) WHERE name IN ('Ann', 'Bob') AND EXTRACT(year FROM born) > 2000;
CREATE STATISTICS spelling.base_statistics ON (name IN ('Ann', 'Bob')), (EXTRACT(year FROM born)) FROM spelling.base;
CREATE RULE base_in AS ON UPDATE TO spelling.base WHERE old.name IN ('Ann', 'Bob') AND new.number BETWEEN 1 AND 2
    DO ALSO INSERT INTO spelling.other (number, label) SELECT new.number, 'x' WHERE (new.number, new.name) > (1, 'a');
SQL
	my $number = 0;
	for my $expression (@expressions)
	{
		++$number;
		(my $plain = $expression->[1]) =~ s/\{(\w+)\}/$1/g;
		(my $new = $expression->[1]) =~ s/\{(\w+)\}/NEW.$1/g;
		$sql .= <<"SQL";
CREATE TABLE spelling.t_$number (LIKE spelling.base, CHECK ($plain));
CREATE VIEW spelling.v_$number AS SELECT t.number, $plain AS said, t.notes FROM spelling.t_$number AS t WHERE $plain;
CREATE POLICY p_$number ON spelling.t_$number USING ($plain) WITH CHECK (NOT ($plain));
CREATE TRIGGER g_$number BEFORE INSERT ON spelling.t_$number FOR EACH ROW WHEN ($new) EXECUTE FUNCTION spelling.touch();
SQL
	}
	$number = 0;
	for my $query (@queries)
	{
		++$number;
		$sql .= <<"SQL";
CREATE VIEW spelling.q_$number AS $query->[1];
CREATE FUNCTION spelling.f_$number() RETURNS SETOF record LANGUAGE sql BEGIN ATOMIC $query->[1]; END;
SQL
	}
	return $sql;
}

1;
