-- An audit trigger such as a user would write: a row for each command, and for each object that goes.
CREATE TABLE ddl_audit (at timestamptz DEFAULT now(), who text DEFAULT session_user, tag text, kind text,
    identity text, query text);
CREATE FUNCTION audit_command() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE command record;
BEGIN
    FOR command IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
        INSERT INTO ddl_audit (tag, kind, identity, query)
        VALUES (command.command_tag, command.object_type, command.object_identity, current_query());
    END LOOP;
END $$;
CREATE FUNCTION audit_drop() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE dropped record;
BEGIN
    FOR dropped IN SELECT * FROM pg_event_trigger_dropped_objects() LOOP
        INSERT INTO ddl_audit (tag, kind, identity, query)
        VALUES (tg_tag, dropped.object_type, dropped.object_identity, current_query());
    END LOOP;
END $$;
CREATE EVENT TRIGGER audit_command ON ddl_command_end EXECUTE FUNCTION audit_command();
CREATE EVENT TRIGGER audit_drop ON sql_drop EXECUTE FUNCTION audit_drop();
