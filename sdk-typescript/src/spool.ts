/**
 * Reports on disk, in the format that all SDKs share: what this process could not
 * send, any later one does, with the original times. A disk that is full or
 * read-only never fails a call here.
 */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { uuid } from "./clock.js";
import { asObject, isObject, type Json, type JsonObject } from "./json.js";

/** A report as it lies on disk. */
export interface SpoolRecord {
  readonly kind: "register" | "status";
  readonly body: JsonObject;
}

/** A record that this process has taken, so that nobody else sends it. */
export interface Claim extends SpoolRecord {
  readonly file: string;
}

/** What is done with a file that lies in the folder. */
export type Treatment = "replay" | "leave" | "remove";

const VERSION = 1;
const BYTES_MAX = 50 * 1024 * 1024;
const FILE_BYTES_MAX = 256 * 1024;
const AGE_MAX_MS = 7 * 24 * 3600 * 1000;
const CLAIM_MAX_MS = 300_000;
const LITTER_MAX_MS = 3_600_000;
const NAME = /^(\d{13})-[0-9a-f-]{36}\.(?:(tmp)|json(?:\.claimed-(\d+)-\d+-[0-9a-f]{12})?)$/;

/** The name of a record, without what comes after the dot. */
export function recordName(atMs: number, id: string): string {
  return `${String(atMs).padStart(13, "0")}-${id}`;
}

/**
 * Decides what is done with a file; `text` is read only when that matters, and unset
 * where the file cannot be opened: then nobody knows what stands in it.
 */
export function treatment(name: string, text: () => string | undefined, nowMs: number): Treatment {
  const found = NAME.exec(name);
  if (found === null) return "leave";
  const ageMs = nowMs - Number(found[1]);
  if (found[2] !== undefined) return ageMs > LITTER_MAX_MS ? "remove" : "leave";
  if (found[3] !== undefined && nowMs - Number(found[3]) * 1000 <= CLAIM_MAX_MS) return "leave";
  if (ageMs > AGE_MAX_MS) return "remove";
  const said = text();
  if (said === undefined) return "leave";
  const record = parse(said);
  if (isNewer(record)) return "leave";
  return toRecord(record) === undefined ? "remove" : "replay";
}

/** Whether a later version of this package, or another one, knows what to do with it. */
function isNewer({ v, kind }: JsonObject): boolean {
  const isNewVersion = typeof v === "number" && v > VERSION;
  return isNewVersion || (typeof kind === "string" && !isKind(kind));
}

function isKind(kind: Json | undefined): kind is SpoolRecord["kind"] {
  return kind === "register" || kind === "status";
}

function parse(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text) as Json);
  } catch {
    return {};
  }
}

function toRecord({ v, kind, body }: JsonObject): SpoolRecord | undefined {
  return v === VERSION && isKind(kind) && isObject(body) ? { kind, body } : undefined;
}

/** The folder of one server. */
export class Spool {
  #lastMs = 0;
  #written: number | undefined;

  constructor(readonly folder: string) {}

  /** Keeps a report; one that no reader would take is dropped. False: the disk did not take it. */
  write(record: SpoolRecord): boolean {
    const id = uuid();
    // A later name sorts later, even within a millisecond.
    this.#lastMs = Math.max(this.#lastMs + 1, Date.now());
    const bare = path.join(this.folder, recordName(this.#lastMs, id));
    const text = JSON.stringify({ v: VERSION, kind: record.kind, id, body: record.body });
    if (text.length > FILE_BYTES_MAX) return true;
    try {
      makeFolder(this.folder);
      fs.writeFileSync(`${bare}.tmp`, text, { flag: "wx", mode: 0o600 });
      fs.renameSync(`${bare}.tmp`, `${bare}.json`);
      this.#bound(text.length);
      return true;
    } catch {
      // Half a file on a disk that is full.
      remove(`${bare}.tmp`);
      return false;
    }
  }

  /** Takes up to `most` of what waits and is wanted, in its order. */
  claim(most: number, isWanted: (record: SpoolRecord) => boolean = () => true): Claim[] {
    const claims: Claim[] = [];
    for (const name of this.#names()) {
      if (claims.length >= most) break;
      const file = path.join(this.folder, name);
      let text: string | undefined;
      const read = () => {
        text = safeRead(file);
        return text;
      };
      const then = treatment(name, read, Date.now());
      if (then === "remove") remove(file);
      if (then !== "replay") continue;
      const record = toRecord(parse(text ?? ""));
      if (record === undefined || !isWanted(record)) continue;
      const claimed = take(file);
      if (claimed !== undefined) claims.push({ ...record, file: claimed });
    }
    return claims;
  }

  /** Leaves a record to the next try or the next process. */
  giveBack(claim: Claim): void {
    try {
      fs.renameSync(claim.file, claim.file.replace(/\.claimed-.*$/, ""));
    } catch {
      // It is gone, or given back after its time by somebody else.
    }
  }

  /** Removes a record that is settled. */
  remove(claim: Claim): void {
    remove(claim.file);
  }

  #names(): string[] {
    try {
      return fs.readdirSync(this.folder).sort();
    } catch {
      return [];
    }
  }

  /** Makes room, the oldest first. */
  #bound(added: number): void {
    this.#written = this.#written === undefined ? this.#size() : this.#written + added;
    if (this.#written <= BYTES_MAX) return;
    for (const name of this.#names()) {
      if (this.#written <= BYTES_MAX * 0.9) break;
      if (!/\.json$/.test(name) || !NAME.test(name)) continue;
      const file = path.join(this.folder, name);
      this.#written -= sizeOf(file);
      remove(file);
    }
    this.#written = this.#size();
  }

  #size(): number {
    return this.#names().reduce((sum, name) => sum + sizeOf(path.join(this.folder, name)), 0);
  }
}

/** As mkdir -p. Node's own never returns where a parent can be named but not made, as below /proc. */
function makeFolder(folder: string, isRetry = false): void {
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    const parent = path.dirname(folder);
    if (code !== "ENOENT" || isRetry || parent === folder) throw error;
    makeFolder(parent);
    makeFolder(folder, true);
  }
}

function take(file: string): string | undefined {
  const now = Math.floor(Date.now() / 1000);
  const bare = file.replace(/\.claimed-.*$/, "");
  const claimed = `${bare}.claimed-${now}-${process.pid}-${randomBytes(6).toString("hex")}`;
  try {
    fs.renameSync(file, claimed);
    return claimed;
  } catch {
    // Somebody else was first.
    return undefined;
  }
}

/** Unset: it cannot be read now, as when the process has too many files open. */
function safeRead(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function sizeOf(file: string): number {
  try {
    return fs.statSync(file).size;
  } catch {
    return 0;
  }
}

function remove(file: string): void {
  try {
    fs.unlinkSync(file);
  } catch {
    // Gone already.
  }
}
