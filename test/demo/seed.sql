-- Two academic years of a small residency, for a schema at 018_add_faculty_columns. Every value is computed from its
-- number, so that each run has the same rows (only created_at and the like carry the time of the run).
BEGIN;

INSERT INTO people (name, type, email, pgy_level)
SELECT format('%s %s', first, last), 'resident', lower(format('%s.%s%s@residency.example', first, last, n)), 1 + n % 3
FROM generate_series(1, 45) AS n,
     LATERAL (SELECT ('{Amina,Ben,Chiara,Dmitri,Elif,Femi,Grace,Hiro,Inés,Jonas,Kavya}'::text[])[1 + n % 11] AS first,
                     ('{Adeyemi,Brandt,Castro,Duarte,Eriksen,Fischer,García}'::text[])[1 + n % 7] AS last) AS names;

INSERT INTO people (name, type, email, faculty_role, performs_procedures, specialties, primary_duty,
                    min_clinic_halfdays_per_week, max_clinic_halfdays_per_week, admin_type)
SELECT format('Dr. %s', last), 'faculty', lower(format('%s@hospital.example', last)),
       CASE n WHEN 1 THEN 'program_director' WHEN 2 THEN 'associate_director' ELSE 'core' END::faculty_role,
       n % 3 = 0,
       CASE n % 3 WHEN 0 THEN '{cardiology,"critical care"}' WHEN 1 THEN '{geriatrics}' ELSE '{}' END::text[],
       CASE WHEN n <= 2 THEN 'administration' ELSE 'clinic' END, n % 4, 4 + n % 4,
       CASE WHEN n <= 2 THEN 'gme' WHEN n = 3 THEN 'simulation' ELSE 'none' END
FROM unnest('{Abara,Bianchi,Cohen,Dang,Evans,Farouk,Gruber,Hansen,Ibarra,Jensen,Kim,Lopez}'::text[])
     WITH ORDINALITY AS faculty(last, n);

INSERT INTO people (name, type, email)
SELECT format('Coordinator %s', n), 'coordinator', format('coordinator%s@hospital.example', n)
FROM generate_series(1, 3) AS n;

INSERT INTO rotations (code, title, setting, min_pgy_level) VALUES
    ('FMIT', 'Family medicine inpatient', 'inpatient', 1), ('ICU', 'Intensive care', 'inpatient', 2),
    ('OB', 'Obstetrics', 'inpatient', 1), ('PEDS', 'Pediatrics', 'inpatient', 1),
    ('CLINIC', 'Continuity clinic', 'clinic', 1), ('SPORTS', 'Sports medicine', 'clinic', 2),
    ('DERM', 'Dermatology', 'elective', 2), ('RESEARCH', 'Research', 'elective', 3);

INSERT INTO rotation_templates (rotation_id, activity, halfdays_per_week, max_residents)
SELECT r.id, a.activity, CASE WHEN a.activity = 'clinic' AND r.setting = 'clinic' THEN 8 ELSE a.n END, 4 + r.id % 5
FROM rotations r, unnest('{clinic,wards,procedures,teaching}'::text[]) WITH ORDINALITY AS a(activity, n);

INSERT INTO rotation_requirements
SELECT id, pgy_level, 1 + (id + pgy_level) % 3 FROM rotations, generate_series(min_pgy_level, 3) AS pgy_level;

INSERT INTO blocks
SELECT (year - 2024) * 13 + n, year, n, make_date(year, 7, 1) + 28 * (n - 1), make_date(year, 7, 1) + 28 * n - 1
FROM generate_series(2024, 2025) AS year, generate_series(1, 13) AS n;

INSERT INTO assignments (person_id, block_id, rotation_id, starts_on, ends_on, status, supervisor_id)
SELECT p.id, b.id, 1 + (p.id + b.id) % 8, b.starts_on, b.ends_on,
       CASE b.academic_year WHEN 2024 THEN 'completed' ELSE 'published' END, 46 + (p.id + b.id) % 12
FROM people p, blocks b
WHERE p.type = 'resident';

UPDATE assignments SET notes = 'moved for a conference' WHERE id % 97 = 0;

INSERT INTO holidays (day, title)
SELECT make_date(year, month, day), title
FROM generate_series(2024, 2026) AS year,
     (VALUES (1, 1, 'New Year'), (7, 4, 'Independence Day'), (12, 25, 'Christmas')) AS holiday(month, day, title);

INSERT INTO certification_types VALUES
    ('BLS', 'Basic life support', '2 years'), ('ACLS', 'Advanced cardiac life support', '2 years'),
    ('PALS', 'Pediatric advanced life support', '2 years'), ('LICENSE', 'State licence', '1 year');

INSERT INTO certifications (person_id, certification, issued_on, expires_on)
SELECT p.id, t.code, issued_on, (issued_on + t.valid_for)::date
FROM people p, certification_types t, LATERAL (SELECT date '2024-06-01' + p.id * 3 % 200 AS issued_on) AS issue
WHERE p.type <> 'coordinator';

INSERT INTO leave_requests (person_id, kind, starts_on, ends_on, status, decided_by, decided_at)
SELECT 1 + n % 57, ('{vacation,sick,conference,parental}'::text[])[1 + n % 4], first_day, first_day + n % 5,
       CASE WHEN n % 3 = 0 THEN 'requested' ELSE 'approved' END::leave_status,
       CASE WHEN n % 3 <> 0 THEN 58 END, CASE WHEN n % 3 <> 0 THEN first_day - 30 END
FROM generate_series(1, 240) AS n, LATERAL (SELECT date '2024-07-08' + n * 2 AS first_day) AS leave;

INSERT INTO leave_balances
SELECT id, year, CASE type WHEN 'faculty' THEN 25 ELSE 20 END, id % 3 * 0.5
FROM people, generate_series(2024, 2025) AS year;

INSERT INTO call_shifts (person_id, starts_at, kind)
SELECT person_id, timestamptz '2024-07-01 19:00+00' + n * interval '1 day',
       CASE WHEN n % 7 > 4 THEN 'weekend' ELSE 'night' END
FROM generate_series(0, 599) AS n, LATERAL (SELECT 1 + n % 45 AS person_id) AS turn
WHERE NOT on_leave(person_id, date '2024-07-01' + n);

INSERT INTO swap_requests (shift_id, from_person_id, to_person_id, status, reason)
SELECT id, person_id, 1 + person_id % 45, CASE WHEN id % 2 = 0 THEN 'approved' ELSE 'proposed' END::swap_status,
       'has a family event; can''t stay'
FROM call_shifts
WHERE id % 12 = 0;

INSERT INTO notifications (person_id, subject, payload, sent_at)
SELECT person_id, 'Call on ' || to_char(starts_at, 'YYYY-MM-DD'), jsonb_build_object('kind', 'call', 'shift', id), now()
FROM call_shifts
WHERE id % 2 = 0;

UPDATE settings SET alembic_version = '018_add_faculty_columns', schema_timestamp = now();

REFRESH MATERIALIZED VIEW reporting.rotation_load;

COMMIT;
