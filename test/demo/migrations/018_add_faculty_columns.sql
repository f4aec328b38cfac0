-- Faculty are scheduled too: their role, their procedures, and how many half days they spend in clinic.
CREATE TYPE faculty_role AS ENUM ('program_director', 'associate_director', 'core', 'adjunct');

ALTER TABLE people ADD COLUMN faculty_role faculty_role;

ALTER TABLE people ADD COLUMN performs_procedures boolean NOT NULL DEFAULT false;

ALTER TABLE people ADD COLUMN specialties text[];

ALTER TABLE people ADD COLUMN primary_duty varchar(255);

ALTER TABLE people ADD COLUMN min_clinic_halfdays_per_week smallint NOT NULL DEFAULT 0;

ALTER TABLE people ADD COLUMN max_clinic_halfdays_per_week smallint NOT NULL DEFAULT 10;

ALTER TABLE people ADD COLUMN admin_type varchar(20);

ALTER TABLE people ADD CONSTRAINT people_clinic_halfdays_check
    CHECK (min_clinic_halfdays_per_week BETWEEN 0 AND max_clinic_halfdays_per_week);

ALTER TABLE people ADD CONSTRAINT people_admin_type_check
    CHECK (admin_type IN ('none', 'gme', 'department', 'simulation'));

CREATE INDEX people_specialties ON people USING gin (specialties);

COMMENT ON COLUMN people.faculty_role IS 'Only faculty have one';
