-- Everybody who can be put on a schedule, in one table: residents, faculty and coordinators.
CREATE TYPE person_type AS ENUM ('resident', 'faculty', 'coordinator');

CREATE DOMAIN email_address AS text
    CONSTRAINT email_address_has_one_at CHECK (VALUE ~ '^[^@[:space:]]+@[^@[:space:]]+$');

CREATE TABLE people (
    id integer GENERATED ALWAYS AS IDENTITY,
    name varchar(255) NOT NULL,
    type person_type NOT NULL,
    email email_address,
    pgy_level smallint,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT people_pkey PRIMARY KEY (id),
    CONSTRAINT people_pgy_level_check CHECK (pgy_level BETWEEN 1 AND 7),
    CONSTRAINT people_only_residents_have_pgy CHECK ((type = 'resident') = (pgy_level IS NOT NULL))
);

CREATE UNIQUE INDEX people_email_key ON people (lower(email));

CREATE INDEX people_active_by_type ON people (type, name) WHERE active;

CREATE FUNCTION touch_updated_at() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE TRIGGER people_touch BEFORE UPDATE ON people
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE people IS 'Residents, faculty and coordinators';

COMMENT ON COLUMN people.pgy_level IS 'Postgraduate year; only residents have one';
