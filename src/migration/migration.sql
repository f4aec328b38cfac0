-- Migrations: what the tools' books say, what each commit saw of them, and migrations that sessions declare.

-- Rows of users' own, for tools that schemaver does not know; dumped, as a restored database has the same tools.
-- Names of tables and columns, never SQL.
CREATE TABLE schemaver.migration_tool (
    tool text NOT NULL CHECK (tool OPERATOR(pg_catalog.<>) ''),
    schema text,
    table_name text NOT NULL CHECK (table_name OPERATOR(pg_catalog.<>) ''),
    revision_column text NOT NULL CHECK (revision_column OPERATOR(pg_catalog.<>) ''),
    order_column text,
    time_column text,
    group_column text,
    failed_column text,
    failed_value text,
    who text NOT NULL DEFAULT SESSION_USER,
    at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
-- Users change and delete rows also where a publication of all tables has this one.
ALTER TABLE schemaver.migration_tool REPLICA IDENTITY FULL;
COMMENT ON TABLE schemaver.migration_tool IS
    'migration tools of your own: in which table and column they keep what they have applied, in which order (by the revision, unless a '
    'column is named), and in which column a value (NULL: none) says that it failed';

CREATE TABLE schemaver.migration (
    timeline uuid NOT NULL,
    id bigint NOT NULL,
    act text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL,
    name text NOT NULL,
    description text,
    commit bigint
);
CREATE INDEX migration_key ON schemaver.migration (timeline, id);
CREATE INDEX migration_commit ON schemaver.migration (timeline, commit);
COMMENT ON TABLE schemaver.migration IS 'that a session began a migration, made a commit in it, or ended it';

CREATE SEQUENCE schemaver.migration_id;
COMMENT ON SEQUENCE schemaver.migration_id IS 'numbers of migrations that sessions declare';

-- Written when a tool's books are not what they were at the commit before.
CREATE TABLE schemaver.revision_change (
    timeline uuid NOT NULL,
    tool text COLLATE "C" NOT NULL,
    schema text COLLATE "C" NOT NULL,
    commit bigint NOT NULL,
    number integer NOT NULL,
    how text NOT NULL,
    revision_before text,
    revision_after text,
    state text NOT NULL,
    applied integer,
    added text[] NOT NULL,
    removed text[] NOT NULL,
    direction text
);
CREATE INDEX revision_change_key ON schemaver.revision_change (timeline, tool, schema, commit, number);
CREATE INDEX revision_change_commit ON schemaver.revision_change (timeline, commit);
COMMENT ON TABLE schemaver.revision_change IS
    'what a commit saw of a migration tool''s books: found them first, found them changed before it, changed them itself, or saw their table gone';

CREATE TABLE schemaver.commit_effect (
    timeline uuid NOT NULL,
    commit bigint NOT NULL,
    started timestamptz NOT NULL,
    locked text[] NOT NULL,
    rewrote text[] NOT NULL
);
CREATE INDEX commit_effect_key ON schemaver.commit_effect (timeline, commit);
COMMENT ON TABLE schemaver.commit_effect IS
    'of a commit that is part of a migration: when its transaction began, which locks on tables it held at its end, which tables it rewrote';

-- One statement each: two in one fail with "tuple already updated by self".
SELECT pg_catalog.pg_extension_config_dump('schemaver.migration_tool', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.migration', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.revision_change', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.commit_effect', '');
GRANT SELECT ON schemaver.migration_tool, schemaver.migration, schemaver.revision_change, schemaver.commit_effect TO PUBLIC;

CREATE FUNCTION schemaver.begin_migration(name text, description text DEFAULT '') RETURNS void
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_begin_migration';
COMMENT ON FUNCTION schemaver.begin_migration(text, text) IS
    'this session begins a migration: each commit until end_migration() knows its name; undone if the transaction is rolled back';

CREATE FUNCTION schemaver.end_migration() RETURNS void
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_end_migration';
COMMENT ON FUNCTION schemaver.end_migration() IS 'ends the migration that this session has begun';

CREATE FUNCTION schemaver.revisions(
    OUT tool text, OUT schema text, OUT table_name text, OUT revision text, OUT applied integer, OUT last_applied text,
    OUT last_applied_at timestamptz, OUT state text, OUT failed text[])
RETURNS SETOF record
LANGUAGE C STABLE ROWS 2 SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_revisions';
COMMENT ON FUNCTION schemaver.revisions() IS
    'each migration tool in use: where its table is, the revision it is at, how many migrations are applied, which one last and when, '
    'and whether it is ok, failed, dirty, locked, empty or at several heads';

CREATE FUNCTION schemaver.up_to_date(revision text) RETURNS boolean
LANGUAGE C STABLE STRICT SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_up_to_date';
COMMENT ON FUNCTION schemaver.up_to_date(text) IS
    'for an application''s start-up: whether this migration is applied, whatever the tool; NULL where its table is locked, as it never waits';

CREATE FUNCTION schemaver.check_revisions(
    OUT tool text, OUT schema text, OUT table_name text, OUT severity text, OUT finding text, OUT table_says text,
    OUT ledger_says text, OUT last_commit bigint, OUT detail text, OUT next_command text, OUT added text[], OUT removed text[])
RETURNS SETOF record
LANGUAGE C STABLE ROWS 2 SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_check_revisions';
COMMENT ON FUNCTION schemaver.check_revisions() IS
    'where a migration tool''s table is not what the last commit saw: edited, emptied, dropped, at several heads or at a revision that '
    'nobody has seen; and the command that writes what the ledger says';

CREATE FUNCTION schemaver.migration_status(
    OUT tool text, OUT schema text, OUT revision text, OUT state text, OUT fingerprint text, OUT same_as text[],
    OUT differs_from text[], OUT verdict text, OUT next_command text)
RETURNS SETOF record
LANGUAGE C STABLE ROWS 2 SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_migration_status';
COMMENT ON FUNCTION schemaver.migration_status() IS
    'whether the live schema is the one that the same revision gave before, or elsewhere: to other commits, restored databases, versions, '
    'baselines and backups at that revision';

-- The commits whose DDL may be that of a migration of which they did not see the books change: those since the books were
-- last seen to change, up to a commit (NULL: to the last one). A tool that commits its DDL and then its row makes such.
CREATE FUNCTION schemaver.commits_of_migration(timelines uuid[], tool text, schema text, until bigint) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(pg_catalog.array_agg(c.commit ORDER BY c.commit), '{}')
    FROM (SELECT t.commit, t.how FROM schemaver.revision_change AS t
          WHERE t.timeline OPERATOR(pg_catalog.=) ANY (timelines) AND t.tool OPERATOR(pg_catalog.=) commits_of_migration.tool
            AND t.schema OPERATOR(pg_catalog.=) commits_of_migration.schema
            AND t.commit OPERATOR(pg_catalog.<) coalesce(until, 9223372036854775807)
          ORDER BY t.commit DESC, t.number DESC LIMIT 1) AS p
    JOIN schemaver.commits AS c
      ON c.commit OPERATOR(pg_catalog.<) coalesce(until, 9223372036854775807)
     AND (c.commit OPERATOR(pg_catalog.>) p.commit OR (c.commit OPERATOR(pg_catalog.=) p.commit AND p.how OPERATOR(pg_catalog.=) 'before'))
     AND c.source OPERATOR(pg_catalog.=) 'ddl';
END;
COMMENT ON FUNCTION schemaver.commits_of_migration(uuid[], text, text, bigint) IS
    'for migration_history: the commits between two changes of a tool''s books, of which one may be the migration''s';

-- Of several commits' locks the strongest on each table.
CREATE FUNCTION schemaver.strongest_locks(held text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT ARRAY(
        SELECT DISTINCT ON (p.name) u.lock
        FROM pg_catalog.unnest(held) AS u (lock)
        CROSS JOIN LATERAL (SELECT pg_catalog.regexp_replace(u.lock, ': [A-Z ]+$', '') COLLATE "C" AS name,
                                   pg_catalog.substring(u.lock, '[A-Z ]+$') AS mode) AS p
        ORDER BY p.name, pg_catalog.array_position(ARRAY[' ACCESS EXCLUSIVE', ' EXCLUSIVE', ' SHARE ROW EXCLUSIVE', ' SHARE',
                                                         ' SHARE UPDATE EXCLUSIVE'], p.mode));
END;
COMMENT ON FUNCTION schemaver.strongest_locks(text[]) IS
    'for migration_history: of locks such as "public.people: SHARE", the strongest on each table';

-- A row for each change of a tool's books, each migration that a session declared, and each that the books call failed. Of
-- a tool that keeps only where it is, a revision that was first seen earlier than the one before is a downgrade.
CREATE VIEW schemaver.migration_history AS
WITH own AS (SELECT pg_catalog.array_agg(o.timeline) AS timelines FROM schemaver.current_timelines() AS o),
     live AS MATERIALIZED (SELECT n.* FROM schemaver.revisions() AS n),
     pending AS MATERIALIZED (SELECT k.* FROM schemaver.check_revisions() AS k
                              WHERE pg_catalog.cardinality(k.added) OPERATOR(pg_catalog.+) pg_catalog.cardinality(k.removed)
                                    OPERATOR(pg_catalog.>) 0),
     change AS (
        SELECT r.timeline, r.tool, r.schema, r.commit, r.how, r.revision_before, r.revision_after, r.state, r.added, r.removed,
               r.direction,
               CASE WHEN r.how OPERATOR(pg_catalog.=) 'before'
                    THEN schemaver.commits_of_migration(w.timelines, r.tool, r.schema, r.commit) ELSE ARRAY[c.commit] END AS commits
        FROM own AS w
        CROSS JOIN schemaver.commits AS c
        JOIN (SELECT DISTINCT ON (o.timeline, o.tool, o.schema, o.commit, o.number) o.* FROM schemaver.revision_change AS o
              ORDER BY o.timeline, o.tool, o.schema, o.commit, o.number) AS r
          ON r.timeline OPERATOR(pg_catalog.=) c.timeline AND r.commit OPERATOR(pg_catalog.=) c.commit
         AND r.how OPERATOR(pg_catalog.<>) 'found'
         AND (pg_catalog.cardinality(r.added) OPERATOR(pg_catalog.+) pg_catalog.cardinality(r.removed) OPERATOR(pg_catalog.>) 0
              OR r.how OPERATOR(pg_catalog.=) 'gone')
        UNION ALL
        SELECT NULL, k.tool, k.schema, NULL, 'before', k.ledger_says, k.table_says, 'ok', k.added, k.removed, NULL,
               schemaver.commits_of_migration(w.timelines, k.tool, k.schema, NULL)
        FROM own AS w CROSS JOIN pending AS k)
SELECT e.started, g.ended, g.ended OPERATOR(pg_catalog.-) e.started AS took, g.who,
       CASE WHEN r.how OPERATOR(pg_catalog.=) 'gone' THEN r.revision_before
            ELSE pg_catalog.array_to_string(CASE WHEN pg_catalog.cardinality(r.added) OPERATOR(pg_catalog.>) 0 THEN r.added
                                                 ELSE r.removed END, ', ') END AS migration,
       CASE WHEN r.how OPERATOR(pg_catalog.=) 'gone' THEN 'table dropped'
            ELSE coalesce(r.direction,
                          CASE WHEN r.revision_after IS NULL OR pg_catalog.cardinality(r.added) OPERATOR(pg_catalog.=) 0
                                 OR f.after OPERATOR(pg_catalog.<) f.before THEN 'downgrade' ELSE 'upgrade' END) END AS direction,
       CASE WHEN r.state OPERATOR(pg_catalog.=) 'failed' THEN 'failed'
            WHEN r.state OPERATOR(pg_catalog.=) 'dirty' AND NOT EXISTS (
                SELECT FROM schemaver.revision_change AS l
                WHERE l.timeline OPERATOR(pg_catalog.=) r.timeline AND l.tool OPERATOR(pg_catalog.=) r.tool
                  AND l.schema OPERATOR(pg_catalog.=) r.schema AND l.commit OPERATOR(pg_catalog.>) r.commit
                  AND l.revision_before OPERATOR(pg_catalog.=) r.revision_after AND l.state OPERATOR(pg_catalog.=) 'ok')
             AND NOT EXISTS (
                SELECT FROM live AS n
                WHERE n.tool OPERATOR(pg_catalog.=) r.tool AND n.schema OPERATOR(pg_catalog.=) r.schema
                  AND n.revision OPERATOR(pg_catalog.=) r.revision_after AND n.state OPERATOR(pg_catalog.=) 'ok')
            THEN 'dirty' ELSE 'done' END AS outcome,
       r.tool, r.schema, r.revision_before, r.revision_after, d.name AS declared, r.commits, g.commands, g.summary,
       e.locked, e.rewrote, NULL::text AS description, r.commit AS last_commit
FROM change AS r
LEFT JOIN LATERAL (SELECT pg_catalog.max(c.at) AS ended, pg_catalog.max(c.who) AS who,
                          coalesce(pg_catalog.sum(c.commands), 0)::integer AS commands,
                          pg_catalog.string_agg((SELECT l.summary FROM schemaver.log AS l
                                                 WHERE l.commit OPERATOR(pg_catalog.=) c.commit LIMIT 1), '; ' ORDER BY c.commit) AS summary
                   FROM schemaver.commits AS c WHERE c.commit OPERATOR(pg_catalog.=) ANY (r.commits)) AS g ON true
LEFT JOIN LATERAL (SELECT t.* FROM schemaver.commit_effect AS t
                   WHERE t.timeline OPERATOR(pg_catalog.=) r.timeline AND t.commit OPERATOR(pg_catalog.=) r.commit
                     AND r.how OPERATOR(pg_catalog.<>) 'before' LIMIT 1) AS e ON true
LEFT JOIN LATERAL (SELECT t.name FROM schemaver.migration AS t
                   WHERE t.timeline OPERATOR(pg_catalog.=) r.timeline AND t.commit OPERATOR(pg_catalog.=) r.commit
                     AND r.how OPERATOR(pg_catalog.<>) 'before' LIMIT 1) AS d ON true
LEFT JOIN LATERAL (SELECT pg_catalog.min(t.commit OPERATOR(pg_catalog.*) 4 OPERATOR(pg_catalog.+) t.number)
                              FILTER (WHERE t.revision_after OPERATOR(pg_catalog.=) r.revision_after) AS after,
                          pg_catalog.min(t.commit OPERATOR(pg_catalog.*) 4 OPERATOR(pg_catalog.+) t.number)
                              FILTER (WHERE t.revision_after OPERATOR(pg_catalog.=) r.revision_before) AS before
                   FROM schemaver.revision_change AS t, own AS w
                   WHERE t.tool OPERATOR(pg_catalog.=) r.tool AND t.schema OPERATOR(pg_catalog.=) r.schema
                     AND t.timeline OPERATOR(pg_catalog.=) ANY (w.timelines)) AS f ON true
UNION ALL
SELECT b.at, z.at, z.at OPERATOR(pg_catalog.-) b.at, b.who, b.name, NULL,
       CASE WHEN z.at IS NULL THEN 'not ended' ELSE 'done' END, NULL, NULL, NULL, NULL, b.name,
       i.commits, i.commands, i.summary, i.locked, i.rewrote, b.description, i.last_commit
FROM (SELECT DISTINCT ON (t.timeline, t.id) t.* FROM schemaver.migration AS t
      JOIN schemaver.current_timelines() AS o ON o.timeline OPERATOR(pg_catalog.=) t.timeline
      WHERE t.act OPERATOR(pg_catalog.=) 'begin' ORDER BY t.timeline, t.id, t.at) AS b
LEFT JOIN LATERAL (SELECT t.at FROM schemaver.migration AS t
                   WHERE t.timeline OPERATOR(pg_catalog.=) b.timeline AND t.id OPERATOR(pg_catalog.=) b.id
                     AND t.act OPERATOR(pg_catalog.=) 'end' LIMIT 1) AS z ON true
LEFT JOIN LATERAL (SELECT coalesce(pg_catalog.array_agg(m.commit ORDER BY m.commit), '{}') AS commits,
                          coalesce(pg_catalog.sum(m.commands), 0)::integer AS commands,
                          pg_catalog.string_agg(m.summary, '; ' ORDER BY m.commit) AS summary,
                          schemaver.strongest_locks(ARRAY(SELECT u.held FROM schemaver.commit_effect AS t
                                CROSS JOIN LATERAL pg_catalog.unnest(t.locked) AS u (held)
                                WHERE t.timeline OPERATOR(pg_catalog.=) b.timeline
                                  AND t.commit OPERATOR(pg_catalog.=) ANY (pg_catalog.array_agg(m.commit)))) AS locked,
                          ARRAY(SELECT DISTINCT u.held FROM schemaver.commit_effect AS t
                                CROSS JOIN LATERAL pg_catalog.unnest(t.rewrote) AS u (held)
                                WHERE t.timeline OPERATOR(pg_catalog.=) b.timeline
                                  AND t.commit OPERATOR(pg_catalog.=) ANY (pg_catalog.array_agg(m.commit)) ORDER BY 1) AS rewrote,
                          pg_catalog.max(m.commit) AS last_commit
                   FROM (SELECT DISTINCT t.commit, c.commands, l.summary FROM schemaver.migration AS t
                         JOIN schemaver.commits AS c ON c.commit OPERATOR(pg_catalog.=) t.commit
                         JOIN schemaver.log AS l ON l.commit OPERATOR(pg_catalog.=) t.commit
                         WHERE t.timeline OPERATOR(pg_catalog.=) b.timeline AND t.id OPERATOR(pg_catalog.=) b.id
                           AND t.act OPERATOR(pg_catalog.=) 'commit') AS m) AS i ON true
UNION ALL
SELECT NULL, NULL, NULL, NULL, u.failed, NULL, CASE WHEN n.state OPERATOR(pg_catalog.=) 'dirty' THEN 'dirty' ELSE 'failed' END,
       n.tool, n.schema, NULL, n.revision, NULL, '{}', 0, 'the tool''s table says so; what it ran may have been rolled back', NULL, NULL, NULL, NULL
FROM live AS n
CROSS JOIN LATERAL pg_catalog.unnest(n.failed) AS u (failed)
WHERE NOT EXISTS (SELECT FROM schemaver.revision_change AS t
                  WHERE t.tool OPERATOR(pg_catalog.=) n.tool AND t.schema OPERATOR(pg_catalog.=) n.schema
                    AND t.state OPERATOR(pg_catalog.=) ANY (ARRAY['dirty', 'failed']) AND u.failed OPERATOR(pg_catalog.=) ANY (t.added))
ORDER BY last_commit DESC NULLS FIRST, started DESC;
COMMENT ON VIEW schemaver.migration_history IS
    'the migrations that the ledger has seen, newest first: by which commits, who ran them, how long they took, which tables they locked and '
    'rewrote, upgrade or downgrade, and how they ended';
