-- The schema at a point, and the difference of two points.

CREATE FUNCTION schemaver.fingerprint(
    at text DEFAULT 'live', scope text DEFAULT NULL, facets text[] DEFAULT NULL, exact boolean DEFAULT false)
RETURNS text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_fingerprint';
COMMENT ON FUNCTION schemaver.fingerprint(text, text, text[], boolean) IS
    'one digest for the schema at a point (live, head, commit:N), for one schema or some facets of it, or for the '
    'cluster (scope cluster): equal exactly when the schema is';

CREATE FUNCTION schemaver.objects(
    at text DEFAULT 'live', scope text DEFAULT NULL, OUT kind text, OUT identity text, OUT schema text, OUT digest text)
RETURNS SETOF record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_objects';
COMMENT ON FUNCTION schemaver.objects(text, text) IS
    'every object of the schema at a point, of one schema or of the cluster, with the digest of its definition';

CREATE FUNCTION schemaver.describe(kind text, identity text, at text DEFAULT 'live') RETURNS jsonb
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_describe';
COMMENT ON FUNCTION schemaver.describe(text, text, text) IS
    'an object''s definition at a point, in words: describe(''table'', ''public.people'')';

CREATE FUNCTION schemaver.diff(
    "from" text DEFAULT 'head', "to" text DEFAULT 'live',
    OUT change text, OUT kind text, OUT identity text, OUT property text, OUT old_value text, OUT new_value text,
    OUT facet text, OUT commit bigint, OUT who text, OUT captured boolean)
RETURNS SETOF record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_diff';
COMMENT ON FUNCTION schemaver.diff(text, text) IS
    'what differs between two points, and who changed it in which commit; captured is false where the ledger does not know';
