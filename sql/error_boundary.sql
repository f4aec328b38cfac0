-- Errors of every kind, raised at every place where one can cross between the server's C and our C++: what
-- arrives at the client, and that the session is as good as new afterwards. The functions that fail are in the
-- library but in no install script; test/tap runs them by the ten thousand.
SET client_min_messages = warning;
CREATE SCHEMA error_boundary;
SET search_path = error_boundary;
CREATE FUNCTION fault(place text, kind text) RETURNS text AS '$libdir/schemaver', 'schemaver_fault' LANGUAGE C;
CREATE FUNCTION fault_message(text) RETURNS void AS '$libdir/schemaver', 'schemaver_fault_message' LANGUAGE C;
CREATE FUNCTION fault_query(text) RETURNS void AS '$libdir/schemaver', 'schemaver_fault_query' LANGUAGE C;
CREATE FUNCTION fault_table_query(text) RETURNS int AS '$libdir/schemaver', 'schemaver_fault_table_query' LANGUAGE C;
CREATE FUNCTION fault_trigger() RETURNS trigger AS '$libdir/schemaver', 'schemaver_fault_trigger' LANGUAGE C;
CREATE FUNCTION fault_event_trigger() RETURNS event_trigger
    AS '$libdir/schemaver', 'schemaver_fault_event_trigger' LANGUAGE C;
CREATE FUNCTION arm(place text, kind text, times int DEFAULT 1) RETURNS void
    AS '$libdir/schemaver', 'schemaver_fault_arm' LANGUAGE C;
CREATE FUNCTION live_objects() RETURNS int AS '$libdir/schemaver', 'schemaver_live_objects' LANGUAGE C;

-- The fields of the error that a query ends in, those that are not empty, one on each line.
CREATE FUNCTION fields(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text; hint text; context text;
    schema_ text; table_ text; column_ text; datatype_ text; constraint_ text;
BEGIN
    EXECUTE query;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT, schema_ = SCHEMA_NAME, table_ = TABLE_NAME,
        column_ = COLUMN_NAME, datatype_ = PG_DATATYPE_NAME, constraint_ = CONSTRAINT_NAME;
    RETURN QUERY SELECT name || ': ' || value FROM (VALUES ('sqlstate', state), ('message', message),
        ('detail', detail), ('hint', hint), ('context', context), ('schema', schema_), ('table', table_),
        ('column', column_), ('datatype', datatype_), ('constraint', constraint_)) AS field(name, value)
        WHERE value <> '';
END $$;

-- The first four of them on one line.
CREATE FUNCTION outcome(query text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(substr(f, strpos(f, ': ') + 2), ' | ') FROM fields(query) AS f
    WHERE f ~ '^(sqlstate|message|detail|hint): '
$$;

-- A server error crosses with every field it has.
SELECT fields($$SELECT fault('function', 'server')$$);
-- The cursor position too.
SELECT fault('function', 'server');
SELECT fields($$SELECT fault('function', 'passed')$$);
-- C++ exceptions become errors of the server.
SELECT fields($$SELECT fault('function', 'core')$$);
SELECT fields($$SELECT fault('function', 'bad_alloc')$$);
SELECT fields($$SELECT fault('function', 'runtime_error')$$);
SELECT fields($$SELECT fault('function', 'unknown')$$);
SELECT fields($$SELECT fault(NULL, 'unknown')$$);
SELECT fields($$SELECT fault('nowhere', 'unknown')$$);

-- The same in the middle of SPI, of a catalog scan, of a server call, and below a context callback.
SELECT place, kind, outcome(format('SELECT fault(%L, %L)', place, kind))
FROM unnest('{function,spi,scan,call,callback}'::text[]) WITH ORDINALITY AS p(place, i),
    unnest('{server,passed,core,bad_alloc,runtime_error,unknown}'::text[]) WITH ORDINALITY AS k(kind, j)
ORDER BY i, j;

-- The CONTEXT is that of the place: the callback belongs to the server's error, not to the exception that left its
-- frame.
SELECT fields($$SELECT fault('callback', 'server')$$);
SELECT fields($$SELECT fault('callback', 'core')$$);
SELECT fields($$SELECT fault('call', 'core')$$);
-- Memory really runs out.
SELECT fault('function', 'exhausted_server');
SELECT kind, outcome(format('SELECT fault(''function'', %L)', kind)) FROM unnest('{exhausted_server,exhausted_new}'::text[]) AS kind;

-- Real errors, through SPI; and through SPI, plpgsql and back into C++.
CREATE TABLE target (i int CONSTRAINT target_unique UNIQUE CONSTRAINT target_positive CHECK (i > 0), n int NOT NULL);
SELECT fields($$SELECT fault_query('INSERT INTO target VALUES (1, 1), (1, 1)')$$);
SELECT fields($$SELECT fault_query('INSERT INTO target VALUES (-1, 1)')$$);
SELECT fields($$SELECT fault_query('INSERT INTO target VALUES (1)')$$);
SELECT fields($$SELECT fault_query('SELECT * FROM nothing')$$);
CREATE FUNCTION nested(query text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM fault_query(query);
END $$;
SELECT fields($$SELECT fault_query('SELECT nested(''SELECT fault(''''scan'''', ''''core'''')'')')$$);
SELECT nested('SELECT nothing');
CREATE FUNCTION endless() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM fault_query('SELECT endless()'); END $$;
SELECT outcome($$SELECT endless()$$) ~ '^54001 \| stack depth limit exceeded';

-- Triggers.
CREATE TABLE triggered (i int);
CREATE FUNCTION in_trigger(kind text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER t BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION fault_trigger(%L)', kind);
    RETURN outcome('INSERT INTO triggered VALUES (1)');
END $$;
SELECT kind, in_trigger(kind) FROM unnest('{server,passed,core,bad_alloc,runtime_error,unknown}'::text[]) AS kind;

-- Event triggers and the utility hook.
CREATE EVENT TRIGGER error_boundary ON ddl_command_start EXECUTE FUNCTION fault_event_trigger();
CREATE FUNCTION in_utility(place text, kind text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM arm(place, kind);
    RETURN outcome('COMMENT ON TABLE triggered IS NULL');
END $$;
SELECT place, kind, in_utility(place, kind)
FROM unnest('{event trigger,hook before,hook inside,hook after}'::text[]) WITH ORDINALITY AS p(place, i),
    unnest('{server,passed,core,bad_alloc,runtime_error,unknown}'::text[]) WITH ORDINALITY AS k(kind, j)
ORDER BY i, j;
-- What failed after the command takes the command with it.
SELECT arm('hook after', 'core');
CREATE TABLE never (i int);
SELECT to_regclass('never') IS NULL AS undone;
-- Errors of the command itself pass through the hooks.
CREATE TABLE triggered (i int);
DROP EVENT TRIGGER error_boundary;

-- An error is swallowed in a subtransaction, and only there.
SELECT kind, fault('subtransaction', kind)
FROM unnest('{server,passed,core,bad_alloc,runtime_error,unknown}'::text[]) AS kind;
BEGIN;
INSERT INTO triggered SELECT 1 WHERE false;
SELECT fault('subtransaction', 'server');
SELECT count(*) FROM triggered;
COMMIT;
-- What the server raises next finds the right handler.
SELECT fault('subtransaction', 'core'), 1 / (random() * 0)::int;

-- A cancel is never swallowed.
SET statement_timeout = '100ms';
SELECT fault('function', 'sleep');
\echo :LAST_ERROR_SQLSTATE
SELECT fault('subtransaction', 'sleep');
\echo :LAST_ERROR_SQLSTATE
SELECT nested('SELECT fault(''call'', ''sleep'')');
\echo :LAST_ERROR_SQLSTATE
RESET statement_timeout;

-- Any text can be in a message, and none.
SELECT fault_message('héllo wörld ✓');
SELECT fault_message('100 %s %m %n ''quoted'' "names"' || E'\n and a second line');
SELECT fault_message('');
SELECT fault('function', 'not_text');
SELECT length(split_part(outcome($$SELECT fault_message(repeat('x', 1000000))$$), ' | ', 2));

-- A query of users' tables has the rights of their owner: of one, whose they all are.
CREATE ROLE regress_schemaver_one;
CREATE ROLE regress_schemaver_other;
CREATE TABLE of_one (i int);
CREATE TABLE of_other AS SELECT generate_series(1, 250) AS i;
ALTER TABLE of_one OWNER TO regress_schemaver_one;
ALTER TABLE of_other OWNER TO regress_schemaver_other;
GRANT USAGE ON SCHEMA error_boundary TO regress_schemaver_one, regress_schemaver_other;
SELECT fault_table_query('SELECT i FROM error_boundary.of_other'), fault_table_query('SELECT a.i FROM error_boundary.of_other AS a JOIN error_boundary.of_other AS b USING (i)');
SELECT * FROM fields($$SELECT fault_table_query('SELECT i FROM error_boundary.of_one UNION ALL SELECT i FROM error_boundary.of_other')$$) AS f WHERE f !~ '^context';
SELECT * FROM fields($$SELECT fault_table_query('SELECT i FROM error_boundary.of_none')$$) AS f WHERE f !~ '^context';
SET ROLE regress_schemaver_one;
SELECT fault_table_query('SELECT i FROM error_boundary.of_one');
SELECT * FROM fields($$SELECT fault_table_query('SELECT i FROM error_boundary.of_other')$$) AS f WHERE f !~ '^context';
SELECT current_user;
RESET ROLE;
SELECT fault_table_query('SELECT i FROM error_boundary.of_other');
SELECT current_user = session_user AS same;
DROP TABLE of_one, of_other;
REVOKE USAGE ON SCHEMA error_boundary FROM regress_schemaver_one, regress_schemaver_other;
DROP ROLE regress_schemaver_one, regress_schemaver_other;

-- Nothing is left behind.
SELECT live_objects();
SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'schemaver error';
DROP SCHEMA error_boundary CASCADE;
