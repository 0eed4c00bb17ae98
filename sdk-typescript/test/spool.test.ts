/** A disk that misbehaves, and other processes in the same folder. */
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Spool } from "../src/spool.js";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "nightbell-spool-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

const record = { kind: "status", body: { scheduler_id: "eod", status: "running" } } as const;

function failing(code: string) {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}

test.each(["EMFILE", "EIO", "EACCES"])("a file that cannot be opened is left: %s", (code) => {
  const spool = new Spool(folder);
  spool.write(record);
  const reading = vi.spyOn(fs, "readFileSync").mockImplementation(failing(code));
  expect(spool.claim(10)).toEqual([]);
  reading.mockRestore();
  expect(spool.claim(10)).toHaveLength(1);
});

test("a file that is too old goes, though nobody can read it", () => {
  const name = "1700000000000-019ab1c2-7d3e-7a41-8f00-0123456789ab.json";
  fs.writeFileSync(join(folder, name), "{}");
  vi.spyOn(fs, "readFileSync").mockImplementation(failing("EIO"));
  expect(new Spool(folder).claim(10)).toEqual([]);
  expect(fs.readdirSync(folder)).toEqual([]);
});

test("a folder that somebody removed is made again", () => {
  const spool = new Spool(join(folder, "server"));
  expect(spool.write(record)).toBe(true);
  fs.rmSync(spool.folder, { recursive: true });
  expect(spool.claim(10)).toEqual([]);
  expect(spool.write(record)).toBe(true);
  expect(spool.claim(10)).toHaveLength(1);
});

test("room is made though others remove files meanwhile", () => {
  const spool = new Spool(folder);
  spool.write(record);
  const size = vi.spyOn(fs, "statSync").mockReturnValue({ size: 60 * 1024 * 1024 } as fs.Stats);
  const other = vi.spyOn(fs, "unlinkSync").mockImplementation(failing("ENOENT"));
  expect(new Spool(folder).write(record)).toBe(true);
  expect(size).toHaveBeenCalled();
  expect(other).toHaveBeenCalled();
});
