/** What others may rely on changes on purpose, or not at all. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { createRouterTransport } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";

import * as messages from "../src/messages.js";
import { createServices } from "../src/services.js";
import { VERSION } from "../src/version.js";
import { SDK } from "./support/places.js";

const ERRORS = [
  "ApiError",
  "AuthenticationError",
  "Cancelled",
  "ConfigError",
  "ConflictError",
  "InvalidArgumentError",
  "NightbellError",
  "NotFoundError",
  "PermissionDeniedError",
  "RateLimitedError",
  "RequestTimeoutError",
  "ServerError",
  "TransportError",
  "UnavailableError",
];
const ENTRIES: Record<string, readonly string[]> = {
  index: [
    ...ERRORS,
    ...[
      "Job",
      "Nightbell",
      "close",
      "configure",
      "currentJob",
      "flush",
      "start",
      "withJob",
      "wrap",
    ],
  ],
  web: [...ERRORS, "createWebClient"],
  compat: ["SchedulerMonitoringClient"],
  testing: ["FakeNightbell"],
  "integrations/node-cron": ["wrapNodeCron"],
  "integrations/nestjs": ["NightbellCron"],
  "integrations/bullmq": ["watchProcessor"],
};

test.each(Object.entries(ENTRIES))("%s has the names that it had", async (entry, names) => {
  const found = Object.keys(await import(pathToFileURL(`${SDK}src/${entry}.ts`).href));
  const generated = new Set(Object.keys(messages));
  expect(found.filter((it) => !generated.has(it)).sort()).toEqual([...names].sort());
});

test("every entry that is published is one of them", () => {
  const { exports } = JSON.parse(readFileSync(`${SDK}package.json`, "utf8"));
  const published = Object.keys(exports).filter((it) => it !== "./package.json");
  expect(published).toHaveLength(Object.keys(ENTRIES).length);
});

test("calls tell the version that is published", () => {
  expect(JSON.parse(readFileSync(`${SDK}package.json`, "utf8")).version).toBe(VERSION);
});

describe("every call of the contract", () => {
  const services = Object.values(messages).filter(
    (it) => typeof it === "object" && "kind" in it && it.kind === "service",
  );

  test("is one of the client's", () => {
    const client = createServices(createRouterTransport(() => {}));
    const calls = Object.values(client).flatMap((it) => Object.keys(it));
    const wanted = services.flatMap((it) => ("method" in it ? Object.keys(it.method) : []));
    expect(calls.sort()).toEqual(wanted.sort());
    expect(wanted.length).toBeGreaterThan(30);
  });
});
