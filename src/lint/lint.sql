-- Lint: what a script would do to the live schema, and what to run instead.

-- Written by users, and dumped: a restored database is looked at the same way.
CREATE TABLE schemaver.lint_rule (
    rule text,
    identity text,
    severity text NOT NULL CHECK (severity OPERATOR(pg_catalog.=) ANY (ARRAY['off', 'notice', 'warning', 'error'])),
    reason text NOT NULL,
    who text NOT NULL DEFAULT SESSION_USER,
    at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    -- LIKE would raise an error, in each lint() from then on.
    CONSTRAINT lint_rule_identity_is_pattern CHECK (pg_catalog.right(identity, 1) OPERATOR(pg_catalog.<>) pg_catalog.chr(92)),
    CONSTRAINT lint_rule_says_what CHECK (pg_catalog.num_nonnulls(rule, identity) OPERATOR(pg_catalog.>) 0)
);
-- Users change and delete rows also where a publication of all tables has this one.
ALTER TABLE schemaver.lint_rule REPLICA IDENTITY FULL;
COMMENT ON TABLE schemaver.lint_rule IS
    'rules of lint() that are off or of another severity here: all of a rule, of objects whose identity is LIKE a pattern, or both; '
    'where several hold, the one that says most';
SELECT pg_catalog.pg_extension_config_dump('schemaver.lint_rule', '');

CREATE FUNCTION schemaver.lint(
    sql text,
    OUT rule text, OUT severity text, OUT statement integer, OUT line integer, OUT "position" integer,
    OUT kind text, OUT identity text, OUT why text, OUT instead text)
RETURNS SETOF record
-- Without a search_path of its own: the script's names are found by the caller's.
LANGUAGE C STABLE
AS 'MODULE_PATHNAME', 'schemaver_lint';
COMMENT ON FUNCTION schemaver.lint(text) IS
    'what the statements of a script would do to the live schema that you may not want, and what to run instead; nothing of it is run: '
    'lint(''ALTER TABLE orders ADD CHECK (price > 0)'')';

CREATE FUNCTION schemaver.lint_json(sql text) RETURNS jsonb
LANGUAGE C STABLE
AS 'MODULE_PATHNAME', 'schemaver_lint_json';
COMMENT ON FUNCTION schemaver.lint_json(text) IS 'the findings of lint() as a JSON array of objects';

CREATE FUNCTION schemaver.lint_sarif(sql text, file text DEFAULT 'script.sql') RETURNS jsonb
LANGUAGE C STABLE
AS 'MODULE_PATHNAME', 'schemaver_lint_sarif';
COMMENT ON FUNCTION schemaver.lint_sarif(text, text) IS
    'the findings of lint() as SARIF 2.1.0, which code scanning shows beside the lines of the script; file is its path in the repository';

CREATE FUNCTION schemaver.assert_lint(sql text, severity text DEFAULT 'error') RETURNS bigint
LANGUAGE C STABLE
AS 'MODULE_PATHNAME', 'schemaver_assert_lint';
COMMENT ON FUNCTION schemaver.assert_lint(text, text) IS
    'raises SV051 when lint() finds anything of this severity or worse, for CI; else the number of findings';

CREATE FUNCTION schemaver.lint_rules(OUT rule text, OUT severity text, OUT scales boolean, OUT what text)
RETURNS SETOF record
LANGUAGE C IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_lint_rules';
COMMENT ON FUNCTION schemaver.lint_rules() IS
    'each rule of lint(): its severity where the table lint_rule says nothing else, whether a small table makes it a notice, what for';

CREATE FUNCTION schemaver.lint_commit(
    commit bigint,
    OUT rule text, OUT severity text, OUT command integer, OUT line integer, OUT "position" integer,
    OUT kind text, OUT identity text, OUT why text, OUT instead text)
RETURNS SETOF record
LANGUAGE C STABLE
AS 'MODULE_PATHNAME', 'schemaver_lint_commit';
COMMENT ON FUNCTION schemaver.lint_commit(bigint) IS
    'the same rules for a commit of the ledger: columns, types and constraints are those before it; rows, sizes, indexes and what hangs '
    'on a table are those of now';
