-- Every change of a schedule leaves a row, whoever made it.
CREATE TABLE audit_log (
    id bigserial PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    who name NOT NULL DEFAULT session_user,
    table_name text NOT NULL,
    operation varchar(6) NOT NULL,
    old_row jsonb,
    new_row jsonb,
    CONSTRAINT audit_log_operation_check CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE'))
);

CREATE INDEX audit_log_at ON audit_log USING brin (at);

CREATE FUNCTION write_audit_log() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
BEGIN
    INSERT INTO audit_log (table_name, operation, old_row, new_row)
    VALUES (TG_TABLE_NAME, TG_OP,
            CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
            CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END);
    RETURN NULL;
END
$$;

CREATE TRIGGER assignments_audit AFTER UPDATE OR DELETE ON assignments
    FOR EACH ROW EXECUTE FUNCTION write_audit_log();

CREATE TRIGGER swap_requests_audit AFTER INSERT OR UPDATE OR DELETE ON swap_requests
    FOR EACH ROW EXECUTE FUNCTION write_audit_log();
