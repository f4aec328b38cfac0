-- Leave, from the request to its approval.
CREATE TYPE leave_status AS ENUM ('requested', 'approved', 'refused', 'withdrawn');

CREATE TABLE leave_requests (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id integer NOT NULL REFERENCES people ON DELETE CASCADE,
    kind varchar(20) NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    days integer GENERATED ALWAYS AS (ends_on - starts_on + 1) STORED,
    status leave_status NOT NULL DEFAULT 'requested',
    decided_by integer REFERENCES people,
    decided_at timestamptz,
    CONSTRAINT leave_requests_kind_check CHECK (kind IN ('vacation', 'sick', 'conference', 'parental')),
    CONSTRAINT leave_requests_dates_check CHECK (ends_on >= starts_on),
    CONSTRAINT leave_requests_decision_check CHECK ((decided_by IS NULL) = (decided_at IS NULL))
);

CREATE INDEX leave_requests_open ON leave_requests (starts_on) WHERE status = 'requested';

CREATE FUNCTION on_leave(person integer, day date) RETURNS boolean
    LANGUAGE sql STABLE
AS $$
    SELECT EXISTS (
        SELECT FROM leave_requests
        WHERE person_id = person AND status = 'approved' AND day BETWEEN starts_on AND ends_on)
$$;
