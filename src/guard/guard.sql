-- Guards: policies that refuse commands, what lifts them, and maintenance mode.

CREATE FUNCTION schemaver.require_time_zone(zone text) RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_require_time_zone';
COMMENT ON FUNCTION schemaver.require_time_zone(text) IS 'true, or an error where the server knows no time zone of that name';

-- Written by the owner of the database, and dumped: a database that is restored after a disaster is guarded as before.
-- A policy names the environment and the database that it is for, so a copy elsewhere is not surprised by it.
CREATE TABLE schemaver.policy (
    rule text NOT NULL CONSTRAINT policy_rule_is_known
        CHECK (rule OPERATOR(pg_catalog.=) ANY (ARRAY['destructive', 'freeze', 'lock timeout', 'roles', 'maintenance',
            'migration', 'server'])),
    reason text NOT NULL,
    environment text NOT NULL DEFAULT 'production',
    database text DEFAULT pg_catalog.current_database(),
    backup_age interval,
    roles text[],
    starts timestamptz,
    ends timestamptz,
    days integer[],
    from_time time,
    to_time time,
    time_zone text NOT NULL DEFAULT 'UTC',
    who text NOT NULL DEFAULT SESSION_USER,
    at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT policy_backup_age_is_of_destructive CHECK (backup_age IS NULL OR rule OPERATOR(pg_catalog.=) 'destructive'),
    CONSTRAINT policy_roles_are_named CHECK ((rule OPERATOR(pg_catalog.=) 'roles')
        OPERATOR(pg_catalog.=) (pg_catalog.cardinality(roles) IS NOT NULL)),
    CONSTRAINT policy_times_are_of_freeze CHECK (rule OPERATOR(pg_catalog.=) 'freeze'
        OR pg_catalog.num_nonnulls(starts, ends, days, from_time, to_time) OPERATOR(pg_catalog.=) 0),
    CONSTRAINT policy_days_are_of_week CHECK (days OPERATOR(pg_catalog.<@) ARRAY[1, 2, 3, 4, 5, 6, 7]),
    CONSTRAINT policy_has_both_times CHECK ((from_time IS NULL) OPERATOR(pg_catalog.=) (to_time IS NULL)),
    -- One that the server does not know would leave each command unjudged.
    CONSTRAINT policy_time_zone_is_known CHECK (schemaver.require_time_zone(time_zone))
);
ALTER TABLE schemaver.policy REPLICA IDENTITY FULL;
COMMENT ON TABLE schemaver.policy IS
    'what is refused where schemaver.environment is that of the row: destructive commands, commands in a freeze, without a '
    'lock_timeout, of other roles, outside maintenance or a declared migration, on what all databases share';

CREATE TABLE schemaver.guard_act (
    at timestamptz NOT NULL,
    who text NOT NULL,
    act text COLLATE "C" NOT NULL,
    reason text NOT NULL,
    until timestamptz,
    transaction xid8 NOT NULL,
    session text COLLATE "C" NOT NULL,
    environment text NOT NULL,
    database text NOT NULL
);
CREATE INDEX guard_act_session ON schemaver.guard_act (session);
COMMENT ON TABLE schemaver.guard_act IS 'who confirmed a destructive command or lifted the guard, when, why, and until when (NULL: a '
    'confirmation for its transaction, a lift for its session)';

-- Whether this database is being worked on is no business of a copy: not dumped.
CREATE TABLE schemaver.maintenance (
    at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    who text NOT NULL DEFAULT SESSION_USER,
    is_on boolean NOT NULL,
    reason text
);
CREATE INDEX maintenance_at ON schemaver.maintenance (at);
COMMENT ON TABLE schemaver.maintenance IS 'when maintenance began and ended, and why; the last row says whether it is on';

SELECT pg_catalog.pg_extension_config_dump('schemaver.policy', '');
SELECT pg_catalog.pg_extension_config_dump('schemaver.guard_act', '');

CREATE FUNCTION schemaver.in_maintenance() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce((SELECT m.is_on FROM schemaver.maintenance AS m ORDER BY m.at DESC LIMIT 1), false);
END;
COMMENT ON FUNCTION schemaver.in_maintenance() IS
    'whether the database is in maintenance: for applications to ask. set_maintenance() also tells listeners of schemaver_maintenance';

CREATE FUNCTION schemaver.set_maintenance("on" boolean, reason text DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO schemaver.maintenance (is_on, reason) VALUES ("on", reason);
    SELECT pg_catalog.pg_notify('schemaver_maintenance', pg_catalog.concat_ws(': ', CASE WHEN "on" THEN 'on' ELSE 'off' END,
        pg_catalog."left"(reason, 1000)));
END;
COMMENT ON FUNCTION schemaver.set_maintenance(boolean, text) IS
    'begins or ends maintenance; listeners of schemaver_maintenance get "on: reason" or "off: reason" when the transaction commits';

CREATE FUNCTION schemaver.confirm_destructive(reason text, duration interval DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_confirm_destructive';
COMMENT ON FUNCTION schemaver.confirm_destructive(text, interval) IS
    'lets destructive commands of this transaction through (duration: of this session, for so long), on record';

CREATE FUNCTION schemaver.lift_guard(reason text, duration interval DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_lift_guard';
COMMENT ON FUNCTION schemaver.lift_guard(text, interval) IS
    'no policy refuses anything in this session any more (duration: for so long), on record; for superusers';

CREATE FUNCTION schemaver.guard_command() RETURNS event_trigger
LANGUAGE C SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'schemaver_guard_command';
COMMENT ON FUNCTION schemaver.guard_command() IS 'the event trigger that refuses what a policy refuses';
