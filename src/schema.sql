-- The tables that everything is kept in. Read first in the install script.
--
-- Every key begins with the timeline, so that a dump carries the history and a restore loads it beside the rows
-- that the new database is already writing. Rows are only ever inserted. No index is unique: recording a command
-- never waits for anybody, and a dump whose history is here already (TRUNCATE and a data-only restore, every week)
-- loads without an error. Rows with the same key are equal then, and the views show one of them.
--
-- Indexes are searched below SQL, where texts compare by their bytes. So a text that is part of a key has the
-- collation "C", whatever the database's.
--
-- Who dumps must be able to read what the dump takes along, so the tables marked for dumping are readable by
-- everyone; they hold no more than the catalogs tell everyone, but for the host, database and user that subscriptions and
-- user mappings name (docs/security.md). What else the catalogs do not tell, the texts of
-- commands, the addresses of clients and rows of users' tables, is in tables of its own, which dumps leave out.

\echo Use "CREATE EXTENSION schemaver" to load this file. \quit

CREATE TABLE schemaver.timeline (
    timeline uuid NOT NULL,
    parent uuid,
    parent_commit bigint,
    inherits boolean NOT NULL,
    system_identifier text COLLATE "C" NOT NULL,
    database_oid oid NOT NULL,
    wal_timeline integer NOT NULL,
    ledger oid NOT NULL,
    database text NOT NULL,
    server_version text NOT NULL,
    started_at timestamptz NOT NULL,
    source text NOT NULL
);
CREATE INDEX timeline_place ON schemaver.timeline (system_identifier, database_oid, wal_timeline);
COMMENT ON TABLE schemaver.timeline IS 'one database''s line of commits; a restored or copied database starts a new one';

CREATE TABLE schemaver.commit (
    timeline uuid NOT NULL,
    id bigint NOT NULL,
    transaction xid8 NOT NULL,
    at timestamptz NOT NULL,
    source text NOT NULL,
    who text NOT NULL,
    application text,
    revision_before text,
    revision_after text,
    message text,
    commands integer NOT NULL,
    changes integer NOT NULL,
    postponed text[],
    digest bytea
);
CREATE INDEX commit_key ON schemaver.commit (timeline, id);
COMMENT ON TABLE schemaver.commit IS 'one transaction''s schema change';

CREATE TABLE schemaver.command (
    timeline uuid NOT NULL,
    transaction xid8 NOT NULL,
    number integer NOT NULL,
    at timestamptz NOT NULL,
    tag text NOT NULL,
    effective_user text NOT NULL,
    objects text[] NOT NULL,
    statement bytea,
    script bytea
);
CREATE INDEX command_key ON schemaver.command (timeline, transaction, number);
COMMENT ON TABLE schemaver.command IS 'one DDL command as it ran';

CREATE TABLE schemaver.change (
    timeline uuid NOT NULL,
    commit bigint NOT NULL,
    number integer NOT NULL,
    change text NOT NULL,
    kind text COLLATE "C" NOT NULL,
    identity text COLLATE "C" NOT NULL,
    schema text NOT NULL,
    former_identity text,
    digest_before bytea,
    digest_after bytea,
    catalog oid NOT NULL,
    object oid NOT NULL,
    command integer,
    consequence boolean NOT NULL
);
CREATE INDEX change_key ON schemaver.change (timeline, commit, number);
-- Each ends with the order of the changes: the last one of an object is one look away, however many there were.
CREATE INDEX change_object ON schemaver.change (timeline, catalog, object, commit, number);
CREATE INDEX change_identity ON schemaver.change (timeline, kind, identity, commit, number);
COMMENT ON TABLE schemaver.change IS 'an object''s definition before and after a commit';

CREATE TABLE schemaver.definition (
    timeline uuid NOT NULL,
    digest bytea NOT NULL,
    document text NOT NULL
);
-- Two transactions that meet the same definition at once each store it, and do not wait for each other.
CREATE INDEX definition_digest ON schemaver.definition (timeline, digest);
COMMENT ON TABLE schemaver.definition IS 'an object''s canonical document, stored under its digest';

CREATE TABLE schemaver.statement (
    timeline uuid NOT NULL,
    digest bytea NOT NULL,
    text text NOT NULL,
    salt bytea  -- of a script: its digest is that of salt and text
);
CREATE INDEX statement_digest ON schemaver.statement (timeline, digest);
COMMENT ON TABLE schemaver.statement IS 'the texts of commands; not readable by everyone, and left out of dumps';

CREATE TABLE schemaver.connection (
    timeline uuid NOT NULL,
    transaction xid8 NOT NULL,
    address inet NOT NULL
);
CREATE INDEX connection_key ON schemaver.connection (timeline, transaction);
COMMENT ON TABLE schemaver.connection IS
    'where a commit''s session came from, if not from this machine''s socket; not readable by everyone, and left out of dumps';

CREATE TABLE schemaver.backup (
    timeline uuid NOT NULL,
    label text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL,
    database text NOT NULL,
    server_version text NOT NULL,
    revision text,
    fingerprint text NOT NULL,
    commit bigint,
    objects integer NOT NULL,
    metadata text NOT NULL,
    kind text NOT NULL
);
CREATE INDEX backup_key ON schemaver.backup (timeline, label);
COMMENT ON TABLE schemaver.backup IS 'what a stamp said of the schema at the moment of a backup';

CREATE TABLE schemaver.backup_act (
    timeline uuid NOT NULL,
    label text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL,
    act text COLLATE "C" NOT NULL,
    location text,
    bytes bigint,
    sha256 text,
    means text,
    outcome text,
    note text
);
CREATE INDEX backup_act_key ON schemaver.backup_act (timeline, label);
COMMENT ON TABLE schemaver.backup_act IS
    'files, verifications and the end of a backup; a location may tell too much, so not readable by everyone, and left out of dumps';

CREATE TABLE schemaver.restore (
    timeline uuid NOT NULL,
    source_timeline uuid NOT NULL,
    source_commit bigint NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL,
    label text COLLATE "C",
    verdict text NOT NULL,
    errors integer NOT NULL,
    warnings integer NOT NULL
);
CREATE INDEX restore_key ON schemaver.restore (timeline, source_timeline);
COMMENT ON TABLE schemaver.restore IS
    'which timeline goes on from which commit of another, because its dump was restored: what verify_restore() saw';

CREATE TABLE schemaver.seal (
    timeline uuid NOT NULL,
    number bigint NOT NULL,
    previous bytea,
    commits bigint NOT NULL,
    root bytea NOT NULL,
    horizon bigint NOT NULL,
    snapshot pg_snapshot NOT NULL,
    next_transaction xid8 NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL,
    digest bytea NOT NULL
);
CREATE INDEX seal_key ON schemaver.seal (timeline, number);
COMMENT ON TABLE schemaver.seal IS 'a block of commits, closed by a digest that the next seal takes up';

CREATE TABLE schemaver.sealed (
    timeline uuid NOT NULL,
    commit bigint NOT NULL,
    digest bytea NOT NULL,
    seal_timeline uuid NOT NULL,
    seal bigint NOT NULL
);
CREATE INDEX sealed_key ON schemaver.sealed (timeline, commit);
COMMENT ON TABLE schemaver.sealed IS 'which commits a seal covers, and what their digests were; commit -7: a row that was written with commit 7, in '
    'migration, revision_change or commit_effect; commit 0: one that belongs to none, in guard_act or migration';

CREATE TABLE schemaver.checkpoint (
    timeline uuid NOT NULL,
    commit bigint NOT NULL,
    first_commit bigint NOT NULL,
    commits bigint NOT NULL,
    seal text COLLATE "C" NOT NULL,
    fingerprint text NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL,
    reason text NOT NULL
);
COMMENT ON TABLE schemaver.checkpoint IS 'history that somebody has taken out of the ledger, up to which commit, and why';

CREATE TABLE schemaver.ref (
    timeline uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    action text NOT NULL,
    commit bigint NOT NULL,
    snapshot pg_snapshot NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL,
    database text NOT NULL,
    server_version text NOT NULL,
    revision text,
    migrations integer NOT NULL,
    fingerprint text NOT NULL,
    objects text NOT NULL,
    description text,
    kept text
);
CREATE INDEX ref_key ON schemaver.ref (timeline, kind, name, number);
COMMENT ON TABLE schemaver.ref IS
    'names for points: each row says what a version or baseline was set to, moved to, or that it was dropped';

-- What is drift to a running database is no business of one that its dump is restored to: not dumped, so it need
-- not be readable by everyone.
CREATE TABLE schemaver.found_drift (
    timeline uuid NOT NULL,
    id bigint NOT NULL,
    against text NOT NULL,
    change text NOT NULL,
    kind text NOT NULL,
    identity text NOT NULL,
    property text,
    value_digest text NOT NULL,
    former_identity text,
    old_value text,
    new_value text,
    facet text,
    severity text NOT NULL,
    captured boolean NOT NULL,
    commit bigint,
    who text,
    earliest timestamptz,
    latest timestamptz,
    first_seen timestamptz NOT NULL,
    returned_at timestamptz,
    accepted_at timestamptz,
    accepted_by text,
    reason text
);
CREATE INDEX found_drift_key ON schemaver.found_drift (timeline, id);
COMMENT ON TABLE schemaver.found_drift IS 'a difference of the live schema from what it should be, and what became of it';

CREATE TABLE schemaver.drift_check (
    timeline uuid NOT NULL,
    against text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    fingerprint text,
    commit bigint NOT NULL,
    opened integer NOT NULL,
    returned integer NOT NULL
);
CREATE INDEX drift_check_key ON schemaver.drift_check (timeline, against, at);
COMMENT ON TABLE schemaver.drift_check IS 'when the live schema was compared, and with what';

CREATE SEQUENCE schemaver.drift_id;
COMMENT ON SEQUENCE schemaver.drift_id IS 'numbers of drift';

-- Written by users, and dumped: a restored database ignores the same.
CREATE TABLE schemaver.ignore_rule (
    facet text CHECK (facet OPERATOR(pg_catalog.=) ANY (ARRAY['structure', 'security', 'storage', 'comment'])),
    kind text,
    schema text,
    identity text,
    partitions_of text,
    reason text NOT NULL,
    who text NOT NULL DEFAULT SESSION_USER,
    at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    -- LIKE would raise an error, in each check from then on.
    CONSTRAINT ignore_rule_identity_is_pattern CHECK (pg_catalog.right(identity, 1) OPERATOR(pg_catalog.<>) pg_catalog.chr(92)),
    CONSTRAINT ignore_rule_says_what CHECK (pg_catalog.num_nonnulls(facet, kind, schema, identity, partitions_of)
        OPERATOR(pg_catalog.>) 0)
);
-- Users change and delete rows also where a publication of all tables has this one.
ALTER TABLE schemaver.ignore_rule REPLICA IDENTITY FULL;
COMMENT ON TABLE schemaver.ignore_rule IS
    'differences that are no drift: of a facet, kind or schema, of objects whose identity is LIKE a pattern, of the partitions of '
    'a table; all that a rule states must hold';

-- For how long prune() leaves what checks and jobs write. Changed by users; not dumped, as a restore would add the
-- rows of the dump to those that are here, as a subscription to all tables does: the longest time counts.
CREATE TABLE schemaver.retention (
    kind text NOT NULL CHECK (kind OPERATOR(pg_catalog.=) ANY (ARRAY['drift', 'drift checks', 'job runs', 'daily snapshots', 'other snapshots'])),
    keep interval NOT NULL CHECK (keep OPERATOR(pg_catalog.>) '0')
);
ALTER TABLE schemaver.retention REPLICA IDENTITY FULL;
COMMENT ON TABLE schemaver.retention IS
    'for how long prune() leaves drift that is over, checks, runs of jobs and snapshots; a kind without a row is kept for ever';
INSERT INTO schemaver.retention (kind, keep)
VALUES ('drift', '90 days'), ('drift checks', '90 days'), ('job runs', '90 days'), ('daily snapshots', '7 days'),
       ('other snapshots', '30 days');

-- Jobs are this server's business: a dump does not take them along, and a copy of the files does.
CREATE TABLE schemaver.job (
    timeline uuid NOT NULL,
    job text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    action text NOT NULL,
    every interval,
    at text,
    options jsonb,
    since timestamptz NOT NULL,
    who text NOT NULL
);
CREATE INDEX job_key ON schemaver.job (timeline, job, number);
COMMENT ON TABLE schemaver.job IS 'each row says that a job was scheduled, anew or otherwise, or unscheduled; left out of dumps';

CREATE TABLE schemaver.job_run (
    timeline uuid NOT NULL,
    job text COLLATE "C" NOT NULL,
    run bigint NOT NULL,
    outcome text NOT NULL,
    first_started timestamptz NOT NULL,
    started timestamptz NOT NULL,
    ended timestamptz,
    runs integer NOT NULL,
    failures integer NOT NULL,
    found text,
    error text
);
CREATE INDEX job_run_key ON schemaver.job_run (timeline, job, run);
COMMENT ON TABLE schemaver.job_run IS 'what came of a job; left out of dumps';

CREATE TABLE schemaver.snapshot (
    timeline uuid NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    commit bigint NOT NULL,
    fingerprint text NOT NULL,
    daily boolean NOT NULL
);
CREATE INDEX snapshot_key ON schemaver.snapshot (timeline, last_seen);
COMMENT ON TABLE schemaver.snapshot IS 'from when to when the live schema was seen to have a fingerprint; left out of dumps';

CREATE SEQUENCE schemaver.job_run_id;
COMMENT ON SEQUENCE schemaver.job_run_id IS 'numbers of the runs of jobs';
CREATE TABLE schemaver.kept_rows (
    timeline uuid NOT NULL,
    version text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    place integer NOT NULL,
    content text NOT NULL
);
CREATE INDEX kept_rows_key ON schemaver.kept_rows (timeline, version, number, place);
COMMENT ON TABLE schemaver.kept_rows IS
    'the rows of small tables as they were at a version; readable by nobody unless granted, and left out of dumps';

-- Written and emptied by commits; of no use in another database, so not dumped.
CREATE TABLE schemaver.postponed (
    timeline uuid NOT NULL,
    catalog oid NOT NULL,
    object oid NOT NULL
);
COMMENT ON TABLE schemaver.postponed IS 'an object that a commit could not describe yet, because somebody had it locked';

CREATE SEQUENCE schemaver.commit_id;
COMMENT ON SEQUENCE schemaver.commit_id IS 'drawn at the end of a transaction, while it still holds its locks';

-- One statement each: two in one fail with "tuple already updated by self".
SELECT pg_catalog.pg_extension_config_dump('schemaver.timeline', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.commit', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.command', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.change', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.definition', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.backup', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.seal', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.sealed', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.checkpoint', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.ref', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.ignore_rule', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.restore', '');

GRANT USAGE ON SCHEMA schemaver TO PUBLIC;
GRANT SELECT ON schemaver.timeline, schemaver.commit, schemaver.command, schemaver.change, schemaver.definition,
    schemaver.backup, schemaver.seal, schemaver.sealed, schemaver.checkpoint, schemaver.ref, schemaver.restore TO PUBLIC;
