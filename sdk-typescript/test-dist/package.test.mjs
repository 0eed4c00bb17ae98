/**
 * The package as it is published, on the runtime that runs these tests, or on the one
 * that RUNTIME_COMMAND names. Told where a server is by run.mjs.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { describe, test } from "node:test";

const { RUNTIME, SERVER_URL, SERVER_KEY, SILENT_URL, RUNTIME_COMMAND } = process.env;
const command = RUNTIME_COMMAND ? JSON.parse(RUNTIME_COMMAND) : [process.execPath];
/** Longer than any of these takes on a busy machine, shorter than what would keep a process. */
const FREE_MS = 30_000;
const ADDED_MAX_MS = 15_000;

async function run(args, more = {}) {
  const began = performance.now();
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    RUNTIME,
    NIGHTBELL_URL: SERVER_URL,
    NIGHTBELL_API_KEY: SERVER_KEY,
    NIGHTBELL_SPOOL: "off",
    NIGHTBELL_EXIT_TIMEOUT_MS: "10000",
    // Deno keeps what it has read of a path, and this one has other contents each time.
    DENO_DIR: resolve(".deno"),
    ...more,
  };
  const child = spawn(command[0], [...command.slice(1), ...args], { env });
  const ended = new Promise((resolve) => {
    child.on("exit", (code, signal) =>
      resolve({ code, signal, tookMs: performance.now() - began }),
    );
  });
  const [out, err, how] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { out, err, ...how };
}

async function lastRun(id) {
  const answer = await fetch(`${SERVER_URL}/api/v1/schedulers/${id}/runs`, {
    headers: { "x-api-key": SERVER_KEY },
  });
  return (await answer.json()).runs?.[0];
}

describe(`on ${RUNTIME}`, { concurrency: 4 }, () => {
  for (const file of ["smoke.mjs", "smoke.cjs"]) {
    test(`${file} finds all that is published`, async () => {
      const over = await run([file]);
      assert.deepEqual([over.code, over.out], [0, "all is well\n"], over.err);
      assert.ok(over.tookMs < FREE_MS);
    });
  }

  for (const transport of ["auto", "grpc", "http"]) {
    const ends = [
      ["forgotten", 0, null, "failed"],
      ["streamed", 0, null, "completed"],
      ["thread", 0, null, "completed"],
      ["throws", 1, null, "failed"],
      ["terminated", null, "SIGTERM", "failed"],
    ];
    for (const [how, code, signal, status] of ends) {
      test(`a job that is ${how} ends as it would have, over ${transport}`, async () => {
        const id = `${RUNTIME}-${transport}-${how}`;
        const over = await run(["ending.mjs", how, id], { NIGHTBELL_TRANSPORT: transport });
        assert.deepEqual([over.code, over.signal], [code, signal], over.err);
        assert.ok(over.tookMs < FREE_MS, `${over.tookMs} ms`);
        assert.equal((await lastRun(id))?.status, status);
      });
    }

    test(`a process that exits in its job keeps its code, over ${transport}`, async () => {
      const more = { NIGHTBELL_TRANSPORT: transport };
      assert.equal((await run(["ending.mjs", "exits", "exits"], more)).code, 7);
    });

    test(`a server that is silent costs little, over ${transport}`, async () => {
      const id = "silent";
      const off = await run(["ending.mjs", "streamed", id], { NIGHTBELL_DISABLED: "1" });
      const more = { NIGHTBELL_URL: SILENT_URL, NIGHTBELL_TRANSPORT: transport };
      for (const how of ["streamed", "forgotten"]) {
        const own = { ...more, NIGHTBELL_EXIT_TIMEOUT_MS: "1500" };
        const over = await run(["ending.mjs", how, id], own);
        assert.equal(over.code, 0, over.err);
        assert.ok(over.tookMs - off.tookMs < ADDED_MAX_MS, `${how}: ${over.tookMs} ms`);
      }
    });
  }
});
