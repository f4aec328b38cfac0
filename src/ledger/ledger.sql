-- The ledger: the event triggers that write it and the views that show it.

-- These look names up as the command that fired them did, so the search_path stays the session's; they run no
-- SQL, and read catalogs by OID.
CREATE FUNCTION schemaver.capture_command() RETURNS event_trigger
LANGUAGE C
AS 'MODULE_PATHNAME', 'schemaver_capture_command';
COMMENT ON FUNCTION schemaver.capture_command() IS 'records a DDL command that has just run; for the event trigger';

CREATE FUNCTION schemaver.capture_start() RETURNS event_trigger
LANGUAGE C
AS 'MODULE_PATHNAME', 'schemaver_capture_start';
COMMENT ON FUNCTION schemaver.capture_start() IS
    'notes that a command begins that commits on its way; for the event trigger';

CREATE FUNCTION schemaver.capture_drop() RETURNS event_trigger
LANGUAGE C
AS 'MODULE_PATHNAME', 'schemaver_capture_drop';
COMMENT ON FUNCTION schemaver.capture_drop() IS 'records the objects that a command dropped; for the event trigger';

CREATE FUNCTION schemaver.current_timelines(OUT timeline uuid, OUT until bigint) RETURNS SETOF record
LANGUAGE C STABLE STRICT ROWS 2 SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_current_timelines';
COMMENT ON FUNCTION schemaver.current_timelines() IS
    'the timelines of this database''s own history and the last commit that counts in each, newest first';

CREATE VIEW schemaver.timelines AS
SELECT t.timeline, t.database, t.started_at, t.source, t.parent, t.parent_commit, t.server_version,
       o.timeline IS NOT NULL AS own
FROM (SELECT DISTINCT ON (timeline) * FROM schemaver.timeline ORDER BY timeline, started_at) AS t
LEFT JOIN schemaver.current_timelines() AS o ON o.timeline OPERATOR(pg_catalog.=) t.timeline
ORDER BY t.started_at DESC;
COMMENT ON VIEW schemaver.timelines IS
    'every timeline in the ledger: this database''s own, and those that restores brought along';

CREATE FUNCTION schemaver.command_in_words(tag text, objects text[]) RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_command_in_words';
COMMENT ON FUNCTION schemaver.command_in_words(text, text[]) IS
    'a command and what it is about: ALTER TABLE and {table public.people} is ALTER TABLE public.people';

-- The first timeline is the one that is being written, and in most databases the only one: its commits come in the
-- order of the index, so that LIMIT reads no more than it shows. Commits of a timeline that was copied are older.
CREATE VIEW schemaver.commits AS
SELECT c.id AS commit, c.at, c.who, c.application, c.revision_before, c.revision_after, c.message, c.source,
       c.commands, c.changes, c.postponed, c.transaction, c.timeline
FROM ((SELECT DISTINCT ON (w.id) w.* FROM schemaver.commit AS w
       WHERE w.timeline OPERATOR(pg_catalog.=) (SELECT o.timeline FROM schemaver.current_timelines() AS o LIMIT 1)
       ORDER BY w.id DESC)
      UNION ALL
      (SELECT i.* FROM schemaver.current_timelines() WITH ORDINALITY AS o (timeline, until, age)
       CROSS JOIN LATERAL (SELECT DISTINCT ON (w.id) w.* FROM schemaver.commit AS w
                           WHERE w.timeline OPERATOR(pg_catalog.=) o.timeline
                             AND w.id OPERATOR(pg_catalog.<=) o.until
                           ORDER BY w.id DESC) AS i
       WHERE o.age OPERATOR(pg_catalog.>) 1)) AS c
ORDER BY c.id DESC;
COMMENT ON VIEW schemaver.commits IS 'the commits of this database, newest first, with all that is known of each';

-- A line for each commit, whatever is in names and messages: nobody can make it look like more.
CREATE VIEW schemaver.log AS
SELECT c.commit, pg_catalog.date_trunc('second', c.at) AS at, c.who, c.application,
       CASE WHEN c.revision_before IS NOT DISTINCT FROM c.revision_after THEN c.revision_after
            ELSE pg_catalog.btrim(pg_catalog.concat(c.revision_before, ' -> ', c.revision_after)) END AS revision,
       pg_catalog.regexp_replace(
       CASE WHEN c.source OPERATOR(pg_catalog.=) 'uncaptured'
            THEN pg_catalog.concat(c.changes, CASE WHEN c.changes OPERATOR(pg_catalog.=) 1 THEN ' object' ELSE ' objects' END,
                                   ' changed past the ledger')
            WHEN c.source OPERATOR(pg_catalog.=) 'checkpoint'
            THEN pg_catalog.concat('checkpoint, ', c.changes, CASE WHEN c.changes OPERATOR(pg_catalog.=) 1 THEN ' object' ELSE ' objects' END,
                                   ' changed up to here')
            WHEN c.source OPERATOR(pg_catalog.<>) 'ddl'
            THEN pg_catalog.concat(
                'the schema as it was', CASE WHEN c.source OPERATOR(pg_catalog.=) 'copy' THEN ' copied' END,
                ', ', c.changes, CASE WHEN c.changes OPERATOR(pg_catalog.=) 1 THEN ' object' ELSE ' objects' END)
            ELSE (SELECT pg_catalog.string_agg(schemaver.command_in_words(k.tag, k.objects), ', ' ORDER BY k.number)
                  FROM (SELECT DISTINCT ON (number) * FROM schemaver.command
                        WHERE timeline OPERATOR(pg_catalog.=) c.timeline
                          AND transaction OPERATOR(pg_catalog.=) c.transaction
                        ORDER BY number LIMIT 3) AS k)
                 OPERATOR(pg_catalog.||)
                 CASE WHEN c.commands OPERATOR(pg_catalog.>) 3
                      THEN pg_catalog.concat(', ', c.commands OPERATOR(pg_catalog.-) 3, ' more') ELSE '' END
       END, '[\x01-\x1F\x7F]+', ' ', 'g') AS summary,
       pg_catalog.regexp_replace(c.message, '[\x01-\x1F\x7F]+', ' ', 'g') AS message
FROM schemaver.commits AS c
ORDER BY c.commit DESC;
COMMENT ON VIEW schemaver.log IS 'the commits of this database, newest first, to be read as git log';

-- A dump that was loaded where its history was has brought rows a second time: the first of each counts.
CREATE VIEW schemaver.commands AS
SELECT c.commit, k.number, k.at, c.who, k.effective_user, n.address AS client_address, k.tag, k.objects,
       c.revision_before, c.revision_after, s.text AS statement, f.text AS script
FROM schemaver.commits AS c
JOIN schemaver.command AS k
  ON k.timeline OPERATOR(pg_catalog.=) c.timeline AND k.transaction OPERATOR(pg_catalog.=) c.transaction
LEFT JOIN LATERAL (SELECT t.text FROM schemaver.statement AS t
                   WHERE t.timeline OPERATOR(pg_catalog.=) k.timeline
                     AND t.digest OPERATOR(pg_catalog.=) k.statement LIMIT 1) AS s ON true
LEFT JOIN LATERAL (SELECT t.text FROM schemaver.statement AS t
                   WHERE t.timeline OPERATOR(pg_catalog.=) k.timeline
                     AND t.digest OPERATOR(pg_catalog.=) k.script LIMIT 1) AS f ON true
LEFT JOIN LATERAL (SELECT t.address FROM schemaver.connection AS t
                   WHERE t.timeline OPERATOR(pg_catalog.=) c.timeline
                     AND t.transaction OPERATOR(pg_catalog.=) c.transaction LIMIT 1) AS n ON true
WHERE c.source OPERATOR(pg_catalog.=) 'ddl'
  AND NOT EXISTS (SELECT FROM schemaver.command AS t
                  WHERE t.timeline OPERATOR(pg_catalog.=) k.timeline
                    AND t.transaction OPERATOR(pg_catalog.=) k.transaction
                    AND t.number OPERATOR(pg_catalog.=) k.number AND t.ctid OPERATOR(pg_catalog.<) k.ctid)
ORDER BY c.commit DESC, k.number;
COMMENT ON VIEW schemaver.commands IS
    'every DDL command in the ledger: its own text, the script it came from, and where the session came from';

CREATE VIEW schemaver.changes AS
SELECT c.commit, c.at, c.who, h.change, h.kind, h.identity, h.former_identity,
       pg_catalog.encode(h.digest_before, 'hex') AS digest_before,
       pg_catalog.encode(h.digest_after, 'hex') AS digest_after,
       c.revision_before, c.revision_after, h.number, h.command, h.consequence
FROM schemaver.commits AS c
JOIN schemaver.change AS h
  ON h.timeline OPERATOR(pg_catalog.=) c.timeline AND h.commit OPERATOR(pg_catalog.=) c.commit
WHERE NOT EXISTS (SELECT FROM schemaver.change AS t
                  WHERE t.timeline OPERATOR(pg_catalog.=) h.timeline AND t.commit OPERATOR(pg_catalog.=) h.commit
                    AND t.number OPERATOR(pg_catalog.=) h.number AND t.ctid OPERATOR(pg_catalog.<) h.ctid)
ORDER BY c.commit DESC, h.number;
COMMENT ON VIEW schemaver.changes IS 'every object that a commit added, modified, renamed or removed, and the command of the commit that did it; '
    'consequence: that command is about something else';

CREATE FUNCTION schemaver.history(
    identity text, kind text DEFAULT NULL,
    OUT commit bigint, OUT at timestamptz, OUT who text, OUT change text, OUT object text, OUT former_identity text,
    OUT command text, OUT consequence boolean, OUT what text, OUT revision text, OUT message text)
RETURNS SETOF record
LANGUAGE C STABLE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_history';
COMMENT ON FUNCTION schemaver.history(text, text) IS
    'the changes of one object, newest first, through renames and moves, by any name it ever had: history(''people'')';

CREATE FUNCTION schemaver.blame(
    identity text, kind text DEFAULT NULL,
    OUT element text, OUT definition text, OUT commit bigint, OUT at timestamptz, OUT who text, OUT change text,
    OUT since bigint, OUT command text, OUT revision text, OUT message text)
RETURNS SETOF record
LANGUAGE C STABLE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_blame';
COMMENT ON FUNCTION schemaver.blame(text, text) IS
    'each column, constraint and other part of an object, and the commit that last changed it: blame(''people'')';
