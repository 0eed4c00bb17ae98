UPDATE counters SET name = 'judged_until_ms' WHERE name = 'seen_until_ms';
DROP TABLE leases;
DROP TABLE servers;
