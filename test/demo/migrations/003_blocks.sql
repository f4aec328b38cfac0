-- The academic year starts in July and has thirteen blocks of four weeks, which never overlap.
CREATE FUNCTION academic_year(day date) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN extract(year FROM day)::integer - CASE WHEN extract(month FROM day) < 7 THEN 1 ELSE 0 END;

CREATE TABLE blocks (
    id integer PRIMARY KEY,
    academic_year integer NOT NULL,
    number smallint NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    CONSTRAINT blocks_number_key UNIQUE (academic_year, number),
    CONSTRAINT blocks_number_check CHECK (number BETWEEN 1 AND 13),
    CONSTRAINT blocks_dates_check CHECK (ends_on > starts_on),
    CONSTRAINT blocks_do_not_overlap EXCLUDE USING gist (daterange(starts_on, ends_on, '[]') WITH &&)
);

COMMENT ON FUNCTION academic_year(date) IS 'The year in which the academic year of this day began';
