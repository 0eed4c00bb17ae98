#!/usr/bin/env bash
# The curl commands of the usage guide, with address and key from the environment.
set -eu
: "${NIGHTBELL_URL:?set it to the address of the server, such as http://127.0.0.1:8080}"
: "${NIGHTBELL_API_KEY:?set it to an API key that may report}"

# Test registration
curl -X POST $NIGHTBELL_URL/api/v1/schedulers/register \
  -H "x-api-key: $NIGHTBELL_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "scheduler_id": "test-service-eod",
    "service_name": "Test Service",
    "job_name": "Test Job"
  }'

# Test status update
curl -X PUT $NIGHTBELL_URL/api/v1/schedulers/test-service-eod/status \
  -H "x-api-key: $NIGHTBELL_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "scheduler_id": "test-service-eod",
    "service_name": "Test Service",
    "job_name": "Test Job",
    "status": "completed",
    "timestamp": "2024-01-15T01:00:00Z",
    "execution_time_ms": 5000
  }'
