// Reports one run over gRPC-web and prints the runs that the server knows.
import { readFileSync } from 'node:fs';

import { createFileRegistry, fromBinary, toJsonString } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema, timestampNow } from '@bufbuild/protobuf/wkt';
import { createClient } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';

const SCHEDULER = 'grpc-web-cleanup';

const { NIGHTBELL_URL = 'http://127.0.0.1:8080', NIGHTBELL_API_KEY } = process.env;
if (!NIGHTBELL_API_KEY) {
  throw new Error('set NIGHTBELL_API_KEY to a key of role operator or admin');
}

const descriptors = new URL('../../proto/src/generated/descriptor.bin', import.meta.url);
const contract = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));
const service = (name) => contract.getService(`nightbell.v1.${name}`);
const RunStatus = Object.fromEntries(
  contract.getEnum('nightbell.v1.RunStatus').values.map((it) => [it.localName, it.number]),
);

const withKey = (next) => (request) => {
  request.header.set('x-api-key', NIGHTBELL_API_KEY);
  return next(request);
};
const transport = createGrpcWebTransport({ baseUrl: NIGHTBELL_URL, interceptors: [withKey] });
const schedulers = createClient(service('SchedulerService'), transport);
const reports = createClient(service('ReportService'), transport);
const runs = createClient(service('RunService'), transport);

const report = (status, more = {}) =>
  reports.updateStatus({ schedulerId: SCHEDULER, status, timestamp: timestampNow(), ...more });

await schedulers.registerScheduler({
  schedulerId: SCHEDULER,
  serviceName: 'Web console',
  jobName: 'Cleanup',
});
await report(RunStatus.RUNNING);
await report(RunStatus.COMPLETED, {
  executionTimeMs: 1200n,
  metadata: { files_removed: 12, environment: 'staging' },
});

const known = await runs.listRuns({ schedulerId: SCHEDULER });
const { output } = service('RunService').method.listRuns;
console.log(toJsonString(output, known, { useProtoFieldName: true, prettySpaces: 2 }));
