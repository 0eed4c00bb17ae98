-- Signs of life of the servers on this database.
CREATE TABLE servers (
    server_id TEXT PRIMARY KEY NOT NULL,
    count BIGINT NOT NULL,
    stored_until_ms BIGINT NOT NULL
);

-- Who does what only one server may do.
CREATE TABLE leases (
    name TEXT PRIMARY KEY NOT NULL,
    holder TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    count BIGINT NOT NULL
);

-- It says until when something could be seen, whoever judges.
UPDATE counters SET name = 'seen_until_ms' WHERE name = 'judged_until_ms';
