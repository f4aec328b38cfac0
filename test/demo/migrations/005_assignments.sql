-- Who does which rotation in which block: one partition for each academic year.
CREATE TYPE assignment_role AS ENUM ('primary', 'backup');

CREATE TABLE assignments (
    id bigserial,
    person_id integer NOT NULL REFERENCES people,
    block_id integer NOT NULL REFERENCES blocks,
    rotation_id integer NOT NULL REFERENCES rotations,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    role assignment_role NOT NULL DEFAULT 'primary',
    status varchar(20) NOT NULL DEFAULT 'draft',
    notes text,
    CONSTRAINT assignments_pkey PRIMARY KEY (id, starts_on),
    CONSTRAINT assignments_status_check CHECK (status IN ('draft', 'published', 'completed')),
    CONSTRAINT assignments_dates_check CHECK (ends_on >= starts_on)
) PARTITION BY RANGE (starts_on);

CREATE TABLE assignments_2024 PARTITION OF assignments FOR VALUES FROM ('2024-07-01') TO ('2025-07-01');

CREATE TABLE assignments_2025 PARTITION OF assignments FOR VALUES FROM ('2025-07-01') TO ('2026-07-01');

CREATE UNIQUE INDEX assignments_one_primary ON assignments (person_id, block_id, starts_on) WHERE role = 'primary';

CREATE INDEX assignments_by_rotation ON assignments (rotation_id, starts_on DESC);
