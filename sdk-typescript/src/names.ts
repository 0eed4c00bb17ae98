/**
 * Names -> addresses, in a way that can be given up.
 *
 * Node has the system look names up, and that cannot be interrupted: a DNS server that
 * says nothing would keep a process for ten seconds after its job. So it is first asked
 * whether it says anything, by queries that can be cancelled.
 */
import dns from "node:dns";
import fs from "node:fs";
import type net from "node:net";

/** One look-up of one connection. */
export interface NameLookup {
  readonly lookup: net.LookupFunction;
  /** Ends it, if it is still under way. */
  cancel(): void;
}

const HOSTS = "/etc/hosts";
/** What comes of a query that nobody answered. */
const UNANSWERED = ["ECANCELLED", "ETIMEOUT"];
/** Other runtimes look names up in ways of their own. */
const IS_NODE = !("bun" in process.versions) && !("deno" in process.versions);

/** A look-up for a connection that is about to be made. */
export function nameLookup(resolver: () => dns.Resolver = () => new dns.Resolver()): NameLookup {
  const system = dns.lookup as net.LookupFunction;
  if (!IS_NODE) return { lookup: system, cancel: () => {} };
  let asking: dns.Resolver | undefined;
  return {
    lookup(name, options, callback) {
      if (isLocal(name)) return system(name, options, callback);
      asking = resolver();
      answered(asking, name).then(
        () => system(name, options, callback),
        (error: NodeJS.ErrnoException) => callback(error, ""),
      );
    },
    cancel: () => asking?.cancel(),
  };
}

/** Whether the system needs no DNS server for a name. */
function isLocal(name: string): boolean {
  if (/(^|\.)(localhost|local)$/i.test(name)) return true;
  try {
    return fs.readFileSync(HOSTS, "utf8").toLowerCase().split(/\s+/).includes(name.toLowerCase());
  } catch {
    return false;
  }
}

/** Resolves once there is any answer to both questions that the system will ask. */
async function answered(resolver: dns.Resolver, name: string): Promise<void> {
  const asked = (["A", "AAAA"] as const).map(
    (type) =>
      new Promise<void>((resolve, reject) => {
        resolver.resolve(name, type, (error) => {
          if (error !== null && UNANSWERED.includes(error.code ?? "")) reject(error);
          else resolve();
        });
      }),
  );
  await Promise.all(asked);
}
