-- Models against database: what a script makes in a scratch database, beside what is here.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS schemaver;
RESET client_min_messages;
CREATE TABLE people (id serial PRIMARY KEY, name text NOT NULL, mail varchar(20));
CREATE INDEX people_mail ON people (mail);
CREATE TABLE by_hand (a integer);
-- Migration tools' own tables are no difference, unless the script has them.
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
CREATE TABLE knex_migrations (id serial PRIMARY KEY, name text, batch integer, migration_time timestamptz);

-- As `alembic upgrade head --sql` writes it: in transactions.
SELECT * FROM schemaver.check_models($$
BEGIN;
CREATE TABLE people (id serial PRIMARY KEY, name text, mail varchar(40));
COMMIT;
BEGIN;
CREATE TABLE wanted (a integer);
CREATE INDEX people_mail ON people (mail);
COMMIT;
$$);
SELECT schemaver.assert_models($$
CREATE TABLE people (id serial PRIMARY KEY, name text NOT NULL, mail varchar(20));
CREATE TABLE wanted (a integer);
CREATE INDEX people_mail ON people (mail);
$$);
SELECT count(*) FROM schemaver.check_models('CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)', kinds => '{table}')
WHERE identity ~ 'alembic|knex';

-- As pg_dump writes it, with the lines that only psql understands; then nothing differs.
SELECT E'\\restrict abcDEF123\nSELECT pg_catalog.set_config(''search_path'', '''', false);\n' || string_agg(line, E'\n')
    || E'\n\\unrestrict abcDEF123\n' AS script FROM schemaver.schema_sql('live') AS line \gset
SELECT * FROM schemaver.check_models(:'script');
SELECT schemaver.assert_models(:'script');
-- Other facets, where they are asked for: the database has a comment that the models have not.
COMMENT ON TABLE people IS 'who works here';
SELECT change, kind, identity, property, old_value, new_value FROM schemaver.check_models(:'script', facets => '{structure, comment}');
SELECT count(*) FROM schemaver.check_models(:'script');

-- What cannot be.
SELECT * FROM schemaver.check_models(E'CREATE TABLE people (id serial PRIMARY KEY);\nCREATE TABLE people ();');
-- When the error is there, the scratch database is not.
SELECT count(*) FROM pg_database WHERE datname ~ '^schemaver_scratch_';
SELECT * FROM schemaver.check_models(E'CREATE TABLE people (id serial PRIMARY KEY);\n\nCREATE ROLE somebody;');
SELECT * FROM schemaver.check_models(E'SELECT 1;\nCREATE TABL people ()');
SELECT * FROM schemaver.check_models('BEGIN; CREATE TABLE people ()');
SELECT * FROM schemaver.check_models(E'\\connect other\nCREATE TABLE people ()');
SELECT * FROM schemaver.check_models('COPY people TO PROGRAM ''true''');
SELECT * FROM schemaver.check_models(NULL);
SELECT * FROM schemaver.check_models('', facets => '{form}');
-- An empty script is an empty schema.
SELECT change, kind, identity FROM schemaver.check_models('', kinds => '{table}');

-- It is the caller who makes the database.
CREATE ROLE models_owner LOGIN;
GRANT EXECUTE ON FUNCTION schemaver.check_models(text, text[], text[], text[], text[]) TO models_owner;
SET ROLE models_owner;
SELECT * FROM schemaver.check_models('CREATE TABLE people ()');
RESET ROLE;
ALTER ROLE models_owner CREATEDB;
SET ROLE models_owner;
SELECT change, kind, identity FROM schemaver.check_models('CREATE TABLE people (id serial PRIMARY KEY)', kinds => '{table}');
RESET ROLE;
REVOKE EXECUTE ON FUNCTION schemaver.check_models(text, text[], text[], text[], text[]) FROM models_owner;
DROP ROLE models_owner;

-- A database of somebody's own is not taken for one that a crash has left, whatever its name begins with.
CREATE DATABASE schemaver_scratch_of_mine;
SELECT count(*) FROM schemaver.check_models('', kinds => '{view}');
SELECT datname FROM pg_database WHERE datname ~ '^schemaver_scratch_of';
DROP DATABASE schemaver_scratch_of_mine;

-- Nothing is left, in the ledger neither, and nobody is.
SELECT count(*) FROM schemaver.commits WHERE application ~ 'scratch';
SELECT count(*) FROM pg_database WHERE datname LIKE 'schemaver\_scratch%';
SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'schemaver scratch%';
\set VERBOSITY terse
SET client_min_messages = warning;
DROP TABLE people, by_hand, alembic_version, knex_migrations;
DROP EXTENSION schemaver;
