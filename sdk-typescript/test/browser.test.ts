/** The entry for browsers in a real one, against the real server, from another origin. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { openBrowser, serve } from "./support/page.js";
import { ROOT } from "./support/places.js";
import { Server } from "./support/server.js";

const EXAMPLE = `${ROOT}examples/typescript-browser/`;
const GZIP_MAX = 40 * 1024;
/** The package in the page's hands, for what the example does not do. */
const BARE =
  'export * from "@nightbell/sdk/web"; export { createWebClient } from "@nightbell/sdk/web";';
/** Far longer than anything takes. */
const TIMEOUT_MS = 60_000;

async function bundled(contents: string, globalName?: string): Promise<string> {
  const made = await build({
    stdin: { contents, resolveDir: EXAMPLE, loader: "ts" },
    bundle: true,
    minify: true,
    format: globalName === undefined ? "esm" : "iife",
    ...(globalName !== undefined && { globalName }),
    write: false,
  });
  return made.outputFiles[0]?.text ?? "";
}

let server: Server;
let browser: Browser;
let site: Awaited<ReturnType<typeof serve>>;
let stranger: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  const files = {
    "index.html": readFileSync(`${EXAMPLE}index.html`, "utf8"),
    "page.js": await bundled(readFileSync(`${EXAMPLE}page.ts`, "utf8")),
    "bare.html": '<script src="bare.js"></script>',
    "bare.js": await bundled(BARE, "nightbell"),
  };
  [site, stranger] = await Promise.all([serve(files), serve(files)]);
  server = await Server.start({ NIGHTBELL_CORS_ORIGINS: site.origin });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  await site[Symbol.asyncDispose]();
  await stranger[Symbol.asyncDispose]();
});

async function open(origin: string, path: string): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  await page.goto(`${origin}/${path}`);
  return page;
}

const register = (scheduler_id: string) =>
  server.rest("POST", "/schedulers/register", { scheduler_id, service_name: "s", job_name: "j" });

/** Calls from the page, and gives what became of it: the answer's names, or the error. */
async function call(page: Page, key: string, times = 1): Promise<Record<string, unknown>> {
  const given = { url: server.url, apiKey: key, times };
  return page.evaluate(async ({ url, apiKey, times }) => {
    const { nightbell } = globalThis as unknown as { nightbell: typeof import("../src/web.js") };
    const { schedulers } = nightbell.createWebClient({ url, apiKey });
    const calls = Array.from({ length: times }, () =>
      schedulers.listSchedulers({}).then(
        (it) => ({ ids: it.schedulers.map((one) => one.schedulerId) }),
        ({ name, code, status, reason, message, retryAfterMs, requestId }) => ({
          ...{ name, code, status, reason, message, retryAfterMs, requestId },
        }),
      ),
    );
    const all: Record<string, unknown>[] = await Promise.all(calls);
    return all.find((it) => "name" in it) ?? all[0] ?? {};
  }, given);
}

test("a page that lists and watches weighs at most 40 kB", async () => {
  const page = await bundled(readFileSync(`${EXAMPLE}page.ts`, "utf8"));
  const size = gzipSync(page, { level: 9 }).length;
  console.log(`the page weighs ${(size / 1024).toFixed(1)} kB (gzip)`);
  expect(size).toBeLessThanOrEqual(GZIP_MAX);
});

test("a page from a named origin sees schedulers as they come and go", async () => {
  await register("first");
  const key = await server.makeKey("viewer");
  const page = await open(site.origin, `#server=${server.url}&key=${key}`);
  await page.getByText("first: new").waitFor();
  await page.getByRole("status").getByText("watching").waitFor();
  await register("second");
  await page.getByText("second: new").waitFor();
  await server.rest("PUT", "/schedulers/second/status", { status: "completed" });
  await page.getByText("second: up").waitFor();
  await server.rest("DELETE", "/schedulers/second");
  await page.getByText("second").waitFor({ state: "detached" });
});

test("a key that is not known is told as such in the page", async () => {
  const page = await open(site.origin, `#server=${server.url}&key=nba_wrong`);
  await page.getByText("this key is not known").waitFor();
  const bare = await open(site.origin, "bare.html");
  expect(await call(bare, "nba_wrong")).toMatchObject({
    name: "AuthenticationError",
    code: "UNAUTHENTICATED",
    status: 401,
    reason: "BAD_CREDENTIAL",
    requestId: expect.stringMatching(/./),
  });
});

test("too many requests are told with the time to come back", async () => {
  const key = await server.makeKey("viewer", { requests_per_second: 1 });
  const bare = await open(site.origin, "bare.html");
  const refused = await call(bare, key, 20);
  expect(refused).toMatchObject({ name: "RateLimitedError", code: "RESOURCE_EXHAUSTED" });
  expect(refused.status).toBe(429);
  expect(refused.retryAfterMs).toBeGreaterThan(0);
});

test("a page from an origin that is not named reads nothing", async () => {
  const bare = await open(stranger.origin, "bare.html");
  expect(await call(bare, server.key)).toMatchObject({ name: "UnavailableError" });
  expect(await call(await open(site.origin, "bare.html"), server.key)).toHaveProperty("ids");
});

test("a page may stop watching", async () => {
  const bare = await open(site.origin, "bare.html");
  const given = { url: server.url, apiKey: server.key };
  const seen = await bare.evaluate(async ({ url, apiKey }) => {
    const { nightbell } = globalThis as unknown as { nightbell: typeof import("../src/web.js") };
    const { schedulers } = nightbell.createWebClient({ url, apiKey });
    let frames = 0;
    for await (const _ of schedulers.watchSchedulers({})) {
      frames += 1;
      break;
    }
    return frames;
  }, given);
  expect(seen).toBe(1);
});
