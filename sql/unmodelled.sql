-- What schemaver does not model yet is listed, and the fingerprint says so once in a session.
CREATE EXTENSION schemaver;
CREATE TABLE measured (a int, b int, shape text CHECK (shape IN ('round', 'square')));
CREATE TYPE span AS RANGE (subtype = float8);
CREATE VIEW shapes AS SELECT DISTINCT shape FROM measured;

-- One of everything that is modelled leaves nothing over: row types, array types, multiranges and the functions
-- that come with a range are parts of what they come with.
SELECT * FROM schemaver.unmodelled();
SELECT schemaver.fingerprint() = schemaver.fingerprint('head') AS same;

\c
CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE STATISTICS measured_together ON a, b FROM measured;
CREATE COLLATION plain FROM "C";
SET client_min_messages = error;  -- of wal_level, which is beside the point
CREATE PUBLICATION everything FOR TABLE measured;
RESET client_min_messages;
CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
CREATE FUNCTION notice_it() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER noticed ON ddl_command_end EXECUTE FUNCTION notice_it();
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
CREATE CAST (text AS span) WITH INOUT;
CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int);
SELECT catalog, kind, identity FROM schemaver.unmodelled() ORDER BY catalog, kind, identity COLLATE "C";
SELECT schemaver.fingerprint() = schemaver.fingerprint('head') AS same;
SELECT schemaver.fingerprint() = schemaver.fingerprint('head') AS same;

DROP EVENT TRIGGER noticed;
DROP EXTENSION schemaver;
DROP SCHEMA schemaver;
