DROP TABLE delivery_attempts;
DROP TABLE policies;
ALTER TABLE outbox DROP COLUMN delay_ms;
ALTER TABLE outbox DROP COLUMN repeat_every_ms;
ALTER TABLE outbox DROP COLUMN repeat_number;
ALTER TABLE channels DROP COLUMN failing_result;
ALTER TABLE channels DROP COLUMN failing_since_ms;
ALTER TABLE channels DROP COLUMN fallback_id;
ALTER TABLE channels DROP COLUMN is_default;
