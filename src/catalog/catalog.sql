-- What the catalogs hold that schemaver does not model.

CREATE FUNCTION schemaver.unmodelled(OUT catalog text, OUT kind text, OUT identity text)
RETURNS SETOF record
LANGUAGE C VOLATILE STRICT SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_unmodelled';
COMMENT ON FUNCTION schemaver.unmodelled() IS
    'objects that users made and no fingerprint covers: none, when everything is modelled';
