-- What happens to the demo's schema after its own migrations, a paragraph for each: the changes that real projects make.
-- A paragraph that begins with "-- alone" cannot run in a transaction.

-- A new label, for those who watch.
ALTER TYPE assignment_role ADD VALUE 'shadow' BEFORE 'backup';

-- A subject may be longer.
ALTER TABLE notifications ALTER COLUMN subject TYPE varchar(400);

-- The partition of the next year, and the oldest one goes to an archive.
CREATE TABLE assignments_2027 PARTITION OF assignments FOR VALUES FROM ('2031-07-01') TO ('2032-07-01');
ALTER TABLE assignments DETACH PARTITION assignments_2024;
CREATE SCHEMA archive;
ALTER TABLE assignments_2024 SET SCHEMA archive;
ALTER TABLE archive.assignments_2024 RENAME TO assignments_of_2024;

-- Swaps get a shorter name, with all that is named after them,
ALTER TABLE swap_requests RENAME TO shift_swaps;
ALTER INDEX swap_requests_pkey RENAME TO shift_swaps_pkey;
ALTER SEQUENCE swap_requests_id_seq RENAME TO shift_swaps_id_seq;

-- and a still shorter one.
ALTER TABLE shift_swaps RENAME TO swaps;
ALTER INDEX shift_swaps_pkey RENAME TO swaps_pkey;
ALTER SEQUENCE shift_swaps_id_seq RENAME TO swaps_id_seq;
ALTER POLICY swap_requests_either_side ON swaps RENAME TO swaps_either_side;

-- A column is renamed, which its index, its view and its policy follow.
ALTER TABLE leave_requests RENAME COLUMN kind TO leave_kind;

-- Faculty get a table of their own: the columns move there.
CREATE TABLE faculty (
    person_id integer PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    role faculty_role NOT NULL DEFAULT 'core',
    specialties text[],
    min_clinic_halfdays smallint NOT NULL DEFAULT 0,
    max_clinic_halfdays smallint NOT NULL DEFAULT 10,
    CONSTRAINT faculty_clinic_check CHECK (min_clinic_halfdays <= max_clinic_halfdays)
);
INSERT INTO faculty (person_id) SELECT id FROM people WHERE type = 'faculty';
GRANT SELECT ON faculty TO scheduler_app;

-- The old columns go in the next release.
ALTER TABLE people DROP COLUMN faculty_role, DROP COLUMN specialties,
    DROP COLUMN min_clinic_halfdays_per_week, DROP COLUMN max_clinic_halfdays_per_week;

-- A constraint is added without looking at old rows,
ALTER TABLE notifications ADD CONSTRAINT notifications_subject_check CHECK (subject <> '') NOT VALID;

-- and then looked after.
ALTER TABLE notifications VALIDATE CONSTRAINT notifications_subject_check;

-- An index that serves better, made while people work.
-- alone
CREATE INDEX CONCURRENTLY notifications_by_person ON notifications (person_id, sent_at DESC) WHERE read_at IS NULL;

-- The old one is not needed any more.
-- alone
DROP INDEX CONCURRENTLY notifications_unread;

-- A function takes one more argument, which is another function.
DROP FUNCTION on_leave(integer, date) CASCADE;
CREATE FUNCTION on_leave(person integer, day date, statuses leave_status[] DEFAULT '{approved}') RETURNS boolean
    LANGUAGE sql STABLE
    RETURN EXISTS (SELECT FROM leave_requests
        WHERE person_id = person AND status = ANY (statuses) AND day BETWEEN starts_on AND ends_on);

-- A body changes, and its promises.
CREATE OR REPLACE FUNCTION current_person() RETURNS integer
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog
AS $$ BEGIN RETURN nullif(current_setting('scheduler.person_id', true), '')::integer; END $$;

-- Who may see leave.
ALTER POLICY leave_requests_report ON leave_requests USING (status IN ('approved', 'requested'));
CREATE POLICY leave_requests_no_sick ON leave_requests AS RESTRICTIVE FOR SELECT TO scheduler_report
    USING (leave_kind <> 'sick');

-- Mail addresses are checked more closely.
ALTER DOMAIN email_address DROP CONSTRAINT email_address_has_one_at;
ALTER DOMAIN email_address ADD CONSTRAINT email_address_check CHECK (VALUE ~ '^[^@[:space:]]+@[^@[:space:]]+\.[a-z]+$') NOT VALID;

-- A computed column, and an index on it.
ALTER TABLE call_shifts ADD COLUMN long boolean GENERATED ALWAYS AS (hours >= 24) STORED;
CREATE INDEX call_shifts_long ON call_shifts (starts_at) WHERE long;

-- A reference that cleans up.
ALTER TABLE call_shifts DROP CONSTRAINT call_shifts_person_id_fkey,
    ADD CONSTRAINT call_shifts_person_id_fkey FOREIGN KEY (person_id) REFERENCES people ON DELETE CASCADE DEFERRABLE;

-- A report is computed otherwise.
DROP MATERIALIZED VIEW reporting.rotation_load;
CREATE MATERIALIZED VIEW reporting.rotation_load AS
    SELECT r.code, b.academic_year, count(a.id) AS residents, count(DISTINCT a.person_id) AS different
    FROM blocks b CROSS JOIN rotations r
    LEFT JOIN assignments a ON a.block_id = b.id AND a.rotation_id = r.id
    GROUP BY r.code, b.academic_year;
CREATE UNIQUE INDEX rotation_load_key ON reporting.rotation_load (code, academic_year);

-- A default, a NOT NULL, a comment.
ALTER TABLE settings ALTER COLUMN scheduling_algorithm SET DEFAULT 'hybrid', ALTER COLUMN schema_timestamp SET NOT NULL;
COMMENT ON TABLE settings IS 'One row for all';

-- Rights are taken and given.
REVOKE UPDATE ON notifications FROM scheduler_app;
GRANT UPDATE (read_at) ON notifications TO scheduler_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA reporting GRANT SELECT ON TABLES TO scheduler_report;

-- A trigger is switched off during a migration of data,
ALTER TABLE people DISABLE TRIGGER people_touch;

-- and on again.
ALTER TABLE people ENABLE TRIGGER people_touch;

-- An integer that becomes too small.
ALTER TABLE swaps ALTER COLUMN id TYPE bigint;
ALTER SEQUENCE swaps_id_seq AS bigint;

-- A rename that somebody regrets,
ALTER TABLE blocks RENAME TO periods;

-- and takes back.
ALTER TABLE periods RENAME TO blocks;

-- Two tables change places: the new one takes the old one's name.
CREATE TABLE settings_new (name text PRIMARY KEY, value jsonb NOT NULL);
ALTER TABLE settings RENAME TO settings_old;
ALTER TABLE settings_new RENAME TO settings;

-- The old one goes.
DROP TABLE settings_old;

-- Storage, statistics, a cache that need not survive a crash.
ALTER TABLE notifications SET (fillfactor = 80), ALTER COLUMN body SET STORAGE external;
CREATE STATISTICS people_active ON type, active FROM people;
CREATE UNLOGGED TABLE roster_cache (week date PRIMARY KEY, html text);

-- A composite type, an aggregate over it, an operator.
CREATE TYPE span AS (starts_on date, ends_on date);
CREATE FUNCTION days_of(s span) RETURNS integer LANGUAGE sql IMMUTABLE RETURN (s).ends_on - (s).starts_on + 1;
CREATE FUNCTION longer(a span, b span) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN days_of(a) > days_of(b);
CREATE OPERATOR >> (FUNCTION = longer, LEFTARG = span, RIGHTARG = span);

-- A column changes its type by an expression.
ALTER TABLE people ALTER COLUMN admin_type DROP DEFAULT;
ALTER TABLE people DROP CONSTRAINT people_admin_type_check;
CREATE TYPE admin_type AS ENUM ('none', 'gme', 'department', 'simulation');
ALTER TABLE people ALTER COLUMN admin_type TYPE admin_type USING admin_type::admin_type;

-- What is left of the archive goes.
DROP SCHEMA archive CASCADE;

-- The column that was renamed once gets its third name.
ALTER TABLE leave_requests RENAME COLUMN leave_kind TO leave_type;
