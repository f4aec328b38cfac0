-- A partition for the next academic year, and one for whatever is further away.
CREATE TABLE assignments_2026 PARTITION OF assignments FOR VALUES FROM ('2026-07-01') TO ('2027-07-01');

CREATE TABLE assignments_later PARTITION OF assignments DEFAULT;

ALTER TABLE assignments ADD COLUMN supervisor_id integer REFERENCES people;
