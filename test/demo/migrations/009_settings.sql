-- One row of settings for the whole application.
CREATE TABLE settings (
    id integer PRIMARY KEY DEFAULT 1,
    scheduling_algorithm varchar(20) NOT NULL DEFAULT 'greedy',
    work_hours_per_week smallint NOT NULL DEFAULT 80,
    max_consecutive_days smallint NOT NULL DEFAULT 6,
    options jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT settings_single_row CHECK (id = 1),
    CONSTRAINT settings_algorithm_check CHECK (scheduling_algorithm IN ('greedy', 'cp_sat', 'hybrid'))
);

CREATE INDEX settings_options ON settings USING gin (options jsonb_path_ops);

INSERT INTO settings DEFAULT VALUES;
