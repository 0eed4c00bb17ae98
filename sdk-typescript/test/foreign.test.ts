/** Answers that are not Nightbell's: nothing is forgotten for what a proxy says of a report. */
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import type net from "node:net";
import { afterEach, describe, expect, test } from "vitest";

import { configure } from "../src/config.js";
import { askedMs, ofError } from "../src/retry.js";
import type { Wire } from "../src/wire.js";
import { GrpcWire } from "../src/wire-grpc.js";
import { HttpWire } from "../src/wire-http.js";
import { type Case, read } from "./vectors.js";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** What becomes of a report that a server answers so. */
function verdict(server: net.Server, made: (url: string) => Wire): Promise<string> {
  return answered(server, made, ofError);
}

/** What `judge` makes of the error that a report meets. */
async function answered<T>(
  server: net.Server,
  made: (url: string) => Wire,
  judge: (error: unknown) => T,
): Promise<T | "done"> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const wire = made(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
  open.push(() => {
    wire.close();
    server.close();
  });
  const body = { scheduler_id: "eod", run_id: "r", status: "running", sequence: 1 };
  const { signal } = new AbortController();
  return wire.call("UpdateStatus", body, signal).then(() => "done" as const, judge);
}

const config = (url: string) => configure({ url, spoolDir: false }, {});
const foreign: Case[] = read("retry.json").foreign;

test.each(foreign)("over REST $status $body is: $then", async ({ status, body, then }) => {
  const server = http.createServer((_, answer) => {
    answer.writeHead(status, { "content-type": "text/html" });
    answer.end(body);
  });
  expect(await verdict(server, (url) => new HttpWire(config(url), url))).toBe(then);
});

test.each([429, 503])("over REST %i with retry-after says when to come back", async (status) => {
  const server = http.createServer((_, answer) => {
    answer.writeHead(status, { "retry-after": "7" });
    answer.end();
  });
  const wait = await answered(server, (url) => new HttpWire(config(url), url), askedMs);
  expect(wait).toBe(7_000);
});

test.each(["[1]", "null", '"yes"', "1"])("over REST 200 %s is no answer", async (body) => {
  const server = http.createServer((_, answer) => answer.end(body));
  expect(await verdict(server, (url) => new HttpWire(config(url), url))).toBe("retry");
});

describe("over gRPC", () => {
  test.each([
    [200, "retry"],
    [302, "retry"],
    [400, "retry"],
    [401, "hold"],
    [403, "hold"],
    [404, "retry"],
    [409, "retry"],
    [422, "retry"],
    [502, "retry"],
  ])("%i without a status of gRPC is: %s", async (status, then) => {
    const server = http2.createServer((_, answer) => {
      answer.writeHead(status, { "content-type": "text/html" });
      answer.end("<html>no</html>");
    });
    expect(await verdict(server, (url) => new GrpcWire(config(url), url))).toBe(then);
  });
});
