-- Versioned documents: JSON whose shape changes from version to version, and the functions that take it along.

CREATE TABLE schemaver.document_kind (
    kind text NOT NULL,
    version_key text NOT NULL,
    first_version text,
    who text NOT NULL DEFAULT SESSION_USER,
    at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE schemaver.document_kind IS
    'kinds of versioned documents: the member that says the version, and which version documents have that do not say';

CREATE TABLE schemaver.document_step (
    kind text NOT NULL,
    from_version text NOT NULL,
    to_version text NOT NULL,
    function_schema text NOT NULL,
    function_name text NOT NULL,
    who text NOT NULL DEFAULT SESSION_USER,
    at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE schemaver.document_step IS 'functions that turn a document of one version into one of another';

CREATE TABLE schemaver.document_rule (
    kind text NOT NULL,
    version text NOT NULL,
    json_schema jsonb,
    function_schema text,
    function_name text,
    who text NOT NULL DEFAULT SESSION_USER,
    at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE schemaver.document_rule IS 'what documents of a version must look like: by JSON Schema, by a function, or both';

-- Users change and delete rows also where a publication of all tables has these.
ALTER TABLE schemaver.document_kind REPLICA IDENTITY FULL;
ALTER TABLE schemaver.document_step REPLICA IDENTITY FULL;
ALTER TABLE schemaver.document_rule REPLICA IDENTITY FULL;
SELECT pg_catalog.pg_extension_config_dump('schemaver.document_kind', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.document_step', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.document_rule', '');
GRANT SELECT ON schemaver.document_kind, schemaver.document_step, schemaver.document_rule TO PUBLIC;
GRANT INSERT, UPDATE, DELETE ON schemaver.document_kind, schemaver.document_step, schemaver.document_rule TO pg_database_owner;

CREATE FUNCTION schemaver.check_document_registration(
    kind text, versions text[], function regprocedure, is_step boolean, json_schema jsonb) RETURNS void
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_check_document_registration';
COMMENT ON FUNCTION schemaver.check_document_registration(text, text[], regprocedure, boolean, jsonb) IS
    'raises an error unless this can be registered: used by the functions that register';

CREATE FUNCTION schemaver.register_document_kind(
    kind text, version_key text DEFAULT 'schema_version', first_version text DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT schemaver.check_document_registration(register_document_kind.kind, NULL, NULL, NULL, NULL);
    DELETE FROM schemaver.document_kind AS k WHERE k.kind OPERATOR(pg_catalog.=) register_document_kind.kind;
    INSERT INTO schemaver.document_kind (kind, version_key, first_version)
    VALUES (register_document_kind.kind, register_document_kind.version_key, register_document_kind.first_version);
END;
COMMENT ON FUNCTION schemaver.register_document_kind(text, text, text) IS
    'makes a kind of versioned document known: which member says the version, and which version documents have that do not say';

CREATE FUNCTION schemaver.register_document_step(kind text, from_version text, to_version text, function regprocedure) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT schemaver.check_document_registration(
        register_document_step.kind, ARRAY[register_document_step.from_version, register_document_step.to_version],
        register_document_step.function, true, NULL);
    DELETE FROM schemaver.document_step AS s
    WHERE s.kind OPERATOR(pg_catalog.=) register_document_step.kind
      AND s.from_version OPERATOR(pg_catalog.=) register_document_step.from_version
      AND s.to_version OPERATOR(pg_catalog.=) register_document_step.to_version;
    INSERT INTO schemaver.document_step (kind, from_version, to_version, function_schema, function_name)
    SELECT register_document_step.kind, register_document_step.from_version, register_document_step.to_version, n.nspname, p.proname
    FROM pg_catalog.pg_proc AS p
    JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
    WHERE p.oid OPERATOR(pg_catalog.=) register_document_step.function;
END;
COMMENT ON FUNCTION schemaver.register_document_step(text, text, text, regprocedure) IS
    'registers the function (of one jsonb, returning jsonb) that takes a document from one version to another, up or down; one that '
    'was registered for these versions is replaced';

CREATE FUNCTION schemaver.register_document_rule(
    kind text, version text, json_schema jsonb DEFAULT NULL, function regprocedure DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT schemaver.check_document_registration(
        register_document_rule.kind, ARRAY[register_document_rule.version], register_document_rule.function, false,
        register_document_rule.json_schema);
    DELETE FROM schemaver.document_rule AS r
    WHERE r.kind OPERATOR(pg_catalog.=) register_document_rule.kind
      AND r.version OPERATOR(pg_catalog.=) register_document_rule.version;
    INSERT INTO schemaver.document_rule (kind, version, json_schema, function_schema, function_name)
    SELECT register_document_rule.kind, register_document_rule.version, register_document_rule.json_schema, f.nspname, f.proname
    FROM (VALUES (true)) AS one
    LEFT JOIN (SELECT n.nspname, p.proname, p.oid
               FROM pg_catalog.pg_proc AS p
               JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace) AS f
      ON f.oid OPERATOR(pg_catalog.=) register_document_rule.function;
END;
COMMENT ON FUNCTION schemaver.register_document_rule(text, text, jsonb, regprocedure) IS
    'says what documents of a version must look like: a JSON Schema, a function of one jsonb that returns boolean (or a text: what is '
    'wrong), or both; neither: as they like';

-- These call functions of users, which find their names by the search_path of whoever calls: so they set none.
-- What they ask themselves is qualified.
CREATE FUNCTION schemaver.document_version(kind text, document jsonb) RETURNS text
LANGUAGE C STABLE
AS 'MODULE_PATHNAME', 'schemaver_document_version';
COMMENT ON FUNCTION schemaver.document_version(text, jsonb) IS 'the version that a document says it has';

CREATE FUNCTION schemaver.migrate_document(kind text, document jsonb, "to" text) RETURNS jsonb
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'schemaver_migrate_document';
COMMENT ON FUNCTION schemaver.migrate_document(text, jsonb, text) IS
    'the document as that version has it, by the shortest way of registered steps, checked by what is registered for the version';

CREATE FUNCTION schemaver.document_path(kind text, "from" text, "to" text,
    OUT step integer, OUT from_version text, OUT to_version text, OUT function text)
RETURNS SETOF record
LANGUAGE C STABLE
AS 'MODULE_PATHNAME', 'schemaver_document_path';
COMMENT ON FUNCTION schemaver.document_path(text, text, text) IS 'the steps that migrate_document() would take from one version to another';

CREATE FUNCTION schemaver.validate_document(kind text, document jsonb, OUT place text, OUT problem text)
RETURNS SETOF record
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'schemaver_validate_document';
COMMENT ON FUNCTION schemaver.validate_document(text, jsonb) IS
    'what is wrong with a document, by what is registered for its version: no row, and it is right';

CREATE PROCEDURE schemaver.migrate_documents(
    "table" regclass, "column" text, kind text, "to" text, pages integer DEFAULT 256, INOUT migrated bigint DEFAULT NULL,
    INOUT remaining bigint DEFAULT NULL)
LANGUAGE C
AS 'MODULE_PATHNAME', 'schemaver_migrate_documents';
COMMENT ON PROCEDURE schemaver.migrate_documents(regclass, text, text, text, integer, bigint, bigint) IS
    'takes all documents of a jsonb or json column to a version, some pages of the table in each transaction; called again, it goes on '
    'where it was interrupted';
