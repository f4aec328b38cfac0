-- What a person must hold to work (BLS, ACLS, a licence), and until when it is valid.
CREATE TABLE certification_types (
    code varchar(20) PRIMARY KEY,
    title text NOT NULL,
    valid_for interval NOT NULL DEFAULT '2 years'
);

CREATE TABLE certifications (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id integer NOT NULL REFERENCES people ON DELETE CASCADE,
    certification varchar(20) NOT NULL REFERENCES certification_types ON UPDATE CASCADE,
    issued_on date NOT NULL,
    expires_on date NOT NULL,
    CONSTRAINT certifications_issued_key UNIQUE (person_id, certification, issued_on),
    CONSTRAINT certifications_dates_check CHECK (expires_on > issued_on)
);

CREATE INDEX certifications_by_expiry ON certifications (expires_on) INCLUDE (person_id);
