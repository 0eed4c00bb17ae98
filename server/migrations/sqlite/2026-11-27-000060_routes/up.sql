-- Whether a channel hears of every incident; who is told in its place; since when every
-- attempt at it has failed, and what the last one met.
ALTER TABLE channels ADD COLUMN is_default BOOLEAN NOT NULL DEFAULT 1;
ALTER TABLE channels ADD COLUMN fallback_id BIGINT;
ALTER TABLE channels ADD COLUMN failing_since_ms BIGINT;
ALTER TABLE channels ADD COLUMN failing_result TEXT NOT NULL DEFAULT '';

-- How a route has it told: which time it is, how often again, and after how long.
ALTER TABLE outbox ADD COLUMN repeat_number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN repeat_every_ms BIGINT;
ALTER TABLE outbox ADD COLUMN delay_ms BIGINT NOT NULL DEFAULT 0;
-- Whether it was held by a rule before it could be told.
ALTER TABLE outbox ADD COLUMN was_held BOOLEAN NOT NULL DEFAULT 0;

-- What a project sets about its notifications: its routes and silences.
CREATE TABLE policies (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    project_id BIGINT NOT NULL REFERENCES projects (id),
    kind INTEGER NOT NULL,
    policy TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL
);
-- Whom an event is told to, and whether now; ListRoutes, ListSilences.
CREATE INDEX policies_by_kind ON policies (project_id, kind, id);

-- Each try at sending a notification.
CREATE TABLE delivery_attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    outbox_id BIGINT NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    attempted_at_ms BIGINT NOT NULL,
    took_ms BIGINT NOT NULL,
    is_delivered BOOLEAN NOT NULL,
    result TEXT NOT NULL
);
-- GetIncident.
CREATE INDEX delivery_attempts_by_notification ON delivery_attempts (outbox_id, id);
