-- Other databases: where they are is what foreign servers and user mappings of this wrapper say.

CREATE FUNCTION schemaver.check_server_options(options text[], catalog oid) RETURNS void
LANGUAGE C STRICT SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_check_server_options';
COMMENT ON FUNCTION schemaver.check_server_options(text[], oid) IS
    'the validator of the foreign-data wrapper schemaver: servers and user mappings have the options that libpq takes';

CREATE FOREIGN DATA WRAPPER schemaver VALIDATOR schemaver.check_server_options;
COMMENT ON FOREIGN DATA WRAPPER schemaver IS
    'schemaver: servers of this wrapper are databases that points name as server:NAME';

CREATE FUNCTION schemaver.compare_fleet(
    servers text[] DEFAULT NULL, schema text DEFAULT NULL, facets text[] DEFAULT NULL,
    OUT fingerprint text, OUT count bigint, OUT members text[], OUT is_live boolean, OUT error text)
RETURNS SETOF record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_compare_fleet';
COMMENT ON FUNCTION schemaver.compare_fleet(text[], text, text[]) IS
    'asks many databases at once, by the names of their foreign servers (NULL: all that you may use), for the fingerprint of '
    'their schema, and groups them by it; is_live: the same as here; those that could not be asked come last, with the reason';

CREATE FUNCTION schemaver.fleet_summary(
    servers text[] DEFAULT NULL, schema text DEFAULT NULL, facets text[] DEFAULT NULL) RETURNS text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_fleet_summary';
COMMENT ON FUNCTION schemaver.fleet_summary(text[], text, text[]) IS
    'what compare_fleet() says, in a sentence: 47 at sv1:9f86d081884c (as here), 2 at sv1:60303ae22b99, 1 without an answer: eu3';

CREATE FUNCTION schemaver.check_subscription(
    subscription text, server text DEFAULT NULL, OUT severity text, OUT "check" text, OUT "table" text, OUT detail text, OUT hint text)
RETURNS SETOF record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_check_subscription';
COMMENT ON FUNCTION schemaver.check_subscription(text, text) IS
    'run on a subscriber of logical replication: which tables will stop it and why, by comparing with the publisher, which is '
    'the database of that foreign server (NULL: as the subscription itself connects, for superusers); no row: none';
