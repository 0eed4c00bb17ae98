-- Who changed what.
CREATE TABLE audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    at_ms BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    key_id TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX audit_by_project ON audit (project_id, id);
CREATE INDEX audit_by_target ON audit (project_id, target, id);
CREATE INDEX audit_by_time ON audit (at_ms);
