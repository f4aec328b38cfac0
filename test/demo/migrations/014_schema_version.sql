-- The application writes down which schema it was built for.
ALTER TABLE settings ADD COLUMN alembic_version varchar(255);

ALTER TABLE settings ADD COLUMN schema_timestamp timestamptz;

UPDATE settings SET alembic_version = '014_schema_version', schema_timestamp = now();
