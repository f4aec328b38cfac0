-- Days of leave that a person has in an academic year; the old index on open requests gives way to a better one.
CREATE TABLE leave_balances (
    person_id integer NOT NULL REFERENCES people ON DELETE CASCADE,
    academic_year integer NOT NULL,
    entitled_days numeric(4, 1) NOT NULL DEFAULT 20,
    carried_days numeric(4, 1) NOT NULL DEFAULT 0,
    PRIMARY KEY (person_id, academic_year),
    CONSTRAINT leave_balances_not_negative CHECK (entitled_days >= 0 AND carried_days >= 0)
);

CREATE INDEX leave_requests_to_decide ON leave_requests (kind, starts_on) WHERE status = 'requested';

DROP INDEX leave_requests_open;

CREATE VIEW reporting.leave_left AS
    SELECT b.person_id, b.academic_year,
           b.entitled_days + b.carried_days - coalesce(sum(l.days), 0) AS days_left
    FROM public.leave_balances b
    LEFT JOIN public.leave_requests l
        ON l.person_id = b.person_id AND l.status = 'approved' AND l.kind IN ('vacation', 'conference')
       AND public.academic_year(l.starts_on) = b.academic_year
    GROUP BY b.person_id, b.academic_year;

GRANT SELECT ON reporting.leave_left TO scheduler_report;
