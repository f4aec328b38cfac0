-- A database with at least one of everything that pg_dump dumps, for psql. What a later server version brought
-- stands behind \if. The roles and the tablespace belong to the cluster: where they are there already, they stay.
--
-- Needs a superuser, and a stock server with its contrib modules.
SET client_min_messages = error;  -- of wal_level, which is beside the point
SET search_path = pg_catalog;
SELECT current_setting('server_version_num')::int >= 160000 AS from_16,
       current_setting('server_version_num')::int >= 170000 AS from_17,
       current_setting('server_version_num')::int >= 180000 AS from_18 \gset

-- The cluster
SET allow_in_place_tablespaces = on;
SELECT 'CREATE TABLESPACE regress_space LOCATION '''''
WHERE NOT EXISTS (SELECT FROM pg_tablespace WHERE spcname = 'regress_space') \gexec
SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY['regress_ann', 'regress_bob', 'regress_staff']) AS name
WHERE to_regrole(name) IS NULL \gexec
GRANT regress_staff TO regress_bob;

-- Schemas and extensions
CREATE SCHEMA app;
CREATE SCHEMA more AUTHORIZATION regress_ann;
COMMENT ON SCHEMA app IS 'what the application keeps';
GRANT USAGE ON SCHEMA app TO regress_bob;
CREATE SCHEMA contrib;
CREATE EXTENSION hstore SCHEMA contrib VERSION '1.7';
GRANT EXECUTE ON FUNCTION contrib.akeys(contrib.hstore) TO regress_bob;

-- Types
CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE app.shift AS ENUM ('day', 'night');
CREATE TYPE app.address AS (street text, town text COLLATE "C", zip integer);
CREATE TYPE app.pair AS (first integer, second integer);
CREATE DOMAIN app.positive AS integer DEFAULT 1 NOT NULL CONSTRAINT above_zero CHECK (VALUE > 0);
CREATE DOMAIN app.label AS text COLLATE "C";
CREATE TYPE app.shell;
CREATE FUNCTION app.float_distance(double precision, double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE TYPE app.span AS RANGE (subtype = double precision, subtype_diff = app.float_distance,
                               multirange_type_name = app.spans);
CREATE TYPE app.textspan AS RANGE (subtype = text, collation = "C", subtype_opclass = text_pattern_ops);
COMMENT ON TYPE app.mood IS 'how one feels';
COMMENT ON DOMAIN app.positive IS 'one or more';
COMMENT ON CONSTRAINT above_zero ON DOMAIN app.positive IS 'not zero';
COMMENT ON COLUMN app.address.town IS 'where to';

-- A base type has properties that only CREATE TYPE sets: remake_word(options) makes it anew.
CREATE PROCEDURE app.remake_word(options text) LANGUAGE plpgsql AS $$
BEGIN
    DROP TYPE IF EXISTS app.word CASCADE;
    CREATE TYPE app.word;
    CREATE FUNCTION app.word_in(cstring) RETURNS app.word LANGUAGE internal IMMUTABLE STRICT AS 'textin';
    CREATE FUNCTION app.word_out(app.word) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
    CREATE FUNCTION app.word_receive(internal) RETURNS app.word LANGUAGE internal STABLE STRICT AS 'textrecv';
    CREATE FUNCTION app.word_send(app.word) RETURNS bytea LANGUAGE internal STABLE STRICT AS 'textsend';
    EXECUTE format('CREATE TYPE app.word (INPUT = app.word_in, OUTPUT = app.word_out%s)', options);
END $$;
CALL app.remake_word(', RECEIVE = app.word_receive, SEND = app.word_send, STORAGE = extended');
CREATE FUNCTION app.word_modifier_in(cstring[]) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'varchartypmodin';
CREATE FUNCTION app.word_modifier_out(integer) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'varchartypmodout';
CREATE FUNCTION app.word_analyze(internal) RETURNS boolean LANGUAGE internal STRICT AS 'array_typanalyze';
CREATE FUNCTION app.word_subscript(internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT
    AS 'array_subscript_handler';

-- Collations and conversions
CREATE COLLATION app.plain (LOCALE = 'C');
CREATE COLLATION app.german (PROVIDER = icu, LOCALE = 'de-u-co-phonebk');
CREATE COLLATION app.loose (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
COMMENT ON COLLATION app.german IS 'as in a phone book';
CREATE CONVERSION app.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
COMMENT ON CONVERSION app.latin IS 'from latin';

-- Functions, procedures, aggregates
CREATE FUNCTION app.plus(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql AS 'SELECT a + b';
CREATE FUNCTION app.twice(integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN $1 * 2;
CREATE FUNCTION app.numbers(upto integer) RETURNS SETOF integer LANGUAGE sql
    AS 'SELECT generate_series(1, upto)';
CREATE FUNCTION app.rows(OUT id integer, OUT name text) RETURNS SETOF record LANGUAGE sql AS 'SELECT 1, ''x''';
CREATE FUNCTION app.many(VARIADIC list integer[]) RETURNS integer LANGUAGE sql AS 'SELECT cardinality(list)';
CREATE FUNCTION app.place() RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE AS 'window_row_number';
CREATE FUNCTION app.help(internal) RETURNS internal LANGUAGE internal AS 'generate_series_int4_support';
CREATE PROCEDURE app.work(INOUT done integer) LANGUAGE plpgsql AS 'BEGIN done := done + 1; END';
COMMENT ON FUNCTION app.plus(integer, integer) IS 'a sum';
COMMENT ON PROCEDURE app.work(integer) IS 'does it';
GRANT EXECUTE ON FUNCTION app.plus(integer, integer) TO regress_bob;
CREATE AGGREGATE app.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE AGGREGATE app.moving(integer) (
    SFUNC = int4pl, STYPE = integer, INITCOND = '0',
    MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = integer, MINITCOND = '0');
CREATE AGGREGATE app.middle(double precision ORDER BY anyelement) (
    SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE app.place_of(VARIADIC "any" ORDER BY VARIADIC "any") (
    SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE AGGREGATE app.least_of(integer) (SFUNC = int4smaller, STYPE = integer, SORTOP = OPERATOR(pg_catalog.<));
COMMENT ON AGGREGATE app.total(integer) IS 'all of it';

-- Operators, classes, families, casts
CREATE FUNCTION app.same(app.pair, app.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).first = ($2).first';
CREATE FUNCTION app.before(app.pair, app.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).first < ($2).first';
CREATE FUNCTION app.after(app.pair, app.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).first > ($2).first';
CREATE FUNCTION app.order_of(app.pair, app.pair) RETURNS integer LANGUAGE sql IMMUTABLE
    AS 'SELECT btint4cmp(($1).first, ($2).first)';
CREATE FUNCTION app.negative(app.pair) RETURNS app.pair LANGUAGE sql IMMUTABLE
    AS 'SELECT ROW(- ($1).first, - ($1).second)::app.pair';
CREATE OPERATOR app.=== (FUNCTION = app.same, LEFTARG = app.pair, RIGHTARG = app.pair, COMMUTATOR = OPERATOR(app.===),
    RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR app.<<< (FUNCTION = app.before, LEFTARG = app.pair, RIGHTARG = app.pair, COMMUTATOR = OPERATOR(app.>>>));
CREATE OPERATOR app.>>> (FUNCTION = app.after, LEFTARG = app.pair, RIGHTARG = app.pair, COMMUTATOR = OPERATOR(app.<<<));
CREATE OPERATOR app.!- (FUNCTION = app.negative, RIGHTARG = app.pair);
CREATE OPERATOR app.~== (FUNCTION = app.same, LEFTARG = app.pair, RIGHTARG = app.pair);
COMMENT ON OPERATOR app.=== (app.pair, app.pair) IS 'the same first number';
COMMENT ON OPERATOR app.!- (NONE, app.pair) IS 'negative';
CREATE OPERATOR FAMILY app.pair_family USING btree;
CREATE OPERATOR CLASS app.pair_order DEFAULT FOR TYPE app.pair USING btree FAMILY app.pair_family AS
    OPERATOR 1 app.<<<, OPERATOR 3 app.===, OPERATOR 5 app.>>>, FUNCTION 1 app.order_of(app.pair, app.pair);
CREATE OPERATOR FAMILY app.loose_family USING btree;
ALTER OPERATOR FAMILY app.loose_family USING btree ADD OPERATOR 1 pg_catalog.<(integer, bigint);
CREATE OPERATOR CLASS app.numbers_in_order FOR TYPE integer USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
CREATE OPERATOR CLASS app.points_near FOR TYPE point USING gist AS
    OPERATOR 11 |>> (point, point), OPERATOR 15 <->(point, point) FOR ORDER BY float_ops,
    FUNCTION 1 gist_point_consistent(internal, point, smallint, oid, internal), FUNCTION 2 gist_box_union(internal, internal),
    FUNCTION 5 gist_box_penalty(internal, internal, internal), FUNCTION 6 gist_box_picksplit(internal, internal),
    FUNCTION 7 gist_box_same(box, box, internal), STORAGE box;
COMMENT ON OPERATOR CLASS app.pair_order USING btree IS 'by the first number';
COMMENT ON OPERATOR FAMILY app.pair_family USING btree IS 'pairs';
CREATE FUNCTION app.pair_from(integer) RETURNS app.pair LANGUAGE sql IMMUTABLE STRICT AS 'SELECT ROW($1, $1)::app.pair';
CREATE CAST (integer AS app.pair) WITH FUNCTION app.pair_from(integer) AS ASSIGNMENT;
CREATE CAST (app.mood AS app.shift) WITH INOUT;
CREATE CAST (app.word AS text) WITHOUT FUNCTION;
COMMENT ON CAST (integer AS app.pair) IS 'twice the number';

-- Languages, transforms, access methods
-- (pg_dump writes a language's functions only where they are in a schema that it dumps.)
CREATE FUNCTION app.call_handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION app.inline_handler(internal) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION app.validator(oid) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE TRUSTED LANGUAGE app_language HANDLER app.call_handler INLINE app.inline_handler VALIDATOR app.validator;
COMMENT ON LANGUAGE app_language IS 'our own';
GRANT USAGE ON LANGUAGE app_language TO regress_bob;
CREATE FUNCTION app.in_own_language() RETURNS integer LANGUAGE app_language AS 'BEGIN RETURN 1; END';
CREATE FUNCTION app.from_sql(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'prsd_lextype';
CREATE FUNCTION app.to_sql(internal) RETURNS app.pair LANGUAGE internal IMMUTABLE AS 'textrecv';
CREATE TRANSFORM FOR app.pair LANGUAGE app_language (
    FROM SQL WITH FUNCTION app.from_sql(internal), TO SQL WITH FUNCTION app.to_sql(internal));
COMMENT ON TRANSFORM FOR app.pair LANGUAGE app_language IS 'there and back';
CREATE ACCESS METHOD app_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE ACCESS METHOD app_btree TYPE INDEX HANDLER bthandler;
CREATE OPERATOR CLASS app.dates DEFAULT FOR TYPE date USING app_btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 date_cmp(date, date);
COMMENT ON ACCESS METHOD app_heap IS 'a heap';

-- Text search
CREATE TEXT SEARCH TEMPLATE app.plain_words (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY app.stems (TEMPLATE = snowball, LANGUAGE = english, STOPWORDS = english);
CREATE TEXT SEARCH DICTIONARY app.simple_words (TEMPLATE = app.plain_words);
-- A parser cannot be altered: remake_search(option) makes it anew, and what uses it.
CREATE PROCEDURE app.remake_search(option text) LANGUAGE plpgsql AS $$
BEGIN
    DROP TEXT SEARCH PARSER IF EXISTS app.letters CASCADE;
    EXECUTE 'CREATE TEXT SEARCH PARSER app.letters (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,'
            'LEXTYPES = prsd_lextype' || option || ')';
    CREATE TEXT SEARCH CONFIGURATION app.search (PARSER = app.letters);
    ALTER TEXT SEARCH CONFIGURATION app.search ADD MAPPING FOR asciiword, word WITH app.stems, simple;
    COMMENT ON TEXT SEARCH PARSER app.letters IS 'letters';
    COMMENT ON TEXT SEARCH CONFIGURATION app.search IS 'how we search';
END $$;
CALL app.remake_search(', HEADLINE = prsd_headline');
COMMENT ON TEXT SEARCH TEMPLATE app.plain_words IS 'plain words';
COMMENT ON TEXT SEARCH DICTIONARY app.stems IS 'stems';

-- Tables and sequences
CREATE SEQUENCE app.numbers AS integer START 10 INCREMENT 5 MINVALUE 1 MAXVALUE 1000 CACHE 3;
COMMENT ON SEQUENCE app.numbers IS 'in steps';
GRANT USAGE ON SEQUENCE app.numbers TO regress_bob;
CREATE TABLE app.people (
    id integer PRIMARY KEY,
    name varchar(50) NOT NULL,
    email text COLLATE "C" CONSTRAINT people_email_key UNIQUE,
    born date DEFAULT '2000-01-01',
    feeling app.mood DEFAULT 'ok',
    home app.address,
    code app.positive,
    notes text,
    shout text GENERATED ALWAYS AS (upper(name)) STORED,
    CONSTRAINT people_name_check CHECK (name <> ''));
CREATE TABLE app.pets (
    id bigint GENERATED BY DEFAULT AS IDENTITY (START 100) PRIMARY KEY,
    owner integer CONSTRAINT pets_owner_fkey REFERENCES app.people ON DELETE CASCADE,
    second_owner integer,
    kind text DEFAULT 'cat',
    weight numeric(5,2),
    during tsrange,
    CONSTRAINT pets_not_at_once EXCLUDE USING gist (during WITH &&) DEFERRABLE);
CREATE TABLE app.counters (id serial PRIMARY KEY, value integer);
CREATE UNLOGGED TABLE app.cache (key text, value jsonb) WITH (fillfactor = 70);
CREATE TABLE app.typed OF app.pair (PRIMARY KEY (first), second WITH OPTIONS DEFAULT 7);
CREATE TABLE app.parent (id integer, made timestamptz DEFAULT now(), CONSTRAINT parent_check CHECK (id > 0));
CREATE TABLE app.child (extra text) INHERITS (app.parent);
CREATE TABLE app.single (id integer, made timestamptz, CONSTRAINT parent_check CHECK (id > 0));
CREATE TABLE app.events (id integer NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE app.events_2025 PARTITION OF app.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE app.events_2026 (id integer NOT NULL, at date NOT NULL, kind text);
CREATE TABLE app.events_rest PARTITION OF app.events DEFAULT;
CREATE INDEX events_kind ON app.events (kind);
CREATE TABLE app.lists (a text, b integer) PARTITION BY LIST (a);
CREATE TABLE app.lists_a PARTITION OF app.lists FOR VALUES IN ('a', 'b');
CREATE TABLE app.hashed (a integer, b text) PARTITION BY HASH (a, b text_pattern_ops);
CREATE TABLE app.hashed_0 PARTITION OF app.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0) PARTITION BY RANGE ((a + 1));
CREATE TABLE app.placed (id integer, body text) USING app_heap TABLESPACE regress_space;
CREATE TABLE app.empty ();
ALTER TABLE app.people ALTER notes SET STORAGE external, ALTER notes SET STATISTICS 200, ALTER email SET (n_distinct = -1);
COMMENT ON TABLE app.people IS 'who';
COMMENT ON COLUMN app.people.name IS 'how to call them';
COMMENT ON CONSTRAINT people_name_check ON app.people IS 'no empty names';
COMMENT ON CONSTRAINT people_pkey ON app.people IS 'one each';
COMMENT ON INDEX app.people_pkey IS 'the index behind it';
GRANT SELECT, INSERT ON app.people TO regress_bob;
GRANT UPDATE (name) ON app.people TO regress_bob;
INSERT INTO app.people (id, name, code) VALUES (1, 'Ann', 1), (2, 'Bob', 2);

-- Indexes and statistics
CREATE INDEX people_name ON app.people (lower(name) text_pattern_ops DESC NULLS LAST) INCLUDE (born) WHERE id > 10;
CREATE INDEX pets_kind ON app.pets USING gin (to_tsvector('english', kind)) WITH (fastupdate = off);
CREATE INDEX pets_weight ON app.pets (weight, kind COLLATE "C");
CREATE INDEX pets_during ON app.pets USING gist (during);
CREATE UNIQUE INDEX pets_code ON app.pets (id, owner);
COMMENT ON INDEX app.people_name IS 'by name';
ALTER INDEX app.people_name ALTER COLUMN 1 SET STATISTICS 300;
CREATE STATISTICS app.pets_together (dependencies, ndistinct) ON kind, weight FROM app.pets;
CREATE STATISTICS app.pets_half ON (weight / 2), (lower(kind)) FROM app.pets;
COMMENT ON STATISTICS app.pets_together IS 'they go together';

-- Views, rules
CREATE VIEW app.names AS SELECT id, name FROM app.people WHERE name <> 'nobody';
CREATE VIEW app.cat_owners WITH (security_barrier, security_invoker) AS
    SELECT p.name, t.kind FROM app.people p JOIN app.pets t ON t.owner = p.id WHERE t.kind = 'cat';
CREATE VIEW app.young AS SELECT id, name, born FROM app.people WHERE born > '2010-01-01' WITH LOCAL CHECK OPTION;
CREATE RECURSIVE VIEW app.up_to_ten (n) AS SELECT 1 UNION ALL SELECT n + 1 FROM up_to_ten WHERE n < 10;
ALTER VIEW app.names ALTER name SET DEFAULT 'new';
COMMENT ON VIEW app.names IS 'just names';
COMMENT ON COLUMN app.names.name IS 'the name';
GRANT SELECT ON app.names TO regress_bob;
CREATE MATERIALIZED VIEW app.counted AS SELECT kind, count(*) AS pets FROM app.pets GROUP BY kind WITH NO DATA;
CREATE UNIQUE INDEX counted_kind ON app.counted (kind);
COMMENT ON MATERIALIZED VIEW app.counted IS 'how many';
CREATE RULE keep AS ON DELETE TO app.names WHERE old.id = 1 DO INSTEAD NOTHING;
CREATE RULE note AS ON INSERT TO app.counters DO ALSO NOTIFY counted;
COMMENT ON RULE note ON app.counters IS 'tell everybody';

-- Triggers, event triggers
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION app.touch_again() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE OF name ON app.people FOR EACH ROW WHEN (old.name <> new.name)
    EXECUTE FUNCTION app.touch('one', 'two');
CREATE TRIGGER counted AFTER INSERT ON app.pets REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION app.touch();
CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON app.pets FROM app.people DEFERRABLE FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE TRIGGER partitioned AFTER INSERT ON app.events FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE TRIGGER instead INSTEAD OF INSERT ON app.cat_owners FOR EACH ROW EXECUTE FUNCTION app.touch();
COMMENT ON TRIGGER touched ON app.people IS 'keeps time';
CREATE FUNCTION app.on_event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION app.on_other_event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER app_event ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION app.on_event();
COMMENT ON EVENT TRIGGER app_event IS 'hears of tables';

-- Row security
ALTER TABLE app.pets ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_pets ON app.pets FOR SELECT TO regress_bob USING (owner = 1);
CREATE POLICY light_pets ON app.pets AS RESTRICTIVE USING (weight < 10) WITH CHECK (weight < 20);
COMMENT ON POLICY own_pets ON app.pets IS 'each their own';

-- Foreign data
CREATE FOREIGN DATA WRAPPER app_wrapper OPTIONS (debug 'on');
CREATE SERVER app_server TYPE 'old' VERSION '1.0' FOREIGN DATA WRAPPER app_wrapper OPTIONS (host 'example.org', port '5432');
CREATE USER MAPPING FOR regress_bob SERVER app_server OPTIONS (user 'bob', password 'secret');
CREATE USER MAPPING FOR PUBLIC SERVER app_server;
CREATE FOREIGN TABLE app.abroad (id integer OPTIONS (column_name 'nr') NOT NULL, name text, CONSTRAINT abroad_check CHECK (id > 0))
    SERVER app_server OPTIONS (table_name 'people');
COMMENT ON FOREIGN DATA WRAPPER app_wrapper IS 'to the world';
COMMENT ON SERVER app_server IS 'out there';
COMMENT ON FOREIGN TABLE app.abroad IS 'people there';
GRANT USAGE ON FOREIGN DATA WRAPPER app_wrapper TO regress_bob;
GRANT USAGE ON FOREIGN SERVER app_server TO regress_bob;

-- Replication
CREATE PUBLICATION app_all FOR ALL TABLES;
CREATE PUBLICATION app_some FOR TABLE app.people (id, name) WHERE (id > 5), app.counters WITH (publish = 'insert, update');
CREATE PUBLICATION app_schema FOR TABLES IN SCHEMA more;
COMMENT ON PUBLICATION app_some IS 'some';
CREATE SUBSCRIPTION app_subscription CONNECTION 'dbname=nowhere user=bob password=secret' PUBLICATION app_some
    WITH (connect = false, slot_name = NONE, enabled = false);
COMMENT ON SUBSCRIPTION app_subscription IS 'from elsewhere';

-- Privileges of what is to come, and of what the server brought
ALTER DEFAULT PRIVILEGES FOR ROLE regress_ann IN SCHEMA app GRANT SELECT ON TABLES TO regress_bob;
ALTER DEFAULT PRIVILEGES FOR ROLE regress_ann REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO regress_bob;
INSERT INTO pg_catalog.pg_seclabel VALUES ('app.people'::regclass, 'pg_class'::regclass, 0, 'dummy', 'classified');
-- The ledger hears of that with a command on the table, which changes nothing.
ALTER TABLE app.people REPLICA IDENTITY DEFAULT;

-- Large objects are data.
SELECT lo_create(70001);
COMMENT ON LARGE OBJECT 70001 IS 'data';

\if :from_16
CREATE COLLATION app.with_rules (PROVIDER = icu, LOCALE = 'und', RULES = '&V << w <<< W');
\endif
\if :from_17
CREATE COLLATION app.built_in (PROVIDER = builtin, LOCALE = 'C.UTF-8');
CREATE EVENT TRIGGER app_login ON login EXECUTE FUNCTION app.on_event();
ALTER EVENT TRIGGER app_login DISABLE;
\endif
\if :from_18
CREATE TABLE app.newer (
    part int4range,
    during daterange,
    size integer CONSTRAINT size_not_null NOT NULL,
    CONSTRAINT size_check CHECK (size > 0) NOT ENFORCED,
    CONSTRAINT newer_key PRIMARY KEY (part, during WITHOUT OVERLAPS));
CREATE TABLE app.virtual (id integer, doubled integer GENERATED ALWAYS AS (id * 2) VIRTUAL);
\endif
