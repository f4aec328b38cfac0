-- The application sees what belongs to the person who is logged in; reports read everything else.
CREATE FUNCTION current_person() RETURNS integer
    LANGUAGE sql STABLE
AS $$ SELECT nullif(current_setting('scheduler.person_id', true), '')::integer $$;

ALTER TABLE leave_requests ENABLE ROW LEVEL SECURITY;

CREATE POLICY leave_requests_own ON leave_requests TO scheduler_app
    USING (person_id = current_person())
    WITH CHECK (person_id = current_person() AND status IN ('requested', 'withdrawn'));

CREATE POLICY leave_requests_report ON leave_requests FOR SELECT TO scheduler_report
    USING (status = 'approved');

ALTER TABLE swap_requests ENABLE ROW LEVEL SECURITY;

CREATE POLICY swap_requests_either_side ON swap_requests TO scheduler_app
    USING (current_person() IN (from_person_id, to_person_id));

GRANT SELECT ON people, rotations, rotation_templates, blocks, assignments, call_shifts TO scheduler_app;

GRANT SELECT, INSERT, UPDATE ON leave_requests, swap_requests TO scheduler_app;

GRANT SELECT ON people, rotations, blocks, assignments, leave_requests TO scheduler_report;
