-- The texts of commands: each statement's own, and the script it came from; and no reason for a command to fail.
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
SELECT tag, objects[1], statement, script FROM schemaver.commands ORDER BY commit, number;
SELECT count(*) AS leaks FROM schemaver.statement WHERE text LIKE '%geheim%';
SELECT count(*) AS leaks FROM schemaver.definition WHERE document LIKE '%geheim%';

-- Not at all, where a setting says so.
SET schemaver.query_text = off;
CREATE TABLE silent (id int);
SELECT tag, statement FROM schemaver.commands LIMIT 1;

-- In a new session the library is loaded by the first command that is recorded: its own text is known where it
-- was sent by itself, and the rest of what was sent with it is not kept.
\c -
CREATE TABLE first_alone (id int);
\c -
CREATE TABLE first_of_two (id int)\; CREATE TABLE second_of_two (id int);
\c -
DO $$ BEGIN CREATE TABLE first_inside (id int); CREATE TABLE second_inside (id int); END $$;
DO $$ BEGIN CREATE TABLE third (id int); END $$;
CREATE SCHEMA with_elements CREATE TABLE element (id int) CREATE VIEW seen AS SELECT * FROM element;
/* a comment */ CREATE TABLE commented (id /* one more */ int) -- and more
;
SELECT objects[1], statement, script FROM schemaver.commands WHERE objects[1] ~ 'first|second|third|element|commented' ORDER BY commit, number;
DROP SCHEMA with_elements CASCADE;
DROP TABLE first_alone, first_of_two, second_of_two, first_inside, second_inside, third, commented;

DROP TABLE alone, inside, one, two, after_change, silent;
DROP FOREIGN DATA WRAPPER wrapper CASCADE;
DROP EXTENSION schemaver;
DROP SCHEMA schemaver;
