-- lint(): places, settings, what the script itself does, formats, errors, rights, locks, commits.
CREATE EXTENSION schemaver;
CREATE TABLE people (id bigint PRIMARY KEY, name text, email text);
INSERT INTO people SELECT g, 'n', 'e' FROM generate_series(1, 100) AS g;
CREATE TABLE "Odd name" (id bigint PRIMARY KEY, "a b" int);
ANALYZE people;
SET lock_timeout = '5s';
SET statement_timeout = '1h';
\pset format unaligned
\pset tuples_only on

-- Line and position are where the clause begins; names are quoted as the server does.
SELECT * FROM schemaver.lint($$
-- A comment; with a semicolon.
ALTER TABLE people
    ADD COLUMN född date NOT NULL, ADD CHECK (name <> '');
/* Another. */ CREATE INDEX ON "Odd name" ("a b");
$$);
-- Small is what the settings say.
SET schemaver.lint_small_rows = 10;
SELECT rule, severity, why FROM schemaver.lint('ALTER TABLE people ALTER COLUMN name SET NOT NULL');
RESET schemaver.lint_small_rows;
SET schemaver.lint_small_size = '0';
SELECT rule, severity FROM schemaver.lint('ALTER TABLE people ALTER COLUMN name SET NOT NULL');
RESET schemaver.lint_small_size;
-- A script in one transaction.
SELECT count(*) FROM schemaver.lint('CREATE INDEX CONCURRENTLY ON people (name)');
SET schemaver.lint_in_transaction = on;
SELECT rule, severity, instead FROM schemaver.lint('CREATE INDEX CONCURRENTLY ON people (name)');
RESET schemaver.lint_in_transaction;

-- Rules are off, or of another severity, by row.
SELECT rule, severity FROM schemaver.lint('ALTER TABLE people DROP COLUMN name; DROP TABLE people');
INSERT INTO schemaver.lint_rule (rule, identity, severity, reason) VALUES
    ('dropping-column', NULL, 'error', 'we keep columns'), ('dropping-table', 'public.peo%', 'off', 'that one may go');
SELECT rule, severity FROM schemaver.lint('ALTER TABLE people DROP COLUMN name; DROP TABLE people');
\set VERBOSITY terse
INSERT INTO schemaver.lint_rule (severity, reason) VALUES ('off', 'everything');
INSERT INTO schemaver.lint_rule (rule, severity, reason) VALUES ('dropping-column', 'fatal', 'no such');
INSERT INTO schemaver.lint_rule (identity, severity, reason) VALUES ('a\', 'off', 'no pattern');
\set VERBOSITY default
DELETE FROM schemaver.lint_rule;
-- A row for a rule that there is not can have no effect, and each lint() says so.
INSERT INTO schemaver.lint_rule (rule, identity, severity, reason) VALUES
    ('droping-table', NULL, 'off', 'mistyped'), ('droping-table', 'public.x', 'off', 'and again'), ('nothing like it', NULL, 'off', 'x');
SELECT rule, severity FROM schemaver.lint('DROP TABLE people');
UPDATE schemaver.lint_rule SET rule = 'dropping-table' WHERE rule = 'droping-table';
DELETE FROM schemaver.lint_rule WHERE rule = 'nothing like it';
SELECT rule, severity FROM schemaver.lint('DROP TABLE people');
DELETE FROM schemaver.lint_rule;

-- JSON and SARIF.
SELECT jsonb_pretty(schemaver.lint_json('ALTER TABLE people DROP COLUMN name'));
SELECT jsonb_pretty(schemaver.lint_sarif('ALTER TABLE people DROP COLUMN name', 'migrations/7.sql') #> '{runs,0,results}');
SELECT schemaver.lint_sarif('') ->> 'version';

-- For CI.
SELECT schemaver.assert_lint('ALTER TABLE people DROP COLUMN name');
SELECT schemaver.assert_lint('ALTER TABLE people DROP COLUMN name', 'warning');
SELECT schemaver.assert_lint('SELECT 1', 'bad');

-- What is no SQL.
SELECT * FROM schemaver.lint(E'SELECT 1;\n  ALTER TABEL people ADD a int');
SELECT * FROM schemaver.lint('SELECT ''open');
SELECT * FROM schemaver.lint(NULL);
SELECT count(*) FROM schemaver.lint('');
SELECT count(*) FROM schemaver.lint(' ; -- nothing');

-- Whoever may not read a table may have it looked at; the search_path is the caller's.
CREATE SCHEMA other;
CREATE TABLE other.things (id bigint PRIMARY KEY);
CREATE ROLE regress_lint;
GRANT USAGE ON SCHEMA other TO regress_lint;
SET ROLE regress_lint;
SELECT rule, identity FROM schemaver.lint('DROP TABLE things');
SET search_path = other;
SELECT rule, identity FROM schemaver.lint('DROP TABLE things');
SELECT rule FROM schemaver.lint_commit(2);
INSERT INTO schemaver.lint_rule (rule, severity, reason) VALUES ('dropping-table', 'off', 'I may not');
RESET ROLE;
RESET search_path;
DROP SCHEMA other CASCADE;

-- A hostile search_path: nothing of it is called.
CREATE SCHEMA evil;
CREATE FUNCTION evil.eq(oid, oid) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'called'; END $$;
CREATE OPERATOR evil.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = evil.eq);
CREATE FUNCTION evil.quote_ident(name) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'called'; END $$;
SET search_path = evil, pg_catalog, public;
SELECT rule, identity FROM schemaver.lint('DROP TABLE people');
SHOW search_path;
RESET search_path;
DROP SCHEMA evil CASCADE;

-- No lock is left, and none is waited for.
BEGIN;
SELECT count(*) FROM schemaver.lint('DROP TABLE people; CREATE INDEX ON people (name)');
SELECT count(*) FROM pg_locks WHERE relation = 'people'::regclass;
COMMIT;

-- Commits of the ledger, as the tables were before them.
ALTER TABLE people ALTER COLUMN name SET NOT NULL, ADD COLUMN age int;
SELECT max(commit) AS commit FROM schemaver.commits \gset
SELECT rule, severity, command, identity, why FROM schemaver.lint_commit(:commit);
BEGIN;
CREATE TABLE fresh (id bigint PRIMARY KEY, a int);
CREATE INDEX ON fresh (a);
COMMIT;
SELECT max(commit) AS commit FROM schemaver.commits \gset
SELECT rule FROM schemaver.lint_commit(:commit);
ALTER TABLE people ALTER COLUMN age TYPE bigint;
SELECT max(commit) AS commit FROM schemaver.commits \gset
SELECT rule, why FROM schemaver.lint_commit(:commit);
ALTER TABLE people ADD CONSTRAINT named CHECK (name <> '');
SELECT max(commit) AS commit FROM schemaver.commits \gset
SELECT rule, instead FROM schemaver.lint_commit(:commit);
DROP TABLE fresh;
SELECT max(commit) AS commit FROM schemaver.commits \gset
SELECT rule, identity FROM schemaver.lint_commit(:commit);
SELECT * FROM schemaver.lint_commit(4711);

-- Lists of names that are none.
SELECT rule FROM schemaver.lint('DROP CAST IF EXISTS (integer AS name); DROP TRANSFORM IF EXISTS FOR integer LANGUAGE sql');

-- A large script.
SELECT count(*) FROM schemaver.lint((SELECT string_agg(format('CREATE TABLE t%s (id bigint PRIMARY KEY, a int); ALTER TABLE t%s ADD CHECK (a > 0)', g, g), ';') FROM generate_series(1, 5000) AS g));
DROP ROLE regress_lint;
\pset format aligned
\pset tuples_only off
DROP EXTENSION schemaver;
DROP TABLE people, "Odd name";
