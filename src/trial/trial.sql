-- Trials: a script is run for real and undone. These functions have no search_path of their own: the script has the
-- caller's. Nothing in them looks a name up by it.

CREATE FUNCTION schemaver.dry_run(
    sql text, lock_timeout interval DEFAULT '2s', time_limit interval DEFAULT '1min',
    OUT number integer, OUT statement text, OUT outcome text, OUT took interval, OUT locks text[], OUT rewrites text[],
    OUT scans text[], OUT changes text[], OUT findings text[], OUT sqlstate text, OUT message text, OUT "position" integer, OUT notes text[])
RETURNS SETOF record
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'schemaver_dry_run';
COMMENT ON FUNCTION schemaver.dry_run(text, interval, interval) IS
    'runs the statements for real and undoes them: for each its time, locks and how long they were held, tables and indexes written '
    'anew or read through, what it changed, what lint() says of it, its error; the last row is about the whole. Only values drawn from sequences stay';

CREATE FUNCTION schemaver.dry_run_json(
    sql text, lock_timeout interval DEFAULT '2s', time_limit interval DEFAULT '1min')
RETURNS jsonb
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'schemaver_dry_run_json';
COMMENT ON FUNCTION schemaver.dry_run_json(text, interval, interval) IS
    'what dry_run() finds out, for programs: times in microseconds, sizes in bytes, changes as the rows of diff()';

CREATE FUNCTION schemaver.test_migration(
    up text, down text, again boolean DEFAULT false, lock_timeout interval DEFAULT '2s', time_limit interval DEFAULT '1min',
    OUT phase text, OUT finding text, OUT object text, OUT detail text, OUT rows bigint, OUT number integer,
    OUT sqlstate text, OUT "position" integer)
RETURNS SETOF record
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'schemaver_test_migration';
COMMENT ON FUNCTION schemaver.test_migration(text, text, boolean, interval, interval) IS
    'runs up and then down for real, and undoes all: did the schema come back, what did not, which rows and values were lost on '
    'the way. again: up once more, which must give what it gave before. The last row is the verdict';

CREATE FUNCTION schemaver.test_migrations(
    migrations text[], again boolean DEFAULT false, lock_timeout interval DEFAULT '2s', time_limit interval DEFAULT '5min',
    OUT step integer, OUT phase text, OUT finding text, OUT object text, OUT detail text, OUT rows bigint, OUT number integer,
    OUT sqlstate text, OUT "position" integer)
RETURNS SETOF record
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'schemaver_test_migrations';
COMMENT ON FUNCTION schemaver.test_migrations(text[], boolean, interval, interval) IS
    'the same for a chain, ARRAY[[up, down], [up, down], ...]: all up, then all down in reverse order, compared at each step';
