-- What a channel calls its first message about an incident, so that later ones go
-- beside it.
CREATE TABLE threads (
    channel_id BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    incident_id TEXT NOT NULL,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    reference TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (channel_id, incident_id)
);

-- Threads that are too old to be gone on with.
CREATE INDEX threads_by_age ON threads (created_at_ms);
