-- The schema at a point, and the difference of two points.

CREATE FUNCTION schemaver.fingerprint(
    at text DEFAULT 'live', scope text DEFAULT NULL, facets text[] DEFAULT NULL, exact boolean DEFAULT false)
RETURNS text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_fingerprint';
COMMENT ON FUNCTION schemaver.fingerprint(text, text, text[], boolean) IS
    'one digest for the schema at a point (live, head, v1.2.0, commit:N, ...), for one schema or some facets of it, or for the '
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

CREATE FUNCTION schemaver.definitions(
    at text DEFAULT 'live', kinds text[] DEFAULT NULL, identities text[] DEFAULT NULL,
    OUT kind text, OUT identity text, OUT schema text, OUT definition jsonb)
RETURNS SETOF record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_definitions';
COMMENT ON FUNCTION schemaver.definitions(text, text[], text[]) IS
    'the definitions of all objects at a point, or of those whose kinds and identities are given, in one read; what is not there has '
    'no row';

CREATE FUNCTION schemaver.schema_sql(at text DEFAULT 'live', with_rows boolean DEFAULT false) RETURNS SETOF text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_schema_sql';
COMMENT ON FUNCTION schemaver.schema_sql(text, boolean) IS
    'the statements that recreate the schema at a point in an empty database, in an order that runs; with_rows: of a '
    'version, also the rows that tag() has kept with it';

CREATE FUNCTION schemaver.diff(
    "from" text DEFAULT 'head', "to" text DEFAULT 'live', facets text[] DEFAULT NULL, kinds text[] DEFAULT NULL,
    schemas text[] DEFAULT NULL, ignore text[] DEFAULT NULL,
    OUT change text, OUT kind text, OUT identity text, OUT former_identity text, OUT property text,
    OUT old_value text, OUT new_value text, OUT facet text, OUT commit bigint, OUT who text, OUT captured boolean,
    OUT likeness real)
RETURNS SETOF record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_diff';
COMMENT ON FUNCTION schemaver.diff(text, text, text[], text[], text[], text[]) IS
    'what differs between two points, and who changed it in which commit; captured is false where the ledger does not know';

CREATE FUNCTION schemaver.diff_text("from" text DEFAULT 'head', "to" text DEFAULT 'live', format text DEFAULT 'text')
RETURNS text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_diff_text';
COMMENT ON FUNCTION schemaver.diff_text(text, text, text) IS
    'the difference of two points as a text: format text (unified), color, markdown, json, or sql (side by side)';

CREATE FUNCTION schemaver.changelog("from" text DEFAULT NULL, "to" text DEFAULT NULL) RETURNS text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_changelog';
COMMENT ON FUNCTION schemaver.changelog(text, text) IS
    'what changed between two points, in Markdown for release notes; without points, of every version beside the last';

CREATE FUNCTION schemaver.compatibility("from" text DEFAULT 'head', "to" text DEFAULT 'live') RETURNS text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_compatibility';
COMMENT ON FUNCTION schemaver.compatibility(text, text) IS
    'identical, backward compatible (old applications go on working), forward compatible (new ones work on the old '
    'schema) or breaking';

CREATE FUNCTION schemaver.compatibility_findings(
    "from" text DEFAULT 'head', "to" text DEFAULT 'live', OUT breaks text, OUT kind text, OUT identity text,
    OUT property text, OUT reason text, OUT hint text)
RETURNS SETOF record
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_compatibility_findings';
COMMENT ON FUNCTION schemaver.compatibility_findings(text, text) IS
    'why a change breaks old applications on the new schema, or new ones on the old: what compatibility() went by';

CREATE FUNCTION schemaver.tag(
    version text, description text DEFAULT NULL, at text DEFAULT 'live', tables text[] DEFAULT NULL)
RETURNS text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_tag';
COMMENT ON FUNCTION schemaver.tag(text, text, text, text[]) IS
    'names the schema at a point as a version, for ever, and keeps the rows of small tables with it; returns its fingerprint';

CREATE FUNCTION schemaver.drop_version(version text, reason text) RETURNS void
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_drop_version';
COMMENT ON FUNCTION schemaver.drop_version(text, text) IS
    'takes a version''s name away; that it was there, and the reason, stay in schemaver.ref';

CREATE FUNCTION schemaver.set_baseline(name text, at text DEFAULT 'live', description text DEFAULT NULL) RETURNS text
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_set_baseline';
COMMENT ON FUNCTION schemaver.set_baseline(text, text, text) IS
    'sets or moves a baseline to the schema at a point: what a database should be; returns its fingerprint';

CREATE FUNCTION schemaver.drop_baseline(name text, reason text DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_drop_baseline';
COMMENT ON FUNCTION schemaver.drop_baseline(text, text) IS
    'takes a baseline''s name away; where it has been stays in schemaver.ref';

CREATE FUNCTION schemaver.version_info(version text) RETURNS jsonb
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_version_info';
COMMENT ON FUNCTION schemaver.version_info(text) IS
    'what release notes say of a version: when, by whom, on which server, at which migration, how many objects';

-- The last act on a name counts: on the newest of this database's own timelines, or on a timeline from elsewhere.
CREATE VIEW schemaver.versions AS
SELECT r.name AS version, r.at, r.who, r.commit, r.revision, r.migrations, r.description, r.fingerprint, r.database,
       r.own, r.timeline
FROM (SELECT DISTINCT ON (elsewhere, name) *
      FROM (SELECT r.*, o.timeline IS NOT NULL AS own, o.place,
                   CASE WHEN o.timeline IS NULL THEN r.timeline END AS elsewhere
            FROM schemaver.ref AS r
            LEFT JOIN schemaver.current_timelines() WITH ORDINALITY AS o (timeline, until, place)
              ON o.timeline OPERATOR(pg_catalog.=) r.timeline AND r.commit OPERATOR(pg_catalog.<=) o.until
            WHERE r.kind OPERATOR(pg_catalog.=) 'version') AS r
      ORDER BY elsewhere, name, place, number DESC) AS r
WHERE r.action OPERATOR(pg_catalog.<>) 'dropped'
ORDER BY r.at DESC;
COMMENT ON VIEW schemaver.versions IS
    'every version, newest first, those of databases whose dumps were restored here included; own is false for those';

CREATE VIEW schemaver.baselines AS
SELECT r.name AS baseline, r.at, r.who, r.commit, r.revision, r.migrations, r.description, r.fingerprint, r.database,
       r.own, r.timeline
FROM (SELECT DISTINCT ON (elsewhere, name) *
      FROM (SELECT r.*, o.timeline IS NOT NULL AS own, o.place,
                   CASE WHEN o.timeline IS NULL THEN r.timeline END AS elsewhere
            FROM schemaver.ref AS r
            LEFT JOIN schemaver.current_timelines() WITH ORDINALITY AS o (timeline, until, place)
              ON o.timeline OPERATOR(pg_catalog.=) r.timeline AND r.commit OPERATOR(pg_catalog.<=) o.until
            WHERE r.kind OPERATOR(pg_catalog.=) 'baseline') AS r
      ORDER BY elsewhere, name, place, number DESC) AS r
WHERE r.action OPERATOR(pg_catalog.<>) 'dropped'
ORDER BY r.name;
COMMENT ON VIEW schemaver.baselines IS
    'every baseline, where it is now and since when';
