CREATE TABLE slots (
    scheduler_key BIGINT NOT NULL REFERENCES schedulers (id) ON DELETE CASCADE,
    slot_ms BIGINT NOT NULL,
    ending INTEGER NOT NULL,
    run_id TEXT,
    -- ListSlots; forgetting those of long ago.
    PRIMARY KEY (scheduler_key, slot_ms)
);
