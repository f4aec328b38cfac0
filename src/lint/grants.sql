
-- Lint reads the catalogs, which are open to all; a commit's commands are not.
GRANT EXECUTE ON FUNCTION schemaver.lint(text), schemaver.lint_json(text), schemaver.lint_sarif(text, text),
    schemaver.assert_lint(text, text), schemaver.lint_rules() TO PUBLIC;
GRANT EXECUTE ON FUNCTION schemaver.lint_commit(bigint) TO pg_monitor, pg_database_owner;
GRANT SELECT ON schemaver.lint_rule TO PUBLIC;
GRANT INSERT, UPDATE, DELETE ON schemaver.lint_rule TO pg_database_owner;
