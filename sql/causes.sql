-- Which command of a transaction made a change, and which changes are consequences: what the command is not about, and
-- what changed or went with it.
SET client_min_messages = error;
CREATE EXTENSION schemaver;
\pset format unaligned
\pset tuples_only on
\set show 'SELECT concat_ws(\' \', h.change, h.kind, h.identity || \':\', COALESCE(k.number || \' \' || k.tag, \'not known\'), CASE WHEN h.consequence THEN \'(consequence)\' END) FROM schemaver.changes AS h LEFT JOIN schemaver.commands AS k ON k.commit = h.commit AND k.number = h.command WHERE h.commit = (SELECT max(commit) FROM schemaver.log) ORDER BY h.kind COLLATE "C", h.identity COLLATE "C";'

-- The first commit has no commands.
SELECT count(*) FROM schemaver.changes WHERE command IS NOT NULL OR consequence;

BEGIN;
CREATE TABLE people (id serial PRIMARY KEY, name text);
CREATE VIEW everybody AS SELECT id, name FROM people;
CREATE TYPE mood AS ENUM ('glad');
COMMENT ON TABLE people IS 'all of them';
COMMIT;
:show

-- What depends on the table says its new name; the view was named by a command of its own.
BEGIN;
ALTER TYPE mood ADD VALUE 'sad';
ALTER TABLE people RENAME TO persons;
COMMENT ON VIEW everybody IS 'whoever it is';
COMMIT;
:show

-- The last command that names an object, of those that no savepoint has undone.
BEGIN;
ALTER TABLE persons ADD COLUMN one int;
ALTER TABLE persons ADD COLUMN two int;
SAVEPOINT s;
ALTER TABLE persons ADD COLUMN three int;
ROLLBACK TO s;
CREATE TABLE other (id int);
COMMIT;
:show

-- Cascades.
ALTER TABLE other ADD COLUMN current mood;
BEGIN;
COMMENT ON TABLE persons IS NULL;
DROP TYPE mood CASCADE;
COMMIT;
:show
BEGIN;
CREATE INDEX persons_name ON persons (name);
ALTER TABLE persons DROP COLUMN name CASCADE;
COMMIT;
:show
BEGIN;
COMMENT ON TABLE other IS 'another';
DROP TABLE persons CASCADE;
COMMIT;
:show

-- The event of GRANT ... ON ALL TABLES names no table. Where there are two of them, it is not known which it was.
CREATE ROLE causes_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO causes_reader;
:show
BEGIN;
COMMENT ON TABLE other IS NULL;
REVOKE SELECT ON ALL TABLES IN SCHEMA public FROM causes_reader;
GRANT INSERT ON ALL TABLES IN SCHEMA public TO causes_reader;
COMMIT;
:show
CREATE TABLE second (id int);
BEGIN;
REVOKE INSERT ON ALL TABLES IN SCHEMA public FROM causes_reader;
GRANT UPDATE ON ALL TABLES IN SCHEMA public TO causes_reader;
COMMIT;
:show

-- Roles.
BEGIN;
CREATE ROLE causes_member IN ROLE causes_reader;
ALTER ROLE causes_member NOLOGIN CREATEDB;
ALTER ROLE causes_reader SET work_mem = '1MB';
COMMIT;
:show
DROP OWNED BY causes_reader;
:show
DROP ROLE causes_member, causes_reader;
:show

-- history() names the command, and says where it is about another object.
CREATE VIEW watching AS SELECT id FROM second;
ALTER TABLE second RENAME COLUMN id TO number;
SELECT change, command, consequence FROM schemaver.history('watching');

-- CLUSTER marks an index, of which no event tells; done again it changes nothing.
CREATE INDEX second_number ON second (number);
CREATE INDEX second_other ON second (number DESC);
CLUSTER second USING second_number;
:show
SELECT max(commit) AS head FROM schemaver.log \gset
CLUSTER second USING second_number;
CLUSTER second;
SELECT max(commit) - :head AS commits_more FROM schemaver.log;
BEGIN;
CLUSTER second USING second_other;
ROLLBACK;
SELECT max(commit) - :head AS commits_more FROM schemaver.log;
CLUSTER second USING second_other;
:show
SELECT * FROM schemaver.diff('head', 'live');

-- The session's own sequences do not notice that a commit has a number.
\c
SET client_min_messages = error;
SELECT lastval();
CREATE SEQUENCE own START 42;
SELECT lastval();
SELECT nextval('own');
COMMENT ON SEQUENCE own IS 'of the session';
SELECT lastval(), currval('own');
SELECT max(commit) = (SELECT last_value FROM schemaver.commit_id) AS numbers_are_drawn FROM schemaver.log;
SELECT count(*) = count(DISTINCT commit) AND count(*) = max(commit) AS without_gaps FROM schemaver.log;

DROP TABLE second CASCADE;
DROP TABLE other;
DROP SEQUENCE own;
DROP EXTENSION schemaver;
