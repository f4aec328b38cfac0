-- Models against database: what an ORM, a migration tool or a schema.sql would make, beside what is there.

CREATE FUNCTION schemaver.check_models(
    expected_sql text, facets text[] DEFAULT '{structure}', kinds text[] DEFAULT NULL, schemas text[] DEFAULT NULL,
    ignore text[] DEFAULT NULL,
    OUT change text, OUT kind text, OUT identity text, OUT former_identity text, OUT property text,
    OUT old_value text, OUT new_value text, OUT facet text)
RETURNS SETOF record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_check_models';
COMMENT ON FUNCTION schemaver.check_models(text, text[], text[], text[], text[]) IS
    'runs a script in a scratch database, which it drops again, and says how this database differs from what the script made: rows '
    'as of diff(), from the models to here; tables that migration tools keep for themselves are left out';

CREATE FUNCTION schemaver.assert_models(
    expected_sql text, facets text[] DEFAULT '{structure}', kinds text[] DEFAULT NULL, schemas text[] DEFAULT NULL,
    ignore text[] DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_assert_models';
COMMENT ON FUNCTION schemaver.assert_models(text, text[], text[], text[], text[]) IS
    'raises SV095 if check_models() would return any row: one line of a pipeline';
