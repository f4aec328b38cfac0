-- Reports live in a schema of their own.
CREATE SCHEMA reporting;

GRANT USAGE ON SCHEMA reporting TO scheduler_report;

CREATE VIEW reporting.call_hours WITH (security_barrier = true) AS
    SELECT person_id, date_trunc('month', starts_at AT TIME ZONE 'UTC')::date AS month,
           sum(hours) AS hours, count(*) FILTER (WHERE kind IN ('weekend', 'holiday')) AS special_shifts
    FROM public.call_shifts
    GROUP BY person_id, month;

CREATE MATERIALIZED VIEW reporting.rotation_load AS
    SELECT r.code, b.academic_year, b.number AS block, count(a.id) AS residents
    FROM public.blocks b
    CROSS JOIN public.rotations r
    LEFT JOIN public.assignments a ON a.block_id = b.id AND a.rotation_id = r.id
    GROUP BY r.code, b.academic_year, b.number;

CREATE UNIQUE INDEX rotation_load_key ON reporting.rotation_load (code, academic_year, block);

GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO scheduler_report;
