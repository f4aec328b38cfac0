-- The last of the base tables: holidays and what each resident must have done to graduate.
CREATE TABLE holidays (
    day date PRIMARY KEY,
    title text NOT NULL,
    clinic_closed boolean NOT NULL DEFAULT true
);

CREATE TABLE rotation_requirements (
    rotation_id integer NOT NULL REFERENCES rotations ON DELETE CASCADE,
    pgy_level smallint NOT NULL,
    min_blocks smallint NOT NULL DEFAULT 1,
    PRIMARY KEY (rotation_id, pgy_level)
);

CREATE VIEW roster AS
    SELECT b.academic_year, b.number AS block, p.name, p.pgy_level, r.code AS rotation, a.status
    FROM assignments a
    JOIN people p ON p.id = a.person_id
    JOIN blocks b ON b.id = a.block_id
    JOIN rotations r ON r.id = a.rotation_id
    WHERE a.role = 'primary' AND a.status IN ('published', 'completed');

COMMENT ON VIEW roster IS 'What is pinned to the wall';

GRANT SELECT ON roster TO scheduler_app, scheduler_report;
