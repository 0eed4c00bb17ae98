-- Times are milliseconds since 1970-01-01T00:00:00Z. What is only ever read whole
-- is one JSON column; what is searched by has a column of its own.

CREATE TABLE projects (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    schedulers BIGINT NOT NULL DEFAULT 0,
    created_at_ms BIGINT NOT NULL
);

CREATE TABLE keys (
    key_id TEXT PRIMARY KEY NOT NULL,
    project_id BIGINT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    role INTEGER NOT NULL,
    service_name TEXT,
    scheduler_id_prefix TEXT,
    requests_per_second BIGINT,
    secret_hash BLOB NOT NULL,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT,
    revoked_at_ms BIGINT,
    last_used_at_ms BIGINT
);
-- ListKeys.
CREATE INDEX keys_by_project ON keys (project_id, created_at_ms);

CREATE TABLE schedulers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    project_id BIGINT NOT NULL REFERENCES projects (id),
    scheduler_id TEXT NOT NULL,
    folded_id TEXT NOT NULL,
    service_name TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL
);
-- Every report; ListSchedulers.
CREATE UNIQUE INDEX schedulers_by_id ON schedulers (project_id, scheduler_id);
-- Registration: ids that differ only by case.
CREATE UNIQUE INDEX schedulers_by_folded_id ON schedulers (project_id, folded_id);
-- ListSchedulers by service.
CREATE INDEX schedulers_by_service ON schedulers (project_id, service_name, scheduler_id);

-- What every report changes, apart from what registrations change.
CREATE TABLE scheduler_states (
    scheduler_key BIGINT PRIMARY KEY NOT NULL REFERENCES schedulers (id) ON DELETE CASCADE,
    health INTEGER NOT NULL,
    due_at_ms BIGINT,
    state TEXT NOT NULL
);
-- The deadline scan.
CREATE INDEX scheduler_states_due ON scheduler_states (due_at_ms) WHERE due_at_ms IS NOT NULL;

CREATE TABLE scheduler_labels (
    scheduler_key BIGINT NOT NULL REFERENCES schedulers (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (scheduler_key, name)
);
-- ListSchedulers by label.
CREATE INDEX scheduler_labels_by_value ON scheduler_labels (name, value, scheduler_key);

CREATE TABLE runs (
    scheduler_key BIGINT NOT NULL REFERENCES schedulers (id) ON DELETE CASCADE,
    run_id TEXT NOT NULL,
    is_named BOOLEAN NOT NULL,
    status INTEGER NOT NULL,
    first_mark_at_ms BIGINT NOT NULL,
    run TEXT NOT NULL,
    PRIMARY KEY (scheduler_key, run_id)
);
-- ListRuns; the neighbours of a late report.
CREATE INDEX runs_by_first_mark ON runs (scheduler_key, first_mark_at_ms, run_id);

CREATE TABLE incidents (
    id TEXT PRIMARY KEY NOT NULL,
    project_id BIGINT NOT NULL,
    scheduler_key BIGINT NOT NULL REFERENCES schedulers (id) ON DELETE CASCADE,
    state INTEGER NOT NULL,
    opened_at_ms BIGINT NOT NULL,
    incident TEXT NOT NULL
);
-- ListIncidents.
CREATE INDEX incidents_by_project ON incidents (project_id, opened_at_ms, id);
-- ListIncidents of one scheduler.
CREATE INDEX incidents_by_scheduler ON incidents (scheduler_key, opened_at_ms, id);

CREATE TABLE channels (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    project_id BIGINT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    is_enabled BOOLEAN NOT NULL,
    disabled_reason TEXT NOT NULL,
    sealed_settings BLOB NOT NULL,
    created_at_ms BIGINT NOT NULL
);
-- ListChannels; whom an event is told to.
CREATE INDEX channels_by_project ON channels (project_id);

-- Notifications: written with the incident's event, in one transaction.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    notification_key TEXT NOT NULL UNIQUE,
    project_id BIGINT NOT NULL,
    scheduler_key BIGINT NOT NULL,
    channel_id BIGINT NOT NULL,
    incident_id TEXT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    event_number BIGINT NOT NULL,
    event INTEGER NOT NULL,
    incident TEXT NOT NULL,
    state INTEGER NOT NULL,
    attempts BIGINT NOT NULL,
    not_before_ms BIGINT NOT NULL,
    lease_token BIGINT NOT NULL,
    last_result TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    settled_at_ms BIGINT
);
-- The claim of what is due.
CREATE INDEX outbox_due ON outbox (not_before_ms) WHERE state = 0;
-- GetIncident; the order within one incident and channel.
CREATE INDEX outbox_by_incident ON outbox (incident_id, channel_id, event_number);

CREATE TABLE rejected_reports (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    project_id BIGINT NOT NULL,
    scheduler_id TEXT NOT NULL,
    received_at_ms BIGINT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    raw TEXT NOT NULL
);
-- GetScheduler.
CREATE INDEX rejected_reports_by_scheduler
    ON rejected_reports (project_id, scheduler_id, received_at_ms);
-- Forgetting after 24 hours.
CREATE INDEX rejected_reports_by_age ON rejected_reports (received_at_ms);

-- Single numbers: the epoch of the keys, and how far time has been judged.
CREATE TABLE counters (
    name TEXT PRIMARY KEY NOT NULL,
    value BIGINT NOT NULL
);

CREATE TABLE blind_windows (
    from_ms BIGINT PRIMARY KEY NOT NULL,
    to_ms BIGINT NOT NULL
);
