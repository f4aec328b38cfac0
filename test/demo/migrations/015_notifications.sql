-- Messages to people about their schedule.
CREATE TABLE notifications (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id integer NOT NULL REFERENCES people ON DELETE CASCADE,
    subject varchar(200) NOT NULL,
    body text,
    payload jsonb,
    sent_at timestamptz,
    read_at timestamptz,
    CONSTRAINT notifications_read_after_sent CHECK (read_at IS NULL OR read_at >= sent_at)
);

CREATE INDEX notifications_unread ON notifications (person_id) WHERE read_at IS NULL;

CREATE INDEX notifications_kind ON notifications ((payload ->> 'kind'));

GRANT SELECT, UPDATE ON notifications TO scheduler_app;
