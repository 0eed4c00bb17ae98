-- Owners' addresses that were asked whether they may be written to.
CREATE TABLE recipients (
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    asked_at_ms BIGINT NOT NULL,
    confirmed_at_ms BIGINT,
    PRIMARY KEY (project_id, address)
);
-- How many were asked of late.
CREATE INDEX recipients_by_asking ON recipients (project_id, asked_at_ms);
