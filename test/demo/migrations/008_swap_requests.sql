-- Two people trade a call shift; the coordinator approves.
CREATE TYPE swap_status AS ENUM ('proposed', 'accepted', 'approved');

CREATE TABLE swap_requests (
    id serial PRIMARY KEY,
    shift_id bigint NOT NULL REFERENCES call_shifts ON DELETE CASCADE,
    from_person_id integer NOT NULL REFERENCES people,
    to_person_id integer NOT NULL REFERENCES people,
    status swap_status NOT NULL DEFAULT 'proposed',
    reason text,
    proposed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT swap_requests_two_people CHECK (from_person_id <> to_person_id)
);

CREATE UNIQUE INDEX swap_requests_one_open ON swap_requests (shift_id) WHERE status <> 'approved';

ALTER TYPE swap_status ADD VALUE 'refused' AFTER 'approved';
