-- Nobody without the privilege reads, forges or erases an entry, and nobody's code runs as another user because of us.
CREATE EXTENSION schemaver;
\pset format unaligned
\pset tuples_only on
CREATE ROLE regress_schemaver_attacker;
CREATE ROLE regress_schemaver_reader IN ROLE pg_monitor;
CREATE SCHEMA hostile AUTHORIZATION regress_schemaver_attacker;
SELECT schemaver.seal() IS NOT NULL;

-- What becomes of a statement: its SQLSTATE, 42501 being "insufficient privilege".
CREATE FUNCTION public.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RAISE EXCEPTION USING ERRCODE = 'P0004';
EXCEPTION
    WHEN SQLSTATE 'P0004' THEN RETURN 'ALLOWED';
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

SET SESSION AUTHORIZATION regress_schemaver_attacker;
-- Writing and altering, each table: nothing but refusals.
SELECT c.relname, array_agg(DISTINCT attempt(format(s.statement, c.oid::regclass)))
FROM pg_class AS c,
     (VALUES ('INSERT INTO %1$s SELECT * FROM %1$s'), ('INSERT INTO %s DEFAULT VALUES'), ('DELETE FROM %s'), ('TRUNCATE %s'),
             ('UPDATE %s SET timeline = NULL'), ('DROP TABLE %s'), ('ALTER TABLE %s DISABLE TRIGGER ALL'), ('ALTER TABLE %s ADD COLUMN x int'),
             ('ALTER TABLE %s OWNER TO regress_schemaver_attacker'), ('LOCK %s IN ACCESS EXCLUSIVE MODE'), ('LOCK %s IN SHARE MODE'),
             ('CREATE TRIGGER x BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()'),
             ('CREATE RULE x AS ON INSERT TO %s DO INSTEAD NOTHING'), ('CREATE INDEX ON %s ((1))'), ('CREATE POLICY x ON %s'),
             ('ALTER TABLE %s ENABLE ROW LEVEL SECURITY'), ('COMMENT ON TABLE %s IS ''x'''),
             ('SELECT * FROM %s FOR UPDATE')) AS s (statement)
WHERE c.relnamespace = 'schemaver'::regnamespace AND c.relkind = 'r'
GROUP BY c.relname ORDER BY c.relname;
-- GRANT of what one does not have only warns, and grants nothing.
SET client_min_messages = error;
SELECT count(attempt(format('GRANT ALL ON %s TO regress_schemaver_attacker', oid::regclass))), bool_or(has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'))
FROM pg_class WHERE relnamespace = 'schemaver'::regnamespace AND relkind = 'r';
RESET client_min_messages;
-- Reading: the texts of commands are not for everyone.
SELECT c.relname, attempt(format('SELECT * FROM %s', c.oid::regclass))
FROM pg_class AS c WHERE c.relnamespace = 'schemaver'::regnamespace AND c.relkind IN ('r', 'v') ORDER BY c.relname;
SELECT statement, attempt(statement) FROM (VALUES
    ('SELECT nextval(''schemaver.commit_id'')'), ('SELECT setval(''schemaver.commit_id'', 1)'), ('SELECT last_value FROM schemaver.commit_id'),
    ('ALTER SEQUENCE schemaver.commit_id RESTART'), ('SELECT schemaver.capture_command()'), ('SELECT schemaver.capture_drop()'),
    ('ALTER EVENT TRIGGER schemaver_capture DISABLE'), ('DROP EVENT TRIGGER schemaver_capture_drop'),
    ('ALTER FUNCTION schemaver.seal() SECURITY DEFINER'), ('CREATE OR REPLACE FUNCTION schemaver.seal() RETURNS text LANGUAGE sql AS ''SELECT NULL'''),
    ('ALTER EXTENSION schemaver UPDATE'), ('ALTER EXTENSION schemaver DROP TABLE schemaver.commit'), ('DROP EXTENSION schemaver CASCADE'),
    ('CREATE TABLE schemaver.mine ()'), ('CREATE FUNCTION schemaver.mine() RETURNS int LANGUAGE sql AS ''SELECT 1'''),
    ('DROP SCHEMA schemaver CASCADE'), ('ALTER SCHEMA schemaver RENAME TO mine'), ('SET schemaver.capture = off'),
    ('SET schemaver.on_capture_error = warn'), ('SELECT set_config(''schemaver.capture'', ''off'', false)'), ('SET session_replication_role = replica'),
    ('CREATE FUNCTION hostile.seal() RETURNS text LANGUAGE c AS ''$libdir/schemaver'', ''schemaver_seal'''),
    ('SELECT schemaver.seal()'), ('SELECT schemaver.verify_ledger()'), ('SELECT schemaver.fingerprint()'), ('SELECT schemaver.objects()'),
    ('SELECT schemaver.describe(''table'', ''x'')'), ('SELECT schemaver.diff()'), ('SELECT schemaver.unmodelled()'),
    ('SELECT schemaver.stamp_backup(''mine'')'), ('SELECT schemaver.backup_metadata()'), ('SELECT schemaver.check_restore(''{}'')'),
    ('SELECT schemaver.restore_findings(''{}'')'), ('SELECT schemaver.assert_restore(''{}'')'), ('SELECT schemaver.verify_restore()')) AS s (statement);
-- What everybody may call, a new function too, is on purpose.
SELECT p.oid::regprocedure FROM pg_proc AS p
WHERE p.pronamespace = 'schemaver'::regnamespace AND has_function_privilege(p.oid, 'EXECUTE') ORDER BY p.oid::regprocedure::text COLLATE "C";
RESET SESSION AUTHORIZATION;
-- None runs with its owner's rights. All but those that record look names up in the server's schema alone.
SELECT p.oid::regprocedure FROM pg_proc AS p WHERE p.pronamespace = 'schemaver'::regnamespace AND p.prosecdef;
SELECT p.oid::regprocedure FROM pg_proc AS p
WHERE p.pronamespace = 'schemaver'::regnamespace AND p.proconfig[1] IS DISTINCT FROM 'search_path=pg_catalog, pg_temp'
ORDER BY p.oid::regprocedure::text COLLATE "C";

-- The owner of the database adds what is theirs to add, and edits, deletes or forges nothing of the ledger.
CREATE ROLE regress_schemaver_owner;
SELECT format('ALTER DATABASE %I OWNER TO regress_schemaver_owner', current_database()) \gexec
SET SESSION AUTHORIZATION regress_schemaver_owner;
SELECT s.statement, string_agg(c.relname, ' ' ORDER BY c.relname COLLATE "C")
FROM pg_class AS c, (VALUES ('INSERT INTO %1$s SELECT * FROM %1$s'), ('DELETE FROM %s'), ('TRUNCATE %s'), ('ALTER TABLE %s ADD x int'),
        ('SELECT * FROM %s FOR UPDATE'), ('DROP TABLE %s')) AS s (statement)
WHERE c.relnamespace = 'schemaver'::regnamespace AND c.relkind = 'r' AND attempt(format(s.statement, c.oid::regclass)) <> '42501'
GROUP BY s.statement ORDER BY s.statement COLLATE "C";
SELECT statement, attempt(statement) FROM (VALUES
    ('ALTER EVENT TRIGGER schemaver_capture DISABLE'), ('DROP EXTENSION schemaver CASCADE'), ('DROP SCHEMA schemaver CASCADE'),
    ('SET schemaver.capture = off'), ('SET schemaver.on_capture_error = warn'),
    (format('ALTER DATABASE %I SET schemaver.capture = off', current_database())), ('SET session_replication_role = replica'),
    ('SELECT setval(''schemaver.commit_id'', 1)'), ('SELECT schemaver.lift_guard(''mine'')'), ('SELECT schemaver.seal()'),
    ('SELECT schemaver.verify_ledger()')) AS s (statement) WHERE statement !~ '^ALTER DATABASE' OR attempt(statement) <> '42501';
RESET SESSION AUTHORIZATION;
SELECT format('ALTER DATABASE %I OWNER TO %I', current_database(), current_user) \gexec

-- pg_monitor may read and check, and write nothing.
SET SESSION AUTHORIZATION regress_schemaver_reader;
SELECT statement, attempt(statement) FROM (VALUES
    ('SELECT * FROM schemaver.commands'), ('SELECT * FROM schemaver.statement'), ('SELECT schemaver.verify_ledger()'), ('SELECT schemaver.fingerprint()'),
    ('SELECT schemaver.seal()'), ('SELECT schemaver.stamp_backup(''mine'')'), ('DELETE FROM schemaver.commit')) AS s (statement);
RESET SESSION AUTHORIZATION;

-- Traps: whatever an ordinary user may define, that somebody else's session would then run. Each that runs says as whom.
CREATE TABLE public.ran (place text, as_user name, superuser boolean);
GRANT INSERT ON public.ran TO PUBLIC;
SET SESSION AUTHORIZATION regress_schemaver_attacker;
SET search_path = hostile, pg_catalog, public;
CREATE FUNCTION spy(place text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO public.ran SELECT place, current_user, rolsuper FROM pg_roles WHERE rolname = current_user;
END $$;
-- A function that is said to be immutable may not write, but what it calls may.
CREATE FUNCTION trap(place text, value anyelement) RETURNS anyelement LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog AS $$
BEGIN
    PERFORM hostile.spy(place);
    RETURN value;
END $$;
-- Names that SQL written without care would find here first.
CREATE FUNCTION text_equals(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT hostile.trap('operator =', true) $$;
CREATE OPERATOR = (FUNCTION = text_equals, LEFTARG = text, RIGHTARG = text);
CREATE FUNCTION name_equals(name, name) RETURNS boolean LANGUAGE sql AS $$ SELECT hostile.trap('operator = of names', true) $$;
CREATE OPERATOR = (FUNCTION = name_equals, LEFTARG = name, RIGHTARG = name);
CREATE FUNCTION big_equals(bigint, bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT hostile.trap('operator = of bigint', true) $$;
CREATE OPERATOR = (FUNCTION = big_equals, LEFTARG = bigint, RIGHTARG = bigint);
CREATE FUNCTION concatenated(text, text) RETURNS text LANGUAGE sql AS $$ SELECT hostile.trap('operator ||', 'x'::text) $$;
CREATE OPERATOR || (FUNCTION = concatenated, LEFTARG = text, RIGHTARG = text);
CREATE FUNCTION lower(text) RETURNS text LANGUAGE sql AS $$ SELECT hostile.trap('lower', 'x'::text) $$;
CREATE FUNCTION format(text, VARIADIC text[]) RETURNS text LANGUAGE sql AS $$ SELECT hostile.trap('format', 'x'::text) $$;
CREATE FUNCTION encode(bytea, text) RETURNS text LANGUAGE sql AS $$ SELECT hostile.trap('encode', 'x'::text) $$;
CREATE FUNCTION now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT hostile.trap('now', pg_catalog.now()) $$;
-- Types, casts and domains with code in them.
CREATE TYPE pair AS (a int, b text);
CREATE FUNCTION pair_text(pair) RETURNS text LANGUAGE sql AS $$ SELECT hostile.trap('cast', 'x'::text) $$;
CREATE CAST (pair AS text) WITH FUNCTION pair_text(pair) AS IMPLICIT;
CREATE DOMAIN checked AS text DEFAULT trap('default of a domain', 'x'::text) CHECK (trap('check of a domain', true));
-- Tables whose expressions are code.
CREATE TABLE trapped (
    id int PRIMARY KEY, a checked DEFAULT trap('default', 'x'::text), b text GENERATED ALWAYS AS (trap('generated', 'x'::text)) STORED,
    p pair, CHECK (trap('check', id) > 0), EXCLUDE USING btree ((trap('exclusion', id)) WITH OPERATOR(pg_catalog.=)));
CREATE INDEX trapped_index ON trapped (trap('index', id)) WHERE trap('index condition', true);
CREATE STATISTICS trapped_statistics ON (trap('statistics', id)) FROM trapped;
CREATE TABLE parts (id int, a text) PARTITION BY RANGE (trap('partition key', id));
CREATE TABLE part PARTITION OF parts FOR VALUES FROM (1) TO (10);
CREATE VIEW seen AS SELECT trap('view', id) AS id, lower(b) FROM trapped WHERE a = 'x';
CREATE VIEW alembic_version AS SELECT trap('version view', 'x'::varchar(32)) AS version_num;
CREATE RULE trapped_rule AS ON DELETE TO trapped DO ALSO SELECT trap('rule', 1);
ALTER TABLE trapped ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY trapped_policy ON trapped USING (trap('policy', true));
CREATE FUNCTION trapped_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM hostile.spy('trigger'); RETURN NEW; END $$;
CREATE TRIGGER trapped_trigger BEFORE INSERT OR UPDATE ON trapped FOR EACH ROW EXECUTE FUNCTION trapped_trigger();
INSERT INTO trapped (id) VALUES (1);
INSERT INTO parts VALUES (1, 'x');
CREATE FUNCTION of_default(a int DEFAULT trap('default of an argument', 1)) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT trap('body', a); END;
CREATE AGGREGATE trapped_sum (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
RESET SESSION AUTHORIZATION;
-- They have run, as their owner.
SELECT count(*) > 5, bool_or(superuser) FROM public.ran;
DELETE FROM public.ran;

-- A superuser, whose search_path leads to the attacker's schema first, runs DDL on all of it, and uses all of ours.
SET search_path = hostile, pg_catalog, public;
CREATE TABLE public.plain (id int, name text);
ALTER TABLE hostile.trapped RENAME COLUMN p TO q;
ALTER TABLE hostile.parts ADD COLUMN more int;
ALTER TABLE hostile.trapped OWNER TO regress_schemaver_reader;
ALTER TABLE hostile.trapped OWNER TO regress_schemaver_attacker;
COMMENT ON TABLE hostile.trapped IS 'of an attacker';
ALTER VIEW hostile.seen RENAME TO seen_again;
ALTER DOMAIN hostile.checked SET NOT NULL;
ALTER TYPE hostile.pair RENAME ATTRIBUTE a TO c;
ALTER FUNCTION hostile.of_default(int) STABLE;
GRANT SELECT ON hostile.trapped TO PUBLIC;
DROP TABLE hostile.part;
CREATE TABLE pg_temp.temporary (a hostile.checked);
SELECT as_user, superuser, place FROM public.ran ORDER BY place COLLATE pg_catalog."C";
SELECT schemaver.seal() IS NOT NULL;
SELECT finding FROM schemaver.verify_ledger((SELECT digest FROM schemaver.seals LIMIT 1));
SELECT schemaver.fingerprint() IS NOT NULL, schemaver.fingerprint(exact => true) IS NOT NULL, schemaver.fingerprint('head') IS NOT NULL;
SELECT count(*) > 10 FROM schemaver.objects();
SELECT count(*) FROM schemaver.objects() AS o, schemaver.describe(o.kind, o.identity) AS d WHERE d IS NULL;
SELECT count(*) FROM schemaver.diff();
SELECT count(*) > 1 FROM schemaver.diff('commit:1', 'live');
SELECT count(*) >= 0 FROM schemaver.unmodelled();
SELECT schemaver.stamp_backup('trapped') IS NOT NULL;
SELECT verdict FROM schemaver.check_restore(schemaver.backup_metadata('trapped'));
SELECT count(*) > 0 FROM schemaver.restore_findings(schemaver.backup_metadata('trapped')) WHERE severity OPERATOR(pg_catalog.=) 'error';
SELECT schemaver.assert_restore(schemaver.backup_metadata());
SELECT count(*) > 1 FROM schemaver.log;
SELECT count(*) > 1 FROM schemaver.commands;
SELECT count(*) > 1 FROM schemaver.changes;
SELECT count(*) FROM schemaver.timelines;
SELECT count(*) FROM schemaver.backups;
SELECT count(*) FROM schemaver.seals;
SELECT count(*) FROM schemaver.history('hostile.trapped');
SELECT count(*) > 5 FROM schemaver.blame('hostile.trapped');
SELECT schemaver.tag('v1', 'of traps', tables => '{hostile.trapped,hostile.parts}') IS NOT NULL;
SELECT schemaver.set_baseline('trapped') IS NOT NULL;
SELECT count(*) FROM schemaver.diff('commit:1', 'v1') WHERE commit IS NULL;
SELECT length(schemaver.changelog('commit:1', 'v1')) > 100;
SELECT count(*) > 0 FROM schemaver.compatibility_findings('commit:1', 'live');
SELECT count(*) > 10 FROM schemaver.schema_sql('v1', with_rows => true);
SELECT count(*) > 10 FROM schemaver.definitions('live');
SELECT schemaver.snapshot() IS NOT NULL;
SELECT schemaver.find_drift(NULL);
SELECT count(*) FROM schemaver.revisions();
SELECT count(*) FROM schemaver.check_revisions();
SELECT count(*) > 0 FROM schemaver.lint('ALTER TABLE hostile.trapped ALTER id TYPE bigint; CREATE INDEX ON hostile.trapped (id); DROP TABLE hostile.parts');
SELECT schemaver.stamp_backup('counted', with_row_counts => true) IS NOT NULL;
SELECT finding FROM schemaver.verify_findings(schemaver.backup_metadata('counted')) AS f (finding) WHERE f.finding::text OPERATOR(pg_catalog.~) 'count';
-- Of the planner, as the owner of the index.
SELECT DISTINCT as_user, superuser, place FROM public.ran ORDER BY place;
DELETE FROM public.ran;
SELECT state IS NOT NULL FROM schemaver.status();
SELECT schemaver.seal() IS NOT NULL;
SELECT schemaver.checkpoint_ledger('v1', 'traps') IS NOT NULL;
SELECT as_user, superuser, place FROM public.ran ORDER BY place COLLATE pg_catalog."C";
-- The traps do spring: a superuser's own careless statement.
SELECT lower('X'), 'a'::text = 'b'::text;
SELECT as_user = current_user, superuser, place FROM public.ran ORDER BY place COLLATE pg_catalog."C";
RESET search_path;

SET client_min_messages = warning;
DROP SCHEMA hostile CASCADE;
DROP TABLE public.plain, public.ran;
DROP FUNCTION public.attempt;
DROP EXTENSION schemaver;
DROP SCHEMA schemaver;
DROP ROLE regress_schemaver_attacker, regress_schemaver_reader, regress_schemaver_owner;
