-- The texts of commands: kept where a statement was sent by itself, never where it may hold a secret, and no
-- reason for a command to fail.
CREATE EXTENSION schemaver;
CREATE TABLE  alone (id int) ;
DO 'BEGIN CREATE TABLE inside (id int); END';
CREATE TABLE one (id int)\; CREATE TABLE two (id int);

-- Parsed again at the second statement, this string is no SQL any more.
SET escape_string_warning = off;
SET standard_conforming_strings = off;
SELECT 'a\'b' AS text\; SET standard_conforming_strings = on\; CREATE TABLE after_change (id int);

CREATE FOREIGN DATA WRAPPER wrapper OPTIONS (password 'geheim');
CREATE SERVER elsewhere FOREIGN DATA WRAPPER wrapper OPTIONS (password 'geheim');
CREATE USER MAPPING FOR PUBLIC SERVER elsewhere OPTIONS (password 'geheim');
SELECT tag, objects[1], statement FROM schemaver.commands ORDER BY commit, number;
SELECT count(*) AS leaks FROM schemaver.statement WHERE text LIKE '%geheim%';
SELECT count(*) AS leaks FROM schemaver.definition WHERE document LIKE '%geheim%';

-- Not at all, where a setting says so.
SET schemaver.query_text = off;
CREATE TABLE silent (id int);
SELECT tag, statement FROM schemaver.commands LIMIT 1;

DROP TABLE alone, inside, one, two, after_change, silent;
DROP FOREIGN DATA WRAPPER wrapper CASCADE;
DROP EXTENSION schemaver;
DROP SCHEMA schemaver;
